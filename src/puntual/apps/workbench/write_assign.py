"""The only writer of the team: what each can take on, who attends whom by name, goals; and dealing the queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from puntual.apps.workbench import read_assign, write_queue
from puntual.apps.workbench.models import AgentProfile, Goal, NamedAgent, QueueRow
from puntual.core.errors import UnusableInput
from puntual.core.workbench import assignment, goals


def deal(*, creditor_id: int, now: datetime) -> Mapping[str, int]:
    """Deal the queue among the people on duty: {because: how many}, and `moved`: how many changed desk."""
    cases = read_assign.cases_frame(creditor_id, now)
    agents = [agent for agent, _ in read_assign.team(creditor_id, now)]
    dealt = assignment.assign(cases, agents)
    moved = write_queue.assign(creditor_id=creditor_id, assigned=dealt, now=now)
    found = {str(b): int(n) for b, n in dealt.group_by("because").len().sort("because").iter_rows()}
    return {**found, "moved": moved}


@transaction.atomic
def give_back(*, creditor_id: int) -> int:
    """Every desk goes back to the common queue, but for what is somebody's own (call-backs, handed over)."""
    return QueueRow.objects.filter(creditor_id=creditor_id, grp__gt=0).exclude(desk=0).update(desk=0, because="")


@transaction.atomic
def save_profile(*, user_id: int, values: Mapping[str, object]) -> AgentProfile:
    """What an agent can take on."""
    row, _new = AgentProfile.objects.update_or_create(user_id=user_id, defaults=dict(values))
    return row


@transaction.atomic
def name_agent(*, party_id: int, agent_id: int | None, because: str = "") -> None:
    """A party is attended by one person by name; None: by anybody again."""
    if agent_id is None:
        NamedAgent.objects.filter(pk=party_id).delete()
        return
    NamedAgent.objects.update_or_create(party_id=party_id, defaults={"agent_id": agent_id, "because": because[:120]})


@transaction.atomic
def save_goal(*, creditor_id: int, metric: str, target: Decimal, points: int) -> None:
    """A goal of the month; with zero points it is taken away. UnusableInput for what pays for pressure."""
    if points == 0:
        Goal.objects.filter(creditor_id=creditor_id, metric=metric).delete()
        return
    goals.check([goals.Goal(metric, target, points)])
    if points > goals.Caps().points_max:
        raise UnusableInput(f"Los puntos de una meta llegan hasta {goals.Caps().points_max}.", field="points")
    Goal.objects.update_or_create(creditor_id=creditor_id, metric=metric, defaults={"target": target, "points": points})
