"""From what the models say to what is decided: whoever may be asking us to stop is stopped, and nobody needlessly."""

from datetime import UTC, datetime

import numpy as np

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
