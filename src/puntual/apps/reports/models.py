"""What people fix about reports: targets, costs of a contact, and reports that go out by mail on their day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.reports.choices import Cadence


class Target(models.Model):
    """What a creditor wants an indicator to be, in the indicator's own unit (minor units for money)."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(_("indicador"), max_length=40)
    value = models.DecimalField(_("meta"), max_digits=20, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "code"], name="target_once")]


class ContactCost(models.Model):
    """What one contact by a channel costs, in minor units of the creditor's currency."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(_("canal"), max_length=10)
    cost_minor = models.BigIntegerField(_("costo"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "channel"], name="contact_cost_once")]


class ScheduledReport(models.Model):
    """A report that goes to an address on its day. `done_through`: the last day for which it was sent."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    report = models.CharField(_("reporte"), max_length=20)
    cadence = models.CharField(_("cada"), max_length=8, choices=Cadence, default=Cadence.WEEKLY)
    email = models.EmailField(_("correo"))
    active = models.BooleanField(default=True)
    done_through = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "report", "cadence", "email"], name="scheduled_report_once")
        ]
