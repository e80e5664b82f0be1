"""Two thousand random lives of payments, told by notices that are lost, doubled, shuffled and forged, with crashes in
between: after the poller has passed, the books equal the gateway's to the cent."""

from __future__ import annotations

import random

import pytest
from gateway_world import START, MercadoPagoWorld, PayPalWorld, StripeWorld, later, received

from puntual.core.ledger.gateway import (
    CHARGEBACK_WON,
    CHARGED_BACK,
    FAILED,
    PAID,
    PENDING,
    REFUNDED,
    Booking,
    GatewayEvent,
    bookings,
    fold_events,
)
from puntual.ports.payments import Forged

pytestmark = pytest.mark.fault


class Crash(Exception):
    """The process died here. What was committed stays; what was not is gone."""


class Desk:
    """The least that a receiver keeps: raw notices, facts, bookings; each write is one transaction that holds or does
    not.
    """

    def __init__(self, world, rng: random.Random, crash_rate: float) -> None:
        self.world, self.rng, self.crash_rate = world, rng, crash_rate
        self.raw: dict[str, tuple] = {}
        self.done: set[str] = set()
        self.facts: dict[tuple, GatewayEvent] = {}
        self.books: dict[str, Booking] = {}
        self.refused = self.crashes = 0

    def receive(self, sent) -> None:
        """The web side: verify, store, answer. The same notice again is the same row."""
        try:
            notice = self.world.gateway.read_notice(received(sent), self.world.credentials, later(self.world))
        except Forged:
            self.refused += 1
            return
        self.raw.setdefault(notice.event_id, (notice, sent.body))
        self._maybe_crash()

    def work(self) -> None:
        """The worker: each stored notice to facts, facts to bookings."""
        for event_id, (notice, body) in list(self.raw.items()):
            if event_id in self.done:
                continue
            self.keep(self.world.gateway.facts(notice, body, self.world.credentials))
            self._maybe_crash()
            self.book()
            self.done.add(event_id)

    def poll(self) -> None:
        self.keep(self.world.gateway.list_events(self.world.credentials, START))
        self.book()

    def keep(self, events) -> None:
        for event in events:
            old = self.facts.get(event.fact)
            if old is None or (event.at, event.event_id) > (old.at, old.event_id):
                self.facts[event.fact] = event

    def book(self) -> None:
        for state in fold_events(self.facts.values()).values():
            for booking in bookings(state, self.books.keys()):
                self.books[booking.key] = booking
                self._maybe_crash()

    def net(self, payment: str) -> int:
        return sum(b.amount_minor for b in self.books.values() if b.key.split(":")[1] == payment)

    def _maybe_crash(self) -> None:
        if self.rng.random() < self.crash_rate:
            self.crashes += 1
            raise Crash


def alive(act) -> None:
    """Runs until it gets through without dying, as a supervisor would."""
    for _ in range(200):
        try:
            return act()
        except Crash:
            continue
    raise AssertionError("never got through")


def live(world_type, seed: int) -> tuple[Desk, int]:
    rng = random.Random(seed)
    world = world_type(rng)
    desk = Desk(world, rng, crash_rate=0.08)
    forged = 0
    for _ in range(rng.randint(1, 3)):
        for _ in range(rng.randint(1, 4)):
            world.act()
        arriving = world.arriving()
        if rng.random() < 0.4:
            arriving.insert(rng.randrange(len(arriving) + 1), world.forgery())
            forged += 1
        for sent in arriving:
            # Died after storing and before answering: the gateway does not know, and sends it again.
            alive(lambda sent=sent: desk.receive(sent))
        if rng.random() < 0.7:
            alive(desk.work)
    desk.crash_rate = 0.0
    desk.work()
    desk.poll()
    # PayPal: what the poller captured makes news of its own; a second round changes nothing more.
    desk.poll()
    return desk, forged


@pytest.mark.parametrize(
    ("world", "lives", "first"),
    [(MercadoPagoWorld, 900, 0), (StripeWorld, 600, 20_000), (PayPalWorld, 500, 10_000)],
)
def test_the_books_equal_the_gateways_whatever_happened_to_the_notices(world, lives, first):
    crashes = payments = refused = 0
    kinds: set[str] = set()
    for seed in range(first, first + lives):
        desk, forged = live(world, seed)
        truth = desk.world.truth()
        assert {p: desk.net(p) for p in truth} == truth, seed
        assert {b.key.split(":")[1] for b in desk.books.values()} <= truth.keys(), seed
        assert desk.refused == forged, seed
        kinds |= {event.kind for event in desk.facts.values()}
        crashes, payments, refused = crashes + desk.crashes, payments + len(truth), refused + desk.refused
    # The lives were as unkind as they should be.
    assert kinds >= {PAID, FAILED, PENDING, REFUNDED, CHARGED_BACK, CHARGEBACK_WON}
    assert crashes > lives / 4 and payments > lives / 2 and refused > lives / 4


def test_any_order_of_the_same_facts_gives_the_same_state():
    rng = random.Random(7)
    for seed in range(30):
        desk, _ = live(MercadoPagoWorld, seed)
        events = list(desk.facts.values()) * 2
        rng.shuffle(events)
        assert fold_events(events) == fold_events(desk.facts.values())
