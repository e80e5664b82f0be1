"""The only writer of policies."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from django.db import transaction
from django.utils.text import slugify

from puntual.apps.policies.models import Policy, PolicyVersion
from puntual.apps.policies.read import parse_text


@transaction.atomic
def save_version(
    *, creditor_id: int, text: str, default: bool = True, author_id: int | None = None, policy: Policy | None = None
) -> PolicyVersion:
    """Keep a text as a new version of its policy (by name), not in force yet. The same text again is the same version."""
    value = parse_text(text)
    if policy is None:
        policy = Policy.objects.filter(creditor_id=creditor_id, name=value.name).first()
    if policy is None:
        first = not Policy.objects.filter(creditor_id=creditor_id, default=True).exists()
        slug = f"{slugify(value.name)[:28]}-{secrets.token_hex(4)}"
        policy = Policy.objects.create(
            creditor_id=creditor_id, name=value.name, default=default and first, public_slug=slug
        )
    digest = hashlib.sha256(text.encode()).hexdigest()
    last = policy.versions.order_by("-number").first()
    if last and last.digest == digest:
        return last
    number = last.number + 1 if last else 1
    return PolicyVersion.objects.create(policy=policy, number=number, text=text, digest=digest, author_id=author_id)


@transaction.atomic
def activate(*, version: PolicyVersion, at: datetime | None = None) -> PolicyVersion:
    """Put a version in force from an instant on (now by default); the earlier ones stay as they were."""
    version.active_from = at or datetime.now(UTC)
    version.save(update_fields=["active_from"])
    return version


@transaction.atomic
def make_default(*, policy: Policy) -> None:
    """The policy that serves the creditor's accounts without one of their own."""
    Policy.objects.filter(creditor_id=policy.creditor_id, default=True).update(default=False)
    Policy.objects.filter(pk=policy.pk).update(default=True)
