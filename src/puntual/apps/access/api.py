"""REST: what waits for another person. A key speaks for the person who made it, so two people are still two people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from puntual.apps.access import read_approvals, write_approvals
from puntual.apps.access.choices import APPROVAL_STATES
from puntual.apps.access.models import Approval
from puntual.apps.access.problems import Bearer, Money, Problem, creditor_of, once, page, person_of
from puntual.core.errors import UnusableInput

router = Router(tags=["Por aprobar"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class ApprovalOut(Schema):
    id: str
    kind: str
    state: str
    account: str | None
    amount: Money
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime | None
    decided_by: str | None
    answer: str


class Approvals(Schema):
    items: list[ApprovalOut]
    next: str | None


class AnswerIn(Schema):
    answer: str = ""


@router.get("/approvals", response={200: Approvals, **ERRORS}, auth=Bearer("read"))
def approvals(
    request: HttpRequest, creditor: str | None = None, state: str | None = None, cursor: str | None = None,
    limit: int = 50,
) -> Any:  # fmt: skip
    """Lo que una persona pidió y otra debe aprobar, por páginas. `state`: waiting, approved, refused, withdrawn o
    expired."""
    if state and state not in APPROVAL_STATES:
        raise UnusableInput(f"Los estados son {', '.join(APPROVAL_STATES)}.", field="state")
    found, following = page(read_approvals.in_state(creditor_of(request, creditor).pk, state), cursor, limit)
    return {"items": [_told(row) for row in found], "next": following}


@router.post("/approvals/{approval_id}/{answer}", response={200: Any, **ERRORS}, auth=Bearer("approve"))
def decide(request: Any, approval_id: str, answer: str, body: AnswerIn) -> Any:
    """`approve` o `refuse` (con su motivo) lo que pidió otra persona; `withdraw` lo que pidió usted."""
    row, by = _mine(request, approval_id), person_of(request.auth)
    told = {"approval_id": row.pk, "by": by, "at": timezone.now()}

    def act() -> tuple[int, Any]:
        if answer == "approve":
            done = write_approvals.approve(**told, answer=body.answer)
        elif answer == "refuse":
            done = write_approvals.refuse(**told, answer=body.answer)
        elif answer == "withdraw":
            done = write_approvals.withdraw(**told)
        else:
            raise UnusableInput("Se responde con approve, refuse o withdraw.", field="answer")
        return 200, _told(done)

    return once(request, act)


def _mine(request: Any, approval_id: str) -> Approval:
    text = approval_id.removeprefix("apr_")
    row = read_approvals.approval(int(text)) if text.isdecimal() and len(text) < 19 else None
    if row is None or request.auth.creditor_id not in (None, row.creditor_id):
        raise UnusableInput(f"No hay nada por aprobar con el número «{approval_id}».")
    return row


def _told(row: Approval) -> dict[str, Any]:
    return {
        "id": f"apr_{row.pk}", "kind": row.kind, "state": read_approvals.state_of(row),
        "account": f"cta_{row.account_id}" if row.account_id else None,
        "amount": {"minor": row.amount_minor, "currency": row.currency}, "reason": row.reason,
        "asked_by": row.asked_by.get_username(), "asked_at": row.asked_at, "expires_at": row.expires_at,
        "decided_by": row.decided_by.get_username() if row.decided_by else None, "answer": row.answer,
    }  # fmt: skip
