"""What Gestión asks of the pipeline, the scores and the norm. Bound here; apps name it in settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from puntual.apps.audit import write as audit
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.parties.read import Person
from puntual.core.errors import Refused
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
    try:
        return desk.place_call(account=account, point_id=point_id, now=now, user_id=user_id)
    except Refused as no:
        if no.rule:  # the norm said no: it counts against the month, so that nobody is paid for pressing on
            actor = get_user_model().objects.filter(pk=user_id).first()
            detail = {"creditor": account.creditor_id, "reason": no.reason, "rule": no.rule}
            audit.record(act="call_refused", actor=actor, kind="account", pk=account.pk, detail=detail, at=now)
        raise


def findings(country: str, stages: Sequence[str], text: str) -> list[dict[str, Any]]:
    """What the norm of a country holds against the words of a script, each finding once."""
    kept = [s for s in stages if s] or ["preventive", "administrative", "extrajudicial"]
    return [one.as_json() for one in activation_findings(text=text, country=country, channel="call", stages=kept)]
