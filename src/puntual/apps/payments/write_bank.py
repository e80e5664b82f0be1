"""The only writer of bank matches: propose, apply what is sure, confirm with one key, split, undo, learn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import attrs
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from puntual.apps import bulk
from puntual.apps.imports import read as imports
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.payments import after, write_payouts
from puntual.apps.payments.choices import NOT_A_PAYMENT, AliasKind, LineState
from puntual.apps.payments.models import Alias, LineMatch, PaymentRequest, Payout
from puntual.apps.policies import read_rules as policies
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import read_applied, write_gateway
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import allocation, matching
from puntual.core.ledger.books import Component
from puntual.core.ledger.evidence import Similar
from puntual.core.ledger.statement import Customer, Deduction, Line, MatchRules, Open, Proposal, name_key, words

#: A line that was decided is never proposed again.
DECIDED = (LineState.APPLIED, LineState.IGNORED, LineState.PAYOUT)
#: Lines that are applied in one transaction: short enough that nobody waits for the books.
BATCH = 100
#: A document that was paid is still recognised when a payer names it this long after it fell due.
NAMED_STILL = timedelta(days=400)


@attrs.frozen
class Matched:
    """What a round did: lines looked at, applied by themselves, left for a person."""

    lines: int
    applied: int
    suggested: int


def match_lines(
    *, creditor_id: int, similar: Similar, at: datetime, rules: MatchRules | None = None, since: date | None = None
) -> Matched:
    """Understand every undecided movement of a creditor, and apply what stands out. Run again it only does what is
    new.
    """
    mine = LineMatch.objects.filter(creditor_id=creditor_id)
    # What a person took back is a person's to decide.
    decided = set(mine.filter(Q(state__in=DECIDED) | Q(undone__gt=0)).values_list("pk", flat=True))
    told = {pk: line for pk, line in imports.bank_lines(creditor_id, since) if pk not in decided}
    lines = [
        Line(
            pk, t.booked_on, t.amount_minor, t.currency, f"{t.text} {t.reference} {t.end_to_end_id}".strip(),
            t.counterparty_name, t.counterparty_account,
        )
        for pk, t in told.items()
    ]  # fmt: skip
    if not lines:
        # Nobody's name is unsealed for nothing.
        return Matched(0, 0, 0)
    # What others know to be theirs (charges of direct debit) is settled by them; a payout only says where it came from.
    claimed = set(import_string(settings.MATCH_CLAIMS)(creditor_id, lines, at))
    unclaimed = [line for line in lines if line.line not in claimed]
    payouts = claimed | write_payouts.claim(creditor_id=creditor_id, lines=unclaimed)
    wanted = [line for line in lines if line.line not in payouts]
    proposals = _proposals(creditor_id, wanted, similar, rules, at)
    by_id = {line.line: line for line in lines}
    applied = 0
    _save(creditor_id, proposals, at)
    LineMatch.objects.bulk_create(
        [LineMatch(line_id=pk, creditor_id=creditor_id, state=LineState.PAYOUT, automatic=True, at=at) for pk in
        payouts], update_conflicts=True, unique_fields=["line"], update_fields=["state", "automatic", "at"],
    )  # fmt: skip
    sure = [p for p in proposals if p.automatic]
    for piece in bulk.chunks(sure, BATCH):
        with transaction.atomic():
            _apply(creditor_id, [(by_id[p.line], p) for p in piece])
            LineMatch.objects.filter(pk__in=[p.line for p in piece]).update(state=LineState.APPLIED, at=at)
        applied += len(piece)
    return Matched(len(lines), applied, len(proposals) - applied)


def _proposals(
    creditor_id: int, lines: Sequence[Line], similar: Similar, rules: MatchRules | None, at: datetime
) -> list[Proposal]:
    """Each currency by its own rules: those of the company's policy, unless the caller brings others."""
    if not lines:
        return []
    customers = customers_of(creditor_id)
    opens = opens_of(creditor_id, min(line.on for line in lines))
    own = policies.cash_rules(creditor_id, at)
    found: list[Proposal] = []
    for currency in sorted({line.currency for line in lines}):
        mine = [line for line in lines if line.currency == currency]
        asked = rules or own.of(currency)
        found += matching.match_statement(mine, customers, opens, rules=asked, similar=similar)
    return found


