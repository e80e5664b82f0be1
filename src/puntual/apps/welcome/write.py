"""The first person of an installation."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction

from puntual.apps.access import write as access
from puntual.core.errors import Refused


@transaction.atomic
def create_first_account(*, username: str, password: str, first_name: str) -> AbstractUser:
    """Who administers. Refused as soon as anybody exists."""
    users = get_user_model().objects
    if users.exists():
        raise Refused("Esta instalación ya tiene cuentas: pida a quien la administra que le haga una.")
    made: AbstractUser = users.create_superuser(username=username, password=password, first_name=first_name)  # type: ignore[attr-defined]
    access.grant(user_id=made.pk, role="admin")
    return made
