"""Reads of «Conciliar pagos»: totals, a page of movements with their evidence, who may be the payer. Bounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

import attrs
from django.db.models import Count, Q, QuerySet, Sum

from puntual.apps.imports import read as imports
from puntual.apps.payments import read, write_bulk
from puntual.apps.payments.choices import LineState
from puntual.apps.payments.models import LineMatch
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import read_applied
from puntual.apps.receivables import read_screens as books
from puntual.core.ledger.allocation import Strategy, shares
from puntual.core.ledger.statement import Open
from puntual.ports.einvoice import StatementLine

PAGE = 25
#: Confidence from which a suggestion is called likely, and from which it is called sure.
LIKELY, SURE = 60, 85
BANDS = {"sure": Q(confidence__gte=SURE), "likely": Q(confidence__gte=LIKELY, confidence__lt=SURE),
         "doubtful": Q(confidence__lt=LIKELY, account__isnull=False), "nobody": Q(account=None)}  # fmt: skip


@attrs.frozen
class Tallied:
    """A number of movements and what they add up to, (currency, minor units) each."""

    n: int
    amounts: tuple[tuple[str, int], ...]


@attrs.frozen
class Totals:
    """How the money that came in stands: understood alone, waiting for a person, of nobody, in favour, and since
    when."""

    automatic: Tallied
    waiting: Tallied
    nobody: Tallied
    unapplied: Tallied
    automatic_bp: int
    through: date | None
    stale: bool
    unread: int

    @property
    def automatic_pct(self) -> str:
        """The share of income that nobody had to look at, in percent with one decimal."""
        return f"{self.automatic_bp / 100:.1f}"


def totals(creditor_id: int, today: date) -> Totals:
    """The figures over the queue."""
    mine = LineMatch.objects.filter(creditor_id=creditor_id)
    through, tally = read.bank_through(creditor_id), read.tally(creditor_id)
    decided = tally.suggested + tally.applied + tally.ignored + tally.payout
    return Totals(
        _sum(mine.filter(state=LineState.APPLIED, automatic=True)),
        _sum(mine.filter(state=LineState.SUGGESTED)),
        _nobody(creditor_id),
        _in_favour(creditor_id, today),
        tally.automatic_bp,
        through,
        read.is_stale(through, today),
        max(imports.bank_line_count(creditor_id) - decided, 0),
    )


def any_movement(creditor_id: int) -> bool:
    """Whether any movement of the bank was ever understood."""
    return LineMatch.objects.filter(creditor_id=creditor_id).exists()


def _sum(rows: QuerySet[LineMatch]) -> Tallied:
    found = rows.order_by().values_list("line__currency").annotate(n=Count("pk"), minor=Sum("line__amount_minor"))
    told = sorted(found, key=lambda row: -row[2])
    return Tallied(sum(n for _, n, _ in told), tuple((currency, int(minor)) for currency, _, minor in told))


def _nobody(creditor_id: int) -> Tallied:
    amounts: dict[str, int] = {}
    payments = read.unidentified(creditor_id)
    for payment in payments:
        amounts[payment.currency] = amounts.get(payment.currency, 0) + payment.net_minor
    return Tallied(len(payments), tuple(amounts.items()))


def _in_favour(creditor_id: int, today: date) -> Tallied:
    rows = books.matching(creditor_id, books.Filters(balance="credit"), today)
    found = list(rows.order_by().values_list("currency").annotate(n=Count("pk"), minor=Sum("unapplied_minor")))
    return Tallied(sum(n for _, n, _ in found), tuple((currency, int(minor)) for currency, _, minor in found))


@attrs.frozen
class Filters:
    """What the queue is narrowed to. Empty texts narrow nothing."""

    state: str = LineState.SUGGESTED
    query: str = ""
    band: str = ""
    currency: str = ""


@attrs.frozen
class Row:
    """A movement with what was understood of it. `parts`: (document, minor units)."""

    match: LineMatch
    movement: StatementLine
    name: str
    parts: tuple[tuple[str, int], ...]
    deductions: tuple[tuple[str, str, int], ...]
    others: int

    @property
    def bare(self) -> Row:
        """The same without what was suggested: somebody wants it shared otherwise."""
        return attrs.evolve(self, match=LineMatch(line_id=self.match.pk, creditor_id=self.match.creditor_id))

    @property
    def tone(self) -> str:
        """How sure, as a code: sure, likely, doubtful or nobody."""
        if self.match.account_id is None:
            return "nobody"
        return "sure" if self.match.confidence >= SURE else "likely" if self.match.confidence >= LIKELY else "doubtful"


def page_of(creditor_id: int, filters: Filters, after: str) -> tuple[list[Row], str]:
    """A page of movements, the surest first (the newest first once decided), and the mark of the next one."""
    rows = matching(creditor_id, filters)
    sure_first = filters.state == LineState.SUGGESTED
    got = list(_after(rows, after, sure_first).select_related("account")[: PAGE + 1])
    if len(got) <= PAGE:
        return rows_of(got), ""
    last = got[PAGE - 1]
    return rows_of(got[:PAGE]), f"{last.confidence}.{last.pk}"


def matching(creditor_id: int, filters: Filters) -> QuerySet[LineMatch]:
    """The movements that the filters leave, the surest first."""
    rows = read.matches(creditor_id, filters.state)
    if filters.band in BANDS:
        rows = rows.filter(BANDS[filters.band])
    if filters.currency:
        rows = rows.filter(line__currency=filters.currency)
    text = filters.query.strip()
    if text:
        rows = rows.filter(Q(account_id__in=books.accounts_found(creditor_id, text)) | _amount_is(text))
    return rows


def almost_sure(creditor_id: int, filters: Filters) -> list[int]:
    """The movements of the list that almost surely are whose they seem, the surest first: what one press may settle."""
    wanted = attrs.evolve(filters, state=LineState.SUGGESTED, band="sure")
    rows = matching(creditor_id, wanted).filter(account__isnull=False, line__amount_minor__gt=0)
    return list(rows.values_list("pk", flat=True)[: write_bulk.MOST])


def almost_sure_sum(creditor_id: int, filters: Filters) -> Tallied:
    """How many those are and what they add up to, told before the press."""
    return _sum(LineMatch.objects.filter(pk__in=almost_sure(creditor_id, filters)))


def _amount_is(text: str) -> Q:
    """The movements of that amount, in any currency, when the text is one."""
    try:
        value = Decimal(text.replace("$", "").replace(",", "").strip())
        minors = {int(value.scaleb(places)) for places in (0, 2, 3)}
    except (InvalidOperation, ValueError, OverflowError):
        return Q(pk__in=())
    return Q(line__amount_minor__in=sorted(m for m in minors if abs(m) < 2**62))


def _after(rows: QuerySet[LineMatch], mark: str, sure_first: bool) -> QuerySet[LineMatch]:
    confidence, _, pk = mark.partition(".")
    known = confidence.isdigit() and pk.isdigit()
    if not sure_first:
        return (rows.filter(pk__lt=int(pk)) if known else rows).order_by("-pk")
    if known:
        tie = Q(confidence=int(confidence), pk__gt=int(pk))
        rows = rows.filter(Q(confidence__lt=int(confidence)) | tie)
    return rows


def rows_of(matches: Sequence[LineMatch]) -> list[Row]:
    """The matches with names and documents, in a few queries whatever the page."""
    movements = imports.movements(m.pk for m in matches)
    names = books.names_of(m.account for m in matches if m.account)
    items = {i for m in matches for i, *_ in [*m.parts, *m.deductions]}
    labels = read.labels_of(items)
    return [
        Row(
            m, movements[m.pk], names.get(m.account_id or 0, ""),
            tuple((labels.get(i, str(i)), minor) for i, minor in m.parts),
            tuple((labels.get(i, str(i)), kind, minor) for i, kind, minor in m.deductions), len(m.alternatives),
        )
        for m in matches
    ]  # fmt: skip


def one(creditor_id: int, pk: int) -> Row | None:
    """One movement of the creditor."""
    found = LineMatch.objects.filter(creditor_id=creditor_id, pk=pk).select_related("account")
    rows = rows_of(list(found))
    return rows[0] if rows else None


@attrs.frozen
class Candidate:
    """A customer whose the money may be, with what it owes in the money's currency."""

    account: int
    code: str
    name: str
    open_minor: int
    items_open: int


