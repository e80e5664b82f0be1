"""Cash application: lines of a bank against open documents. Pure; the books record what a person or the threshold
accepts.

Who paid (evidence) and what for (explain) are asked apart. A line is applied by itself only if one account stands out
and nothing speaks for another; everything else is a suggestion for a person, never a guess in the books.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import attrs

from puntual.core.ledger.evidence import Clue, Index, Similar, clues, index
from puntual.core.ledger.explain import Explanation, explain
from puntual.core.ledger.statement import Customer, Line, MatchRules, Open, Proposal, name_key, words

#: How far each clue alone is believed (0-100): with an amount that fits some documents, and without.
BELIEF: Mapping[str, tuple[int, int]] = {
    "match_reference": (100, 99),
    "match_document": (98, 93),
    "match_tax_id": (97, 92),
    "match_payer_account": (97, 91),
    "match_alias": (95, 80),
    "match_name": (94, 70),
}
#: An amount alone never applies itself: chance makes equal amounts.
AMOUNT_ONLY = 40
#: Kinds of clue that beat weaker ones when they point at different accounts: who pays for another uses the other's
#: reference.
_RANK = {"match_reference": 3, "match_document": 2, "match_tax_id": 1, "match_payer_account": 1}


def exact_only(one: str, other: str) -> float:
    """The likeness of names for whoever brings none: equal or not."""
    return 1.0 if sorted(one.split()) == sorted(other.split()) else 0.0


def match_statement(
    lines: Iterable[Line],
    customers: Iterable[Customer],
    opens: Iterable[Open],
    *,
    rules: MatchRules,
    similar: Similar = exact_only,
) -> list[Proposal]:
    """A proposal per line, in the order of the bank's days. Money proposed for one line is not there for the next."""
    opens = list(opens)
    desk = _Desk(index(customers, opens), opens, rules, similar)
    return [desk.propose(line) for line in sorted(lines, key=lambda line: (line.on, line.line))]


