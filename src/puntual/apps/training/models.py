"""Practices of hard conversations: each with its turns and its score. No real customer is ever in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Practice(models.Model):
    """One conversation of one agent with an invented person. Its mood follows from its turns."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    case = models.CharField(max_length=30)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    total = models.PositiveSmallIntegerField(null=True)
    by_dimension = models.JSONField(default=dict)
    passed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["agent", "-started_at"], name="practice_agent"),
            models.Index(fields=["creditor", "-ended_at"], name="practice_done", condition=~Q(ended_at=None)),
        ]


class Turn(models.Model):
    """What the agent said and what was answered. `findings`: what the norm holds against those words."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField()
    said = models.CharField(max_length=600)
    answered = models.CharField(max_length=300)
    findings = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "number"], name="practice_turn_once")]
