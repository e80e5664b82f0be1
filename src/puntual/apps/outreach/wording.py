"""From facts to words: the message of one account, in Liquid, with numbers and dates as its country writes them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import attrs
from babel.dates import format_date
from babel.numbers import format_currency
from liquid import Environment, Template
from liquid.exceptions import LiquidError

from puntual.apps.outreach.shipped import language_of, names, shipped
from puntual.core.errors import UnusableInput
from puntual.core.money import Money, exponent

__all__ = ["Facts", "Line", "Worded", "amount", "as_html", "check", "day_text", "fill", "names", "shipped", "word"]

#: More lines than these are not read; the link has them all.
MAX_LINES = 12
_ENVIRONMENT = Environment()
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")


@attrs.frozen
class Line:
    """One open due item as a message tells it."""

    number: str
    due_on: date
    open_minor: int
    days: int


@attrs.frozen
class Facts:
    """All that a message may say about one account."""

    creditor_name: str
    creditor_tax_id: str
    creditor_phone: str
    complaint_office: str
    country: str
    person_name: str
    currency: str
    lines: Sequence[Line]
    principal_minor: int
    interest_minor: int
    fee_minor: int
    favour_minor: int
    link: str
    extra: Mapping[str, Any] = attrs.field(factory=dict)
    language: str = "es"
    tone: str = "cordial"


@attrs.frozen
class Says:
    """The turns of phrase that our own figures need in one language."""

    due: str
    was_due: str
    ago: str
    ago_one: str
    day: str
    button: str
    here: str


_SAYS: Mapping[str, Says] = {
    "es": Says("vence el {}", "venció el {}", "hace {} días", "hace 1 día", "d 'de' MMMM", "Ver el detalle y pagar",
               "aquí"),
    "pt": Says("vence em {}", "venceu em {}", "há {} dias", "há 1 dia", "d 'de' MMMM", "Ver os detalhes e pagar",
               "aqui"),
    "en": Says("due on {}", "was due on {}", "{} days ago", "1 day ago", "MMMM d", "See the details and pay", "here"),
}  # fmt: skip


@attrs.frozen
class Worded:
    """A message ready for a channel."""

    subject: str
    text: str
    html: str


@lru_cache(maxsize=64)
def _locale(country: str) -> str:
    return "pt_BR" if country == "BR" else f"es_{country}" if country else "es"


def amount(minor: int, currency: str, country: str) -> str:
    """An amount as the country writes it, with its currency's code, since «$» is the sign of many.

    Babel says once how the country writes the currency; the rest is putting the figures in their place, which is what a
    night of a hundred thousand messages is made of. A test holds it equal to Babel.
    """
    before, after, group, point, places = _shape(currency, country)
    figures = f"{abs(minor):0{places + 1}d}"
    whole, cents = (figures[:-places], figures[-places:]) if places else (figures, "")
    body = f"{int(whole):,}".replace(",", group) + (point + cents if places else "")
    return f"{'-' if minor < 0 else ''}{before}{body}{after}"


@lru_cache(maxsize=256)
def _shape(currency: str, country: str) -> tuple[str, str, str, str, int]:
    """What stands before and after the figures, the separators and the decimals, read off a sample that Babel
    writes."""
    places = exponent(currency)
    sample = format_currency(Money(1234567 * 10**places, currency).major(), currency, locale=_locale(country))
    if currency not in sample:
        sample = f"{sample} {currency}"
    digits = [i for i, c in enumerate(sample) if c.isdigit()]
    body = sample[digits[0] : digits[-1] + 1]
    point = body[-places - 1] if places else ""
    return sample[: digits[0]], sample[digits[-1] + 1 :], body[1], point, places


@lru_cache(maxsize=4096)
def day_text(day: date, country: str, language: str = "es") -> str:
    """A day of the year as that language says it in that country."""
    spoken = {"pt": "pt_BR", "en": "en"}.get(language) or ("es" if country == "BR" else _locale(country))
    return format_date(day, _SAYS[language].day, locale=spoken)


@lru_cache(maxsize=512)
def _compiled(text: str) -> Template:
    try:
        return _ENVIRONMENT.from_string(text)
    except LiquidError as error:
        raise UnusableInput(f"La plantilla tiene un error: {error}. Revise llaves y etiquetas.") from None


def check(text: str) -> None:
    """UnusableInput when a text is not a template."""
    _compiled(text)


def word(facts: Facts, *, subject: str, text: str) -> Worded:
    """Fill a template with facts. UnusableInput when the template is broken."""
    context = _context(facts)
    try:
        plain = _stopped(_compiled(text).render(**context))
        title = _stopped(" ".join(_compiled(subject).render(**context).split()))
    except LiquidError as error:
        raise UnusableInput(f"La plantilla tiene un error: {error}.") from None
    return Worded(title, plain, as_html(facts, plain))


def fill(facts: Facts, text: str) -> str:
    """One short text of a template (a parameter, a button) filled in, on one line. UnusableInput when it is broken."""
    try:
        return _stopped(" ".join(_compiled(text).render(**_context(facts)).split()))
    except LiquidError as error:
        raise UnusableInput(f"La plantilla tiene un error: {error}.") from None


def _stopped(text: str) -> str:
    """One full stop where a name that ends in one («S.A. de C.V.») ends a sentence."""
    return _TWO_STOPS.sub(".", text)


def _context(facts: Facts) -> dict[str, Any]:
    def money(minor: int) -> str:
        return amount(minor, facts.currency, facts.country)

    total = facts.principal_minor + facts.interest_minor + facts.fee_minor - facts.favour_minor
    lines = [_line(line, facts, money(line.open_minor)) for line in facts.lines[:MAX_LINES]]
    return {
        "acreedor": {
            "nombre": facts.creditor_name,
            "identificacion": facts.creditor_tax_id,
            "telefono": facts.creditor_phone,
        },
        "tono": facts.tone,
        "persona": {"nombre": facts.person_name},
        "documentos": lines,
        "mas_documentos": max(len(facts.lines) - MAX_LINES, 0),
        "saldo": {
            "capital": money(facts.principal_minor),
            "interes": money(facts.interest_minor),
            "gastos": money(facts.fee_minor),
            "a_favor": money(facts.favour_minor),
            "tiene_intereses": facts.interest_minor != 0,
            "tiene_gastos": facts.fee_minor != 0,
            "tiene_a_favor": facts.favour_minor != 0,
            "abierto": total > 0,
        },
        "total": money(total),
        "oficina_quejas": facts.complaint_office,
        "enlace": links(facts.link),
        **facts.extra,
    }


def _line(line: Line, facts: Facts, open_text: str) -> dict[str, Any]:
    says = _SAYS[language_of(facts.language)]
    on = day_text(line.due_on, facts.country, language_of(facts.language))
    return {
        "numero": line.number,
        "vence": line.due_on.isoformat(),
        "vence_texto": (says.due if line.days <= 0 else says.was_due).format(on),
        "saldo": open_text,
        "dias": line.days,
        "dias_texto": says.ago_one if line.days == 1 else says.ago.format(line.days),
    }


def links(base: str) -> dict[str, str]:
    """The ways out that every message offers, from the portal's link of the account."""
    return {
        "pagar": base,
        "ya_pague": f"{base}ya-pague/",
        "desacuerdo": f"{base}no-estoy-de-acuerdo/",
        "no_soy": f"{base}no-soy/",
        "baja": f"{base}no-me-escriban/",
        "condiciones": f"{base}condiciones/",
        "oferta": f"{base}oferta/",
    }


