"""Which rows each part of an indicator opens: their sum, or their number, is that part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl

from puntual.apps.reports import rows_documents, rows_people
from puntual.apps.reports.rows import Asked

Reader = Callable[[Asked], pl.DataFrame]


def _documents() -> dict[str, Reader]:
    def reader(name: str) -> Reader:
        return lambda asked: rows_documents.counted(asked, name)

    return {name: reader(name) for name in rows_documents.COUNTED}


def _first_harm(asked: Asked) -> pl.DataFrame:
    return rows_people.harm(asked, asked.kpi.counts[0])


ROWS: Mapping[str, Reader] = {
    **_documents(),
    "settled": rows_documents.settled, "on_time": partial(rows_documents.settled, on_time=True),
    "payments": rows_people.payments,
    **{name: partial(rows_people.promises, which=name) for name in ("taken", "judged", "kept")},
    "instalments": rows_people.instalments,
    "instalments_on_time": partial(rows_people.instalments, on_time=True),
    "contacts": rows_people.contacts, "direct": partial(rows_people.contacts, direct=True),
    "contacted": rows_people.contacted, "handled": rows_people.handled,
    **{name: partial(rows_people.accounts, which=name) for name in ("late_accounts", "tried", "cured", "cured_alone")},
    "harm": _first_harm, "harm_below": lambda asked: rows_people.harm(asked, asked.kpi.counts[1]),
    "refusals": rows_people.refusals, "wanted": partial(rows_people.refusals, wanted=True),
}  # fmt: skip


def rows(asked: Asked) -> pl.DataFrame:
    """FOUND of an indicator's numerator, or of its denominator, whole."""
    return ROWS[asked.kpi.below if asked.below and asked.kpi.below else asked.kpi.rows](asked)
