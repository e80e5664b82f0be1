"""Conversations that wait and whose owner is away, or let their hour pass, go on with somebody who is there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from puntual.apps.access import read as access
from puntual.apps.audit import write as audit
from puntual.apps.inbox import identify
from puntual.apps.inbox.models import Conversation, Note
from puntual.apps.workbench import read as workbench
from puntual.apps.workbench import read_presence as presence
from puntual.core.workbench.assignment import Agent
from puntual.core.workbench.handing import Idle, hand_on

#: A short break keeps one's conversations; whoever is away longer, or went home, does not hold them.
AWAY_FOR = timedelta(minutes=30)


def hand_on_idle(*, creditor_id: int, now: datetime) -> int:
    """Give each idle conversation to somebody else, or to nobody, with a note that says why. Gives how many changed.

    One whose hour passed changes hands once while it waits: it does not go round.
    """
    waiting = _waiting(creditor_id, now)
    owners = set(waiting.values_list("assigned_to_id", flat=True).distinct())
    if not owners:
        return 0
    team, gone = _team(creditor_id, owners, now)
    went = Note.objects.filter(conversation=OuterRef("pk"), by=None, at__gte=OuterRef("waiting_since"))
    passed = Q(answer_by__lte=now) & ~Exists(went)
    rows = list(waiting.filter(passed | Q(assigned_to_id__in=gone)).select_related("party", "assigned_to"))
    if not rows:
        return 0
    named = workbench.named_agents(row.party_id or 0 for row in rows)
    load = dict(waiting.exclude(assigned_to_id__in=gone).values_list("assigned_to_id").annotate(n=Count("pk")))
    cases = [
        Idle(row.pk, row.assigned_to_id or 0, row.party.language, named=named.get(row.party.pk))
        for row in rows
        if row.party is not None
    ]
    chosen = hand_on(cases, team, load)
    with transaction.atomic():
        return sum(_give(row, chosen[row.pk], row.assigned_to_id in gone, now) for row in rows)


def _waiting(creditor_id: int, now: datetime) -> QuerySet[Conversation]:
    """What waits for its owner and nobody put off."""
    rows = Conversation.objects.filter(creditor_id=creditor_id, party__isnull=False, discarded_at=None)
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    return rows.filter(awake, waiting_since__isnull=False, assigned_to__isnull=False)


def _team(creditor_id: int, owners: set[int | None], now: datetime) -> tuple[list[Agent], set[int]]:
    """Who may answer and is there, and which owners are not."""
    everybody = get_user_model().objects.filter(is_superuser=True, is_active=True)
    answer = {u.pk for u in access.people_query("conversations.answer", creditor_id) | everybody}
    told = presence.told({*answer, *(pk for pk in owners if pk)})
    away = {pk for pk, period in told.items() if presence.stand(period, None, now).away}
    long = {pk for pk in away if told[pk].state == "off" or now - told[pk].began_at >= AWAY_FOR}
    found = [
        Agent(id=pk, minutes=float(profile.minutes), languages=frozenset(profile.languages))
        for pk, _name, profile in workbench.agents(creditor_id)
        if pk in answer and pk not in away and profile.on_duty
    ]
    off = {pk for pk, _name, profile in workbench.agents(creditor_id) if not profile.on_duty}
    return found, {pk for pk in owners if pk and (pk not in answer or pk in long or pk in off)}


def _give(row: Conversation, to: int | None, away: bool, now: datetime) -> bool:
    """Whether it changed: somebody may have answered or given it a moment ago."""
    mine = Conversation.objects.filter(pk=row.pk, assigned_to_id=row.assigned_to_id, waiting_since=row.waiting_since)
    if not mine.update(assigned_to_id=to):
        return False
    owner = row.assigned_to.get_full_name() or row.assigned_to.get_username() if row.assigned_to else ""
    why = f"{owner} no está" if away else f"pasó su hora con {owner}"
    text = f"Pasa sola a otra persona: {why}." if to else f"Queda sin asignar: {why} y no hay quien la lleve."
    Note.objects.create(conversation=row, by=None, at=now, sealed_text=identify.sealed(row.party_id, text))
    detail = {"from": row.assigned_to_id, "to": to, "away": away}
    audit.record(act="conversation_handed_on", kind="conversation", pk=row.pk, detail=detail)
    return True