def customers_of(creditor_id: int) -> list[Customer]:
    """Every account of a creditor with what identifies its payments, unsealed for as long as the round lasts."""
    pairs = parties.accounts_of(creditor_id)
    people = parties.people(party for _, party in pairs)
    known: dict[tuple[int, str], list[str]] = {}
    for alias in Alias.objects.filter(account__creditor_id=creditor_id):
        known.setdefault((alias.account_id, alias.kind), []).append(vault.unseal_file(alias.sealed).decode())
    return [
        Customer(
            account, people[party].name, (people[party].tax_id,) if people[party].tax_id else (),
            tuple(known.get((account, AliasKind.NAME), ())), tuple(known.get((account, AliasKind.BANK), ())),
        )
        for account, party in pairs
    ]  # fmt: skip


def opens_of(creditor_id: int, on: date) -> list[Open]:
    """Every due item that the bank may pay, with the last payment request that named it; and, with nothing open, those
    that a payer may still name on a day.

    What only a person has told is still open here: the bank's line will take its place.
    """
    requested: dict[int, int] = {}
    asked: dict[int, tuple[tuple[int, int], ...]] = {}
    for pk, items in PaymentRequest.objects.filter(creditor_id=creditor_id).order_by("pk").values_list("pk", "items"):
        for item, minor in items:
            requested[item], asked[item] = pk, (*asked.get(item, ()), (pk, minor))
    accounts = [account for account, _ in parties.accounts_of(creditor_id)]
    found = {
        b.due_item_id: Open(
            b.due_item_id, b.account_id, b.due_item.invoice.number, b.due_on, b.open_minor, b.currency,
            requested.get(b.due_item_id), b.interest_minor > 0 or b.fee_minor > 0, asked.get(b.due_item_id, ()),
        )
        for mine in receivables.open_items_by_account(accounts).values()
        for b in mine
        if b.open_minor > 0
    }  # fmt: skip
    for t in read_applied.told_only(creditor_id):
        left = found[t.due_item].open_minor if t.due_item in found else 0
        found[t.due_item] = Open(
            t.due_item, t.account, t.number, t.due_on, left + t.amount_minor, t.currency, requested.get(t.due_item),
            asked=asked.get(t.due_item, ()),
        )  # fmt: skip
    return [*found.values(), *_closed(creditor_id, found.values(), requested, on)]


def _closed(creditor_id: int, opens: Collection[Open], requested: Mapping[int, int], on: date) -> list[Open]:
    """Documents that owe nothing any more: a line that names one of them is for a person, tonight and every night
    after. One of which an instalment is still open is not closed."""
    known = {o.due_item for o in opens}
    alive = {(o.account, o.document) for o in opens}
    return [
        Open(item, account, number, due_on, 0, currency, requested.get(item))
        for item, account, number, due_on, currency in read_applied.closed_documents(creditor_id, on - NAMED_STILL)
        if item not in known and (account, number) not in alive
    ]


def _save(creditor_id: int, proposals: Sequence[Proposal], at: datetime) -> None:
    rows = [
        LineMatch(
            line_id=p.line, creditor_id=creditor_id, state=_first_state(p), account_id=p.account,
            confidence=p.confidence, reasons=list(p.reasons), parts=[list(x) for x in p.parts],
            deductions=[[d.due_item, d.kind, d.amount_minor] for d in p.deductions], unapplied_minor=p.unapplied_minor,
            alternatives=list(p.alternatives), automatic=p.automatic, at=at,
        )
        for p in proposals
    ]  # fmt: skip
    fields = [
        "state", "account", "confidence", "reasons", "parts", "deductions", "unapplied_minor", "alternatives",
        "automatic", "at",
    ]  # fmt: skip
    LineMatch.objects.bulk_create(
        rows, batch_size=80, update_conflicts=True, unique_fields=["line"], update_fields=fields
    )


def _first_state(p: Proposal) -> str:
    return LineState.IGNORED if p.reasons == ("match_not_income",) else LineState.SUGGESTED


