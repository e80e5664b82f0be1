"""Words of the conversations that other apps may use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountChannel(models.TextChoices):
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")
    EMAIL = "email", _("Correo")


class Adapter(models.TextChoices):
    """Who carries the messages; also the last part of the webhook's address."""

    KANNEL = "kannel", _("Kannel (SMPP propio)")
    TWILIO = "twilio", _("Twilio")
    WHATSAPP = "whatsapp", _("WhatsApp Cloud API")
    IMAP = "imap", _("Buzón de correo (IMAP)")
    MAILGUN = "mailgun", _("Correo por Mailgun")
    POSTMARK = "postmark", _("Correo por Postmark")


#: Which channel each adapter serves.
CHANNEL_OF = {
    Adapter.KANNEL: AccountChannel.SMS,
    Adapter.TWILIO: AccountChannel.SMS,
    Adapter.WHATSAPP: AccountChannel.WHATSAPP,
    Adapter.IMAP: AccountChannel.EMAIL,
    Adapter.MAILGUN: AccountChannel.EMAIL,
    Adapter.POSTMARK: AccountChannel.EMAIL,
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


class Misread(models.TextChoices):
    """What words that were taken for a stop really said."""

    OTHER_MATTER = "other_matter", _("Habla de otra cosa")
    ASKS_TIME = "asks_time", _("Pide tiempo o una pausa, no que se pare")
    OTHER_SERVICE = "other_service", _("Pide la baja de un servicio, no de los mensajes")
    IS_THE_PERSON = "is_the_person", _("Es la persona: habla de alguien más")
    QUOTES = "quotes", _("Repite o cita otro mensaje")


class FileState(models.TextChoices):
    """A file that somebody sent: what became of it here."""

    STORED = "stored", _("Guardado")
    PENDING = "pending", _("Por traer")
    REFUSED = "refused", _("No se guardó")
    FAILED = "failed", _("No se pudo traer")


class Then(models.TextChoices):
    """What a prepared answer does besides answering: with one of these it is a macro."""

    NOTHING = "", _("Nada más")
    ATTENDED = "attended", _("Darla por atendida")
    TOMORROW = "tomorrow", _("Posponer hasta mañana")
    WEEK = "week", _("Posponer una semana")


#: Where a conversation shows: tray -> its name.
TRAYS = {
    "": _("Por atender"),
    "mias": _("Mías"),
    "sin": _("Sin asignar"),
    "pospuestas": _("Pospuestas"),
    "todas": _("Todas"),
    "desconocidos": _("Desconocidos"),
}
