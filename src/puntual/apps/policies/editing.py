"""A policy's text changed piece by piece, as the forms do, and written back so that a person can still read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from puntual.apps.policies.read import parse_text
from puntual.core.errors import UnusableInput

#: The order in which keys are written, the same as in the presets.
_ORDER = (
    "politica", "pais", "hora", "dias_entre_contactos", "minimo", "etapas", "canales", "dias_de_credito",
    "interes_moratorio_pct", "dias_de_gracia", "gastos_de_cobranza", "no_contactar", "condiciones",
    "incentivos", "negociacion", "conciliacion", "pasos",
)  # fmt: skip
_STEP_ORDER = ("id", "dia", "plantilla", "tarea", "tono", "canales", "cuando")


class _Flow(dict[str, Any]):
    """A mapping written on one line."""


class _Writer(yaml.SafeDumper):
    """Steps and small mappings on one line, sentences one below the other."""


_Writer.add_representer(_Flow, lambda w, d: w.represent_mapping("tag:yaml.org,2002:map", d.items(), flow_style=True))


def document(text: str) -> dict[str, Any]:
    """The document of a text that parses."""
    parse_text(text)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def written(doc: Mapping[str, Any], like: str = "") -> str:
    """The text of a document. The remark at the head of `like` is kept."""
    shown: dict[str, Any] = {}
    for key in [*_ORDER, *(k for k in doc if k not in _ORDER)]:
        if key in doc and doc[key] not in (None, "", [], {}):
            shown[key] = _Flow(doc[key]) if isinstance(doc[key], Mapping) else doc[key]
    if "pasos" in shown:
        shown["pasos"] = [_step(step) for step in sorted(shown["pasos"], key=lambda s: s["dia"])]
    parts = [_dump({key: value}) for key, value in shown.items()]
    remark = [line for line in like.splitlines() if line.startswith("#")]
    return "\n".join([*remark, ""] if remark else []) + "".join(parts)


def _dump(piece: dict[str, Any]) -> str:
    flat = isinstance(next(iter(piece.values())), list) and "canales" in piece
    return yaml.dump(
        piece,
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        width=1000,
        default_flow_style=None if flat else False,
    )


def _step(step: Mapping[str, Any]) -> _Flow:
    return _Flow({key: step[key] for key in _STEP_ORDER if key in step and step[key] not in (None, "", [], {})})


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
