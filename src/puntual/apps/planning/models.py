"""What the daily run decided: one row per account and day, acts and non-acts alike. Narrow on purpose: codes, ids,
amounts."""

from __future__ import annotations

from django.db import models


class Plan(models.Model):
    """One collection day of one creditor, at its local date. Running it again refreshes what has not left yet."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="plans")
    day = models.DateField()
    as_of = models.DateTimeField()
    runs = models.PositiveIntegerField(default=1)
    summary = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "day"], name="plan_once_per_day")]


class PlanRow(models.Model):
    """The decision about one account on one day, with its reason, its law and the policy version that caused it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="rows", db_index=False)
    #: Without a constraint in the database: a quarter of a million rows a night, from keys just read.
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+", db_constraint=False)
    #: allow, defer, deny (a contact that was wanted) or skip (nothing was due)
    verdict = models.CharField(max_length=5)
    reason = models.CharField(max_length=24)
    rule = models.CharField(max_length=40, null=True)
    pack = models.CharField(max_length=60, null=True)
    stage = models.CharField(max_length=14)
    step = models.CharField(max_length=24, null=True)
    channel = models.CharField(max_length=10, null=True)
    contact_point_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)
    next_allowed_at = models.DateTimeField(null=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    items = models.IntegerField()
    held_minor = models.BigIntegerField(default=0)
    held_reason = models.CharField(max_length=24, null=True)
    policy_version_id = models.BigIntegerField(null=True)
    #: Where the policy lets the run learn: the chance with which this was picked, and among what («email:morning
    #: sms:afternoon»), the first being what the policy alone would have done.
    propensity = models.FloatField(null=True)
    offered = models.CharField(max_length=200, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["plan", "verdict", "reason"], name="plan_row_reason"),
            models.Index(
                fields=["plan", "account"], name="plan_row_learnt", condition=models.Q(propensity__isnull=False)
            ),
        ]
