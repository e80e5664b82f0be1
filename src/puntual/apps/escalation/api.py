"""REST: steps before a judge or with an agency of an account, and asking another person for one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from puntual.apps.access.problems import Bearer, Problem, creditor_of, once, person_of
from puntual.apps.escalation import read_legal, write_legal
from puntual.apps.parties import read as parties
from puntual.core import reasons
from puntual.core.time import local_date

router = Router(tags=["Etapa legal"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class StepIn(Schema):
    step: str
    currency: str
    reason: str


@router.get("/accounts/{ref}/legal-steps", response={200: Any, **ERRORS}, auth=Bearer("read"))
def steps(request: HttpRequest, ref: str, creditor: str | None = None) -> Any:
    """Lo vencido por moneda con lo que se puede pedir (y por qué no), y los pasos autorizados, dados y terminados."""
    one = creditor_of(request, creditor)
    account = parties.account(ref, one)
    today = local_date(timezone.now(), one.zone)
    return {"debts": [_debt(d) for d in read_legal.debts(account, today)], "steps": _steps(account.pk)}


@router.post("/accounts/{ref}/legal-steps", response={202: Any, **ERRORS}, auth=Bearer("write"))
def propose(request: Any, ref: str, body: StepIn, creditor: str | None = None) -> Any:
    """Pide un paso a otra persona: letter, agency, suit o seizure. Nada cambia hasta que lo apruebe."""
    one, by = creditor_of(request, creditor), person_of(request.auth)
    account, now = parties.account(ref, one), timezone.now()

    def act() -> tuple[int, Any]:
        row = write_legal.propose(
            account=account, kind=body.step, currency=body.currency, reason=body.reason,
            today=local_date(now, one.zone), at=now, by=by,
        )  # fmt: skip
        return 202, {"approval": f"apr_{row.pk}", "state": row.state}

    return once(request, act)


def _debt(d: read_legal.Debt) -> dict[str, Any]:
    may = {a.kind: reasons.as_json(a.no) if a.no else None for a in d.askable}
    return {"overdue": {"minor": d.overdue_minor, "currency": d.currency}, "days_late": d.days_late,
            "standing": d.standing, "why_not": may}  # fmt: skip


def _steps(account_id: int) -> list[dict[str, Any]]:
    return [
        {"id": f"paso_{s.pk}", "step": s.kind, "state": s.state, "authorised_on": s.authorised_on,
         "asked_by": s.asked_by, "authorised_by": s.authorised_by, "done_on": s.done_on, "reference": s.reference}
        for s in read_legal.steps_of(account_id)
    ]  # fmt: skip
