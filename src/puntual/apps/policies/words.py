"""How policies are told on screens: stages, tones, when a step comes."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from puntual.core.policy import Policy, Step

TONES: Mapping[str, str | Promise] = {
    "cordial": _l("Cordial"),
    "cercano": _l("Cercano"),
    "neutro": _l("Neutro"),
    "firme": _l("Firme"),
    "formal": _l("Formal"),
}
#: What a policy may offer, as its text names it.
INCENTIVES: Mapping[str, str | Promise] = {
    "pronto_pago": _l("Descuento por pagar pronto"),
    "intereses": _l("Quitar parte de los intereses"),
    "quita": _l("Quita: pagar menos y cerrar"),
}
DEBTORS: Mapping[str, str | Promise] = {"consumer": _l("personas consumidoras"), "business": _l("empresas")}


def when(day: int) -> str:
    """When a step comes, as people say it."""
    if day < 0:
        return ngettext("%(n)d día antes de vencer", "%(n)d días antes de vencer", -day) % {"n": -day}
    if day == 0:
        return _("El día en que vence")
    return ngettext("%(n)d día después", "%(n)d días después", day) % {"n": day}


@attrs.frozen
class Stretch:
    """A stage of a policy on the line of time: its bounds in words and its steps."""

    stage: str
    bounds: str
    age: int
    steps: tuple[Step, ...]


def stretches(policy: Policy) -> list[Stretch]:
    """The four stages in order, each with its steps."""
    b = policy.bounds
    edges = (
        ("preventive", _("hasta que vence") if b.preventive == 0 else _("hasta el día %d") % b.preventive, 0),
        ("administrative", _("días %(a)d a %(b)d") % {"a": b.preventive + 1, "b": b.administrative}, 1),
        ("extrajudicial", _("días %(a)d a %(b)d") % {"a": b.administrative + 1, "b": b.extrajudicial}, 3),
        ("judicial", _("desde el día %d") % (b.extrajudicial + 1), 4),
    )
    return [
        Stretch(stage, bounds, age, tuple(s for s in policy.steps if policy.stage_of(s.day) == stage))
        for stage, bounds, age in edges
    ]


@attrs.frozen
class Mark:
    """A step as a mark on a line of 1000: where, and the age of its stage."""

    x: int
    age: int
    task: bool


def marks(policy: Policy) -> list[Mark]:
    """Every step on a line that gives each stage a quarter."""
    b = policy.bounds
    first = min([s.day for s in policy.steps] + [b.preventive - 7])
    last = max([s.day for s in policy.steps] + [b.extrajudicial + 30])
    edges = (first, b.preventive, b.administrative, b.extrajudicial, last)
    found = []
    for step in policy.steps:
        part = next(i for i in range(4) if step.day <= edges[i + 1])
        low, high = edges[part], edges[part + 1]
        x = 250 * part + round(250 * (step.day - low) / max(high - low, 1))
        found.append(Mark(min(max(x, 8), 992), (0, 1, 3, 4)[part], step.is_task))
    return found
