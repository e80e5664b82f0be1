"""What the reports are computed from: one schema per frame, and `Known`, which holds them for one creditor and period.

Each row may stand for many equal ones (`items`, `times`), so that a company of a million documents is read as some
thousands of rows; a frame with one row per document gives the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import polars as pl

from puntual.core import money
from puntual.core.frames import ID, MINOR, Column, Schema, empty
from puntual.core.ledger.position import StageBounds

_SLICE: Schema = {"currency": Column(pl.String, "moneda"), "segment": Column(pl.String, "segmento; vacío: ninguno")}

MOVEMENTS: Schema = {
    **_SLICE,
    "issued_on": Column(pl.Date, "emisión del documento"),
    "due_on": Column(pl.Date, "vencimiento del documento"),
    "effective_on": Column(pl.Date, "fecha del hecho"),
    "kind": Column(pl.String, "hecho; una reversión lleva el del hecho que deshace"),
    "component": Column(pl.String, "principal, interest o fee"),
    "amount_minor": Column(MINOR, "cambio del saldo por cobrar"),
}
SETTLED: Schema = {
    **_SLICE,
    "issued_on": Column(pl.Date, "emisión"),
    "due_on": Column(pl.Date, "vencimiento"),
    "paid_on": Column(pl.Date, "día en que su capital quedó en cero; vacío: abierto", null=True),
    "items": Column(pl.Int64, "cuántos documentos"),
    "amount_minor": Column(MINOR, "importe original de todos ellos"),
}
CASH: Schema = {
    **_SLICE,
    "on": Column(pl.Date, "fecha del pago"),
    "amount_minor": Column(MINOR, "dinero recibido menos devuelto"),
}
STANDING: Schema = {
    **_SLICE,
    "account": Column(ID, "cuenta"),
    "overdue_then_minor": Column(MINOR, "vencido al abrir el periodo"),
    "overdue_now_minor": Column(MINOR, "vencido al cerrarlo"),
}
CONTACTS: Schema = {
    "segment": Column(pl.String, "segmento"),
    "account": Column(ID, "cuenta; vacío: sin cuenta", null=True),
    "channel": Column(pl.String, "canal"),
    "agent": Column(pl.String, "usuario que contactó; vacío: el sistema"),
    "campaign": Column(pl.String, "campaña: paso de la política que lo pidió; vacío: ninguno"),
    "direct": Column(pl.Boolean, "hubo contacto directo con la persona"),
    "times": Column(pl.Int64, "cuántas gestiones"),
}
PROMISES: Schema = {
    **_SLICE,
    "promise": Column(ID, "promesa"),
    "account": Column(ID, "cuenta"),
    "agent": Column(pl.String, "usuario que la tomó; vacío: el cliente en su página"),
    "amount_minor": Column(MINOR, "importe prometido"),
    "made_on": Column(pl.Date, "hecha el"),
    "promised_on": Column(pl.Date, "para el"),
    "state": Column(pl.String, "open, kept, broken, withdrawn"),
    "closed_on": Column(pl.Date, "cuándo se juzgó", null=True),
}
INSTALMENTS: Schema = {
    **_SLICE,
    "deal": Column(ID, "convenio"),
    "due_on": Column(pl.Date, "vence el pago"),
    "amount_minor": Column(MINOR, "importe de la cuota"),
    "on_time": Column(pl.Boolean, "cubierta en su fecha, con gracia y tolerancia"),
}
HANDLINGS: Schema = {
    "segment": Column(pl.String, "segmento"),
    "account": Column(ID, "cuenta"),
    "agent": Column(pl.String, "quien la atendió"),
    "day": Column(pl.Date, "cuándo se tomó"),
    "seconds": Column(pl.Int64, "de tomarla a terminar, con su cierre"),
    "wait_s": Column(pl.Int64, "segundos que esperó trabajo antes de ella"),
}
#: Counts of the period: complaint, wrong_person, opt_out, sent, refused, wanted, breach.
HARM: Schema = {
    "what": Column(pl.String, "qué se cuenta"),
    "times": Column(pl.Int64, "cuántas veces en el periodo"),
}
#: The columns by which a frame may be told apart, where it has them.
PARTS = ("segment", "stage", "channel", "agent", "campaign")
BY_NAME: Mapping[str, Schema] = {
    "movements": MOVEMENTS, "settled": SETTLED, "cash": CASH, "standing": STANDING, "contacts": CONTACTS,
    "promises": PROMISES, "instalments": INSTALMENTS, "harm": HARM, "handlings": HANDLINGS,
}  # fmt: skip


def _frame(name: str) -> Any:
    return attrs.field(factory=lambda: empty(BY_NAME[name]))


@attrs.frozen(kw_only=True, eq=False)
class Known:
    """What is known of one creditor at the end of `end`, for a report over [start, end], both days included.

    `movements`, `settled`, `cash` and `promises` may hold other days: each figure takes what it asks for. `standing`,
    `contacts`, `instalments`, `harm` and `handlings` are of the period alone. `contact_cost` gives the cost of
    one contact by channel, in minor units of the currency; without it no cost is told.
    """

    start: date
    end: date
    currency: str = ""
    mixed: bool = False
    movements: pl.DataFrame = _frame("movements")
    settled: pl.DataFrame = _frame("settled")
    cash: pl.DataFrame = _frame("cash")
    standing: pl.DataFrame = _frame("standing")
    contacts: pl.DataFrame = _frame("contacts")
    promises: pl.DataFrame = _frame("promises")
    instalments: pl.DataFrame = _frame("instalments")
    harm: pl.DataFrame = _frame("harm")
    handlings: pl.DataFrame = _frame("handlings")
    contact_cost: Mapping[str, int] = attrs.field(factory=dict)
    bounds: StageBounds = StageBounds()
    #: Currencies that there are in the books, also when the frames read hold none of them.
    told_currencies: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days + 1

    @property
    def opening(self) -> date:
        """The last day before the period: its evening is the opening."""
        return self.start - timedelta(days=1)

    def frames(self) -> dict[str, pl.DataFrame]:
        return {name: getattr(self, name) for name in BY_NAME}

    def currencies(self) -> list[str]:
        """The currencies that hold anything of money."""
        if self.currency:
            return [self.currency]
        money_frames = [f for f in self.frames().values() if "currency" in f.columns]
        found = {c for frame in money_frames for c in frame["currency"].unique().to_list()}
        return sorted(found | set(self.told_currencies))

    def only(self, column: str, value: str) -> Known:
        """The same for one value of a column: frames without it stay whole."""
        having = {n: f for n, f in self.frames().items() if column in f.columns}
        kept: dict[str, Any] = {n: f.filter(pl.col(column) == value) for n, f in having.items()}
        return attrs.evolve(self, **kept)

    def in_currency(self, currency: str) -> Known:
        """The same in one currency; `mixed` remembers that there are others."""
        return attrs.evolve(self.only("currency", currency), currency=currency, mixed=len(self.currencies()) > 1)

    def at_stage(self, stage: str, *, now: bool = False) -> Known:
        """Only the documents in that stage: of those there were at the opening, or (`now`) at the close."""
        inside = self.stage_is(stage, now=now)
        return attrs.evolve(self, movements=self.movements.filter(inside), settled=self.settled.filter(inside))

    def stage_is(self, stage: str, *, now: bool = False) -> pl.Expr:
        """Whether a document (`issued_on`, `due_on`) was in that stage at the opening, or (`now`) at the close."""
        day = self.end if now else self.opening
        age = (pl.lit(day) - pl.col("due_on")).dt.total_days()
        first = {
            "preventive": -(10**6), "administrative": self.bounds.preventive + 1,
            "extrajudicial": self.bounds.administrative + 1, "judicial": self.bounds.extrajudicial + 1,
        }  # fmt: skip
        last = {
            "preventive": self.bounds.preventive, "administrative": self.bounds.administrative,
            "extrajudicial": self.bounds.extrajudicial, "judicial": 10**6,
        }  # fmt: skip
        return age.is_between(first[stage], last[stage]) & (pl.col("issued_on") <= day)


def total(frame: pl.DataFrame, *conditions: pl.Expr, column: str = "amount_minor") -> int:
    """The exact sum of a column over the rows that meet the conditions; zero when there is none."""
    kept = frame.filter(*conditions) if conditions else frame
    return int(kept.select(money.total(column)).item() or 0)


def within(column: str, start: date, end: date) -> pl.Expr:
    """start <= column <= end."""
    return pl.col(column).is_between(start, end)
