"""Reads for the screens of the books. Each is bounded: by a page, by an index, or by the days that have due items."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import attrs
from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Sum, Value, When

from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables.models import AccountBalance, DayTotal, DueBalance, Entry, Event, Invoice
from puntual.ui.ageing import BUCKETS

PAGE = 50
#: Counting stops here: beyond it, people read "más de 10,000".
COUNT_MAX = 10_000
#: First day past due of each bucket but the first; a bucket ends where the next begins.
_BOUNDS = (1, 31, 61, 91)
#: Events that bring or take money, among which "collected" is looked for.
_MONEY_KINDS = ("payment", "reversal", "chargeback", "refund", "recovery")
_CASH = 3


def bucket_of(days_past_due: int) -> int:
    """The index of the ageing bucket of so many days past due."""
    return sum(days_past_due >= bound for bound in _BOUNDS)


def ageing_by_currency(creditor_id: int, today: date) -> dict[str, list[int]]:
    """currency -> open amount of each bucket, the largest total first; from the totals per due date."""
    late = [today - timedelta(days=bound - 1) for bound in _BOUNDS]
    bucket = Case(
        *(When(due_on__lt=late[i], then=Value(i + 1)) for i in reversed(range(len(late)))),
        default=Value(0),
        output_field=IntegerField(),
    )
    rows = (
        DayTotal.objects.filter(creditor_id=creditor_id)
        .exclude(open_minor=0)
        .values("currency", bucket=bucket)
        .annotate(minor=Sum("open_minor"))
        .values_list("currency", "bucket", "minor")
    )
    found: dict[str, list[int]] = {}
    for currency, index, minor in rows:
        found.setdefault(currency, [0] * len(BUCKETS))[index] += int(minor)
    return dict(sorted(found.items(), key=lambda pair: -sum(pair[1])))


def collected_by_day(creditor_id: int, start: date, end: date) -> dict[date, dict[str, int]]:
    """day -> currency -> money received less money taken back, over [start, end)."""
    rows = (
        Entry.objects.filter(
            ledger=_CASH,
            event__creditor_id=creditor_id,
            event__kind__in=_MONEY_KINDS,
            event__effective_on__gte=start,
            event__effective_on__lt=end,
        )
        .values_list("event__effective_on", "event__currency")
        .annotate(minor=Sum("amount_minor"))
    )
    found: dict[date, dict[str, int]] = {}
    for day, currency, minor in rows:
        found.setdefault(day, {})[currency] = int(minor)
    return found


def names_of(accounts: Iterable[Account]) -> dict[int, str]:
    """account id -> name of its party, or its code."""
    rows = {a.pk: a for a in accounts}
    people = parties.people([a.party_id for a in rows.values()])
    return {pk: people[a.party_id].name or a.code for pk, a in rows.items()}


def payments_on(creditor_id: int, day: date, limit: int = 8) -> list[tuple[Event, str, int]]:
    """The last payments of a day: the event, who paid and how much money it brought."""
    events = Event.objects.filter(creditor_id=creditor_id, kind="payment", effective_on=day, reversed_by=None)
    rows = events.select_related("account").order_by("-pk")[:limit]
    cash = dict(
        Entry.objects.filter(event__in=[e.pk for e in rows], ledger=_CASH)
        .values_list("event_id")
        .annotate(minor=Sum("amount_minor"))
    )
    names = names_of(e.account for e in rows)
    return [(e, names[e.account_id], int(cash.get(e.pk, 0))) for e in rows]


@attrs.frozen
class Filters:
    """What a list of accounts is narrowed to. Empty texts narrow nothing."""

    query: str = ""
    currency: str = ""
    age: str = ""
    balance: str = "open"
    segment: str = ""
    order: str = "-open"


ORDERS = ("-open", "open", "oldest", "-oldest")
BALANCES = ("open", "overdue", "credit", "all")


@attrs.frozen
class Line:
    """One account in one currency, as a list shows it. `pk` is its balance's."""

    pk: int
    account: Account
    name: str
    tax_id: str
    country: str
    currency: str
    open_minor: int
    overdue_minor: int
    unapplied_minor: int
    items_open: int
    oldest_due_on: date | None
    days_past_due: int | None
    state: str


