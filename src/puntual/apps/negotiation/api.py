"""REST: promises and agreements, by the same rules and limits as the screens."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from puntual.apps.access.problems import Bearer, Money, Problem, creditor_of, once, page
from puntual.apps.negotiation import write, write_deals
from puntual.apps.negotiation.models import Deal, Promise
from puntual.apps.parties import read as parties
from puntual.apps.policies import read_rules as policies
from puntual.core.errors import UnusableInput
from puntual.core.negotiation.quote import Quote, Terms
from puntual.core.time import local_date

router = Router(tags=["Promesas y convenios"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class PromiseOut(Schema):
    id: str
    account: str
    amount: Money
    promised_on: date
    state: str
    paid: Money


class Promises(Schema):
    items: list[PromiseOut]
    next: str | None


class PromiseIn(Schema):
    promised_on: date
    amount_minor: int | None = None


class PlanIn(Schema):
    instalments: int
    every: str = "month"
    first_on: date
    down_payment_pct: str = "0"


@router.get("/promises", response={200: Promises, **ERRORS}, auth=Bearer("read"))
def promises(
    request: HttpRequest, creditor: str | None = None, state: str | None = None, cursor: str | None = None,
    limit: int = 50,
) -> Any:  # fmt: skip
    """Promesas de pago con su estado, por páginas. `state`: open, kept, broken o withdrawn."""
    rows = Promise.objects.filter(creditor=creditor_of(request, creditor))
    found, following = page(rows.filter(state=state) if state else rows, cursor, limit)
    return {"items": [promise_out(p) for p in found], "next": following}


def promise_out(p: Promise) -> dict[str, Any]:
    """A promise as the API tells it."""
    return {
        "id": f"prom_{p.pk}", "account": f"cta_{p.account_id}", "promised_on": p.promised_on, "state": p.state,
        "amount": {"minor": p.amount_minor, "currency": p.currency},
        "paid": {"minor": p.paid_minor, "currency": p.currency},
    }  # fmt: skip


@router.post("/accounts/{ref}/promises", response={201: Any, **ERRORS}, auth=Bearer("contact"))
def make_promise(request: HttpRequest, ref: str, body: PromiseIn, creditor: str | None = None) -> Any:
    """Anota una promesa sobre todo lo abierto (o por un importe): desde ahora los recordatorios esperan."""
    one = creditor_of(request, creditor)
    account, now = parties.account(ref, one), timezone.now()
    rules = policies.negotiation_rules(one.pk, account.policy_id, now).promise
    new = write.NewPromise(
        account.pk, local_date(now, one.zone), body.promised_on, "api", key_of(request), amount_minor=body.amount_minor
    )
    return once(request, lambda: (201, promise_out(write.make_promise(promise=new, at=now, rules=rules))))


@router.post("/accounts/{ref}/agreements/quote", response={200: Any, **ERRORS}, auth=Bearer("write"))
def quote(request: HttpRequest, ref: str, body: PlanIn, creditor: str | None = None) -> Any:
    """Cómo quedaría un convenio, pago por pago y al centavo. No escribe nada."""
    one = creditor_of(request, creditor)
    account = parties.account(ref, one)
    rules = policies.negotiation_rules(one.pk, account.policy_id, timezone.now())
    made = write_deals.quote_agreement(account=account.pk, terms=terms_of(body, rules.plan_rate_pct))
    return {"instalments": _parts(made), "total": {"minor": made.to_pay_minor, "currency": made.debt.currency}}


@router.post("/accounts/{ref}/agreements", response={201: Any, **ERRORS}, auth=Bearer("contact"))
def offer(request: HttpRequest, ref: str, body: PlanIn, creditor: str | None = None) -> Any:
    """Ofrece un convenio con las facultades de un gestor: el cliente lo acepta en su página. Lo que pasa de ellas lo
    aprueba una persona."""
    one = creditor_of(request, creditor)
    account, now = parties.account(ref, one), timezone.now()
    rules, today = policies.negotiation_rules(one.pk, account.policy_id, now), local_date(now, one.zone)
    new = write_deals.Offer(
        account.pk, today, today + timedelta(days=rules.offer_days), "api", key_of(request), "agent", rules.limits
    )
    terms = terms_of(body, rules.plan_rate_pct)
    return once(request, lambda: (201, deal_out(write_deals.offer_agreement(offer=new, terms=terms, at=now))))


def deal_out(row: Deal) -> dict[str, Any]:
    """An agreement or settlement as the API tells it. `needs`: the role whose approval it waits for."""
    parts = [{"number": p.number, "due_on": p.due_on, "minor": p.debt_minor + p.finance_minor} for p in
             row.instalments.order_by("number")]  # fmt: skip
    return {"id": f"conv_{row.pk}", "kind": row.kind, "state": row.state, "needs": row.needs_role or None,
            "currency": row.currency, "instalments": parts}  # fmt: skip


def _parts(made: Quote) -> list[dict[str, Any]]:
    return [{"number": p.number, "due_on": p.due_on, "minor": p.amount_minor} for p in made.instalments]


def terms_of(body: PlanIn, rate: Any) -> Terms:
    """The plan that was asked for, at the policy's rate."""
    try:
        down = Decimal(body.down_payment_pct)
    except InvalidOperation:
        raise UnusableInput("down_payment_pct debe ser un porcentaje, por ejemplo «10».") from None
    return Terms(body.instalments, body.every, body.first_on, down_payment_pct=down, plan_rate_pct=rate)


def key_of(request: Any) -> str:
    """The form's key: the caller's own, apart from those of other callers."""
    return f"api:{request.auth.pk}:{request.headers.get('Idempotency-Key', '').strip()}"[:80]
