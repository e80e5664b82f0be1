"""Words of the reports that other apps may use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cadence(models.TextChoices):
    DAILY = "daily", _("Cada día")
    WEEKLY = "weekly", _("Cada lunes")
    MONTHLY = "monthly", _("El primer día de cada mes")


class Dimension(models.TextChoices):
    """By what a cause inside the company is told apart. `cause`: the kind of error of a dispute."""

    PRODUCT = "product", _("Producto")
    DEPARTMENT = "department", _("Área")
    SELLER = "seller", _("Vendedor")
    PLANT = "plant", _("Planta")
    CAUSE = "cause", _("Motivo de aclaración")


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