def _apply(creditor_id: int, pairs: Sequence[tuple[Line, Proposal]], undone: int = 0) -> None:
    """The money of each line, then what was deducted, each under a key of its line."""
    told = {(t.account, t.currency) for t in read_applied.told_only(creditor_id, {p.account or 0 for _, p in pairs})}
    for line, p in pairs:
        assert p.account is not None
        if (p.account, line.currency) in told:
            write_gateway.confirm_provisional(
                account=p.account, amount_minor=line.amount_minor, currency=line.currency, on=line.on, source="bank"
            )
    payments = [
        books.NewPayment(
            p.account or 0, line.amount_minor, line.currency, line.on, line_key(line.line, undone), "bank", p.parts,
            apply=bool(p.parts),
        )
        for line, p in pairs
    ]  # fmt: skip
    books.post_payments(creditor_id=creditor_id, payments=payments)
    cut = [(line, p) for line, p in pairs if p.deductions]
    if not cut:
        return
    items = books.open_items_of([p.account or 0 for _, p in cut])
    rows = [
        books.Reduction(
            p.account or 0, "adjustment" if d.kind == "short" else "withholding", line.currency, line.on,
            f"{line_key(line.line, undone)}:{d.due_item}", "bank",
            _components(d, items.get((p.account or 0, line.currency), [])), d.kind,
        )
        for line, p in cut
        for d in p.deductions
    ]  # fmt: skip
    books.post_reductions(creditor_id=creditor_id, rows=rows)


def _components(d: Deduction, items: Sequence[allocation.OpenItem]) -> tuple[tuple[int, Component, int], ...]:
    applied, _ = allocation.named([(d.due_item, d.amount_minor)], items)
    return tuple((a.due_item, a.component, a.amount_minor) for a in applied)


def line_key(line: int, undone: int) -> str:
    """The key under which a line is in the books; after an undo it is another."""
    return f"bank:{line}:{undone}" if undone else f"bank:{line}"


@attrs.frozen
class Decision:
    """What a person says a line is: whose, and for which due items. With none, by the policy, or in favour."""

    account: int
    parts: tuple[tuple[int, int], ...] = ()
    deductions: tuple[tuple[int, str, int], ...] = ()
    learn: bool = True
    by_policy: bool = True


@transaction.atomic
def confirm(*, line_id: int, by: int | None, at: datetime, decision: Decision | None = None) -> LineMatch:
    """Apply a suggestion, or what the person says instead (another account, a split). Names and banks are learnt."""
    row = LineMatch.objects.select_for_update().get(pk=line_id)
    if row.state != LineState.SUGGESTED:
        raise Refused("Ese movimiento ya se había resuelto: deshágalo primero.", reason="match_ambiguous")
    line = _line(row)
    if line.amount_minor <= 0:
        raise Refused("Ese movimiento no es dinero que entra: apártelo.", reason="match_not_income")
    account = decision.account if decision else row.account_id
    if account is None:
        raise UnusableInput("Diga de qué cliente es este pago.", field="account")
    mine = parties.account(f"cta_{account}").creditor_id
    if mine != row.creditor_id:
        raise Refused("Ese cliente es de otra empresa: el dinero no puede cruzarse.", reason="match_ambiguous")
    parts = decision.parts if decision else tuple((i, m) for i, m in row.parts)
    told = decision.deductions if decision else tuple((i, k, m) for i, k, m in row.deductions)
    if sum(m for _, m in parts) > line.amount_minor:
        raise UnusableInput("Las partes suman más que el movimiento: revise los importes.", field="parts")
    p = Proposal(
        line.line, account, parts, line.amount_minor - sum(m for _, m in parts), 100, tuple(row.reasons),
        deductions=tuple(Deduction(*d) for d in told),
    )  # fmt: skip
    if not parts and (decision is None or decision.by_policy):
        p = attrs.evolve(p, parts=by_policy(row.creditor_id, account, line, at))
    _apply(row.creditor_id, [(line, p)], row.undone)
    if decision is None or decision.learn:
        _learn(line, account, at)
    row.state, row.account_id, row.by_id, row.at, row.automatic = LineState.APPLIED, account, by, at, False
    row.parts, row.unapplied_minor = [list(x) for x in p.parts], line.amount_minor - sum(m for _, m in p.parts)
    row.deductions = [list(d) for d in told]
    row.save()
    after.judge(row.creditor_id, [account], at)
    return row


