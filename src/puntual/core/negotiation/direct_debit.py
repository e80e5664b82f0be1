"""Direct debit by our own mandates: what a mandate allows, the day of a charge, and what a bank's refusal means.

Reason codes: ISO 20022 external code set "ReturnReason", as the SEPA Direct Debit rulebooks use it (EPC173-14).
Notice and submission: SDD Core Rulebook 4.3 (14 calendar days unless the parties agreed otherwise; one business day).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.negotiation.machine import Machine, table

ACTIVE, SUSPENDED, REVOKED = "active", "suspended", "revoked"
PLANNED, IN_FILE, PAID, REJECTED, RETURNED, CANCELLED = (
    "planned", "in_file", "paid", "rejected", "returned", "cancelled",
)  # fmt: skip

MANDATE = Machine(
    "la domiciliación",
    ACTIVE,
    table(
        (ACTIVE, "suspend", SUSPENDED, "debit_mandate_suspended"),
        (ACTIVE, "revoke", REVOKED, "debit_mandate_revoked"),
        (SUSPENDED, "resume", ACTIVE, "debit_mandate_resumed"),
        (SUSPENDED, "revoke", REVOKED, "debit_mandate_revoked"),
    ),
)
COLLECTION = Machine(
    "el cargo",
    PLANNED,
    table(
        (PLANNED, "file", IN_FILE, "debit_in_file"),
        (PLANNED, "cancel", CANCELLED, "debit_cancelled"),
        (IN_FILE, "pay", PAID, "debit_paid"),
        (IN_FILE, "reject", REJECTED, "debit_rejected"),
        (IN_FILE, "return", RETURNED, "debit_returned"),
        # The customer may ask the money back within eight weeks, and the bank may fail late.
        (PAID, "return", RETURNED, "debit_returned"),
    ),
)
#: Of these nothing more is heard, and the same instalment may be presented again.
ENDED = (REJECTED, RETURNED)
#: SDD Core Rulebook 4.7.2: a mandate by which nothing was charged in 36 months lapses.
LAPSES_AFTER_DAYS = 1096


@attrs.frozen
class Refusal:
    """What a bank's code means. `definite`: the mandate is suspended, nothing is asked again until a person mends it.
    `again`: the same instalment may be presented once more by a person."""

    reason: str
    definite: bool
    again: bool


CODES = {
    "AC01": Refusal("debit_account_wrong", True, False),
    "AC04": Refusal("debit_account_closed", True, False),
    "AC06": Refusal("debit_account_blocked", True, False),
    "AC13": Refusal("debit_account_kind", True, False),
    "AG01": Refusal("debit_account_forbids", True, False),
    "AG02": Refusal("debit_file_wrong", False, True),
    "AM04": Refusal("debit_no_funds", False, True),
    "AM05": Refusal("debit_duplicate", False, False),
    "BE05": Refusal("debit_creditor_unknown", False, True),
    "FF01": Refusal("debit_file_wrong", False, True),
    "MD01": Refusal("debit_no_mandate", True, False),
    "MD02": Refusal("debit_mandate_wrong", True, False),
    "MD06": Refusal("debit_asked_back", True, False),
    "MD07": Refusal("debit_holder_died", True, False),
    "MS02": Refusal("debit_holder_refused", True, False),
    "MS03": Refusal("debit_no_reason", False, True),
    "RC01": Refusal("debit_bank_wrong", True, False),
    "SL01": Refusal("debit_holder_limits", True, False),
}
#: A code that nobody listed stops nothing but this charge; a person looks.
UNKNOWN = Refusal("debit_other_reason", False, True)


def refusal(code: str) -> Refusal:
    """What a code means; UNKNOWN for one that is not listed."""
    return CODES.get(code.strip().upper(), UNKNOWN)


@attrs.frozen
class Terms:
    """How a creditor charges: days of notice before a charge, business days that the bank needs to get the file."""

    notice_days: int = 14
    lead_days: int = 1

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.notice_days <= 60 or not 0 <= self.lead_days <= 10:
            raise UnusableInput("El aviso va de 0 a 60 días y el plazo del banco de 0 a 10.", field="notice_days")


@attrs.frozen
class Allowed:
    """What the person allowed: charges of at most `max_minor` each (None: no limit of its own), through a day."""

    state: str
    signed_on: date
    max_minor: int | None = None
    through: date | None = None
    last_used_on: date | None = None


def objection(allowed: Allowed, amount_minor: int, on: date) -> str | None:
    """Why a charge of that amount on that day must not be made, as a reason; None when the mandate allows it."""
    told = {
        "debit_mandate_revoked": allowed.state == REVOKED,
        "debit_mandate_suspended": allowed.state == SUSPENDED,
        "debit_not_yet_signed": on < allowed.signed_on,
        "debit_mandate_over": allowed.through is not None and on > allowed.through,
        "debit_mandate_lapsed": on > (allowed.last_used_on or allowed.signed_on) + timedelta(days=LAPSES_AFTER_DAYS),
        "debit_over_limit": allowed.max_minor is not None and amount_minor > allowed.max_minor,
    }
    return next((reason for reason, stands in told.items() if stands), None)


def charge_day(due_on: date, *, told_on: date, today: date, terms: Terms, closed: Collection[date] = ()) -> date:
    """The first banking day on which an instalment may be charged: not before it falls due, nor before the notice ran
    out since the person was told (`told_on`), nor before the bank can get the file. `closed`: bank holidays."""
    ready = add_banking_days(today, terms.lead_days, closed)
    return banking_day(max(due_on, told_on + timedelta(days=terms.notice_days), ready), closed)


def banking_day(day: date, closed: Collection[date] = ()) -> date:
    """That day, or the next on which banks work (Monday to Friday, no holiday)."""
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day


def add_banking_days(day: date, days: int, closed: Collection[date] = ()) -> date:
    """So many banking days later."""
    for _ in range(days):
        day = banking_day(day + timedelta(days=1), closed)
    return day
