"""The filters of Cartera as they travel in the address, and back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from puntual.apps.receivables.read_screens import BALANCES, ORDERS, Filters
from puntual.ui.ageing import BUCKETS

#: Filters field -> name in the address.
_NAMES = {
    "query": "q",
    "currency": "moneda",
    "age": "edad",
    "balance": "saldo",
    "segment": "segmento",
    "order": "orden",
}


def from_address(params: Mapping[str, str]) -> Filters:
    """The filters that an address asks for; what makes no sense is as if it were not there."""
    said = {field: params.get(name, "").strip() for field, name in _NAMES.items()}
    if said["balance"] not in BALANCES:
        said["balance"] = "open"
    if said["order"] not in ORDERS:
        said["order"] = "-open"
    if said["age"] not in [code for code, _name in BUCKETS]:
        said["age"] = ""
    return Filters(**{**said, "query": said["query"][:120], "currency": said["currency"].upper()[:3]})


def to_address(filters: Filters) -> str:
    """The query of an address that asks for these filters; what is as by default is left out."""
    plain = Filters()
    return urlencode({n: v for f, n in _NAMES.items() if (v := getattr(filters, f)) != getattr(plain, f)})
