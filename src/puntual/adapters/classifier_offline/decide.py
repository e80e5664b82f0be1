"""From probabilities and cues to intents: the model proposes, strong cues of stopping insist, brakes hold them back."""

from __future__ import annotations

import math

import attrs
import numpy as np
import numpy.typing as npt

from puntual.adapters.classifier_offline.cue import Heard
from puntual.adapters.classifier_offline.features import Facts
from puntual.adapters.classifier_offline.model import Model
from puntual.core.customers.understanding import (
    AUTO_REPLY,
    BAJA,
    EQUIVOCADO,
    OTRO,
    PAGADO,
    PROMESA,
    STOPPING,
    by_importance,
)

_SURE = 0.97
_BRAKED_FLOOR = 0.75
#: From here on another intent is clear enough for a suspected stop to be let go.
CLEAR = 0.5
#: A reply that says something else this plainly is no opt-out for less than this suspicion. On unseen folds that misses
#: four opt-outs more of a thousand, and of every five needless ones it spares one. A wrong person has no such grace:
#: whoever is not the debtor often says other things plainly.
PLAIN = 0.8
SUSPICION_BESIDE = 0.2
_AUTO = "auto_"
#: Cues that go with a promise but do not make one.
_NO_PROMISE_ALONE = frozenset({"promise_split", "promise_ease", "promise_payday", "promise_date"})


@attrs.frozen
class Decision:
    intents: tuple[str, ...]
    confidence: float
    margin: float
    flags: tuple[str, ...] = ()


def is_auto_reply(heard: Heard) -> bool:
    return any(cue.code.startswith(_AUTO) for _, cue, _, _ in heard.hits)


def decide(probabilities: npt.NDArray[np.float64], heard: Heard, facts: Facts, model: Model) -> Decision:
    """The intents of a reply and the calibrated probability that they are all and only right."""
    if is_auto_reply(heard):
        return Decision((OTRO,), _SURE, 4.0, (AUTO_REPLY,))
    chances = {name: float(p) for name, p in zip(model.intents, probabilities, strict=True)}
    for intent in STOPPING:
        if heard.strong(intent) and not heard.braked(intent):
            chances[intent] = max(chances[intent], _SURE)
    limits = dict(zip(model.intents, map(float, model.thresholds), strict=True))
    for intent in limits:
        if heard.braked(intent):
            limits[intent] = max(limits[intent], _BRAKED_FLOOR)
    if any(p >= PLAIN for name, p in chances.items() if name not in STOPPING):
        limits[BAJA] = max(limits[BAJA], SUSPICION_BESIDE)
    chosen = {name for name, p in chances.items() if p >= limits[name] and name != OTRO}
    if BAJA in chosen and chances[EQUIVOCADO] < CLEAR:
        chosen.discard(EQUIVOCADO)  # it stops as it is: there is no doubt left to settle by stopping
    chosen |= _doubted_stops(chances, heard, model.rescue, chosen)
    if not chosen:
        heard_out = [name for name in chances if not heard.braked(name)] or [OTRO]
        best = max(heard_out, key=lambda name: chances[name] / limits[name])
        chosen = {best} if chances[best] >= 0.6 * limits[best] else {OTRO}
    chosen = paid_or_promised(chosen, heard, facts)
    margin = _margin(chances, limits, chosen)
    slope, shift = model.calibration
    return Decision(by_importance(chosen), 1.0 / (1.0 + math.exp(-(slope * margin + shift))), margin)


def _doubted_stops(chances: dict[str, float], heard: Heard, rescue: float, chosen: set[str]) -> set[str]:
    """A wrong person that is only suspected, in a reply that says nothing else clearly: the doubt is settled by
    stopping.

    An opt-out needs no such rescue: its cues are many and strong, and its own threshold is low.
    """
    if BAJA in chosen or any(chances[name] >= CLEAR for name in chosen):
        return set()
    suspected = chances[EQUIVOCADO] >= rescue and not heard.braked(EQUIVOCADO)
    return {EQUIVOCADO} if suspected else set()


def paid_or_promised(chosen: set[str], heard: Heard, facts: Facts) -> set[str]:
    """Past and future share verbs ("pagamos") and days ("el viernes"): a reply is both only if each is said apart.

    "Ya di 300, los otros el viernes" promises as well; "el viernes le deposité" does not.
    """
    rest = heard.has("promise_rest") and facts.ahead
    if PAGADO in chosen and rest:
        return chosen | {PROMESA}
    if not {PAGADO, PROMESA} <= chosen:
        return chosen
    codes = {cue.code for _, cue, _, _ in heard.hits}
    if (
        facts.ahead
        and codes & {"paid_verb_past", "paid_by_other"}
        and "promise_date" in codes
        and "paid_already" not in codes
    ):
        return chosen - {PAGADO}
    promised = any(
        cue.intent == PROMESA and not cue.brake and cue.code not in _NO_PROMISE_ALONE for _, cue, _, _ in heard.hits
    )
    return chosen if promised else chosen - {PROMESA}


def _margin(chances: dict[str, float], limits: dict[str, float], chosen: set[str]) -> float:
    """How far, in log-odds, the least certain of the nine yes-or-no answers is from its threshold."""
    least = math.inf
    for name, p in chances.items():
        if name == OTRO and chosen != {OTRO}:
            continue
        side = 1.0 if name in chosen else -1.0
        least = min(least, side * (_logit(p) - _logit(limits[name])))
    return max(-4.0, min(least, 4.0))


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))
