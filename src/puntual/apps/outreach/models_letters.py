"""Letters on paper: what was printed together, the number of registered mail, and who received it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    MAKING = "making", _("Escribiéndose")
    READY = "ready", _("Lista")
    FAILED = "failed", _("No se pudo")


class LetterBatch(models.Model):
    """One PDF for the printer, with the addresses. It is written beside, letter by letter; `done` are those so far and
    `beat_at` its last sign of life."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    file = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=BatchState, default=BatchState.READY)
    done = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    letters = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")


class Letter(models.Model):
    """What became of one letter, told by hand."""

    outbox = models.OneToOneField("outreach.Outbox", on_delete=models.CASCADE, primary_key=True, related_name="letter")
    batch = models.ForeignKey(LetterBatch, on_delete=models.SET_NULL, null=True, related_name="kept")
    registered = models.CharField(_("guía o certificado"), max_length=60, blank=True)
    posted_at = models.DateTimeField(null=True)
    delivered_on = models.DateField(_("entregada el"), null=True)
    returned_on = models.DateField(_("devuelta el"), null=True)
    #: Who received it or why it came back, under the person's own key.
    sealed_note = models.BinaryField(null=True)