def matching(creditor_id: int, filters: Filters, today: date) -> QuerySet[AccountBalance]:
    """The balances that the filters leave, in no order."""
    rows = AccountBalance.objects.filter(creditor_id=creditor_id)
    rows = rows.filter(_balance_is(filters.balance, today))
    if filters.currency:
        rows = rows.filter(currency=filters.currency)
    if filters.age:
        rows = rows.filter(_age_is(filters.age, today))
    if filters.segment:
        rows = rows.filter(account__segment=filters.segment)
    if filters.query.strip():
        rows = rows.filter(account_id__in=accounts_found(creditor_id, filters.query))
    return rows


def _balance_is(balance: str, today: date) -> Q:
    return {
        "open": Q(open_minor__gt=0),
        "overdue": Q(open_minor__gt=0, oldest_due_on__lt=today),
        "credit": Q(unapplied_minor__gt=0) & ~Q(unapplied_minor=0),
    }.get(balance, Q())


def _age_is(code: str, today: date) -> Q:
    """By the oldest open due date of the account: the bucket where its worst document is."""
    codes = [c for c, _name in BUCKETS]
    if code not in codes:
        return Q()
    index = codes.index(code)
    newest = today - timedelta(days=_BOUNDS[index - 1]) if index else None
    oldest = today - timedelta(days=_BOUNDS[index] - 1) if index < len(_BOUNDS) else None
    wanted = Q(oldest_due_on__lte=newest) if newest else Q()
    return wanted & Q(oldest_due_on__gte=oldest) if oldest else wanted


#: How many of those that have the words are looked at to say which are nearest.
_LOOKED_AT = 300


def accounts_found(creditor_id: int, query: str, limit: int = 500) -> list[int]:
    """Accounts by name, tax id, contact, own code or the number of one of their invoices."""
    text = query.strip()
    found = list(Account.objects.filter(creditor_id=creditor_id, code=text).values_list("pk", flat=True))
    numbers = Invoice.objects.filter(creditor_id=creditor_id, number=text)
    found += numbers.values_list("account_id", flat=True)[:limit]
    people = parties.parties_matching(text, limit)
    if people:
        found += Account.objects.filter(creditor_id=creditor_id, party_id__in=people).values_list("pk", flat=True)
    return list(dict.fromkeys(found))[:limit]


def nearest(creditor_id: int, query: str, limit: int = 8) -> list[AccountBalance]:
    """The customers that are most like what was typed: its very code or name, then what begins so, then the rest, each
    by what is owed."""
    ids = accounts_found(creditor_id, query, limit=_LOOKED_AT)
    rows = list(AccountBalance.objects.filter(account_id__in=ids).select_related("account"))
    names = names_of(row.account for row in rows)
    typed = flat(query)
    return sorted(
        rows, key=lambda r: (_far(typed, flat(names[r.account_id]), flat(r.account.code)), -r.open_minor, r.pk)
    )[:limit]


