"""The only reader of the books: frames for the core, rows for screens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl
from django.db.models import Count

from puntual.apps import bulk
from puntual.apps.receivables.models import AccountBalance, DayTotal, DueBalance, DueItem, Entry, Event, Invoice
from puntual.core.frames import ACCOUNTS, ENTRIES, Column
from puntual.core.ledger.invariants import Books

_COMPONENT = "CASE e.component WHEN 1 THEN 'principal' WHEN 2 THEN 'interest' ELSE 'fee' END"

_ENTRIES_SQL = f"""
SELECT e.id AS entry, e.due_item_id AS due_item, e.account_id AS account, a.party_id AS party,
       v.creditor_id AS creditor, v.kind AS kind, {_COMPONENT} AS component, e.amount_minor, v.currency,
       v.effective_on, d.due_on
FROM receivables_entry e
JOIN receivables_event v ON v.id = e.event_id
JOIN receivables_dueitem d ON d.id = e.due_item_id
JOIN parties_account a ON a.id = e.account_id
WHERE e.ledger = 1 {{where}}
"""

_OPEN = {name: spec for name, spec in ENTRIES.items() if name not in ("entry", "kind", "effective_on", "party")}


def entries_frame(
    *, creditor_id: int | None = None, accounts: Sequence[int] = (), until: date | None = None
) -> pl.DataFrame:
    """Every entry of the receivable, with the columns of frames.ENTRIES. For a past date, an account, an audit."""
    where = ""
    if creditor_id is not None:
        where += f" AND v.creditor_id = {int(creditor_id)}"
    if accounts:
        where += f" AND e.account_id IN ({', '.join(str(int(a)) for a in accounts)})"
    if until is not None:
        where += f" AND v.effective_on <= '{until.isoformat()}'"
    return bulk.read_frame(_ENTRIES_SQL.format(where=where), ENTRIES)


def brought_forward(*, as_of: date, creditor_id: int | None = None, account: int | None = None) -> pl.DataFrame:
    """The open balances of today as entries brought forward: one row per due item and component that is not zero.

    The same position as from all the entries (`check` compares both), read from the projection. Only for dates from
    today on: for an earlier one, `entries_frame`. Its `entry` is 0 and its `kind` brought_forward.
    """
    where = "WHERE b.open_minor <> 0"
    where += f" AND b.creditor_id = {int(creditor_id)}" if creditor_id is not None else ""
    where += f" AND b.account_id = {int(account)}" if account is not None else ""
    wide = bulk.read_frame(
        "SELECT b.due_item_id AS due_item, b.account_id AS account, b.creditor_id AS creditor, b.currency, b.due_on, "
        f"b.principal_minor, b.interest_minor, b.fee_minor FROM receivables_duebalance b {where}",
        _FORWARD,
    )
    parties = accounts_frame(creditor_id=creditor_id).select("account", "party").unique("account")
    parts = [
        wide.filter(pl.col(f"{part}_minor") != 0).select(
            "due_item", "account", "creditor", "currency", "due_on",
            amount_minor=pl.col(f"{part}_minor"), component=pl.lit(part),
        )
        for part in ("principal", "interest", "fee")
    ]  # fmt: skip
    return (
        pl.concat(parts)
        .join(parties, on="account", how="inner")
        .with_columns(entry=pl.lit(0, dtype=pl.Int64), kind=pl.lit("brought_forward"), effective_on=pl.lit(as_of))
        .select(ENTRIES.keys())
    )


_FORWARD = {
    "due_item": Column(pl.Int64, "documento"),
    "account": Column(pl.Int64, "cuenta"),
    "creditor": Column(pl.Int64, "acreedor"),
    "currency": Column(pl.String, "moneda"),
    "due_on": Column(pl.Date, "vencimiento"),
    "principal_minor": Column(pl.Int64, "capital abierto"),
    "interest_minor": Column(pl.Int64, "interés abierto"),
    "fee_minor": Column(pl.Int64, "gastos abiertos"),
}


def accounts_frame(*, creditor_id: int | None = None) -> pl.DataFrame:
    """Accounts with what they have in favour, one row per account and currency with unapplied money, else one per
    account."""
    where = f"WHERE a.creditor_id = {int(creditor_id)}" if creditor_id is not None else ""
    return bulk.read_frame(
        "SELECT a.id AS account, a.party_id AS party, a.creditor_id AS creditor, a.segment, a.policy_id AS policy, "
        "COALESCE(b.unapplied_minor, 0) AS unapplied_minor, b.currency FROM parties_account a "
        "LEFT JOIN receivables_accountbalance b ON b.account_id = a.id AND b.unapplied_minor <> 0 " + where,
        ACCOUNTS,
    )


HISTORY = {
    "due_item": Column(pl.Int64, "documento"),
    "account": Column(pl.Int64, "cuenta"),
    "party": Column(pl.Int64, "persona"),
    "creditor": Column(pl.Int64, "acreedor"),
    "issued_on": Column(pl.Date, "fecha"),
    "due_on": Column(pl.Date, "vencimiento"),
    "amount_minor": Column(pl.Int64, "importe original"),
    "currency": Column(pl.String, "moneda"),
    "paid_on": Column(pl.Date, "día en que su capital quedó en cero; vacío: abierto", null=True),
}


_CAPITAL = {
    "due_item": Column(pl.Int64, "documento"),
    "open_minor": Column(pl.Int64, "capital abierto"),
    "last_on": Column(pl.Date, "último movimiento de su capital"),
}


def payment_history_frame(
    *, creditor_id: int | None = None, until: date | None = None, accounts: Sequence[int] | None = None
) -> pl.DataFrame:
    """Each due item with the day on which its capital reached zero, as known at the end of `until`; of those accounts
    only, if any are named.

    Two plain reads joined here: joined in the database, a planner without fresh statistics compares each with each.
    """
    whose = f"AND d.creditor_id = {int(creditor_id)}" if creditor_id is not None else ""
    moved = f"AND v.creditor_id = {int(creditor_id)}" if creditor_id is not None else ""
    if accounts is not None:
        few = ", ".join(str(int(a)) for a in accounts) or "-1"
        whose, moved = f"{whose} AND d.account_id IN ({few})", f"{moved} AND v.account_id IN ({few})"
    known = f"AND v.effective_on <= '{until.isoformat()}'" if until is not None else ""
    issued = f"AND i.issued_on <= '{until.isoformat()}'" if until is not None else ""
    items = bulk.read_frame(
        f"""
        SELECT d.id AS due_item, d.account_id AS account, a.party_id AS party, d.creditor_id AS creditor, i.issued_on,
               d.due_on, d.original_minor AS amount_minor, d.currency, NULL AS paid_on
        FROM receivables_dueitem d
        JOIN receivables_invoice i ON i.id = d.invoice_id
        JOIN parties_account a ON a.id = d.account_id
        WHERE 1 = 1 {whose} {issued}
        """,
        HISTORY,
    ).drop("paid_on")
    capital = bulk.read_frame(
        f"""
        SELECT e.due_item_id AS due_item, CAST(SUM(e.amount_minor) AS BIGINT) AS open_minor,
               MAX(v.effective_on) AS last_on
        FROM receivables_entry e JOIN receivables_event v ON v.id = e.event_id
        WHERE e.ledger = 1 AND e.component = 1 {moved} {known} GROUP BY e.due_item_id
        """,
        _CAPITAL,
    )
    paid = pl.when(pl.col("open_minor") <= 0).then(pl.col("last_on"))
    joined = items.join(capital, on="due_item", how="left", maintain_order="left").with_columns(paid_on=paid)
    return joined.select(HISTORY.keys())


def open_balance(account_ids: Iterable[int]) -> dict[tuple[int, str], AccountBalance]:
    """(account, currency) -> its balance, for those who have one."""
    found: dict[tuple[int, str], AccountBalance] = {}
    for piece in bulk.chunks(sorted(set(account_ids))):
        for b in AccountBalance.objects.filter(account_id__in=piece):
            found[(b.account_id, b.currency)] = b
    return found


def open_items(account_id: int) -> list[DueBalance]:
    """The due items of an account that are not settled, oldest first, with their invoice."""
    items = DueBalance.objects.filter(account_id=account_id).exclude(open_minor=0)
    return list(items.select_related("due_item__invoice").order_by("due_on", "due_item_id"))


def all_items(account_id: int) -> list[DueBalance]:
    """Every due item of an account, newest due first, with its invoice."""
    items = DueBalance.objects.filter(account_id=account_id)
    return list(items.select_related("due_item__invoice").order_by("-due_on", "-due_item_id"))


def day_totals(creditor_id: int) -> list[DayTotal]:
    """What is open per currency and due date: the ageing of the whole creditor without a scan."""
    return list(DayTotal.objects.filter(creditor_id=creditor_id).exclude(open_minor=0).order_by("due_on"))


def events_of(account_id: int, limit: int = 200) -> list[Event]:
    """What happened to an account's money, newest first, with its entries."""
    events = Event.objects.filter(account_id=account_id).prefetch_related("entries")
    return list(events.order_by("-effective_on", "-pk")[:limit])


