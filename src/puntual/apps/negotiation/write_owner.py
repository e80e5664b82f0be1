"""Who answers for a dispute or a complaint may change: to another area, to somebody by name. The deadline stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from puntual.apps.access import read as access
from puntual.apps.audit import write as audit
from puntual.apps.negotiation import read_own, records
from puntual.apps.negotiation.models import Complaint, Dispute, HandOver
from puntual.apps.negotiation.read_owner import is_told
from puntual.apps.negotiation.write_disputes import sealed
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation import dispute as core

#: What no longer waits for anybody has no owner to change.
OPEN = core.PAUSING | core.COMPLAINT_OPEN


@transaction.atomic
def hand_over(
    *, row: Dispute | Complaint, department: str, owner: int | None, why: str, by: int | None, at: datetime
) -> HandOver:
    """Pass it on, with the reason that the new owner will read. The customer's deadline does not move.

    Refused when it is over. UnusableInput: an area that the company does not have, somebody who may not answer it or
    does not see that area, no reason, or nothing that changes.
    """
    row = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.state not in OPEN:
        raise Refused("Ya terminó: ábrala de nuevo antes de pasarla.")
    known = {name.casefold(): name for name in read_own.known_areas([row.creditor_id])}
    area = known.get(department.strip().casefold())
    if area is None:
        raise UnusableInput("Elija el área que la va a responder.", field="department")
    if not why.strip():
        raise UnusableInput("Diga por qué: lo leerá quien la reciba.", field="why")
    person = _who(row, area, owner)
    if (area, person.pk if person else None) == (row.department, row.owner_id):
        raise UnusableInput("Ya es suya: no cambia nada.", field="department")
    row.hand_overs.filter(seen_at=None).update(seen_at=at)  # whoever had not opened it has it no longer
    said = HandOver.objects.create(
        account_id=row.account_id, creditor_id=row.creditor_id, was=row.department, department=area, owner=person,
        sealed_reason=sealed(records.party_of(row.account_id), why[:400]), by_id=by, at=at,
        **{kind_of(row): row},
    )  # fmt: skip
    detail = {"from": row.department, "to": area, "owner_from": row.owner_id, "owner": person.pk if person else None}
    row.department, row.owner = area, person
    row.save(update_fields=["department", "owner"])
    actor = get_user_model().objects.filter(pk=by).first()
    audit.record(act="handed_on", actor=actor, kind=kind_of(row), pk=row.pk, detail=detail)
    return said


def _who(row: Dispute | Complaint, area: str, owner: int | None) -> Any:
    """The person who will answer, who may and sees that area; None for the area as a whole."""
    if owner is None:
        return None
    person = next((u for u in access.people_who("disputes.work", row.creditor_id) if u.pk == owner), None)
    if person is None:
        raise UnusableInput("Esa persona no responde aclaraciones de esta empresa.", field="owner")
    areas = access.grants_of(person).own_areas(row.creditor_id)
    if areas is not None and area not in areas:
        name = person.first_name or person.get_username()
        raise UnusableInput(f"{name} no ve lo de {area}: elija otra persona o déjela al área.", field="owner")
    return person


def seen(*, row: Dispute | Complaint, by: int, areas: frozenset[str] | None, at: datetime) -> int:
    """Whoever it was passed on to has opened it. Gives how many hand-overs that answers."""
    mine = [h.pk for h in row.hand_overs.filter(seen_at=None) if is_told(h, by, areas)]
    return HandOver.objects.filter(pk__in=mine).update(seen_at=at) if mine else 0


def kind_of(row: Dispute | Complaint) -> str:
    return "dispute" if isinstance(row, Dispute) else "complaint"
