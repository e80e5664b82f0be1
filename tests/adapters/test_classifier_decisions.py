"""From what the models say to what is decided: whoever may be asking us to stop is stopped, and nobody needlessly."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from puntual.adapters.classifier_offline.classifier import read
from puntual.adapters.classifier_offline.decide import decide
from puntual.adapters.classifier_offline.model import load
from puntual.core.customers.understanding import INTENTS

NOW = datetime(2026, 3, 11, 15, tzinfo=UTC)


def _decided(heard="ya les consigné por nequi, revisen", **chances):
    """What is decided of a reply of which both models say these probabilities."""
    seen = read(heard, "CO", NOW)
    p = np.array([chances.get(intent, 0.0) for intent in INTENTS])
    return set(decide(p, seen.heard, seen.facts(), load()).intents)


def test_what_plainly_says_something_else_is_no_opt_out_for_a_faint_suspicion():
    assert _decided(pagado=0.97, baja=0.12) == {"pagado"}
    assert _decided(pagado=0.97, baja=0.21) == {"pagado", "baja"}
    assert _decided(pagado=0.47, baja=0.12) == {"pagado", "baja"}
    assert _decided(pagado=0.97, equivocado=0.12) == {"pagado", "equivocado"}


def test_whoever_is_stopped_anyway_is_not_also_a_wrong_person_by_mere_suspicion():
    assert _decided("hola", baja=0.9, equivocado=0.3) == {"baja"}
    assert _decided("hola", baja=0.9, equivocado=0.6) == {"baja", "equivocado"}


CHANCES = st.lists(st.floats(0, 1), min_size=len(INTENTS), max_size=len(INTENTS))


@pytest.mark.parametrize(
    ("text", "stop"),
    [
        ("no me escriban más", "baja"),
        ("STOP", "baja"),
        ("número equivocado", "equivocado"),
        ("se equivocó de número", "equivocado"),
    ],
)
@settings(deadline=None)  # the first reading loads what was learnt
@given(chances=CHANCES)
def test_who_asks_to_be_left_alone_in_clear_words_is_whatever_the_models_say(text, stop, chances):
    assert stop in _decided(text, **dict(zip(INTENTS, chances, strict=True)))


@settings(deadline=None)  # the first reading loads what was learnt
@given(chances=CHANCES)
def test_what_is_probably_a_stop_is_one_whatever_else_is_said(chances):
    said = dict(zip(INTENTS, chances, strict=True))
    decided = _decided("hola", **said)
    for stop in ("baja", "equivocado"):
        assert stop in decided or said[stop] < 0.5
