"""Whose is this line? Every clue points at accounts; clues of the same kind are compared, different kinds add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import attrs

from puntual.core.ledger import references
from puntual.core.ledger.statement import Customer, Line, MatchRules, Open, document_key, name_key, words

#: Likeness of two names, 0 to 1. Core's caller brings one (rapidfuzz in the product).
Similar = Callable[[str, str], float]


@attrs.frozen
class Clue:
    """A reason of the catalogue that points at an account, and the documents it names; `asked`: how much of each, where
    it is the reference of a payment request."""

    reason: str
    account: int
    due_items: tuple[int, ...] = ()
    likeness: float = 1.0
    asked: tuple[tuple[int, int], ...] = ()


@attrs.define
class Index:
    """Everything by which a line is recognised, looked up in one step."""

    accounts: frozenset[int]
    requests: dict[int, list[Open]]
    documents: dict[str, list[Open]]
    payer_accounts: dict[str, set[int]]
    tax_ids: dict[str, set[int]]
    aliases: dict[str, set[int]]
    names: dict[str, set[int]]
    by_word: dict[str, set[str]]


def index(customers: Iterable[Customer], opens: Iterable[Open]) -> Index:
    """Built once for a whole statement."""
    made = Index(frozenset(), *({} for _ in range(7)))
    accounts = set()
    for customer in customers:
        accounts.add(customer.account)
        _add_customer(made, customer)
    for item in opens:
        key = document_key(item.document)
        if key:
            made.documents.setdefault(key, []).append(item)
        for request in {item.request, *(request for request, _ in item.asked)} - {None}:
            made.requests.setdefault(request or 0, []).append(item)
    made.accounts = frozenset(accounts)
    return made


def _add_customer(made: Index, customer: Customer) -> None:
    for key, value in (
        *((made.payer_accounts, "".join(words(a))) for a in customer.payer_accounts),
        *((made.tax_ids, "".join(words(t))) for t in customer.tax_ids),
        *((made.aliases, name_key(a)) for a in customer.aliases),
        (made.names, name_key(customer.name)),
    ):
        if value:
            key.setdefault(value, set()).add(customer.account)
    name = name_key(customer.name)
    for word in name.split():
        for stem in {word, word[:4]}:
            made.by_word.setdefault(stem, set()).add(name)


def clues(line: Line, found: Index, rules: MatchRules, similar: Similar) -> list[Clue]:
    """Every clue of the line, the strongest kinds first. Names are compared only when nothing stronger spoke."""
    text = words(line.text)
    strong = [
        *_reference_clues(text, found),
        *_document_clues(text, line, found),
        *_exact("match_payer_account", ["".join(words(line.payer_account))], found.payer_accounts),
        *_exact("match_tax_id", [*text, *words(line.payer)], found.tax_ids),
    ]
    return strong + _name_clues(line, found, rules, similar, strong)


def joined(text: Sequence[str], longest: int = 3) -> Iterable[str]:
    """The words, and neighbours glued: banks break numbers with blanks and hyphens wherever they like."""
    for start in range(len(text)):
        for end in range(start + 1, min(start + longest, len(text)) + 1):
            yield "".join(text[start:end])


def _reference_clues(text: Sequence[str], found: Index) -> list[Clue]:
    made = {}
    for candidate in joined(text):
        read = references.read(candidate)
        if read is None:
            continue
        kind, number = read
        if kind == references.ACCOUNT and number in found.accounts:
            made[number] = Clue("match_reference", number)
        if kind == references.REQUEST and number in found.requests:
            items = found.requests[number]
            asked = tuple((i.due_item, dict(i.asked).get(number, 0)) for i in items)
            made[items[0].account] = Clue("match_reference", items[0].account, tuple(i for i, _ in asked), asked=asked)
    return list(made.values())


def _document_clues(text: Sequence[str], line: Line, found: Index) -> list[Clue]:
    """Documents that the concept names, together per account. A number of few digits alone names nothing."""
    by_account: dict[int, list[int]] = defaultdict(list)
    for candidate in dict.fromkeys(joined(text)):
        if len(candidate) < 5 or (candidate.isdigit() and len(candidate) < 6):
            continue
        for item in found.documents.get(candidate, ()):
            if item.currency == line.currency and item.due_item not in by_account[item.account]:
                by_account[item.account].append(item.due_item)
    return [Clue("match_document", account, tuple(items)) for account, items in by_account.items() if items]


def _exact(reason: str, keys: Iterable[str], table: dict[str, set[int]]) -> list[Clue]:
    accounts = {account for key in keys if key for account in table.get(key, ())}
    return [Clue(reason, account) for account in sorted(accounts)]


def _name_clues(line: Line, found: Index, rules: MatchRules, similar: Similar, strong: Sequence[Clue]) -> list[Clue]:
    payer = name_key(line.payer)
    if not payer:
        return []
    known = [*_exact("match_alias", [payer], found.aliases), *_exact("match_name", [payer], found.names)]
    if known or strong:
        return known
    return _similar_clues(payer, found, rules, similar)


def _similar_clues(payer: str, found: Index, rules: MatchRules, similar: Similar) -> list[Clue]:
    """The most similar customers; more than one when they are too close to tell apart."""
    near: set[str] = set()
    for word in payer.split():
        near |= found.by_word.get(word, found.by_word.get(word[:4], set()))
    scored = sorted(((similar(payer, name), name) for name in near), reverse=True)
    if not scored or scored[0][0] < rules.similar_from:
        return []
    best = scored[0][0]
    return [
        Clue("match_name", account, (), likeness)
        for likeness, name in scored
        if likeness > best - rules.similar_gap
        for account in sorted(found.names[name])
    ]