def flat(text: str) -> str:
    """A text without accents, capitals or double spaces."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(plain.split())


def _far(typed: str, name: str, code: str) -> int:
    """0: it is that; 1: it begins so, as a word; 2: it begins so; 3: it only has those words."""
    if typed in (name, code):
        return 0
    if name.startswith(f"{typed} "):
        return 1
    return 2 if name.startswith(typed) or code.startswith(typed) else 3


def count_up_to(rows: QuerySet[AccountBalance], most: int = COUNT_MAX) -> int:
    """How many rows there are, counting at most one more than `most`."""
    return rows.order_by()[: most + 1].count()


def page_of(
    rows: QuerySet[AccountBalance], order: str, after: str, size: int = PAGE
) -> tuple[list[AccountBalance], str]:
    """One page in order and the mark that the next one starts after ("" when there is none)."""
    field = "open_minor" if order.endswith("open") else "oldest_due_on"
    sign = "-" if order.startswith("-") else ""
    if field == "oldest_due_on":
        # "-oldest" means the oldest debt first, which is the smallest date.
        sign = "" if sign else "-"
        rows = rows.filter(oldest_due_on__isnull=False)
    rows = _after(rows, field, bool(sign), after)
    got = list(rows.select_related("account").order_by(f"{sign}{field}", "account_id", "pk")[: size + 1])
    if len(got) <= size:
        return got, ""
    last = got[size - 1]
    value = getattr(last, field)
    return got[:size], f"{value.isoformat() if isinstance(value, date) else value}.{last.account_id}.{last.pk}"


def _after(rows: QuerySet[AccountBalance], field: str, descending: bool, mark: str) -> QuerySet[AccountBalance]:
    parts = mark.split(".")
    if len(parts) != 3 or not (parts[1].isdigit() and parts[2].isdigit()):
        return rows
    try:
        value = int(parts[0]) if field == "open_minor" else date.fromisoformat(parts[0])
    except ValueError:
        return rows
    account, pk = int(parts[1]), int(parts[2])
    way = "lt" if descending else "gt"
    beyond = Q(**{f"{field}__{way}": value})
    tie = Q(**{field: value}) & (Q(account_id__gt=account) | Q(account_id=account, pk__gt=pk))
    # The first condition bounds the walk over the index; the second is exact.
    return rows.filter(**{f"{field}__{way}e": value}).filter(beyond | tie)


def lines(balances: Sequence[AccountBalance], today: date) -> list[Line]:
    """The rows of a page with names (unsealed) and what is overdue, in three more queries whatever the page."""
    people = parties.people([b.account.party_id for b in balances])
    overdue = overdue_of([b.account_id for b in balances], today)
    found = []
    for b in balances:
        person = people[b.account.party_id]
        days = (today - b.oldest_due_on).days if b.oldest_due_on else None
        found.append(
            Line(
                b.pk,
                b.account,
                person.name or b.account.code,
                person.tax_id,
                person.country,
                b.currency,
                b.open_minor,
                overdue.get((b.account_id, b.currency), 0),
                b.unapplied_minor,
                b.items_open,
                b.oldest_due_on,
                days,
                _state(b.open_minor, days),
            )
        )
    return found


def _state(open_minor: int, days: int | None) -> str:
    if open_minor <= 0 or days is None:
        return "paid" if open_minor == 0 else "credit"
    return "overdue" if days > 0 else "due_today" if days == 0 else "upcoming"


def overdue_of(account_ids: Iterable[int], today: date) -> Mapping[tuple[int, str], int]:
    """(account, currency) -> what is past due, for the accounts of a page."""
    rows = (
        DueBalance.objects.filter(account_id__in=list(account_ids), due_on__lt=today)
        .exclude(open_minor=0)
        .values_list("account_id", "currency")
        .annotate(minor=Sum("open_minor"))
    )
    return {(account, currency): int(minor) for account, currency, minor in rows}


def totals(rows: QuerySet[AccountBalance]) -> list[tuple[str, int, int]]:
    """(currency, accounts, open amount) of what a selection holds; for previews of bulk actions."""
    found = rows.order_by().values_list("currency").annotate(n=Count("pk"), minor=Sum("open_minor"))
    return [(currency, n, int(minor or 0)) for currency, n, minor in found.order_by("-minor")]


def to_look_at(creditor_id: int, today: date, limit: int = 6) -> list[Line]:
    """The largest balances that have something past due."""
    rows = AccountBalance.objects.filter(creditor_id=creditor_id, open_minor__gt=0, oldest_due_on__lt=today)
    return lines(list(rows.select_related("account").order_by("-open_minor", "account_id")[:limit]), today)


def in_favour(creditor_id: int) -> QuerySet[AccountBalance]:
    """Accounts that owe and also have money received without applying."""
    rows = AccountBalance.objects.filter(creditor_id=creditor_id, open_minor__gt=0, unapplied_minor__gt=0)
    return rows.exclude(unapplied_minor=0)


def has_books(creditor_id: int) -> bool:
    """Whether anything was ever invoiced or loaded."""
    return AccountBalance.objects.filter(creditor_id=creditor_id).exists()


def segments(creditor_id: int, limit: int = 40) -> list[str]:
    """The segments in use, for a filter: one step of the index for each, however many accounts there are."""
    used = Account.objects.filter(creditor_id=creditor_id).exclude(segment="").order_by("segment")
    found: list[str] = []
    while len(found) < limit:
        after = used.filter(segment__gt=found[-1]) if found else used
        segment = after.values_list("segment", flat=True).first()
        if segment is None:
            break
        found.append(segment)
    return found


def account_page(pk: int) -> tuple[Account, list[AccountBalance]] | None:
    """An account with its balances, the largest first."""
    account = Account.objects.select_related("party", "creditor", "policy").filter(pk=pk).first()
    if account is None:
        return None
    return account, list(AccountBalance.objects.filter(account=account).order_by("-open_minor", "currency"))


def invoice_page(pk: int) -> Invoice | None:
    """An invoice with its account."""
    return Invoice.objects.select_related("account__party", "creditor", "document").filter(pk=pk).first()


def last_entry_on(due_items: Iterable[int]) -> dict[int, date]:
    """due item -> day of the last fact that moved it."""
    rows = Entry.objects.filter(due_item_id__in=list(due_items)).values_list("due_item_id")
    return dict(rows.annotate(day=Max(F("event__effective_on"))))
