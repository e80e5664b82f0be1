"""The only writer of the queue and of who holds whom. Keyword-only, one short transaction each.

A person is held by one row (`DeskLock`, whose key is the person), taken with one statement that either inserts it or
takes over an expired one: two agents never hold the same person, over every creditor, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from puntual.apps.workbench import read, write_presence
from puntual.apps.workbench.choices import RowState
from puntual.apps.workbench.models import CallBack, DeskLock, Handling, QueueRow
from puntual.core.errors import Refused
from puntual.core.reasons import sentence
from puntual.core.workbench.timing import times

#: Candidates that may be taken by others between the look and the hold, before giving up for now.
TRIES = 12
#: Somebody let go rests a moment, so that the next one is another.
LET_GO_REST = timedelta(minutes=15)

#: One walk of the index `queue_next` for the agent's own desk and one for the common one; the best of the two.
_NEXT = """
SELECT id FROM (
  SELECT * FROM ({one}) mine UNION ALL SELECT * FROM ({common}) common
) best ORDER BY grp, place LIMIT 1
"""
_ONE = """
SELECT q.id, q.grp, q.place FROM workbench_queuerow q
WHERE q.state = 'waiting' AND q.grp < 3 AND q.creditor_id = %s AND q.desk = %s {needs}
  AND NOT EXISTS (SELECT 1 FROM workbench_desklock l WHERE l.party_id = q.party_id AND l.expires_at > %s)
ORDER BY q.creditor_id, q.desk, q.grp, q.place LIMIT 1 {skip}
"""
_HOLD = """
INSERT INTO workbench_desklock (party_id, agent_id, creditor_id, account_id, handling_id, taken_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (party_id) DO UPDATE SET agent_id = excluded.agent_id, creditor_id = excluded.creditor_id,
  account_id = excluded.account_id, handling_id = excluded.handling_id, taken_at = excluded.taken_at,
  expires_at = excluded.expires_at
WHERE workbench_desklock.expires_at <= excluded.taken_at
"""


class _Taken(Exception):
    """Somebody else took it between the look and the hold."""


def take_next(*, creditor_id: int, agent_id: int, now: datetime, hold_s: int = 300) -> DeskLock | None:
    """The best account that nobody holds, held for this agent; the one already held, if any. None: nothing to do."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                _sweep(now)
                mine = read.held_by(agent_id, now)
                if mine is not None:
                    return mine
                write_presence.demand(agent_id=agent_id, now=now)
                _wake(now)
                row = _best(creditor_id, agent_id, now)
                if row is None:
                    return None
                return _hold(row.party_id, row.account_id, creditor_id, row.grp, agent_id, now, hold_s)
        except (_Taken, IntegrityError):
            continue
    return None


@transaction.atomic
def take(*, party_id: int, account_id: int, creditor_id: int, agent_id: int, now: datetime, hold_s: int) -> DeskLock:
    """Hold one chosen account. What the agent held before is let go. Refused while somebody else holds the person."""
    _sweep(now)
    mine = read.held_by(agent_id, now)
    if mine is not None and mine.party_id == party_id:
        return mine
    write_presence.demand(agent_id=agent_id, now=now)
    if mine is not None:
        _close(mine, now, "released")
    row = QueueRow.objects.filter(creditor_id=creditor_id, party_id=party_id).first()
    try:
        return _hold(party_id, account_id, creditor_id, row.grp if row else 3, agent_id, now, hold_s)
    except (_Taken, IntegrityError):
        raise Refused("La está atendiendo otra persona del equipo en este momento.", reason="desk_held") from None


def _best(creditor_id: int, agent_id: int, now: datetime) -> QueueRow | None:
    skills = read.skills_of(agent_id)
    marks = ", ".join(["%s"] * (len(skills) + 1))
    needs = f"AND q.skill IN ({marks})"
    skip = "FOR UPDATE OF q SKIP LOCKED" if connection.vendor == "postgresql" else ""
    one = _ONE.format(needs=needs, skip=skip)
    stamp = _stamp(now)
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT.format(one=one, common=one),
            [creditor_id, agent_id, "", *skills, stamp, creditor_id, 0, "", *skills, stamp],
        )
        found = cursor.fetchone()
    return QueueRow.objects.get(pk=found[0]) if found else None


def _hold(
    party_id: int, account_id: int, creditor_id: int, grp: int, agent_id: int, now: datetime, hold_s: int
) -> DeskLock:
    """Inside the caller's transaction. _Taken when somebody holds the person still."""
    handling = Handling.objects.create(
        agent_id=agent_id, creditor_id=creditor_id, party_id=party_id, account_id=account_id, grp=grp, taken_at=now
    )
    ends = now + timedelta(seconds=hold_s)
    with transaction.atomic(), connection.cursor() as cursor:
        values = [party_id, agent_id, creditor_id, account_id, handling.pk, _stamp(now), _stamp(ends)]
        cursor.execute(_HOLD, values)
        if cursor.rowcount != 1:
            raise _Taken
    return DeskLock(
        party_id=party_id, agent_id=agent_id, creditor_id=creditor_id, account_id=account_id, handling=handling,
        taken_at=now, expires_at=ends,
    )  # fmt: skip


def _stamp(at: datetime) -> object:
    """An instant as a bare statement takes it: SQLite compares UTC text as Django writes it."""
    return connection.ops.adapt_datetimefield_value(at)


