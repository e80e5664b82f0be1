"""The form of what a policy lets the daily run learn («aprender»)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puntual.core.policy.learning import EXPLORE, LEAST_EXPLORE, MOST_EXPLORE, PARTS, LearningRules


class LearningForm(forms.Form):
    """Channel, hour and words: whether each may be learnt, and how much is left to chance."""

    canal = forms.BooleanField(
        label=_("El canal"), required=False,
        help_text=_("Entre los que nombra cada paso y por los que se puede escribir a la persona ese día."),
    )  # fmt: skip
    hora = forms.BooleanField(
        label=_("La hora"), required=False,
        help_text=_("Mañana, tarde o final de la tarde, dentro de la norma y de lo que la persona haya pedido."),
    )  # fmt: skip
    texto = forms.BooleanField(
        label=_("El texto"), required=False,
        help_text=_("Entre las versiones de cada plantilla que la empresa escribió; cambia poco a poco, de noche."),
    )  # fmt: skip
    explorar = forms.IntegerField(
        label=_("Decisiones al azar, de cada 100"), min_value=LEAST_EXPLORE, max_value=MOST_EXPLORE,
        help_text=_("Sin azar no se puede saber si lo aprendido sirve. Más azar aprende antes y acierta menos hoy."),
    )  # fmt: skip

    def section(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The «aprender» of the text: empty when nothing is learnt; what holds anyway is not written anew."""
        data = self.cleaned_data
        made: dict[str, Any] = {name: True for name in PARTS if data[name]}
        if not made:
            return {} if any(kept.get(name) for name in PARTS) else dict(kept)
        off = {name: False for name in PARTS if name in kept and not data[name]}
        chance = {"explorar": data["explorar"]} if "explorar" in kept or data["explorar"] != EXPLORE else {}
        return {**made, **off, **chance}


def learning_initial(rules: LearningRules) -> dict[str, Any]:
    """What the form shows."""
    return {key: getattr(rules, name) for key, name in PARTS.items()} | {"explorar": round(100 * rules.explore)}