def candidates(creditor_id: int, accounts: Iterable[int], currency: str) -> list[Candidate]:
    """Those accounts of the creditor, in the given order."""
    wanted = list(dict.fromkeys(accounts))
    rows = books.matching(creditor_id, books.Filters(balance="all"), date.min)
    balances = rows.filter(account_id__in=wanted).select_related("account")
    names = books.names_of(b.account for b in balances)
    mine = {b.account_id: b for b in balances if b.currency == currency}
    kept = {b.account_id: b for b in balances} | mine
    return [
        Candidate(
            pk, kept[pk].account.code, names[pk], mine[pk].open_minor if pk in mine else 0,
            mine[pk].items_open if pk in mine else 0,
        )
        for pk in wanted
        if pk in kept
    ]  # fmt: skip


def found(creditor_id: int, text: str, currency: str, limit: int = 8) -> list[Candidate]:
    """The customers that a search gives: by name, tax id, code or document."""
    return candidates(creditor_id, books.accounts_found(creditor_id, text, limit), currency) if text.strip() else []


@attrs.frozen
class Favour:
    """Money of a customer that waits unapplied beside what the same customer owes."""

    account: int
    name: str
    unapplied_minor: int
    open_minor: int
    items_open: int
    currency: str


@attrs.frozen
class Document:
    """A due item on which money may be put: what is open of it, and how much of the money is proposed for it."""

    due_item: int
    label: str
    due_on: date
    open_minor: int
    part_minor: int
    currency: str