@attrs.define
class _Desk:
    """The open balances as lines use them up."""

    found: Index
    opens: Sequence[Open]
    rules: MatchRules
    similar: Similar
    by_account: dict[tuple[int, str], dict[int, Open]] = attrs.field(factory=lambda: defaultdict(dict))
    by_amount: dict[tuple[int, str], set[int]] = attrs.field(factory=lambda: defaultdict(set))

    def __attrs_post_init__(self) -> None:
        for item in self.opens:
            self.by_account[item.account, item.currency][item.due_item] = item
            self.by_amount[item.open_minor, item.currency].add(item.account)

    def propose(self, line: Line) -> Proposal:
        if line.amount_minor <= 0:
            return Proposal(line.line, None, (), line.amount_minor, 100, ("match_not_income",))
        pointed = clues(line, self.found, self.rules, self.similar)
        proposal = self._choose(line, pointed)
        if proposal.automatic:
            self._use(line, proposal)
        return proposal

    def _choose(self, line: Line, pointed: Sequence[Clue]) -> Proposal:
        pointed = _strongest(pointed)
        accounts = sorted({clue.account for clue in pointed})
        if len(accounts) != 1:
            return self._undecided(line, accounts)
        [account] = accounts
        reading = self._asked(line, account, pointed) or self._explain(
            line, account, [item for clue in pointed for item in clue.due_items]
        )
        confidence = _confidence(pointed, reading)
        reasons = (*dict.fromkeys(clue.reason for clue in pointed), reading.reason)
        return Proposal(
            line.line,
            account,
            reading.parts,
            reading.unapplied_minor,
            confidence,
            reasons,
            confidence >= self.rules.automatic_from and reading.sure,
            reading.deductions,
        )

    def _asked(self, line: Line, account: int, pointed: Sequence[Clue]) -> Explanation | None:
        """Just what a payment request asked of each document, when its reference brings its very amount and every
        document still owes that."""
        open_now = self.by_account[account, line.currency]
        for clue in pointed:
            owed = all(item in open_now and 0 < part <= open_now[item].open_minor for item, part in clue.asked)
            if clue.asked and owed and sum(part for _, part in clue.asked) == line.amount_minor:
                return Explanation("match_amount", clue.asked)
        return None

    def _explain(self, line: Line, account: int, named: Sequence[int]) -> Explanation:
        opens = list(self.by_account[account, line.currency].values())
        return explain(line.amount_minor, opens, named, self.rules, line.on)

    def _undecided(self, line: Line, accounts: Sequence[int]) -> Proposal:
        """Several accounts, or none: those that the amount fits are shown first, and a person decides."""
        if accounts:
            readings = [(account, self._explain(line, account, ())) for account in accounts]
            fitting = [pair for pair in readings if pair[1].fits]
            best, reading = (fitting or readings)[0]
            others = tuple(a for a in accounts if a != best)
            return self._ask(line, best, reading, others, 60 if len(fitting) == 1 else 30)
        alike = sorted(self.by_amount.get((line.amount_minor, line.currency), ()))
        if not alike:
            return Proposal(line.line, None, (), line.amount_minor, 0, ("match_none",))
        reading = self._explain(line, alike[0], ())
        return self._ask(line, alike[0], reading, tuple(alike[1:6]), AMOUNT_ONLY // len(alike))

    @staticmethod
    def _ask(line: Line, account: int, reading: Explanation, others: tuple[int, ...], confidence: int) -> Proposal:
        reasons = (reading.reason, "match_ambiguous") if others else (reading.reason,)
        return Proposal(
            line.line, account, reading.parts, reading.unapplied_minor, confidence, reasons, False,
            reading.deductions, others,
        )  # fmt: skip

    def _use(self, line: Line, proposal: Proposal) -> None:
        assert proposal.account is not None
        balances = self.by_account[proposal.account, line.currency]
        used = [*proposal.parts, *((d.due_item, d.amount_minor) for d in proposal.deductions)]
        for due_item, amount in used:
            item = balances[due_item]
            self.by_amount[item.open_minor, item.currency].discard(item.account)
            balances[due_item] = attrs.evolve(item, open_minor=item.open_minor - amount)


def _strongest(pointed: Sequence[Clue]) -> list[Clue]:
    """The clues of the accounts that the strongest kind points at; clues for other accounts give way to it."""
    best = max((_RANK.get(clue.reason, 0) for clue in pointed), default=0)
    top = {clue.account for clue in pointed if _RANK.get(clue.reason, 0) == best}
    # Someone else's document beside a reference is a contradiction, not a weaker voice.
    rivals = {clue.account for clue in pointed if clue.reason in ("match_reference", "match_document")}
    return [clue for clue in pointed if clue.account in top | rivals]


def _confidence(pointed: Sequence[Clue], reading: Explanation) -> int:
    """Doubts multiply: two clues of 10 % doubt each leave 1 %. An alike name counts by its likeness."""
    doubt = 1.0
    for reason in dict.fromkeys(clue.reason for clue in pointed):
        likeness = max(clue.likeness for clue in pointed if clue.reason == reason)
        belief = BELIEF[reason][0 if reading.fits else 1] * (likeness if likeness == 1.0 else likeness**0.25)
        doubt *= 1 - belief / 100
    return int(100 * (1 - doubt) + 0.5)


def learn(line: Line, account: int, customers: Iterable[Customer]) -> tuple[str | None, str | None]:
    """(name, bank account) that a confirmed line teaches about an account; None for what is known or is another's."""
    name, bank = name_key(line.payer), "".join(words(line.payer_account))
    for customer in customers:
        if name in {name_key(n) for n in (customer.name, *customer.aliases)}:
            name = ""
        if bank in {"".join(words(a)) for a in customer.payer_accounts} and customer.account == account:
            bank = ""
    return (name or None if len(name.split()) > 1 else None, bank or None)
