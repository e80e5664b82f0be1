"""What is this amount for? The documents of one account that a line pays, and how well the sum fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations

import attrs

from puntual.core import money
from puntual.core.ledger.allocation import Strategy, shares
from puntual.core.ledger.statement import Deduction, MatchRules, Open

#: Subsets are tried over the oldest documents only, and of few pieces: beyond that chance finds sums that mean nothing.
MOST_DOCUMENTS, MOST_PIECES = 14, 4


@attrs.frozen
class Explanation:
    """parts + unapplied = the amount. `sure` False: a person decides. `fits`: the amount is just what some documents
    ask, not only a part or a surplus.
    """

    reason: str
    parts: tuple[tuple[int, int], ...]
    unapplied_minor: int = 0
    deductions: tuple[Deduction, ...] = ()
    sure: bool = True

    @property
    def fits(self) -> bool:
        return self.reason in ("match_amount", "match_subset", "match_withholding", "match_short")


def explain(
    amount_minor: int, opens: Sequence[Open], named: Iterable[int], rules: MatchRules, on: date = date.max
) -> Explanation:
    """The best reading of an amount over open documents of one account and currency. Those that the payer named go
    first.

    Order of readings: exactly the named ones; exactly one, all, or a sum of some; minus a withholding; minus a small
    difference; else a part of the named, or of those that the company's policy puts first on that day; any surplus
    stays unapplied.
    """
    ordered = sorted((o for o in opens if o.open_minor > 0), key=lambda o: (o.due_on, o.due_item))
    wanted = set(named)
    chosen = [o for o in ordered if o.due_item in wanted]
    document = {o.due_item: o.document for o in opens}
    # Of a document in instalments those that are open may be meant; it is closed when none is.
    if {document.get(item) for item in wanted} - {o.document for o in chosen}:
        # Named but no longer open: paying others with it would be a guess. What is open of the named, no more.
        part = _in_part(amount_minor, chosen, Strategy.OLDEST, on)
        return attrs.evolve(part, reason="match_named_closed", sure=False)
    groups = [chosen] if chosen else [[o] for o in ordered] + ([ordered] if len(ordered) > 1 else [])
    return (
        _exactly(amount_minor, groups)
        or _subset(amount_minor, ordered, chosen)
        or _with_deduction(amount_minor, groups, rules)
        or _in_part(amount_minor, chosen or ordered, Strategy.OLDEST if chosen else rules.strategy, on)
    )


def _whole(group: Sequence[Open]) -> tuple[tuple[int, int], ...]:
    return tuple((o.due_item, o.open_minor) for o in group)


def _exactly(amount: int, groups: Sequence[Sequence[Open]]) -> Explanation | None:
    for group in groups:
        if sum(o.open_minor for o in group) == amount:
            return Explanation("match_amount", _whole(group))
    return None


def _subset(amount: int, ordered: Sequence[Open], chosen: Sequence[Open]) -> Explanation | None:
    """Some documents that add up to the amount, holding the named ones: the fewest, then the oldest."""
    rest = [o for o in ordered if o not in chosen][:MOST_DOCUMENTS]
    left = amount - sum(o.open_minor for o in chosen)
    if left <= 0:
        return None
    for size in range(1 if chosen else 2, MOST_PIECES + 1):
        for group in combinations(rest, size):
            if sum(o.open_minor for o in group) == left:
                # More than what the payer named: likely, but it is for a person to say.
                return Explanation("match_subset", _whole([*chosen, *group]), sure=not chosen)
    # All but one: the customer leaves out the one he does not agree with.
    total = sum(o.open_minor for o in rest)
    for left_out in rest if len(rest) > MOST_PIECES + 1 else ():
        if total - left_out.open_minor == left:
            return Explanation(
                "match_subset", _whole([*chosen, *(o for o in rest if o is not left_out)]), sure=not chosen
            )
    return None


def _with_deduction(amount: int, groups: Sequence[Sequence[Open]], rules: MatchRules) -> Explanation | None:
    for group in groups:
        total = sum(o.open_minor for o in group)
        for tax in rules.withholdings:
            kept = money.pct_of(total, tax.pct)
            # Each document is rounded on its own by the payer: one minor unit per document may differ.
            if kept and abs(total - kept - amount) <= len(group):
                return _less(amount, group, "match_withholding", tax.kind)
        if 0 < total - amount <= rules.short_minor:
            return _less(amount, group, "match_short", "short")
    return None


def _less(amount: int, group: Sequence[Open], reason: str, kind: str) -> Explanation:
    """The group paid in full by the money and, in proportion, by the deduction."""
    total = sum(o.open_minor for o in group)
    cuts = money.allocate(total - amount, [o.open_minor for o in group])
    return Explanation(
        reason,
        tuple((o.due_item, o.open_minor - cut) for o, cut in zip(group, cuts)),
        0,
        tuple(Deduction(o.due_item, kind, cut) for o, cut in zip(group, cuts) if cut),
    )


def _in_part(amount: int, debts: Sequence[Open], strategy: Strategy, on: date) -> Explanation:
    """Not just what some documents ask. What is more than the named ones ask stays unapplied rather than paying what
    nobody named; where the policy waits for the payer, all of it does."""
    parts, left = shares(amount, debts, strategy, on)
    if strategy is Strategy.PAYER and debts:
        return Explanation("match_unnamed", (), left)
    return Explanation("match_overpaid" if left else "match_partial", parts, left)
