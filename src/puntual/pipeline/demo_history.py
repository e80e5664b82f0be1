"""The demonstration's past: the collection days of the last weeks, really decided and sent in «Modo de prueba», and
what people did with each message. The product itself makes the past, so that every figure on screen can be followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from puntual.apps.outreach import facts
from puntual.apps.outreach import write as outreach
from puntual.apps.outreach.choices import DeliveryFact, SendState
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables.models import Event
from puntual.pipeline.daily_run import DayResult, run_day
from puntual.pipeline.dispatch import Outside, dispatch

#: How often an invented customer opens a message, then visits the page, then chooses how to pay there.
OPENS, VISITS, CHOOSES = 0.62, 0.45, 0.55
#: Of a hundred messages that left, how many came back for an address that does not exist.
BOUNCES = 0.012
_METHODS = ("transfer", "card", "wallet", "cash")
_DEVICES = ("phone", "phone", "phone", "computer")
#: A payment this soon after a message counts as its fruit in the funnel; a report says so with its own rule.
_FRUIT_DAYS = 7


def one_morning(
    creditor: Creditor, morning: datetime, outside: Callable[[Callable[[], datetime]], Outside]
) -> DayResult:
    """Decide a morning with what was known then, and send what it planned at noon."""
    result = run_day(creditor=creditor, as_of=morning, past=True)
    if result.plan_id is not None and result.planned:
        outreach.approve(plan_id=result.plan_id)
        dispatch(outside(lambda: morning + timedelta(hours=5)))
    return result


def people_react(creditor: Creditor, rng: Random, until: datetime) -> None:
    """Some open, some visit their page, some choose how to pay; those who paid soon after are the fruit of it."""
    paid = _payments(creditor)
    for row in Outbox.objects.filter(creditor=creditor, state=SendState.SENT).order_by("pk"):
        at = row.finished_at or row.scheduled_at
        if rng.random() < BOUNCES:
            _fact(row, DeliveryFact.BOUNCED, at + timedelta(minutes=2), until, detail="El buzón no existe.")
            continue
        if rng.random() >= OPENS:
            continue
        opened = at + timedelta(minutes=rng.randint(3, 1500))
        _fact(row, DeliveryFact.OPENED, opened, until)
        if rng.random() >= VISITS:
            continue
        device = rng.choice(_DEVICES)
        _fact(row, DeliveryFact.CLICKED, opened + timedelta(minutes=1), until, device=device)
        if rng.random() < CHOOSES:
            _chose(row, opened + timedelta(minutes=rng.randint(2, 9)), until, rng, device, paid)


def _chose(
    row: Outbox, at: datetime, until: datetime, rng: Random, device: str, paid: dict[int, list[tuple[datetime, int]]]
) -> None:
    method = rng.choice(_METHODS)
    _fact(row, DeliveryFact.METHOD_CHOSEN, at, until, method=method, device=device)
    soon = [one for one in paid.get(row.account_id, ()) if at <= one[0] < at + timedelta(days=_FRUIT_DAYS)]
    if soon:
        _fact(row, DeliveryFact.PAID, soon[0][0], until, method=method, device=device, minor=soon[0][1])
    elif rng.random() < 0.15:
        _fact(row, DeliveryFact.PAY_FAILED, at + timedelta(minutes=1), until, method=method, device=device)


def _fact(
    row: Outbox, kind: DeliveryFact, at: datetime, until: datetime, *, method: str = "", device: str = "",
    minor: int | None = None, detail: str = "",
) -> None:  # fmt: skip
    """Nothing is known of the future: what would happen after `until` has not happened."""
    if at < until:
        facts.record_fact(
            account_id=row.account_id, kind=kind, at=at, key=f"demo:{kind}:{row.pk}", outbox_id=row.pk, method=method,
            device=device, amount_minor=minor, currency=row.currency if minor else "", detail=detail,
        )  # fmt: skip


def _payments(creditor: Creditor) -> dict[int, list[tuple[datetime, int]]]:
    """account -> its payments as (noon of the day, minor units), the oldest first."""
    found: dict[int, list[tuple[datetime, int]]] = {}
    rows = Event.objects.filter(creditor=creditor, kind="payment").order_by("effective_on", "pk")
    for account, day, minor in rows.values_list("account_id", "effective_on", "entries__amount_minor"):
        if minor and minor > 0:
            found.setdefault(account, []).append((datetime(day.year, day.month, day.day, 17, tzinfo=UTC), minor))
    return found