def entries_of(due_item_id: int) -> list[Entry]:
    """The entries of one due item in the order of their dates."""
    rows = Entry.objects.filter(due_item_id=due_item_id).select_related("event")
    return list(rows.order_by("event__effective_on", "pk"))


def invoices_by_fiscal_id(creditor_id: int, fiscal_ids: Sequence[str]) -> dict[str, Invoice]:
    """fiscal id -> invoice, for those the creditor has."""
    found: dict[str, Invoice] = {}
    for piece in bulk.chunks(sorted(set(fiscal_ids))):
        for invoice in Invoice.objects.filter(creditor_id=creditor_id, fiscal_id__in=piece):
            found[invoice.fiscal_id] = invoice
    return found


def invoices_by_number(creditor_id: int, numbers: Sequence[str]) -> dict[tuple[int, str], Invoice]:
    """(account, number) -> invoice."""
    found: dict[tuple[int, str], Invoice] = {}
    for piece in bulk.chunks(sorted(set(numbers))):
        for invoice in Invoice.objects.filter(creditor_id=creditor_id, number__in=piece):
            found[(invoice.account_id, invoice.number)] = invoice
    return found


def items_of_invoice(invoice_id: int) -> list[DueItem]:
    """The due items of an invoice with their balances, in order."""
    return list(DueItem.objects.filter(invoice_id=invoice_id).select_related("balance").order_by("seq"))


