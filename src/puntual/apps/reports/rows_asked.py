"""The rows behind one line of a table: documents, disputes, credit notes, messages and what was stopped.

The address of a line says which: the same words that its table shows. What it does not say is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlencode

import polars as pl

from puntual.apps import bulk
from puntual.apps.negotiation.choices import DisputeCause
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import columns, frames, frames_people, rows
from puntual.apps.reports.sql import date_of, day, instants
from puntual.core.reasons import CATALOGUE
from puntual.core.reports import friction
from puntual.core.reports.ageing import BUCKETS, NAMES
from puntual.core.reports.causes import ERROR_NAMES
from puntual.core.time import parse_date
from puntual.ui.channels import channel_name

Given = Mapping[str, str]
#: Word of an address -> column of a frame.
_TRAITS = {
    "segmento": "segment", "producto": "product", "area": "department", "vendedor": "seller", "planta": "plant",
    "moneda": "currency", "error": "error", "motivo": "cause",
}  # fmt: skip
TRAIT_OF = {column: word for word, column in _TRAITS.items()}
#: So many messages are read: the list is to look at, the views of `esquema-bi` are to count.
_MESSAGES = """
SELECT o.account_id AS account, o.channel, {day} AS day, o.amount_minor AS minor, o.currency, o.step AS note,
       {level} AS level
FROM outreach_outbox o
WHERE o.creditor_id = %s AND o.state IN ('sent', 'opened', 'unknown') AND o.channel <> 'task'
  AND o.finished_at >= %s AND o.finished_at < %s {more} ORDER BY o.amount_minor DESC, o.id LIMIT 1000
