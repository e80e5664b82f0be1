"""The rows behind a figure, or behind one cell of a table: what a row is, how a screen shows it and a file takes it.

Each reader (`rows_indicators`, `rows_asked`) gives FOUND, whole and in order; screens show the first MOST of it and
files take up to MOST_IN_FILE. They read the same frames as the figures, so that the sum of the rows (or their number)
is the figure; where it cannot be, the page says what each row counts for.
"""

from __future__ import annotations

from datetime import date

import attrs
import polars as pl
from django.urls import reverse

from puntual.apps import bulk
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables.models import DueItem
from puntual.apps.reports.columns import Books
from puntual.apps.reports.tables import Column, Table
from puntual.core.frames import ID, MINOR
from puntual.core.frames import Column as Spec
from puntual.core.reports.inputs import Known
from puntual.core.reports.measure import Kpi

MOST = 100
#: A file for people to work with, not a copy of the books: those are in `export views`.
MOST_IN_FILE = 50_000
FOUND = {
    "account": Spec(ID, "cuenta", null=True), "item": Spec(ID, "documento", null=True),
    "sub": Spec(pl.String, "qué es"),
    "day": Spec(pl.Date, "cuándo", null=True), "minor": Spec(MINOR, "importe", null=True),
    "currency": Spec(pl.String, "moneda"), "note": Spec(pl.String, "una palabra"),
    "times": Spec(pl.Int64, "cuántas veces"), "opens": Spec(pl.String, "lo que abre; vacío: su factura o su cliente"),
}  # fmt: skip


@attrs.frozen
class Row:
    """One row as a screen shows it: whose, what it is, where it opens, its day, its amount and a word about it."""

    name: str
    sub: str
    url: str
    day: date | None
    minor: int | None
    currency: str
    note: str = ""


def empty() -> pl.DataFrame:
    """FOUND without rows."""
    return pl.DataFrame(schema={n: c.dtype for n, c in FOUND.items()})


def shaped(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` as FOUND; a column that they lack is empty."""
    said = {"sub": "", "note": "", "currency": "", "times": 1, "opens": ""}
    return rows.select(
        (pl.col(n) if n in rows.columns else pl.lit(said.get(n))).cast(c.dtype).alias(n) for n, c in FOUND.items()
    )


def shown(found: pl.DataFrame) -> list[Row]:
    """The rows with the names of their people and where each opens: for as many as a person reads."""
    accounts = dict(
        Account.objects.filter(pk__in=found["account"].drop_nulls().unique().to_list()).values_list("pk", "party_id")
    )
    people = parties.people(accounts.values())
    items = _invoices(found["item"].drop_nulls().unique().to_list())
    made = []
    for r in found.iter_rows(named=True):
        person = people.get(accounts.get(r["account"], 0))
        invoice = items.get(r["item"])
        url = r["opens"] or (reverse("receivables:account", args=[r["account"]]) if r["account"] else "")
        if invoice is not None:
            url = reverse("receivables:invoice", args=[invoice[0]])
        sub = invoice[1] if invoice is not None and not r["sub"] else r["sub"]
        note = f"{r['note']} · {r['times']} veces".strip(" ·") if r["times"] > 1 else r["note"]
        made.append(Row(person.name if person else "—", sub, url, r["day"], r["minor"], r["currency"], note))
    return made


def totals(found: pl.DataFrame) -> list[tuple[str, int]]:
    """(currency, sum) of the rows that carry money, by currency."""
    with_money = found.filter(pl.col("minor").is_not_null(), pl.col("currency") != "")
    return list(with_money.group_by("currency").agg(pl.col("minor").sum()).sort("currency").iter_rows())


def number(found: pl.DataFrame) -> int:
    """How many things the rows are: a row may stand for several equal ones."""
    return int(found["times"].sum())


def _invoices(items: list[int]) -> dict[int, tuple[int, str]]:
    """due item -> its invoice and number."""
    found: dict[int, tuple[int, str]] = {}
    for piece in bulk.chunks(items):
        rows = DueItem.objects.filter(pk__in=piece).values_list("pk", "invoice_id", "invoice__number")
        found |= {pk: (invoice, number) for pk, invoice, number in rows}
    return found


def as_tables(title: str, found: pl.DataFrame) -> tuple[Table, ...]:
    """Every row for a file, a table per currency."""
    columns = (
        Column("name", "Quién"), Column("what", "Qué"), Column("day", "Fecha", "date"),
        Column("minor", "Importe", "money"), Column("note", "Nota"),
    )  # fmt: skip
    made = shown(found.head(MOST_IN_FILE))
    currencies = sorted({r.currency for r in made})
    return tuple(
        Table("rows", title, columns, tuple((r.name, r.sub, r.day, r.minor, r.note) for r in made if r.currency == one),
              one)
        for one in currencies
    )  # fmt: skip


@attrs.frozen(eq=False)
class Asked:
    """Whose rows: of which part of which indicator, over what, and of which part of the company."""

    creditor: Creditor
    books: Books
    kpi: Kpi
    known: Known
    by: str = ""
    value: str = ""
    below: bool = False
