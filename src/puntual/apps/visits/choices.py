"""States of a day's round and of each visit."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundState(models.TextChoices):
    DRAFT = "draft", _("Por salir")
    RELEASED = "released", _("En la calle")
    CLOSED = "closed", _("Terminada")


class VisitState(models.TextChoices):
    PLANNED = "planned", _("Por visitar")
    RELEASED = "released", _("En ruta")
    REFUSED = "refused", _("No permitida")
    DONE = "done", _("Hecha")
    NOT_GONE = "not_gone", _("No se fue")
