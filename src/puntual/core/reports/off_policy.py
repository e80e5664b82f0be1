"""What another policy would have brought, from the records of this one: only where chance was logged.

Records need the probability with which each action was chosen (its propensity). Where the present policy never tried
what the other would do, nothing can be said, and this says so instead of a figure.
"""

from __future__ import annotations

import attrs
import numpy as np
import polars as pl

from puntual.core.errors import Refused
from puntual.core.frames import Column, Schema, check_frame

LOGS: Schema = {
    "propensity": Column(pl.Float64, "probabilidad con que se eligió la acción registrada"),
    "target": Column(pl.Float64, "probabilidad con que la otra política elegiría esa misma acción"),
    "reward": Column(pl.Float64, "lo que resultó"),
    "model_logged": Column(pl.Float64, "lo que un modelo espera de la acción registrada"),
    "model_target": Column(pl.Float64, "lo que un modelo espera de la otra política en ese caso"),
}
#: Below this share of the records, the effective sample is too small for any estimate.
LEAST_EFFECTIVE = 0.02


@attrs.frozen
class OffPolicy:
    """Mean reward of the other policy by each estimator; `effective` is how many records the weights are worth."""

    ips: float
    snips: float
    direct: float
    doubly_robust: float
    standard_error: float
    effective: float
    records: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the doubly robust estimate."""
        return self.doubly_robust - 1.96 * self.standard_error, self.doubly_robust + 1.96 * self.standard_error


def estimate(logs: pl.DataFrame) -> OffPolicy:
    """Inverse propensity (Horvitz and Thompson, 1952), its self-normalised form, the model alone, and the doubly
    robust estimate (Dudík, Langford and Li, 2011), which is the one to read.

    Refused when a propensity is missing or zero, or when overlap leaves too few effective records: clipping weights
    would give a figure, and a wrong one.
    """
    if not logs.height or logs["propensity"].null_count() or (logs["propensity"] <= 0).any():
        raise Refused("No se puede estimar: a esos registros les falta la probabilidad con que se eligió cada acción.")
    check_frame(logs, LOGS, "logs")
    weight = (logs["target"] / logs["propensity"]).to_numpy()
    reward, logged = logs["reward"].to_numpy(), logs["model_logged"].to_numpy()
    n, total = len(weight), float(weight.sum())
    effective = total**2 / float((weight**2).sum()) if total > 0 else 0.0
    if effective < LEAST_EFFECTIVE * n or total <= 0:
        raise Refused(
            "No se puede estimar: la política actual casi nunca hizo lo que la otra haría "
            f"({effective:.0f} registros útiles de {n}). Deje una parte al azar y vuelva a mirar."
        )
    robust = logs["model_target"].to_numpy() + weight * (reward - logged)
    return OffPolicy(
        ips=float((weight * reward).mean()),
        snips=float((weight * reward).sum() / total),
        direct=float(logs["model_target"].to_numpy().mean()),
        doubly_robust=float(robust.mean()),
        standard_error=float(robust.std(ddof=1) / np.sqrt(n)) if n > 1 else float("inf"),
        effective=effective,
        records=n,
    )
