"""The only reader of roles and of API keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from puntual.apps.access import urlmap
from puntual.apps.access.choices import PROVEN, PUBLIC, ROLES, SIGNED_IN
from puntual.apps.access.grants import NOBODY, Grants, May
from puntual.apps.access.models import ApiKey, Membership, Repeated, SecondStepRole
from puntual.apps.access.write import digest


def key_of(text: str) -> ApiKey | None:
    """The live key of that text."""
    return ApiKey.objects.select_related("creditor", "created_by").filter(digest=digest(text), revoked_at=None).first()


def remembered(key: ApiKey, idempotency_key: str) -> Repeated | None:
    return Repeated.objects.filter(api_key=key, key=idempotency_key).first()


def keys() -> list[ApiKey]:
    return list(ApiKey.objects.select_related("creditor").order_by("-created_at"))


def grants_of(user: Any) -> Grants:
    """What a person may do now. A person who was switched off may do nothing."""
    if user is None or not user.is_authenticated or not user.is_active:
        return NOBODY
    if user.is_superuser:
        return Grants(everything=True)
    everywhere: set[str] = set()
    some: dict[int, set[str]] = {}
    areas: dict[int | None, set[str]] = {}
    rows = Membership.objects.filter(user_id=user.pk).values_list("creditor_id", "role", "areas")
    for creditor_id, role, mine in rows:
        (everywhere if creditor_id is None else some.setdefault(creditor_id, set())).add(role)
        areas.setdefault(creditor_id, set()).update(mine)
    by_creditor = {pk: frozenset(roles) for pk, roles in some.items()}
    return Grants(False, frozenset(everywhere), by_creditor, {pk: frozenset(names) for pk, names in areas.items()})


def grants(request: HttpRequest) -> Grants:
    """The same, asked once a request."""
    found: Grants | None = getattr(request, "_grants", None)
    if found is None:
        found = request._grants = grants_of(getattr(request, "user", None))  # type: ignore[attr-defined]
    return found


def may(request: HttpRequest) -> May:
    """For templates, at the creditor that the page is about (see `apps/scope.py`)."""
    scope = getattr(request, "screen_scope", None)
    return May(grants(request), scope.creditor.pk if scope else None)


def opener(request: HttpRequest) -> Callable[[str], bool]:
    """For the menu: whether the person may open a path, at the creditor that the page is about."""

    def may_open(path: str) -> bool:
        act = urlmap.act_to_open(path)
        if act in (PUBLIC, PROVEN, SIGNED_IN):
            return True
        scope = getattr(request, "screen_scope", None)
        return act is not None and grants(request).may(act, scope.creditor.pk if scope else None)

    return may_open


def colleagues(request: HttpRequest) -> list[int] | None:
    """The people whose acts this person may read: those who work only for companies that this one sees. None: all."""
    mine = grants(request)
    if mine.everything or mine.everywhere:
        return None
    beyond = Membership.objects.exclude(creditor_id__in=list(mine.by_creditor)).values_list("user_id", flat=True)
    inside = Membership.objects.filter(creditor_id__in=list(mine.by_creditor)).values_list("user_id", flat=True)
    return sorted(set(inside) - set(beyond))


def second_step_roles() -> frozenset[str]:
    """The roles whose people must have a second step."""
    return frozenset(SecondStepRole.objects.values_list("role", flat=True))


def lacks_second_step(request: HttpRequest) -> bool:
    """Whether a role of theirs asks for a second step that they have not set up. Who came by the company's own
    provider did there what the company asks."""
    asked = second_step_roles()
    if not asked or not asked & grants(request).all_roles():
        return False
    methods = request.session.get("account_authentication_methods", [])
    if any(method.get("method") == "socialaccount" for method in methods):
        return False
    keys = Authenticator.objects.filter(user_id=request.user.pk)
    return not keys.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def anybody() -> bool:
    """Whether anybody has an account in this installation."""
    return bool(get_user_model().objects.exists())


def people_query(act: str, creditor_id: int) -> QuerySet[Any]:
    """The people who may do that at a creditor by their role, to ask more of."""
    holders = [code for code, role in ROLES.items() if act in role.acts]
    mine = Membership.objects.filter(Q(creditor_id=creditor_id) | Q(creditor=None), role__in=holders)
    return get_user_model().objects.filter(pk__in=mine.values("user_id"), is_active=True)


def people_who(act: str, creditor_id: int) -> list[Any]:
    """The same, by name."""
    return list(people_query(act, creditor_id).order_by("first_name", "pk"))


def memberships(user_id: int) -> list[Membership]:
    """The roles of a person."""
    return list(Membership.objects.filter(user_id=user_id).select_related("creditor").order_by("creditor_id", "role"))
