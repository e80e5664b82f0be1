"""Gateways per creditor, what was asked to be paid, what gateways told, and how bank movements were understood."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.payments.choices import (
    AlertDecision,
    AliasKind,
    LineState,
    MandateState,
    PaymentStatus,
    Provider,
    RefundState,
)


class GatewayAccount(models.Model):
    """A creditor's own account at a gateway: an agency never receives the money. `ref` is part of the webhook's
    address.
    """

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(_("pasarela"), max_length=12, choices=Provider)
    label = models.CharField(_("nombre"), max_length=60, blank=True)
    ref = models.CharField(max_length=24, unique=True)
    country = models.CharField(_("país"), max_length=2, blank=True)
    live = models.BooleanField(_("cobra de verdad"), default=False)
    active = models.BooleanField(_("activa"), default=True)
    #: The credentials as JSON under the installation's keyring.
    sealed = models.BinaryField()
    polled_through = models.DateTimeField(null=True)
    created_at = models.DateTimeField()


class PaymentRequest(models.Model):
    """What somebody is about to pay: due items and amounts. Its id makes the reference of core.ledger.references."""

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    #: [[due item, minor units], ...]
    items = models.JSONField()
    amount_minor = models.BigIntegerField(_("importe"))
    currency = models.CharField(max_length=3)
    key = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()


class Checkout(models.Model):
    """A link of a gateway for a request. The same attempt never makes a second one."""

    request = models.ForeignKey(PaymentRequest, on_delete=models.CASCADE, related_name="checkouts")
    gateway = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=1)
    checkout_id = models.CharField(max_length=120)
    url = models.URLField(max_length=1000)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "gateway", "attempt"], name="checkout_once")]


class RawWebhook(models.Model):
    """A notice as it came, once per event. Verified, stored, answered; processed later."""

    provider = models.CharField(max_length=12, choices=Provider)
    event_id = models.CharField(max_length=160)
    gateway = models.ForeignKey(GatewayAccount, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=80)
    resource_id = models.CharField(max_length=160)
    trusted = models.BooleanField()
    sealed_body = models.BinaryField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="webhook_once")]
        indexes = [
            models.Index(fields=["next_try_at"], name="webhook_waiting", condition=models.Q(processed_at__isnull=True))
        ]


class GatewayPayment(models.Model):
    """One payment at a gateway, as its facts have it. `account` empty: nobody knows yet whose it is."""

    gateway = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="payments")
    external_id = models.CharField(max_length=80)
    provider = models.CharField(max_length=12, choices=Provider)
    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT, null=True, related_name="payments")
    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(_("estado"), max_length=14, choices=PaymentStatus, default=PaymentStatus.PENDING)
    net_minor = models.BigIntegerField(_("neto"), default=0)
    currency = models.CharField(max_length=3)
    method = models.CharField(_("medio"), max_length=40, blank=True)
    first_at = models.DateTimeField()
    #: How often a person took back whose it is: what is booked again goes by another key.
    undone = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "external_id"], name="gateway_payment_once")]


class GatewayFact(models.Model):
    """Something a gateway vouches for, once per (payment, kind, part). `booked_at`: when the books took it."""

    gateway = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(GatewayPayment, on_delete=models.CASCADE, null=True, related_name="facts")
    provider = models.CharField(max_length=12, choices=Provider)
    external_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=14)
    part_id = models.CharField(max_length=80, blank=True)
    event_id = models.CharField(max_length=160)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    reference = models.CharField(max_length=80, blank=True)
    method = models.CharField(max_length=40, blank=True)
    payer_digest = models.BinaryField(max_length=16, null=True)
    booked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "external_id", "kind", "part_id"], name="gateway_fact_once")
        ]


class Payout(models.Model):
    """A gateway's deposit (its fact): what it is made of, once the gateway said so, and the bank's movement."""

    fact = models.OneToOneField(GatewayFact, on_delete=models.CASCADE, primary_key=True, related_name="deposit")
    #: When the gateway told its parts; empty while it did not, or when it never does.
    parts_at = models.DateTimeField(null=True)
    line = models.OneToOneField("imports.BankLine", on_delete=models.SET_NULL, null=True, related_name="+")
    on = models.DateField(_("llegó el"), null=True)
    error = models.CharField(max_length=300, blank=True)


class PayoutPart(models.Model):
    """One line of a deposit, as the gateway tells it."""

    payout = models.ForeignKey(Payout, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=14)
    external_id = models.CharField(max_length=80, blank=True)
    part_id = models.CharField(max_length=80, blank=True)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["external_id"], name="payout_part_payment")]


class PaymentAlert(models.Model):
    """Something unusual in the payments, kept until a person says what it was. The same thing is one row."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, null=True, related_name="+")
    fact = models.ForeignKey(GatewayFact, on_delete=models.CASCADE, null=True, related_name="+")
    reason = models.CharField(max_length=40)
    figure = models.CharField(max_length=40)
    #: The last fact that raised it, and when it was first seen.
    at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decision = models.CharField(_("decisión"), max_length=10, choices=AlertDecision, blank=True)
    note = models.CharField(_("nota"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    attended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "attended_at", "-at"], name="payment_alert_open")]


class RefundOrder(models.Model):
    """Money that somebody of the company wants to give back through the gateway. Above one's limit another person
    approves it first; what the gateway did comes back as its facts, like anything else.
    """

    payment = models.ForeignKey(GatewayPayment, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField(_("importe"))
    reason = models.CharField(_("motivo"), max_length=300)
    state = models.CharField(_("estado"), max_length=10, choices=RefundState)
    key = models.CharField(max_length=80, unique=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state"], name="refund_state")]


class Mandate(models.Model):
    """A person lets us charge the instalments of an agreement as they fall due. Revoked by one click, for ever."""

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+")
    gateway = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("estado"), max_length=8, choices=MandateState, default=MandateState.ASKED)
    key = models.CharField(max_length=80, unique=True)
    checkout_id = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    #: The gateway's token, under the keyring. It is destroyed when the mandate is revoked.
    sealed_token = models.BinaryField(null=True)
    #: What was shown and accepted, by digest, with its instant and device.
    evidence = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    granted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=models.Q(state="active"), name="one_active_mandate")
        ]


class LineMatch(models.Model):
    """How a movement of the bank was understood. parts + unapplied = the line's amount; `undone` counts the undos."""

    line = models.OneToOneField("imports.BankLine", on_delete=models.CASCADE, primary_key=True, related_name="+")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(_("estado"), max_length=10, choices=LineState, default=LineState.SUGGESTED)
    account = models.ForeignKey("parties.Account", on_delete=models.SET_NULL, null=True, related_name="+")
    confidence = models.PositiveSmallIntegerField(_("confianza"), default=0)
    reasons = models.JSONField(default=list)
    parts = models.JSONField(default=list)
    deductions = models.JSONField(default=list)
    unapplied_minor = models.BigIntegerField(default=0)
    alternatives = models.JSONField(default=list)
    automatic = models.BooleanField(default=False)
    undone = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["creditor", "state", "-confidence"], name="line_match_state")]


class Alias(models.Model):
    """A name or bank account that was confirmed to pay for an account: what the next statement is understood by."""

    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=AliasKind)
    digest = models.BinaryField(max_length=16)
    sealed = models.BinaryField()
    learnt_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind", "digest"], name="alias_once")]
