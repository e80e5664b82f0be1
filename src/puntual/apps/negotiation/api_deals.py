"""REST: what follows an offer. Settlements, the customer's yes or no told to somebody, another plan, a promise taken
back. Who may grant what is the same as on the screens; an approval is another person's (`/approvals` and the screen).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from ninja import Router, Schema

from puntual.apps.access.problems import Bearer, creditor_of, once
from puntual.apps.negotiation import read, write, write_deals, write_granted, write_incentives
from puntual.apps.negotiation.api import ERRORS, PlanIn, deal_out, key_of, promise_out, terms_of
from puntual.apps.negotiation.models import Deal, GivenIncentive, Promise
from puntual.apps.negotiation.views_incentives import typed
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.policies import read_rules as policies
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_date

router = Router(tags=["Promesas y convenios"])
#: How a customer may have said yes to somebody.
HOW = ("call", "visit", "message", "paper")


class SettlementIn(Schema):
    pay_minor: int
    pay_by: date


class AcceptIn(Schema):
    how: str
    note: str = ""


class CloseIn(Schema):
    event: str


@router.get("/agreements", response={200: Any, **ERRORS}, auth=Bearer("read"))
def deals(request: HttpRequest, account: str, creditor: str | None = None) -> Any:
    """Los convenios y quitas de una cuenta, del más nuevo al más antiguo."""
    one = parties.account(account, creditor_of(request, creditor))
    rows = Deal.objects.filter(account=one).prefetch_related("instalments").order_by("-pk")[:50]
    return {"items": [deal_out(row) for row in rows]}


@router.post("/accounts/{ref}/settlements", response={201: Any, **ERRORS}, auth=Bearer("contact"))
def settle(request: HttpRequest, ref: str, body: SettlementIn, creditor: str | None = None) -> Any:
    """Ofrece cerrar toda la deuda por una parte, nunca por debajo del piso de la política. Lo que pasa de las
    facultades de un gestor lo aprueba una persona."""
    one = creditor_of(request, creditor)
    account, now = parties.account(ref, one), timezone.now()
    rules, today = policies.negotiation_rules(one.pk, account.policy_id, now), local_date(now, one.zone)
    if body.pay_by > today + timedelta(days=rules.settlement_days):
        raise UnusableInput(f"La quita se paga a más tardar en {rules.settlement_days} días.", field="pay_by")
    new = write_deals.Offer(
        account.pk, today, today + timedelta(days=rules.offer_days), "api", key_of(request), "agent", rules.limits
    )
    return once(
        request,
        lambda: (201, deal_out(write_deals.offer_settlement(
            offer=new, pay_minor=body.pay_minor, pay_by=body.pay_by, rules=rules.settlement, at=now
        ))),
    )  # fmt: skip


class IncentiveIn(Schema):
    kind: str
    pct: str
    through: date


@router.post("/accounts/{ref}/incentives", response={201: Any, **ERRORS}, auth=Bearer("contact"))
def give_incentive(request: HttpRequest, ref: str, body: IncentiveIn, creditor: str | None = None) -> Any:
    """Ofrece una rebaja por pagar a tiempo (`early_discount`, `interest_reduction` o `settlement`) sobre todo lo
    abierto, con las facultades de un gestor: lo que pasa de ellas se pide en la pantalla, a otra persona."""
    one = creditor_of(request, creditor)
    account, now = parties.account(ref, one), timezone.now()
    rules, today = policies.negotiation_rules(one.pk, account.policy_id, now), local_date(now, one.zone)
    told = QueryDict(mutable=True)
    told.update({"clase": body.kind, "pct": body.pct, "hasta": body.through.isoformat()})

    def give() -> tuple[int, Any]:
        asked = typed(told, today, rules)
        shown = write_granted.shown(account=account, incentive=asked, items=(), role="agent", on=today, at=now)
        if shown.need.role is not None:
            sentence = "Pasa de las facultades de un gestor: pídalo en la pantalla del cliente."
            raise Refused(sentence, reason="no_authority")
        new = write_incentives.NewIncentive(account.pk, asked, today, "api", key_of(request))
        return 201, _incentive_out(write_incentives.give(new=new, at=now))

    return once(request, give)


def _incentive_out(row: GivenIncentive) -> dict[str, Any]:
    saved = row.waived_principal_minor + row.waived_interest_minor + row.waived_fee_minor
    return {
        "id": f"inc_{row.pk}", "kind": row.kind, "state": row.state, "through": row.through,
        "pay": {"minor": row.pay_minor, "currency": row.currency}, "saves": {"minor": saved, "currency": row.currency},
    }  # fmt: skip


@router.post("/agreements/{ref}/replan", response={201: Any, **ERRORS}, auth=Bearer("contact"))
def replan(request: HttpRequest, ref: str, body: PlanIn, creditor: str | None = None) -> Any:
    """Ofrece otro plan en lugar del vigente; al aceptarlo toma su lugar."""
    one, row = _own(request, ref, creditor)
    now = timezone.now()
    rules, today = policies.negotiation_rules(one.pk, row.account.policy_id, now), local_date(now, one.zone)
    new = write_deals.Offer(
        row.account_id, today, today + timedelta(days=rules.offer_days), "api", key_of(request), "agent",
        rules.limits, due_items=tuple(c.due_item_id for c in row.covers.all()), replaces=row.pk,
    )  # fmt: skip
    terms = terms_of(body, rules.plan_rate_pct)
    return once(request, lambda: (201, deal_out(write_deals.offer_agreement(offer=new, terms=terms, at=now))))


@router.post("/agreements/{ref}/accept", response={200: Any, **ERRORS}, auth=Bearer("contact"))
def accept(request: HttpRequest, ref: str, body: AcceptIn, creditor: str | None = None) -> Any:
    """El cliente dijo que sí a una persona. `how`: call, visit, message o paper; queda como prueba con la llave que lo
    anotó."""
    one, row = _own(request, ref, creditor)
    if body.how not in HOW:
        raise UnusableInput(f"how debe ser {', '.join(HOW)}.", field="how")
    now = timezone.now()
    evidence = {"at": now.isoformat(), "how": body.how, "note": body.note[:300], "key": _key_id(request)}
    on = local_date(now, one.zone)
    return once(
        request, lambda: (200, deal_out(write_deals.accept(deal_id=row.pk, on=on, at=now, evidence=evidence)))
    )  # fmt: skip


@router.post("/agreements/{ref}/close", response={200: Any, **ERRORS}, auth=Bearer("contact"))
def close(request: HttpRequest, ref: str, body: CloseIn, creditor: str | None = None) -> Any:
    """El cliente dijo que no (`decline`) o la empresa la retira (`withdraw`)."""
    one, row = _own(request, ref, creditor)
    if body.event not in ("decline", "withdraw"):
        raise UnusableInput("event debe ser decline o withdraw.", field="event")
    now = timezone.now()
    on = local_date(now, one.zone)
    return once(
        request, lambda: (200, deal_out(write_deals.close(deal_id=row.pk, event=body.event, at=now, on=on)))
    )  # fmt: skip


@router.post("/promises/{ref}/withdraw", response={200: Any, **ERRORS}, auth=Bearer("contact"))
def withdraw(request: HttpRequest, ref: str, creditor: str | None = None) -> Any:
    """La persona, o la empresa, retira una promesa: nada se incumplió y los recordatorios siguen."""
    one, now = creditor_of(request, creditor), timezone.now()
    row = Promise.objects.filter(pk=_number(ref, "prom_"), creditor=one).first()
    if row is None:
        raise UnusableInput(f"No hay una promesa «{ref}».", field="ref")
    pk, on = row.pk, local_date(now, one.zone)
    return once(request, lambda: (200, promise_out(write.withdraw_promise(promise_id=pk, at=now, on=on))))


def _own(request: HttpRequest, ref: str, creditor: str | None) -> tuple[Creditor, Deal]:
    """The deal of that id, if it is of the creditor that the key sees."""
    one = creditor_of(request, creditor)
    pk = _number(ref, "conv_")
    if not pk or not Deal.objects.filter(pk=pk, creditor=one).exists():
        raise UnusableInput(f"No hay un convenio «{ref}».", field="ref")
    return one, read.deal(pk)


def _number(ref: str, prefix: str) -> int:
    digits = ref.removeprefix(prefix)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def _key_id(request: Any) -> int:
    return int(request.auth.pk)
