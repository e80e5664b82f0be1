"""From what the linear model and the network say of a reply to the probability of each intent, by `weights.npz`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt

from puntual.adapters.classifier_offline.features import Sparse, width

WEIGHTS = Path(__file__).with_name("data") / "weights.npz"
#: Beyond this, in log-odds, a model's certainty says nothing more.
LIMIT = 9.0


@attrs.frozen
class Model:
    """`weights` is (columns, intents), of the linear model over the columns of `features`; `blend` (2 x intents,
    intents) and `blend_shift` weigh what it says with what the network says; `thresholds` are what each intent's
    probability must reach; `calibration` (slope, shift) turns the margin of a whole reading into the probability that
    it is right."""

    intents: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    blend: npt.NDArray[np.float64]
    blend_shift: npt.NDArray[np.float64]
    thresholds: npt.NDArray[np.float32]
    calibration: tuple[float, float]
    cue_scale: float
    rescue: float = 1.0

    def probabilities(self, row: Sparse, deep: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The probability of each intent, in the order of `intents`. `deep` is `Network.scores` of the same text."""
        linear = row.values @ self.weights[row.columns] + self.bias
        said = np.clip(np.concatenate([linear, deep]).astype(np.float64), -LIMIT, LIMIT)
        out: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(said @ self.blend + self.blend_shift)))
        return out


def save(model: Model, path: Path = WEIGHTS) -> None:
    np.savez_compressed(
        path,
        intents=np.array(model.intents),
        weights=model.weights.astype(np.float16),
        bias=model.bias.astype(np.float32),
        blend=model.blend,
        blend_shift=model.blend_shift,
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
        return Model(
            intents=tuple(str(name) for name in stored["intents"]),
            weights=weights,
            bias=stored["bias"],
            blend=stored["blend"],
            blend_shift=stored["blend_shift"],
            thresholds=stored["thresholds"],
            calibration=(float(slope), float(shift)),
            cue_scale=float(stored["cue_scale"]),
            rescue=float(stored["rescue"]),
        )