def by_policy(creditor_id: int, account: int, line: Line, at: datetime) -> tuple[tuple[int, int], ...]:
    """The documents to which the company's policy sends money that names none."""
    items = books.open_items_of([account]).get((account, line.currency), [])
    strategy = policies.cash_rules(creditor_id, at).strategy
    return allocation.shares(line.amount_minor, items, strategy, line.on)[0]


@transaction.atomic
def undo(*, line_id: int, by: int | None, at: datetime, on: date) -> LineMatch:
    """Take an application back: the money and its deductions leave the books by their reversals; the line waits
    again.
    """
    row = LineMatch.objects.select_for_update().get(pk=line_id)
    if row.state == LineState.APPLIED:
        key = line_key(row.pk, row.undone)
        books.reverse_payment(key=key, on=on, source="bank", note="Se deshizo la conciliación")
        for item, kind, _ in row.deductions:
            name = "adjustment" if kind == "short" else "withholding"
            write_gateway.reverse_by_key(key=f"{name}:{key}:{item}", on=on, source="bank")
        row.undone += 1
        after.judge(row.creditor_id, [row.account_id], at)
    elif row.state == LineState.SUGGESTED:
        raise Refused("Ese movimiento todavía no se ha resuelto.", reason="match_none")
    elif row.state == LineState.PAYOUT:
        if not Payout.objects.filter(line_id=row.pk).update(line=None, on=None):
            raise Refused("Es el cobro de cuotas domiciliadas: si el banco lo devolvió, léalo en Domiciliaciones.")
    row.state, row.by_id, row.at, row.automatic = LineState.SUGGESTED, by, at, False
    row.reasons = [r for r in row.reasons if r not in NOT_A_PAYMENT]
    row.save()
    return row


@transaction.atomic
def ignore(*, line_id: int, by: int | None, at: datetime, why: str = "match_no_customer") -> LineMatch:
    """It is no payment of a customer; `why` is one of NOT_A_PAYMENT and is kept with its reasons."""
    if why not in NOT_A_PAYMENT:
        raise UnusableInput("Diga qué es ese movimiento.", field="why")
    row = LineMatch.objects.select_for_update().get(pk=line_id)
    if row.state != LineState.SUGGESTED:
        raise Refused("Ese movimiento ya se había resuelto: deshágalo primero.", reason="match_none")
    row.state, row.by_id, row.at = LineState.IGNORED, by, at
    row.reasons = [*row.reasons, why]
    row.save()
    return row


def _line(row: LineMatch) -> Line:
    t = imports.bank_line(row.pk)
    return Line(row.pk, t.booked_on, t.amount_minor, t.currency, t.text, t.counterparty_name, t.counterparty_account)


def _learn(line: Line, account: int, at: datetime) -> None:
    """The payer's name and bank account, unless they are another customer's or name nobody."""
    taken = Alias.objects.exclude(account_id=account)
    bank = "".join(words(line.payer_account))
    for kind, value in ((AliasKind.NAME, name_key(line.payer)), (AliasKind.BANK, bank)):
        digest = vault.digest(f"alias:{kind}", value)
        if len(value) < 8 or taken.filter(kind=kind, digest=digest).exists():
            continue
        Alias.objects.get_or_create(
            account_id=account, kind=kind, digest=digest,
            defaults={"sealed": vault.seal_file(value.encode()), "learnt_at": at},
        )  # fmt: skip


def learn_accounts(pairs: Iterable[tuple[int, str]], at: datetime) -> None:
    """(account, bank account) pairs that are known from elsewhere, as if a person had confirmed them."""
    rows = [(account, "".join(words(bank))) for account, bank in pairs]
    Alias.objects.bulk_create(
        [
            Alias(
                account_id=account, kind=AliasKind.BANK, digest=vault.digest(f"alias:{AliasKind.BANK}", bank),
                sealed=vault.seal_file(bank.encode()), learnt_at=at,
            )
            for account, bank in rows
        ], ignore_conflicts=True, batch_size=500,
    )  # fmt: skip


def learnt(account_id: int) -> Mapping[str, int]:
    """How many names and bank accounts are known for an account."""
    rows = Alias.objects.filter(account_id=account_id).values_list("kind", flat=True)
    found = dict.fromkeys(AliasKind.values, 0)
    for kind in rows:
        found[kind] += 1
    return found
