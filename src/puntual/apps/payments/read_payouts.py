"""The only reader of deposits: each with its sums, its wrong parts and its movement of the bank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs

from puntual.apps.imports import read as imports
from puntual.apps.payments import booking
from puntual.apps.payments.models import GatewayFact, GatewayPayment, Payout, PayoutPart
from puntual.core.ledger import payouts as core
from puntual.core.ledger.gateway import PaymentState

#: Deposits of a screen, the newest first.
SHOWN = 60


@attrs.frozen
class Deposit:
    """A deposit: `check` None while its parts are not known, `bank_minor` None while the bank has not brought it."""

    fact: GatewayFact
    check: core.Check | None
    bank_minor: int | None
    on: date | None
    error: str = ""

    @property
    def state(self) -> str:
        """differs, closes, waits (for the bank) or untold (its parts)."""
        differs = self.bank_minor is not None and self.bank_minor != self.fact.amount_minor
        if differs or (self.check is not None and not self.check.closes):
            return "differs"
        if self.bank_minor is None:
            return "waits"
        return "closes" if self.check else "untold"


def deposits(creditor_id: int) -> list[Deposit]:
    """The latest of a creditor."""
    facts = GatewayFact.objects.filter(gateway__creditor_id=creditor_id, kind="payout").select_related("deposit")
    return _checked(list(facts.order_by("-at", "-pk")[:SHOWN]))


def deposit(creditor_id: int, pk: int) -> Deposit | None:
    facts = GatewayFact.objects.filter(gateway__creditor_id=creditor_id, kind="payout", pk=pk)
    return next(iter(_checked(list(facts.select_related("deposit")))), None)


def parts_of(fact: GatewayFact) -> list[PayoutPart]:
    return list(PayoutPart.objects.filter(payout_id=fact.pk).order_by("kind", "pk"))


def _checked(facts: Sequence[GatewayFact]) -> list[Deposit]:
    known = {row.pk: row for row in Payout.objects.filter(pk__in=[f.pk for f in facts])}
    parts: dict[int, list[core.Part]] = {}
    for p in PayoutPart.objects.filter(payout__in=list(known)).order_by("pk"):
        part = core.Part(p.kind, p.external_id, p.part_id, p.gross_minor, p.fee_minor)
        parts.setdefault(p.payout_id, []).append(part)
    states = _states({(f.provider, p.payment_id) for f in facts for p in parts.get(f.pk, ())})
    lines = imports.movements(row.line_id for row in known.values() if row.line_id)
    found = []
    for fact in facts:
        row = known.get(fact.pk)
        mine = {one: state for (provider, one), state in states.items() if provider == fact.provider}
        check = core.check(fact.amount_minor, parts.get(fact.pk, ()), mine) if row and row.parts_at else None
        line = lines.get(row.line_id) if row and row.line_id else None
        found.append(
            Deposit(fact, check, line.amount_minor if line else None, row.on if row else None, row.error if row else "")
        )
    return found


def _states(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], PaymentState]:
    """What we know of those payments."""
    ids = {one for _, one in wanted if one}
    rows = GatewayPayment.objects.filter(external_id__in=sorted(ids)).prefetch_related("facts")
    return {(row.provider, row.external_id): booking.state_of(row) for row in rows}


def arrivals(creditor_id: int) -> dict[tuple[str, str], date]:
    """(provider, payment) -> the day on which its money was in the company's bank."""
    rows = PayoutPart.objects.filter(
        payout__fact__gateway__creditor_id=creditor_id, payout__on__isnull=False, kind=core.PAYMENT
    )
    return {
        (provider, one): on
        for provider, one, on in rows.values_list("payout__fact__provider", "external_id", "payout__on")
    }  # fmt: skip
