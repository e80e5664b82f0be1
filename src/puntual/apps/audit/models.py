"""Append-only, hash-chained logs: what people did, and what was decided. Ids and digests, never personal fields."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditRecord(models.Model):
    """One act. `chain` is SHA-256 over the previous chain and this row, so that a removed or edited row shows."""

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    actor_name = models.CharField(max_length=150)
    act = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    chain = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["object_kind", "object_id"], name="audit_object")]


class Evidence(models.Model):
    """One decision, chained. A whole plan is one row with the digest of all its decisions, contacts and non-contacts;
    each last look before a send, and what became of it, is a row of its own.

    Surrogate ids only: what a person said or was told is under that person's key, and goes with it.
    """

    at = models.DateTimeField()
    #: plan, verdict, outcome, purge
    kind = models.CharField(max_length=10)
    creditor_id = models.BigIntegerField()
    plan_id = models.BigIntegerField(null=True)
    party_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    outbox_id = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=12)
    reason = models.CharField(max_length=40, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    pack = models.CharField(max_length=60, blank=True)
    policy_version_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=10, blank=True)
    rows = models.IntegerField(default=1)
    digest = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["party_id", "at"], name="evidence_party", condition=~models.Q(party_id=None)),
            models.Index(fields=["plan_id"], name="evidence_plan", condition=models.Q(kind="plan")),
        ]


class AccessRecord(models.Model):
    """Somebody looked at something sensitive (`saw`), sent a form or a call (`did`), or was refused (`refused`). Rows
    are only ever added, but not chained: pages must not queue for a lock. Ids only; `act` is the address' name."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    api_key_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=8)
    act = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    creditor_id = models.BigIntegerField(null=True)
    status = models.PositiveSmallIntegerField(default=200)

    class Meta:
        indexes = [
            models.Index(fields=["act", "object_id"], name="access_object"),
            models.Index(fields=["creditor_id", "-at"], name="access_creditor_at"),
            models.Index(fields=["actor_id", "-at"], name="access_actor_at"),
        ]
