"""Conversations: who carries messages, what came in as it came, one thread per person over all channels, and what is
proposed for each answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.inbox.choices import AccountChannel, Adapter, ProposalState, TemplateState


class ChannelAccount(models.Model):
    """A creditor's own account at a provider. `ref` is part of the webhook's address, `address` is ours at the
    provider: a number, a sender id, a phone number id."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("canal"), max_length=10, choices=AccountChannel)
    adapter = models.CharField(_("proveedor"), max_length=12, choices=Adapter)
    ref = models.CharField(max_length=24, unique=True)
    address = models.CharField(_("remitente"), max_length=40)
    #: The credentials as JSON under the installation's keyring.
    sealed = models.BinaryField()
    accents = models.BooleanField(_("con acentos"), default=False, help_text=_("cuesta más partes por SMS"))
    price = models.DecimalField(_("precio por parte"), max_digits=9, decimal_places=5, default=0)
    price_currency = models.CharField(max_length=3, blank=True)
    active = models.BooleanField(_("activa"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "channel"], condition=models.Q(active=True), name="channel_account_once"
            )
        ]


class ProviderTemplate(models.Model):
    """A template as the provider approved it, for one of ours. `parameters` and button values are Liquid."""

    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="templates")
    template = models.CharField(_("plantilla"), max_length=40)
    name = models.CharField(_("nombre en el proveedor"), max_length=120)
    language = models.CharField(_("idioma"), max_length=8)
    category = models.CharField(_("categoría"), max_length=16, default="UTILITY")
    state = models.CharField(_("estado"), max_length=10, choices=TemplateState, default=TemplateState.PENDING)
    body = models.TextField(_("texto"))
    parameters = models.JSONField(default=list)
    #: [[position, url or quick_reply, value], ...]
    buttons = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "template", "language"], name="provider_template_once")
        ]


class RawInbound(models.Model):
    """A notice as it came, once. Verified, stored, answered; understood later. `stuck`: a person must look."""

    adapter = models.CharField(max_length=12, choices=Adapter)
    event_id = models.CharField(max_length=64)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    stuck = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["adapter", "event_id"], name="raw_inbound_once")]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="raw_inbound_waiting", condition=models.Q(processed_at__isnull=True)
            )
        ]


class Conversation(models.Model):
    """One thread per person over all channels. Without a party: a sender nobody knows, in a tray of its own."""

    party = models.OneToOneField("parties.Party", on_delete=models.CASCADE, null=True, related_name="conversation")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, null=True, related_name="+")
    #: Blind index of an unknown sender's address.
    sender = models.BinaryField(max_length=16, null=True, unique=True)
    #: The address itself, under the installation's keyring, so that a person can find out whose it is.
    sealed_sender = models.BinaryField(null=True)
    last_at = models.DateTimeField()
    #: When the oldest answer that nobody looked after came; null when all were.
    waiting_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "-last_at"], name="conversation_last")]


class ChannelIdentity(models.Model):
    """A provider's own id of a person, learnt when it came beside something known. The phone may go; it stays."""

    channel = models.CharField(max_length=10)
    digest = models.BinaryField(max_length=16)
    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+")
    learnt_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "digest"], name="channel_identity_once")]


class ThreadMessage(models.Model):
    """What a person wrote, sealed under their key (or the installation's, while nobody knows who it is)."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    raw = models.ForeignKey(RawInbound, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.SET_NULL, null=True, related_name="+")
    answers = models.ForeignKey("outreach.Outbox", on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=10)
    key = models.CharField(max_length=160, unique=True)
    by_person = models.BooleanField(default=False)
    sealed_text = models.BinaryField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    intents = models.JSONField(default=list)
    confidence = models.FloatField(null=True)
    #: [[kind, mime type, provider's reference, sha256], ...]
    media = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["conversation", "at"], name="thread_message_at")]


class Proposal(models.Model):
    """One act that follows from an answer: done at once, done with undo, or waiting for a person."""

    message = models.ForeignKey(ThreadMessage, on_delete=models.CASCADE, related_name="proposals")
    act = models.CharField(max_length=24)
    reason = models.CharField(max_length=40)
    who = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.WAITING)
    undoable = models.BooleanField(default=False)
    #: It was done at once; a person should look at it all the same.
    review = models.BooleanField(default=False)
    date = models.DateField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    promise = models.ForeignKey("negotiation.Promise", on_delete=models.SET_NULL, null=True, related_name="+")
    detail = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "act"], name="proposal_once")]
        indexes = [models.Index(fields=["state"], name="proposal_waiting", condition=models.Q(state="waiting"))]


class DeliveryUpdate(models.Model):
    """What a provider told of a message, once per event. `outbox` empty: none of ours is known under that id."""

    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=10)
    provider_id = models.CharField(max_length=120, db_index=True)
    outbox = models.ForeignKey("outreach.Outbox", on_delete=models.CASCADE, null=True, related_name="+")
    status = models.CharField(max_length=10)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    code = models.CharField(max_length=20, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    permanent = models.BooleanField(default=False)
