"""How rows become the core's frozen values and how a change of state is written. Private to this app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs
from django.db import transaction

from puntual.apps.negotiation.models import Complaint, Cover, Deal, Dispute, GivenIncentive, Promise, Step
from puntual.apps.parties import read as parties
from puntual.apps.receivables import read as receivables
from puntual.core.errors import UnusableInput
from puntual.core.negotiation import agreement, dispute, incentive, promise, settlement
from puntual.core.negotiation.machine import Machine
from puntual.core.negotiation.quote import Debt
from puntual.core.negotiation.quote import Instalment as CoreInstalment

MACHINES: Mapping[type, Machine] = {
    Promise: promise.MACHINE,
    Dispute: dispute.MACHINE,
    Complaint: dispute.COMPLAINT,
    GivenIncentive: incentive.MACHINE,
}
#: What changes its state by a table.
Row = Promise | Deal | Dispute | Complaint | GivenIncentive


@attrs.frozen
class Covered:
    """Open due items of one account and currency, and their debt by component."""

    creditor: int
    party: int
    items: tuple[Any, ...]
    debt: Debt


def covered(account_id: int, due_items: Sequence[int]) -> Covered:
    """The named due items of an account as they are open now; all of them when none is named.

    UnusableInput when one is not open, is of another account, or when they are of several currencies.
    """
    every = receivables.open_items(account_id)
    wanted = set(due_items) or {b.due_item_id for b in every if b.open_minor > 0}
    found = tuple(b for b in every if b.due_item_id in wanted and b.open_minor > 0)
    if not found or len(found) < len(wanted):
        raise UnusableInput("Alguno de esos documentos ya no debe nada o no es de este cliente.", field="due_items")
    if len({b.currency for b in found}) > 1:
        raise UnusableInput("Hay documentos en varias monedas: haga un acuerdo por moneda.", field="due_items")
    debt = Debt(
        sum(b.principal_minor for b in found),
        sum(b.interest_minor for b in found),
        sum(b.fee_minor for b in found),
        found[0].currency,
    )
    return Covered(found[0].creditor_id, party_of(account_id), found, debt)


def party_of(account_id: int) -> int:
    return parties.account(f"cta_{account_id}").party_id


def add_covers(items: Sequence[Any], **owner: Promise | Deal | GivenIncentive) -> None:
    Cover.objects.bulk_create([Cover(due_item_id=b.due_item_id, open_minor=b.open_minor, **owner) for b in items])


def due_items_of(row: Promise | Deal | GivenIncentive) -> tuple[int, ...]:
    return tuple(sorted(c.due_item_id for c in row.covers.all()))


def promise_value(row: Promise) -> promise.Promise:
    return promise.Promise(
        row.account_id, due_items_of(row), row.amount_minor, row.currency, row.made_on, row.promised_on, row.state
    )


def debt_of(row: Deal) -> Debt:
    return Debt(row.principal_minor, row.interest_minor, row.fee_minor, row.currency)


def instalments_of(row: Deal) -> tuple[CoreInstalment, ...]:
    return tuple(CoreInstalment(i.number, i.due_on, i.debt_minor, i.finance_minor) for i in row.instalments.all())


def agreement_value(row: Deal) -> agreement.Agreement:
    """A current (or later) agreement. ValueError before it was accepted."""
    if row.accepted_on is None:
        raise ValueError("an agreement is judged from its acceptance on")
    items = due_items_of(row)
    return agreement.Agreement(row.account_id, items, row.currency, instalments_of(row), row.accepted_on, row.state)


def settlement_value(row: Deal) -> settlement.Settlement:
    if row.accepted_on is None:
        raise ValueError("a settlement is judged from its acceptance on")
    [part] = instalments_of(row)
    return settlement.Settlement(
        row.account_id, due_items_of(row), debt_of(row), part.debt_minor, part.due_on, row.accepted_on, row.state
    )


def machine_of(row: Row) -> Machine:
    if isinstance(row, Deal):
        return settlement.MACHINE if row.kind == "settlement" else agreement.MACHINE
    return MACHINES[type(row)]


@transaction.atomic
def advance(
    row: Row,
    event: str,
    *,
    at: datetime,
    by: int | None = None,
    on: date | None = None,
    figures: Mapping[str, Any] | None = None,
    **fields: Any,
) -> None:
    """One change of state by the table, with its row. Refused if the table has none. `fields` are saved with it."""
    change = machine_of(row).advance(row.state, event)
    names = ["state", *fields]
    row.state = change.target
    for name, value in fields.items():
        setattr(row, name, value)
    if isinstance(row, GivenIncentive):
        row.closed_on = on
        names.append("closed_on")
    if isinstance(row, Promise | Deal):
        row.reason = change.reason
        row.closed_on = on if machine_of(row).initial != change.target and change.target not in _LIVE else None
        names += ["reason", "closed_on"]
    row.save(update_fields=names)
    owner = {"incentive" if isinstance(row, GivenIncentive) else type(row).__name__.lower(): row}
    Step.objects.create(
        at=at, event=event, was=change.source, now=change.target, reason=change.reason, by_id=by,
        figures=dict(figures or {}), **owner,
    )  # fmt: skip


_LIVE = frozenset({"open", "current", "offered", "to_approve"})
