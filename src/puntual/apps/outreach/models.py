"""What leaves the house: the outbox (rows, never sleeping code), the history of contacts, templates, senders, facts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.outreach.choices import DeliveryFact, SendState


class Outbox(models.Model):
    """One message to one account. `once` makes a second run of the same day harmless.

    planned -> reserved -> handing_over (committed just before the bytes leave) -> sent | failed | unknown.
    After a crash *reserved* is tried again; only *handing_over* becomes *unknown*, never resent by itself.
    """

    once = models.CharField(max_length=80, unique=True)
    # A morning writes hundreds of thousands of these rows from keys that the same transaction read: only the account's
    # constraint is kept (party and creditor follow from it), the others would cost more than the whole decision.
    plan = models.ForeignKey(
        "planning.Plan",
        on_delete=models.SET_NULL,
        null=True,
        related_name="outbox",
        db_index=False,
        db_constraint=False,
    )
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="outbox")
    party = models.ForeignKey(
        "parties.Party", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    creditor = models.ForeignKey(
        "parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    channel = models.CharField(max_length=10)
    contact_point = models.ForeignKey(
        "parties.ContactPoint", on_delete=models.CASCADE, null=True, db_index=False, db_constraint=False
    )
    purpose = models.CharField(max_length=20)
    stage = models.CharField(max_length=14)
    step = models.CharField(max_length=24)
    template = models.CharField(max_length=40)
    policy_version = models.ForeignKey(
        "policies.PolicyVersion", on_delete=models.SET_NULL, null=True, db_index=False, db_constraint=False
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    scheduled_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=SendState, default=SendState.PLANNED)
    reason = models.CharField(max_length=24, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    approved = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    reserved_by = models.CharField(max_length=40, blank=True)
    reserved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    #: What only this message tells, for its words: {"pago": {"importe": ..., "fecha": ...}}, {"invoices": [7]}. No
    #: name, no address: personal data lives sealed.
    tells = models.JSONField(null=True)
    #: The message that this one follows by another channel, or repeats because a person said so.
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["state", "scheduled_at"], name="outbox_due"),
            models.Index(fields=["plan", "state", "approved"], name="outbox_plan"),
            # What screens ask for: a day's messages by their hour, and the few rows that need a person.
            models.Index(
                fields=["plan", "scheduled_at", "id"], name="outbox_leaving", condition=~models.Q(channel="task")
            ),
            models.Index(
                fields=["creditor", "-amount_minor"],
                name="outbox_tasks",
                condition=models.Q(state="planned", channel="task"),
            ),
            models.Index(
                fields=["creditor", "state"], name="outbox_trouble", condition=models.Q(state__in=["failed", "unknown"])
            ),
        ]


class Message(models.Model):
    """What was said, sealed under the person's key, with the digest of its bytes."""

    outbox = models.OneToOneField(Outbox, on_delete=models.CASCADE, primary_key=True, related_name="message")
    message_id = models.CharField(max_length=120, unique=True)
    sealed_subject = models.BinaryField()
    sealed_text = models.BinaryField()
    digest = models.CharField(max_length=64)
    file = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    #: Which of a template's versions it says, when two are compared.
    variant = models.CharField(max_length=12, blank=True)
    #: What was paid for: parts of an SMS, one of anything else. Cost in thousandths of a minor unit, null if nobody
    #: told a price (`core.channels.prices`).
    units = models.PositiveSmallIntegerField(default=1)
    cost_milli = models.BigIntegerField(null=True)
    cost_currency = models.CharField(max_length=3, blank=True)


class Contact(models.Model):
    """History over everything: every attempt that counts in the caps, and every answer. Reserved with its outbox
    row."""

    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.SET_NULL, null=True, related_name="contacts")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.SET_NULL, null=True, db_index=False)
    outbox = models.OneToOneField(Outbox, on_delete=models.SET_NULL, null=True, related_name="contact")
    channel = models.CharField(max_length=10)
    direction = models.CharField(max_length=3, default="out")
    direct_contact = models.BooleanField(default=False)
    #: False only when it is certain that nothing reached anybody (a permanent refusal before handing over).
    counts = models.BooleanField(default=True)
    purpose = models.CharField(max_length=20, default="reminder_overdue")
    step = models.CharField(max_length=24, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["party", "at"], name="contact_party_at"),
            models.Index(fields=["at"], name="contact_at"),
        ]


class Fact(models.Model):
    """What became of a message: sent, opened, page seen, method, failed, paid. Appended, never changed."""

    outbox = models.ForeignKey(Outbox, on_delete=models.SET_NULL, null=True, related_name="facts")
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=14, choices=DeliveryFact)
    at = models.DateTimeField()
    channel = models.CharField(max_length=10, blank=True)
    method = models.CharField(max_length=20, blank=True)
    device = models.CharField(max_length=12, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    key = models.CharField(max_length=160, unique=True)
    detail = models.CharField(max_length=300, blank=True)


class Template(models.Model):
    """Words of a message, in Liquid, by creditor, step template name, channel and language."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, null=True, related_name="templates")
    name = models.CharField(_("nombre"), max_length=40)
    channel = models.CharField(_("canal"), max_length=10)
    language = models.CharField(_("idioma"), max_length=8, default="es")
    #: Empty: for any. The one that says most about a message is used.
    country = models.CharField(_("país"), max_length=2, blank=True)
    segment = models.CharField(_("segmento"), max_length=40, blank=True)
    tone = models.CharField(_("tono"), max_length=10, blank=True)
    #: Empty: the words of everybody. Another one is told to `share` percent of people, to see which works better.
    variant = models.CharField(_("versión"), max_length=12, blank=True)
    share = models.PositiveSmallIntegerField(_("porcentaje"), default=50)
    #: Whether its SMS leaves with accents; null: as the account says.
    accents = models.BooleanField(_("con acentos"), null=True)
    subject = models.CharField(_("asunto"), max_length=200, blank=True)
    text = models.TextField(_("texto"))
    active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "name", "channel", "language", "country", "segment", "tone", "variant"],
                name="template_once",
            ),
        ]


class MailServer(models.Model):
    """The SMTP account of a creditor. Without one, messages are written to the data folder (modo de prueba)."""

    creditor = models.OneToOneField("parties.Creditor", on_delete=models.CASCADE, related_name="mail_server")
    host = models.CharField(_("servidor"), max_length=200)
    port = models.PositiveIntegerField(_("puerto"), default=587)
    security = models.CharField(_("seguridad"), max_length=10, default="starttls")
    username = models.CharField(_("usuario"), max_length=200, blank=True)
    sealed_password = models.BinaryField(null=True)
    sender = models.EmailField(_("remitente"))
    sender_name = models.CharField(_("nombre del remitente"), max_length=120, blank=True)
    tested_at = models.DateTimeField(null=True)


# The accounts at providers and the letters live beside, and belong to this app's tables.
from puntual.apps.outreach.models_events import EventRules  # noqa: E402, F401
from puntual.apps.outreach.models_letters import Letter, LetterBatch  # noqa: E402, F401
from puntual.apps.outreach.models_lines import ChannelPrice, Dispatcher, Line, TemplateQuality  # noqa: E402, F401
