"""«¿Por dónde conviene pagar?»: the comparison of core.reports.payment_methods in words, with bars to scale."""

from __future__ import annotations

import attrs
import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puntual.apps.payments.choices import Provider

#: What people call the methods that gateways tell by a code; any other is shown as it came.
NAMES = {
    "oxxo": "OXXO", "spei": "SPEI", "clabe": "SPEI", "pse": "PSE", "nequi": "Nequi", "yape": "Yape",
    "webpay": "Webpay", "pix": "Pix", "visa": "Visa", "master": "Mastercard", "mastercard": "Mastercard",
    "amex": "American Express", "debvisa": "Visa débito", "debmaster": "Mastercard débito", "card": "Tarjeta",
    "transfer": gettext_lazy("Transferencia"), "account_money": "Saldo en Mercado Pago", "efecty": "Efecty",
    "pagoefectivo_atm": "PagoEfectivo",
}  # fmt: skip
#: Fewer attempts than these prove little: the row says so.
FEW = 20
_WIDE = 1000


@attrs.frozen
class Method:
    """One way to pay: shares in percent with two decimals, days to have the money, and its bar (of 1000)."""

    name: str
    provider: str
    n: int
    fee: str
    days: float
    failed: str
    charged_back: str
    cost: str
    width: int
    few: bool


@attrs.frozen
class Comparison:
    """The methods of a country and currency, the cheapest first, and what they say."""

    currency: str
    country: str
    finding: str
    methods: tuple[Method, ...]


def compared(rows: pl.DataFrame) -> list[Comparison]:
    """A comparison per country and currency in which anything was ever paid or tried."""
    found = []
    for (country, currency), part in rows.group_by("country", "currency", maintain_order=True):
        told = part.sort("rank").to_dicts()
        dearest = max(max(r["cost_bp"] for r in told), 1)
        methods = tuple(_method(r, dearest) for r in told)
        found.append(Comparison(str(currency), str(country), _finding(methods), methods))
    return found


def _method(r: dict[str, object], dearest: int) -> Method:
    def pct(name: str) -> str:
        return f"{int(str(r[name])) / 100:.2f}"

    code, provider = str(r["method"]), str(r["provider"])
    labels = {**dict(Provider.choices), "bank": _("Banco")}
    name = str(NAMES.get(code) or labels.get(code) or code)
    return Method(
        name, labels.get(provider, provider), int(str(r["n"])), pct("fee_bp"),
        float(str(r["days"])), pct("failed_bp"), pct("charged_back_bp"), pct("cost_bp"),
        int(str(r["cost_bp"])) * _WIDE // dearest, int(str(r["n"])) < FEW,
    )  # fmt: skip


def _finding(methods: tuple[Method, ...]) -> str:
    """What the chart found, as its title."""
    best, worst = methods[0], methods[-1]
    if len(methods) == 1:
        return _("Solo hay datos de %(name)s: cobrar 100 cuesta %(cost)s.") % {"name": best.name, "cost": best.cost}
    gaps = {"best": best.name, "cost": best.cost, "worst": worst.name, "most": worst.cost}
    return _("Conviene %(best)s: cobrar 100 cuesta %(cost)s; con %(worst)s, %(most)s.") % gaps
