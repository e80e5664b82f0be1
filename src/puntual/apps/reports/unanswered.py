"""What nobody has answered: a sentence and a table, each line with its rows. Somebody who waits does not pay."""

from __future__ import annotations

import polars as pl

from puntual.apps.reports.tables import Column, Table, capital, rows_address
from puntual.core.reports.inputs import Known
from puntual.ui.formats import number_text

#: what -> (one, many)
_NAMES = {
    "dispute": ("aclaración fuera de plazo", "aclaraciones fuera de plazo"),
    "complaint": ("queja fuera de plazo", "quejas fuera de plazo"),
    "question": ("conversación sin respuesta a tiempo", "conversaciones sin respuesta a tiempo"),
    "talk": ("persona que pidió hablar con alguien", "personas que pidieron hablar con alguien"),
}
_COLUMNS = (
    Column("what", "Qué espera"), Column("times", "Cuántas", "count"), Column("oldest", "Desde", "date"),
    Column("days", "Días de la más vieja", "days"),
)  # fmt: skip


def _counts(waiting: pl.DataFrame) -> dict[str, int]:
    counts = dict(waiting.group_by("what").agg(pl.len()).iter_rows())
    return {what: counts[what] for what in _NAMES if what in counts}


def says(waiting: pl.DataFrame, locale: str, only: tuple[str, ...] = tuple(_NAMES)) -> tuple[str, ...]:
    """One sentence: what waits, or that nobody does."""
    asked = [f"{number_text(n, locale)} {_NAMES[what][n != 1]}"
             for what, n in _counts(waiting).items() if what in only]  # fmt: skip
    return (f"Esperan respuesta: {', '.join(asked)}." if asked else "Nadie espera una respuesta fuera de plazo.",)


def table(waiting: pl.DataFrame, now: Known, back: str, only: tuple[str, ...] = tuple(_NAMES)) -> Table | None:
    """A line per thing that waits, the most first; None where nothing does."""
    found = waiting.filter(pl.col("what").is_in(only))
    if not found.height:
        return None
    rows, opens = [], []
    for what, n in sorted(_counts(found).items(), key=lambda one: -one[1]):
        oldest = found.filter(pl.col("what") == what)["day"].min()
        days = (now.end - oldest).days  # type: ignore[operator]
        rows.append((capital(_NAMES[what][1]), n, oldest, days))
        opens.append({"times": rows_address("esperan", now.start, now.end, que=what, de=back)})
    title = f"Lo que más espera: {rows[0][0].lower()}; la más vieja, {max(r[3] for r in rows)} días."
    links = tuple(one["times"] for one in opens)
    return Table("waiting", title, _COLUMNS, tuple(rows), links=links, opens=tuple(opens))
