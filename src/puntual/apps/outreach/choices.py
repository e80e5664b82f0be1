"""States of a message, from planned to what became of it (DESIGN section 6)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SendState(models.TextChoices):
    PLANNED = "planned", _("Programado")
    RESERVED = "reserved", _("Por salir")
    HANDING_OVER = "handing_over", _("Entregándose")
    SENT = "sent", _("Enviado")
    OPENED = "opened", _("Abierto para enviar")
    FAILED = "failed", _("Falló")
    UNKNOWN = "unknown", _("Sin confirmar")
    WITHDRAWN = "withdrawn", _("Retirado")
    DENIED = "denied", _("No permitido")


#: A message in one of these will still leave or be decided; the others are over.
OPEN_STATES = (SendState.PLANNED, SendState.RESERVED)


class DeliveryFact(models.TextChoices):
    """Facts about a message after it left, recorded from the first day for the reports."""

    SENT = "sent", _("Enviado")
    DELIVERED = "delivered", _("Entregado")
    OPENED = "opened", _("Abierto")
    CLICKED = "clicked", _("Visitó la página")
    BOUNCED = "bounced", _("Rebotó")
    COMPLAINED = "complained", _("Marcado como no deseado")
    REPLIED = "replied", _("Respondió")
    METHOD_CHOSEN = "method_chosen", _("Eligió cómo pagar")
    PAY_FAILED = "pay_failed", _("El pago falló")
    PAID = "paid", _("Pagó")
