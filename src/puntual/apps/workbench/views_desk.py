"""One person at the desk: who, what is owed and why, what may be done now, what to say, and what follows."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from puntual.apps.negotiation import write_deals
from puntual.apps.negotiation.choices import DisputeCause
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.scope import Scope, follow, page, screen
from puntual.apps.workbench import forms, outside, read, read_screens, speech, write_scripts
from puntual.apps.workbench.choices import DEPARTMENTS, TRANSFER_REASONS
from puntual.core.errors import Refused, UnusableInput
from puntual.core.workbench import results, script


def account_of(request: HttpRequest, scope: Scope, pk: int) -> tuple[Account, Scope]:
    """The account and the scope of its creditor. 404 where it does not exist for the person."""
    account = Account.objects.select_related("creditor", "party").filter(pk=pk).first()
    if account is None:
        raise Http404
    return account, follow(request, scope, account.creditor_id)


@screen
@require_GET
def desk(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Everything about one person, on one screen."""
    account, *others = _family(pk)
    scope = follow(request, scope, account.creditor_id)
    now = timezone.now()
    card = parties.card(account.party)
    said = read_screens.said_of(account)
    items = read_screens.owed(read_screens.open_items(account), scope.today, said.held())
    holder = read.holder_of(account.party_id, now)
    mine = holder is not None and holder.agent_id == request.user.pk and holder.account_id == account.pk
    row = read.row_of(scope.creditor.pk, account.party_id)
    totals: dict[str, int] = {}
    for item in items:
        totals[item.balance.currency] = totals.get(item.balance.currency, 0) + item.balance.open_minor
    context = {
        "account": account,
        "person": card.person,
        "row": row,
        "items": items,
        "totals": list(totals.items()),
        "currency": items[0].balance.currency if items else scope.creditor.currency,
        "holder": holder,
        "mine": mine,
        "handling": holder.handling if mine and holder else None,
        "phones": [p for p in card.points if p.kind == "phone"],
        "allowed": read_screens.together(outside.allowed(account, now, card.person)),
        "risk": read_screens.risk(account, [i.balance.due_item_id for i in items]),
        "siblings": others[:5],
        "token": secrets.token_hex(16),
        "dial": request.session.pop("dial", None) if mine else None,
        "now": now,
        **said.told(account),
        **(_choices(account.creditor_id, request.user.pk) if mine else {}),
        **_speech(request, scope, account, row, items, card.person.name, mine),
    }
    return page(request, scope, "workbench/desk.html", context)


def _family(pk: int) -> list[Account]:
    found = parties.family(pk)
    if not found:
        raise Http404
    return found


@screen
@require_GET
def items(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The documents beyond the first ones, when the agent asks for all of them."""
    account, scope = account_of(request, scope, pk)
    held = read_screens.said_of(account).held()
    rows = read_screens.owed(read_screens.open_items(account), scope.today, held)
    return render(request, "workbench/_items.html", {**scope.context(), "items": rows})


@screen
@require_GET
def history(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What has happened with this person: asked for as soon as the screen is there."""
    account, scope = account_of(request, scope, pk)
    context = {"account": account, "moments": read_screens.moments(account, scope.creditor.zone), "whole": True}
    return render(request, "workbench/_history.html", {**scope.context(), **context})


def _choices(creditor_id: int, user_id: int) -> dict[str, Any]:
    quick = [one for one in results.RESULTS.values() if one.key]
    return {
        "quick": quick,
        "hard": [one for one in results.RESULTS.values() if one.hard],
        "causes": DisputeCause.choices,
        "departments": DEPARTMENTS.items(),
        "transfer_reasons": TRANSFER_REASONS.items(),
        "team": read.team_names(creditor_id, user_id),
    }


def _speech(
    request: HttpRequest, scope: Scope, account: Account, row: Any, items: Any, name: str, mine: bool
) -> dict[str, Any]:
    """The step of the script that is open, filled with the facts, with the keys of its branches."""
    late = max((i.days for i in items), default=0)
    stage = row.stage if row else "administrative" if late <= 30 else "extrajudicial" if late <= 90 else "judicial"
    found = speech.fitting(scope.creditor.pk, stage=stage, segment=account.segment, country=scope.creditor.country)
    if found is None:
        return {"script": None}
    version, tree = found
    node = tree.nodes.get(request.GET.get("paso", ""), tree.nodes[script.START])
    agent = request.user.get_full_name() or request.user.get_username()
    facts = read_screens.facts(account, name, items, agent, scope.today)
    if mine and version and request.GET.get("paso"):
        lock = read.held_by(request.user.pk, timezone.now())
        if lock is not None:
            write_scripts.used(version_id=version, handling_id=lock.handling_id, node=node.id, at=timezone.now())
    return {
        "script": tree,
        "node": node,
        "say": script.fill(node.say, facts),
        "branches": list(zip(script.BRANCH_KEYS, node.branches)),
        "objections": [
            (key, code, words)
            for key, (code, words) in zip(script.OBJECTION_KEYS, script.OBJECTIONS.items())
            if code in tree.nodes
        ],
    }


@screen
@require_GET
def speak(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One step of the script, for the part of the page that shows it."""
    account, scope = account_of(request, scope, pk)
    now = timezone.now()
    holder = read.holder_of(account.party_id, now)
    mine = holder is not None and holder.agent_id == request.user.pk
    items = read_screens.owed(read_screens.open_items(account), scope.today, {})
    row = read.row_of(scope.creditor.pk, account.party_id)
    name = parties.person(account.party_id).name
    context = {"account": account, "mine": mine, **_speech(request, scope, account, row, items, name, mine)}
    return render(request, "workbench/_script.html", {**scope.context(), **context})


@screen
@require_GET
def quote(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What a plan would be, before it is offered. Nothing is written."""
    account, scope = account_of(request, scope, pk)
    given = request.GET.copy()
    if not parse_date(given.get("first_on", "") or ""):
        given["first_on"] = scope.today.isoformat()
    context: dict[str, Any] = {}
    try:
        context["quote"] = write_deals.quote_agreement(account=account.pk, terms=forms.terms(given))
    except (UnusableInput, Refused) as error:
        context["error"] = error.sentence
    return render(request, "workbench/_quote.html", {**scope.context(), **context})
