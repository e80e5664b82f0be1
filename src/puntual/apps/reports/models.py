"""What people fix about reports: targets, costs of a contact, reports by mail, and what the company mends at home."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.reports.choices import Cadence, Dimension


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


class CorrectiveAction(models.Model):
    """What the company decided to mend in its own house: which cause, who owns it and since when. See `corrective`."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("qué se hará"), max_length=160)
    dimension = models.CharField(_("se mide por"), max_length=12, choices=Dimension)
    value = models.CharField(_("de cuál"), max_length=60)
    owner = models.CharField(_("responsable"), max_length=80)
    begun_on = models.DateField(_("desde"))
    #: Days before and after that are compared.
    window_days = models.PositiveSmallIntegerField(_("días que se comparan"), default=30)
    closed_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "title", "dimension", "value", "begun_on"], name="corrective_action_once"
            )
        ]


class MissedTarget(models.Model):
    """An indicator that was on the wrong side of its target over the last 30 days, as found by the day's round."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    code = models.CharField(max_length=40)
    currency = models.CharField(max_length=3, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=2)
    target = models.DecimalField(max_digits=24, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "code", "currency"], name="missed_target_once")]


class Round(models.Model):
    """The last day whose round of reports is done for a creditor."""

    creditor = models.OneToOneField("parties.Creditor", on_delete=models.CASCADE, primary_key=True, related_name="+")
    done_on = models.DateField()
