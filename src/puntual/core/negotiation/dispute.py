"""Disputes (aclaraciones) and complaints (quejas): an owner, a cause, a deadline, an outcome the customer is told.

A dispute splits the disputed amount from the rest: only the disputed part is paused, unless policy pauses the whole.
"""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from puntual.core.errors import Refused
from puntual.core.negotiation.machine import Machine, Transition, table

OPEN, REVIEW, WAITING, WON, LOST, PARTLY = (
    "open",
    "in_review",
    "waiting_customer",
    "for_customer",
    "for_creditor",
    "partly",
)
WITHDRAWN, TOLD = "withdrawn", "told"

MACHINE = Machine(
    "la aclaración",
    OPEN,
    table(
        (OPEN, "take", REVIEW, "dispute_in_review"),
        (OPEN, "withdraw", WITHDRAWN, "dispute_withdrawn"),
        (REVIEW, "ask_customer", WAITING, "dispute_waiting_customer"),
        (WAITING, "customer_answered", REVIEW, "dispute_in_review"),
        (WAITING, "withdraw", WITHDRAWN, "dispute_withdrawn"),
        (REVIEW, "withdraw", WITHDRAWN, "dispute_withdrawn"),
        (REVIEW, "resolve_for_customer", WON, "dispute_for_customer"),
        (REVIEW, "resolve_for_creditor", LOST, "dispute_for_creditor"),
        (REVIEW, "resolve_partly", PARTLY, "dispute_partly"),
        (WON, "tell_customer", TOLD, "dispute_told"),
        (LOST, "tell_customer", TOLD, "dispute_told"),
        (PARTLY, "tell_customer", TOLD, "dispute_told"),
        (LOST, "reopen", REVIEW, "dispute_reopened"),
        (TOLD, "reopen", REVIEW, "dispute_reopened"),
    ),
)
#: While in one of these the disputed amount is not collected: until the customer has been told, the pause stands.
PAUSING = frozenset({OPEN, REVIEW, WAITING, WON, LOST, PARTLY})

COMPLAINT = Machine(
    "la queja",
    "received",
    table(
        ("received", "acknowledge", "in_review", "complaint_acknowledged"),
        ("in_review", "escalate", "escalated", "complaint_escalated"),
        ("in_review", "answer", "answered", "complaint_answered"),
        ("escalated", "answer", "answered", "complaint_answered"),
        ("answered", "reopen", "in_review", "complaint_reopened"),
        ("answered", "close", "closed", "complaint_closed"),
    ),
)
COMPLAINT_OPEN = frozenset({"received", "in_review", "escalated"})

CAUSES = (
    "not_received", "damaged", "late_delivery", "never_ordered", "wrong_price", "wrong_quantity", "wrong_date",
    "missing_order", "wrong_address", "duplicate", "wrong_invoice", "already_paid", "service_quality",
    "missing_document", "other",
)  # fmt: skip
#: Cause -> department that owns it unless the creditor says otherwise.
OWNERS = {
    "not_received": "logística", "damaged": "logística", "late_delivery": "logística", "never_ordered": "ventas",
    "wrong_price": "ventas", "wrong_invoice": "facturación", "already_paid": "tesorería", "service_quality": "servicio",
    "missing_document": "facturación", "other": "cobranza", "wrong_quantity": "logística", "wrong_date": "facturación",
    "missing_order": "ventas", "wrong_address": "facturación", "duplicate": "facturación",
}  # fmt: skip


@attrs.frozen
class Split:
    """A due item in two: what goes on being collected and what waits for the answer."""

    undisputed_minor: int
    disputed_minor: int


def split(open_minor: int, disputed_minor: int) -> Split:
    """Refused if the disputed amount is not within what is open."""
    if not 0 < disputed_minor <= open_minor:
        raise Refused(
            "El importe en aclaración debe ser mayor que cero y no pasar del saldo del documento.",
            reason="dispute_amount",
        )
    return Split(open_minor - disputed_minor, disputed_minor)


def resolve(state: str, disputed_minor: int, credited_minor: int) -> Transition:
    """The outcome by what is credited: everything, nothing or a part of the disputed amount."""
    if not 0 <= credited_minor <= disputed_minor:
        raise Refused("Lo acreditado no puede pasar del importe en aclaración.", reason="dispute_amount")
    if credited_minor == disputed_minor:
        return MACHINE.advance(state, "resolve_for_customer")
    return MACHINE.advance(state, "resolve_partly" if credited_minor else "resolve_for_creditor")


def deadline(opened_on: date, answer_days: int) -> date:
    """The last day to answer, in calendar days after it was opened."""
    return opened_on + timedelta(days=answer_days)


def is_late(state: str, deadline_on: date, as_of: date) -> bool:
    """Nobody answered in time: the owner's supervisor must see it."""
    return state in (OPEN, REVIEW, WAITING) and as_of > deadline_on
