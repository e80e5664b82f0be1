"""Amounts, dates and distances in days as people of each country write them. Pure: today is a parameter."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import attrs
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puntual.core.money import exponent

DEFAULT_LOCALE = "es_MX"
#: What people write before the figures; any other currency shows its code.
_SYMBOLS = {
    "MXN": "$", "COP": "$", "CLP": "$", "ARS": "$", "USD": "US$", "PEN": "S/", "BRL": "R$", "EUR": "€", "GBP": "£",
    "CRC": "₡", "PYG": "₲", "GTQ": "Q", "BOB": "Bs", "UYU": "$U", "DOP": "RD$", "HNL": "L", "NIO": "C$", "PAB": "B/.",
}  # fmt: skip
_DOLLARISED = ("EC", "SV", "PR", "PA", "US")
#: Spaces that a browser does not break and that a copied amount can do without.
NBSP = "\N{NO-BREAK SPACE}"


def locale_for(country: str | None, language: str = "es") -> str:
    """The locale of a country's Spanish (or of the language asked); Mexico's when the country is unknown.

    >>> locale_for("CL")
    'es_CL'
    """
    if language.lower().startswith("pt"):
        return "pt_BR"
    wanted = f"{language[:2]}_{(country or '').upper()}"
    try:
        return str(Locale.parse(wanted))
    except (UnknownLocaleError, ValueError):
        return DEFAULT_LOCALE if language.startswith("es") else language[:2]


@attrs.frozen
class _Style:
    symbol: str
    suffix: bool
    decimals: int
    point: str
    group: str


def _figures(locale: str) -> str:
    """Where figures are written as in that place: in Brazil as Brazilians do, also to who reads in Spanish.

    >>> _figures("es_BR")
    'pt_BR'
    """
    return "pt_BR" if locale.endswith("_BR") else locale


@lru_cache(maxsize=256)
def _style(locale: str, currency: str) -> _Style:
    known = Locale.parse(_figures(locale))
    symbols = known.number_symbols.get("latn", known.number_symbols)
    symbol = _SYMBOLS.get(currency, currency)
    if currency == "USD" and known.territory in _DOLLARISED:
        symbol = "$"
    suffix = currency == "EUR" and known.territory == "ES"
    return _Style(symbol, suffix, exponent(currency), symbols["decimal"], symbols["group"].replace(" ", NBSP))


def money_text(minor: int, currency: str, locale: str = DEFAULT_LOCALE, *, with_code: bool = False) -> str:
    """An amount of minor units as its country writes it; exact, whatever its size.

    `with_code` adds the ISO code, for places where currencies mix.

    >>> money_text(123450, "MXN")
    '$1,234.50'
    """
    style = _style(locale, currency)
    whole, part = divmod(abs(minor), 10**style.decimals)
    figures = f"{whole:,}".replace(",", style.group)
    if style.decimals:
        figures += f"{style.point}{part:0{style.decimals}d}"
    glue = NBSP if style.symbol[-1].isalnum() or style.symbol[-1] in "/." else ""
    text = f"{figures}{NBSP}{style.symbol}" if style.suffix else f"{style.symbol}{glue}{figures}"
    sign = "\N{MINUS SIGN}" if minor < 0 else ""
    tail = f"{NBSP}{currency}" if with_code and style.symbol != currency else ""
    return f"{sign}{text}{tail}"


def short_money(minor: int, currency: str, locale: str = DEFAULT_LOCALE) -> str:
    """An amount for a narrow place: whole units only when it has five figures or more ("$12,345")."""
    places = exponent(currency)
    if places and abs(minor) >= 10_000 * 10**places:
        text = money_text(minor, currency, locale)
        style = _style(locale, currency)
        return text.replace(f"{style.point}{abs(minor) % 10**places:0{places}d}", "", 1)
    return money_text(minor, currency, locale)


def percent_text(tenths: int, locale: str = DEFAULT_LOCALE) -> str:
    """Tenths of a percent as its country writes them.

    >>> percent_text(459, "es_CO")
    '45,9\\xa0%'
    """
    whole, part = divmod(abs(tenths), 10)
    sign = "\N{MINUS SIGN}" if tenths < 0 else ""
    known = Locale.parse(_figures(locale))
    return f"{sign}{whole}{known.number_symbols.get('latn', known.number_symbols)['decimal']}{part}{NBSP}%"


def number_text(value: int | Decimal, locale: str = DEFAULT_LOCALE) -> str:
    """A number as its country writes it, with two decimals where it has any.

    >>> number_text(12500, "es_CO")
    '12.500'
    """
    return format_decimal(value, "#,##0.00" if value != int(value) else "#,##0", _figures(locale))


def date_text(day: date | datetime, locale: str = DEFAULT_LOCALE, style: str = "corta") -> str:
    """A day ("3 nov 2026") or, for an instant, the day and hour of its own zone ("3 nov 2026, 09:30")."""
    if isinstance(day, datetime):
        return format_datetime(day, "d MMM y, HH:mm", locale=locale, tzinfo=day.tzinfo)
    return _day_text(day, locale, style)


@lru_cache(maxsize=4096)
def _day_text(day: date, locale: str, style: str) -> str:
    """A page names the same days again and again."""
    in_full = "EEEE d 'de' MMMM 'de' y" if locale[:2] in ("es", "pt") else "EEEE d MMMM y"
    return format_date(day, in_full if style == "larga" else "d MMM y", locale=locale)


def due_distance(days_past_due: int) -> str:
    """How far a due date is, told from today: negative days are still to come."""
    if days_past_due == 0:
        return _("vence hoy")
    if days_past_due == -1:
        return _("vence mañana")
    if days_past_due < 0:
        return ngettext("vence en %(n)d día", "vence en %(n)d días", -days_past_due) % {"n": -days_past_due}
    return ngettext("hace %(n)d día", "hace %(n)d días", days_past_due) % {"n": days_past_due}


def ago(day: date, today: date) -> str:
    """How far a day is from today, when it is not about a due date: "ayer", "hace 20 días", "en 3 días"."""
    days = (today - day).days
    near = {0: _("hoy"), 1: _("ayer"), -1: _("mañana")}
    if days in near:
        return near[days]
    if days > 0:
        return ngettext("hace %(n)d día", "hace %(n)d días", days) % {"n": days}
    return ngettext("en %(n)d día", "en %(n)d días", -days) % {"n": -days}
