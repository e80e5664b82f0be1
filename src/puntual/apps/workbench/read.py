"""The only reader of the desk: the queue, who holds whom, what was noted, call-backs, goals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet

from puntual.apps import bulk
from puntual.apps.access import read as access
from puntual.apps.workbench.choices import RowState
from puntual.apps.workbench.models import (
    Act,
    AgentProfile,
    CallBack,
    DeskLock,
    DeskSettings,
    Goal,
    Handling,
    NamedAgent,
    Presence,
    QueueRow,
)
from puntual.core.frames import INSTANT, Column, Schema
from puntual.core.workbench.availability import AWAY

_KEPT: Schema = {
    "party": Column(pl.Int64, "persona"),
    "was_state": Column(pl.String, "estado"),
    "was_grp": Column(pl.Int16, "grupo"),
    "was_not_before": Column(INSTANT, "desde cuándo", null=True),
    "was_fruitless": Column(pl.Int16, "intentos"),
    "was_desk": Column(pl.Int64, "escritorio"),
    "was_because": Column(pl.String, "por qué"),
    "was_reason": Column(pl.String, "razón"),
    "was_sentence": Column(pl.String, "razón en palabras"),
    "was_touched_at": Column(INSTANT, "última vez", null=True),
}


def kept_frame(creditor_id: int) -> pl.DataFrame:
    """What the queue of a creditor holds that a new one must not forget."""
    return bulk.read_frame(
        "SELECT party_id AS party, state AS was_state, grp AS was_grp, not_before AS was_not_before, "
        "fruitless AS was_fruitless, desk AS was_desk, because AS was_because, reason AS was_reason, "
        "sentence AS was_sentence, touched_at AS was_touched_at FROM workbench_queuerow "
        f"WHERE creditor_id = {int(creditor_id)} AND (touched_at IS NOT NULL OR desk <> 0 OR grp = 0)",
        _KEPT,
    )


def settings_of(creditor_id: int) -> DeskSettings:
    """How the creditor's desk works; what comes with the product while nobody changed it."""
    return DeskSettings.objects.filter(pk=creditor_id).first() or DeskSettings(creditor_id=creditor_id)


def profile_of(user_id: int) -> AgentProfile:
    """What an agent can take on; anything while nobody wrote it."""
    return AgentProfile.objects.filter(user_id=user_id).first() or AgentProfile(user_id=user_id)


def skills_of(user_id: int) -> list[str]:
    return list(profile_of(user_id).skills)


def held_by(agent_id: int, now: datetime) -> DeskLock | None:
    """What an agent holds now."""
    rows = DeskLock.objects.filter(agent_id=agent_id, expires_at__gt=now)
    return rows.select_related("handling").first()


def holder_of(party_id: int, now: datetime) -> DeskLock | None:
    """Who holds a person now."""
    return DeskLock.objects.filter(pk=party_id, expires_at__gt=now).select_related("agent", "handling").first()


def row_of(creditor_id: int, party_id: int) -> QueueRow | None:
    return QueueRow.objects.filter(creditor_id=creditor_id, party_id=party_id).first()


def shown(creditor_id: int, grp: int, limit: int = 25) -> list[QueueRow]:
    """The head of one group, as the queue's page shows it: a walk of one index. Of those to speak with, whoever waits
    comes before whoever rests or was attended."""
    rows = QueueRow.objects.filter(creditor_id=creditor_id, grp=grp).select_related("account")
    rows = rows.order_by("creditor_id", "grp", "place")
    if grp not in (1, 2):
        return list(rows[:limit])
    found = list(rows.filter(state=RowState.WAITING)[:limit])
    return found if len(found) == limit else found + list(rows.exclude(state=RowState.WAITING)[: limit - len(found)])


def locks_of(creditor_id: int, now: datetime) -> list[DeskLock]:
    """Everybody who is being attended now, for a page or for supervision."""
    rows = DeskLock.objects.filter(creditor_id=creditor_id, expires_at__gt=now)
    return list(rows.select_related("agent", "handling").order_by("taken_at"))


def open_call_backs(creditor_id: int, owner_id: int | None = None, limit: int = 500) -> list[CallBack]:
    """Pending call-backs, the soonest first; of one owner if asked."""
    rows = CallBack.objects.filter(creditor_id=creditor_id, state="open")
    rows = rows.filter(owner_id=owner_id) if owner_id else rows
    return list(rows.select_related("account", "owner").order_by("at")[:limit])


def call_backs_of(account_id: int) -> list[CallBack]:
    return list(CallBack.objects.filter(account_id=account_id, state="open").select_related("owner").order_by("at"))


