"""Append-only, hash-chained log of what people and the product did. It holds ids and digests, never personal fields."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditRecord(models.Model):
    """One act. `chain` is SHA-256 over the previous chain and this row, so that a removed or edited row shows."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    act = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    chain = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["object_kind", "object_id"], name="audit_object")]
