"""What is known of the accounts at providers: their pace and health, their prices; and which senders are alive."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Line(models.Model):
    """One creditor's way out by one channel. Its bucket and breaker are `core.channels` values kept here, so that every
    sender of the installation goes by the same ones."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10)
    #: Messages a second that a person set; null: what its provider is known to take.
    per_second = models.DecimalField(_("mensajes por segundo"), max_digits=7, decimal_places=3, null=True)
    tokens = models.FloatField(default=0.0)
    tokens_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="closed")
    troubles = models.PositiveIntegerField(default=0)
    openings = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(null=True)
    #: What the provider says of the number itself, and to how many people a day it may write first (null: unknown).
    quality = models.CharField(max_length=12, blank=True)
    people_a_day = models.PositiveIntegerField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "channel"], name="line_once")]


class Dispatcher(models.Model):
    """A process that sends, while it lives. Those of its own machine ask its lock file, the others go by `seen_at`."""

    worker = models.CharField(max_length=40, primary_key=True)
    host = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class ChannelPrice(models.Model):
    """What one unit of a channel costs a creditor, in thousandths of a minor unit."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(_("canal"), max_length=10)
    prefix = models.CharField(_("prefijo"), max_length=6, blank=True)
    category = models.CharField(_("categoría"), max_length=16, blank=True)
    unit_milli = models.BigIntegerField(_("precio"))
    currency = models.CharField(_("moneda"), max_length=3)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "channel", "prefix", "category"], name="channel_price_once"),
            models.CheckConstraint(condition=models.Q(unit_milli__gte=0), name="channel_price_not_negative"),
        ]


class TemplateQuality(models.Model):
    """What the provider last said of a template that it keeps for us."""

    provider_template = models.BigIntegerField(primary_key=True)
    quality = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField()
