"""The only writer of policies."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from puntual.apps.policies.editing import with_rules
from puntual.apps.policies.models import Policy, PolicyVersion
from puntual.apps.policies.read import parse_text
from puntual.core.errors import UnusableInput


@transaction.atomic
def save_version(
    *, creditor_id: int, text: str, default: bool = True, author_id: int | None = None, policy: Policy | None = None
) -> PolicyVersion:
    """Keep a text as a new version of its policy (by name), not in force yet. The same text again adds nothing."""
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
def save_draft(*, policy: Policy, text: str, author_id: int | None = None) -> PolicyVersion | None:
    """Keep a text as what the policy may become. A version once in force never changes; a draft is one row that does.

    The text that is already in force leaves no draft (None). UnusableInput as `parse_text`, or when the name is taken.
    """
    value = parse_text(text)
    if Policy.objects.filter(creditor_id=policy.creditor_id, name=value.name).exclude(pk=policy.pk).exists():
        raise UnusableInput(f"Ya hay otra política «{value.name}»: déle otro nombre.", field="politica")
    last = policy.versions.select_for_update().order_by("-number").first()
    digest = hashlib.sha256(text.encode()).hexdigest()
    if last and last.active_from is None:
        before = policy.versions.filter(active_from__isnull=False).order_by("-active_from", "-number").first()
        if before and before.digest == digest:
            last.delete()
            return None
        last.text, last.digest, last.author_id = text, digest, author_id
        last.save(update_fields=["text", "digest", "author"])
        return last
    if last and last.digest == digest:
        return None
    number = last.number + 1 if last else 1
    return PolicyVersion.objects.create(policy=policy, number=number, text=text, digest=digest, author_id=author_id)


def propose_learning(*, policy: Policy, learning: Mapping[str, Any], author_id: int | None = None) -> None:
    """A draft of the policy that learns so («aprender»), or learns nothing if it is empty. Nothing is in force yet."""
    last = policy.versions.order_by("-number").first()
    if last is None:
        raise UnusableInput("Esa política todavía no tiene nada escrito.")
    save_draft(policy=policy, text=with_rules(last.text, {"aprender": dict(learning)}), author_id=author_id)


@transaction.atomic
def discard_draft(*, policy: Policy) -> str | None:
    """Forget what the policy might have become; gives its text, to undo. A policy that never ruled goes with it."""
    draft = policy.versions.filter(active_from=None).order_by("-number").first()
    if draft is None:
        return None
    draft.delete()
    if not policy.versions.exists():
        policy.delete()
    return draft.text


@transaction.atomic
def activate(*, version: PolicyVersion, at: datetime | None = None) -> PolicyVersion:
    """Put a version in force from an instant on (now by default); the earlier ones stay as they were."""
    version.active_from = at or datetime.now(UTC)
    version.save(update_fields=["active_from"])
    name = parse_text(version.text).name
    taken = Policy.objects.filter(creditor_id=version.policy.creditor_id, name=name).exists()
    if name != version.policy.name and not taken:
        version.policy.name = name
        version.policy.save(update_fields=["name"])
    return version


@transaction.atomic
def make_default(*, policy: Policy) -> None:
    """The policy that serves the creditor's accounts without one of their own."""
    Policy.objects.filter(creditor_id=policy.creditor_id, default=True).update(default=False)
    Policy.objects.filter(pk=policy.pk).update(default=True)
