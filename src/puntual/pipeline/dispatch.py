"""Dispatch: what is due and approved leaves, after one more look at the balance, the pauses and the law.

The look and the reservation of the contact slot are one short transaction over a small batch of different people,
committed before any network call; then message by message: commit «handing over», hand the bytes to the channel,
commit the outcome. Each account at a provider goes at its own pace and rests while its provider is in trouble.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import attrs
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.outreach import lines, sending
from puntual.apps.outreach import read as outreach_read
from puntual.apps.outreach import write as outreach_write
from puntual.apps.outreach.lines import Key
from puntual.apps.outreach.models import Message, Outbox
from puntual.apps.outreach.sending import Verdict
from puntual.apps.parties import read as parties_read
from puntual.apps.parties import write as parties_write
from puntual.core.channels import Breaker, Event, may_send
from puntual.pipeline import answers, envelope, fallback
from puntual.pipeline.last_look import last_look
from puntual.pipeline.leases import Lease
from puntual.ports.channels import Channel, ChannelError

#: Small, so that the look is fresh when the bytes leave.
BATCH = 40
#: A pass waits this long for the pace of a provider; beyond it, the rest goes in the next one.
PATIENCE = timedelta(seconds=2)


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
    `unlimited`: whether that channel of a creditor has no provider behind (Modo de prueba). `wait` sleeps so many
    seconds.
    """

    channel: Callable[[int, str], Channel | None]
    links: Callable[[Mapping[int, int | None]], Mapping[int, str]]
    now: Callable[[], datetime]
    channels: tuple[str, ...] = ("email",)
    only: Callable[[], Mapping[str, Collection[int]]] = dict
    unlimited: Callable[[int, str], bool] = lambda _creditor, _channel: False
    wait: Callable[[float], None] = time.sleep


def dispatch(outside: Outside, *, limit: int | None = None) -> Tally:
    """Send all that may leave now. Others may do the same beside: each row is in one's hands only, and what a dead one
    had is settled first."""
    with Lease() as lease:
        return _Pass(outside, lease).work(limit)


