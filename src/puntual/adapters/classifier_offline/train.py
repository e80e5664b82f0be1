"""Trains the weights from the shipped sentences: `python -m puntual.adapters.classifier_offline.train`.

Learns from the parts of `LEARNT` only; what is measured is never opened. How the linear model and the network are
weighed together, the thresholds and the calibration come of predictions on personas that each fold did not see. The
same seed gives the same weights. SciPy and JAX are needed here only: reading replies needs neither. On two cores it
takes about a quarter of an hour.
"""

from __future__ import annotations

import sys

import attrs
import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from puntual.adapters.classifier_offline import network, train_network
from puntual.adapters.classifier_offline.classifier import Read, read
from puntual.adapters.classifier_offline.decide import CLEAR, Decision, decide
from puntual.adapters.classifier_offline.features import BUCKETS, width
from puntual.adapters.classifier_offline.model import LIMIT, Model, save
from puntual.adapters.classifier_offline.sentences import LEARNT, Sentence, sentences
from puntual.core.customers.understanding import INTENTS, OTRO, STOPPING

SEED = 20260311
CUE_SCALE = 0.35
PENALTY = 1e-5
RARITY_POWER = 1.0
STEPS = 150
FOLDS = 5
#: How much the weighing of the two models is held back, in replies.
BLEND_PENALTY = 3.0
#: A missed stop is worse than a needless one: positives of these intents weigh more, and their thresholds are the
#: highest at which at most this share of them was missed on personas that were not seen.
STOP_WEIGHT = 2.0
STOP_MISSED = 0.02
STOP_THRESHOLDS = (0.04, 0.40)
#: Probability from which a suspected wrong person is obeyed in a reply that says nothing else clearly.
RESCUE = 0.10

Matrix = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]


def design(read_texts: list[Read]) -> sparse.csr_matrix:
    """The design matrix, one row a text."""
    rows = [seen.row(CUE_SCALE) for seen in read_texts]
    starts = np.cumsum([0] + [len(row.columns) for row in rows])
    values, columns = np.concatenate([row.values for row in rows]), np.concatenate([row.columns for row in rows])
    return sparse.csr_matrix((values, columns, starts), shape=(len(rows), width()), dtype=np.float32)


def targets(labelled: list[Sentence]) -> Matrix:
    return np.array([[intent in one.intents for intent in INTENTS] for one in labelled], dtype=np.float32)


def importance(y: Matrix) -> Matrix:
    """What an error costs: saying less than was said, more than saying more; missing a stop, most."""
    weight = np.where(y > 0, 1.5, 1.0).astype(np.float32)
    for intent in STOPPING:
        weight[:, INTENTS.index(intent)] *= np.where(y[:, INTENTS.index(intent)] > 0, STOP_WEIGHT, 1.0)
    return weight


def fit(x: sparse.csr_matrix, y: Matrix) -> tuple[Matrix, Matrix]:
    """(weights, bias) by full-batch Adam on the weighted logistic loss with an L2 penalty."""
    # every reply is learnt twice, once without its cues: they were written knowing these sentences and must not be
    # trusted more than they deserve on new ones
    deaf = x @ sparse.diags((np.arange(x.shape[1]) < BUCKETS).astype(np.float32))
    x, y = sparse.vstack([x, deaf]).tocsr(), np.concatenate([y, y])
    turned = x.T.tocsr()
    weight = importance(y)
    w = np.zeros((x.shape[1], y.shape[1]), dtype=np.float32)
    b = np.full(y.shape[1], -2.0, dtype=np.float32)
    moments = [np.zeros_like(w), np.zeros_like(w), np.zeros_like(b), np.zeros_like(b)]
    for step in range(1, STEPS + 1):
        error = (1.0 / (1.0 + np.exp(-(x @ w + b))) - y) * weight / len(y)
        gradients = (turned @ error + PENALTY * w, error.sum(axis=0))
        rate = np.float32(0.15 * (1.0 - step / (STEPS + 1)))
        for value, gradient, at in ((w, gradients[0], 0), (b, gradients[1], 2)):
            moments[at] += 0.1 * (gradient - moments[at])
            moments[at + 1] += 0.01 * (gradient**2 - moments[at + 1])
            mean, square = moments[at] / (1 - 0.9**step), moments[at + 1] / (1 - 0.99**step)
            value -= rate * mean / (np.sqrt(square) + 1e-6)
    return w, b


def folds_of(labelled: list[Sentence]) -> npt.NDArray[np.int64]:
    """Which fold each sentence falls in: a persona is in one fold only."""
    personas = sorted({one.persona for one in labelled})
    order = np.random.default_rng(SEED).permutation(len(personas))
    fold = {personas[i]: position % FOLDS for position, i in enumerate(order)}
    return np.array([fold[one.persona] for one in labelled])


def rarity(x: sparse.csr_matrix) -> Matrix:
    """A factor for each column: n-grams that few replies have weigh more (idf, softened); cues and facts stay as
    they are."""
    seen = np.asarray((x > 0).sum(axis=0)).ravel()[:BUCKETS]
    factor = np.ones(x.shape[1])
    grams = (np.log((1 + x.shape[0]) / (1 + seen)) + 1) ** RARITY_POWER
    factor[:BUCKETS] = grams / np.sqrt(np.average(grams**2, weights=seen + 1e-9))
    return factor.astype(np.float32)


def out_of_fold(
    x: sparse.csr_matrix, numbers: list[list[int]], y: Matrix, folds: npt.NDArray[np.int64]
) -> tuple[Wide, Wide]:
    """What the linear model and the network say of each reply, in log-odds, when they never saw its persona."""
    linear, deep = np.zeros(y.shape), np.zeros(y.shape)
    for fold in range(FOLDS):
        rest, here = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        w, b = fit(x[rest], y[rest])
        linear[here] = x[here] @ w + b
        taught = train_network.teach([numbers[i] for i in rest], y[rest], importance(y[rest]), SEED)
        deep[here] = train_network.scores(taught, [numbers[i] for i in here])
        print(f"vuelta {fold + 1} de {FOLDS}", file=sys.stderr)
    return linear, deep


