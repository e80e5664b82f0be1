"""Mandates of direct debit of our own, the charges that they allow, and the files in which charges go to the bank."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.debits.choices import CollectionState, MandateState, Source


class DebitSettings(models.Model):
    """How a creditor charges by direct debit: as its bank knows it. Without a row it does not."""

    creditor = models.OneToOneField("parties.Creditor", on_delete=models.CASCADE, primary_key=True, related_name="+")
    form = models.CharField(_("formato del archivo"), max_length=30)
    scheme_id = models.CharField(_("identificador ante el banco"), max_length=35, blank=True)
    account = models.CharField(_("cuenta de la empresa"), max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("días de aviso"), default=14)
    lead_days = models.PositiveSmallIntegerField(_("días hábiles que pide el banco"), default=1)
    active = models.BooleanField(default=True)


class DebitMandate(models.Model):
    """A person lets a creditor charge the instalments of an agreement to a bank account. Revoked at any moment, for
    ever; suspended when the bank says that it cannot work, until a person mends it."""

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    #: The mandate's own reference, which the bank keeps (SEPA: UMR).
    reference = models.CharField(_("referencia"), max_length=35, unique=True)
    key = models.CharField(max_length=80, unique=True)
    state = models.CharField(_("estado"), max_length=10, choices=MandateState, default=MandateState.ACTIVE)
    reason = models.CharField(max_length=40, default="debit_mandate_active")
    source = models.CharField(_("origen"), max_length=8, choices=Source)
    kind = models.CharField(max_length=8)
    #: The account number and its holder, under the person's key; emptied with it.
    sealed_number = models.BinaryField(null=True)
    sealed_holder = models.BinaryField(null=True)
    tail = models.CharField(max_length=4)
    bank = models.CharField(_("banco"), max_length=60, blank=True)
    signed_on = models.DateField(_("firmada el"))
    max_minor = models.BigIntegerField(_("máximo por cargo"), null=True)
    currency = models.CharField(max_length=3)
    through = models.DateField(_("hasta"), null=True)
    #: What was shown and accepted, by digest, with its instant and device; or how a gestor got it.
    evidence = models.JSONField(default=dict)
    sealed_paper = models.BinaryField(null=True)
    paper_kind = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=~models.Q(state="revoked"), name="one_standing_debit_mandate"
            )
        ]
        indexes = [models.Index(fields=["creditor", "state"], name="debit_mandate_state")]


class DebitFile(models.Model):
    """A file for the bank, with the very bytes: handed over again it is the same file."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    message = models.CharField(max_length=35, unique=True)
    form = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    media_type = models.CharField(max_length=40)
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    charges = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["creditor", "-made_at"], name="debit_file_latest")]


class Collection(models.Model):
    """One charge of one instalment: planned, in one file and no other, then what the bank said."""

    mandate = models.ForeignKey(DebitMandate, on_delete=models.PROTECT, related_name="collections")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    deal = models.ForeignKey("negotiation.Deal", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("cuota"))
    turn = models.PositiveSmallIntegerField(default=0)
    request = models.ForeignKey("payments.PaymentRequest", on_delete=models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey(DebitFile, on_delete=models.PROTECT, null=True, related_name="collections")
    reference = models.CharField(max_length=35, unique=True, null=True)
    amount_minor = models.BigIntegerField(_("importe"))
    currency = models.CharField(max_length=3)
    on = models.DateField(_("fecha del cargo"))
    #: The day on which the person was told of this charge, and how.
    told_on = models.DateField()
    told_how = models.CharField(max_length=300, blank=True)
    state = models.CharField(_("estado"), max_length=10, choices=CollectionState, default=CollectionState.PLANNED)
    reason = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=20, blank=True)
    #: The movement of the bank by which it was paid or taken back, where one told it.
    line = models.BigIntegerField(null=True)
    ended_on = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "number", "turn"], name="debit_once")]
        indexes = [models.Index(fields=["creditor", "state", "on"], name="debit_state_day")]
