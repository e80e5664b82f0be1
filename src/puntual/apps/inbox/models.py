"""Conversations: who carries messages, what came in as it came, one thread per person over all channels, and what is
proposed for each answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.inbox.choices import AccountChannel, Adapter, FileState, ProposalState, TemplateState, Then
from puntual.core.customers.acts import AT_ONCE, SILENCE, STOP


class ChannelAccount(models.Model):
    """A creditor's own account at a provider. `ref` is part of the webhook's address, `address` is ours at the
    provider: a number, a sender id, a phone number id."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("canal"), max_length=10, choices=AccountChannel)
    adapter = models.CharField(_("proveedor"), max_length=12, choices=Adapter)
    ref = models.CharField(max_length=24, unique=True)
    address = models.CharField(_("remitente"), max_length=254)
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


class MailboxState(models.Model):
    """How far a mailbox was read. While `uid_validity` is the same, a UID names the same message."""

    account = models.OneToOneField(ChannelAccount, on_delete=models.CASCADE, primary_key=True, related_name="mailbox")
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)


class InboxRules(models.Model):
    """How a creditor's answers are looked after. Without a row: as the defaults say."""

    creditor = models.OneToOneField("parties.Creditor", on_delete=models.CASCADE, primary_key=True, related_name="+")
    automatic = models.BooleanField(_("responder solo lo que está claro"), default=True)
    confidence_pct = models.PositiveSmallIntegerField(_("confianza mínima para actuar solo"), default=80)
    promise_max_days = models.PositiveSmallIntegerField(_("días que puede esperar una promesa"), default=31)
    sla_hours = models.PositiveSmallIntegerField(_("horas para atender"), default=24)
    thank = models.BooleanField(_("dar las gracias por cada pago"), default=True)
    undo_seconds = models.PositiveSmallIntegerField(_("segundos para deshacer"), default=20)


class Mark(models.Model):
    """How far a loop went over rows that are only added. One row a loop."""

    name = models.CharField(max_length=40, unique=True)
    value = models.BigIntegerField(default=0)


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
    #: Why it was nobody's answer: a code of the catalogue.
    ignored = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["adapter", "event_id"], name="raw_inbound_once")]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="raw_inbound_waiting", condition=models.Q(processed_at__isnull=True)
            )
        ]


class Conversation(models.Model):
    """One thread per person and creditor over all channels: the users of one creditor never read another's. Without a
    party: a sender nobody knows, in a tray of its own."""

    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, null=True, related_name="conversations")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, null=True, related_name="+")
    #: Blind index of an unknown sender's address.
    sender = models.BinaryField(max_length=16, null=True, unique=True)
    #: The address itself, under the installation's keyring, so that a person can find out whose it is.
    sealed_sender = models.BinaryField(null=True)
    last_at = models.DateTimeField()
    last_channel = models.CharField(max_length=10, blank=True)
    last_intent = models.CharField(max_length=12, blank=True)
    #: When the oldest answer that nobody looked after came; null when all were.
    waiting_since = models.DateTimeField(null=True)
    #: By when somebody should have looked after it.
    answer_by = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "creditor"], name="conversation_once")]
        indexes = [
            models.Index(fields=["creditor", "-last_at", "-id"], name="conversation_last"),
            # The trays of those who attend: what waits, by the hour at which it should have been looked after.
            models.Index(
                fields=["creditor", "answer_by", "id"],
                name="conversation_waiting",
                condition=models.Q(waiting_since__isnull=False),
            ),
            # «Mías» and «Sin asignar», and what was put off: few among many, so each has its own.
            models.Index(
                fields=["creditor", "assigned_to", "answer_by", "id"],
                name="conversation_whose",
                condition=models.Q(waiting_since__isnull=False),
            ),
            models.Index(
                fields=["creditor", "snoozed_until"],
                name="conversation_put_off",
                condition=models.Q(snoozed_until__isnull=False),
            ),
            models.Index(
                fields=["creditor", "-last_at", "-id"],
                name="conversation_unknown",
                condition=models.Q(party__isnull=True),
            ),
        ]


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
    #: From which of theirs it came, when that is known.
    contact_point = models.ForeignKey(
        "parties.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=10)
    key = models.CharField(max_length=160, unique=True)
    by_person = models.BooleanField(default=False)
    sealed_text = models.BinaryField()
    sealed_subject = models.BinaryField(null=True)
    #: Its own id where messages answer one another: a Message-ID.
    reference = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    intents = models.JSONField(default=list)
    confidence = models.FloatField(null=True)
    #: [[kind, mime type, provider's reference, sha256], ...]
    media = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["conversation", "at"], name="thread_message_at")]


class MessageFile(models.Model):
    """A file that somebody sent, sealed like the words it came with. `mime_type` is what its bytes are, whatever its
    name says; `reference`: where the provider keeps it, until it is brought."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(ThreadMessage, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    sealed_name = models.BinaryField(null=True)
    mime_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=FileState, default=FileState.STORED)
    reason = models.CharField(max_length=24, blank=True)
    reference = models.CharField(max_length=255, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "position"], name="message_file_once")]
        indexes = [
            models.Index(fields=["next_try_at"], name="message_file_pending", condition=models.Q(state="pending"))
        ]


class Note(models.Model):
    """What the people of the company tell one another about a conversation. Its person never sees it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    sealed_text = models.BinaryField()


class Canned(models.Model):
    """An answer kept ready, called with «/» and its key. With `then` it is a macro."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    key = models.SlugField(_("atajo"), max_length=24)
    name = models.CharField(_("nombre"), max_length=60)
    text = models.TextField(_("texto"), max_length=2000)
    then = models.CharField(_("y además"), max_length=10, choices=Then, blank=True, default=Then.NOTHING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "key"], name="canned_once")]


class Reply(models.Model):
    """What an outbox row of ours says, until it leaves: the words somebody wrote, or an act's own template with its
    values."""

    outbox = models.OneToOneField("outreach.Outbox", on_delete=models.CASCADE, primary_key=True, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, related_name="replies", db_constraint=False
    )
    answers = models.ForeignKey(ThreadMessage, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    act = models.CharField(max_length=24, blank=True)
    values = models.JSONField(default=dict)
    #: The words of a person of the company; empty when the act's template says them.
    sealed_text = models.BinaryField(null=True)
    #: To where, when that is closed to everything else: the one confirmation of a stop.
    sealed_to = models.BinaryField(null=True)
    #: The act of theirs that this confirms; whatever they said later rules over it.
    confirms_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()


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
    dispute = models.ForeignKey("negotiation.Dispute", on_delete=models.SET_NULL, null=True, related_name="+")
    claim = models.ForeignKey("portal.PaymentClaim", on_delete=models.SET_NULL, null=True, related_name="+")
    outbox = models.ForeignKey("outreach.Outbox", on_delete=models.SET_NULL, null=True, related_name="+")
    detail = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "act"], name="proposal_once")]
        indexes = [models.Index(fields=["state"], name="proposal_waiting", condition=models.Q(state="waiting"))]

    @property
    def can_be_undone(self) -> bool:
        """Whether its button is shown: a stop has another door (`was_doubted`)."""
        return self.state == ProposalState.DONE and self.undoable and self.act not in AT_ONCE

    @property
    def was_doubted(self) -> bool:
        """Whether it is a stop that was read into words that did not say it clearly: a reviewer may find that they
        did not say it at all."""
        return self.state == ProposalState.DONE and self.undoable and self.act in (STOP, SILENCE)


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
