"""Dispatch: what is due and approved leaves, after one more look at the balance, the pauses and the law.

The look and the reservation of the contact slot are one short transaction over a small batch of different people,
committed
before any network call; then message by message: commit «handing over», hand the bytes to the channel, commit the
outcome.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import attrs
import polars as pl
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.compliance import read as compliance_read
from puntual.apps.outreach import read as outreach_read
from puntual.apps.outreach import sending
from puntual.apps.outreach import write as outreach_write
from puntual.apps.outreach.models import Message, Outbox
from puntual.apps.outreach.sending import Verdict
from puntual.apps.parties import read as parties_read
from puntual.apps.parties import write as parties_write
from puntual.core import compliance
from puntual.core.compliance import GateKnown, GateRules
from puntual.core.frames import CANDIDATES, conform
from puntual.core.time import local_date
from puntual.pipeline import compose, load
from puntual.pipeline.law_in_force import law_in_force
from puntual.ports.channels import Channel, ChannelError

#: Small, so that the look is fresh when the bytes leave.
BATCH = 40


@attrs.define
class Tally:
    """What a dispatch did, as CONTRACT gives it."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0
    denied: int = 0
    unknown: int = 0
    withdrawn: int = 0


@attrs.frozen
class Outside:
    """What dispatch needs of the outside: a channel per creditor and channel name, portal links, a clock.

    `only` gives channel -> the creditors that can send by it; a channel that it does not name is everybody's.
    """

    channel: Callable[[int, str], Channel | None]
    links: Callable[[Mapping[int, int | None]], Mapping[int, str]]
    now: Callable[[], datetime]
    channels: tuple[str, ...] = ("email",)
    only: Callable[[], Mapping[str, Collection[int]]] = dict


def dispatch(outside: Outside, *, alone: bool = True, limit: int | None = None) -> Tally:
    """Send all that may leave now. `alone`: no other dispatcher runs on these data, so what is half-way is ours to
    settle."""
    worker = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    tally, open_channels = Tally(), {}
    found = sending.recover(now=outside.now(), worker=worker, everything=alone)
    tally.unknown += found.unknown
    tally.withdrawn += found.expired
    _release(outside.now())
    try:
        while limit is None or tally.sent + tally.failed < limit:
            room = BATCH if limit is None else min(BATCH, limit - tally.sent - tally.failed)
            rows = sending.claim(
                now=outside.now(), worker=worker, channels=outside.channels, limit=room, only=outside.only()
            )
            if not rows:
                return tally
            _send_batch(rows, worker, outside, tally, open_channels)
    finally:
        for channel in open_channels.values():
            if channel is not None:
                channel.close()
    return tally


def _release(now: datetime) -> None:
    for creditor in parties_read.creditors():
        outreach_write.release(creditor_id=creditor.pk, left=creditor.approve_first, now=now)


def _send_batch(
    rows: Sequence[Outbox], worker: str, outside: Outside, tally: Tally, channels: dict[tuple[int, str], Channel | None]
) -> None:
    with transaction.atomic():
        parties_write.lock_parties(party_ids=[row.party_id for row in rows])
        now = outside.now()
        verdicts = last_look(rows, now)
        going = sending.take_slots(rows=rows, verdicts=verdicts, now=now)
        audit.record_decisions(rows=[looked(row, verdicts[row.pk]) for row in rows], at=now)
    for row in rows:
        verdict = verdicts[row.pk]
        if not verdict.go:
            paid = verdict.reason in ("withdrawn_paid", "withdrawn_changed")
            tally.deferred += verdict.until is not None
            tally.withdrawn += verdict.until is None and paid
            tally.denied += verdict.until is None and not paid
    messages = compose.messages(going, outside.links, outside.now())
    for row in going:
        key = (row.creditor_id, row.channel)
        if key not in channels:
            channels[key] = outside.channel(*key)
        _send_one(row, worker, messages.get(row.pk), channels[key], outside, tally)
    audit.record_decisions(rows=_outcomes(going), at=outside.now())


def looked(row: Outbox, verdict: Verdict) -> audit.Decided:
    """The last look at a message, as evidence."""
    said = "allow" if verdict.go else "defer" if verdict.until else "deny"
    return attrs.evolve(_about(row, "verdict", said), reason=verdict.reason, rule=verdict.rule, pack=verdict.pack)


def _outcomes(rows: Sequence[Outbox]) -> list[audit.Decided]:
    """What became of messages that went out, with the digest of what was said."""
    ids = [row.pk for row in rows]
    states = {pk: (state, reason) for pk, state, reason in outreach_read.states_of(ids)}
    digests = outreach_read.digests_of(ids)
    return [
        attrs.evolve(
            _about(row, "outcome", states[row.pk][0]), reason=states[row.pk][1], digest=digests.get(row.pk, "")
        )
        for row in rows
    ]


