"""A gateway's deposit against its parts: gross, less fees, less refunds, less chargebacks, is what the bank got.

Every part that is not what we know of its payment is named, with both figures, so that a person looks at just that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import attrs

from puntual.core.ledger import gateway
from puntual.core.ledger.gateway import PaymentState
from puntual.core.ledger.statement import Line

#: `CARRIED`: what was in the account before, or stays in it.
PAYMENT, REFUND, CHARGEBACK, CHARGEBACK_WON, FEE, CARRIED, OTHER = (
    "payment", "refund", "chargeback", "chargeback_won", "fee", "carried", "other",
)  # fmt: skip
KINDS = (PAYMENT, REFUND, CHARGEBACK, CHARGEBACK_WON, FEE, CARRIED, OTHER)
#: The bank has a deposit from the day before the gateway says until this many days after.
BEFORE, AFTER = timedelta(days=1), timedelta(days=10)


@attrs.frozen
class Part:
    """One line of a deposit. `gross_minor`: what it adds (negative: what it takes); `fee_minor`: what is kept of it."""

    kind: str
    payment_id: str
    part_id: str
    gross_minor: int
    fee_minor: int = 0

    @property
    def net_minor(self) -> int:
        return self.gross_minor - self.fee_minor


@attrs.frozen
class Wrong:
    """A part that is not what we know: why (a code of `reasons`), what the gateway says and what we know."""

    part: Part
    reason: str
    known_minor: int


@attrs.frozen
class Check:
    """A deposit with its sums. `missing_minor`: what the gateway says it paid less what its own parts come to."""

    told_minor: int
    sums: Mapping[str, int]
    fees_minor: int
    wrong: tuple[Wrong, ...]

    @property
    def parts_minor(self) -> int:
        return sum(self.sums.values()) - self.fees_minor

    @property
    def missing_minor(self) -> int:
        return self.told_minor - self.parts_minor

    @property
    def closes(self) -> bool:
        return not self.missing_minor and not self.wrong


def check(told_minor: int, parts: Sequence[Part], states: Mapping[str, PaymentState]) -> Check:
    """The deposit against what each payment (by its id) is known to be."""
    sums = dict.fromkeys(KINDS, 0)
    for part in parts:
        sums[part.kind] += part.gross_minor
    wrong = tuple(found for part in parts if (found := _wrong(part, states)) is not None)
    return Check(told_minor, sums, sum(part.fee_minor for part in parts), wrong)


def _wrong(part: Part, states: Mapping[str, PaymentState]) -> Wrong | None:
    if part.kind in (FEE, CARRIED):
        return None
    if part.kind == OTHER:
        return Wrong(part, "payout_other", 0)
    state = states.get(part.payment_id)
    if state is None or state.paid is None:
        return Wrong(part, "payout_unknown_payment", 0)
    if part.kind == PAYMENT:
        if part.gross_minor != state.paid.amount_minor:
            return Wrong(part, "payout_amount_differs", state.paid.amount_minor)
        return (
            None if part.fee_minor == state.paid.fee_minor else Wrong(part, "payout_fee_differs", state.paid.fee_minor)
        )
    known = _known(part, state)
    return None if abs(part.gross_minor) == known else Wrong(part, f"payout_{part.kind}_differs", known)


_FACTS = {REFUND: gateway.REFUNDED, CHARGEBACK: gateway.CHARGED_BACK, CHARGEBACK_WON: gateway.CHARGEBACK_WON}


def _known(part: Part, state: PaymentState) -> int:
    """What we know of that refund or chargeback: by its own id, else the only one of its kind and amount."""
    kind = _FACTS[part.kind]
    own = state.facts.get((kind, part.part_id))
    if own is not None:
        return own.amount_minor
    alike = [e.amount_minor for (k, _), e in state.facts.items() if k == kind]
    return abs(part.gross_minor) if abs(part.gross_minor) in alike else sum(alike)


@attrs.frozen
class Deposit:
    """A payout that waits for its movement of the bank. `words`: the names by which a bank may call the gateway."""

    payout: int
    payout_id: str
    line: Line
    words: tuple[str, ...]


def find_lines(deposits: Sequence[Deposit], lines: Sequence[Line]) -> dict[int, int]:
    """payout -> movement: the one that names it (whatever its amount), else that of its very amount which names the
    gateway, else the only one of its amount while it is the only deposit of that amount. Each movement once."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for judge in (_names_payout, _names_gateway):
        for deposit in deposits:
            if deposit.payout in found:
                continue
            fitting = [x for x in lines if x.line not in taken and _near(deposit, x) and judge(deposit, x)]
            if fitting:
                found[deposit.payout] = fitting[0].line
                taken.add(fitting[0].line)
    left = [d for d in deposits if d.payout not in found]
    for deposit in left:
        alike = [x for x in lines if x.line not in taken and _near(deposit, x) and _same(deposit, x)]
        rivals = [d for d in left if d.line.amount_minor == deposit.line.amount_minor
                  and d.line.currency == deposit.line.currency]  # fmt: skip
        if len(alike) == 1 and len(rivals) == 1:
            found[deposit.payout] = alike[0].line
            taken.add(alike[0].line)
    return found


def _near(deposit: Deposit, line: Line) -> bool:
    same = line.currency == deposit.line.currency and line.amount_minor > 0
    return same and deposit.line.on - BEFORE <= line.on <= deposit.line.on + AFTER


def _same(deposit: Deposit, line: Line) -> bool:
    return line.amount_minor == deposit.line.amount_minor


def _names_payout(deposit: Deposit, line: Line) -> bool:
    return len(deposit.payout_id) >= 6 and deposit.payout_id.lower() in f"{line.text} {line.payer}".lower()


def _names_gateway(deposit: Deposit, line: Line) -> bool:
    text = f"{line.text} {line.payer}".lower()
    return _same(deposit, line) and any(word in text for word in deposit.words)
