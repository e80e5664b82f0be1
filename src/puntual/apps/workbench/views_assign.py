"""Reparto: who attends whom, what each can take on, who is attended by name, and goals with their caps."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.parties import read as parties
from puntual.apps.scope import Scope, page, screen
from puntual.apps.supervision import read_month
from puntual.apps.workbench import forms, read, read_assign, read_presence, write_assign
from puntual.apps.workbench.choices import DialBy
from puntual.apps.workbench.views import day_start
from puntual.core.errors import UnusableInput
from puntual.core.workbench import goals as core
from puntual.core.workbench.assignment import BECAUSE


@screen
@require_GET
def assignment(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The team with what each holds and how the day goes."""
    desks = read.desks(scope.creditor.pk)
    now = timezone.now()
    on_duty = {agent.id: agent for agent, _ in read_assign.team(scope.creditor.pk, now)}
    locks = read.locks_of(scope.creditor.pk, now)
    start = day_start(scope)
    agents = read.agents(scope.creditor.pk)
    told = read_presence.told(pk for pk, _name, _profile in agents)
    held = {lock.agent_id: lock for lock in locks}
    people = [
        {
            "id": pk, "name": name, "profile": profile, "waiting": desks.get(pk, 0), "on": pk in on_duty,
            "day": read.day_of(pk, start), "stand": read_presence.stand(told.get(pk), held.get(pk), now),
        }
        for pk, name, profile in agents
    ]  # fmt: skip
    named = read.named_agents()
    # Who has a name of its own is known once; each company is told of its own customers only.
    names = parties.people(parties.customers_among(scope.creditor.pk, named))
    team = {p["id"]: p["name"] for p in people}
    context = {
        "people": people,
        "common": desks.get(0, 0),
        "locks": locks,
        "call_backs": read.open_call_backs(scope.creditor.pk, limit=12),
        "named": [(names[pk].name, team.get(agent, ""), pk) for pk, agent in named.items() if pk in names],
        "metrics": core.METRICS.items(),
        "never": core.NEVER.values(),
        "month": [
            (team[pk], one, [(core.METRICS[m], n) for m, n in one.reached.items()])
            for pk, one in read_month.month(scope.creditor, scope.today).items()
            if pk in team
        ],
        "goals": [(core.METRICS.get(g.metric, g.metric), g) for g in read.goals_of(scope.creditor.pk)],
        "caps": core.Caps(),
        "dial_by": DialBy.choices,
        "because": BECAUSE,
    }
    return page(request, scope, "workbench/assignment.html", context)


@screen
@require_POST
def deal(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Deal the queue among the people on duty, or give everything back to the common one."""
    if request.POST.get("act") == "back":
        n = write_assign.give_back(creditor_id=scope.creditor.pk)
        messages.success(request, _("%(n)d volvieron a la cola común.") % {"n": n})
        return redirect("workbench:assignment")
    done = write_assign.deal(creditor_id=scope.creditor.pk, now=timezone.now())
    said = "; ".join(f"{n}: {BECAUSE[why]}" for why, n in done.items() if why != "moved")
    text = _("Repartido: %(n)d cambiaron de escritorio.") % {"n": done["moved"]}
    messages.success(request, f"{text} {said}")
    return redirect("workbench:assignment")


def _team(scope: Scope) -> set[int]:
    return {pk for pk, _name, _profile in read.agents(scope.creditor.pk)}


@screen
@require_POST
def profile(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What an agent can take on."""
    if pk not in _team(scope):
        raise Http404
    minutes = request.POST.get("minutes", "")
    if not minutes.isdigit() or not 0 < int(minutes) <= 1440:
        messages.error(request, _("Los minutos al día van de 1 a 1440."))
        return redirect("workbench:assignment")
    values = {
        **{name: forms.listed(request.POST.get(name, "")) for name in ("skills", "languages", "segments")},
        "minutes": int(minutes),
        "on_duty": request.POST.get("on_duty") == "on",
        "dial_by": request.POST.get("dial_by") if request.POST.get("dial_by") in DialBy.values else DialBy.TEL,
        "sip_domain": request.POST.get("sip_domain", "").strip()[:120],
    }
    write_assign.save_profile(user_id=pk, values=values)
    messages.success(request, _("Guardado."))
    return redirect("workbench:assignment")


@screen
@require_POST
def named(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A customer is attended by one person by name, or by anybody again."""
    agent = request.POST.get("agent", "")
    try:
        if request.POST.get("party", "").isdigit():
            party = int(request.POST["party"])
            if party not in parties.customers_among(scope.creditor.pk, [party]):
                raise UnusableInput(_("Ese cliente no es de esta empresa: no se cambió nada."))
        else:
            party = parties.account(request.POST.get("customer", "").strip(), scope.creditor).party_id
        if agent.isdigit() and int(agent) not in _team(scope):
            raise UnusableInput(_("Elija a alguien que gestione esta empresa."))
        write_assign.name_agent(
            party_id=party, agent_id=int(agent) if agent.isdigit() else None, because=request.POST.get("because", "")
        )
        messages.success(request, _("Guardado: se aplica en el próximo reparto."))
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("workbench:assignment")


@screen
@require_POST
def goals(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A goal of the month. What pays for pressure is refused."""
    try:
        target = Decimal(request.POST.get("target", "") or "0")
        points = int(request.POST.get("points", "") or "0")
        write_assign.save_goal(
            creditor_id=scope.creditor.pk, metric=request.POST.get("metric", ""), target=target, points=points
        )
        messages.success(request, _("Guardado."))
    except (InvalidOperation, ValueError):
        messages.error(request, _("Escriba la meta y los puntos con cifras."))
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("workbench:assignment")
