"""Prescription clocks: until when a due item may be claimed before a judge, and what changes when that day passes.

A clock starts on the due date and starts anew with each documented event that its country counts. Nothing revives a
clock that has run out. Where a document has an executive and an ordinary action, each has its clock: the debt is
prescribed when the last one runs out. From that day on nobody may threaten a suit or add a charge, and a person looks
at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import attrs
import polars as pl

from puntual.core import reasons
from puntual.core.errors import UnusableInput
from puntual.core.frames import DEBTOR_KINDS, ID, Column, Schema, check_frame

KINDS = (
    "invoice", "services", "retail_credit", "promissory_note", "promissory_note_recourse", "promissory_note_further",
    "cheque", "periodic", "card", "finance_contract",
)  # fmt: skip
EVENTS = ("acknowledgement", "partial_payment", "suit", "formal_claim", "agreement")
ACTIONS = ("executive", "ordinary")
STATUSES = ("running", "warning", "prescribed", "unknown")

#: One row per open due item whose clock is asked.
ITEMS: Schema = {
    "due_item": Column(ID, "documento o cuota"),
    "country": Column(pl.String, "país cuya norma rige"),
    "debtor": Column(pl.String, "tipo de deudor", choices=DEBTOR_KINDS),
    "document": Column(
        pl.String, "clase de documento: invoice, services, promissory_note, periodic, ...", choices=KINDS
    ),
    "due_on": Column(pl.Date, "vencimiento"),
}
#: Facts that may start a clock anew; one without proof does not.
INTERRUPTIONS: Schema = {
    "due_item": Column(ID, "documento o cuota"),
    "event": Column(pl.String, "hecho: acknowledgement, partial_payment, suit, ...", choices=EVENTS),
    "on": Column(pl.Date, "fecha del hecho"),
    "documented": Column(pl.Boolean, "hay prueba escrita del hecho"),
}
#: What `prescription_frame` adds.
CLOCKS: Schema = {
    "prescription_status": Column(pl.String, "running, warning, prescribed o unknown", choices=STATUSES),
    "prescribes_on": Column(pl.Date, "primer día en que la deuda ya prescribió; vacío: no se conoce", null=True),
    "executive_until": Column(pl.Date, "primer día sin acción ejecutiva; vacío: no la hay", null=True),
    "prescription_rule": Column(pl.String, "regla del plazo que vence al final", null=True),
    "prescription_cite": Column(pl.String, "cita de la norma", null=True),
}


@attrs.frozen
class Term:
    """How long one action of one kind of document lasts."""

    id: str
    kind: str
    action: str
    cite: str
    evidence: str
    years: int = 0
    months: int = 0
    debtors: tuple[str, ...] = DEBTOR_KINDS
    interruptible: bool = True


@attrs.frozen
class CountryTerms:
    """The terms of one country and the events that start them anew."""

    country: str
    terms: tuple[Term, ...]
    events: tuple[str, ...]
    events_cite: str
    once: bool = False
    warn_days: int = 90
    note: str = ""
    reviewer: str | None = None


@attrs.frozen
class Event:
    """A fact that may start the clock anew. Only a documented one does."""

    kind: str
    on: date
    documented: bool = True


@attrs.frozen
class Clock:
    """One action's clock: it started on `started_on` and on `ends_on` the action is already lost."""

    rule: str
    action: str
    cite: str
    started_on: date
    ends_on: date
    restarts: int


@attrs.frozen
class Prescription:
    """What the clocks of one due item say on a day. `prescribes_on` None: no term is known, so a person must look."""

    status: str
    prescribes_on: date | None
    clocks: tuple[Clock, ...]
    warnings: tuple[str, ...]

    @property
    def may_mention_suit(self) -> bool:
        """Whether a text may speak of going to court, as far as prescription goes."""
        return self.status in ("running", "warning")

    @property
    def may_add_charges(self) -> bool:
        return self.status != "prescribed"

    @property
    def needs_review(self) -> bool:
        return self.status != "running"

    @property
    def executive_until(self) -> date | None:
        """The first day without the quick action, when the document has one."""
        return next((clock.ends_on for clock in self.clocks if clock.action == "executive"), None)