def collected_on(creditor_id: int, start: date, end: date) -> dict[str, int]:
    """currency -> money received in [start, end): payments less what was reversed, whether applied or not."""
    from django.db.models import Sum

    rows = (
        Entry.objects.filter(
            event__creditor_id=creditor_id, ledger=3, event__effective_on__gte=start, event__effective_on__lt=end
        )
        .values("event__currency")
        .annotate(total=Sum("amount_minor"))
    )
    return {row["event__currency"]: int(row["total"]) for row in rows}


def products_frame(*, creditor_id: int) -> pl.DataFrame:
    """due item -> product of its invoice, for policies whose steps depend on it."""
    return bulk.read_frame(
        "SELECT d.id AS due_item, i.product FROM receivables_dueitem d "
        "JOIN receivables_invoice i ON i.id = d.invoice_id "
        f"WHERE d.creditor_id = {int(creditor_id)}",
        {"due_item": Column(pl.Int64, "documento"), "product": Column(pl.String, "producto", null=True)},
    )


def open_items_by_account(account_ids: Iterable[int]) -> dict[int, list[DueBalance]]:
    """account -> its due items that are not settled, oldest first, with their invoices."""
    found: dict[int, list[DueBalance]] = {}
    for piece in bulk.chunks(sorted(set(account_ids))):
        rows = DueBalance.objects.filter(account_id__in=piece).exclude(open_minor=0)
        for item in rows.select_related("due_item__invoice").order_by("due_on", "due_item_id"):
            found.setdefault(item.account_id, []).append(item)
    return found


def parts_of_invoices(invoices: Sequence[int]) -> dict[int, int]:
    """invoice -> how many due items it has."""
    found: dict[int, int] = {}
    for piece in bulk.chunks(sorted(set(invoices))):
        rows = DueItem.objects.filter(invoice_id__in=piece).order_by().values_list("invoice_id")
        found |= dict(rows.annotate(n=Count("pk")))
    return found


