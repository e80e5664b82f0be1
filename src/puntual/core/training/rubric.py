"""How well a hard conversation was led: empathy, clarity, law, agreement; every point with what earned or lost it.

The rubric is the product's own (no standard exists); it is the same for the practice and for people's reviews, so that
both can be compared. 100 is the best of each.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from puntual.core.training.heard import Heard
from puntual.core.training.person import Case, Mood

#: dimension -> its weight in the whole, in percent.
WEIGHTS = {"empathy": 30, "clarity": 20, "law": 30, "agreement": 20}
NAMES = {"empathy": "Empatía", "clarity": "Claridad", "law": "Norma", "agreement": "Acuerdo"}
PASSES_AT = 70
LONG_TURN = 45


@attrs.frozen
class Exchange:
    """A turn of the agent: what it did, what the norm holds against its words, and the mood before and after."""

    heard: Heard
    findings: tuple[str, ...]
    before: Mood
    after: Mood


@attrs.frozen
class Mark:
    """Points of a dimension and why, with the turn (from 1) where it was seen; `missed` if they were not earned."""

    dimension: str
    points: int
    why: str
    turn: int = 0
    missed: bool = False


@attrs.frozen
class Score:
    """0 to 100 by dimension and in all. `critical`: something that may never happen, whatever the rest."""

    by_dimension: dict[str, int]
    total: int
    passed: bool
    critical: tuple[str, ...]
    marks: tuple[Mark, ...]


def score(
    case: Case, turns: Sequence[Exchange], *, discount_max_pct: int | None = None, payments_max: int | None = None
) -> Score:
    """The score of a conversation. `discount_max_pct`, `payments_max`: what the agent may grant alone by the policy."""
    critical = tuple(_critical(case, turns))
    marks = [
        *_empathy(case, turns), *_clarity(case, turns), *_law(turns, discount_max_pct, payments_max),
        *_agreement(turns),
    ]  # fmt: skip
    by = {name: _within(sum(m.points for m in marks if m.dimension == name and not m.missed)) for name in WEIGHTS}
    if critical:
        by["law"] = 0
    total = (sum(by[name] * weight for name, weight in WEIGHTS.items()) + 50) // 100
    return Score(by, total, total >= PASSES_AT and not critical, critical, tuple(marks))


def _within(points: int) -> int:
    return max(0, min(100, points))


def _first(turns: Sequence[Exchange], *acts: str) -> int:
    """The first turn (from 1) with one of these acts; 0 if none."""
    return next((i for i, t in enumerate(turns, 1) if t.heard.acts & set(acts)), 0)


def _mark(dimension: str, points: int, why: str, turn: int) -> Mark:
    return Mark(dimension, points, why, turn, missed=turn == 0)


def _critical(case: Case, turns: Sequence[Exchange]) -> list[str]:
    found = []
    for i, turn in enumerate(turns, 1):
        acts = turn.heard.acts
        if "disclose" in acts and not turn.before.verified and "verify" not in acts:
            found.append(f"Turno {i}: se habló de la deuda sin saber quién escuchaba.")
        if case.third_party and turn.before.told and "disclose" in acts:
            found.append(f"Turno {i}: se habló de la deuda con otra persona.")
        if "threaten" in acts:
            found.append(f"Turno {i}: una amenaza.")
        if "tell_third" in acts:
            found.append(f"Turno {i}: se amagó con contarlo a otros.")
        if case.need == "silence" and turn.before.told and "respect_stop" not in acts and turn.before.asked_again:
            found.append(f"Turno {i}: se insistió después de que pidió que no se le llame.")
    return found


def _empathy(case: Case, turns: Sequence[Exchange]) -> list[Mark]:
    told = next((i for i, t in enumerate(turns, 1) if t.after.told), 0)
    answered = next(
        (i for i, t in enumerate(turns, 1) if told and told <= i <= told + 2 and "empathise" in t.heard.acts), 0
    )
    harsh = _first(turns, "pressure", "blame", "threaten", "tell_third")
    calmed = turns[-1].after.anger <= case.anger if turns else False
    return [
        _mark("empathy", 35, "Reconoció lo que la persona contó.", answered),
        _mark("empathy", 15, "Agradeció.", _first(turns, "thank")),
        _mark("empathy", 25, "Ni presionó ni culpó.", 0 if harsh or not turns else len(turns)),
        _mark("empathy", 25, "La persona terminó igual o más tranquila que al principio.", len(turns) if calmed else 0),
    ]


def _clarity(case: Case, turns: Sequence[Exchange]) -> list[Mark]:
    short = bool(turns) and sum(t.heard.words for t in turns) <= LONG_TURN * len(turns)
    one_by_one = bool(turns) and all(t.heard.questions <= 2 for t in turns)
    figures = next((i for i, t in enumerate(turns, 1) if t.before.verified and t.heard.amount), 0)
    summed = next((i for i, t in enumerate(turns, 1) if t.after.agreed and "summarise" in t.heard.acts), 0)
    marks = [
        _mark("clarity", 30, "Dijo quién es y de parte de quién.", _first(turns, "identify")),
        _mark("clarity", 20, "Frases cortas.", len(turns) if short else 0),
        _mark("clarity", 20, "Una pregunta a la vez.", len(turns) if one_by_one else 0),
        _mark("clarity", 10, "Cerró repitiendo lo acordado.", summed),
    ]
    if case.third_party or case.need in ("silence", "lawyer", "delicate"):
        return [*marks, Mark("clarity", 20, "Aquí no tocaba decir cifras.", len(turns))]
    return [*marks, _mark("clarity", 20, "Dijo el importe, ya sabiendo con quién hablaba.", figures)]


def _law(turns: Sequence[Exchange], discount_max: int | None, payments_max: int | None) -> list[Mark]:
    marks = [_mark("law", 100, "Punto de partida: nada en contra.", len(turns))]
    for i, turn in enumerate(turns, 1):
        marks += [Mark("law", -25, sentence, i) for sentence in turn.findings]
        marks += [Mark("law", -15, why, i) for act, why in _BAD.items() if act in turn.heard.acts]
        off, parts = turn.heard.discount_pct, turn.heard.payments
        if discount_max is not None and off is not None and off > discount_max:
            marks.append(Mark("law", -30, f"Ofreció {off} % y puede conceder {discount_max} %.", i))
        if payments_max is not None and parts is not None and parts > payments_max:
            marks.append(Mark("law", -30, f"Ofreció {parts} pagos y puede conceder {payments_max}.", i))
    return marks


_BAD = {"pressure": "Presionó.", "blame": "Culpó o etiquetó a la persona."}


def _agreement(turns: Sequence[Exchange]) -> list[Mark]:
    agreed = next((i for i, t in enumerate(turns, 1) if t.after.agreed), 0)
    told = next((i for i, t in enumerate(turns, 1) if t.after.told), 0)
    closed = bool(turns) and turns[-1].after.over == "agreed"
    return [
        _mark("agreement", 30, "Logró saber qué pasa.", told),
        _mark("agreement", 50, "Encontró la salida que la persona necesitaba.", agreed),
        _mark("agreement", 20, "La conversación terminó bien.", len(turns) if closed else 0),
    ]