def blended(said: Wide, y: Matrix) -> tuple[Wide, Wide]:
    """(weights, shift) of a logistic regression of each intent on all that both models said."""
    held = BLEND_PENALTY / len(y)

    def cost(flat: Wide, true: Wide) -> tuple[float, Wide]:
        z = said @ flat[:-1] + flat[-1]
        error = (1.0 / (1.0 + np.exp(-z)) - true) / len(y)
        slope = np.append(said.T @ error + held * flat[:-1], error.sum())
        return float((np.logaddexp(0, z) - true * z).mean() + held * (flat[:-1] ** 2).sum() / 2), slope

    fitted = [
        optimize.minimize(cost, np.zeros(said.shape[1] + 1), args=(y[:, j].astype(np.float64),), jac=True).x
        for j in range(y.shape[1])
    ]
    both = np.stack(fitted, axis=1)
    return both[:-1], both[-1]


def blended_out_of_fold(said: Wide, y: Matrix, folds: npt.NDArray[np.int64]) -> Matrix:
    """The probability of each intent, weighed by what the other folds taught."""
    out = np.zeros_like(y)
    for fold in range(FOLDS):
        weights, shift = blended(said[folds != fold], y[folds != fold])
        out[folds == fold] = 1.0 / (1.0 + np.exp(-(said[folds == fold] @ weights + shift)))
    return out


def thresholds_of(p: Matrix, y: Matrix) -> Matrix:
    """The threshold with the best F1 of each intent; those of the stopping intents err on the side of stopping."""
    best = np.zeros(y.shape[1], dtype=np.float32)
    for j, intent in enumerate(INTENTS):
        if intent in STOPPING:
            best[j] = stop_threshold(p, y, j)
            continue
        grid = np.arange(0.25, 0.66, 0.025)
        best[j] = max(grid, key=lambda t: (round(_f1(p[:, j] >= t, y[:, j] > 0), 4), -abs(t - 0.45)))
    return best


def stop_threshold(p: Matrix, y: Matrix, j: int) -> float:
    """The highest threshold at which few enough stops are missed, counting those that doubt rescues."""
    true = y[:, j] > 0
    nothing_else = np.delete(p, j, axis=1).max(axis=1) < CLEAR
    rescued = (p[:, j] >= RESCUE) & nothing_else
    floor, ceiling = STOP_THRESHOLDS
    enough = [t for t in np.arange(floor, ceiling + 1e-9, 0.01)
              if ((p[:, j] >= t) | rescued)[true].mean() >= 1 - STOP_MISSED]  # fmt: skip
    return float(max(enough, default=floor))


def _f1(said: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_]) -> float:
    return 2 * float((said & true).sum()) / max(1.0, float(said.sum()) + float(true.sum()))


def calibrate(margins: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Platt's slope and shift of P(whole reading right) over the margin, by Newton steps."""
    design_ = np.stack([margins, np.ones_like(margins)], axis=1)
    beta = np.array([1.0, 0.0])
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-(design_ @ beta)))
        hessian = design_.T @ (design_ * (p * (1 - p))[:, None]) + 1e-3 * np.eye(2)
        beta -= np.linalg.solve(hessian, design_.T @ (p - right) + 1e-3 * beta)
    return float(beta[0]), float(beta[1])


def main() -> Model:
    """Trains, writes `weights.npz` and `network.npz`, and tells what the folds measured."""
    labelled = [one for part in LEARNT for one in sentences(part)]
    texts = [read(one.text, one.country, one.at) for one in labelled]
    numbers = [network.pieces(seen.normal.text) for seen in texts]
    plain, y, folds = design(texts), targets(labelled), folds_of(labelled)
    factor = rarity(plain)
    x = (plain @ sparse.diags(factor)).tocsr()
    said = np.clip(np.hstack(out_of_fold(x, numbers, y, folds)), -LIMIT, LIMIT)
    p = blended_out_of_fold(said, y, folds)
    w, b = fit(x, y)
    w *= factor[:, None]
    draft = Model(INTENTS, w, b, *blended(said, y), thresholds_of(p, y), (1.0, 0.0), CUE_SCALE, RESCUE)
    decisions = [decide(p[i].astype(np.float64), seen.heard, seen.facts(), draft) for i, seen in enumerate(texts)]
    right = np.array(
        [set(d.intents) == one.intents for d, one in zip(decisions, labelled, strict=True)], dtype=np.float64
    )
    model = attrs.evolve(draft, calibration=calibrate(np.array([d.margin for d in decisions]), right))
    save(model)
    network.save(train_network.teach(numbers, y, importance(y), SEED))
    _tell(labelled, decisions, model)
    return model


def _tell(labelled: list[Sentence], decisions: list[Decision], model: Model) -> None:
    right = np.mean([set(d.intents) == one.intents for d, one in zip(decisions, labelled, strict=True)])
    print(f"{len(labelled)} frases; conjunto exacto en pliegues: {right:.3f}", file=sys.stderr)
    for j, intent in enumerate(INTENTS):
        said = np.array([intent in d.intents for d in decisions])
        true = np.array([intent in one.intents for one in labelled])
        found = (said & true).sum() / true.sum()
        print(
            f"{intent:11} F1 {_f1(said, true):.3f} halladas {found:.3f} umbral {model.thresholds[j]:.2f}",
            file=sys.stderr,
        )
    assert OTRO in INTENTS


if __name__ == "__main__":
    main()