def _about(row: Outbox, kind: str, verdict: str) -> audit.Decided:
    return audit.Decided(
        kind, row.creditor_id, row.party_id, row.account_id, row.pk, row.channel, verdict,
        policy_version=row.policy_version_id, plan=row.plan_id,
    )  # fmt: skip


def _send_one(
    row: Outbox, worker: str, composed: compose.Composed | None, channel: Channel | None, outside: Outside, tally: Tally
) -> None:
    if composed is None or channel is None:
        why = "No hay canal configurado." if channel is None else "El mensaje no se pudo escribir."
        sending.failed(row=row, now=outside.now(), sentence=why, permanent=True)
        tally.failed += 1
        return
    stored = Message(
        outbox_id=row.pk,
        message_id=composed.outgoing.message_id,
        sealed_subject=composed.sealed_subject,
        sealed_text=composed.sealed_text,
        digest=hashlib.sha256(composed.outgoing.text.encode()).hexdigest(),
    )
    if not sending.hand_over(row=row, worker=worker, message=stored):
        return
    try:
        delivery = channel.send(composed.outgoing)
    except ChannelError as error:
        sending.failed(
            row=row, now=outside.now(), sentence=error.sentence, permanent=error.permanent,
            bad_recipient=error.bad_recipient, rate_limited=error.rate_limited,
        )  # fmt: skip
        tally.failed += 1
    except OSError as error:
        channel.close()
        sending.unsure(row=row, now=outside.now(), sentence=str(error))
        tally.unknown += 1
    else:
        sending.sent(row=row, now=outside.now(), file=delivery.file, provider_id=delivery.provider_id)
        tally.sent += 1


def last_look(rows: Sequence[Outbox], now: datetime) -> dict[int, Verdict]:
    """Balance, pauses and law for each claimed row, as they are at this moment. Rows are of different people."""
    owed = compose.still_asked(rows, load.holds(local_date(now, "UTC")), now)
    verdicts: dict[int, Verdict] = {}
    asks = []
    for row in rows:
        if owed.get(row.pk, 0) <= 0:
            verdicts[row.pk] = Verdict(False, "withdrawn_paid")
        else:
            asks.append(row)
    for row, ruling in zip(asks, _gated(asks, now)):
        if ruling["verdict"] == "allow":
            verdicts[row.pk] = Verdict(True, "allowed", pack=str(ruling["pack"] or ""))
        else:
            until = ruling["next_allowed_at"] if ruling["verdict"] == "defer" else None
            verdicts[row.pk] = Verdict(False, ruling["reason"], ruling["rule"] or "", until, str(ruling["pack"] or ""))
    return verdicts


def _gated(rows: Sequence[Outbox], now: datetime) -> list[dict[str, object]]:
    """The gate's word on these rows at this instant."""
    if not rows:
        return []
    ids = [row.party_id for row in rows]
    people = parties_read.people(ids)
    creditors = {c.pk: c for c in parties_read.creditors()}
    points = parties_read.point_states([row.contact_point_id for row in rows])
    candidates = pl.DataFrame(
        [
            {
                "candidate": i, "party": row.party_id, "creditor": row.creditor_id, "debt": None,
                "channel": row.channel,
                "purpose": row.purpose, "at": now, "country": people[row.party_id].country or None,
                "creditor_country": creditors[row.creditor_id].country,
                "subdivision": people[row.party_id].subdivision or None,
                "zones": [people[row.party_id].zone] if people[row.party_id].zone else [],
                "debtor": people[row.party_id].debtor, "recipient": "debtor",
            }
            for i, row in enumerate(rows)
        ],
        schema={n: c.dtype for n, c in CANDIDATES.items()},
    )  # fmt: skip
    known = GateKnown(
        contacts=pl.concat([outreach_read.contacts_frame_of(party) for party in ids]),
        consents=compliance_read.consents_of_many(ids),
        contact_flags=compliance_read.flags_of_many(ids, local_date(now, "UTC")),
    )
    gated = compliance.gate(conform(candidates, CANDIDATES), known, GateRules(law_in_force()), now)
    rulings = gated.sort("candidate").to_dicts()
    for row, ruling in zip(rows, rulings):
        status = points.get(row.contact_point_id, "active")
        if status != "active":
            reason = "contact_point_silenced" if status == "silenced" else "no_contact_point"
            ruling.update(verdict="deny", reason=reason, rule=None, next_allowed_at=None)
    return rulings
