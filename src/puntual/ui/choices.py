"""What a person may choose about the face."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Theme(models.TextChoices):
    SYSTEM = "system", _("Como el equipo")
    LIGHT = "light", _("Claro")
    DARK = "dark", _("Oscuro")


class Density(models.TextChoices):
    COMPACT = "compact", _("Compacta")
    NORMAL = "normal", _("Normal")
    ROOMY = "roomy", _("Amplia")
