"""Goes on teaching the pretrained network with our labelled replies. Needs JAX, which only those who train need.

Every weight but the table of word pieces learns; a tenth of the pieces of each reply is hidden at each step, so that
no single word is trusted too much.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from puntual.adapters.classifier_offline.network import (
    BRANCH,
    MAX_PIECES,
    REACH,
    WINDOWS,
    Array,
    Network,
    encoder,
    vectors,
)

EPOCHS = 6
RATE = 4e-4
BATCH = 32
HIDDEN = 0.1
WARM_UP = 100
#: Replies of a batch are filled to one of these lengths, so that few shapes are compiled.
LENGTHS = (12, 20, 32, MAX_PIECES)
#: Answers begin at "no": each intent is said by one reply in eight or so.
FIRST_ANSWER = -2.0

Weights = dict[str, Any]


def start(intents: int, seed: int) -> Weights:
    """The pretrained weights, and an answer that knows nothing yet."""
    be = encoder()
    draw = np.random.default_rng(seed)
    weights: Weights = {
        "project": be.proj_W, "project_shift": be.proj_b, "project_gain": be.ln_g_all, "project_level": be.ln_b_all,
        "gain": be.ln_g, "level": be.ln_b, "pool": be.cnn_W, "pool_shift": be.cnn_b,
        "deep0": be.d0, "deep1": be.d1, "deep2": be.d2, "deep3": be.d3, "skip1": be.p1, "skip3": be.p3,
        "answer": 0.05 * draw.normal(size=(be.d3.shape[1], intents)),
        "answer_shift": np.full(intents, FIRST_ANSWER), "loudest": np.zeros((len(be.ln_g), intents)),
    }  # fmt: skip
    for at, (size, _) in enumerate(WINDOWS):
        weights |= {f"near{size}": be.w1[at], f"near{size}_shift": be.b1[at]}
        weights |= {f"wide{size}": be.w2[at], f"wide{size}_shift": be.b2[at]}
    return {name: jnp.asarray(value, dtype=jnp.float32) for name, value in weights.items()}


def _level(x: Any, gain: Any, shift: Any) -> Any:
    x = x - x.mean(-1, keepdims=True)
    return x / jnp.sqrt((x**2).mean(-1, keepdims=True) + encoder().eps) * gain + shift


def _window(x: Any, size: int, left: int) -> Any:
    wide = jnp.pad(x, ((0, 0), (left, size - 1 - left), (0, 0)))
    return jnp.concatenate([wide[:, k : k + x.shape[1]] for k in range(size)], -1)


def forward(w: Weights, words: Any, there: Any) -> Any:
    """`Network.scores` of a batch: words (replies, pieces, 512), `there` 1.0 where a piece is and 0.0 where none is."""
    mask = there[..., None]
    alone = _level(words @ w["project"] + w["project_shift"], w["project_gain"], w["project_level"]) * mask
    found = [words]
    for at, (size, left) in enumerate(WINDOWS):
        branch = alone[..., at * BRANCH : (at + 1) * BRANCH]
        first = (jax.nn.relu(_window(branch, size, left) @ w[f"near{size}"] + w[f"near{size}_shift"]) + branch) * mask
        found.append(jax.nn.relu(_window(first, size, left) @ w[f"wide{size}"] + w[f"wide{size}_shift"]) + first)
    seen = _level(jnp.concatenate(found, -1), w["gain"], w["level"])
    count = there.sum(1)[:, None]
    sums = ((seen * mask).sum(1) @ w["pool"] + count * w["pool_shift"]) / jnp.sqrt(count)
    second = jax.nn.relu(sums @ w["skip1"] + jax.nn.relu(sums @ w["deep0"]) @ w["deep1"])
    whole = jnp.tanh(second @ w["skip3"] + jax.nn.relu(second @ w["deep2"]) @ w["deep3"])
    whole = whole / jnp.sqrt((whole**2).sum(-1, keepdims=True))
    loudest = jnp.where(mask > 0, seen, -jnp.inf).max(1)
    return REACH * whole @ w["answer"] + w["answer_shift"] + loudest @ w["loudest"]


def _loss(w: Weights, words: Any, there: Any, y: Any, weight: Any, key: Any) -> Any:
    kept = jax.random.bernoulli(key, 1 - HIDDEN, there.shape)[..., None]
    out = forward(w, words * kept, there)
    return (weight * (jnp.maximum(out, 0) - out * y + jnp.log1p(jnp.exp(-jnp.abs(out))))).sum(-1).mean()


@jax.jit
def _step(w: Weights, mean: Weights, square: Weights, at: Any, rate: Any, batch: Any) -> tuple[Any, Any, Any]:
    """One step of Adam."""
    slope = jax.grad(_loss)(w, *batch)
    mean = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, mean, slope)
    square = jax.tree.map(lambda old, new: 0.999 * old + 0.001 * new**2, square, slope)
    w = jax.tree.map(
        lambda value, m, v: value - rate * (m / (1 - 0.9**at)) / (jnp.sqrt(v / (1 - 0.999**at)) + 1e-6),
        w, mean, square,
    )  # fmt: skip
    return w, mean, square


def _filled(numbers: list[list[int]]) -> tuple[Array, Array]:
    longest = max(map(len, numbers))
    size = next(length for length in LENGTHS if length >= longest)
    words, there = np.zeros((len(numbers), size, 512), np.float32), np.zeros((len(numbers), size), np.float32)
    for row, one in enumerate(numbers):
        words[row, : len(one)], there[row, : len(one)] = vectors(one), 1.0
    return words, there


def teach(numbers: list[list[int]], y: Array, weight: Array, seed: int, epochs: int = EPOCHS) -> Network:
    """A network taught with replies, given as `network.pieces`; y and weight are (replies, intents)."""
    w = start(y.shape[1], seed)
    mean, square = jax.tree.map(jnp.zeros_like, w), jax.tree.map(jnp.zeros_like, w)
    draw, key, at = np.random.default_rng(seed), jax.random.PRNGKey(seed), 0
    total = epochs * max(1, len(numbers) // BATCH)
    for _ in range(epochs):
        # Replies of about the same length go together; which of them, and in which order, is drawn anew.
        near = sorted(range(len(numbers)), key=lambda i: len(numbers[i]) // 6 + draw.random() * 2)
        batches = [near[i : i + BATCH] for i in range(0, max(1, len(near) - BATCH + 1), BATCH)]
        draw.shuffle(batches)
        for batch in batches:
            at, (key, this) = at + 1, jax.random.split(key)
            rate = RATE * min(1.0, at / WARM_UP) * (1 - at / (total + 1))
            told = (*_filled([numbers[i] for i in batch]), y[batch], weight[batch], this)
            w, mean, square = _step(w, mean, square, at, rate, told)
    return Network({name: np.asarray(value, dtype=np.float32) for name, value in w.items()})


def scores(network: Network, numbers: list[list[int]]) -> npt.NDArray[np.float64]:
    """`Network.scores` of many replies at once."""
    run = jax.jit(forward)
    out = np.zeros((len(numbers), network.weights["answer"].shape[1]))
    order = sorted(range(len(numbers)), key=lambda i: len(numbers[i]))
    for i in range(0, len(order), 2 * BATCH):
        some = order[i : i + 2 * BATCH]
        out[some] = run(network.weights, *_filled([numbers[j] for j in some]))
    return out
