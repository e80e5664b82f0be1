"""The page itself: what is owed line by line, how to pay it, «Ya pagué», and how to know that the page is genuine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puntual.apps.imports import read as imports
from puntual.apps.negotiation import read as negotiation
from puntual.apps.policies import read as policies
from puntual.apps.portal import forms, read, savings
from puntual.apps.portal.choices import CHARGES_A_PAGE, LINES_A_PAGE, no_debt_name
from puntual.apps.portal.pages import Here, greeting_name, owed, page, private, seen
from puntual.apps.receivables import read as receivables
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
    "plan-pending",
    "settlement",
    "offer-declined",
    "autopay",
    "autopay-off",
    "dispute",
    "complaint",
    "terms",
)


#: So many documents are shown at once on the first page.
FIRST = 6


@page(acts=False)
def home(here: Here) -> HttpResponse:
    """Who is owed, how much in all, and each due item line by line; below, everything that can be done about it."""
    account, context = here.visit.account, owed(here)
    lines = context["bill"].lines
    number = min(forms.page_number(here.request.GET), -(-len(lines) // LINES_A_PAGE) or 1)
    shown = lines[(number - 1) * LINES_A_PAGE : number * LINES_A_PAGE]
    folds = number == 1 and len(shown) > FIRST + 2
    seen(here, "home")
    return here.show(
        "home",
        name=greeting_name(here.visit),
        reminder=read.reminder_asked(account.pk, here.today),
        pauses=read.pauses(account.pk),
        offered=negotiation.waiting_deal(account.pk, here.today),
        saving=None if context["bill"].clear else savings.of(here.visit, here.at),
        own_documents=_own_documents(here, context["bill"]),
        certificate=no_debt_name(here.visit.creditor.country),
        asks_rating=_just_paid(here),
        # A long list of what is late frightens and helps nobody: the first ones, and the others by a touch.
        first=shown[:FIRST] if folds else shown,
        rest=shown[FIRST:] if folds else [],
        number=number,
        before=number - 1,
        after=number + 1 if len(lines) > number * LINES_A_PAGE else 0,
        left=len(lines) - number * LINES_A_PAGE,
        **context,
    )


@page(acts=False)
def charges(here: Here, due_item: int) -> HttpResponse:
    """Every charge of one document with its formula, some at a time."""
    line = next((one for one in owed(here)["bill"].lines if one.due_item == due_item), None)
    if line is None or not line.charges:
        raise Http404
    number = forms.page_number(here.request.GET)
    rows = line.charges[(number - 1) * CHARGES_A_PAGE : number * CHARGES_A_PAGE]
    after = number + 1 if len(line.charges) > number * CHARGES_A_PAGE else 0
    return here.show("charges", line=line, rows=rows, before=number - 1, after=after)


def _own_documents(here: Here, bill: read.Bill) -> set[int]:
    """Originals that are about this person alone: a file with many customers is nobody's to download."""
    documents = {line.document for line in bill.lines if line.document}
    return imports.documents_about(here.visit.party.pk, documents) if documents else set()


def _just_paid(here: Here) -> bool:
    """Whether a payment came in within the last month, so that one question about it makes sense."""
    rows = receivables.events_of(here.visit.account.pk, 10)
    since = here.today - timedelta(days=30)
    return any(e.kind == "payment" and e.effective_on >= since for e in rows)


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
    if what == "promise":
        more["promise"] = next(iter(negotiation.open_promises(account)), None)
    if what == "claim":
        more["claim"] = read.open_claim(account)
    if what == "remind":
        more["reminder"] = read.reminder_asked(account, here.today)
    return here.show("done", what=what, **more)


@page(acts=False)
def missing(here: Here, rest: str) -> HttpResponse:
    """An address under the link that is none."""
    raise Http404


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
