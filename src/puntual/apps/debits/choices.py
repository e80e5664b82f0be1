"""Words of direct debit that other apps may use. Codes are those of core.negotiation.direct_debit's tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MandateState(models.TextChoices):
    ACTIVE = "active", _("Vigente")
    SUSPENDED = "suspended", _("Suspendida")
    REVOKED = "revoked", _("Retirada")


class CollectionState(models.TextChoices):
    PLANNED = "planned", _("Por enviar al banco")
    IN_FILE = "in_file", _("En el banco")
    PAID = "paid", _("Cobrado")
    REJECTED = "rejected", _("Rechazado")
    RETURNED = "returned", _("Devuelto")
    CANCELLED = "cancelled", _("Ya no hizo falta")


class Source(models.TextChoices):
    """Where the person signed."""

    PORTAL = "portal", _("En su página")
    AGENT = "agent", _("Con un gestor")


#: How somebody let us charge, when a person of the company writes it down.
HOW = {
    "paper": _("Firmó un papel"),
    "call": _("Por teléfono, grabado"),
    "email": _("Por correo"),
    "whatsapp": _("Por WhatsApp"),
}
#: Which class of account number each country has, with check digits where it has them.
ACCOUNT_KINDS = {"MX": "clabe", "AR": "cbu", "PE": "cci", "ES": "iban", "CR": "iban"}
ACCOUNT_NAMES = {"clabe": "CLABE", "cbu": "CBU o CVU", "cci": "CCI", "iban": "IBAN", "number": _("Número de cuenta")}
