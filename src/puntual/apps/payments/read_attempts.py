"""Every attempt to pay a creditor, by gateway or by transfer, until its money was in the bank: for the comparison of
methods. Private to this app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median

import polars as pl

from puntual.apps.imports import read as imports
from puntual.apps.outreach import read_seen as seen
from puntual.apps.parties import read as parties
from puntual.apps.payments import read_payouts
from puntual.apps.payments.choices import LineState
from puntual.apps.payments.models import GatewayPayment, LineMatch
from puntual.core.reports import payment_methods
from puntual.core.time import local_date

#: Who looked at how to pay within these days before a transfer was about to make it.
WANTED_WITHIN = timedelta(days=14)


def frame(creditor_id: int) -> pl.DataFrame:
    """Conforms to payment_methods.ATTEMPTS."""
    data = [*_gateways(creditor_id), *_transfers(creditor_id)]
    return pl.DataFrame(data, schema={n: s.dtype for n, s in payment_methods.ATTEMPTS.items()}, orient="row")


def _gateways(creditor_id: int) -> list[tuple[object, ...]]:
    """Payments at gateways that ended. The days run until the deposit was in the bank; where that is not known yet, by
    what the gateway's other deposits took."""
    rows = list(
        GatewayPayment.objects.filter(gateway__creditor_id=creditor_id)
        .exclude(status="pending")
        .select_related("gateway__creditor", "request")
        .prefetch_related("facts")
    )
    arrived = read_payouts.arrivals(creditor_id)
    lags = _lags(rows, arrived)
    return [_attempt(row, arrived.get((row.provider, row.external_id)), lags.get(row.provider, 0)) for row in rows]


def _lags(rows: Sequence[GatewayPayment], arrived: Mapping[tuple[str, str], date]) -> dict[str, int]:
    """provider -> the middle of the days from its payments to the bank."""
    days: dict[str, list[int]] = {}
    for row in rows:
        on = arrived.get((row.provider, row.external_id))
        paid = next((f for f in row.facts.all() if f.kind == "paid"), None)
        if on and paid:
            days.setdefault(row.provider, []).append(max((on - _day(row, paid.at)).days, 0))
    return {provider: int(median(found)) for provider, found in days.items()}


def _day(row: GatewayPayment, at: object) -> date:
    return local_date(at, row.gateway.creditor.zone)  # type: ignore[arg-type]


def _attempt(row: GatewayPayment, arrived: date | None, lag: int) -> tuple[object, ...]:
    facts = {(f.kind, f.part_id): f for f in row.facts.all()}
    paid = facts.get(("paid", ""))
    any_fact = paid or next(iter(facts.values()))
    asked = _day(row, row.request.created_at if row.request else row.first_at)
    days = None
    if paid:
        days = max((arrived - asked).days, 0) if arrived else max((_day(row, paid.at) - asked).days, 0) + lag
    country = row.gateway.country or row.gateway.creditor.country
    return (
        row.method or row.provider, row.provider, country, row.currency, any_fact.amount_minor,
        paid.fee_minor if paid else 0, paid is not None, any(kind == "charged_back" for kind, _ in facts), days,
    )  # fmt: skip


def _transfers(creditor_id: int) -> list[tuple[object, ...]]:
    """What came by the bank: it costs no fee, and the days run from the last look at how to pay."""
    creditor = parties.creditor(f"acr_{creditor_id}")
    rows = LineMatch.objects.filter(creditor_id=creditor_id, state=LineState.APPLIED).exclude(account=None)
    pairs = dict(rows.values_list("pk", "account_id"))
    lines = imports.days_and_amounts(creditor_id, pairs)
    looks = seen.payment_looks(creditor_id, creditor.zone)
    found: list[tuple[object, ...]] = []
    for pk, on, minor, currency in lines:
        before = [day for day in looks.get(pairs[pk] or 0, ()) if on - WANTED_WITHIN <= day <= on]
        days = (on - max(before)).days if before else None
        found.append(("transfer", "bank", creditor.country, currency, minor, 0, True, False, days))
    return found
