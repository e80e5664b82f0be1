"""Goals and incentives of agents, with caps on pressure. What is rewarded is money that came and promises that were
kept; how many contacts somebody makes is never a goal, and harm takes the reward away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from puntual.core.errors import UnusableInput

#: What may be rewarded, as people read it.
METRICS: Mapping[str, str] = {
    "recovered_minor": "Dinero recuperado en sus cuentas",
    "promises_kept": "Promesas cumplidas",
    "promises_kept_pct": "Porcentaje de promesas cumplidas",
    "disputes_answered": "Aclaraciones contestadas a tiempo",
    "quality": "Calificación de calidad",
    "files_completed": "Datos de contacto corregidos",
}
#: Never a goal: rewarding these pays for pressure.
NEVER: Mapping[str, str] = {
    "calls": "llamadas hechas",
    "contacts": "contactos hechos",
    "attempts": "intentos",
    "promises_made": "promesas tomadas, se cumplan o no",
    "talk_s": "tiempo hablado",
}


@attrs.frozen
class Goal:
    """A metric, what is hoped for in the period, and the points of reaching it."""

    metric: str
    target: Decimal
    points: int


@attrs.frozen(kw_only=True)
class Caps:
    """Where pressure stops: no metric pays beyond `over_pct` of its goal, so many points a period, and harm that voids
    everything. Shown to the agent beside the goals."""

    over_pct: int = 120
    points_max: int = 1000
    complaints_max: int = 0
    quality_min: Decimal = Decimal(80)
    law_refusals_max: int = 5


@attrs.frozen
class Earned:
    """Points by metric and in all; `void` tells why nothing is paid, in a sentence."""

    by_metric: Mapping[str, int]
    points: int
    void: str = ""


def check(goals: Sequence[Goal]) -> None:
    """UnusableInput for a goal that pays for pressure, that is not known, or that has nothing to reach."""
    for goal in goals:
        if goal.metric in NEVER:
            raise UnusableInput(
                f"No se premian {NEVER[goal.metric]}: eso paga la presión. Premie dinero o promesas cumplidas.",
                field="metric",
            )
        if goal.metric not in METRICS:
            raise UnusableInput(
                f"La meta «{goal.metric}» no se conoce: use una de {', '.join(METRICS)}.", field="metric"
            )
        if goal.target <= 0 or goal.points <= 0:
            raise UnusableInput("Una meta y sus puntos son mayores que cero.", field="target")


def earned(goals: Sequence[Goal], reached: Mapping[str, Decimal], harm: Mapping[str, Decimal], caps: Caps) -> Earned:
    """What an agent earned. `harm`: complaints, law_refusals, quality (missing quality does not void)."""
    check(goals)
    void = _void(harm, caps)
    if void:
        return Earned({goal.metric: 0 for goal in goals}, 0, void)
    rows = {}
    for goal in goals:
        share = min(reached.get(goal.metric, Decimal(0)) / goal.target, Decimal(caps.over_pct) / 100)
        rows[goal.metric] = int(share * goal.points)
    return Earned(rows, min(sum(rows.values()), caps.points_max))


def _void(harm: Mapping[str, Decimal], caps: Caps) -> str:
    if harm.get("complaints", Decimal(0)) > caps.complaints_max:
        return "Hay una queja con razón en el periodo: no se paga incentivo."
    if harm.get("law_refusals", Decimal(0)) > caps.law_refusals_max:
        return "Intentó demasiadas veces lo que la norma no permite: no se paga incentivo."
    if "quality" in harm and harm["quality"] < caps.quality_min:
        return f"La calidad está por debajo de {caps.quality_min}: no se paga incentivo."
    return ""
