"""The words and icons of channels, verdicts, stages and purposes, once for every screen."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHANNELS: Mapping[str, tuple[str | Promise, str]] = {
    "email": (_("correo"), "mail"),
    "sms": (_("SMS"), "talk"),
    "whatsapp": (_("WhatsApp"), "talk"),
    "call": (_("llamada"), "phone"),
    "voice": (_("llamada automática"), "phone"),
    "letter": (_("carta"), "file"),
    "visit": (_("visita"), "user"),
    "portal": (_("su página"), "mail"),
    "task": (_("tarea para una persona"), "flag"),
}
STAGES: Mapping[str, str | Promise] = {
    "preventive": _("Preventiva"),
    "administrative": _("Administrativa"),
    "extrajudicial": _("Extrajudicial"),
    "judicial": _("Judicial"),
}
#: Ways of paying as people say them; any other keeps its own name (OXXO, SPEI, PSE...).
METHODS: Mapping[str, str | Promise] = {
    "card": _("Tarjeta"),
    "cash": _("Efectivo"),
    "transfer": _("Transferencia"),
    "wallet": _("Billetera"),
    "debit": _("Domiciliación"),
}


def method_name(code: str) -> str:
    """A way of paying in words."""
    return str(METHODS.get(code, code))


def channel_name(code: str) -> str:
    """The channel as a word inside a sentence."""
    return str(CHANNELS.get(code, (code, ""))[0])


def channel_icon(code: str) -> str:
    """Its icon in the sprite."""
    return CHANNELS.get(code, ("", "info"))[1]
