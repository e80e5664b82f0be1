"""The rows behind one cell of a table: documents, disputes, credit notes, messages, what was stopped, what waits.

The address of a cell says which: the same words that its table shows. What it does not say is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from puntual.apps import bulk
from puntual.apps.negotiation.choices import DisputeCause
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import (
    columns,
    frames,
    frames_contacts,
    frames_people,
    rows,
    rows_books,
    rows_documents,
    rows_people,
)
from puntual.apps.reports.asked import TRAITS, Given, Lines, day_of, same
from puntual.apps.reports.sql import day
from puntual.apps.reports.tables import capital
from puntual.core.reasons import CATALOGUE
from puntual.core.reports import delivery as delivery_core
from puntual.core.reports import friction
from puntual.core.reports.causes import ERROR_NAMES
from puntual.core.reports.inputs import Known, within
from puntual.core.reports.kpis_people import judged
from puntual.ui.channels import channel_name

#: The column by which each trait of an address is told.
TRAIT_OF = {column: word for word, column in TRAITS.items()}
_STOPPED = """
SELECT r.account_id AS account, p.day, r.amount_minor AS minor, r.currency, r.reason, COALESCE(r.rule, '') AS note
FROM planning_planrow r JOIN planning_plan p ON p.id = r.plan_id
WHERE p.creditor_id = %s AND p.day >= %s AND p.day <= %s AND r.verdict IN ('defer', 'deny') AND r.reason = %s{more}
ORDER BY p.day DESC, r.id LIMIT {most}
"""
_WAITING = {
    "dispute": "Aclaraciones fuera de plazo", "complaint": "Quejas fuera de plazo",
    "question": "Conversaciones sin respuesta a tiempo", "talk": "Personas que pidieron hablar con alguien",
}  # fmt: skip


def trait(column: str, value: str) -> dict[str, str]:
    """The word of an address for a value of a column."""
    return {TRAIT_OF[column]: value}


def read(what: str, creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """The heading and rows.FOUND of what an address asks for."""
    return READERS[what](creditor, start, end, given)


def _said(given: Given) -> str:
    """The traits of an address as people read them."""
    names = {"error": ERROR_NAMES, "motivo": dict(DisputeCause.choices)}
    return ", ".join(
        str(names.get(word, {}).get(given[word], given[word]) or f"sin {word}")
        for word in TRAITS if word in given and word != "moneda"
    )  # fmt: skip


def _title(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _late(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """The documents that fell due in the period and were late; with `todos`, also those that were not."""
    books, conditions = columns.books(creditor.pk), same(given, "error", "cause")
    if "error" in given:
        errors = frames_people.errors(frames_people.disputes(creditor, start, end))
        with_one = errors.filter(pl.col("error") == given["error"])["due_item"].to_list()
        inside = pl.col("due_item").is_in(with_one)
        conditions.append(inside if given["error"] else ~pl.col("due_item").is_in(errors["due_item"].to_list()))
    every = bool(given.get("todos"))
    found = rows_documents.late_documents(books, start, end, *conditions, all_due=every)
    return Lines(_title("Documentos que vencían" if every else "Documentos que se atrasaron", _said(given)), found)


def _disputes(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """The disputes opened in the period: what was argued, or what was credited; `tarde`: the late ones."""
    argued, title = frames_people.disputes(creditor, start, end).filter(*same(given, "segment")), "Aclaraciones"
    told_on = pl.when(pl.col("closed_on") <= end).then("closed_on")
    minor = "disputed_minor"
    if given.get("tarde"):
        argued, title = argued.filter(pl.coalesce(told_on, pl.lit(end)) > pl.col("deadline_on")), "Fuera de plazo"
    if given.get("acreditado"):
        minor, title = "credited_minor", "Aclaraciones con lo que se acreditó"
        argued = argued.filter(pl.col(minor) != 0)
    accounts = frames.owners(columns.books(creditor.pk), argued["due_item"])
    causes = {code: str(label) for code, label in DisputeCause.choices}
    told = argued.sort([minor, "due_item"], descending=[True, False]).join(
        accounts, on="due_item", how="left", maintain_order="left"
    ).with_columns(note=pl.col("cause").replace_strict(causes, default="", return_dtype=pl.String))  # fmt: skip
    found = rows.shaped(told.rename({"due_item": "item", "opened_on": "day", minor: "minor"}))
    return Lines(_title(title, _said(given)), found)


def _message_conditions(given: Given) -> list[pl.Expr]:
    words = (("canal", "channel"), ("etapa", "stage"), ("campana", "campaign"), ("moneda", "currency"),
             ("medio", "method"), ("aparato", "device"))  # fmt: skip
    found = [pl.col(column) == given[word] for word, column in words if word in given]
    if given.get("fallo"):
        found.append(pl.col("failed"))
    if given.get("fin") in ("failed", "left"):
        inside = pl.col("level").is_between(friction.PAGE, friction.LEVELS["paid"], closed="left")
        found += [inside, pl.col("failed") if given["fin"] == "failed" else ~pl.col("failed")]
    if (step := given.get("paso", "")) in friction.LEVELS:
        found.append(pl.col("level") >= friction.LEVELS[step])
    return found


def _messages(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """Messages that left, and how far each took its person; the largest amounts first."""
    kept = frames_people.messages(creditor, start, end).filter(*_message_conditions(given))
    read_ = kept.sort(["amount_minor", "id"], descending=[True, False]).collect()
    names = {code: capital(channel_name(code)) for code in read_["channel"].unique().to_list()}
    steps = dict(enumerate(friction.STEPS.values()))
    told = read_.select(
        "account", "currency", day=pl.col("at").dt.convert_time_zone(creditor.zone).dt.date(), minor="amount_minor",
        sub=pl.col("channel").replace_strict(names, default="", return_dtype=pl.String),
        note=pl.col("level").replace_strict(steps, default="", return_dtype=pl.String),
    )  # fmt: skip
    about = [given[w] for w in ("etapa", "campana", "medio", "aparato") if given.get(w)]
    channel = [channel_name(given["canal"])] if given.get("canal") else []
    step = [f"hasta «{friction.STEPS[given['paso']].lower()}»"] if given.get("paso") in friction.STEPS else []
    return Lines(_title("Mensajes y hasta dónde llegó cada uno", *channel, *about, *step), rows.shaped(told))


def _stopped(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """Whom the plans of the period did not contact for a reason."""
    reason, more, params = given.get("razon", ""), "", []
    for word, column in (("regla", "COALESCE(r.rule, '')"), ("veredicto", "r.verdict")):
        if word in given:
            more += f" AND {column} = %s"
            params.append(given[word])
    schema = {name: rows.FOUND[name] for name in ("account", "day", "minor", "currency", "note")}
    schema["reason"] = rows.FOUND["sub"]
    sql = _STOPPED.format(more=more, most=rows.MOST_IN_FILE)
    found = bulk.read_frame(sql, schema, (creditor.pk, day(start), day(end), reason, *params))
    told = found.with_columns(sub=pl.lit(CATALOGUE.get(reason, reason)))
    return Lines(f"Contactos que no se hicieron: {CATALOGUE.get(reason, reason)}", rows.shaped(told))


def _delivery(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """The documents of one stretch from the sale to the customer: those that went through it, or those that wait."""
    code = given.get("tramo", "")
    code = code if code in delivery_core.STEPS else "entered"
    books = columns.books(creditor.pk)
    told = frames_contacts.contacts(books, creditor, start, end).select("account", "day")
    issued = frames.issued(books, start, end, by_item=True)
    found = delivery_core.stretches(issued, told, frames_people.arrived(creditor, start, end))[code]
    done = (pl.col("day") <= end).fill_null(False)
    waits = given.get("estado") == "faltan"
    days = (pl.col("day") - pl.col("since")).dt.total_days()
    note = pl.when(done).then(pl.format("{} días", days)).otherwise(pl.lit("todavía no"))
    rows_ = found.filter(~done if waits else done).with_columns(days=days, note=note, item="due_item")
    told_ = rows_.sort(["days", "item"], descending=[True, False], nulls_last=True).with_columns(
        day=pl.coalesce(pl.when(done).then("day"), "issued_on")
    )
    return Lines(_title(delivery_core.STEPS[code], "todavía no" if waits else ""), rows.shaped(told_))


def _promises(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """The promises for those days, as judged by the evening `al`; with `cumplidas`, those that were kept."""
    until = day_of(given, "al") if given.get("al") else end
    known = Known(start=start, end=until, promises=frames.promises(creditor, until))
    found = judged(known).filter(within("promised_on", start, end), *same(given))
    if given.get("cumplidas"):
        found = found.filter(pl.col("state") == "kept")
    title = "Promesas cumplidas" if given.get("cumplidas") else "Promesas juzgadas"
    return Lines(_title(title, _said(given)), rows_people.promise_rows(found))


def _waiting(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """What nobody had answered at the close, past its deadline."""
    what = given.get("que", "")
    found = frames_people.waiting(creditor, end).filter(pl.col("what") == what)
    told = found.with_columns(sub=pl.lit(_WAITING.get(what, "")), currency=pl.col("currency").fill_null(""))
    return Lines(_WAITING.get(what, "Esperan respuesta"), rows.shaped(told))


Reader = Callable[[Creditor, date, date, Given], Lines]
READERS: Mapping[str, Reader] = {
    **rows_books.READERS, "atrasados": _late, "aclaraciones": _disputes, "mensajes": _messages, "frenados": _stopped,
    "entregas": _delivery, "promesas": _promises, "esperan": _waiting,
}  # fmt: skip
