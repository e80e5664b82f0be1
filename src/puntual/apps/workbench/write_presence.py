"""The only writer of how the people of the desk stand. While somebody is away no work reaches them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.workbench import read
from puntual.apps.workbench.choices import STANDS
from puntual.apps.workbench.models import Handling, Presence
from puntual.core.errors import Refused, UnusableInput
from puntual.core.workbench import availability as core


@transaction.atomic
def be(*, agent_id: int, state: str, now: datetime, by: int | None = None) -> Presence:
    """From now on somebody is in a state; the same again changes nothing. `by`: who says it for them, in the log.

    Refused while they hold a person and would go away; UnusableInput for no state.
    """
    if state not in core.TOLD:
        raise UnusableInput("Elija un estado de la lista.", field="state")
    get_user_model().objects.select_for_update(no_key=True).get(pk=agent_id)
    if state in core.AWAY and read.held_by(agent_id, now) is not None:
        raise Refused("Tiene tomada a una persona: termine, suéltela o pásela antes de ausentarse.")
    row = Presence.objects.filter(agent_id=agent_id, ended_at=None).first()
    fresh = row is not None and now - row.began_at <= core.SHIFT_MAX
    if row is not None and fresh and row.state == state:
        return row
    if row is not None:
        Presence.objects.filter(pk=row.pk).update(ended_at=now if fresh else _left(row))
    if by is not None and by != agent_id:
        actor = get_user_model().objects.get(pk=by)
        audit.record(act="presence_told", actor=actor, kind="user", pk=agent_id, detail={"state": state})
    return Presence.objects.create(
        agent_id=agent_id, state=state, began_at=now, by_id=by if by is not None and by != agent_id else None
    )


def demand(*, agent_id: int, now: datetime) -> None:
    """Whoever takes a person is at work: Refused while they said that they are away; who said nothing is available
    from here on. Inside the caller's transaction."""
    row = Presence.objects.filter(agent_id=agent_id, ended_at=None).first()
    period = core.Period(row.state, row.began_at) if row else None
    if not core.may_be_given(period, now):
        raise Refused(
            f"Está en «{STANDS[row.state if row else core.NOBODY]}»: póngase disponible para atender.",
            reason="agent_away",
        )
    if core.stands(period, None, now)[0] == core.NOBODY:
        be(agent_id=agent_id, state=core.AVAILABLE, now=now)


def _left(row: Presence) -> datetime:
    """When somebody who never said so went home: with the last person that they attended then."""
    last = Handling.objects.filter(
        agent_id=row.agent_id, closed_at__range=(row.began_at, row.began_at + core.SHIFT_MAX)
    )
    return last.order_by("-closed_at").values_list("closed_at", flat=True).first() or row.began_at
