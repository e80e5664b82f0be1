"""What came in: originals with their digest, runs with their progress, mappings learnt once, rows set apart."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Document(models.Model):
    """An original as it came: sealed bytes and SHA-256 of what they were."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    size = models.PositiveIntegerField()
    sealed = models.BinaryField()
    party = models.ForeignKey("parties.Party", on_delete=models.SET_NULL, null=True, related_name="+")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "sha256"], name="document_once")]


class ImportRun(models.Model):
    """One load, with its progress and its outcome."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    format = models.CharField(max_length=12)
    state = models.CharField(_("estado"), max_length=10, default="running")
    dry_run = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class LoadedInvoice(models.Model):
    """An invoice that a load brought, so that it can be sent on at once."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="loaded")
    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )


class Mapping(models.Model):
    """How the columns of a file of this look are read, learnt once and editable."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    fingerprint = models.CharField(max_length=64)
    fields = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "kind", "fingerprint"], name="mapping_once")]


class RejectedRow(models.Model):
    """A row set apart, with what is wrong and how to mend it."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejected")
    file = models.CharField(max_length=200)
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    error = models.CharField(max_length=300)


class Waiting(models.Model):
    """A payment or credit note whose invoice is not in the books yet: applied when the invoice arrives."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    invoice_fiscal_id = models.CharField(max_length=80)
    key = models.CharField(max_length=150)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    on = models.DateField()
    source = models.CharField(max_length=40)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "key"], name="waiting_once")]
        indexes = [models.Index(fields=["creditor", "invoice_fiscal_id"], name="waiting_invoice")]


class BankLine(models.Model):
    """A movement of a bank account as the bank told it; who and why are sealed. Nobody changes it."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    bank_id = models.CharField(max_length=160)
    booked_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    sealed = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "bank_id"], name="bank_line_once")]
        indexes = [models.Index(fields=["creditor", "booked_on"], name="bank_line_day")]
