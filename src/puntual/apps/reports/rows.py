"""The rows behind a figure, or behind one line of a table: documents, payments, promises, contacts, harm, refusals.

Each reader gives FOUND, whole and in order; screens show the first MOST of it and files take up to MOST_IN_FILE. They
read the same frames as the figures, so the rows of a part are those of that part.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import attrs
import polars as pl
from django.urls import reverse

from puntual.apps import bulk
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables.models import DueItem
from puntual.apps.reports import frames, frames_harm, frames_plans
from puntual.apps.reports.columns import Books
from puntual.apps.reports.tables import Column, Table
from puntual.core.frames import ID, MINOR
from puntual.core.frames import Column as Spec
from puntual.core.reasons import CATALOGUE
from puntual.core.reports.inputs import Known
from puntual.core.reports.measure import Kpi
from puntual.ui.channels import channel_name

MOST = 100
#: A file for people to work with, not a copy of the books: those are in `export views`.
MOST_IN_FILE = 50_000
FOUND = {
    "account": Spec(ID, "cuenta", null=True), "item": Spec(ID, "documento", null=True),
    "sub": Spec(pl.String, "qué es"),
    "day": Spec(pl.Date, "cuándo", null=True), "minor": Spec(MINOR, "importe", null=True),
    "currency": Spec(pl.String, "moneda"), "note": Spec(pl.String, "una palabra"),
}  # fmt: skip
_NAMES = {
    "kept": "Cumplida", "broken": "Incumplida", "open": "Vigente", "withdrawn": "Retirada", "complaint": "Queja",
    "wrong_person": "No es la persona", "opt_out": "Pidió no recibir más", "breach": "Faltó a la norma",
    "refused": "No se contactó",
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
    said = {"sub": "", "note": "", "currency": ""}
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
        url = reverse("receivables:account", args=[r["account"]]) if r["account"] else ""
        if invoice is not None:
            url = reverse("receivables:invoice", args=[invoice[0]])
        sub = invoice[1] if invoice is not None and not r["sub"] else r["sub"]
        made.append(Row(person.name if person else "—", sub, url, r["day"], r["minor"], r["currency"], r["note"]))
    return made


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


# --- of documents -----------------------------------------------------------------------------------------------------


def documents(books: Books, end: date, *conditions: pl.Expr) -> pl.DataFrame:
    """The documents of `frames.documents` that meet the conditions, the largest balance first."""
    rows = frames.documents(books, end).filter(*conditions) if conditions else frames.documents(books, end)
    late = (pl.lit(end) - pl.col("due_on")).dt.total_days()
    note = pl.when(late > 0).then(pl.format("{} días de atraso", late)).otherwise(pl.lit("por vencer"))
    told = rows.with_columns(note=note).sort(["left_minor", "due_item"], descending=[True, False]).collect()
    return shaped(told.rename({"due_item": "item", "due_on": "day", "left_minor": "minor"}))


def late_documents(books: Books, start: date, end: date, *conditions: pl.Expr) -> pl.DataFrame:
    """The documents that fell due in [start, end] and were late, paid or not; the dearest delay first."""
    due = frames.documents(books, end).filter(pl.col("due_on").is_between(start, end), *conditions)
    until = pl.when(pl.col("capital_minor") <= 0).then("last_on").otherwise(pl.lit(end))
    late = (until - pl.col("due_on")).dt.total_days()
    rows = due.with_columns(late=late).filter(pl.col("late") > 0)
    told = rows.sort([pl.col("late") * pl.col("original_minor"), pl.col("due_item")], descending=[True, False])
    made = told.with_columns(note=pl.format("{} días de atraso", "late")).collect()
    return shaped(made.rename({"due_item": "item", "due_on": "day", "original_minor": "minor"}))


def _open(asked: Asked) -> pl.DataFrame:
    return documents(asked.books, asked.known.end, pl.col("left_minor") != 0, *_of_part(asked))


def _overdue(asked: Asked, days: int = 0) -> pl.DataFrame:
    late = (pl.lit(asked.known.end) - pl.col("due_on")).dt.total_days() > days
    return documents(asked.books, asked.known.end, pl.col("left_minor") != 0, late, *_of_part(asked))


def _of_part(asked: Asked) -> list[pl.Expr]:
    """Which documents are of the part that was asked."""
    if asked.by == "segment":
        return [pl.col("segment") == asked.value]
    if asked.by == "stage":
        return [asked.known.stage_is(asked.value, now=asked.kpi.stage_of == "close")]
    return []


def _settled(asked: Asked) -> pl.DataFrame:
    """The documents that were settled in the period, with their days late."""
    known = asked.known
    paid = pl.col("last_on").is_between(known.start, known.end) & (pl.col("capital_minor") <= 0)
    rows = frames.documents(asked.books, known.end).filter(paid, *_of_part(asked)).collect()
    late = (pl.col("last_on") - pl.col("due_on")).dt.total_days()
    note = (
        pl.when(late > 0).then(pl.format("{} días tarde", late))
        .when(late < 0).then(pl.format("{} días antes", -late)).otherwise(pl.lit("en su día"))
    )  # fmt: skip
    told = rows.with_columns(note=note).sort(["last_on", "due_item"], descending=[True, False])
    return shaped(told.rename({"due_item": "item", "last_on": "day", "original_minor": "minor"}))


def _recovered(asked: Asked) -> pl.DataFrame:
    """What came in the period for the documents there were before it; of the recovery rate, for those overdue."""
    known = asked.known
    late = [pl.col("due_on") < known.opening] if asked.kpi.code == "recovery_rate" else []
    rows = frames.recovered(asked.books, known.start, known.end).filter(*late, *_of_part(asked))
    told = rows.sort(["minor", "due_item"], descending=[True, False]).collect()
    return shaped(told.rename({"due_item": "item"}))


# --- of people --------------------------------------------------------------------------------------------------------


def _payments(asked: Asked) -> pl.DataFrame:
    known = asked.known
    rows = known.cash.filter(pl.col("on").is_between(known.start, known.end))
    if "account" not in rows.columns:
        whole = frames.cash(asked.books, known.opening, known.end, by_account=True)
        rows = whole.filter(pl.col("segment") == asked.value) if asked.by == "segment" else whole
    sub = pl.when(pl.col("amount_minor") < 0).then(pl.lit("Devolución")).otherwise(pl.lit("Pago"))
    told = rows.with_columns(sub=sub).sort(["on", "amount_minor", "account"], descending=[True, True, False])
    return shaped(told.rename({"on": "day", "amount_minor": "minor"}))


def _promises(asked: Asked) -> pl.DataFrame:
    known = asked.known
    when = pl.col("promised_on") if asked.kpi.code != "promise_rate" else pl.col("made_on")
    rows = known.promises.filter(when.is_between(known.start, known.end)).with_columns(
        sub=pl.col("state").replace_strict(_NAMES, default="—"),
        note=pl.when(pl.col("agent") == "").then(pl.lit("el cliente en su página")).otherwise("agent"),
    )
    told = rows.sort(["promised_on", "promise"], descending=[True, False])
    return shaped(told.rename({"promised_on": "day", "amount_minor": "minor"}))


def _contacts(asked: Asked) -> pl.DataFrame:
    rows = asked.known.contacts
    names = {code: channel_name(code).capitalize() for code in rows["channel"].unique().to_list()}
    reached = pl.when("direct").then(pl.lit("con la persona")).otherwise(pl.lit(""))
    told = rows.sort(["day", "account"], descending=[True, False]).with_columns(
        sub=pl.col("channel").replace_strict(names, return_dtype=pl.String),
        note=pl.concat_str([pl.col("agent"), reached], separator=" · ").str.strip_chars(" ·"),
    )
    return shaped(told)


def _accounts(asked: Asked) -> pl.DataFrame:
    """Accounts that were late at the opening, and what is left overdue of them."""
    late = asked.known.standing.filter(pl.col("overdue_then_minor") > 0)
    note = pl.when(pl.col("overdue_now_minor") <= 0).then(pl.lit("al día")).otherwise(pl.lit("sigue con atraso"))
    told = late.with_columns(sub=pl.lit("Vencido al abrir"), note=note)
    return shaped(told.sort(["overdue_then_minor", "account"], descending=[True, False]).rename(
        {"overdue_then_minor": "minor"}
    ))  # fmt: skip


def _harm(asked: Asked) -> pl.DataFrame:
    """What happened, one row each: complaints, wrong persons, opt-outs, breaches."""
    rows = asked.known.harm
    if "account" not in rows.columns:
        rows = frames_harm.parts(asked.books, asked.creditor, asked.known.start, asked.known.end, asked.kpi.counts)
    mine = rows.filter(pl.col("what") == asked.kpi.counts[0]).sort(["on", "account"], descending=[True, False])
    names = {code: channel_name(code) for code in mine["channel"].unique().to_list() if code}
    told = mine.with_columns(
        sub=pl.col("what").replace_strict(_NAMES, default="—"),
        note=pl.col("channel").replace_strict(names, default="", return_dtype=pl.String),
    )
    return shaped(told.rename({"on": "day"}))


def _refusals(asked: Asked) -> pl.DataFrame:
    """Of the whole company, reasons with how often each spoke; of a part, whom it stopped."""
    if asked.by:
        return _harm(asked)
    found = frames_plans.refusals(asked.creditor, asked.known.start, asked.known.end)
    told = found.with_columns(
        sub=pl.col("reason").replace_strict(CATALOGUE, default=pl.col("reason"), return_dtype=pl.String),
        note=pl.format("{} veces {}", "times", "rule"),
    )
    return shaped(told)


@attrs.frozen(eq=False)
class Asked:
    """Whose rows: of which indicator, over what, and of which part."""

    creditor: Creditor
    books: Books
    kpi: Kpi
    known: Known
    by: str = ""
    value: str = ""


ROWS: dict[str, Callable[[Asked], pl.DataFrame]] = {
    "documents": _open, "overdue": _overdue, "at_risk": lambda asked: _overdue(asked, 90), "settled": _settled,
    "recovered": _recovered,
    "payments": _payments, "promises": _promises, "contacts": _contacts, "accounts": _accounts, "harm": _harm,
    "refusals": _refusals,
}  # fmt: skip


def rows(asked: Asked) -> pl.DataFrame:
    """FOUND of an indicator, whole."""
    return ROWS[asked.kpi.rows](asked)
