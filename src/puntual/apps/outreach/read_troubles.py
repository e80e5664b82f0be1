"""Reads of what did not leave: failures, outcomes that nobody knows, messages that grew too old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from puntual.apps.outreach import read_screens
from puntual.apps.outreach.choices import SendState
from puntual.apps.outreach.models import Outbox

#: Beyond this, what grew too old to leave is only history.
_EXPIRED_SHOWN = timedelta(days=15)
#: What already has its answer: another channel took over, or a person sent it again.
_ANSWERED = ("fell_back", "resent")
KINDS = ("failed", "unknown", "expired")


def rows(creditor_id: int, kind: str = "") -> QuerySet[Outbox]:
    """Messages of a creditor that failed for good (`failed`) or of which nobody knows (`unknown`), newest first."""
    states = [kind] if kind in ("failed", "unknown") else [SendState.FAILED, SendState.UNKNOWN]
    found = Outbox.objects.filter(creditor_id=creditor_id, state__in=states).exclude(reason__in=_ANSWERED)
    return found.select_related("account").order_by("-pk")


def expired(creditor_id: int, now: datetime) -> QuerySet[Outbox]:
    """Messages whose time passed before they could leave, newest first."""
    found = Outbox.objects.filter(
        state=SendState.WITHDRAWN, reason="expired", scheduled_at__gte=now - _EXPIRED_SHOWN, creditor_id=creditor_id
    )
    return found.select_related("account").order_by("-pk")


def counts(creditor_id: int, now: datetime) -> dict[str, int]:
    """kind -> how many wait for a person."""
    return {
        "failed": rows(creditor_id, "failed").count(),
        "unknown": rows(creditor_id, "unknown").count(),
        "expired": expired(creditor_id, now).count(),
    }


def needs(creditor_id: int, now: datetime) -> dict[str, QuerySet[Outbox]]:
    """What did not leave, or tells a fact and waits to be approved, as Hoy counts it: kind -> its messages."""
    return {
        "events": read_screens.events(creditor_id, waiting=True),
        "failed": rows(creditor_id, "failed"),
        "unknown": rows(creditor_id, "unknown"),
        "expired": expired(creditor_id, now),
    }
