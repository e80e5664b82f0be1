"""REST: the plan of a day, with every decision and its reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from ninja import Router, Schema

from puntual.apps.access.problems import Bearer, Problem, creditor_of, once, page, person_of
from puntual.apps.outreach import mass
from puntual.apps.planning import read
from puntual.apps.planning.models import PlanRow
from puntual.core import reasons
from puntual.core.errors import UnusableInput

router = Router(tags=["Día de cobranza"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class PlanOut(Schema):
    id: str
    day: date
    summary: dict[str, Any]


class Decisions(Schema):
    items: list[dict[str, Any]]
    next: str | None


@router.post("/run", response={200: Any, **ERRORS}, auth=Bearer("run"))
def run(request: HttpRequest, creditor: str | None = None, as_of: str | None = None) -> Any:
    """Decide el día de una empresa y deja su plan. No envía nada."""
    one = creditor_of(request, creditor)
    return once(request, lambda: (200, import_string(settings.DAY_RUNNER)(one, as_of)))


@router.get("/plans/latest", response={200: PlanOut, **ERRORS}, auth=Bearer("read"))
def latest(request: HttpRequest, creditor: str | None = None) -> Any:
    """El último plan de una empresa."""
    plan = read.latest(creditor_of(request, creditor).pk)
    if plan is None:
        raise UnusableInput("Todavía no hay ningún plan: decídalo con POST /run.")
    return {"id": f"plan_{plan.pk}", "day": plan.day, "summary": plan.summary}


@router.get("/plans/{plan_id}/rows", response={200: Decisions, **ERRORS}, auth=Bearer("read"))
def rows(request: HttpRequest, plan_id: str, cursor: str | None = None, limit: int = 100) -> Any:
    """Acciones y no acciones del plan, cada una con su razón, su norma y la versión de la política."""
    plan = _mine(request, plan_id)
    found, following = page(PlanRow.objects.filter(plan=plan), cursor, limit)
    return {"items": [_row(row) for row in found], "next": following}


@router.post("/plans/{plan_id}/approve", response={200: Any, 202: Any, **ERRORS}, auth=Bearer("run"))
def approve(request: HttpRequest, plan_id: str) -> Any:
    """Deja salir los envíos del plan que esperaban aprobación. Si son muchos a la vez no sale ninguno: queda pedido a
    otra persona, y se responde 202 con lo que espera."""
    plan = _mine(request, plan_id)

    def act() -> tuple[int, Any]:
        maker = person_of(request.auth) if request.auth.created_by else None
        done = mass.let_go(creditor=plan.creditor, by=maker, at=timezone.now(), plan_id=plan.pk)
        if done.waits is None:
            return 200, {"approved": done.n}
        return 202, {"approved": 0, "approval": f"apr_{done.waits.pk}"}

    return once(request, act)


def _mine(request: Any, plan_id: str) -> Any:
    plan = read.plan(plan_id)
    if request.auth.creditor_id and plan.creditor_id != request.auth.creditor_id:
        raise UnusableInput(f"No hay un plan «{plan_id}».")
    return plan


def _row(row: PlanRow) -> dict[str, Any]:
    return {
        "account": f"cta_{row.account_id}",
        "verdict": row.verdict,
        "reason": reasons.as_json(row.reason, rule=row.rule),
        "pack": row.pack,
        "stage": row.stage,
        "step": row.step,
        "channel": row.channel,
        "at": row.at,
        "next_allowed_at": row.next_allowed_at,
        "amount": {"minor": row.amount_minor, "currency": row.currency},
        "policy_version": row.policy_version_id,
    }
