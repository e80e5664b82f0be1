"""One experiment as people read it: what can be proved, told before it starts, and what it shows, looked at any day."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import polars as pl

from puntual.core.frames import ID, MINOR, Column, Schema, check_frame
from puntual.core.reports.experiments import (
    Effect,
    Verdict,
    anytime,
    effect,
    judge,
    sample_size,
    smallest_change,
    winsorise,
)

#: One row per customer of an experiment.
OUTCOMES: Schema = {
    "party": Column(ID, "persona o empresa"),
    "treated": Column(pl.Boolean, "con el cambio"),
    "cash_minor": Column(MINOR, "lo que pagó desde el sorteo"),
    "forecast_minor": Column(MINOR, "lo que se esperaba antes del sorteo"),
    "complaints": Column(pl.Float64, "1 si se quejó"),
    "opt_outs": Column(pl.Float64, "1 si pidió que no se le escriba"),
    "contacts": Column(pl.Float64, "contactos recibidos"),
}
#: What a harm is called, and how much more of it than in the control group is allowed.
HARMS = {"complaints": ("quejas", 0.01), "opt_outs": ("bajas", 0.02)}
#: With fewer customers in an arm nothing is said.
LEAST = 10


@attrs.frozen
class Told:
    """Before the start: customers in each group, share that pays anyway, smallest rise that can be proved, sentence."""

    control: int
    treated: int
    base: float
    provable_points: float
    needed: int
    possible: bool
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return attrs.asdict(self)


def told_before(customers: int, control_pct: int, base: float, change_points: float) -> Told:
    """What so many customers, split so, can prove of a share that is `base` (0-1) without the change."""
    control = round(customers * control_pct / 100)
    treated = customers - control
    each = math.floor(
        2 / (1 / max(control, 1) + 1 / max(treated, 1))
    )  # two unequal groups are worth their harmonic mean
    base = min(max(base, 0.01), 0.99)
    change = min(max(change_points / 100, 0.001), 0.99 - base if base < 0.98 else 0.005)
    needed, provable = sample_size(base, change), smallest_change(base, each)
    points = f"{100 * provable:.1f}".replace(".", ",")
    asked = f"{change_points:g}".replace(".", ",")
    possible = needed <= each
    sentence = (
        f"Se puede demostrar una mejora de {asked} puntos: hacen falta {needed} clientes por grupo y hay el "
        f"equivalente a {each}."
        if possible
        else f"No se podrá demostrar una mejora de {asked} puntos: harían falta {needed} clientes por grupo y hay el "
        f"equivalente a {each}. Con ellos solo se nota una de {points} puntos o más."
    )
    return Told(control, treated, base, 100 * provable, needed, possible, sentence)


@attrs.frozen(eq=False)
class Look:
    """What an experiment shows on a day. Without enough customers `cash` is None and the verdict says so."""

    customers: tuple[int, int]
    cash: Effect | None
    sure: Effect | None
    harms: dict[str, Effect]
    means: dict[str, tuple[float, float]]
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        return {
            "control": self.customers[0], "treated": self.customers[1],
            "cash": attrs.asdict(self.cash) if self.cash else None,
            "sure": attrs.asdict(self.sure) if self.sure else None,
            "harms": {n: attrs.asdict(e) for n, e in self.harms.items()},
            "means": {n: list(pair) for n, pair in self.means.items()}, "verdict": self.verdict.code,
            "sentence": self.verdict.sentence,
        }  # fmt: skip


def look(rows: pl.DataFrame, *, over: bool) -> Look:
    """The effect on cash by CUPED with the forecast made before, the harms, and the stop rule. Compared as drawn."""
    check_frame(rows, OUTCOMES, "outcomes")
    treated = rows["treated"].to_numpy().astype(bool)
    size = (int((~treated).sum()), int(treated.sum()))
    if min(size) < LEAST:
        verdict = Verdict("too_few", f"Todavía son muy pocos clientes ({size[0]} y {size[1]}) para decir algo.")
        return Look(size, None, None, {}, {}, verdict)
    cash = winsorise(rows["cash_minor"].cast(pl.Float64).to_numpy())
    expected = winsorise(rows["forecast_minor"].cast(pl.Float64).to_numpy())
    primary = effect(cash, treated, expected)
    harms = {name: effect(rows[name].to_numpy(), treated) for name in HARMS}
    names = {HARMS[name][0]: one for name, one in harms.items()}
    limits = {word: limit for word, limit in HARMS.values()}
    verdict = judge(primary, names, over=over, look_at=len(treated), limits=limits)
    means = {
        name: (_mean(rows[name], ~treated), _mean(rows[name], treated))
        for name in ("contacts", "complaints", "opt_outs")
    }
    means["cash_minor"] = (float(cash[~treated].mean()), float(cash[treated].mean()))
    return Look(size, primary, anytime(primary, look_at=len(treated)), harms, means, verdict)


def _mean(values: pl.Series, mask: np.typing.NDArray[np.bool_]) -> float:
    return float(values.cast(pl.Float64).to_numpy()[mask].mean())
