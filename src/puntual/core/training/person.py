"""The invented person of a role play: a temper that rises and calms, a need that is told to whoever earns it.

A pure function of its mood, what it heard and the case: the same conversation always goes the same way. Nothing here is
taken from real customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.training.heard import Heard

#: What each act does to (anger, trust) of a person of middling temper.
_EFFECTS: Mapping[str, tuple[int, int]] = {
    "empathise": (-2, 2), "thank": (0, 1), "greet": (0, 1), "identify": (0, 1), "ask_open": (0, 1),
    "offer_date": (-1, 1), "offer_plan": (-1, 1), "offer_dispute": (-1, 1), "respect_stop": (-2, 1),
    "pressure": (2, -2), "threaten": (4, -3), "blame": (3, -3), "tell_third": (4, -4),
}  # fmt: skip
#: need -> the acts that answer it.
NEEDS: Mapping[str, frozenset[str]] = {
    "date": frozenset({"offer_date"}),
    "plan": frozenset({"offer_plan"}),
    "slip": frozenset({"ask_slip"}),
    "dispute": frozenset({"offer_dispute"}),
    "callback": frozenset({"offer_callback"}),
    "silence": frozenset({"respect_stop"}),
    "lawyer": frozenset({"to_lawyer"}),
    "delicate": frozenset({"to_person", "offer_callback"}),
}
#: Lines that every case must have.
LINES = ("contesta", "si_soy", "quien_habla", "evade", "cuenta", "no_me_sirve", "acepta", "se_despide", "se_enoja",
         "cuelga")  # fmt: skip
TOP = 10
TURNS_MAX = 20


@attrs.frozen
class Case:
    """A hard conversation. `anger`, `trust`: where it begins (0 to 10); `tells_at`: the trust that makes the person
    tell what happens; `weights`: how much more an act moves this one; `third_party`: it is not who owes."""

    code: str
    title: str
    summary: str
    level: int
    stage: str
    need: str
    anger: int
    trust: int
    tells_at: int
    lines: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, int] = attrs.field(factory=dict)
    third_party: bool = False
    lesson: str = ""


@attrs.frozen
class Mood:
    """Where the conversation is."""

    anger: int
    trust: int
    verified: bool = False
    told: bool = False
    agreed: bool = False
    over: str = ""
    turns: int = 0
    asked_again: int = 0


@attrs.frozen
class Reply:
    """What the person says: a line of the case by its kind, and the words."""

    kind: str
    text: str


def read_case(document: Mapping[str, Any]) -> Case:
    """A case from its YAML. UnusableInput says what is missing."""
    try:
        lines = {str(k): tuple(str(t) for t in v) for k, v in document["frases"].items()}
        case = Case(
            str(document["codigo"]), str(document["titulo"]), str(document["resumen"]), int(document["nivel"]),
            str(document["etapa"]), str(document["necesita"]), int(document["enojo"]), int(document["confianza"]),
            int(document["cuenta_desde"]), lines,
            {str(k): int(v) for k, v in (document.get("le_pesa") or {}).items()},
            bool(document.get("es_otra_persona", False)), str(document.get("leccion", "")),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableInput(f"Al caso de práctica le falta o le sobra algo: {error}.") from None
    lacking = [name for name in LINES if not lines.get(name)]
    if lacking:
        raise UnusableInput(f"El caso «{case.code}» no dice qué contesta en: {', '.join(lacking)}.")
    if case.need not in NEEDS:
        raise UnusableInput(f"El caso «{case.code}» necesita «{case.need}»: los hay {', '.join(NEEDS)}.")
    strange = sorted(set(case.weights) - set(_EFFECTS))
    if strange:
        raise UnusableInput(f"El caso «{case.code}» pesa un acto que no existe: {strange[0]}.")
    return case


def start(case: Case) -> tuple[Mood, Reply]:
    """The phone is picked up."""
    return Mood(case.anger, case.trust), _line(case, "contesta", 0)


def answer(case: Case, mood: Mood, heard: Heard) -> tuple[Mood, Reply]:
    """What the person does with what was said. A conversation that is over answers no more."""
    if mood.over:
        return mood, Reply("silencio", "")
    after = _moved(case, mood, heard)
    kind, after = _turn(case, after, heard)
    return after, _line(case, kind, mood.turns)


def _moved(case: Case, mood: Mood, heard: Heard) -> Mood:
    anger, trust = mood.anger, mood.trust
    for act in heard.acts & _EFFECTS.keys():
        more, gained = _EFFECTS[act]
        weight = case.weights.get(act, 1)
        anger, trust = anger + more * weight, trust + gained * weight
    if mood.told and "ask_open" in heard.acts and not heard.acts & NEEDS[case.need]:
        trust -= 1  # asked again what was already told
    return attrs.evolve(mood, anger=_within(anger), trust=_within(trust), turns=mood.turns + 1)


def _within(value: int) -> int:
    return max(0, min(TOP, value))


def _turn(case: Case, mood: Mood, heard: Heard) -> tuple[str, Mood]:
    """The kind of line that follows, by what is most pressing, and the mood with it."""
    if mood.anger >= TOP - 1 or mood.turns >= TURNS_MAX:
        return "cuelga", attrs.evolve(mood, over="hung_up" if mood.anger >= TOP - 1 else "too_long")
    if mood.agreed:
        return "se_despide", attrs.evolve(mood, over="agreed")
    if heard.acts & {"threaten", "pressure", "blame", "tell_third"}:
        return "se_enoja", mood
    if not mood.verified:
        if "verify" in heard.acts:
            return "si_soy", attrs.evolve(mood, verified=True)
        return "quien_habla", mood
    if not mood.told:
        return _whether_it_tells(case, mood, heard)
    if heard.acts & NEEDS[case.need]:
        return "acepta", attrs.evolve(mood, agreed=True)
    return "no_me_sirve", attrs.evolve(mood, asked_again=mood.asked_again + 1)


def _whether_it_tells(case: Case, mood: Mood, heard: Heard) -> tuple[str, Mood]:
    """Trust makes it tell; so does an offer that guesses right, which is taken at once."""
    if heard.acts & NEEDS[case.need] and mood.trust >= case.tells_at - 1:
        return "acepta", attrs.evolve(mood, told=True, agreed=True)
    if mood.trust >= case.tells_at:
        return "cuenta", attrs.evolve(mood, told=True)
    return "evade", mood


def _line(case: Case, kind: str, turn: int) -> Reply:
    found = case.lines[kind]
    return Reply(kind, found[turn % len(found)])
