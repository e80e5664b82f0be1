"""Steps after friendly ways: agency, judge, seizure. Each is asked by one person and authorised by another; passing a
day only lets it be asked. A debt is «en evaluación legal» until a suit is filed; only then is it «demandada».
"""

from __future__ import annotations

import attrs

from puntual.core.negotiation.machine import Machine, table

AUTHORISED, DONE, DROPPED, CLOSED = "authorised", "done", "dropped", "closed"
MACHINE = Machine(
    "el paso",
    AUTHORISED,
    table(
        (AUTHORISED, "do", DONE, "legal_done"),
        (AUTHORISED, "drop", DROPPED, "legal_dropped"),
        (DONE, "close", CLOSED, "legal_closed"),
    ),
)
#: While in one of these our own messages wait: somebody else speaks for the creditor.
PAUSING_STATES = (AUTHORISED, DONE)
#: Days late from which judge and agency may be asked for: the end of the extrajudicial stage.
AFTER_DAYS = 90


@attrs.frozen
class Kind:
    """What people call a step, what doing it means, and what it asks first."""

    name: str
    does: str
    pauses: bool
    after_days: int
    after_suit: bool = False


KINDS = {
    "letter": Kind("Carta formal de cobro", "Se envía con su prueba de entrega.", False, 30),
    "agency": Kind("Encargo a una agencia", "La agencia cobra; sus contactos cuentan en los topes.", True, AFTER_DAYS),
    "suit": Kind("Demanda", "Abogacía la presenta ante el juez.", True, AFTER_DAYS),
    "seizure": Kind("Embargo u otra medida", "Se pide al juez de la demanda.", True, AFTER_DAYS, after_suit=True),
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Facts:
    """The debt of an account in one currency on a day. `days_late` of the oldest document; `suit`: one is filed."""

    overdue_minor: int
    days_late: int
    in_dispute: bool = False
    stayed: bool = False
    prescribed: bool = False
    suit: bool = False
    standing: bool = False


def why_not(kind: str, facts: Facts, after_days: int = AFTER_DAYS) -> str:
    """The reason (core.reasons) for which a step cannot be asked now; empty if it can. `after_days`: the last day of
    the policy's extrajudicial stage."""
    one = KINDS[kind]
    first = min(one.after_days, after_days)
    checks = (
        (facts.overdue_minor <= 0, "legal_nothing_due"),
        (facts.stayed, "legal_stayed"),
        (facts.in_dispute, "legal_in_dispute"),
        (facts.days_late <= first, "legal_too_early"),
        (facts.prescribed, "legal_prescribed"),
        (facts.standing, "legal_already"),
        (one.after_suit and not facts.suit, "legal_needs_suit"),
    )
    return next((reason for fails, reason in checks if fails), "")


def standing(states: dict[str, str]) -> str:
    """How people call where an account is, by the state of its steps (kind -> state): «demandada» only after filing."""
    if states.get("suit") == DONE:
        return "Demandada"
    if states.get("agency") == DONE:
        return "Con una agencia"
    return "En evaluación legal" if AUTHORISED in states.values() else ""
