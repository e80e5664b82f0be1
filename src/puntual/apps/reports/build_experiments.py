"""The experiments of a company as a report: what was compared, effect and interval, harm and verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from puntual.apps.reports.tables import Column, Table
from puntual.apps.segments import read as segments

_COLUMNS = (
    Column("name", "Experimento"), Column("kind", "Qué se compara"), Column("starts_on", "Desde", "date"),
    Column("ends_on", "Hasta", "date"), Column("control", "Sin el cambio", "count"),
    Column("treated", "Con el cambio", "count"), Column("effect_minor", "Diferencia por cliente", "money"),
    Column("low_minor", "Al menos", "money"), Column("high_minor", "A lo sumo", "money"),
    Column("complaints_pts", "Quejas, diferencia", "pct"), Column("opt_outs_pts", "Bajas, diferencia", "pct"),
    Column("verdict", "Qué se ve"),
)  # fmt: skip


def tables(creditor_id: int, locale: str) -> tuple[Table, ...]:
    """A table per currency, newest first; empty without experiments."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    links: dict[str, list[str]] = {}
    for one in segments.experiments(creditor_id):
        found.setdefault(one.currency, []).append(_row(one))
        links.setdefault(one.currency, []).append(reverse("segments:experiment", args=[one.pk]))
    title = "Diferencia de lo que pagó cada cliente en 30 días, con su intervalo del 95 %."
    return tuple(
        Table(f"experiments_{currency}", title, _COLUMNS, tuple(rows), currency, locale, tuple(links[currency]))
        for currency, rows in found.items()
    )


def _row(one: Any) -> tuple[Any, ...]:
    result = one.result or {}
    cash, harms = result.get("cash") or {}, result.get("harms") or {}
    money = [None if cash.get(k) is None else round(cash[k]) for k in ("estimate", "low", "high")]
    said = result.get("sentence") or "Todavía no se ha mirado: se mira cada noche."
    return (
        one.name, one.get_kind_display(), one.starts_on, one.ends_on, result.get("control"), result.get("treated"),
        *money, *(_points(harms.get(name)) for name in ("complaints", "opt_outs")), said,
    )  # fmt: skip


def _points(effect: dict[str, float] | None) -> int | None:
    """A difference of shares in hundredths of a percent."""
    return None if effect is None else round(10_000 * effect["estimate"])


def sentences(shown: Sequence[Table]) -> tuple[str, ...]:
    """How many there are."""
    n = sum(len(t.rows) for t in shown)
    return ("Hay un experimento." if n == 1 else f"Hay {n} experimentos.",)
