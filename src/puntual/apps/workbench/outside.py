"""What the desk asks of the pipeline, through the callables that `project` binds in settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from puntual.apps.parties.models import Account, Creditor
from puntual.apps.parties.read import Person


def build(creditor: Creditor, now: datetime) -> int:
    """Build the queue of a creditor; gives how many people are in it."""
    return int(import_string(settings.WORKBENCH_BUILD)(creditor, now))


def allowed(account: Account, now: datetime, person: Person | None = None) -> Sequence[Any]:
    """What may be done with a person now: rows with channel, verdict, reason, rule, cite, until, warnings. `person`:
    who they are, where it was already read."""
    rows: Sequence[Any] = import_string(settings.WORKBENCH_ALLOWED)(account, now, person)
    return rows


def call(account: Account, point_id: int, now: datetime, user_id: int) -> str:
    """The number to dial, once the gate allowed it and the call counts. Refused says why not."""
    return str(import_string(settings.WORKBENCH_CALL)(account, point_id, now, user_id))


def findings(country: str, stages: list[str], text: str) -> list[dict[str, Any]]:
    """What the norm holds against the words of a script."""
    found: list[dict[str, Any]] = import_string(settings.WORKBENCH_FINDINGS)(country, stages, text)
    return found
