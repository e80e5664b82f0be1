"""What is going on now, what went on in a day, and the reviews: everything from facts that others recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import attrs
from django.contrib.auth import get_user_model
from django.db.models import Count, Q

from puntual.apps.inbox import read as inbox
from puntual.apps.negotiation import read_returns as negotiation
from puntual.apps.outreach import read_screens as outreach
from puntual.apps.planning import read_screens as planning
from puntual.apps.receivables import read_collected as receivables
from puntual.apps.receivables import read_screens as books
from puntual.apps.supervision.models import Review
from puntual.apps.workbench import read as workbench
from puntual.apps.workbench import read_presence as presence
from puntual.apps.workbench.models import Handling, QueueRow
from puntual.apps.workbench.read_presence import Stand
from puntual.core import quality
from puntual.core.quality import Gap
from puntual.core.time import local_date, local_instant
from puntual.core.workbench.availability import SHIFT_MAX
from puntual.core.workbench.results import PERSON, RESULTS

#: A person attended longer than this is worth a look; it is no target.
LONG_S = 15 * 60
SAMPLE_DAYS, PER_AGENT = 7, 3


@attrs.frozen
class Working:
    """An agent now and today. `doing_s`: how long with the person at hand; None if with nobody."""

    agent: int
    name: str
    doing_s: int | None
    attended: int
    reached: int
    promises: int
    wrap_up_s: int | None
    long: bool = False
    stand: Stand | None = None


@attrs.frozen
class Board:
    """The floor at an instant."""

    at: datetime
    agents: tuple[Working, ...]
    waiting: dict[int, int]
    conversations: dict[str, int]
    promised: tuple[tuple[str, int], ...]
    promises: int
    money: tuple[tuple[str, int], ...]
    refusals: tuple[planning.Refusal, ...]
    trouble: dict[str, int]

    @property
    def calm(self) -> bool:
        """Whether nothing that was to leave is in trouble."""
        return not any(self.trouble.values())


def board(creditor_id: int, zone: str, now: datetime) -> Board:
    """Who does what, what waits, what came in and what the norm stopped, today up to now."""
    day = local_date(now, zone)
    start = local_instant(day, time.min, zone)
    turns = [t for t in negotiation.turns_between(creditor_id, start, now) if t.result == "promise_open"]
    # By the day of the money, as Hoy tells it: a load of old payments is no collection of today.
    money = books.collected_by_day(creditor_id, day, day + timedelta(days=1)).get(day, {})
    promised: Counter[str] = Counter()
    for turn in turns:
        promised[turn.currency] += turn.amount_minor
    waits = {name: rows.count() for name, rows in inbox.needs(creditor_id, now).items()}
    needs = outreach.needs(creditor_id, None)
    trouble = {name: rows.count() for name, rows in needs.items() if name != "tasks"}
    return Board(
        now, _agents(creditor_id, start, now), _waiting(creditor_id), waits, tuple(sorted(promised.items())),
        len(turns), tuple(sorted(money.items())), tuple(planning.refusals(creditor_id, day, 1)), trouble,
    )  # fmt: skip


def _waiting(creditor_id: int) -> dict[int, int]:
    rows = QueueRow.objects.filter(creditor_id=creditor_id, state="waiting").values_list("grp")
    return dict(rows.annotate(n=Count("pk")).order_by("grp"))


def _agents(creditor_id: int, start: datetime, now: datetime) -> tuple[Working, ...]:
    held = {lock.agent_id: lock for lock in workbench.locks_of(creditor_id, now)}
    done: dict[int, list[Handling]] = {}
    for one in workbench.handlings(creditor_id, start, now):
        done.setdefault(one.agent_id, []).append(one)
    team = {pk for pk, _name, _profile in workbench.agents(creditor_id)}
    told = presence.told({*team, *held, *done})
    # Who said that they went home, or said nothing for a whole shift, is on the floor only if they worked today.
    here = {pk for pk, period in told.items() if pk in team and now - period.began_at <= SHIFT_MAX}
    names = _names([*held, *done, *here])
    return tuple(
        attrs.evolve(
            _working(pk, names[pk], held.get(pk), done.get(pk, []), now),
            stand=presence.stand(told.get(pk), held.get(pk), now),
        )
        for pk in sorted(names, key=names.__getitem__)
    )


def _names(ids: Iterable[int]) -> dict[int, str]:
    users = get_user_model().objects.filter(pk__in=set(ids))
    return {u.pk: u.first_name or u.get_username() for u in users}


def _working(agent: int, name: str, lock: Any, done: list[Handling], now: datetime) -> Working:
    closed = [h for h in done if h.outcome in RESULTS]
    wraps = [h.wrap_up_s for h in closed if h.wrap_up_s is not None]
    doing = round((now - lock.taken_at).total_seconds()) if lock else None
    return Working(
        agent,
        name,
        doing,
        len(closed),
        sum(RESULTS[h.outcome].reached == PERSON for h in closed),
        sum(h.outcome == "promise" for h in closed),
        round(sum(wraps) / len(wraps)) if wraps else None,
        bool(doing and doing > LONG_S),
    )


@attrs.frozen
class Hour:
    """An hour of a day, to see it again: what was attended, promised, collected and answered."""

    start: datetime
    attended: int
    reached: int
    promises: int
    payments: int
    number: int
    results: tuple[tuple[str, int], ...]


def hours(creditor_id: int, zone: str, day: date) -> list[Hour]:
    """The day again, hour by hour; hours in which nothing happened are left out."""
    start = local_instant(day, time.min, zone)
    end = local_instant(day + timedelta(days=1), time.min, zone)
    attended: dict[datetime, Counter[str]] = {}
    for one in workbench.handlings(creditor_id, start, end):
        if one.outcome in RESULTS:
            attended.setdefault(_hour(one.taken_at, start), Counter())[one.outcome] += 1
    promises = Counter(
        _hour(t.at, start) for t in negotiation.turns_between(creditor_id, start, end) if t.result == "promise_open"
    )
    payments = Counter(
        _hour(m.recorded_at, start)
        for m in receivables.movements_between(creditor_id, start, end)
        if m.on == day and m.amount_minor > 0
    )
    return [
        _told_hour(at, start, attended.get(at, Counter()), promises[at], payments[at])
        for at in sorted({*attended, *promises, *payments})
    ]


def _told_hour(at: datetime, start: datetime, results: Counter[str], promises: int, payments: int) -> Hour:
    reached = sum(n for code, n in results.items() if RESULTS[code].reached == PERSON)
    number = int((at - start).total_seconds()) // 3600
    named = tuple((RESULTS[code].name, n) for code, n in results.most_common())
    return Hour(at, results.total(), reached, promises, payments, number, named)


def _hour(at: datetime, start: datetime) -> datetime:
    return start + timedelta(hours=int((at - start).total_seconds()) // 3600)


def worked(
    creditor_id: int, zone: str, day: date, *, hour: int | None = None, agent_id: int | None = None, limit: int = 200
) -> list[Handling]:
    """The conversations behind a figure, in order: of a day, of the hour of it that begins so many hours in, of one
    person."""
    start = local_instant(day, time.min, zone)
    end = local_instant(day + timedelta(days=1), time.min, zone)
    if hour is not None and 0 <= hour < 25:
        start = start + timedelta(hours=hour)
        end = min(end, start + timedelta(hours=1))
    rows = Handling.objects.filter(creditor_id=creditor_id, taken_at__gte=start, taken_at__lt=end)
    rows = rows if agent_id is None else rows.filter(agent_id=agent_id)
    return list(rows.select_related("agent", "account").order_by("taken_at")[:limit])


def to_review(creditor_id: int, now: datetime, reviewer_id: int) -> list[Handling]:
    """This week's sample that this reviewer has not looked at: some of each agent, drawn so that nobody chooses. What
    an agent disputes is no longer to be reviewed blind but to be answered."""
    closed = [
        h for h in workbench.handlings(creditor_id, now - timedelta(days=SAMPLE_DAYS), now)
        if h.outcome in RESULTS and h.agent_id != reviewer_id
    ]  # fmt: skip
    seed = f"{creditor_id}:{now.isocalendar().year}-{now.isocalendar().week}"
    drawn = set(quality.sample([(h.pk, h.agent_id) for h in closed], per_agent=PER_AGENT, seed=seed))
    said = Review.objects.filter(Q(reviewer_id=reviewer_id) | Q(disputed_at__isnull=False), handling_id__in=drawn)
    seen = set(said.values_list("handling_id", flat=True))
    return [h for h in closed if h.pk in drawn - seen]


def handling(pk: int, creditor_id: int) -> Handling | None:
    """A conversation of this creditor, to review."""
    rows = Handling.objects.filter(pk=pk, creditor_id=creditor_id).exclude(closed_at=None)
    return rows.select_related("agent", "account").first()


def reviews(
    creditor_id: int, limit: int = 50, hidden: Collection[int] = (), hidden_chats: Collection[tuple[int, int]] = ()
) -> list[Review]:
    """The last reviews, those in dispute first. `hidden`: calls, and `hidden_chats`: (conversation, agent), that
    whoever looks has still to review, blind to what others saw."""
    rows = Review.objects.filter(creditor_id=creditor_id).exclude(handling_id__in=list(hidden))
    rows = rows.select_related("agent", "reviewer", "handling").order_by("-at")
    shown = [r for r in rows[: limit * 2] if (r.chat_id or 0, r.agent_id) not in hidden_chats][:limit]
    return sorted(shown, key=lambda r: not (r.disputed_at and not r.resolved_at))


def reviews_of(agent_id: int, limit: int = 50) -> list[Review]:
    """What an agent reads of the own work."""
    return list(Review.objects.filter(agent_id=agent_id).select_related("reviewer", "handling").order_by("-at")[:limit])


def gaps(creditor_id: int) -> list[tuple[str, str, Gap]]:
    """How far reviewers are from one another, with their names."""
    told = Review.objects.filter(creditor_id=creditor_id).values_list(
        "handling_id", "chat_id", "since", "agent_id", "reviewer_id", "total"
    )
    numbers: dict[tuple[Any, ...], int] = {}
    rows = [(numbers.setdefault(tuple(what), len(numbers)), who, total) for *what, who, total in told]
    found = quality.calibration(rows)
    names = _names({g.one for g in found} | {g.other for g in found})
    return [(names[g.one], names[g.other], g) for g in found]
