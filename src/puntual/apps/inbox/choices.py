"""Words of the conversations that other apps may use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountChannel(models.TextChoices):
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")


class Adapter(models.TextChoices):
    """Who carries the messages; also the last part of the webhook's address."""

    KANNEL = "kannel", _("Kannel (SMPP propio)")
    TWILIO = "twilio", _("Twilio")
    WHATSAPP = "whatsapp", _("WhatsApp Cloud API")


#: Which channel each adapter serves.
CHANNEL_OF = {
    Adapter.KANNEL: AccountChannel.SMS,
    Adapter.TWILIO: AccountChannel.SMS,
    Adapter.WHATSAPP: AccountChannel.WHATSAPP,
}


class TemplateState(models.TextChoices):
    """What Meta says of a template."""

    PENDING = "PENDING", _("En revisión")
    APPROVED = "APPROVED", _("Aprobada")
    REJECTED = "REJECTED", _("Rechazada")
    PAUSED = "PAUSED", _("En pausa")
    DISABLED = "DISABLED", _("Deshabilitada")


class ProposalState(models.TextChoices):
    WAITING = "waiting", _("Por decidir")
    DONE = "done", _("Hecha")
    UNDONE = "undone", _("Deshecha")
    DISMISSED = "dismissed", _("Descartada")
