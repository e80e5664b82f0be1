"""The linear model: one logistic score an intent over the columns of `features`. Weights come from `weights.npz`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt

from puntual.adapters.classifier_offline.features import Sparse, width

WEIGHTS = Path(__file__).with_name("data") / "weights.npz"


@attrs.frozen
class Model:
    """`weights` is (columns, intents); `thresholds` are what each intent's probability must reach; `calibration`
    (slope, shift) turns the margin of a whole reading into the probability that it is right."""

    intents: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    thresholds: npt.NDArray[np.float32]
    calibration: tuple[float, float]
    cue_scale: float
    rescue: float = 1.0

    def probabilities(self, row: Sparse) -> npt.NDArray[np.float64]:
        """The probability of each intent, in the order of `intents`."""
        scores = row.values @ self.weights[row.columns] + self.bias
        return 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30).astype(np.float64)))


def save(model: Model, path: Path = WEIGHTS) -> None:
    np.savez_compressed(
        path,
        intents=np.array(model.intents),
        weights=model.weights.astype(np.float16),
        bias=model.bias.astype(np.float32),
        thresholds=model.thresholds.astype(np.float32),
        calibration=np.array(model.calibration, dtype=np.float64),
        cue_scale=np.array(model.cue_scale),
        rescue=np.array(model.rescue),
    )


@cache
def load(path: Path = WEIGHTS) -> Model:
    """The shipped model. ValueError if it was trained for another set of cues."""
    with np.load(path) as stored:
        weights = stored["weights"].astype(np.float32)
        if weights.shape[0] != width():
            raise ValueError(f"{path.name} was trained for other cues: run python -m {__package__}.train")
        slope, shift = stored["calibration"]
        return Model(tuple(str(name) for name in stored["intents"]), weights, stored["bias"], stored["thresholds"],
                     (float(slope), float(shift)), float(stored["cue_scale"]), float(stored["rescue"]))  # fmt: skip
