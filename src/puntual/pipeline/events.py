"""What happened is told, once each: a welcome, a promise noted or not kept, a plan, the answer to a dispute.

The gate is asked for every channel, and again when it leaves. What is told counts in the caps beside the reminder of
its day: when both do not fit the reminder goes and this waits; a promise that was not kept takes the reminder's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time

import polars as pl

from puntual.apps.inbox import read as inbox
from puntual.apps.negotiation import read_news as negotiation
from puntual.apps.negotiation import write_disputes
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach import write_events
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write_events import ASKS, FACT, NewEvent
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read as receivables
from puntual.core.errors import Refused
from puntual.core.time import local_date, local_instant
from puntual.pipeline import compose, load, news, outdated
from puntual.pipeline.news import BROKEN, DISPUTE, OFFER, WELCOME, News
from puntual.pipeline.ways import Ruling, carried, first_lawful, orders, window_open

#: What asks for money takes the place of the day's reminder; an offer that finds none waits for its turn.
_INSTEAD = frozenset({BROKEN, OFFER})


def tell(*, at: datetime, limit: int = 500) -> int:
    """Enqueue what is to be told since the last time. Gives how many messages are new. As often as one likes."""
    _close_told(at)
    _drop_outdated()
    new = news.found(at, limit)
    known = write_events.known(write_events.once_of(one.template, one.key) for one in new.news)
    fresh = [one for one in new.news if write_events.once_of(one.template, one.key) not in known]
    fresh = _in_place_of_reminders(_fitting(fresh, at), at)
    done = write_events.enqueue(rows=_by_their_ways(fresh, at)) if fresh else 0
    new.keep()
    return done


def _fitting(some: Sequence[News], at: datetime) -> list[News]:
    """Without a welcome for whoever already owes something late: it would sound like mockery."""
    greeted = [one.account.pk for one in some if one.template == WELCOME]
    items = receivables.open_items_by_account(greeted)
    late = {
        one.account.pk
        for one in some
        if one.template == WELCOME
        and any(i.due_on < local_date(at, one.account.creditor.zone) for i in items.get(one.account.pk, []))
    }
    return [one for one in some if one.template != WELCOME or one.account.pk not in late]


def _in_place_of_reminders(some: Sequence[News], at: datetime) -> list[News]:
    """What is left to tell by a message of its own: a promise that was not kept is told by the day's reminder, in its
    place; whoever was reminded today already is not written to again."""
    broken = [one for one in some if one.template in _INSTEAD]
    if not broken:
        return list(some)
    accounts = [one.account.pk for one in broken]
    reminders = write_events.days_reminders(accounts, at)
    zones = {one.account.creditor.zone for one in broken}
    reminded = outreach.asked_since(accounts, min(local_instant(local_date(at, z), time(), z) for z in zones))
    free = window_open([one.account.party_id for one in broken], at)
    left = []
    for one in some:
        row = reminders.get(one.account.pk)
        if one.template not in _INSTEAD:
            left.append(one)
        elif row is not None and _sayable(row.channel, one, free):
            write_events.reword(outbox_id=row.pk, template=one.template, tells=one.tells)
        elif row is None and (one.template == OFFER or one.account.pk not in reminded):
            left.append(one)
    return left


def _drop_outdated() -> None:
    """What waits to leave and is no longer so goes now; what stops being so later, at the last look."""
    gone = outdated.no_longer_so(write_events.waiting_to_leave(outdated.CHANGING))
    for reason in sorted(set(gone.values())):
        write_events.withdraw([pk for pk, why in gone.items() if why == reason], reason)


def _sayable(channel: str, one: News, free: frozenset[int]) -> bool:
    """Whether a channel lets it be said: WhatsApp takes only approved words outside its window."""
    if channel != "whatsapp" or one.account.party_id in free:
        return True
    person = parties.person(one.account.party_id)
    return inbox.approved(one.account.creditor_id, one.template, person.language) is not None


def _by_their_ways(some: Sequence[News], at: datetime) -> list[NewEvent]:
    """Each by the first channel by which its person is reached and that the norm does not refuse; what the norm puts
    off leaves then."""
    free = window_open({one.account.party_id for one in some}, at)
    points = parties.usable_points({one.account.party_id for one in some})
    asks: dict[tuple[str, str], list[Outbox]] = {}
    for creditor in {one.account.creditor_id: one.account.creditor for one in some}.values():
        can = carried(creditor)
        mine = {(one.template, one.key): one for one in some if one.account.creditor_id == creditor.pk}
        whose = {key: one.account.party_id for key, one in mine.items()}
        reach = {
            key: {c for c in points.get(whose[key], {}) if c in can and _sayable(c, one, free)}
            for key, one in mine.items()
        }
        ways = orders(whose, reach, creditor.pk, at)
        asks |= {key: [_trial(one, c, points[whose[key]][c]) for c in ways[key]] for key, one in mine.items()}
    chosen = first_lawful(asks, at, _reminders_frame([one.account.pk for one in some], at))
    return [
        _row(one, *chosen[one.template, one.key], at=at) for one in some if (one.template, one.key) in chosen
    ]  # fmt: skip


def _trial(one: News, channel: str, point: int) -> Outbox:
    """What would be sent, to ask the norm; it is not kept."""
    return Outbox(
        account_id=one.account.pk, party_id=one.account.party_id, creditor_id=one.account.creditor_id, channel=channel,
        contact_point_id=point, purpose="reminder_overdue" if one.asks else "confirmation",
        step=ASKS if one.asks else FACT,
    )  # fmt: skip


def _row(one: News, trial: Outbox, ruling: Ruling, *, at: datetime) -> NewEvent:
    creditor: Creditor = one.account.creditor
    later = ruling["next_allowed_at"] if ruling["verdict"] == "defer" else None
    return NewEvent(
        key=one.key, template=one.template, account=one.account.pk, party=one.account.party_id, creditor=creditor.pk,
        channel=trial.channel, point=trial.contact_point_id or 0, currency=one.currency, at=later or at,
        approved=creditor.approve_first == 0, asks=one.asks, purpose=trial.purpose, amount_minor=one.amount_minor,
        stage="administrative" if one.asks else "preventive", tells=one.tells,
    )  # fmt: skip


def _reminders_frame(accounts: Iterable[int], at: datetime) -> pl.DataFrame:
    """The day's reminders that will still leave for these accounts, as the contacts that they will be. Those whose
    money is paused or paid will not."""
    rows = list(write_events.days_reminders(accounts, at).values())
    owed = compose.still_asked(rows, load.holds(local_date(at, "UTC")), at) if rows else {}
    going = [row for row in rows if owed[row.pk] > 0]
    return pl.DataFrame(
        [
            {"party": row.party_id, "creditor": row.creditor_id, "debt": None, "channel": row.channel, "at": at,
             "direction": "out", "direct_contact": False, "account": row.account_id}
            for row in going
        ],
        schema={name: spec.dtype for name, spec in outreach.HISTORY.items()},
    )  # fmt: skip


def _close_told(at: datetime) -> None:
    """A dispute whose answer left is told: its pause ends, and it is over."""
    untold = {write_events.once_of(DISPUTE, key): pk for key, pk in negotiation.untold().items()}
    for once in write_events.left(untold):
        try:
            write_disputes.step_dispute(dispute_id=untold[once], event="tell_customer", at=at)
        except Refused:
            continue  # a person did it, or opened it again, a moment ago