def _sweep(now: datetime) -> None:
    """Holds that nobody kept alive end, and their handling says so. Another agent's sweep of the same rows is fine."""
    rows = DeskLock.objects.filter(expires_at__lte=now).select_related("handling")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    for lock in rows:
        _close(lock, lock.expires_at, "expired")


def _wake(now: datetime) -> None:
    """What rested until now is in the queue again. PostgreSQL: rows that another one wakes are left to it."""
    due = QueueRow.objects.filter(state=RowState.LATER, not_before__lte=now)
    if connection.vendor == "postgresql":
        due = QueueRow.objects.filter(pk__in=list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)))
    due.update(state=RowState.WAITING, not_before=None)


def _close(lock: DeskLock, now: datetime, outcome: str) -> None:
    """End a handling with its times, and its hold. Inside the caller's transaction."""
    one = lock.handling
    last = Handling.objects.filter(agent_id=one.agent_id, closed_at__isnull=False, closed_at__lte=one.taken_at)
    before = last.order_by("-closed_at").values_list("closed_at", flat=True).first()
    took = times(taken_at=one.taken_at, closed_at=now, before=before, ended_at=one.ended_at)
    Handling.objects.filter(pk=one.pk, closed_at=None).update(
        closed_at=now, outcome=outcome, wait_s=took.wait_s, handling_s=took.handling_s, wrap_up_s=took.wrap_up_s
    )
    DeskLock.objects.filter(party_id=lock.party_id, agent_id=lock.agent_id).delete()


@transaction.atomic
def beat(*, agent_id: int, now: datetime, hold_s: int) -> bool:
    """The agent is still there: the hold lasts a while more. False when it was lost."""
    mine = DeskLock.objects.filter(agent_id=agent_id, expires_at__gt=now)
    return mine.update(expires_at=now + timedelta(seconds=hold_s)) == 1


@transaction.atomic
def let_go(*, agent_id: int, now: datetime) -> bool:
    """«Soltar»: nothing was done; it rests a moment and goes to whoever takes it. False when nothing was held."""
    lock = read.held_by(agent_id, now)
    if lock is None:
        return False
    rest = QueueRow.objects.filter(creditor_id=lock.creditor_id, party_id=lock.party_id, state=RowState.WAITING)
    rest.update(state=RowState.LATER, not_before=now + LET_GO_REST)
    _close(lock, now, "released")
    return True


@transaction.atomic
def hand_over(*, agent_id: int, to_agent: int, now: datetime) -> DeskLock:
    """What an agent holds goes to the head of another's queue. Refused when nothing is held."""
    lock = holding(agent_id=agent_id, now=now)
    front(
        creditor_id=lock.creditor_id, party_id=lock.party_id, account_id=lock.account_id, desk=to_agent,
        reason="handed_over", at=None, now=now,
    )  # fmt: skip
    _close(lock, now, "handed_over")
    return lock


def holding(*, agent_id: int, now: datetime, account_id: int | None = None) -> DeskLock:
    """The agent's hold, locked for this transaction. Refused when it was lost or is of another account."""
    rows = DeskLock.objects.select_for_update(of=("self",)) if connection.vendor == "postgresql" else DeskLock.objects
    lock = rows.select_related("handling").filter(agent_id=agent_id, expires_at__gt=now).first()
    if lock is None or (account_id is not None and lock.account_id != account_id):
        raise Refused("Ya no tiene tomada esta cuenta: tómela otra vez para seguir.", reason="desk_held")
    return lock


def finish(*, lock: DeskLock, outcome: str, now: datetime) -> None:
    """The conversation ended with a result. Inside the caller's transaction."""
    _close(lock, now, outcome)


def front(
    *, creditor_id: int, party_id: int, account_id: int, desk: int, reason: str, at: datetime | None, now: datetime
) -> None:
    """Somebody goes to the head of one desk's queue, at once or from an instant on; a row is made if there is none."""
    state = RowState.WAITING if at is None else RowState.LATER
    head = {
        "desk": desk, "grp": 0, "place": 0, "state": state, "not_before": at, "reason": reason,
        "sentence": sentence(reason), "touched_at": now,
    }  # fmt: skip
    rows = QueueRow.objects.filter(creditor_id=creditor_id, party_id=party_id)
    if rows.update(**head) == 0:
        QueueRow.objects.create(
            creditor_id=creditor_id, party_id=party_id, account_id=account_id, amount_minor=0, currency="",
            days_past_due=0, stage="administrative", built_at=now, **head,
        )  # fmt: skip


@transaction.atomic
def mark_called(*, agent_id: int, account_id: int, contact_id: int, now: datetime) -> None:
    """The call of this handling, which the caps already counted. The first one is what times are told from."""
    lock = holding(agent_id=agent_id, now=now, account_id=account_id)
    one = lock.handling
    Handling.objects.filter(pk=one.pk).update(called_at=one.called_at or now, ended_at=None, contact=contact_id)


@transaction.atomic
def mark_ended(*, agent_id: int, account_id: int, now: datetime) -> None:
    """The conversation is over: from here on it is wrap-up."""
    lock = holding(agent_id=agent_id, now=now, account_id=account_id)
    Handling.objects.filter(pk=lock.handling_id, ended_at=None).update(ended_at=now)


@transaction.atomic
def cancel_call_back(*, call_back_id: int, creditor_id: int) -> None:
    """It is no longer wanted."""
    CallBack.objects.filter(pk=call_back_id, creditor_id=creditor_id, state="open").update(state="cancelled")
