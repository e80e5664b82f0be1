"""The frames of core.reports.inputs: of the books, from their columns; of people, added up by the database.

A million documents arrive as some thousands of rows. Queries with parameters go through Django's own connection.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.apps import bulk
from puntual.apps.negotiation import read as negotiation
from puntual.apps.parties.models import Creditor
from puntual.apps.payments import read as payments
from puntual.apps.reports import columns
from puntual.apps.reports.columns import Books
from puntual.apps.reports.sql import day, literal
from puntual.core import money
from puntual.core.frames import Schema
from puntual.core.reports import causes, delivery, inputs, reissues
from puntual.core.reports.kpis_collection import MONEY_KINDS
from puntual.core.segments.facts import FACTS

_PROMISES = """
SELECT p.currency, a.segment, p.id AS promise, p.account_id AS account, COALESCE(u.username, '') AS agent,
       p.amount_minor, p.made_on, p.promised_on, p.state, p.closed_on
FROM negotiation_promise p JOIN parties_account a ON a.id = p.account_id LEFT JOIN auth_user u ON u.id = p.by_id
WHERE p.creditor_id = {creditor} AND p.made_on <= {end}
"""
_INSTALMENT_DEALS = """
SELECT DISTINCT d.id AS deal, a.segment FROM negotiation_deal d JOIN negotiation_instalment i ON i.deal_id = d.id
JOIN parties_account a ON a.id = d.account_id
WHERE d.creditor_id = %s AND d.accepted_on IS NOT NULL AND i.due_on >= %s AND i.due_on <= %s
"""


def _dated(books: Books, end: date, *more: pl.Expr) -> pl.LazyFrame:
    return books.moves.filter(pl.col("effective_on") <= end, *more)


def with_segment(rows: pl.LazyFrame, books: Books) -> pl.LazyFrame:
    """The same with the segment of each account."""
    return rows.join(books.accounts.lazy().select("account", "segment"), on="account", how="left")


def _shaped(rows: pl.LazyFrame, schema: Schema) -> pl.DataFrame:
    return rows.select(pl.col(n).cast(c.dtype) for n, c in schema.items()).collect()


def movements(books: Books, end: date) -> pl.DataFrame:
    """Every movement up to a day, added up (inputs.MOVEMENTS)."""
    names = ["currency", "segment", "issued_on", "due_on", "effective_on", "kind", "component"]
    component = pl.col("component").replace_strict(
        {1: "principal", 2: "interest"}, default="fee", return_dtype=pl.String
    )
    added = with_segment(_dated(books, end), books).group_by(names).agg(money.total("amount_minor"))
    return _shaped(added.with_columns(component), inputs.MOVEMENTS)


def documents(books: Books, end: date) -> pl.LazyFrame:
    """One row per document at the end of a day: `left_minor` of all it is owed, `capital_minor`, the day of its last
    movement of capital, its segment and what it says of itself."""
    capital = pl.col("component") == 1
    said = ("account", "currency", "issued_on", "due_on", "product", "department", "seller", "plant", "original_minor")
    rows = _dated(books, end).group_by("due_item").agg(
        pl.col(said).first(), left_minor=pl.col("amount_minor").sum(),
        capital_minor=pl.col("amount_minor").filter(capital).sum(),
        last_on=pl.col("effective_on").filter(capital).max(),
    )  # fmt: skip
    return with_segment(rows, books)


def recovered(books: Books, start: date, end: date) -> pl.LazyFrame:
    """The documents there were before [start, end] that money came for in it: `minor`, the last `day`, the segment."""
    inside = pl.col("effective_on").is_between(start, end) & pl.col("kind").is_in(MONEY_KINDS)
    rows = books.moves.filter(inside, pl.col("issued_on") < start).group_by("due_item").agg(
        pl.col("account", "currency", "issued_on", "due_on").first(), minor=-pl.col("amount_minor").sum(),
        day=pl.col("effective_on").max(),
    )  # fmt: skip
    return with_segment(rows.filter(pl.col("minor") != 0), books)


def _paid_by(moves: pl.LazyFrame, end: date) -> pl.LazyFrame:
    """Per due item, its capital at the end of a day and the day of its last movement, with what it says of itself."""
    said = (
        "account", "currency", "issued_on", "due_on", "product", "department", "seller", "plant", "original_minor",
    )  # fmt: skip
    capital = moves.filter(pl.col("effective_on") <= end, pl.col("component") == 1)
    return capital.group_by("due_item").agg(
        pl.col(said).first(), left_minor=pl.col("amount_minor").sum(), last_on=pl.col("effective_on").max()
    )


def settled(books: Books, start: date, end: date) -> pl.DataFrame:
    """The documents whose capital reached zero by `end`, of those that something happened to in [start, end]."""
    recent = pl.col("effective_on").is_between(start, end) & (pl.col("component") == 1)
    touched = books.moves.filter(recent).select("due_item").unique()
    closed = _paid_by(books.moves.join(touched, on="due_item", how="semi"), end).filter(pl.col("left_minor") <= 0)
    names = ["currency", "segment", "issued_on", "due_on", "paid_on"]
    rows = with_segment(closed.rename({"last_on": "paid_on"}), books)
    added = rows.group_by(names).agg(items=pl.len(), amount_minor=money.total("original_minor"))
    return _shaped(added, inputs.SETTLED)


def delays(books: Books, start: date, end: date, errors: pl.DataFrame | None = None) -> pl.DataFrame:
    """The documents that fell due in [start, end], as known at its end (causes.DELAYS).

    `errors`: due item and kind of error of those in dispute.
    """
    due = _paid_by(books.moves.filter(pl.col("due_on").is_between(start, end)), end)
    known = errors if errors is not None else pl.DataFrame(schema={"due_item": pl.Int64, "error": pl.String})
    due = due.join(known.lazy(), on="due_item", how="left").with_columns(pl.col("error").fill_null(""))
    paid_on = pl.when(pl.col("left_minor") <= 0).then("last_on")
    names = ["currency", "product", "department", "seller", "plant", "error", "due_on", "paid_on"]
    added = due.with_columns(paid_on=paid_on).group_by(names)
    return _shaped(added.agg(items=pl.len(), amount_minor=money.total("original_minor")), causes.DELAYS)


def issued(books: Books, start: date, end: date, *, by_item: bool = False) -> pl.DataFrame:
    """The documents issued in [start, end], with the day on which they entered the books (delivery.ISSUED); one by one
    with their `due_item` when asked."""
    new = books.moves.filter(pl.col("issued_on").is_between(start, end), pl.col("kind") == "invoice")
    said = ("account", "sold_on", "issued_on")
    per = new.group_by("due_item").agg(pl.col(said).first(), pl.col("recorded_on").min())
    if by_item:
        one = per.with_columns(items=pl.lit(1, dtype=pl.Int64))
        return _shaped(one, {"due_item": columns.MOVES["due_item"], **delivery.ISSUED})
    return _shaped(per.group_by(*said, "recorded_on").agg(items=pl.len()), delivery.ISSUED)


def owners(books: Books, items: pl.Series) -> pl.DataFrame:
    """due_item, account of some documents."""
    mine = books.moves.filter(pl.col("due_item").is_in(items.unique().to_list()))
    return mine.select("due_item", "account").unique().collect()


def notes(books: Books, start: date, end: date, *, by_item: bool = False) -> pl.DataFrame:
    """The documents with credit notes in [start, end] (reissues.NOTES); with their `due_item` when asked."""
    inside = pl.col("effective_on").is_between(start, end) & (pl.col("component") == 1)
    rows = books.moves.filter(inside, pl.col("kind") == "credit_note").group_by("due_item")
    said = tuple(reissues.REPLACED.keys() - {"again_on"})
    per = rows.agg(
        pl.col(said).first(), noted_on=pl.col("effective_on").max(), credited_minor=-pl.col("amount_minor").sum()
    )
    schema = {"due_item": columns.MOVES["due_item"], **reissues.NOTES} if by_item else reissues.NOTES
    return _shaped(per.filter(pl.col("credited_minor") > 0), schema)


def sold_to(books: Books, accounts: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """The documents of some accounts issued in [start, end] (reissues.SOLD)."""
    new = books.moves.filter(pl.col("issued_on").is_between(start, end), pl.col("kind") == "invoice")
    mine = new.join(accounts.lazy().select("account").unique(), on="account", how="semi")
    return _shaped(mine.unique("due_item"), reissues.SOLD)


def history(books: Books, creditor_id: int, end: date) -> pl.DataFrame:
    """One row per document with the day on which it was paid, as known at the end of a day (segments.facts.FACTS)."""
    rows = _paid_by(books.moves, end).join(books.accounts.lazy().select("account", "party"), on="account", how="left")
    paid_on = pl.when(pl.col("left_minor") <= 0).then("last_on")
    told = rows.with_columns(paid_on=paid_on, creditor=pl.lit(creditor_id), amount_minor="original_minor")
    return _shaped(told, FACTS).sort("due_item")


def cash(books: Books, after: date, end: date, *, by_account: bool = False) -> pl.DataFrame:
    """Money received after one day and up to another; with the `account` when asked."""
    inside = pl.col("on").is_between(after, end, closed="right")
    rows = with_segment(books.money.filter(inside), books)
    schema = {**inputs.CASH, "account": columns.MONEY["account"]} if by_account else inputs.CASH
    names = [name for name in schema if name != "amount_minor"]
    return _shaped(rows.group_by(names).agg(money.total("amount_minor")), schema)


def oldest(books: Books, evening: date) -> pl.DataFrame:
    """account and oldest_due_on of what was open and past due on an evening."""
    late = books.moves.filter(pl.col("due_on") < evening, pl.col("effective_on") <= evening)
    left = late.group_by("account", "due_item").agg(pl.col("due_on").first(), pl.col("amount_minor").sum())
    still = left.filter(pl.col("amount_minor") > 0).group_by("account").agg(oldest_due_on=pl.col("due_on").min())
    return still.collect()


def currencies(books: Books) -> tuple[str, ...]:
    """The currencies that the books hold."""
    rows = pl.concat([books.moves.select("currency").unique(), books.money.select("currency").unique()]).collect()
    return tuple(sorted(set(rows["currency"].to_list())))


def standings(books: Books, first: date, then: date, now: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Per account, what was overdue on three evenings (first <= then <= now): from the first to the second, and on."""

    def overdue(evening: date) -> pl.Expr:
        late = (pl.col("due_on") < evening) & (pl.col("effective_on") <= evening)
        return pl.col("amount_minor").filter(late).sum()

    moves = _dated(books, now, pl.col("due_on") < now)
    added = moves.group_by("account", "currency").agg(
        first_minor=overdue(first), then_minor=overdue(then), now_minor=overdue(now)
    )
    rows = with_segment(added, books).collect()
    return _pair(rows, "first_minor", "then_minor"), _pair(rows, "then_minor", "now_minor")


