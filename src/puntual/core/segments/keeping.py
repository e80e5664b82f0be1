"""A trained model as one text (JSON with the learner's own text inside), to be kept as the champion and read back."""

from __future__ import annotations

import io
import json
from datetime import date

import attrs
import numpy as np
import polars as pl

from puntual.core.errors import UnusableInput
from puntual.core.segments.features import FEATURES
from puntual.core.segments.learning import Learner
from puntual.core.segments.shrinkage import Shrinkage
from puntual.core.segments.survival import StepCurve
from puntual.core.segments.training import INTERVAL, Settings, Trained


def dumps(trained: Trained) -> str:
    """Everything needed to score again."""
    return json.dumps(
        {
            "columns": [*FEATURES, *INTERVAL],
            "cut": trained.cut.isoformat(),
            "settings": attrs.asdict(trained.settings),
            "shrink": attrs.asdict(trained.shrink),
            "delays": _curve(trained.delays),
            "alone": _curve(trained.alone),
            "hazard": None if trained.hazard is None else trained.hazard.text(),
            "learner": trained.learner,
            "closed": trained.closed,
            "rows": trained.rows,
            "profile": trained.profile.write_json(),
        }
    )


def loads(text: str, learner: Learner | None) -> Trained:
    """The model that `dumps` wrote. UnusableInput if it was learnt from other features, or its learner is not here."""
    raw = json.loads(text)
    if raw["columns"] != [*FEATURES, *INTERVAL]:
        raise UnusableInput("El modelo guardado se aprendió con otros datos: vuelva a entrenarlo.")
    if raw["hazard"] is not None and (learner is None or learner.name != raw["learner"]):
        raise UnusableInput(
            f"El modelo guardado necesita «{raw['learner']}», que no está instalado: vuelva a entrenarlo."
        )
    return Trained(
        cut=date.fromisoformat(raw["cut"]),
        settings=Settings(**raw["settings"]),
        shrink=Shrinkage(**raw["shrink"]),
        delays=_step(raw["delays"]),
        alone=_step(raw["alone"]),
        hazard=learner.load(raw["hazard"]) if learner is not None and raw["hazard"] is not None else None,
        learner=raw["learner"],
        closed=raw["closed"],
        rows=raw["rows"],
        profile=pl.read_json(io.StringIO(raw["profile"]), schema=dict.fromkeys(FEATURES, pl.Float64)),
    )


def _curve(curve: StepCurve) -> dict[str, list[float]]:
    return {"at": curve.at.tolist(), "unpaid": curve.unpaid.tolist()}


def _step(raw: dict[str, list[float]]) -> StepCurve:
    return StepCurve(np.array(raw["at"], dtype=np.float64), np.array(raw["unpaid"], dtype=np.float64))
