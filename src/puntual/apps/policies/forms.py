"""The forms of a policy: one step, the general rules, the whole text, a new one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puntual.apps.policies import presets
from puntual.apps.policies.words import TONES
from puntual.core.errors import UnusableInput
from puntual.core.ledger.position import StageBounds
from puntual.core.money import Money
from puntual.core.policy.document import REPORT_TASK, is_report_task
from puntual.ui.amounts import read_amount
from puntual.ui.channels import channel_name

_CHANNELS = ("email", "whatsapp", "sms", "call", "letter", "visit")
COUNTRIES = {
    "MX": _("México"), "CO": _("Colombia"), "PE": _("Perú"), "CL": _("Chile"), "AR": _("Argentina"), "EC": _("Ecuador"),
    "BR": _("Brasil"), "ES": _("España"), "CR": _("Costa Rica"), "PA": _("Panamá"),
}  # fmt: skip


def add_problems(form: forms.BaseForm, error: UnusableInput, fields: dict[str, str]) -> None:
    """Each line of what is wrong beside the field that it names; the rest over the form."""
    for line in error.sentence.split("\n"):
        where, _sep, what = line.partition(": ")
        target = next((name for key, name in fields.items() if where == key or where.endswith(f".{key}")), None)
        form.add_error(target, what[:1].upper() + what[1:] if target else line)


class AmountField(forms.CharField):
    """Money as people write it, «1.234,56» or «1,234.56»; the form says its currency. Clean it is a Decimal or None."""

    currency = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text.strip():
            return None
        try:
            return Money(read_amount(text, self.currency), self.currency).major()
        except UnusableInput as error:
            raise forms.ValidationError(error.sentence) from None


def split_words(text: str) -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def with_currency(form: forms.Form, currency: str) -> None:
    """Tell the form's amounts in which currency they are."""
    for field in form.fields.values():
        if isinstance(field, AmountField):
            field.currency = currency