def _pair(rows: pl.DataFrame, then: str, now: str) -> pl.DataFrame:
    kept = rows.filter((pl.col(then) != 0) | (pl.col(now) != 0))
    return kept.select("currency", "segment", "account", overdue_then_minor=then, overdue_now_minor=now)


def standing(books: Books, opening: date, end: date) -> pl.DataFrame:
    """Per account, what was overdue on the evening of each of the two days (opening < end)."""
    return standings(books, opening, opening, end)[1]


def promises(creditor: Creditor, end: date) -> pl.DataFrame:
    sql = _PROMISES.format(creditor=int(creditor.pk), end=literal(day(end)))
    return bulk.read_frame(sql, inputs.PROMISES)


def instalments(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The instalments of accepted agreements that fell due, each judged on the evening of its own date."""
    columns = {"deal": inputs.INSTALMENTS["deal"], "segment": inputs.INSTALMENTS["segment"]}
    rows = bulk.read_frame(_INSTALMENT_DEALS, columns, (creditor.pk, day(start), day(end)))
    bank, found = payments.bank_through(creditor.pk), []
    for pk, segment in rows.iter_rows():
        deal = negotiation.deal(pk)
        for part in deal.instalments.all():
            if start <= part.due_on <= end:
                states = {s.number: s for s in negotiation.instalment_statuses(deal, part.due_on, bank)}
                one = states[part.number]
                found.append((deal.currency, segment, pk, part.due_on, one.amount_minor, one.state == "paid"))
    return pl.DataFrame(found, schema={n: c.dtype for n, c in inputs.INSTALMENTS.items()}, orient="row")
