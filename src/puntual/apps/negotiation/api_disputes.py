"""REST: disputes and complaints, from opening to telling the customer, by the same tables as the screens."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from puntual.apps.access.problems import Bearer, Money, creditor_of, once, page, person_of
from puntual.apps.negotiation import write_disputes, write_owner
from puntual.apps.negotiation.api import ERRORS, key_of
from puntual.apps.negotiation.models import Complaint, Dispute
from puntual.apps.parties import read as parties
from puntual.core.errors import UnusableInput
from puntual.core.time import local_date

router = Router(tags=["Aclaraciones y quejas"])


class SaidOut(Schema):
    id: str
    account: str
    state: str
    department: str
    owner: str | None
    opened_on: date
    deadline_on: date
    root_cause: str
    cause: str | None = None
    due_item: str | None = None
    disputed: Money | None = None
    credited: Money | None = None


class Listed(Schema):
    items: list[SaidOut]
    next: str | None


class DisputeIn(Schema):
    due_item: str
    cause: str
    amount_minor: int | None = None
    text: str = ""


class ComplaintIn(Schema):
    text: str
    due_item: str | None = None


class OutcomeIn(Schema):
    credited_minor: int
    text: str


class EventIn(Schema):
    event: str
    text: str = ""


class OwnerIn(Schema):
    department: str
    why: str
    owner: str | None = None


@router.get("/disputes", response={200: Listed, **ERRORS}, auth=Bearer("read"))
def disputes(
    request: HttpRequest, creditor: str | None = None, state: str | None = None, cursor: str | None = None,
    limit: int = 50,
) -> Any:  # fmt: skip
    """Aclaraciones con su responsable y su plazo, por páginas."""
    rows = Dispute.objects.filter(creditor=creditor_of(request, creditor)).select_related("owner")
    found, following = page(rows.filter(state=state) if state else rows, cursor, limit)
    return {"items": [_told(row) for row in found], "next": following}


@router.get("/complaints", response={200: Listed, **ERRORS}, auth=Bearer("read"))
def complaints(
    request: HttpRequest, creditor: str | None = None, state: str | None = None, cursor: str | None = None,
    limit: int = 50,
) -> Any:  # fmt: skip
    """Quejas con su responsable y su plazo, por páginas."""
    rows = Complaint.objects.filter(creditor=creditor_of(request, creditor)).select_related("owner")
    found, following = page(rows.filter(state=state) if state else rows, cursor, limit)
    return {"items": [_told(row) for row in found], "next": following}


@router.post("/accounts/{ref}/disputes", response={201: Any, **ERRORS}, auth=Bearer("contact"))
def dispute(request: HttpRequest, ref: str, body: DisputeIn, creditor: str | None = None) -> Any:
    """Abre una aclaración sobre un vencimiento, entero o en parte: desde ahora esa parte no se cobra."""
    one = creditor_of(request, creditor)
    account, now = parties.account(ref, one), timezone.now()
    new = write_disputes.NewDispute(
        account.pk, _number(body.due_item, "due_item"), body.cause, local_date(now, one.zone), "api", key_of(request),
        disputed_minor=body.amount_minor, text=body.text,
    )  # fmt: skip
    return once(request, lambda: (201, _told(write_disputes.open_dispute(dispute=new, at=now))))


@router.post("/accounts/{ref}/complaints", response={201: Any, **ERRORS}, auth=Bearer("contact"))
def complain(request: HttpRequest, ref: str, body: ComplaintIn, creditor: str | None = None) -> Any:
    """Abre una queja: lo automático se detiene para su documento, o para toda la cuenta."""
    one = creditor_of(request, creditor)
    account, now = parties.account(ref, one), timezone.now()
    item = _number(body.due_item, "due_item") if body.due_item else None
    new = write_disputes.NewComplaint(
        account.pk, local_date(now, one.zone), "api", key_of(request), body.text, due_item=item
    )
    return once(request, lambda: (201, _told(write_disputes.open_complaint(complaint=new, at=now))))


@router.post("/disputes/{said_id}/outcome", response={200: Any, **ERRORS}, auth=Bearer("write"))
def outcome(request: Any, said_id: str, body: OutcomeIn) -> Any:
    """El resultado, con lo que se acredita y lo que se le dirá al cliente."""
    row, now = _row(request, Dispute, said_id), timezone.now()
    if not body.text.strip():
        raise UnusableInput("Escriba el resultado: es lo que se le dirá al cliente.", field="text")

    def act() -> tuple[int, Any]:
        done = write_disputes.resolve_dispute(
            dispute_id=row.pk, credited_minor=body.credited_minor, outcome=body.text,
            on=local_date(now, row.creditor.zone), at=now, by=request.auth.created_by_id,
        )  # fmt: skip
        return 200, _told(done)

    return once(request, act)


@router.post("/disputes/{said_id}/events", response={200: Any, **ERRORS}, auth=Bearer("write"))
def step(request: Any, said_id: str, body: EventIn) -> Any:
    """`take`, `ask_customer`, `customer_answered`, `withdraw`, `tell_customer` o `reopen`."""
    row, by = _row(request, Dispute, said_id), request.auth.created_by_id
    if body.event.startswith("resolve"):
        raise UnusableInput("El resultado va por /disputes/{id}/outcome.", field="event")
    told = {"dispute_id": row.pk, "event": body.event, "at": timezone.now(), "by": by}
    return once(request, lambda: (200, _told(write_disputes.step_dispute(**told))))


@router.post("/complaints/{said_id}/events", response={200: Any, **ERRORS}, auth=Bearer("write"))
def step_complaint(request: Any, said_id: str, body: EventIn) -> Any:
    """`acknowledge`, `escalate`, `answer` (con lo que se le responde), `reopen` o `close`."""
    row, by = _row(request, Complaint, said_id), request.auth.created_by_id
    told = {"complaint_id": row.pk, "event": body.event, "at": timezone.now(), "by": by, "answer": body.text}
    return once(request, lambda: (200, _told(write_disputes.step_complaint(**told))))


@router.post("/disputes/{said_id}/owner", response={200: Any, **ERRORS}, auth=Bearer("write"))
def dispute_owner(request: Any, said_id: str, body: OwnerIn) -> Any:
    """La pasa a otra área o persona, con su razón. El plazo con el cliente no cambia."""
    return _pass_on(request, _row(request, Dispute, said_id), body)


@router.post("/complaints/{said_id}/owner", response={200: Any, **ERRORS}, auth=Bearer("write"))
def complaint_owner(request: Any, said_id: str, body: OwnerIn) -> Any:
    """La pasa a otra área o persona, con su razón. El plazo con el cliente no cambia."""
    return _pass_on(request, _row(request, Complaint, said_id), body)


def _pass_on(request: Any, row: Dispute | Complaint, body: OwnerIn) -> Any:
    by = person_of(request.auth).pk
    owner = get_user_model().objects.filter(username=body.owner).first() if body.owner else None
    if body.owner and owner is None:
        raise UnusableInput(f"No hay un usuario «{body.owner}».", field="owner")

    def act() -> tuple[int, Any]:
        write_owner.hand_over(
            row=row, department=body.department, owner=owner.pk if owner else None, why=body.why, by=by,
            at=timezone.now(),
        )  # fmt: skip
        row.refresh_from_db()
        return 200, _told(row)

    return once(request, act)


def _number(text: str, field: str) -> int:
    number = text.rpartition("_")[2]
    if not number.isdecimal() or len(number) > 18:
        raise UnusableInput(f"«{text}» no es un vencimiento: use el id que da `GET /api/v1/due-items`.", field=field)
    return int(number)


def _row(request: Any, model: type[Dispute] | type[Complaint], ref: str) -> Any:
    number = ref.rpartition("_")[2]
    rows = model.objects.select_related("creditor", "owner")
    row = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if row is None or request.auth.creditor_id not in (None, row.creditor_id):
        raise UnusableInput(f"No hay nada con el número «{ref}».")
    return row


def _told(row: Dispute | Complaint) -> dict[str, Any]:
    """As the API tells it; the person's words stay in the screens."""
    found: dict[str, Any] = {
        "id": f"{'acl' if isinstance(row, Dispute) else 'queja'}_{row.pk}", "account": f"cta_{row.account_id}",
        "state": row.state, "department": row.department, "owner": row.owner.get_username() if row.owner else None,
        "opened_on": row.opened_on, "deadline_on": row.deadline_on, "root_cause": row.root_cause,
        "due_item": f"doc_{row.due_item_id}" if row.due_item_id else None,
    }  # fmt: skip
    if isinstance(row, Dispute):
        found |= {
            "cause": row.cause, "disputed": {"minor": row.disputed_minor, "currency": row.currency},
            "credited": {"minor": row.credited_minor, "currency": row.currency},
        }  # fmt: skip
    return found
