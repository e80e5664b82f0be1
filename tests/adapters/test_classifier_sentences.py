"""The labelled set is what it claims to be, and the figures of the page are the figures of the reader."""

import re
from collections import Counter, defaultdict

import pytest

from puntual.adapters.classifier_offline.measure import measure
from puntual.adapters.classifier_offline.normal import fold
from puntual.adapters.classifier_offline.sentences import LEARNT, MEASURED, PARTS, sentences

NEAR_COPY = 0.6


@pytest.fixture(scope="module")
def parts():
    return {part: sentences(part) for part in PARTS}


@pytest.fixture(scope="module")
def learnt(parts):
    return [one for part in LEARNT for one in parts[part]]


@pytest.fixture(scope="module")
def unseen(parts):
    return [one for part in MEASURED for one in parts[part]]


@pytest.fixture(scope="module")
def measured(parts):
    return {part: measure(parts[part]) for part in MEASURED}


def test_there_are_enough_sentences_and_enough_stops(parts):
    everything = [one for part in parts.values() for one in part]
    stops = [one for one in everything if one.intents & {"baja", "equivocado"}]
    assert len(everything) >= 14_000
    assert len({one.text.casefold() for one in everything}) >= len(everything) - 5
    assert len(stops) >= 3_000
    assert sum(len(parts[part]) for part in MEASURED) >= 200
    assert sum(bool(one.intents & {"baja", "equivocado"}) for part in MEASURED for one in parts[part]) >= 70


def test_no_persona_and_no_family_is_both_learnt_and_measured(learnt, unseen):
    assert not {one.persona for one in learnt} & {one.persona for one in unseen}
    assert not {one.family for one in learnt} & {one.family for one in unseen}


def test_no_near_copy_is_both_learnt_and_measured(learnt, unseen):
    known = [_shingles(one.text) for one in learnt]
    having = defaultdict(list)
    for at, shingles in enumerate(known):
        for shingle in shingles:
            having[shingle].append(at)
    for one in unseen:
        mine = _shingles(one.text)
        shared = Counter(at for shingle in mine for at in having[shingle])
        alike = max((common / (len(mine) + len(known[at]) - common) for at, common in shared.items()), default=0)
        assert alike < NEAR_COPY, one.text


def _shingles(text: str) -> frozenset[str]:
    plain = f" {re.sub(r'[^a-z0-9]+', ' ', fold(text)).strip() or text} "
    return frozenset(plain[i : i + 4] for i in range(max(1, len(plain) - 3)))


@pytest.mark.parametrize("part", MEASURED)
def test_each_measured_part_is_read_as_well_as_the_page_says(measured, part):
    found = measured[part]
    assert found.macro_f1 >= 0.93
    assert found.dates >= 0.97
    assert found.amounts >= 0.94
    assert found.automatic_right >= 0.96


def test_stops_are_hardly_ever_missed_and_no_intent_is_left_behind_over_all_that_is_measured(unseen):
    scores = measure(unseen).scores
    assert scores["baja"].recall >= 0.97
    assert scores["equivocado"].recall >= 0.97
    weakest = min(scores.values(), key=lambda score: score.f1)
    assert weakest.f1 >= 0.88, weakest


def test_a_text_takes_less_than_twenty_milliseconds(measured):
    assert measured["prueba_novena"].ms < 20