class StepForm(forms.Form):
    """A step: when, what it says, by which channels, to whom."""

    moment = forms.ChoiceField(
        label=_("Cuándo"),
        choices=[("before", _("días antes de vencer")), ("on", _("el día en que vence")), ("after", _("días después"))],
        initial="after",
    )
    days = forms.IntegerField(label=_("Días"), min_value=0, max_value=3650, required=False, initial=3)
    task = forms.BooleanField(
        label=_("No enviar nada: pedir a una persona que decida"),
        required=False,
        help_text=_("Después de 90 días solo cabe esto: ningún envío sale por sí mismo."),
    )
    decide = forms.ChoiceField(
        label=_("Qué se decide"),
        choices=[("decidir", _("Cómo seguir: agencia, juez, convenio o castigo")), ("reporte", _("Reporte a central"))],
        required=False,
        help_text=_("Solo para los pasos de una persona. El reporte empieza siempre por su aviso previo."),
    )
    template = forms.ChoiceField(label=_("Mensaje"), required=False)
    tone = forms.ChoiceField(label=_("Tono"), choices=list(TONES.items()), initial="cordial")
    channels = forms.CharField(
        label=_("Canales, en orden"),
        required=False,
        help_text=_("El primero que se pueda usar. Vacío: los de la política. Por ejemplo: correo, WhatsApp."),
    )
    segments = forms.CharField(
        label=_("Solo estos segmentos"), required=False, help_text=_("Separados por comas. Vacío: todos.")
    )
    products = forms.CharField(
        label=_("Solo estos productos"), required=False, help_text=_("Separados por comas. Vacío: todos.")
    )
    minimum = AmountField(label=_("Solo desde este importe"))
    maximum = AmountField(label=_("Solo hasta este importe"))
    max_days = forms.IntegerField(
        label=_("Solo si no pasa de estos días de atraso"), min_value=-90, max_value=3650, required=False
    )
    late = forms.DecimalField(
        label=_("Solo si es probable que se atrase, en %"), min_value=0, max_value=100, decimal_places=2,
        required=False, widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text=_("Para lo que aún no vence: 70 avisa solo a quien tenga 70 % o más. Sin predicción no sale."),
    )  # fmt: skip

    def __init__(self, *args: Any, templates: list[tuple[str, str]], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        with_currency(self, currency)
        self.fields["template"].choices = templates  # type: ignore[attr-defined]

    def clean_channels(self) -> list[str]:
        """The channels by the words that people use."""
        known = {channel_name(c).lower(): c for c in _CHANNELS} | {c: c for c in _CHANNELS}
        known |= {"email": "email", "correo electrónico": "email", "teléfono": "call"}
        given = [w.strip().lower() for w in re.split(r"[,;]", self.cleaned_data["channels"]) if w.strip()]
        for word in given:
            if word not in known:
                names = ", ".join(channel_name(c) for c in _CHANNELS)
                raise forms.ValidationError(
                    _("«%(word)s» no es un canal; use %(names)s.") % {"word": word, "names": names}
                )
        return [known[w] for w in given]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        moment, days = data.get("moment"), data.get("days")
        if moment in ("before", "after") and not days:
            self.add_error("days", _("Diga cuántos días: un número desde 1."))
        if moment == "after" and (days or 0) > 90 and not data.get("task"):
            self.add_error("task", _("Después de 90 días decide una persona: marque esta casilla o acerque el paso."))
        if data.get("minimum") and data.get("maximum") and data["minimum"] > data["maximum"]:
            self.add_error("maximum", _("Debe ser mayor que el mínimo."))
        return data

    def step(self, kept: dict[str, Any]) -> dict[str, Any]:
        """The step as the document writes it; what the form does not show stays as it was."""
        data = self.cleaned_data
        days = int(data["days"] or 0)
        day = {"before": -days, "on": 0, "after": days}[data["moment"]]
        when = dict(kept.get("cuando") or {})
        when |= {
            "segmentos": split_words(data["segments"]),
            "productos": split_words(data["products"]),
            "dias_maximos": data["max_days"],
            "prob_tarde": None if data["late"] is None else float(data["late"] / 100),
        }
        for key, name in (("importe_minimo", "minimum"), ("importe_maximo", "maximum")):
            others = {c: v for c, v in (when.get(key) or {}).items() if c != self.currency}
            when[key] = {**others, **({self.currency: _plain(data[name])} if data[name] else {})}
        made = {
            "id": kept.get("id") or f"dia{day:+d}",
            "dia": day,
            "cuando": {k: v for k, v in when.items() if v not in (None, "", [], {})},
        }
        if data["task"]:
            return made | {"tarea": REPORT_TASK if data["decide"] == "reporte" else "Decidir"}
        return made | {"plantilla": data["template"], "tono": data["tone"], "canales": data["channels"]}


def step_initial(step: dict[str, Any], currency: str) -> dict[str, Any]:
    """What the form shows of a step as it is written."""
    day, when = int(step["dia"]), step.get("cuando") or {}
    own = step.get("canales") or []
    return {
        "moment": "before" if day < 0 else "on" if day == 0 else "after",
        "days": abs(day),
        "task": bool(step.get("tarea")),
        "decide": "reporte" if is_report_task(step.get("tarea")) else "decidir",
        "template": step.get("plantilla", ""),
        "tone": step.get("tono", "cordial"),
        "channels": ", ".join(channel_name(c) for c in ([own] if isinstance(own, str) else own)),
        "segments": ", ".join(when.get("segmentos") or []),
        "products": ", ".join(when.get("productos") or []),
        "max_days": when.get("dias_maximos"),
        "late": None if when.get("prob_tarde") is None else _plain(Decimal(str(when["prob_tarde"])) * 100),
        "minimum": (when.get("importe_minimo") or {}).get(currency),
        "maximum": (when.get("importe_maximo") or {}).get(currency),
    }


def _plain(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)


STAGE_FIELDS = {"preventiva": "preventive", "administrativa": "administrative", "extrajudicial": "extrajudicial"}


class RulesForm(forms.Form):
    """What holds for every step."""

    name = forms.CharField(label=_("Nombre"), max_length=80)
    hour = forms.TimeField(
        label=_("Hora de salida"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("En la hora local de quien recibe; si la norma pide otra, sale cuando se pueda."),
    )
    gap = forms.IntegerField(
        label=_("Días entre un contacto y otro"), min_value=0, max_value=60, help_text=_("Por cliente, en todo canal.")
    )
    minimum = AmountField(label=_("No molestar por menos de"))
    preventive = forms.IntegerField(
        label=_("La preventiva, hasta el día"), min_value=-30, max_value=3650, required=False, initial=0,
        help_text=_("Contando desde que vence."),
    )  # fmt: skip
    administrative = forms.IntegerField(
        label=_("La administrativa, hasta el día"), min_value=-30, max_value=3650, required=False, initial=30
    )
    extrajudicial = forms.IntegerField(
        label=_("La extrajudicial, hasta el día"), min_value=-30, max_value=3650, required=False, initial=90
    )
    channels = forms.MultipleChoiceField(
        label=_("Canales"),
        choices=[(c, channel_name(c).capitalize()) for c in _CHANNELS],
        widget=forms.CheckboxSelectMultiple,
    )
    credit_days = forms.IntegerField(label=_("Días de crédito"), min_value=0, max_value=730, required=False)
    interest = forms.DecimalField(
        label=_("Interés por atraso pactado, % anual"),
        min_value=0,
        max_value=1000,
        required=False,
        help_text=_("Nunca se cobra más de lo que la ley permite, diga lo que diga aquí."),
    )
    grace = forms.IntegerField(
        label=_("Días de gracia"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=_("Días después de vencer que no cuestan nada."),
    )
    fees = forms.ChoiceField(
        label=_("Gastos de cobranza"),
        choices=[
            ("no", _("No se cobran")),
            ("norma", _("Los que la norma permite")),
            ("pct", _("Un porcentaje pactado")),
        ],
        required=False,
    )
    fees_pct = forms.DecimalField(
        label=_("Porcentaje pactado de gastos"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("Una sola vez, y nunca más que el máximo legal."),
    )
    terms = forms.CharField(
        label=_("Condiciones que lee el cliente"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("Una por línea. Se ven en la página pública de la política."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with_currency(self, currency)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("fees") == "pct" and data.get("fees_pct") is None and "fees_pct" not in self.errors:
            self.add_error("fees_pct", _("Diga qué porcentaje se pactó."))
        return data

    def rules(self, doc: dict[str, Any], currency: str) -> dict[str, Any]:
        """The general rules as the document writes them."""
        data = self.cleaned_data
        others = {c: v for c, v in (doc.get("minimo") or {}).items() if c != currency}
        return {
            "politica": data["name"].strip(),
            "hora": data["hour"].strftime("%H:%M"),
            "dias_entre_contactos": data["gap"],
            "minimo": {**others, **({currency: _plain(data["minimum"])} if data["minimum"] else {})},
            "etapas": self._stages(doc),
            "canales": data["channels"],
            "dias_de_credito": data["credit_days"],
            "interes_moratorio_pct": None if data["interest"] is None else _plain(data["interest"]),
            "dias_de_gracia": data["grace"] or None,
            "gastos_de_cobranza": {"norma": "norma", "pct": _plain(data["fees_pct"] or Decimal(0))}.get(data["fees"]),
            "condiciones": [line.strip() for line in data["terms"].splitlines() if line.strip()],
        }

    def _stages(self, doc: dict[str, Any]) -> dict[str, Any]:
        """Where each stage ends; a field left empty keeps what the document says."""
        kept = dict(doc.get("etapas") or {})
        for name, field in STAGE_FIELDS.items():
            given = self.cleaned_data[field]
            if given is not None and (name in kept or given != getattr(StageBounds(), field)):
                kept[name] = given
        return kept


def rules_initial(doc: dict[str, Any], value: Any, currency: str) -> dict[str, Any]:
    """What the form shows of the general rules."""
    return {
        "name": value.name,
        "hour": value.hour,
        "gap": value.min_gap_days,
        "minimum": (doc.get("minimo") or {}).get(currency),
        "preventive": value.bounds.preventive,
        "administrative": value.bounds.administrative,
        "extrajudicial": value.bounds.extrajudicial,
        "channels": [own] if isinstance(own := doc.get("canales") or ["email"], str) else own,
        "credit_days": value.credit_days,
        "interest": value.late_interest_pct,
        "grace": value.grace_days or None,
        "fees": "pct" if value.collection_fee_pct else "norma" if value.collection_fee else "no",
        "fees_pct": value.collection_fee_pct,
        "terms": "\n".join(value.terms),
    }


class TextForm(forms.Form):
    """The whole policy as YAML."""

    text = forms.CharField(
        label=_("Texto de la política"), widget=forms.Textarea(attrs={"rows": 26, "spellcheck": "false"}), strip=False
    )


class NewForm(forms.Form):
    """Where a new policy begins."""

    start = forms.ChoiceField(label=_("Punto de partida"), choices=[])
    name = forms.CharField(label=_("Nombre"), max_length=80, required=False, help_text=_("Vacío: el que trae."))

    def __init__(self, *args: Any, own: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ready = [(c, _("Cobranza amable: %s") % COUNTRIES.get(c, c)) for c in presets.countries()]
        self.fields["start"].choices = [  # type: ignore[attr-defined]
            (_("Listas para usar"), ready),
            (_("Ninguna acción"), [("nada", _("No contactar: se factura y se espera"))]),
            *([(_("Copia de una suya"), own)] if own else []),
        ]
