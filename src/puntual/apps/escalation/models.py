"""What is decided after friendly ways: negative reports to a bureau, each with its notices and their evidence."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BureauReport(models.Model):
    """A negative report that somebody asked for: first its notices, then the report, in the end its removal."""

    class State(models.TextChoices):
        NOTICING = "noticing", _("Avisando")
        REPORTED = "reported", _("Reportado")
        REMOVED = "removed", _("Retirado")
        DROPPED = "dropped", _("Descartado")

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="bureau_reports")
    currency = models.CharField(max_length=3)
    #: What was overdue when it was asked for: it says which notices the norm wants.
    amount_minor = models.BigIntegerField()
    oldest_due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.NOTICING)
    bureau = models.CharField(_("central"), max_length=60)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150, blank=True)
    reported_on = models.DateField(null=True)
    reported_by = models.CharField(max_length=150, blank=True)
    reference = models.CharField(_("referencia"), max_length=80, blank=True)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "currency"],
                condition=models.Q(state__in=["noticing", "reported"]),
                name="one_bureau_report",
            )
        ]


class BureauNotice(models.Model):
    """A notice given before a report: its words (under the person's key), how it went and the proof of each."""

    class State(models.TextChoices):
        SENT = "sent", _("Enviado")
        DELIVERED = "delivered", _("Entregado")
        RETURNED = "returned", _("Devuelto")

    report = models.ForeignKey(BureauReport, on_delete=models.PROTECT, related_name="notices")
    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(_("día de envío"))
    channel = models.CharField(_("medio"), max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    settled_on = models.DateField(null=True)
    sealed_text = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)
    sealed_proof = models.BinaryField(null=True)
    sealed_delivery = models.BinaryField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    recorded_at = models.DateTimeField()


class LegalStep(models.Model):
    """A step before a judge or with an agency that two people agreed on: one asked (`asked_by`), another authorised."""

    class State(models.TextChoices):
        AUTHORISED = "authorised", _("Autorizado: falta darlo")
        DONE = "done", _("Dado")
        DROPPED = "dropped", _("Se dejó")
        CLOSED = "closed", _("Terminado")

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="legal_steps")
    kind = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    #: What was overdue on the day that it was authorised.
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    approval_id = models.BigIntegerField(null=True)
    asked_by = models.CharField(max_length=150)
    authorised_by = models.CharField(max_length=150)
    authorised_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.AUTHORISED)
    done_on = models.DateField(null=True)
    #: Where its proof is: court and docket, guide number, the agency's receipt.
    reference = models.CharField(_("referencia"), max_length=120, blank=True)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "currency", "kind"],
                condition=models.Q(state__in=["authorised", "done"]),
                name="one_legal_step",
            )
        ]
        indexes = [models.Index(fields=["creditor", "state"], name="legal_step_state")]