def documents(account_id: int, row: Row, strategy: Strategy) -> list[Document]:
    """What the account owes in the movement's currency, oldest first, with the part of the money that is proposed for
    each: as it was suggested for that account, else by the strategy.

    What only a person has told as paid is still open when the suggestion names it: the bank's line takes its place.
    """
    told = dict(row.match.parts) if account_id == row.match.account_id else {}
    opened = _opened(account_id, row, told)
    parts = told or dict(
        shares(max(row.movement.amount_minor, 0), opened.values(), strategy, row.movement.booked_on)[0]
    )
    labels = read.labels_of(opened)
    left, found = row.movement.amount_minor, []
    for item, o in sorted(opened.items(), key=lambda pair: (pair[1].due_on, pair[0])):
        part = min(parts.get(item, 0), left, o.open_minor)
        left -= part
        found.append(Document(item, labels[item], o.due_on, o.open_minor, part, o.currency))
    return found


def _opened(account_id: int, row: Row, told: Mapping[int, int]) -> dict[int, Open]:
    currency = row.movement.currency
    opened = {
        b.due_item_id: Open(
            b.due_item_id, account_id, "", b.due_on, b.open_minor, currency, None, b.open_minor > b.principal_minor
        )
        for b in receivables.open_items(account_id)
        if b.currency == currency and b.open_minor > 0
    }  # fmt: skip
    for t in read_applied.told_only(row.match.creditor_id, {account_id}):
        if t.due_item in told and t.currency == currency:
            before = opened.get(t.due_item) or Open(t.due_item, account_id, "", t.due_on, 0, currency)
            opened[t.due_item] = attrs.evolve(before, open_minor=before.open_minor + t.amount_minor)
    return opened


def in_favour(creditor_id: int, today: date) -> list[Favour]:
    """Accounts with money that nobody applied while they owe in the same currency, the most money first."""
    rows = books.matching(creditor_id, books.Filters(balance="credit"), today)
    owing = rows.filter(open_minor__gt=0).select_related("account").order_by("-unapplied_minor", "account_id")
    found = list(owing[:PAGE])
    names = books.names_of(b.account for b in found)
    return [
        Favour(b.account_id, names.get(b.account_id, ""), b.unapplied_minor, b.open_minor, b.items_open, b.currency)
        for b in found
    ]
