"""Amounts as people type them, read kindly; and amounts as a field shows them, the way their country writes them."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from puntual.core.errors import UnusableInput
from puntual.core.money import exponent, parse_major
from puntual.ui.formats import money_text

_GROUPED = re.compile(r"\d{1,3}([.,\s]\d{3})+")


def read_amount(text: str, currency: str, *, field: str = "amount") -> int:
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
    return parse_major(Decimal(f"{whole or 0}.{cents or 0}"), currency).minor


def typed_amount(minor: int, currency: str, locale: str) -> str:
    """The amount for a field, without symbol: «175.100,00» in Colombia. Read back it is the same amount."""
    return re.sub(r"[^\d.,]", "", money_text(minor, currency, locale)).strip(".,")
