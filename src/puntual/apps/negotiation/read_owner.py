"""Who answers for disputes and complaints: what was passed on to somebody who has not opened it, and through whom each
has gone."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from puntual.apps.negotiation import records
from puntual.apps.negotiation.models import Complaint, Dispute, HandOver
from puntual.apps.parties import read as parties

#: What was passed on and not opened is news; beyond so many it is a list to work down.
NEWS = 50


@attrs.frozen
class Passed:
    """A hand-over as people read it."""

    row: HandOver
    why: str
    by: str
    owner: str


def is_told(one: HandOver, user_id: int, areas: Collection[str] | None) -> bool:
    """Whether a hand-over is for somebody: for them by name, or for an area of theirs as a whole."""
    if one.by_id == user_id:
        return False
    return one.owner_id == user_id or (one.owner_id is None and areas is not None and one.department in areas)


def news(creditor_id: int, user_id: int, areas: Collection[str] | None) -> list[HandOver]:
    """What was passed on to somebody, or to an area of theirs, and they have not opened yet, the newest first."""
    rows = HandOver.objects.filter(creditor_id=creditor_id, seen_at=None).order_by("-at", "-pk")
    return [one for one in rows[:NEWS] if is_told(one, user_id, areas)]


def history(row: Dispute | Complaint) -> list[Passed]:
    """Through whom it has gone, the last first, with the reasons."""
    key = parties.key_of(records.party_of(row.account_id))
    return [
        Passed(one, parties.vault.unseal(key, one.sealed_reason), name_of(one.by), name_of(one.owner))
        for one in row.hand_overs.select_related("by", "owner").order_by("-pk")
    ]


def name_of(user: object) -> str:
    """How somebody is called on a screen; nothing for nobody."""
    return str(getattr(user, "first_name", "") or getattr(user, "username", "")) if user else ""