"""
_STOPPED = """
SELECT r.account_id AS account, p.day, r.amount_minor AS minor, r.currency, r.reason, COALESCE(r.rule, '') AS note
FROM planning_planrow r JOIN planning_plan p ON p.id = r.plan_id
WHERE p.creditor_id = %s AND p.day >= %s AND p.day <= %s AND r.verdict IN ('defer', 'deny') AND r.reason = %s
ORDER BY p.day DESC, r.id LIMIT 1000
"""


def address(what: str, start: date, end: date, **words: str) -> str:
    """Where the rows of a line are; a word that is empty is asked as such."""
    return f"/reportes/filas/{what}/?" + urlencode({"desde": start.isoformat(), "hasta": end.isoformat(), **words})


def trait(column: str, value: str) -> dict[str, str]:
    """The word of an address for a value of a column."""
    return {TRAIT_OF[column]: value}


def read(what: str, creditor: Creditor, start: date, end: date, given: Given) -> tuple[str, pl.DataFrame]:
    """The heading and rows.FOUND of what an address asks for."""
    return READERS[what](creditor, start, end, given)


def _same(given: Given, *without: str) -> list[pl.Expr]:
    """One condition per trait that the address says."""
    return [pl.col(c) == given[w] for w, c in _TRAITS.items() if w in given and c not in without]


def _said(given: Given) -> str:
    """The traits of an address as people read them."""
    names = {"error": ERROR_NAMES, "motivo": dict(DisputeCause.choices)}
    return ", ".join(
        str(names.get(word, {}).get(given[word], given[word]) or f"sin {word}")
        for word in _TRAITS if word in given and word != "moneda"
    )  # fmt: skip


def _documents(creditor: Creditor, start: date, end: date, given: Given) -> tuple[str, pl.DataFrame]:
    """What was open at the close; of a stretch of age, and of the documents issued in some days."""
    conditions, about = [pl.col("left_minor") != 0, *_same(given, "error", "cause")], []
    if (bucket := given.get("tramo", "")) in BUCKETS:
        first, last = BUCKETS[bucket]
        conditions.append((pl.lit(end) - pl.col("due_on")).dt.total_days().is_between(first, last))
        about.append(NAMES[bucket].lower())
    if given.get("emitido_desde"):
        issued = _day(given, "emitido_desde"), _day(given, "emitido_hasta")
        conditions.append(pl.col("issued_on").is_between(*issued))
        about.append(f"emitidos del {issued[0]} al {issued[1]}")
    found = rows.documents(columns.books(creditor.pk), end, *conditions)
    return ", ".join(filter(None, ("Documentos abiertos", *about, _said(given)))), found


def _day(given: Given, word: str) -> date:
    return parse_date(given.get(word, ""))


def _late(creditor: Creditor, start: date, end: date, given: Given) -> tuple[str, pl.DataFrame]:
    books, conditions = columns.books(creditor.pk), _same(given, "error", "cause")
    if "error" in given:
        errors = frames_people.errors(frames_people.disputes(creditor, start, end))
        with_one = errors.filter(pl.col("error") == given["error"])["due_item"].to_list()
        inside = pl.col("due_item").is_in(with_one)
        conditions.append(inside if given["error"] else ~pl.col("due_item").is_in(errors["due_item"].to_list()))
    found = rows.late_documents(books, start, end, *conditions)
    return ", ".join(filter(None, ("Documentos que se atrasaron", _said(given)))), found


def _disputes(creditor: Creditor, start: date, end: date, given: Given) -> tuple[str, pl.DataFrame]:
    argued = frames_people.disputes(creditor, start, end).filter(*_same(given, "segment")).sort(
        ["disputed_minor", "due_item"], descending=[True, False]
    )  # fmt: skip
    accounts = frames.owners(columns.books(creditor.pk), argued["due_item"])
    causes = {code: str(label) for code, label in DisputeCause.choices}
    told = argued.join(accounts, on="due_item", how="left").with_columns(
        note=pl.col("cause").replace_strict(causes, default="", return_dtype=pl.String)
    )
    found = rows.shaped(told.rename({"due_item": "item", "opened_on": "day", "disputed_minor": "minor"}))
    return ", ".join(filter(None, ("Aclaraciones", _said(given)))), found


def _notes(creditor: Creditor, start: date, end: date, given: Given) -> tuple[str, pl.DataFrame]:
    noted = frames.notes(columns.books(creditor.pk), start, end, by_item=True).filter(*_same(given, "error", "cause"))
    told = noted.sort(["credited_minor", "due_item"], descending=[True, False]).rename(
        {"due_item": "item", "noted_on": "day", "credited_minor": "minor"}
    )
    return ", ".join(filter(None, ("Documentos con nota de crédito", _said(given)))), rows.shaped(told)


def _messages(creditor: Creditor, start: date, end: date, given: Given) -> tuple[str, pl.DataFrame]:
    """Messages that left, and how far each took its person; the largest amounts first."""
    where, params = [], []
    for word, column in (("canal", "channel"), ("etapa", "stage"), ("campana", "step"), ("moneda", "currency")):
        if word in given:
            where.append(f"AND o.{column} = %s")
            params.append(given[word])
    for word, column in (("medio", "method"), ("aparato", "device")):
        if word in given:
            where.append(f"AND EXISTS (SELECT 1 FROM outreach_fact f WHERE f.outbox_id = o.id AND f.{column} = %s)")
            params.append(given[word])
    if given.get("fallo"):
        where.append("AND EXISTS (SELECT 1 FROM outreach_fact f WHERE f.outbox_id = o.id AND f.kind = 'pay_failed')")
    levels = " ".join(f"WHEN '{code}' THEN {level}" for code, level in friction.LEVELS.items())
    level = f"COALESCE((SELECT MAX(CASE f.kind {levels} ELSE 0 END) FROM outreach_fact f WHERE f.outbox_id = o.id), 0)"
    sql = _MESSAGES.format(day=date_of("o.finished_at"), level=level, more=" ".join(where))
    schema = {"account": rows.FOUND["account"], "channel": rows.FOUND["sub"], "day": rows.FOUND["day"],
              "minor": rows.FOUND["minor"], "currency": rows.FOUND["currency"], "note": rows.FOUND["note"],
              "level": rows.FOUND["item"]}  # fmt: skip
    read_ = bulk.read_frame(sql, schema, (creditor.pk, *instants(creditor, start, end), *params))
    names = {code: channel_name(code).capitalize() for code in read_["channel"].unique().to_list()}
    steps = dict(enumerate(friction.STEPS.values()))
    told = read_.with_columns(
        sub=pl.col("channel").replace_strict(names, default="", return_dtype=pl.String),
        note=pl.col("level").replace_strict(steps, default="", return_dtype=pl.String),
    )
    about = [given[w] for w in ("canal", "etapa", "campana", "medio", "aparato") if given.get(w)]
    return ", ".join(["Mensajes y hasta dónde llegó cada uno", *about]), rows.shaped(told)


def _stopped(creditor: Creditor, start: date, end: date, given: Given) -> tuple[str, pl.DataFrame]:
    reason = given.get("razon", "")
    schema = {name: rows.FOUND[name] for name in ("account", "day", "minor", "currency", "note")}
    schema["reason"] = rows.FOUND["sub"]
    found = bulk.read_frame(_STOPPED, schema, (creditor.pk, day(start), day(end), reason))
    told = found.with_columns(sub=pl.lit(CATALOGUE.get(reason, reason)))
    return f"Contactos que no se hicieron: {CATALOGUE.get(reason, reason)}", rows.shaped(told)


Reader = Callable[[Creditor, date, date, Given], tuple[str, pl.DataFrame]]
READERS: Mapping[str, Reader] = {
    "documentos": _documents, "atrasados": _late, "aclaraciones": _disputes, "notas": _notes, "mensajes": _messages,
    "frenados": _stopped,
}  # fmt: skip
