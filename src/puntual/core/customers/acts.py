"""From an understood reply to proposed acts: one table, read top to bottom.

Confidence decides who acts: the machine, with undo, or a person. A stop never waits for confidence: "baja" and "no
soy yo" are obeyed at once and looked at by a person afterwards. Anger never gets an automatic answer. A language
model only proposes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

import attrs

from puntual.core import money
from puntual.core.customers import understanding as u
from puntual.core.customers.understanding import Understanding

STOP, SILENCE, IGNORE = "stop", "silence_contact_point", "ignore"
RECORD_PROMISE, ASK_DATE, ASK_AMOUNT = "record_promise", "ask_date", "ask_amount"
VERIFY_PAYMENT, ASK_SLIP, THANK = "verify_payment", "ask_slip", "thank"
OPEN_DISPUTE, OFFER_PLAN, ANSWER = "open_dispute", "offer_plan", "answer_from_facts"
CALM, HAND_OVER = "calm", "hand_over"

#: Acts that say something to the person: withheld after a stop, left to a person after anger.
SPEAKING = frozenset({ASK_DATE, ASK_AMOUNT, ASK_SLIP, THANK, OFFER_PLAN, ANSWER, CALM})
#: Acts that only stop or ignore: they never wait for confidence.
AT_ONCE = frozenset({STOP, SILENCE, IGNORE})

#: Act -> what the same answer looks after: one card, one decision.
TOGETHER: Mapping[str, frozenset[str]] = {
    VERIFY_PAYMENT: frozenset({ASK_SLIP}),
    CALM: frozenset({HAND_OVER}),
    ASK_DATE: frozenset({ASK_AMOUNT}),
}

AUTOMATIC, PERSON = "automatic", "person"


@attrs.frozen
class Situation:
    """What is known of the account when the reply came. `today` is the local date of the person, `open_minor` what
    is owed now."""

    today: date
    open_minor: int
    currency: str
    promise_open: bool = False
    dispute_open: bool = False
    payment_seen: bool = False
    plan_offered_by_policy: bool = True


@attrs.frozen
class ActRules:
    """The policy's limits: from which confidence the machine acts alone, and how far a promise may be without a
    person."""

    automatic_from: float = 0.80
    review_stops_under: float = 0.80
    promise_max_days: int = 31
    automatic: frozenset[str] = frozenset({RECORD_PROMISE, ASK_DATE, ASK_AMOUNT, VERIFY_PAYMENT, ASK_SLIP, THANK,
                                           OPEN_DISPUTE, OFFER_PLAN, ANSWER})  # fmt: skip


@attrs.frozen
class Proposed:
    """One act. `who` is automatic or person; `undoable` acts may be taken back by whoever reviews them; `review`
    asks a person to look at what was done at once. `amount_minor` is in the account's currency."""

    act: str
    who: str
    reason: str
    undoable: bool
    review: bool = False
    date: date | None = None
    amount_minor: int | None = None


@attrs.frozen
class _Case:
    said: Understanding
    known: Situation
    rules: ActRules

    def has(self, intent: str) -> bool:
        return intent in self.said.intents

    def flag(self, flag: str) -> bool:
        return flag in self.said.flags

    def stopped(self) -> bool:
        return self.has(u.BAJA) or self.has(u.EQUIVOCADO)

    def day(self) -> date | None:
        return None if self.flag(u.DATE_IS_PERIOD) else self.said.date

    def amount(self) -> int | None:
        """What was promised: the amount named, or all or half of the balance; None if it is still to be asked."""
        named = self.said.amount
        if named is not None and named.currency == self.known.currency:
            return named.minor
        return self.known.open_minor if self.flag(u.FULL_AMOUNT) else None

    def dated_promise(self) -> bool:
        return self.has(u.PROMESA) and self.day() is not None

    def suggested_amount(self) -> int | None:
        return money.pct_of(self.known.open_minor, Decimal(50)) if self.flag(u.HALF_AMOUNT) else None

    def beyond_limits(self) -> bool:
        """A promise that a person must look at: in the past, too far, over the balance, or on top of another."""
        day, amount = self.day(), self.amount()
        too_far = day is not None and not self.known.today <= day <= self.known.today + timedelta(
            days=self.rules.promise_max_days
        )
        too_much = amount is not None and not 0 < amount <= self.known.open_minor
        return too_far or too_much or self.known.promise_open


@attrs.frozen
class _Row:
    """When `intent` was understood and `holds`, propose `act`; `forced` gives it to a person whatever the
    confidence."""

    intent: str
    act: str
    reason: str
    holds: Callable[[_Case], bool] = lambda case: True
    forced: Callable[[_Case], bool] = lambda case: False


