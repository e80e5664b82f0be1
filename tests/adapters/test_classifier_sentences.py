"""The labelled set is what it claims to be, and the figures of the page are the figures of the reader."""

import re

import pytest

from puntual.adapters.classifier_offline.measure import measure
from puntual.adapters.classifier_offline.normal import fold
from puntual.adapters.classifier_offline.sentences import PARTS, sentences

NEAR_COPY = 0.6


@pytest.fixture(scope="module")
def parts():
    return {part: sentences(part) for part in PARTS}


@pytest.fixture(scope="module")
def measured(parts):
    return measure(parts["prueba"])


def test_there_are_enough_sentences_and_enough_stops(parts):
    everything = [one for part in parts.values() for one in part]
    stops = [one for one in everything if one.intents & {"baja", "equivocado"}]
    assert len(everything) >= 900
    assert len({one.text.casefold() for one in everything}) >= len(everything) - 5
    assert len(stops) >= 100
    assert sum(bool(one.intents & {"baja", "equivocado"}) for one in parts["prueba"]) >= 60


def test_no_persona_and_no_family_is_both_learnt_and_measured(parts):
    learnt = parts["entrenamiento"] + parts["desarrollo"]
    assert not {one.persona for one in learnt} & {one.persona for one in parts["prueba"]}
    assert not {one.family for one in learnt} & {one.family for one in parts["prueba"]}


def test_no_near_copy_is_both_learnt_and_measured(parts):
    learnt = [_shingles(one.text) for one in parts["entrenamiento"] + parts["desarrollo"]]
    for one in parts["prueba"]:
        mine = _shingles(one.text)
        alike = max(len(mine & other) / len(mine | other) for other in learnt)
        assert alike < NEAR_COPY, one.text


def _shingles(text: str) -> frozenset[str]:
    plain = f" {re.sub(r'[^a-z0-9]+', ' ', fold(text)).strip() or text} "
    return frozenset(plain[i : i + 4] for i in range(max(1, len(plain) - 3)))


def test_the_test_part_is_read_as_well_as_the_page_says(measured):
    assert measured.macro_f1 >= 0.90
    assert measured.dates >= 0.95
    assert measured.amounts >= 0.95
    assert measured.scores["baja"].recall >= 0.97
    assert measured.scores["equivocado"].recall >= 0.97
    assert measured.automatic_right >= 0.94


def test_a_text_takes_less_than_twenty_milliseconds(measured):
    assert measured.ms < 20