_HEAD = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    "<title>{title}</title></head>"
    '<body style="margin:0;background:#f6f4ef;color:#23302f;font:16px/1.55 system-ui,Segoe UI,Roboto,sans-serif">'
    '<div style="max-width:34rem;margin:0 auto;padding:24px 20px;background:#fffdf9">'
)
_BUTTON = (
    '<p style="margin:20px 0"><a href="{url}" style="background:#0f6b5c;color:#fff;text-decoration:none;'
    'padding:12px 20px;border-radius:8px;display:inline-block;font-weight:600">{label}</a></p>'
)


def as_html(facts: Facts, text: str) -> str:
    """The same words as simple HTML: paragraphs, a list, one button; addresses become links."""
    language = language_of(facts.language)
    says = _SAYS[language]
    parts = [_HEAD.format(title=html.escape(facts.creditor_name), language=language)]
    for block in text.strip().split("\n\n"):
        rows = block.split("\n")
        if facts.link in rows:
            rows.remove(facts.link)
            button = _BUTTON.format(url=html.escape(facts.link, quote=True), label=says.button)
            parts.append(_paragraph(rows, says.here) + button)
        elif rows[0].startswith("- "):
            items = "".join(f"<li>{html.escape(row[2:])}</li>" for row in rows if row.startswith("- "))
            parts.append(f'<ul style="padding-left:1.1em">{items}</ul>')
        else:
            parts.append(_paragraph(rows, says.here))
    parts.append("</div></body></html>")
    return "".join(parts)


def _paragraph(rows: Sequence[str], here: str) -> str:
    return "<p>" + "<br>".join(_linked(html.escape(row), here) for row in rows if row) + "</p>" if any(rows) else ""


def _linked(row: str, here: str) -> str:
    before, found, address = row.rpartition(": http")
    if not found:
        return row
    url = f"http{address}"
    return f'{before}: <a href="{url}" style="color:#0f6b5c">{here}</a>'