_TABLE: tuple[_Row, ...] = (
    _Row(u.BAJA, STOP, "act_stop"),
    _Row(u.EQUIVOCADO, SILENCE, "act_silence"),
    _Row(u.EQUIVOCADO, HAND_OVER, "act_deceased", lambda c: c.flag(u.DECEASED)),
    _Row(u.PAGADO, THANK, "act_payment_seen", lambda c: c.known.payment_seen),
    _Row(u.PAGADO, VERIFY_PAYMENT, "act_verify_payment", lambda c: not c.known.payment_seen),
    _Row(u.PAGADO, ASK_SLIP, "act_ask_slip", lambda c: not c.known.payment_seen),
    _Row(u.DISPUTA, OPEN_DISPUTE, "act_open_dispute", lambda c: not c.known.dispute_open, lambda c: c.has(u.PAGADO)),
    _Row(u.DISPUTA, HAND_OVER, "act_dispute_again", lambda c: c.known.dispute_open),
    _Row(u.PROMESA, RECORD_PROMISE, "act_record_promise", lambda c: c.day() is not None and c.amount() is not None,
         _Case.beyond_limits),
    _Row(u.PROMESA, ASK_DATE, "act_ask_date", lambda c: c.day() is None),
    _Row(u.PROMESA, ASK_AMOUNT, "act_ask_amount", lambda c: c.amount() is None),
    _Row(u.NO_PUEDE, OFFER_PLAN, "act_offer_plan",
         lambda c: c.known.plan_offered_by_policy and not c.has(u.DISPUTA) and not c.dated_promise()),
    _Row(u.NO_PUEDE, HAND_OVER, "act_no_plan", lambda c: not c.known.plan_offered_by_policy),
    _Row(u.INFO, ANSWER, "act_answer"),
    _Row(u.ENOJO, CALM, "act_calm", forced=lambda c: True),
    _Row(u.ENOJO, HAND_OVER, "act_anger"),
    _Row(u.OTRO, IGNORE, "act_auto_reply", lambda c: c.flag(u.AUTO_REPLY)),
    _Row(u.OTRO, IGNORE, "act_thanked", lambda c: c.flag(u.THANKED)),
    _Row(u.OTRO, HAND_OVER, "act_not_understood", lambda c: not c.flag(u.AUTO_REPLY) and not c.flag(u.THANKED)),
)  # fmt: skip


def propose(said: Understanding, known: Situation, rules: ActRules) -> tuple[Proposed, ...]:
    """The acts that follow from a reply, most important first; never empty.

    After a stop nothing more is said to that contact; whoever is not the person gets nothing recorded either.
    """
    case = _Case(said, known, rules)
    acts: list[Proposed] = []
    for row in _TABLE:
        if row.intent not in said.intents or not row.holds(case) or _withheld(row, case):
            continue
        if row.act not in {done.act for done in acts}:
            acts.append(_proposed(row, case))
    return tuple(acts)


def _withheld(row: _Row, case: _Case) -> bool:
    if case.has(u.EQUIVOCADO) and row.intent not in (u.BAJA, u.EQUIVOCADO):
        return row.act != HAND_OVER
    return case.stopped() and row.act in SPEAKING


def _proposed(row: _Row, case: _Case) -> Proposed:
    if row.act in AT_ONCE:
        unsure = case.said.confidence < case.rules.review_stops_under and row.act != IGNORE
        # Who said it in clear words said it: only they take it back.
        return Proposed(row.act, AUTOMATIC, row.reason, undoable=unsure and not case.flag(u.CLEAR_STOP), review=unsure)
    who = PERSON if _needs_person(row, case) else AUTOMATIC
    recorded = row.act in (RECORD_PROMISE, VERIFY_PAYMENT, OPEN_DISPUTE)
    return Proposed(
        act=row.act,
        who=who,
        reason=row.reason,
        undoable=who == AUTOMATIC,
        date=case.said.date if recorded or row.act in (ASK_DATE, ASK_AMOUNT) else None,
        amount_minor=_amount_of(row, case),
    )


def _needs_person(row: _Row, case: _Case) -> bool:
    return (
        row.act in (HAND_OVER, CALM)
        or row.act not in case.rules.automatic
        or case.said.confidence < case.rules.automatic_from
        or case.flag(u.MODEL_PROPOSED)
        or (case.has(u.ENOJO) and row.act in SPEAKING)
        or row.forced(case)
    )


def _amount_of(row: _Row, case: _Case) -> int | None:
    """The amount of the act. Of a reply that both paid and disputes, one amount cannot be both: it stays with the
    payment."""
    if row.act == ASK_AMOUNT:
        return case.suggested_amount()
    if row.act in (RECORD_PROMISE, ASK_DATE):
        return case.amount()
    if row.act == VERIFY_PAYMENT or (row.act == OPEN_DISPUTE and not case.has(u.PAGADO)):
        named = case.said.amount
        return named.minor if named is not None and named.currency == case.known.currency else None
    return None
