"""What the screens of people and of keys show."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Count, Q

from puntual.apps.access.choices import ROLES
from puntual.apps.access.grants import Grants
from puntual.apps.access.models import ApiKey, Membership


@attrs.frozen
class Person:
    """One person as who administers sees them."""

    user: User
    roles: tuple[tuple[str, str], ...]
    second_step: bool
    sessions: int


def people(actor: Grants, creditor_ids: Iterable[int], text: str = "") -> list[Person]:
    """Those who have a role where the actor sees people; of the whole house, everybody."""
    ids = [pk for pk in creditor_ids if actor.may("people.see", pk)]
    users = get_user_model().objects.all()
    if not (actor.everything or actor.everywhere):
        users = users.filter(memberships__creditor_id__in=ids)
    if text:
        users = users.filter(Q(username__icontains=text) | Q(first_name__icontains=text) | Q(email__icontains=text))
    found = list(users.distinct().order_by("-is_active", "first_name", "username")[:500])
    return _told(found)


def person(actor: Grants, creditor_ids: Iterable[int], pk: int) -> Person | None:
    """One of them."""
    found = [one for one in people(actor, creditor_ids) if one.user.pk == pk]
    return found[0] if found else None


def _told(users: list[User]) -> list[Person]:
    ids = [user.pk for user in users]
    rows = Membership.objects.filter(user_id__in=ids).select_related("creditor").order_by("creditor__name", "role")
    roles: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        roles.setdefault(row.user_id, []).append((ROLES[row.role].name, row.creditor.name if row.creditor else ""))
    keys = Authenticator.objects.filter(user_id__in=ids).exclude(type=Authenticator.Type.RECOVERY_CODES)
    secured = set(keys.values_list("user_id", flat=True))
    counted = UserSession.objects.filter(user_id__in=ids).values_list("user_id").annotate(n=Count("id"))
    sessions = dict(counted)
    return [Person(u, tuple(roles.get(u.pk, ())), u.pk in secured, sessions.get(u.pk, 0)) for u in users]


def keys_of(actor: Grants, creditor_ids: Iterable[int]) -> list[ApiKey]:
    """The keys that the actor may revoke, newest first."""
    rows = ApiKey.objects.select_related("creditor", "created_by").order_by("-pk")
    if actor.everything or "admin" in actor.everywhere:
        return list(rows[:500])
    return list(rows.filter(creditor_id__in=[pk for pk in creditor_ids if actor.may("keys.change", pk)])[:500])
