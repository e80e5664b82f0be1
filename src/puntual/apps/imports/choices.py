"""Words of this app that other apps may use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    RUNNING = "running", _("En curso")
    DONE = "done", _("Terminada")
    FAILED = "failed", _("No se pudo")


class TableKind(models.TextChoices):
    INVOICES = "invoices", _("Facturas")
    CUSTOMERS = "customers", _("Clientes")
    CONTACTS = "contacts", _("Contactos")
    PAYMENTS = "payments", _("Pagos")
    STATEMENT = "statement", _("Movimientos del banco")
    BALANCES = "balances", _("Saldos de hoy")
    HISTORY = "history", _("Historia de facturas con su pago")
