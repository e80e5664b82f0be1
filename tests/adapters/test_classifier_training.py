"""Training tells the same every time, never sees the test part, and ships small."""

import numpy as np
import pytest

from puntual.adapters.classifier_offline import network, train, train_network
from puntual.adapters.classifier_offline.classifier import read
from puntual.adapters.classifier_offline.model import WEIGHTS, load
from puntual.adapters.classifier_offline.sentences import sentences


def test_the_same_sentences_give_the_same_weights_twice(monkeypatch):
    monkeypatch.setattr(train, "STEPS", 15)
    few = sentences("desarrollo")
    x, y = train.design([read(one.text, one.country, one.at) for one in few]), train.targets(few)
    first, second = train.fit(x, y), train.fit(x, y)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
    assert np.abs(first[0]).max() > 0


@pytest.fixture(scope="module")
def taught():
    """A network taught for one round with thirty-two replies, and how they are told to it."""
    few = sentences("desarrollo")[:32]
    numbers = [network.pieces(read(one.text, one.country, one.at).normal.text) for one in few]
    y = train.targets(few)
    return few, numbers, y, train_network.teach(numbers, y, train.importance(y), seed=1, epochs=2)


def test_the_same_replies_teach_the_same_network_and_it_learns_from_them(taught):
    _, numbers, y, first = taught
    again = train_network.teach(numbers, y, train.importance(y), seed=1, epochs=2)
    assert all(np.array_equal(first.weights[name], again.weights[name]) for name in first.weights)
    begun = train_network.start(y.shape[1], seed=1)
    assert float(np.abs(np.asarray(begun["pool"]) - first.weights["pool"]).max()) > 0


def test_what_reads_one_reply_says_what_teaching_said_of_many(taught):
    few, numbers, _, one_by_one = taught
    together = train_network.scores(one_by_one, numbers)
    for row, one in enumerate(few):
        alone = one_by_one.scores(read(one.text, one.country, one.at).normal.text)
        assert np.allclose(alone, together[row], atol=1e-3), one.text


def test_a_network_kept_in_bytes_says_nearly_the_same(taught, tmp_path):
    few, _, _, whole = taught
    network.save(whole, tmp_path / "red.npz")
    kept = network.load(tmp_path / "red.npz")
    for one in few:
        text = read(one.text, one.country, one.at).normal.text
        assert np.abs(kept.scores(text) - whole.scores(text)).max() < 0.1


def test_what_two_models_say_is_weighed_by_who_was_right():
    draw = np.random.default_rng(3)
    y = (draw.random((400, 1)) < 0.5).astype(np.float32)
    knows, guesses = (2 * y - 1) * 2 + draw.normal(size=(400, 1)), draw.normal(size=(400, 1))
    weights, shift = train.blended(np.hstack([knows, guesses]), y)
    assert weights[0, 0] > 1 and abs(weights[1, 0]) < 0.5 and abs(shift[0]) < 0.5


def test_no_persona_is_in_two_folds():
    labelled = sentences("autores")
    folds = train.folds_of(labelled)
    where = {}
    for one, fold in zip(labelled, folds, strict=True):
        assert where.setdefault(one.persona, fold) == fold
    assert set(folds) == set(range(train.FOLDS))


def test_the_shipped_weights_are_small_and_fit_the_shipped_cues():
    assert WEIGHTS.stat().st_size < 1_000_000
    assert network.WEIGHTS.stat().st_size < 4_000_000
    assert load().weights.shape[1] == len(load().intents) == 9
