"""The page itself: what is owed line by line, how to pay it, «Ya pagué», and how to know that the page is genuine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puntual.apps.outreach import facts
from puntual.apps.policies import read as policies
from puntual.apps.portal import acts, forms, read
from puntual.apps.portal.choices import ClaimMethod, no_debt_name
from puntual.apps.portal.pages import Here, device, greeting_name, is_browser, page, private
from puntual.apps.receivables import read as receivables
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import references
from puntual.core.time import local_date

#: Pages that say that an act is done.
DONE = (
    "claim",
    "stop",
    "remind",
    "payday",
    "preferences",
    "word",
    "talk",
    "rate",
    "promise",
    "plan",
    "dispute",
    "complaint",
)


@page(acts=False)
def home(here: Here) -> HttpResponse:
    """Who is owed, how much in all, and each due item line by line; below, everything that can be done about it."""
    account = here.visit.account
    _seen(here, "home")
    return here.show(
        "home",
        name=greeting_name(here.visit),
        claim=read.open_claim(account.pk),
        reminder=read.reminder_asked(account.pk, here.today),
        certificate=no_debt_name(here.visit.creditor.country),
        asks_rating=_just_paid(here),
        **_owed(here),
    )


def _owed(here: Here) -> dict[str, Any]:
    bill = read.bill(here.visit.account.pk, here.today)
    return {"bill": bill, "mixed": len(bill.totals) > 1}


def _seen(here: Here, where: str) -> None:
    """Remember that the page was seen, once a day and place; robots that open links are not people."""
    if not is_browser(here.request):
        return
    facts.record_fact(
        account_id=here.visit.account.pk, kind="clicked", at=here.at, device=device(here.request), detail=where,
        key=f"portal:seen:{where}:{here.visit.link.pk}:{here.today}",
    )  # fmt: skip


def _just_paid(here: Here) -> bool:
    """Whether a payment came in within the last month, so that one question about it makes sense."""
    rows = receivables.events_of(here.visit.account.pk, 10)
    since = here.today - timedelta(days=30)
    return any(e.kind == "payment" and e.effective_on >= since for e in rows)


@page(acts=False)
def pay(here: Here) -> HttpResponse:
    """How to pay all, some documents or a part: the amount, the reference, and where the money goes."""
    context = _owed(here)
    if context["bill"].clear:
        return redirect(here.url("home"))
    _seen(here, "pay")
    return here.show("pay", **context, **selection(here, context["bill"]), **ways(here))


def selection(here: Here, bill: read.Bill) -> dict[str, Any]:
    """What the address says is going to be paid: a currency, documents of it, or an amount of one's own."""
    given = here.request.GET
    currencies = [currency for currency, _minor in bill.totals]
    currency = given.get("moneda", "") if given.get("moneda", "") in currencies else currencies[0]
    lines = bill.of(currency)
    picked = forms.chosen(given, "doc", [line.due_item for line in lines]) or [line.due_item for line in lines]
    whole = sum(line.open_minor for line in lines if line.due_item in picked)
    typed, error = given.get("importe", "").strip(), ""
    minor = whole
    if typed:
        try:
            minor = min(forms.amount(typed, currency), whole)
        except UnusableInput as wrong:
            error = wrong.sentence
    return {
        "currency": currency,
        "lines": lines,
        "picked": picked,
        "minor": minor,
        "whole": whole,
        "typed": typed,
        "amount_error": error,
    }


def ways(here: Here) -> dict[str, Any]:
    """Where the money goes: always to the creditor. The reference finds the account in the bank's statement."""
    reference = references.make(references.ACCOUNT, here.visit.account.pk)
    return {"reference": reference, "reference_shown": references.pretty(reference)}


@page(acts=False)
def part(here: Here) -> HttpResponse:
    """«Abonar una parte»: how much, and then as any payment."""
    context = _owed(here)
    if context["bill"].clear:
        return redirect(here.url("home"))
    return here.show("part", **context, **selection(here, context["bill"]))


@page()
def claim(here: Here) -> HttpResponse:
    """«Ya pagué»: when, how much, how, and the slip. Reminders pause at once."""
    context = _owed(here)
    bill = context["bill"]
    chosen = selection(here, bill) if not bill.clear else {"currency": here.visit.creditor.currency, "lines": ()}
    error = None
    if here.request.method == "POST":
        try:
            told = _claim(here, [currency for currency, _m in bill.totals] or [chosen["currency"]])
            acts.claim_paid(visit=here.visit, claim=told, key=here.key("claim"), at=here.at)
            return here.done("claim")
        except (UnusableInput, Refused) as wrong:
            error = wrong
    return here.show(
        "claim",
        status=422 if error else 200,
        error=error,
        given=here.request.POST,
        methods=ClaimMethod.choices,
        method=here.request.GET.get("metodo", ""),
        latest=here.today + timedelta(days=1),
        **context,
        **chosen,
    )


def _claim(here: Here, currencies: list[str]) -> acts.Claim:
    given, file = here.request.POST, here.request.FILES.get("slip")
    currency = forms.choice(given, "moneda", currencies, default=currencies[0])
    return acts.Claim(
        amount_minor=forms.amount(given.get("amount", ""), currency),
        currency=currency,
        paid_on=forms.day(given, "paid_on"),
        method=forms.choice(given, "method", ClaimMethod.values),
        note=forms.text(given, "note", 600),
        slip=acts.check_slip(file.read(acts.SLIP_MAX + 1)) if file else None,
    )


@page(acts=False)
def genuine(here: Here) -> HttpResponse:
    """How to know that this page is the creditor's: its own telephone and mail, and the address of the page."""
    return here.show("genuine", domain=settings.PUBLIC_URL.split("//")[-1].split("/")[0])


@page(acts=False)
def done(here: Here, what: str) -> HttpResponse:
    """What was done, what happens next."""
    if what not in DONE:
        raise Http404
    account = here.visit.account.pk
    more: dict[str, Any] = {}
    if what == "claim":
        more["claim"] = read.open_claim(account)
    if what == "remind":
        more["reminder"] = read.reminder_asked(account, here.today)
    return here.show("done", what=what, **more)


@require_safe
def policy(request: Any, slug: str) -> HttpResponse:
    """«Política de cobro», public: terms, stages and what is done in each, in plain words."""
    found = policies.by_slug(slug)
    version = policies.version_in_force(found.pk, timezone.now()) if found else None
    if found is None or version is None:
        raise Http404
    value = policies.parse_text(version.text)
    stages = [
        {"name": stage, "steps": [step for step in value.steps if value.stage_of(step.day) == stage]}
        for stage in ("preventive", "administrative", "extrajudicial", "judicial")
    ]
    response = render(
        request,
        "portal/policy.html",
        {
            "creditor": found.creditor,
            "policy": value,
            "since": local_date(version.active_from, found.creditor.zone),
            "stages": stages,
            "title": _("Política de cobro"),
            "language": "es",
        },
    )
    private(response)
    response["Cache-Control"] = "public, max-age=300"
    return response
