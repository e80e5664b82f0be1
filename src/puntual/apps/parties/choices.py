"""Words of this app that other apps may use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DebtorKind(models.TextChoices):
    CONSUMER = "consumer", _("Persona consumidora")
    BUSINESS = "business", _("Empresa o negocio")
    FINANCIAL = "financial", _("Entidad financiera")
    UNKNOWN = "unknown", _("Sin saber")


class PointKind(models.TextChoices):
    EMAIL = "email", _("Correo")
    PHONE = "phone", _("Teléfono")
    ADDRESS = "address", _("Domicilio")
    WHATSAPP = "whatsapp", _("WhatsApp sin teléfono")


class PointStatus(models.TextChoices):
    ACTIVE = "active", _("Activo")
    UNVERIFIED = "unverified", _("Sin verificar")
    BOUNCED = "bounced", _("Rebotado")
    SILENCED = "silenced", _("Silenciado")


class PointRole(models.TextChoices):
    DEBTOR = "debtor", _("Titular")
    PAYER = "payer", _("Paga las facturas")
    BOSS = "boss", _("Responsable")
    LEGAL = "legal", _("Legal")
    GUARANTOR = "guarantor", _("Aval o codeudor")


class AddressForm(models.TextChoices):
    TU = "tu", _("tú")
    USTED = "usted", _("usted")
    VOS = "vos", _("vos")
