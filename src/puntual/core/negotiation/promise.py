"""A promise (promesa de pago): someone said how much and when. The bank decides whether it was kept.

An open promise pauses every channel for the due items it covers, but for one reminder the day before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import attrs

from puntual.core import money
from puntual.core.errors import Refused
from puntual.core.negotiation.cash import Cash, Judgement, excused
from puntual.core.negotiation.machine import Machine, table

OPEN, KEPT, BROKEN, WITHDRAWN = "open", "kept", "broken", "withdrawn"

MACHINE = Machine(
    "la promesa",
    OPEN,
    table(
        (OPEN, "paid", KEPT, "promise_kept"),
        (OPEN, "missed", BROKEN, "promise_broken"),
        (OPEN, "short", BROKEN, "promise_broken_partial"),
        (OPEN, "debt_gone", WITHDRAWN, "promise_debt_gone"),
        (OPEN, "withdraw", WITHDRAWN, "promise_withdrawn"),
        (OPEN, "replace", WITHDRAWN, "promise_replaced"),
        # The bank may bring late what was paid on time, or take back what it had brought.
        (BROKEN, "paid_in_time", KEPT, "promise_kept_late_news"),
        (KEPT, "reversed", BROKEN, "promise_payment_reversed"),
    ),
)


@attrs.frozen
class Promise:
    """`made_on` and `promised_on` are dates of the creditor; `due_items` are what it covers."""

    account: int
    due_items: tuple[int, ...]
    amount_minor: int
    currency: str
    made_on: date
    promised_on: date
    state: str = OPEN


@attrs.frozen
class PromiseRules:
    """How strictly it is judged, and what may be promised at all.

    A payment counts as whole when no more than the larger of `tolerance_minor` and `tolerance_pct` of the promise is
    missing. Whoever paid at least `partial_pct` by the deadline gets `partial_extra_days` more, once.
    """

    tolerance_minor: int = 0
    tolerance_pct: Decimal = Decimal("1")
    grace_days: int = 1
    partial_pct: Decimal = Decimal("50")
    partial_extra_days: int = 3
    max_days_ahead: int = 15
    max_broken_recent: int = 2
    min_pct_of_open: Decimal = Decimal("0")


def tolerance(promise: Promise, rules: PromiseRules) -> int:
    """How much may be missing, in minor units."""
    return max(rules.tolerance_minor, money.pct_of(promise.amount_minor, rules.tolerance_pct))


def deadline(promise: Promise, cash: Cash, rules: PromiseRules, as_of: date) -> date:
    """The last day that counts: the promised day, the grace, and the extra days of whoever paid a good part."""
    last = promise.promised_on + timedelta(days=rules.grace_days)
    partial = money.pct_of(promise.amount_minor, rules.partial_pct)
    if 0 < partial <= cash.total(promise.made_on, last, as_of):
        return last + timedelta(days=rules.partial_extra_days)
    return last


def judge(promise: Promise, cash: Cash, rules: PromiseRules, as_of: date) -> Judgement:
    """What the books of `as_of` say of the promise. The answer's event is applied with `MACHINE.advance`."""
    last = deadline(promise, cash, rules, as_of)
    paid = cash.total(promise.made_on, min(last, as_of), as_of)
    missing = max(promise.amount_minor - paid, 0)
    whole = missing <= tolerance(promise, rules)
    if promise.state == BROKEN and whole:
        return Judgement("paid_in_time", "promise_kept_late_news", paid, missing)
    if promise.state == KEPT and not whole and cash.open_minor > 0:
        return Judgement("reversed", "promise_payment_reversed", paid, missing)
    if promise.state != OPEN:
        return Judgement(None, "promise_closed", paid, missing)
    if whole:
        return Judgement("paid", "promise_kept", paid, missing)
    if cash.open_minor <= 0:
        # Nothing is owed any more (credit note, another way to pay): there is nothing left to keep or to break.
        return Judgement("debt_gone", "promise_debt_gone", paid, missing)
    if as_of <= last:
        return Judgement(None, "promise_open", paid, missing)
    return _after_the_deadline(promise, cash, rules, last, paid, missing)


def _after_the_deadline(
    promise: Promise, cash: Cash, rules: PromiseRules, last: date, paid: int, missing: int
) -> Judgement:
    found = excused(cash, last, paid, missing, tolerance(promise, rules))
    if found is not None:
        return found
    if paid > 0:
        return Judgement("short", "promise_broken_partial", paid, missing)
    return Judgement("missed", "promise_broken", paid, missing)


def remind_on(promise: Promise) -> date | None:
    """The day of the only reminder: the day before, unless the promise was made that day or later."""
    day = promise.promised_on - timedelta(days=1)
    return day if promise.state == OPEN and day > promise.made_on else None


def check_new(
    promise: Promise, *, open_minor: int, open_promises: Sequence[Promise], broken_recent: int, rules: PromiseRules
) -> Promise:
    """The promise itself, if policy lets it be made. Refused with its reason otherwise.

    `open_promises` are those of the same account; `broken_recent` counts its broken ones within the policy's window.
    """
    _check_amount(promise, open_minor, rules)
    if promise.promised_on < promise.made_on:
        raise Refused("La fecha prometida ya pasó: elija hoy o un día posterior.", reason="promise_past_date")
    latest = promise.made_on + timedelta(days=rules.max_days_ahead)
    if promise.promised_on > latest:
        raise Refused(f"La fecha más lejana que se puede prometer es {latest.isoformat()}.", reason="promise_too_far")
    if any(set(other.due_items) & set(promise.due_items) for other in open_promises if other.state == OPEN):
        raise Refused(
            "Ya hay una promesa vigente sobre esos documentos: cámbiela en lugar de añadir otra.",
            reason="promise_already_open",
        )
    if broken_recent > rules.max_broken_recent:
        raise Refused(
            f"Hay {broken_recent} promesas incumplidas hace poco: ofrezca un convenio o pase el caso a una persona.",
            reason="promise_too_many_broken",
        )
    return promise


def _check_amount(promise: Promise, open_minor: int, rules: PromiseRules) -> None:
    if promise.amount_minor <= 0 or promise.amount_minor > open_minor:
        raise Refused(
            "El importe prometido debe ser mayor que cero y no pasar de lo que se debe.", reason="promise_amount"
        )
    least = money.pct_of(open_minor, rules.min_pct_of_open)
    if promise.amount_minor < least:
        least_text = money.Money(least, promise.currency).major()
        raise Refused(f"Lo menos que se puede prometer es {least_text} {promise.currency}.", reason="promise_amount")
