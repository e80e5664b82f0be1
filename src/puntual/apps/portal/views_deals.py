"""Arranging it: a date, instalments by quote, «No estoy de acuerdo», a complaint. The rules are core.negotiation's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write as promises
from puntual.apps.negotiation import write_deals as deals
from puntual.apps.negotiation import write_disputes as disputes
from puntual.apps.negotiation.choices import DealState, DisputeCause
from puntual.apps.portal import acts, forms, read, savings
from puntual.apps.portal.choices import BOXES_SHOWN, OPTIONS_SHOWN, PLAN_SIZES, Every
from puntual.apps.portal.pages import Here, device, form_page, owed, page
from puntual.apps.portal.views_pay import selection
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation.quote import Quote, Terms
from puntual.core.negotiation.rules import NegotiationRules


@page()
def promise(here: Here) -> HttpResponse:
    """«Elegir fecha»: a promise over everything that is open in a currency, or another date for the one there is."""
    context = owed(here)
    if context["bill"].clear:
        return redirect(here.url("home"))
    account, rules = here.visit.account.pk, here.rules.promise
    known = {p.currency: p for p in negotiation.open_promises(account)}
    chosen = selection(here.request.GET, context["bill"])

    def act() -> HttpResponse:
        told = _promise(here, context["bill"])
        current = known.get(chosen["currency"]) if told.key not in {p.key for p in known.values()} else None
        if current is None:
            promises.make_promise(promise=told, at=here.at, rules=rules)
        else:
            _may_change(here)
            promises.change_promise(promise_id=current.pk, new=told, at=here.at, rules=rules)
        return here.done("promise")

    return form_page(
        here, "promise", act, current=known.get(chosen["currency"]), first=here.today,
        last=here.today + timedelta(days=rules.max_days_ahead), **context, **chosen,
    )  # fmt: skip


def _promise(here: Here, bill: read.Bill) -> promises.NewPromise:
    given = here.request.POST
    chosen = selection(here.request.GET, bill)
    minor = forms.amount(given.get("amount", ""), chosen["currency"])
    return promises.NewPromise(
        account=here.visit.account.pk, made_on=here.today, promised_on=forms.day(given, "on"), source="portal",
        key=here.key("promise"), due_items=tuple(chosen["picked"]), amount_minor=minor,
    )  # fmt: skip


def _may_change(here: Here) -> None:
    since = here.at - timedelta(days=30)
    moved = [
        p
        for p in negotiation.promises_of(here.visit.account.pk)
        if p.reason == "promise_replaced" and p.created_at > since
    ]
    if len(moved) >= here.rules.promise_changes:
        raise Refused(
            _("Ya cambió la fecha varias veces este mes: si lo necesita otra vez, hable con una persona."),
            reason="promise_already_open",
        )


@page()
def saving(here: Here) -> HttpResponse:
    """Take the discount that is offered today, and on to paying with it."""
    if here.request.method != "POST":
        return redirect(here.url("home"))
    try:
        savings.take(visit=here.visit, key=here.key("saving"), at=here.at)
    except (Refused, UnusableInput):
        return redirect(here.url("home"))
    return redirect(here.url("pay_saving"))


@page()
def plan(here: Here) -> HttpResponse:
    """«Pagar en cuotas»: choose, see every payment to the cent, accept. What stands already is shown instead.

    `?cambiar=1`: another plan in the place of the current one, as often as the policy lets.
    """
    account, rules = here.visit.account.pk, here.rules
    current = negotiation.current_deal(account)
    changing = current is not None and here.request.GET.get("cambiar") == "1" and may_change_plan(here, current)
    waiting = negotiation.waiting_deal(account, here.today)
    if waiting and not _is_again(here, waiting.key):
        return redirect(here.url("offer"))
    if current and not changing and not _is_again(here, current.key):
        return redirect(here.url("my_plan"))
    context = owed(here)
    if context["bill"].clear:
        return redirect(here.url("home"))
    chosen = selection(here.request.GET, context["bill"])
    covered = [c.due_item_id for c in current.covers.all()] if current and changing else chosen["picked"]
    given = here.request.POST if here.request.method == "POST" else here.request.GET
    sizes = [n for n in PLAN_SIZES if n <= max(limit.max_instalments for limit in rules.limits[:3])]
    terms, wrong = _terms(given, here.today, rules, sizes)
    made, problem = _quoted(account, terms, covered)

    def act() -> HttpResponse:
        if wrong or made is None:
            raise UnusableInput(wrong or problem)
        if given.get("total") != str(made.to_pay_minor):
            raise UnusableInput(_("Su saldo cambió mientras leía: revise el plan otra vez."))
        return _accept(here, made, terms, tuple(covered), current.pk if current and changing else None)

    return form_page(
        here, "plan", act, quote=made, terms=terms, problem=wrong or problem, sizes=sizes, every=Every.choices,
        alone=rules.limits[0].max_instalments, first=here.today, changing=changing,
        last=here.today + timedelta(days=rules.starts_within_days), missed=rules.agreement.max_missed,
        **{**context, **chosen},
    )  # fmt: skip


def _is_again(here: Here, key: str) -> bool:
    """Whether this is the very form that made that deal, sent twice."""
    return here.request.method == "POST" and here.key("plan") == key


def may_change_plan(here: Here, current: Any) -> bool:
    """Whether the person may ask for another plan alone: an agreement, not too often."""
    return current.kind == "agreement" and negotiation.replans_of(here.visit.account.pk) < here.rules.replans


def _terms(given: Any, today: date, rules: NegotiationRules, sizes: list[int]) -> tuple[Terms, str]:
    """The shape that somebody chose, and what is wrong with it, if anything."""
    size, every = given.get("n", "3"), given.get("cada", "month")
    n = int(size) if size in {str(n) for n in sizes} else min(3, sizes[-1])
    every = every if every in Every.values else "month"
    first, wrong = today, ""
    if given.get("primero"):
        try:
            first = forms.day(given, "primero")
            if not today <= first <= today + timedelta(days=rules.starts_within_days):
                first = today
                wrong = _("El primer pago va dentro de los próximos %(n)d días.") % {"n": rules.starts_within_days}
        except UnusableInput as error:
            wrong = error.sentence
    return Terms(instalments=n, every=every, first_on=first, plan_rate_pct=rules.plan_rate_pct), wrong


def _quoted(account: int, terms: Terms, items: list[int]) -> tuple[Quote | None, str]:
    try:
        return deals.quote_agreement(account=account, terms=terms, due_items=items), ""
    except (UnusableInput, Refused) as error:
        return None, error.sentence


def _accept(here: Here, made: Quote, terms: Terms, items: tuple[int, ...], replaces: int | None) -> HttpResponse:
    """Offer and accept in one go; beyond what a person may choose alone, it waits for the company."""
    rows = [(i.number, i.due_on, i.amount_minor) for i in made.instalments]
    evidence = evidence_of(here, rows, made.debt.currency)
    offer = deals.Offer(
        account=here.visit.account.pk, offered_on=here.today, source="portal", key=here.key("plan"), role="portal",
        expires_on=here.today + timedelta(days=here.rules.offer_days), limits=here.rules.limits, due_items=items,
        replaces=replaces, evidence=evidence,
    )  # fmt: skip
    with transaction.atomic():
        deal = deals.offer_agreement(offer=offer, terms=terms, at=here.at)
        if deal.state == DealState.TO_APPROVE:
            return here.done("plan-pending")
        deals.accept(deal_id=deal.pk, on=here.today, at=here.at, evidence=evidence)
    return here.done("plan")


def evidence_of(here: Here, rows: Iterable[tuple[int, date, int]], currency: str) -> dict[str, Any]:
    """How it was accepted: when, from where, by which link, and the digest of the plan as it was shown."""
    lines = [f"{number}|{due_on}|{minor}|{currency}" for number, due_on, minor in rows]
    agent = here.request.META.get("HTTP_USER_AGENT", "")
    return {
        "at": here.at.isoformat(),
        "address": here.request.META.get("REMOTE_ADDR", ""),
        "device": device(here.request),
        "agent_sha256": hashlib.sha256(agent.encode()).hexdigest(),
        "link": here.visit.link.pk,
        "language": here.language,
        "plan_sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    }


@page()
def dispute(here: Here) -> HttpResponse:
    """«No estoy de acuerdo»: which document, how much of it, why, and what shows it. That part is not collected."""
    context = owed(here)
    lines = context["bill"].lines

    def act() -> HttpResponse:
        given, file = here.request.POST, here.request.FILES.get("slip")
        picked = forms.chosen(given, "doc", [line.due_item for line in lines])
        if len(picked) != 1:
            raise UnusableInput(_("Elija el documento con el que no está de acuerdo."), field="doc")
        line = next(line for line in lines if line.due_item == picked[0])
        typed = given.get("amount", "").strip()
        slip = acts.check_slip(file.read(acts.SLIP_MAX + 1)) if file else None
        key = here.key("dispute")
        new = disputes.NewDispute(
            account=here.visit.account.pk, due_item=line.due_item, opened_on=here.today, source="portal", key=key,
            cause=forms.choice(given, "cause", DisputeCause.values), text=forms.text(given, "text"),
            disputed_minor=forms.amount(typed, line.currency) if typed else None,
        )  # fmt: skip
        with transaction.atomic():
            row = disputes.open_dispute(dispute=new, at=here.at)
            if slip:
                acts.attach(visit=here.visit, about="dispute", about_id=row.pk, slip=slip, key=key, at=here.at)
        return here.done("dispute")

    if context["bill"].clear:
        return redirect(here.url("home"))
    named = forms.chosen(here.request.POST or here.request.GET, "doc", [line.due_item for line in lines])
    chosen = named[0] if len(named) == 1 else None
    options = [line for n, line in enumerate(lines) if n < OPTIONS_SHOWN or line.due_item == chosen]
    return form_page(
        here, "dispute", act, lines=lines, causes=DisputeCause.choices, chosen_item=chosen,
        options=options if len(lines) > BOXES_SHOWN else (), **context,
    )  # fmt: skip


@page()
def complaint(here: Here) -> HttpResponse:
    """A complaint about how we behave. Automation stops until somebody answers."""

    def act() -> HttpResponse:
        given, file = here.request.POST, here.request.FILES.get("slip")
        slip = acts.check_slip(file.read(acts.SLIP_MAX + 1)) if file else None
        key = here.key("complaint")
        new = disputes.NewComplaint(
            account=here.visit.account.pk,
            opened_on=here.today,
            source="portal",
            key=key,
            text=forms.text(given, "text"),
        )
        with transaction.atomic():
            row = disputes.open_complaint(complaint=new, at=here.at)
            if slip:
                acts.attach(visit=here.visit, about="complaint", about_id=row.pk, slip=slip, key=key, at=here.at)
        return here.done("complaint")

    return form_page(here, "complaint", act)
