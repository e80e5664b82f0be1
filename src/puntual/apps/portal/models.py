"""What the customer's page keeps: links, what people told us through it, and the papers it issued.

Free text and files that people send are sealed under the person's own key (`parties.vault`) and go with it on erasure.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.portal.choices import (
    ClaimMethod,
    ClaimState,
    Every,
    Hours,
    PaperKind,
    PaydayKind,
    PreferredChannel,
    RevokedFor,
    Weekday,
)


class PortalLink(models.Model):
    """A private address of one account's page. The token itself is not here: see `tokens`.

    `contact_point` is where it was sent, so that «No soy esta persona» silences just that. `code_*`: the short code
    that opens private papers, kept as a digest, and how often a wrong answer was given.
    """

    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="portal_links")
    contact_point = models.ForeignKey("parties.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="+")
    purpose = models.CharField(max_length=12, default="account")
    nonce = models.BinaryField(max_length=12)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_for = models.CharField(max_length=12, choices=RevokedFor, blank=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)


class Told(models.Model):
    """What somebody did through the page, once per form shown (`key`), with its instant."""

    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    class Meta:
        abstract = True


class PaymentClaim(Told):
    """«Ya pagué»: pauses reminders until somebody verifies it, or until `hold_until`."""

    due_items = models.JSONField(default=list)
    amount_minor = models.BigIntegerField(_("importe"))
    currency = models.CharField(max_length=3)
    paid_on = models.DateField(_("fecha de pago"))
    method = models.CharField(_("forma de pago"), max_length=10, choices=ClaimMethod)
    sealed_note = models.BinaryField(null=True)
    sealed_slip = models.BinaryField(null=True)
    slip_type = models.CharField(max_length=20, blank=True)
    slip_size = models.PositiveIntegerField(default=0)
    slip_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("estado"), max_length=10, choices=ClaimState, default=ClaimState.OPEN)
    hold_until = models.DateField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "hold_until"], name="claim_open")]


class Attachment(Told):
    """A file that came with something said elsewhere (`about` a dispute or a complaint), sealed."""

    about = models.CharField(max_length=12)
    about_id = models.BigIntegerField()
    sealed = models.BinaryField(null=True)
    kind = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["about", "about_id"], name="attachment_about")]


class TermsAccepted(Told):
    """«Acepto las condiciones»: which version of the policy was read, and the digest of the words that were shown."""

    version = models.ForeignKey("policies.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=8)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "version"], name="terms_accepted_once")]


class ReminderRequest(Told):
    """«Recuérdenme el ...»: no reminder before that day."""

    on = models.DateField(_("día"))


class StandingPayday(models.Model):
    """The day on which somebody usually is paid. `day` of the month (31: the last one) or `weekday`."""

    account = models.OneToOneField("parties.Account", on_delete=models.CASCADE, primary_key=True, related_name="+")
    kind = models.CharField(max_length=10, choices=PaydayKind)
    day = models.PositiveSmallIntegerField(null=True)
    weekday = models.PositiveSmallIntegerField(choices=Weekday, null=True)
    at = models.DateTimeField()


class Preference(models.Model):
    """By which channel and in which part of the day a person prefers to be written to, by anybody."""

    party = models.OneToOneField("parties.Party", on_delete=models.CASCADE, primary_key=True, related_name="+")
    channel = models.CharField(max_length=10, choices=PreferredChannel, blank=True)
    hours = models.CharField(max_length=10, choices=Hours, default=Hours.ANY)
    at = models.DateTimeField()


class Word(Told):
    """What somebody chose to tell of the situation and of what can be paid. Never asked where the law forbids it."""

    sealed_text = models.BinaryField(null=True)
    can_pay_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    every = models.CharField(max_length=10, choices=Every, blank=True)
    delicate = models.BooleanField(default=False)


class TalkRequest(Told):
    """«Hablar con una persona»: somebody of the company answers. `done_at` when it was attended."""

    sealed_text = models.BinaryField(null=True)
    channel = models.CharField(max_length=10, choices=PreferredChannel, blank=True)
    hours = models.CharField(max_length=10, choices=Hours, default=Hours.ANY)
    done_at = models.DateTimeField(null=True)


class Satisfaction(Told):
    """One question after paying: how easy it was, from 1 to 5."""

    score = models.PositiveSmallIntegerField()
    sealed_text = models.BinaryField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(score__range=(1, 5)), name="score_1_to_5")]


class WrongPerson(Told):
    """«No soy esta persona». Without a contact point silenced, a person of the company looks and the account waits."""

    link = models.ForeignKey(PortalLink, on_delete=models.CASCADE, related_name="+")
    silenced = models.PositiveIntegerField(default=0)
    reviewed_at = models.DateTimeField(null=True)
    #: A person found that an answer had been misread: nobody said it. The act and its paper stay as they were.
    annulled_at = models.DateTimeField(null=True)


class Paper(models.Model):
    """A paper that was issued: its number, and the digest of what it says."""

    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=PaperKind)
    number = models.CharField(max_length=16, unique=True)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