def prescription(
    due_on: date, kind: str, debtor: str, events: Sequence[Event], law: CountryTerms, as_of: date
) -> Prescription:
    """The clocks of a due item as of a day. An unknown kind of debtor is taken as a consumer."""
    who = "consumer" if debtor == "unknown" else debtor
    known = sorted((e for e in events if e.on <= as_of), key=lambda event: event.on)
    terms = [term for term in law.terms if term.kind == kind and who in term.debtors]
    clocks = tuple(_clock(term, due_on, known, law) for term in terms)
    notes = tuple(filter(None, (law.note, "" if law.reviewer else reasons.sentence("charge_unreviewed"))))
    if not clocks:
        return Prescription("unknown", None, (), (reasons.sentence("prescription_unknown"), *notes))
    last = max(clock.ends_on for clock in clocks)
    status = _status(last, law.warn_days, as_of)
    return Prescription(status, last, clocks, (*_warnings(clocks, last, status, known, law, as_of), *notes))


def _clock(term: Term, due_on: date, events: Sequence[Event], law: CountryTerms) -> Clock:
    start, restarts = due_on, 0
    for event in events:
        counts = term.interruptible and event.documented and event.kind in law.events and event.on > start
        if not counts or (law.once and restarts):
            continue
        if event.on >= add_months(start, 12 * term.years + term.months):
            break
        start, restarts = event.on, restarts + 1
    end = add_months(start, 12 * term.years + term.months)
    return Clock(term.id, term.action, term.cite, start, end, restarts)


def _status(ends_on: date, warn_days: int, as_of: date) -> str:
    if as_of >= ends_on:
        return "prescribed"
    return "warning" if as_of >= ends_on - timedelta(days=warn_days) else "running"


def _warnings(
    clocks: tuple[Clock, ...], last: date, status: str, events: Sequence[Event], law: CountryTerms, as_of: date
) -> list[str]:
    found = []
    if status != "running":
        found.append(reasons.sentence(f"prescription_{status}", day=last))
    for clock in clocks:
        if clock.action == "executive" and clock.ends_on != last:
            gone = _status(clock.ends_on, law.warn_days, as_of)
            if gone != "running":
                found.append(reasons.sentence(f"prescription_executive_{gone}", day=clock.ends_on))
    if any(event.kind in law.events and not event.documented for event in events):
        found.append(reasons.sentence("prescription_undocumented"))
    return found


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where there is none (29 February ends on the 28th: sooner,
    safer)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(following - timedelta(days=1), date(year, month + 1, 1) + timedelta(days=day.day - 1))


def prescription_frame(
    items: pl.DataFrame, interruptions: pl.DataFrame, laws: Mapping[str, CountryTerms], as_of: date
) -> pl.DataFrame:
    """`prescription` for a portfolio: adds the columns of CLOCKS. Items without events are computed once per set of
    terms."""
    check_frame(items, ITEMS, "items")
    check_frame(interruptions, INTERRUPTIONS, "interruptions")
    terms = ["country", "debtor", "document", "due_on"]
    eventful = items.join(interruptions.select("due_item").unique(), on="due_item", how="semi")
    quiet = items.join(eventful.select("due_item"), on="due_item", how="anti").select(terms).unique()
    plain = pl.DataFrame([_row(row, [], laws, as_of) for row in quiet.iter_rows(named=True)], schema=_schema())
    found = items.join(quiet.hstack(plain), on=terms, how="left", maintain_order="left")
    events = _events(interruptions)
    rows = [
        {"due_item": r["due_item"], **_row(r, events[r["due_item"]], laws, as_of)}
        for r in eventful.iter_rows(named=True)
    ]
    own = pl.DataFrame(rows, schema={"due_item": ID, **_schema()})
    return found.update(own, on="due_item", how="left") if rows else found


def _schema() -> dict[str, pl.DataType]:
    return {name: column.dtype for name, column in CLOCKS.items()}


def _events(interruptions: pl.DataFrame) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {}
    for row in interruptions.iter_rows(named=True):
        found.setdefault(row["due_item"], []).append(Event(row["event"], row["on"], row["documented"]))
    return found


def _row(
    row: Mapping[str, object], events: Sequence[Event], laws: Mapping[str, CountryTerms], as_of: date
) -> dict[str, object]:
    law = laws.get(str(row["country"]), CountryTerms(str(row["country"]), (), (), ""))
    due_on = row["due_on"]
    if not isinstance(due_on, date):
        raise UnusableInput("Falta el vencimiento de un documento: sin él no hay reloj de prescripción.")
    known = prescription(due_on, str(row["document"]), str(row["debtor"]), events, law, as_of)
    last = next((clock for clock in known.clocks if clock.ends_on == known.prescribes_on), None)
    return {
        "prescription_status": known.status,
        "prescribes_on": known.prescribes_on,
        "executive_until": known.executive_until,
        "prescription_rule": last.rule if last else None,
        "prescription_cite": last.cite if last else None,
    }
