"""What a client hands over and what goes back: terms, layouts, files received, placements, return files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puntual.apps.clients.choices import Purpose

_USER = settings.AUTH_USER_MODEL


class Terms(models.Model):
    """What the client pays, from a day on. A new agreement is a new row; the old one still rules what it ruled."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="commission_terms")
    valid_from = models.DateField(_("vale desde"))
    document = models.JSONField()
    by = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "valid_from"], name="client_terms_once")]


class FileLayout(models.Model):
    """How the client writes a kind of file, or wants to read ours, as YAML. Declared once, editable."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=12)
    text = models.TextField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "purpose"], name="client_layout_once")]


class Received(models.Model):
    """A file of the client, by its digest, and what became of it."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    result = models.JSONField(default=dict)
    by = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["creditor", "-at"], name="client_received")]


class Placement(models.Model):
    """An account in our hands, from the day it was assigned until the day it is withdrawn."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="placements")
    assigned_on = models.DateField(_("asignada el"))
    assigned_by = models.ForeignKey(Received, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    #: What the account owed then, by currency.
    assigned_minor = models.JSONField(default=dict)
    withdrawn_on = models.DateField(_("retirada el"), null=True)
    withdrawn_by = models.ForeignKey(Received, on_delete=models.SET_NULL, null=True, related_name="withdrawals")
    reason = models.CharField(_("motivo"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(withdrawn_on=None), name="placed_once"),
        ]
        indexes = [models.Index(fields=["creditor", "withdrawn_on"], name="placement_creditor")]


class ReturnFile(models.Model):
    """What was told to the client, whole and sealed: the next one begins where this one ended."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    without_code = models.JSONField(default=list)
    by = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "number"], name="return_file_once")]