def charges_of(due_items: Sequence[int]) -> list[Entry]:
    """The entries of interest and fees booked on those due items that nobody reversed, oldest first, with their
    event."""
    found: list[Entry] = []
    for piece in bulk.chunks(sorted(set(due_items))):
        rows = Entry.objects.filter(due_item_id__in=piece, ledger=1, event__kind__in=("interest", "fee"))
        rows = rows.filter(event__reversed_by=None).select_related("event")
        found += rows.order_by("event__effective_on", "pk")
    return found


def open_count(creditor_id: int, most: int) -> int:
    """How many due items of a creditor are open, counting at most `most`."""
    return DueBalance.objects.filter(creditor_id=creditor_id).exclude(open_minor=0)[:most].count()


def to_send(invoice_ids: Sequence[int]) -> list[tuple[Invoice, int, date]]:
    """(invoice with its account, what is open of it, its first open due date) of those invoices that owe something."""
    found: dict[int, tuple[Invoice, int, date]] = {}
    for piece in bulk.chunks(sorted(set(invoice_ids))):
        rows = DueBalance.objects.filter(due_item__invoice_id__in=piece, open_minor__gt=0)
        for b in rows.select_related("due_item__invoice__account").order_by("due_on", "pk"):
            invoice = b.due_item.invoice
            _, open_minor, first = found.get(invoice.pk, (invoice, 0, b.due_on))
            found[invoice.pk] = (invoice, open_minor + b.open_minor, first)
    return list(found.values())


def open_invoices(creditor_id: int) -> list[tuple[Invoice, int]]:
    """Invoices with something open of their principal, and how much, oldest first."""
    totals: dict[int, int] = {}
    invoices: dict[int, Invoice] = {}
    rows = DueBalance.objects.filter(creditor_id=creditor_id, principal_minor__gt=0).select_related("due_item__invoice")
    for b in rows.order_by("due_on", "due_item_id").iterator():
        invoice = b.due_item.invoice
        invoices.setdefault(invoice.pk, invoice)
        totals[invoice.pk] = totals.get(invoice.pk, 0) + b.principal_minor
    return [(invoices[pk], minor) for pk, minor in totals.items()]


def books() -> Books:
    """The whole books as frames, for the invariants."""
    i64, text = Column(pl.Int64, ""), Column(pl.String, "")
    legs = bulk.read_frame(
        "SELECT e.event_id AS event, e.account_id AS account, e.ledger, e.due_item_id AS due_item, e.component, "
        "e.amount_minor, v.currency FROM receivables_entry e JOIN receivables_event v ON v.id = e.event_id",
        dict.fromkeys(["event", "account", "ledger", "due_item", "component", "amount_minor"], i64)
        | {"currency": text},
    )
    items = bulk.read_frame(
        "SELECT id AS due_item, account_id AS account, original_minor, currency FROM receivables_dueitem",
        dict.fromkeys(["due_item", "account", "original_minor"], i64) | {"currency": text},
    )
    balances = bulk.read_frame(
        "SELECT due_item_id AS due_item, account_id AS account, creditor_id AS creditor, currency, due_on, "
        "principal_minor, interest_minor, fee_minor, open_minor FROM receivables_duebalance",
        dict.fromkeys(["due_item", "account", "creditor"], i64)
        | {"currency": text, "due_on": Column(pl.Date, "")}
        | dict.fromkeys(["principal_minor", "interest_minor", "fee_minor", "open_minor"], i64),
    )
    accounts = bulk.read_frame(
        "SELECT account_id AS account, currency, open_minor, unapplied_minor, items_open "
        "FROM receivables_accountbalance",
        {"account": i64, "currency": text, "open_minor": i64, "unapplied_minor": i64, "items_open": i64},
    )
    days = bulk.read_frame(
        "SELECT creditor_id AS creditor, currency, due_on, open_minor, items FROM receivables_daytotal",
        {"creditor": i64, "currency": text, "due_on": Column(pl.Date, ""), "open_minor": i64, "items": i64},
    )
    return Books(legs, items, balances, accounts, days)
