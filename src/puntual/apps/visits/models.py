"""Visits: the round of a person and day, its stops, and the proof of each. Places, photos and signatures are sealed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.visits.choices import RoundState, VisitState

_USER = settings.AUTH_USER_MODEL


class Place(models.Model):
    """Where an address turned out to be, told by whoever stood there. Sealed under the person's key."""

    party = models.OneToOneField("parties.Party", on_delete=models.CASCADE, primary_key=True, related_name="+")
    sealed = models.BinaryField()
    told_at = models.DateTimeField()


class Round(models.Model):
    """The visits of one person on one day for one creditor."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="+", verbose_name=_("quién"))
    day = models.DateField(_("día"))
    state = models.CharField(max_length=8, choices=RoundState, default=RoundState.DRAFT)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "agent", "day"], name="round_once")]


class Visit(models.Model):
    """One stop. Released: the gate allowed it and its place in the caps is taken; `opens` and `closes` are the lawful
    hours that the phone shows without signal."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="visits")
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    planned_at = models.DateTimeField(null=True)
    opens = models.DateTimeField(null=True)
    closes = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=VisitState, default=VisitState.PLANNED)
    reason = models.CharField(max_length=24, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    contact = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "account"], name="visit_once_a_round")]


class Proof(models.Model):
    """What was found there: when by the phone's clock and when it reached us, the result, and what proves it."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, primary_key=True, related_name="proof")
    result = models.CharField(max_length=16)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    #: Outside the hours that the law allowed, by the phone's clock: a person reviews it.
    out_of_hours = models.BooleanField(default=False)
    sealed_note = models.BinaryField(null=True)
    sealed_place = models.BinaryField(null=True)
    sealed_photo = models.BinaryField(null=True)
    sealed_signature = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+")
