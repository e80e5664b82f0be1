"""What prediction asks of a learner of probabilities, and the one that needs nothing but numpy: ridge logistic
regression.

LightGBM stands behind the same protocol (`puntual.ports.scorer`); the core never imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs
import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


class Model(Protocol):
    """A fitted learner. Rows of the matrix are cases, columns the features it was fitted on."""

    def predict(self, matrix: Matrix) -> Floats:
        """A probability per row."""
        ...

    def contributions(self, matrix: Matrix) -> Floats:
        """What each feature adds to the log-odds of each row (rows x features, without the constant)."""
        ...

    def text(self) -> str:
        """The model as text that `Learner.load` reads back; never a pickle."""
        ...


class Learner(Protocol):
    """Fits a probability of a yes. The same input and seed give the same model."""

    @property
    def name(self) -> str:
        """How the model card calls it."""
        ...

    def fit(self, matrix: Matrix, labels: Floats, signs: Sequence[int], seed: int) -> Model:
        """`signs`: per feature, 1 or -1 where the probability may only rise or fall with it, 0 where it is free."""
        ...

    def load(self, text: str) -> Model:
        """The model that `Model.text` wrote."""
        ...


@attrs.frozen(eq=False)
class LinearModel:
    """Log-odds linear in standardised features; a missing value counts as the mean."""

    mean: Floats
    scale: Floats
    weights: Floats
    constant: float

    def _standard(self, matrix: Matrix) -> Floats:
        values = (matrix.astype(np.float64) - self.mean) / self.scale
        return np.clip(np.nan_to_num(values, nan=0.0), -6.0, 6.0)

    def predict(self, matrix: Matrix) -> Floats:
        return _sigmoid(self._standard(matrix) @ self.weights + self.constant)

    def contributions(self, matrix: Matrix) -> Floats:
        result: Floats = self._standard(matrix) * self.weights
        return result

    def text(self) -> str:
        rows = (self.mean, self.scale, self.weights, np.array([self.constant]))
        return "\n".join(" ".join(repr(float(v)) for v in row) for row in rows)


@attrs.frozen
class LogisticLearner:
    """Ridge logistic regression by Newton steps. Signs are not imposed: the penalty alone keeps it tame."""

    ridge: float = 5.0
    steps: int = 12
    name: str = "logistic"

    def fit(self, matrix: Matrix, labels: Floats, signs: Sequence[int], seed: int) -> LinearModel:
        values = matrix.astype(np.float64)
        known = np.isfinite(values)
        count = np.maximum(known.sum(0), 1)
        mean = np.where(known, values, 0.0).sum(0) / count
        spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(0) / count)
        model = LinearModel(mean, np.where(spread > 1e-9, spread, 1.0), np.zeros(len(mean)), 0.0)
        design = np.column_stack([model._standard(matrix), np.ones(len(values))])
        beta = np.zeros(design.shape[1])
        penalty = np.append(np.full(len(mean), self.ridge), 1e-6)
        for _ in range(self.steps):
            p = _sigmoid(design @ beta)
            gradient = design.T @ (labels - p) - penalty * beta
            curvature = (design.T * np.maximum(p * (1 - p), 1e-6)) @ design + np.diag(penalty)
            move = np.linalg.solve(curvature, gradient)
            beta += move
            if float(np.abs(move).max()) < 1e-8:
                break
        return attrs.evolve(model, weights=beta[:-1], constant=float(beta[-1]))

    def load(self, text: str) -> LinearModel:
        mean, scale, weights, constant = (np.array([float(v) for v in line.split()]) for line in text.split("\n"))
        return LinearModel(mean, scale, weights, float(constant[0]))


def _sigmoid(x: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(x, -30.0, 30.0)))
    return result