def acts_of(account_id: int, limit: int = 60) -> list[Act]:
    """What agents noted of an account, newest first, undone ones apart."""
    rows = Act.objects.filter(account_id=account_id, undone_at=None).select_related("agent")
    return list(rows.order_by("-at")[:limit])


def last_act(agent_id: int, since: datetime) -> Act | None:
    """What an agent could still take back."""
    return Act.objects.filter(agent_id=agent_id, undone_at=None, at__gte=since).order_by("-at", "-pk").first()


def handlings(creditor_id: int, start: datetime, end: datetime) -> list[Handling]:
    """Every conversation begun in [start, end), for supervision and reports."""
    rows = Handling.objects.filter(creditor_id=creditor_id, taken_at__gte=start, taken_at__lt=end)
    return list(rows.select_related("agent").order_by("taken_at"))


def agents(creditor_id: int | None = None) -> list[tuple[int, str, AgentProfile]]:
    """(user, name, profile) of the people who may be given work, by name; of those who work a creditor's queue, so
    that the people of one company are not shown to another."""
    found = get_user_model().objects.filter(is_active=True) if creditor_id is None else _workers(creditor_id)
    users = {u.pk: u for u in found}
    profiles = {p.user_id: p for p in AgentProfile.objects.filter(user_id__in=users)}
    named = [(u.pk, u.get_full_name() or u.get_username()) for u in users.values()]
    return [(pk, name, profiles.get(pk) or AgentProfile(user_id=pk)) for pk, name in sorted(named, key=lambda x: x[1])]


def _workers(creditor_id: int) -> QuerySet[Any]:
    """Whoever may work a creditor's queue; who administers everything too."""
    everybody = get_user_model().objects.filter(is_superuser=True, is_active=True)
    return access.people_query("workbench.use", creditor_id) | everybody


def team_names(creditor_id: int, but: int) -> list[tuple[int, str]]:
    """(user, name) of everybody who works that creditor's queue, is on duty and not away, but one, by name: one query,
    for a list to choose from."""
    off = AgentProfile.objects.filter(on_duty=False).values("user_id")
    away = Presence.objects.filter(ended_at=None, state__in=AWAY).values("agent_id")
    users = _workers(creditor_id).exclude(pk=but).exclude(pk__in=off).exclude(pk__in=away)
    rows = users.values_list("pk", "first_name", "last_name", "username")
    named = [(pk, f"{first} {last}".strip() or login) for pk, first, last, login in rows]
    return sorted(named, key=lambda pair: pair[1])


def named_agents(party_ids: Iterable[int] | None = None) -> dict[int, int]:
    """party -> the agent that attends it by name."""
    rows = NamedAgent.objects.all()
    rows = rows.filter(party_id__in=list(party_ids)) if party_ids is not None else rows
    return dict(rows.values_list("party_id", "agent_id"))


def desks(creditor_id: int) -> dict[int, int]:
    """desk -> people waiting on it (0: the common queue)."""
    rows = QueueRow.objects.filter(creditor_id=creditor_id, grp__lt=3).exclude(state="done")
    return dict(rows.values_list("desk").annotate(n=Count("pk")))


def goals_of(creditor_id: int) -> list[Goal]:
    return list(Goal.objects.filter(creditor_id=creditor_id).order_by("metric"))


def day_of(agent_id: int, start: datetime) -> dict[str, int]:
    """An agent's day so far: people attended, direct conversations, promises, average wrap-up in seconds."""
    rows = Handling.objects.filter(agent_id=agent_id, taken_at__gte=start, closed_at__isnull=False)
    done = list(rows.exclude(outcome__in=("released", "expired", "handed_over")).values_list("outcome", "wrap_up_s"))
    wraps = [wrap for _, wrap in done if wrap is not None]
    return {
        "people": len(done),
        "promises": sum(outcome in ("promise", "agreement") for outcome, _ in done),
        "wrap_up_s": round(sum(wraps) / len(wraps)) if wraps else 0,
        "wraps": len(wraps),
    }


def idle_since(creditor_id: int, before: datetime) -> int:
    """How many people on somebody's desk nobody touched since an instant."""
    rows = QueueRow.objects.filter(creditor_id=creditor_id, grp__lt=3).exclude(desk=0)
    return rows.filter(Q(touched_at=None) | Q(touched_at__lt=before)).count()


def undo_since(creditor_id: int, now: datetime) -> datetime:
    return now - timedelta(minutes=settings_of(creditor_id).undo_minutes)
