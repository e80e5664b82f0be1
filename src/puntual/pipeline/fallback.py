"""When a message did not leave by a channel, the next of its policy follows: a message of its own, that the law and the
balance look at again when it leaves, and that counts in every cap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from puntual.apps.outreach import read, write, write_documents
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write_events import EVENT_STEPS
from puntual.apps.parties import read as parties
from puntual.apps.policies import read as policies
from puntual.core.channels import next_channel

#: The order of what no policy asked for.
BY_ITSELF = ("email", "whatsapp", "sms")
_BY_ITSELF_STEPS = frozenset({write_documents.STEP}) | EVENT_STEPS
#: (creditor, channel) -> whether its messages leave by it.
Can = Callable[[int, str], bool]


def after_reports(*, now: datetime, can: Can) -> int:
    """Those that a provider or a mail server took and then told us that they could not deliver."""
    rows = read.not_delivered(since=now - write.TIME_TO_LIVE)
    done = follow(rows=rows, now=now, can=can)
    write.looked_after(ids=[row.pk for row in rows])
    return done


def follow(*, rows: Sequence[Outbox], now: datetime, can: Can) -> int:
    """For each message that failed for good, one by the next channel, if there is one. Gives how many follow."""
    if not rows:
        return 0
    points = parties.usable_points({row.party_id for row in rows})
    orders = _orders(rows)
    done = 0
    for row in rows:
        mine = points.get(row.party_id, {})
        usable = {channel for channel in mine if can(row.creditor_id, channel)}
        channel = next_channel(orders.get(row.pk, ()), read.channels_tried(row), usable)
        if channel is not None:
            done += write.follow_by(row=row, channel=channel, contact_point_id=mine[channel], now=now)
    return done


def _orders(rows: Sequence[Outbox]) -> Mapping[int, Sequence[str]]:
    """message -> the channels of its step, in the policy's order; those of any step for what no step asked."""
    versions = {pk: policies.parse_text(policies.version(pk).text) for pk in {r.policy_version_id for r in rows} if pk}
    found: dict[int, Sequence[str]] = {row.pk: BY_ITSELF for row in rows if row.step in _BY_ITSELF_STEPS}
    for row in rows:
        policy = versions.get(row.policy_version_id or 0)
        if policy is not None:
            step = next((s for s in policy.steps if s.id == row.step), None)
            anyway = tuple(dict.fromkeys(c for s in policy.steps for c in s.channels))
            found[row.pk] = step.channels if step else anyway
    return found
