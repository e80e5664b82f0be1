"""What people type in their page, read kindly: an amount as each country writes it, a date, a choice of a list."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from puntual.core.errors import UnusableInput
from puntual.core.money import exponent, parse_major

_GROUPED = re.compile(r"\d{1,3}([.,\s]\d{3})+")


def amount(text: str, currency: str, *, field: str = "amount") -> int:
    """Minor units of what somebody typed: «1,500.50», «1.500,50», «1500,5» or «$ 1 500». UnusableInput if it is none.

    With both signs, the last one is the decimal one. With one alone before exactly three figures it groups thousands,
    for nobody types thousandths of a coin, and in a currency without cents it always groups.
    """
    plain = re.sub(r"[^\d.,]", "", text.replace("\N{NO-BREAK SPACE}", " ").strip())
    if not re.search(r"\d", plain) or re.search(r"[-\N{MINUS SIGN}]", text):
        raise UnusableInput(_("Escriba el importe con números, por ejemplo 1500.50."), field=field)
    last = max(plain.rfind("."), plain.rfind(","))
    both = "." in plain and "," in plain
    grouped = bool(_GROUPED.fullmatch(plain)) and not both
    if last < 0 or grouped:
        whole, cents = re.sub(r"[.,]", "", plain), ""
    else:
        whole, cents = re.sub(r"[.,]", "", plain[:last]), plain[last + 1 :]
    if cents.strip("0") and len(cents) > exponent(currency):
        raise UnusableInput(_("%(currency)s no tiene tantos decimales.") % {"currency": currency}, field=field)
    cents = cents[: exponent(currency)]
    minor = parse_major(Decimal(f"{whole or 0}.{cents or 0}"), currency).minor
    if minor <= 0:
        raise UnusableInput(_("El importe debe ser mayor que cero."), field=field)
    return minor


def day(given: QueryDict, field: str) -> date:
    """A date of a date field. UnusableInput if it is missing or none."""
    try:
        return date.fromisoformat(given.get(field, "").strip())
    except ValueError:
        raise UnusableInput(_("Elija una fecha."), field=field) from None


def choice(given: QueryDict, field: str, known: list[str], *, default: str | None = None) -> str:
    """A value of a list. UnusableInput for any other, unless there is a default for an empty one."""
    value = given.get(field, "").strip()
    if not value and default is not None:
        return default
    if value not in known:
        raise UnusableInput(_("Elija una de las opciones."), field=field)
    return value


def chosen(given: QueryDict, field: str, known: list[int]) -> list[int]:
    """The numbers of a list of boxes that are of this page, in its order; others are ignored."""
    wanted = {int(v) for v in given.getlist(field) if v.isascii() and v.isdigit() and len(v) < 19}
    return [pk for pk in known if pk in wanted]


def text(given: QueryDict, field: str, longest: int = 2000) -> str:
    """Free text without control characters, cut to a length."""
    return re.sub(r"[^\S\n]+", " ", "".join(c for c in given.get(field, "") if c.isprintable() or c == "\n")).strip()[
        :longest
    ]
