"""Why a message goes by its channel, as its own screen tells it: the questions of `core.channels.order`, answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.read import undelivered_frame
from puntual.apps.parties import read as parties
from puntual.apps.planning import read as planning
from puntual.apps.portal import read as portal
from puntual.core.channels.order import Way, why

_LATELY = timedelta(days=30)
#: The order of what no policy asked for.
_USUAL = ("email", "whatsapp", "sms")


def channel_reason(row: Outbox, channels: Sequence[str], now: datetime) -> str:
    """A code of the catalogue. `channels`: those of its step, in the policy's order; empty for what no policy asked."""
    if row.follows_id is not None and "+" not in row.once:
        return "channel_last"
    if row.plan_id is not None and planning.was_learnt(row.plan_id, row.account_id):
        return "channel_answers"
    order = [c for c in (channels or _USUAL) if c in parties.usable_points([row.party_id]).get(row.party_id, {})]
    wish = portal.preference_of(row.party_id)
    bad = set(undelivered_frame(since=now - _LATELY, party_id=row.party_id).iter_rows())
    ways = [
        Way(c, place, bool(wish and wish.channel == c), (row.party_id, c) not in bad) for place, c in enumerate(order)
    ]
    return dict(why(ways)).get(row.channel, "channel_policy")
