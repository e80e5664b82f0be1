"""What Gestión asks of the pipeline, the scores and the norm. Bound here; apps name it in settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from puntual.apps.parties.models import Account, Creditor
from puntual.apps.parties.read import Person
from puntual.pipeline import desk
from puntual.pipeline.activation import activation_findings


def build(creditor: Creditor, now: datetime) -> int:
    """The queue of a creditor, built now. Gives how many people are in it."""
    return desk.build_queue(creditor=creditor, now=now)


def allowed(account: Account, now: datetime, person: Person | None = None) -> list[desk.Allowed]:
    """What may be done with this person now, channel by channel."""
    return desk.allowed_now(account=account, now=now, person=person)


def call(account: Account, point_id: int, now: datetime, user_id: int) -> str:
    """The number to dial, once the law has allowed it and the call counts. Refused says why not."""
    return desk.place_call(account=account, point_id=point_id, now=now, user_id=user_id)


def findings(country: str, stages: Sequence[str], text: str) -> list[dict[str, Any]]:
    """What the norm of a country holds against the words of a script, each finding once."""
    kept = [s for s in stages if s] or ["preventive", "administrative", "extrajudicial"]
    return [one.as_json() for one in activation_findings(text=text, country=country, channel="call", stages=kept)]
