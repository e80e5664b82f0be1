"""The forms of what may be arranged, of the matching of deposits, and of one incentive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from puntual.apps.payments.choices import STRATEGIES
from puntual.apps.policies import limits
from puntual.apps.policies.forms import AmountField, split_words, with_currency
from puntual.apps.policies.words import INCENTIVES
from puntual.core.negotiation.rules import CashRules, NegotiationRules

#: «ISR 10», «IVA retenido 10,6667 %».
_WITHHOLDING = re.compile(r"(\S.*?)\s+(\d{1,3}(?:[.,]\d{1,6})?)\s*%?")


def _field(spot: limits.Spot) -> forms.Field:
    """The field of a value. `step=any`: a percentage may have decimals."""
    if spot.percent:
        widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
        return forms.DecimalField(
            label=spot.label, help_text=spot.hint, min_value=spot.low, max_value=spot.high, decimal_places=4,
            widget=widget,
        )  # fmt: skip
    return forms.IntegerField(label=spot.label, help_text=spot.hint, min_value=spot.low, max_value=spot.high)


class _SpotsForm(forms.Form):
    """A field for each value of a section."""

    spots: tuple[limits.Spot, ...] = ()

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields = {spot.name: _field(spot) for spot in self.spots} | self.fields
        with_currency(self, currency)

    def group(self, spots: Iterable[limits.Spot]) -> list[forms.BoundField]:
        """The fields of some values, in order."""
        return [self[spot.name] for spot in spots]

    def _amounts(self, kept: Any, name: str) -> dict[str, Any]:
        """An amount by currency: the one of the form, and the others as they were."""
        others = {c: v for c, v in (kept or {}).items() if c != self.currency}
        given = self.cleaned_data[name]
        return {**others, **({} if given is None else {self.currency: limits.number(given)})}


class NegotiationForm(_SpotsForm):
    """Promises, agreements, settlements, and who may grant what alone."""

    spots = limits.NEGOTIATION
    refund_alone = AmountField(
        label=_("Devolver sin que otra persona lo apruebe, hasta"),
        help_text=_("Vacío o cero: toda devolución la aprueba otra persona."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        roles = list(limits.AUTHORITY)
        for below, above in zip(roles, roles[1:]):
            for low, high in zip(limits.AUTHORITY[below], limits.AUTHORITY[above]):
                if None not in (a := data.get(low.name), b := data.get(high.name)) and a > b:  # type: ignore[operator]
                    who = {"more": limits.ROLE_NAMES[above], "less": limits.ROLE_NAMES[below]}
                    self.add_error(high.name, _t("«%(more)s» no puede otorgar menos que «%(less)s».") % who)
        return data

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields, by what they are about."""
        return [
            (_t("Promesas de pago"), self.group(limits.PROMISES)),
            (_t("Convenios: pagar en cuotas"), self.group(limits.AGREEMENTS)),
            (_t("Quitas: pagar menos y cerrar"), self.group(limits.SETTLEMENTS)),
        ]

    def authority(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Each role's name and its three limits."""
        return [(limits.ROLE_NAMES[role], self.group(spots)) for role, spots in limits.AUTHORITY.items()]

    def section(self, kept: Mapping[str, Any] | None) -> dict[str, Any]:
        """The «negociacion» of the text."""
        made = limits.section(self.spots, self.cleaned_data, kept, NegotiationRules())
        refunds = self._amounts((kept or {}).get("devolucion_sin_otro"), "refund_alone")
        made.pop("devolucion_sin_otro", None)
        return made | ({"devolucion_sin_otro": refunds} if refunds else {})


class CashForm(_SpotsForm):
    """When a deposit of the bank applies itself."""

    spots = limits.CASH
    forgiven = AmountField(
        label=_("Diferencia que se perdona"),
        help_text=_("Lo que puede faltar en un depósito, por comisiones o redondeo, sin quedar como abono."),
    )
    withholdings = forms.CharField(
        label=_("Retenciones que hacen sus clientes"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Una por línea, nombre y porcentaje. Por ejemplo: ISR 10"),
    )
    sharing = forms.ChoiceField(
        label=_("A qué documentos va el dinero que no dice qué paga"),
        required=False,
        choices=list(STRATEGIES.items()),
        help_text=_(
            "Lo que la persona diga manda siempre. Dentro de cada documento, el orden lo pone la ley del país."
        ),
    )

    def clean_withholdings(self) -> list[dict[str, Any]]:
        """Each line as the text writes it: a name and a percentage."""
        rows = []
        for line in self.cleaned_data["withholdings"].splitlines():
            if not line.strip():
                continue
            found = _WITHHOLDING.fullmatch(line.strip())
            rate = Decimal(found[2].replace(",", ".")) if found else Decimal(0)
            if not found or not 0 < rate <= 100:
                raise forms.ValidationError(
                    _t("«%(line)s» no se entiende: escriba nombre y porcentaje, por ejemplo ISR 10.") % {"line": line}
                )
            rows.append({"nombre": found[1][:20], "pct": limits.number(rate)})
        return rows

    def section(self, kept: Mapping[str, Any] | None) -> dict[str, Any]:
        """The «conciliacion» of the text."""
        made = limits.section(self.spots, self.cleaned_data, kept, CashRules())
        forgiven = self._amounts((kept or {}).get("diferencia_perdonada"), "forgiven")
        for key, value in (("diferencia_perdonada", forgiven), ("retenciones", self.cleaned_data["withholdings"])):
            made.pop(key, None)
            made |= {key: value} if value else {}
        sharing = self.cleaned_data["sharing"] or CashRules().strategy.value
        if "reparto" in made or sharing != CashRules().strategy.value:
            made["reparto"] = sharing
        return made


def negotiation_initial(rules: NegotiationRules, kept: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """What the form of the arrangements shows."""
    refund = (kept.get("devolucion_sin_otro") or {}).get(currency)
    return limits.initial(limits.NEGOTIATION, rules) | {"refund_alone": refund}


def cash_initial(rules: CashRules, kept: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """What the form of the matching shows."""
    lines = "\n".join(f"{w.kind} {limits.number(w.pct)}" for w in rules.withholdings)
    forgiven = (kept.get("diferencia_perdonada") or {}).get(currency)
    return limits.initial(limits.CASH, rules) | {
        "forgiven": forgiven, "withholdings": lines, "sharing": rules.strategy.value,
    }  # fmt: skip


class IncentiveForm(forms.Form):
    """One incentive: what it gives, to whom, from when to when."""

    kind = forms.ChoiceField(label=_("Qué se ofrece"), choices=list(INCENTIVES.items()))
    pct = forms.DecimalField(
        label=_("Cuánto, en %"), min_value=Decimal("0.01"), max_value=100, decimal_places=4,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text=_("Del total; de los intereses, si eso es lo que se quita."),
    )  # fmt: skip
    days = forms.IntegerField(label=_("Días para aprovecharlo"), min_value=0, max_value=365, initial=7)
    floor = forms.DecimalField(
        label=_("Nunca pagar menos de, en %"), min_value=0, max_value=100, decimal_places=4, required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text=_("De lo que debe. Vacío: sin piso propio."),
    )  # fmt: skip
    segments = forms.CharField(
        label=_("Solo estos segmentos"), required=False, help_text=_("Separados por comas. Vacío: todos.")
    )
    from_day = forms.IntegerField(
        label=_("Desde el día"), min_value=-90, max_value=3650, required=False,
        help_text=_("Contando desde que vence: -5 es cinco días antes. Vacío: siempre."),
    )  # fmt: skip
    to_day = forms.IntegerField(label=_("Hasta el día"), min_value=-90, max_value=3650, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("from_day"), data.get("to_day")
        if first is not None and last is not None and first > last:
            self.add_error("to_day", _t("Debe ser igual o posterior al primero."))
        return data

    def row(self) -> dict[str, Any]:
        """The incentive as the text writes it."""
        data = self.cleaned_data
        made: dict[str, Any] = {"tipo": data["kind"], "pct": limits.number(data["pct"]), "dias": data["days"]}
        if data["floor"]:
            made["piso_pct"] = limits.number(data["floor"])
        if segments := split_words(data["segments"]):
            made["segmentos"] = segments
        days = (("desde_dia", data["from_day"]), ("hasta_dia", data["to_day"]))
        return made | {key: value for key, value in days if value is not None}


def incentive_initial(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of an incentive as it is written."""
    return {
        "kind": row.get("tipo"), "pct": row.get("pct"), "days": row.get("dias", 7), "floor": row.get("piso_pct"),
        "segments": ", ".join(row.get("segmentos") or []), "from_day": row.get("desde_dia"),
        "to_day": row.get("hasta_dia"),
    }  # fmt: skip
