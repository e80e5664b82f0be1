"""What people type about segments, experiments and the day's resources, read with sentences that say how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from puntual.apps.segments.choices import ExperimentKind
from puntual.core.errors import UnusableInput


class ExperimentForm(forms.Form):
    """A new experiment."""

    name = forms.CharField(label=_("Nombre"), max_length=80, help_text=_("Por ejemplo: ¿sirve avisar antes?"))
    kind = forms.ChoiceField(label=_("Qué se compara"), choices=ExperimentKind.choices)
    policy = forms.ChoiceField(label=_("Política que se prueba"), required=False)
    control_pct = forms.IntegerField(label=_("De cada 100 clientes, sin el cambio"), min_value=1, max_value=50)
    days = forms.IntegerField(label=_("Cuántos días dura"), min_value=7, max_value=120)
    change_points = forms.FloatField(
        label=_("Mejora que espera, en puntos"), min_value=0.1, max_value=60,
        help_text=_("Si hoy pagan 40 de cada 100 y espera 45, escriba 5."),
    )  # fmt: skip

    def __init__(self, *args: Any, policies: list[tuple[int, str]] = [], **kwargs: Any) -> None:  # noqa: B006
        super().__init__(*args, **kwargs)
        self.fields["policy"].choices = [("", _("la de siempre"))] + [(str(pk), name) for pk, name in policies]


def read_yaml(text: str) -> dict[str, Any]:
    """Rules as written by a person. UnusableInput when it is no YAML of the shape expected."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" cerca de la línea {line + 1}" if line is not None else ""
        raise UnusableInput(f"No se pudo leer{where}: revise sangrías y dos puntos.") from None
    if not isinstance(document, Mapping):
        raise UnusableInput("Escriba las partes: historia, situacion, capacidad, disposicion y segmentos.")
    return dict(document)


def as_yaml(document: Mapping[str, Any]) -> str:
    """Rules as a person would write them: a rule a line."""
    lines = []
    for part, rules in document.items():
        lines.append(f"{part}:")
        lines += [
            "  - "
            + yaml.safe_dump(
                dict(rule), default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000
            ).strip()
            for rule in rules
        ]
    return "\n".join(lines) + "\n"


def figures_of(data: Mapping[str, str]) -> dict[str, float]:
    """The figures of the conditions, by their key. UnusableInput names the one that is no number."""
    found = {}
    for name, text in data.items():
        if not name.startswith("f."):
            continue
        plain = text.strip().replace(",", ".")
        try:
            value = float(plain)
        except ValueError:
            raise UnusableInput(f"«{text}» no es un número: escriba, por ejemplo, 3 o 0.25.", field=name) from None
        found[name[2:]] = int(value) if value.is_integer() else value
    return found
