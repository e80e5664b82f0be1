"""A policy's text changed piece by piece, as the forms do, and written back so that a person can still read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from puntual.apps.policies.mending import Key, dumped, mended
from puntual.apps.policies.read import parse_text
from puntual.core.errors import UnusableInput

#: The order in which keys are written, the same as in the presets.
_ORDER = (
    "politica", "pais", "hora", "dias_entre_contactos", "minimo", "etapas", "canales", "dias_de_credito",
    "interes_moratorio_pct", "dias_de_gracia", "gastos_de_cobranza", "no_contactar", "condiciones",
    "incentivos", "negociacion", "conciliacion", "aprender", "pasos",
)  # fmt: skip
_STEP_ORDER = ("id", "dia", "plantilla", "tarea", "tono", "canales", "cuando")


#: What makes an entry of a list the same one as before, so that it keeps the remarks above it.
_IDENTITY: Mapping[str, Key] = {"pasos": lambda step: name_of(step)}


def document(text: str) -> dict[str, Any]:
    """The document of a text that parses."""
    parse_text(text)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def written(doc: Mapping[str, Any], like: str = "") -> str:
    """The text of a document: `like` changed where it must be, with its remarks; without it, the whole anew."""
    wanted = {key: value for key, value in doc.items() if value not in (None, "", [], {})}
    if "pasos" in wanted:
        wanted["pasos"] = [_step(step) for step in sorted(wanted["pasos"], key=lambda s: s["dia"])]
    made = mended(like, wanted, _ORDER, _IDENTITY) if like.strip() else None
    if made is not None:
        return made
    remark = [line for line in like.splitlines() if line.startswith("#")]
    pieces = [dumped(key, wanted[key]) for key in [*_ORDER, *(k for k in wanted if k not in _ORDER)] if key in wanted]
    return "\n".join([*remark, *pieces, ""])


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    return {key: step[key] for key in _STEP_ORDER if key in step and step[key] not in (None, "", [], {})}


def with_step(text: str, step_id: str | None, step: Mapping[str, Any]) -> str:
    """The text with that step in the place of the one named, or added. UnusableInput as `parse_text`."""
    doc = document(text)
    steps = [s for s in doc.get("pasos") or [] if step_id is None or name_of(s) != step_id]
    made = written({**doc, "pasos": [*steps, dict(step)]}, text)
    parse_text(made)
    return made


def without_step(text: str, step_id: str) -> str:
    """The text without that step. UnusableInput when it was the only one."""
    doc = document(text)
    steps = [s for s in doc.get("pasos") or [] if name_of(s) != step_id]
    if not steps:
        raise UnusableInput("Una política necesita al menos un paso; para no escribir a nadie use «No contactar».")
    return written({**doc, "pasos": steps}, text)


def with_rules(text: str, rules: Mapping[str, Any]) -> str:
    """The text with those general rules. UnusableInput as `parse_text`."""
    made = written({**document(text), **rules}, text)
    parse_text(made)
    return made


def step_of(text: str, step_id: str) -> dict[str, Any] | None:
    """The step as it is written; None if there is none of that name."""
    return next((s for s in document(text).get("pasos") or [] if name_of(s) == step_id), None)


def name_of(step: Mapping[str, Any]) -> str:
    """The id that a step has or is given."""
    return str(step.get("id") or f"dia{step['dia']:+d}")[:24]
