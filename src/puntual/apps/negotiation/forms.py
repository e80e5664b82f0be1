"""What an agent types to offer an agreement or a settlement, read from what the browser sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

import attrs
from django.http import QueryDict
from django.utils.translation import gettext as _

from puntual.core.errors import UnusableInput
from puntual.core.negotiation.quote import Debt, Terms
from puntual.core.negotiation.rules import NegotiationRules
from puntual.core.time import parse_date
from puntual.ui.amounts import read_amount

EVERY = ("week", "fortnight", "month")


@attrs.frozen
class Asked:
    """What is going to be offered: `kind` agreement (then `terms`) or settlement (then `pay_minor` by `pay_by`)."""

    kind: str
    currency: str
    items: tuple[int, ...]
    terms: Terms
    pay_minor: int
    pay_by: date


def asked(given: QueryDict, opened: Sequence[tuple[int, str, int]], today: date, rules: NegotiationRules) -> Asked:
    """The form, or its starting point where nothing was typed. `opened`: (due item, currency, open minor).

    UnusableInput names the field that cannot be read.
    """
    currencies = list(dict.fromkeys(currency for _item, currency, _minor in opened))
    currency = given.get("moneda", "") if given.get("moneda", "") in currencies else currencies[0]
    mine = [(item, minor) for item, own, minor in opened if own == currency]
    boxes = {int(v) for v in given.getlist("doc") if v.isdecimal() and len(v) < 19}
    items = tuple(item for item, _minor in mine if item in boxes) or tuple(item for item, _minor in mine)
    whole = sum(minor for item, minor in mine if item in items)
    terms = Terms(
        instalments=_whole(given, "n", 3, 1, 120),
        every=given.get("cada", "") if given.get("cada", "") in EVERY else "month",
        first_on=parse_date(given["primero"]) if given.get("primero") else today,
        down_payment_pct=_pct(given, "anticipo"),
        waive_interest_pct=_pct(given, "perdona_interes"),
        waive_fee_pct=_pct(given, "perdona_gastos"),
        plan_rate_pct=rules.plan_rate_pct,
    )
    if not today <= terms.first_on <= today + timedelta(days=rules.starts_within_days):
        raise UnusableInput(
            _("El primer pago va dentro de los próximos %(n)d días.") % {"n": rules.starts_within_days}, field="primero"
        )
    least = Debt(whole, 0, 0, currency).least(rules.settlement.floor_pct)
    pay = read_amount(given["importe"], currency) if given.get("importe") else least
    pay_by = parse_date(given["hasta"]) if given.get("hasta") else today + timedelta(days=rules.settlement_days)
    if given.get("clase") == "quita" and pay_by > today + timedelta(days=rules.settlement_days):
        raise UnusableInput(
            _("Una quita se paga dentro de los próximos %(n)d días.") % {"n": rules.settlement_days}, field="hasta"
        )
    return Asked("settlement" if given.get("clase") == "quita" else "agreement", currency, items, terms, pay, pay_by)


def _whole(given: QueryDict, name: str, default: int, low: int, high: int) -> int:
    text = given.get(name, "").strip() or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise UnusableInput(_("Escriba un número entre %(low)d y %(high)d.") % {"low": low, "high": high}, field=name)
    return int(text)


def _pct(given: QueryDict, name: str) -> Decimal:
    try:
        pct = Decimal(given.get(name, "").strip().replace(",", ".") or "0")
    except InvalidOperation:
        pct = Decimal("NaN")
    if not pct.is_finite() or not 0 <= pct <= 100:
        raise UnusableInput(_("Los porcentajes van de 0 a 100."), field=name)
    return pct
