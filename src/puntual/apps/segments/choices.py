"""Words of segments, risk and experiments that other apps may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.core.planning.worklist import GROUP_NAMES, GROUPS
from puntual.core.segments.cause import CAUSE_NAMES
from puntual.core.segments.features import FEATURES

__all__ = ["CAUSE_NAMES", "GROUPS", "GROUP_NAMES", "SEGMENT_NAMES", "VALUE_NAMES", "ExperimentKind", "ModelState"]


#: An expected date further than this is told as «más de un año»: the curve is followed no further.
FAR_DAYS = 360


class ModelState(models.TextChoices):
    """What became of a model that was learnt."""

    CHAMPION = "champion", _("En uso")
    REJECTED = "rejected", _("No fue mejor")
    RETIRED = "retired", _("Retirado")


class ExperimentKind(models.TextChoices):
    """What is compared: with reminders against without, or one policy against another."""

    HOLD_OUT = "hold_out", _("Avisar o no avisar")
    POLICIES = "policies", _("Una política contra otra")


#: What a segment of the default rules is called, and what it asks for. Rules may name others: those show as written.
SEGMENT_NAMES: Mapping[str, Any] = {
    "aclarar": _("Aclarar primero"),
    "esperar_promesa": _("Esperar su promesa"),
    "corregir_lo_nuestro": _("Corregir lo nuestro"),
    "paga_solo": _("Paga solo"),
    "recordar": _("Recordar"),
    "ofrecer_cuotas": _("Ofrecer otra fecha o cuotas"),
    "localizar": _("Localizar"),
    "persona": _("Lo atiende una persona"),
    "recordar_con_calendario": _("Recordar en su día de pago"),
    "atender_pronto": _("Atender pronto"),
}

#: What the values of the axes are called.
VALUE_NAMES: Mapping[str, Any] = {
    "poca_historia": _("poca historia"), "empeora": _("empeora"), "cumplida": _("cumplida"),
    "irregular": _("irregular"), "tardia": _("tardía"), "en_aclaracion": _("en aclaración"),
    "con_promesa": _("con promesa"), "al_dia": _("al día"), "inusual": _("inusual en este cliente"),
    "como_siempre": _("como siempre"), "limitada": _("limitada"), "exigida": _("exigida"), "normal": _("normal"),
    "baja": _("baja"), "media": _("media"), "alta": _("alta"),
}  # fmt: skip

AXIS_NAMES: Mapping[str, Any] = {
    "historia": _("Historia"), "situacion": _("Situación"), "capacidad": _("Capacidad de pago"),
    "disposicion": _("Disposición"), "segmentos": _("Segmento"),
}  # fmt: skip

FEATURE_NAMES: Mapping[str, Any] = {
    "eb_late": _("parte que suele pagar tarde"), "eb_delay": _("días que suele tardar"),
    "eb_late30": _("parte que tarda más de 30 días"), "recent_delay": _("tardanza reciente"),
    "last3_delay": _("tardanza de los últimos tres pagos"), "late_last10": _("tarde en los últimos diez"),
    "n_paid": _("pagos conocidos"), "days_since_payment": _("días desde su último pago"),
    "n_overdue": _("documentos vencidos"), "overdue_share": _("parte vencida de lo que debe"),
    "drift60": _("cambio de la cartera en 60 días"), "age_days": _("días desde la emisión"),
    "days_past_due": _("días de atraso"), "vs_usual_days": _("días sobre lo habitual"),
    "amount_vs_portfolio": _("importe frente a la cartera"), "amount_vs_usual": _("importe frente al habitual"),
    "same_day": _("facturas del mismo día"), "term_days": _("plazo"), "due_weekday": _("día de la semana en que vence"),
    "due_to_month_end": _("días a fin de mes"), "friday_share": _("parte pagada en viernes"),
    "month_end_share": _("parte pagada a fin de mes"),
}  # fmt: skip
assert set(FEATURE_NAMES) == set(FEATURES), "cada dato del modelo tiene su nombre"


def segment_name(code: str) -> str:
    """How a segment is called on screens; one of a company's own rules as it wrote it."""
    return str(SEGMENT_NAMES.get(code) or code.replace("_", " ").capitalize())


def value_name(code: str) -> str:
    """How a value of an axis is called."""
    return str(VALUE_NAMES.get(code) or code.replace("_", " "))
