"""Training tells the same every time, never sees the test part, and ships small."""

import numpy as np

from puntual.adapters.classifier_offline import train
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


def test_no_persona_is_in_two_folds():
    labelled = sentences("entrenamiento")
    folds = train.folds_of(labelled)
    where = {}
    for one, fold in zip(labelled, folds, strict=True):
        assert where.setdefault(one.persona, fold) == fold
    assert set(folds) == set(range(train.FOLDS))


def test_the_shipped_weights_are_under_a_megabyte_and_fit_the_shipped_cues():
    assert WEIGHTS.stat().st_size < 1_000_000
    assert load().weights.shape[1] == len(load().intents) == 9
