"""Words of the reports that other apps may use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cadence(models.TextChoices):
    DAILY = "daily", _("Cada día")
    WEEKLY = "weekly", _("Cada lunes")
    MONTHLY = "monthly", _("El primer día de cada mes")


#: What each report is called on screens.
TITLES = {
    "kpis": _("Indicadores"),
    "ageing": _("Antigüedad"),
    "roll-rates": _("Rodamiento"),
    "vintages": _("Cosechas"),
    "forecast": _("Pronóstico de cobro"),
    "friction": _("¿Facilitamos o complicamos?"),
    "causes": _("Causas dentro de la empresa"),
    "agents": _("El día de cada persona"),
    "harm": _("El daño, junto a lo cobrado"),
    "experiments": _("Experimentos"),
}
