"""Every indicator, once. Screens, the command line and the reference page read this list and nothing else.

Sources of the formulas are named in each one; `docs/reference/kpis.md` is written from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.reports import kpis_balance, kpis_collection, kpis_harm, kpis_people
from puntual.core.reports.attribution import STAGES
from puntual.core.reports.inputs import PARTS, Known
from puntual.core.reports.measure import Figure, Kpi

REGISTRY: tuple[Kpi, ...] = (*kpis_collection.KPIS, *kpis_balance.KPIS, *kpis_people.KPIS, *kpis_harm.KPIS)
BY_CODE = {kpi.code: kpi for kpi in REGISTRY}
DIMENSIONS = PARTS


@attrs.frozen
class Measured:
    """A KPI with its figure: in which currency (empty: it has none), of which part of the company, and before."""

    kpi: Kpi
    currency: str
    figure: Figure
    previous: Figure | None = None
    dimension: str = ""
    value: str = ""


def kpi(code: str) -> Kpi:
    """The KPI of that code; UnusableInput with those that there are."""
    if code not in BY_CODE:
        raise UnusableInput(f"No hay un indicador «{code}». Los que hay: {', '.join(BY_CODE)}.")
    return BY_CODE[code]


def before(start: date, end: date) -> tuple[date, date]:
    """The period of the same length just before [start, end]."""
    return start - timedelta(days=(end - start).days + 1), start - timedelta(days=1)


def measure(known: Known, previous: Known | None = None, codes: tuple[str, ...] = ()) -> list[Measured]:
    """Every KPI (or those of `codes`) of the whole company, one figure per currency where it is about money."""
    chosen = [kpi(code) for code in codes] or list(REGISTRY)
    # Once per currency, not once per indicator: some frames have a row per account.
    now = {currency: known.in_currency(currency) for currency in known.currencies()} | {"": known}
    then = {currency: previous.in_currency(currency) for currency in now if currency} if previous else {}
    before = {**then, "": previous}
    return [m for one in chosen for m in _of(one, now, before)]


def _of(one: Kpi, now: dict[str, Known], before: dict[str, Known | None]) -> Iterator[Measured]:
    for currency in [c for c in now if c] if one.money else [""]:
        then = before.get(currency)
        yield Measured(one, currency, one.compute(now[currency]), one.compute(then) if then else None)


def split(one: Kpi, known: Known, dimension: str, previous: Known | None = None) -> list[Measured]:
    """A KPI for each value of a dimension; UnusableInput where its data do not know that dimension."""
    if dimension not in one.by:
        offered = ", ".join(one.by) or "ninguna"
        raise UnusableInput(f"«{one.name}» no se puede separar por {dimension}. Dimensiones que tiene: {offered}.")
    rows = []
    for currency in known.currencies() if one.money else [""]:
        base = known.in_currency(currency) if currency else known
        then = (previous.in_currency(currency) if currency else previous) if previous else None
        for value in _values(one, base, dimension):
            figure = one.compute(part_of(one, base, dimension, value))
            if figure.value is not None:
                before = one.compute(part_of(one, then, dimension, value)) if then else None
                rows.append(Measured(one, currency, figure, before, dimension, value))
    return rows


def part_of(one: Kpi, known: Known, dimension: str, value: str) -> Known:
    """What is known of one value of a dimension: by stage, of its documents or of its accounts as the KPI says."""
    if dimension == "stage" and one.stage_of != "account":
        return known.at_stage(value, now=one.stage_of == "close")
    return known.only(dimension, value)


def _values(one: Kpi, known: Known, dimension: str) -> list[str]:
    if dimension == "stage":
        return list(STAGES)
    frames = [known.frames()[name] for name in one.needs if dimension in known.frames()[name].columns]
    return sorted({v for frame in frames for v in frame[dimension].unique().to_list()})