class _Pass:
    """One pass over what waits: its channels, and what each account at a provider said lately."""

    def __init__(self, outside: Outside, lease: Lease) -> None:
        self.outside, self.lease, self.tally = outside, lease, Tally()
        self._channels: dict[Key, Channel | None] = {}
        self._resting: dict[Key, datetime] = {}
        self._health: dict[Key, Breaker] = {}

    def work(self, limit: int | None) -> Tally:
        now = self.outside.now()
        self._settle(now)
        _release(now)
        self._resting = lines.resting(now)
        fallback.after_reports(now=now, can=self._can)
        try:
            while limit is None or self.tally.sent + self.tally.failed < limit:
                room = BATCH if limit is None else min(BATCH, limit - self.tally.sent - self.tally.failed)
                if not self._round(room) and not self._patient() and not self._settle(self.outside.now()):
                    break
        finally:
            for channel in self._channels.values():
                if channel is not None:
                    channel.close()
        return self.tally

    def _settle(self, now: datetime) -> bool:
        """What dead ones left goes back, or is unknown. Says whether anything went back. Asked again at the end: a
        server may commit for a client that was killed a moment before, after we had looked."""
        found = sending.recover(now=now, worker=self.lease.worker, dead=self.lease.dead)
        self.tally.unknown += found.unknown
        self.tally.withdrawn += found.expired
        return found.retried > 0

    def _round(self, room: int) -> bool:
        """One batch. Says whether there was anything to do."""
        now = self.outside.now()
        self._resting = {key: until for key, until in self._resting.items() if until > now}
        rows = sending.claim(
            now=now, worker=self.lease.worker, channels=self.outside.channels, limit=room, only=self.outside.only(),
            resting=list(self._resting),
        )  # fmt: skip
        if not rows:
            return False
        self.lease.beat()
        going = self._within_pace(rows, now)
        if going:
            self._send_batch(going)
        return True

    def _patient(self) -> bool:
        """Wait for the pace of a provider, if it is a matter of moments. Says whether it did."""
        now = self.outside.now()
        waits = [until - now for until in self._resting.values()]
        short = [wait for wait in waits if wait <= PATIENCE]
        if not short:
            return False
        self.outside.wait(max(min(short).total_seconds(), 0.001))
        return self.outside.now() > now  # a clock that stands still would keep us here for ever

    def _can(self, creditor: int, channel: str) -> bool:
        """Whether messages of that creditor leave by that channel."""
        only = self.outside.only()
        return channel in self.outside.channels and creditor in only.get(channel, [creditor])

    def _within_pace(self, rows: Sequence[Outbox], now: datetime) -> list[Outbox]:
        """Those that their account may be handed now, in order; the others go back untouched."""
        wanted = Counter(_key(row) for row in rows)
        free = [key for key in wanted if self.outside.unlimited(*key)]
        granted = lines.grant(wanted=wanted, now=now, unlimited=free)
        left = {key: one.n for key, one in granted.items()}
        going, back = [], []
        for row in rows:
            left[_key(row)] -= 1
            (going if left[_key(row)] >= 0 else back).append(row)
        for key, one in granted.items():
            self._health[key] = one.breaker
            if one.until is not None:
                self._resting[key] = one.until
        if back:
            sending.put_back(ids=[row.pk for row in back])
        return going

    def _send_batch(self, rows: Sequence[Outbox]) -> None:
        with transaction.atomic():
            parties_write.lock_parties(party_ids=[row.party_id for row in rows])
            now = self.outside.now()
            verdicts = last_look(rows, now)
            going = sending.take_slots(rows=rows, verdicts=verdicts, now=now)
            audit.record_decisions(rows=[looked(row, verdicts[row.pk]) for row in rows], at=now)
        for row in rows:
            self._count(verdicts[row.pk])
        messages = answers.messages(going, self.outside.links, self.outside.now())
        over = [row for row in going if self._send_one(row, messages.get(row.pk))]
        audit.record_decisions(rows=_outcomes(going), at=self.outside.now())
        fallback.follow(rows=over, now=self.outside.now(), can=self._can)

    def _count(self, verdict: Verdict) -> None:
        if not verdict.go:
            self.tally.deferred += verdict.until is not None
            self.tally.withdrawn += verdict.until is None and verdict.moot
            self.tally.denied += verdict.until is None and not verdict.moot

    def _send_one(self, row: Outbox, composed: envelope.Composed | None) -> bool:
        """Hand one over. Says whether it failed for good, so that another channel may follow."""
        key, now = _key(row), self.outside.now()
        if key not in self._channels:
            self._channels[key] = self.outside.channel(*key)
        channel = self._channels[key]
        if composed is None or channel is None:
            why = "No hay canal configurado." if channel is None else "El mensaje no se pudo escribir."
            self.tally.failed += 1
            return sending.failed(row=row, now=now, sentence=why, permanent=True)
        if may_send(self._health.get(key, Breaker()), now)[1] == 0:
            sending.put_back(ids=[row.pk])
            return False
        self.lease.beat()
        if not sending.hand_over(row=row, worker=self.lease.worker, message=_stored(row, composed)):
            return False
        return self._handed(row, composed, channel)

    def _handed(self, row: Outbox, composed: envelope.Composed, channel: Channel) -> bool:
        try:
            delivery = channel.send(composed.outgoing)
        except ChannelError as error:
            asked = timedelta(seconds=error.retry_after_s) if error.retry_after_s else None
            over = sending.failed(
                row=row, now=self.outside.now(), sentence=error.sentence, permanent=error.permanent,
                bad_recipient=error.bad_recipient, rate_limited=error.rate_limited, asked=asked,
            )  # fmt: skip
            self.tally.failed += 1
            self._heard(row, _event_of(error), error.sentence, asked)
            return over
        except OSError as error:
            channel.close()
            sending.unsure(row=row, now=self.outside.now(), sentence=str(error))
            self.tally.unknown += 1
            self._heard(row, Event.TROUBLE, str(error))
        else:
            now = self.outside.now()
            sending.sent(row=row, now=now, file=delivery.file, provider_id=delivery.provider_id)
            self.tally.sent += 1
            self._heard(row, Event.WELL)
        return False

    def _heard(self, row: Outbox, event: Event, words: str = "", asked: timedelta | None = None) -> None:
        key, now = _key(row), self.outside.now()
        before = self._health.get(key, Breaker())
        if (event == Event.WELL and before == Breaker()) or self.outside.unlimited(*key):
            return
        after = lines.heard(key=key, event=event, now=now, asked=asked, words=words)
        self._health[key] = after
        if after.retry_at is not None:
            self._resting[key] = after.retry_at
        elif after == Breaker():
            self._resting.pop(key, None)


def _event_of(error: ChannelError) -> Event:
    """What an error says of the provider: a refusal of this very message is the answer of a healthy one."""
    if error.rate_limited:
        return Event.SLOWER
    return Event.WELL if error.permanent or error.only_this else Event.TROUBLE


def _key(row: Outbox) -> Key:
    return row.creditor_id, row.channel


def _release(now: datetime) -> None:
    for creditor in parties_read.creditors():
        outreach_write.release(creditor_id=creditor.pk, left=creditor.approve_first, now=now)


def _stored(row: Outbox, composed: envelope.Composed) -> Message:
    return Message(
        outbox_id=row.pk,
        message_id=composed.outgoing.message_id,
        sealed_subject=composed.sealed_subject,
        sealed_text=composed.sealed_text,
        digest=hashlib.sha256(composed.outgoing.text.encode()).hexdigest(),
        **composed.record(),
    )


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
