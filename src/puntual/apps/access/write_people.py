"""The only writer of people: invite, give and take roles, switch off, end sessions, forget the second step. Whoever
does it must reach the person: hold `people.change` wherever the person has a role. Every act is in the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.http import urlsafe_base64_encode

from puntual.apps.access import write
from puntual.apps.access.grants import Grants
from puntual.apps.access.read import grants_of
from puntual.apps.audit import write as audit
from puntual.core.errors import Refused, UnusableInput

_CHANGE = "people.change"


def check_reach(actor: Grants, user: User) -> None:
    """Refused unless the actor administers every company where the person has a role, or the whole house."""
    theirs = grants_of(user) if user.is_active else _as_if_active(user)
    whole = theirs.everything or bool(theirs.everywhere)
    if _whole(actor):
        return
    if whole or not theirs.by_creditor or not all(actor.may(_CHANGE, pk) for pk in theirs.by_creditor):
        raise Refused("Esta persona trabaja también donde usted no administra: pídalo a quien administra todo.")


def _as_if_active(user: User) -> Grants:
    user.is_active = True
    found = grants_of(user)
    user.is_active = False
    return found


def _whole(actor: Grants) -> bool:
    return actor.everything or "admin" in actor.everywhere


def check_place(actor: Grants, creditor_id: int | None) -> None:
    """Refused unless the actor gives roles there; over every company only who administers all of them does."""
    if not (_whole(actor) if creditor_id is None else actor.may(_CHANGE, creditor_id)):
        raise Refused("Solo puede dar permisos en las empresas que usted administra.")


@transaction.atomic
def invite(
    *, username: str, first_name: str, email: str, role: str, creditor_id: int | None, by: Any,
    areas: Sequence[str] = (),
) -> User:  # fmt: skip
    """A person who has no password yet: the link of `link_parts` lets them choose it."""
    check_place(grants_of(by), creditor_id)
    users = get_user_model().objects
    if users.filter(username__iexact=username).exists():
        raise UnusableInput(f"Ya hay alguien con el usuario «{username}»: elija otro.", field="username")
    if email and users.filter(email__iexact=email).exists():
        raise UnusableInput(f"Ya hay alguien con el correo {email}.", field="email")
    user: User = get_user_model()(username=username, first_name=first_name[:150], email=email)
    user.set_unusable_password()
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise UnusableInput(" ".join(error.messages), field="username") from error
    user.save()
    write.grant(user_id=user.pk, role=role, creditor_id=creditor_id, by_id=by.pk, areas=areas)
    _log("person_invited", by, user, role=role, creditor=creditor_id, areas=list(areas))
    return user


def link_parts(user: User) -> tuple[str, str]:
    """What the link to choose a password carries. It serves once, and for PASSWORD_RESET_TIMEOUT."""
    return urlsafe_base64_encode(str(user.pk).encode()), default_token_generator.make_token(user)


@transaction.atomic
def give(*, user: User, role: str, creditor_id: int | None, by: Any, areas: Sequence[str] = ()) -> bool:
    """A role at a company, or over all of them; again with other areas changes them."""
    check_place(grants_of(by), creditor_id)
    made = write.grant(user_id=user.pk, role=role, creditor_id=creditor_id, by_id=by.pk, areas=areas)
    _log("role_given" if made else "role_changed", by, user, role=role, creditor=creditor_id, areas=list(areas))
    return made


@transaction.atomic
def take(*, user: User, role: str, creditor_id: int | None, by: Any) -> bool:
    """Take a role away. The last who administers everything keeps theirs."""
    check_place(grants_of(by), creditor_id)
    taken = write.withdraw(user_id=user.pk, role=role, creditor_id=creditor_id)
    _somebody_administers()
    if taken:
        _log("role_taken", by, user, role=role, creditor=creditor_id)
    return taken


@transaction.atomic
def switch(*, user: User, active: bool, by: Any) -> None:
    """Off: they enter no more and their sessions end. Nobody switches themselves off."""
    check_reach(grants_of(by), user)
    if user.pk == by.pk:
        raise Refused("No puede desactivarse usted: debe hacerlo otra persona.")
    get_user_model().objects.filter(pk=user.pk).update(is_active=active)
    _somebody_administers()
    if not active:
        _end(user)
    _log("person_switched_on" if active else "person_switched_off", by, user)


@transaction.atomic
def end_sessions(*, user: User, by: Any) -> int:
    """Close every session of the person. Gives how many there were."""
    check_reach(grants_of(by), user)
    n = _end(user)
    _log("sessions_ended", by, user, n=n)
    return n


@transaction.atomic
def forget_second_step(*, user: User, by: Any) -> int:
    """Forget codes and keys of somebody who lost them, and close their sessions. Nobody does it for themselves."""
    check_reach(grants_of(by), user)
    if user.pk == by.pk:
        raise Refused("Su propio segundo paso se cambia en «Mis opciones».")
    n, _rows = Authenticator.objects.filter(user_id=user.pk).delete()
    _end(user)
    _log("second_step_forgotten", by, user, n=n)
    return n


@transaction.atomic
def forget_password(*, user: User, by: Any) -> None:
    """The password serves no more: they choose another by their link."""
    check_reach(grants_of(by), user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    _end(user)
    _log("password_forgotten", by, user)


def _end(user: User) -> int:
    sessions = list(UserSession.objects.filter(user_id=user.pk))
    for session in sessions:
        session.end()
    return len(sessions)


def _somebody_administers() -> None:
    users = get_user_model().objects.filter(is_active=True)
    whole = users.filter(memberships__role="admin", memberships__creditor=None)
    if not (users.filter(is_superuser=True).exists() or whole.exists()):
        raise Refused("Alguien tiene que administrar: antes dé «Administración» de todas las empresas a otra persona.")


def _log(act: str, by: Any, user: User, **detail: object) -> None:
    audit.record(act=act, actor=by, kind="user", pk=user.pk, detail=detail)
