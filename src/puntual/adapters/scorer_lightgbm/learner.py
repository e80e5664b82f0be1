"""A small bag of gradient-boosted trees: monotone where the signs say so, one thread, deterministic by its seed.

One thread because OpenMP threads that wait for a busy core spin: two threads took thirteen times as long as one. Log
loss gives calibrated probabilities by itself, so no calibrator follows. Three small boosters averaged beat one three
times as long on every validation cut that was tried.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from puntual.core.segments.learning import Floats, Matrix

_SEPARATOR = "\n=== siguiente modelo ===\n"


def available() -> bool:
    """Whether LightGBM is installed."""
    return importlib.util.find_spec("lightgbm") is not None


@attrs.frozen(eq=False)
class LightGBMModel:
    """The mean of its boosters."""

    boosters: tuple[Any, ...]

    def predict(self, matrix: Matrix) -> Floats:
        total = np.zeros(len(matrix))
        for booster in self.boosters:
            total += booster.predict(matrix, num_threads=1)
        return total / len(self.boosters)

    def contributions(self, matrix: Matrix) -> Floats:
        """Exact tree SHAP values (Lundberg and others, 2020) of the first booster: it stands for its siblings."""
        values = np.asarray(self.boosters[0].predict(matrix, num_threads=1, pred_contrib=True), dtype=np.float64)
        return values[:, :-1]

    def text(self) -> str:
        return _SEPARATOR.join(booster.model_to_string() for booster in self.boosters)


@attrs.frozen
class LightGBMLearner:
    """Fits `bags` boosters of `rounds` small trees on the same lines with different seeds."""

    rounds: int = 80
    bags: int = 3
    name: str = "lightgbm"

    def fit(self, matrix: Matrix, labels: Floats, signs: Sequence[int], seed: int) -> LightGBMModel:
        import lightgbm

        data = lightgbm.Dataset(matrix, labels, params={"max_bin": 127, "verbosity": -1}, free_raw_data=True)
        return LightGBMModel(
            tuple(lightgbm.train(self._params(signs, seed + bag), data, self.rounds) for bag in range(self.bags))
        )

    def load(self, text: str) -> LightGBMModel:
        import lightgbm

        return LightGBMModel(tuple(lightgbm.Booster(model_str=part) for part in text.split(_SEPARATOR)))

    def _params(self, signs: Sequence[int], seed: int) -> dict[str, object]:
        return {
            "objective": "binary", "learning_rate": 0.07, "num_leaves": 15, "min_data_in_leaf": 100, "lambda_l2": 5.0,
            "feature_fraction": 0.7, "bagging_fraction": 0.7, "bagging_freq": 1, "max_bin": 127,
            "monotone_constraints": list(signs), "num_threads": 1, "deterministic": True, "force_row_wise": True,
            "seed": seed, "verbosity": -1,
        }  # fmt: skip
