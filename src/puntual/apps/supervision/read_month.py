"""An agent's month: what was reached of each goal, from facts that others recorded, and the harm that voids it.

Money is counted once, for whoever spoke last with that customer in the thirty days before it came; a promise counts
when the bank made it good. How many contacts somebody makes is not even read here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import attrs
from django.db.models import Avg

from puntual.apps.audit import read as audit
from puntual.apps.negotiation import read_inside
from puntual.apps.negotiation.models import Promise, Step
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read_collected
from puntual.apps.supervision.models import Review
from puntual.apps.workbench import read as workbench
from puntual.apps.workbench.models import Act
from puntual.core.money import exponent
from puntual.core.time import local_instant
from puntual.core.workbench import goals
from puntual.core.workbench.results import PERSON, RESULTS

#: Money that comes later than this after the conversation is not counted as its fruit.
CREDIT = timedelta(days=30)
#: What the desk notes when the norm stopped a call that an agent tried.
CALL_REFUSED = "call_refused"


@attrs.frozen
class Month:
    """What an agent reached and what it earned; `harm` as `goals.earned` reads it."""

    agent: int
    reached: Mapping[str, Decimal]
    harm: Mapping[str, Decimal]
    earned: goals.Earned


def first_of(day: date) -> date:
    return day.replace(day=1)


def month(creditor: Creditor, day: date) -> dict[int, Month]:
    """agent -> their month up to and including `day`, of everybody who did anything in it."""
    start, end = first_of(day), day + timedelta(days=1)
    since, until = (local_instant(d, time.min, creditor.zone) for d in (start, end))
    figures = _reached(creditor, start, end, since, until)
    harm = _harm(creditor, start, end, since, until)
    agents = set(figures) | set(harm)
    wanted = [goals.Goal(g.metric, g.target, g.points) for g in workbench.goals_of(creditor.pk)]
    return {
        pk: Month(pk, figures.get(pk, {}), harm.get(pk, {}),
                  goals.earned(wanted, figures.get(pk, {}), harm.get(pk, {}), goals.Caps()))
        for pk in sorted(agents)
    }  # fmt: skip


def _reached(
    creditor: Creditor, start: date, end: date, since: datetime, until: datetime
) -> dict[int, dict[str, Decimal]]:
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for agent, minor in _recovered(creditor, start, end, since, until).items():
        found[agent]["recovered_minor"] = Decimal(minor).scaleb(-exponent(creditor.currency))
    judged = Promise.objects.filter(
        creditor=creditor, by__isnull=False, state__in=("kept", "broken"), closed_on__gte=start, closed_on__lt=end
    )
    counted = Counter(judged.values_list("by_id", "state"))
    for agent in {pk for pk, _state in counted}:
        kept, broken = counted[agent, "kept"], counted[agent, "broken"]
        found[agent]["promises_kept"] = Decimal(kept)
        found[agent]["promises_kept_pct"] = (Decimal(100) * kept / (kept + broken)).quantize(Decimal("0.1"))
    told = Step.objects.filter(
        dispute__creditor=creditor, event__startswith="resolve", at__gte=since, at__lt=until, by__isnull=False
    ).values_list("by_id", "at", "dispute__deadline_on")
    for agent, n in Counter(by for by, at, last in told if at.date() <= last).items():
        found[agent]["disputes_answered"] = Decimal(n)
    for agent, mean in _quality(creditor, since, until).items():
        found[agent]["quality"] = mean
    mended = Act.objects.filter(
        creditor=creditor, code="wrong_number", undone_at=None, at__gte=since, at__lt=until, agent__isnull=False
    )
    for agent, n in Counter(mended.values_list("agent_id", flat=True)).items():
        found[agent]["files_completed"] = Decimal(n)
    return found


def _recovered(creditor: Creditor, start: date, end: date, since: datetime, until: datetime) -> Counter[int]:
    spoken: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for one in workbench.handlings(creditor.pk, since - CREDIT, until):
        if one.outcome in RESULTS and RESULTS[one.outcome].reached == PERSON:
            spoken[one.account_id].append((one.taken_at, one.agent_id))
    total: Counter[int] = Counter()
    paid = read_collected.applied_between(creditor.pk, start, end)
    for row in paid.iter_rows(named=True):
        if row["account"] not in spoken or row["currency"] != creditor.currency:
            continue
        by_end_of_day = local_instant(row["on"] + timedelta(days=1), time.min, creditor.zone)
        talks = spoken[row["account"]]
        at = bisect_right(talks, (by_end_of_day, 0))
        if at and talks[at - 1][0] >= by_end_of_day - CREDIT:
            total[talks[at - 1][1]] += row["amount_minor"]
    return total


def _quality(creditor: Creditor, since: datetime, until: datetime) -> dict[int, Decimal]:
    rows = Review.objects.filter(creditor=creditor, at__gte=since, at__lt=until).order_by().values_list("agent_id")
    return {pk: Decimal(str(mean)).quantize(Decimal("0.1")) for pk, mean in rows.annotate(mean=Avg("total"))}


def _harm(
    creditor: Creditor, start: date, end: date, since: datetime, until: datetime
) -> dict[int, dict[str, Decimal]]:
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for agent, n in read_inside.about_agents(creditor.pk, start, end).items():
        found[agent]["complaints"] = Decimal(n)
    for agent, n in audit.acts_by(CALL_REFUSED, since, until, creditor.pk).items():
        found[agent]["law_refusals"] = Decimal(n)
    for agent, mean in _quality(creditor, since, until).items():
        found[agent]["quality"] = mean
    return found
