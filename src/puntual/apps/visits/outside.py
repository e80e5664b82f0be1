"""What visits ask of the pipeline, through the callables that `project` binds in settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.utils.module_loading import import_string

from puntual.apps.parties.models import Account
from puntual.core.visits import Window


def windows(accounts: Sequence[Account], day: date) -> dict[int, tuple[Window, ...]]:
    """account -> the hours of the day in which the law allows a visit."""
    found: dict[int, tuple[Window, ...]] = import_string(settings.VISIT_WINDOWS)(accounts, day)
    return found


def take_slot(account: Account, at: datetime, now: datetime, user_id: int) -> int:
    """The contact that takes its place in the caps, once pauses, balance and law allowed it. Refused says why not."""
    return int(import_string(settings.VISIT_SLOT)(account, at, now, user_id))
