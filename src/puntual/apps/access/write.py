"""The only writer of roles and of API keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from puntual.apps.access.choices import ROLES, SCOPES
from puntual.apps.access.models import ApiKey, Membership, Repeated, SecondStepRole
from puntual.core.errors import UnusableInput


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def create_key(
    *, name: str, scopes: Sequence[str], creditor_id: int | None = None, user_id: int | None = None
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once and never again."""
    strange = sorted(set(scopes) - set(SCOPES))
    if strange or not scopes:
        raise UnusableInput(f"Los permisos de una llave son {', '.join(SCOPES)}; «{', '.join(strange)}» no se conoce.")
    text = f"pun_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name, digest=digest(text), scopes=list(scopes), creditor_id=creditor_id, created_by_id=user_id
    )
    return key, text


@transaction.atomic
def revoke_key(*, key_id: int) -> None:
    """From now on the key opens nothing."""
    ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=datetime.now(UTC))


@transaction.atomic
def ask_second_step(*, roles: Sequence[str], by_id: int | None = None) -> None:
    """From now on the people of those roles, and of no other, must have a second step."""
    strange = sorted(set(roles) - set(ROLES))
    if strange:
        raise UnusableInput(f"«{', '.join(strange)}» no es un papel.", field="roles")
    SecondStepRole.objects.exclude(role__in=roles).delete()
    for role in roles:
        SecondStepRole.objects.get_or_create(role=role, defaults={"set_by_id": by_id})


def remember(*, key: ApiKey, idempotency_key: str, asked: str, status: int, answer: object) -> None:
    """Keep an answer for the day the same request comes again. Inside the caller's transaction."""
    Repeated.objects.create(api_key=key, key=idempotency_key, asked=asked, status=status, answer=answer)


@transaction.atomic
def grant(
    *, user_id: int, role: str, creditor_id: int | None = None, by_id: int | None = None, areas: Sequence[str] = ()
) -> bool:
    """Give a role at a creditor, or over all of them; again changes its areas. Whether it is new."""
    if role not in ROLES:
        raise UnusableInput(f"«{role}» no es un papel: los que hay son {', '.join(ROLES)}.", field="role")
    row, made = Membership.objects.get_or_create(
        user_id=user_id, role=role, creditor_id=creditor_id,
        defaults={"created_by_id": by_id, "areas": list(areas)},
    )  # fmt: skip
    if not made and list(areas) != row.areas:
        Membership.objects.filter(pk=row.pk).update(areas=list(areas))
    return made


@transaction.atomic
def withdraw(*, user_id: int, role: str, creditor_id: int | None = None) -> bool:
    """Take a role away. Whether it was theirs."""
    return bool(Membership.objects.filter(user_id=user_id, role=role, creditor_id=creditor_id).delete()[0])
