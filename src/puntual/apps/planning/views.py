"""Hoy: what needs a person, what was collected, what goes out, how old the debt is; or the first steps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.access.grants import NotAllowed
from puntual.apps.access.read import grants, opener
from puntual.apps.counting import counts_up_to
from puntual.apps.inbox import read as inbox
from puntual.apps.negotiation import read_owner
from puntual.apps.negotiation import read_screens as negotiation
from puntual.apps.outreach import lines
from puntual.apps.outreach import read_screens as outreach
from puntual.apps.outreach import read_troubles as troubles
from puntual.apps.parties import read as parties
from puntual.apps.payments import read_attention as payments
from puntual.apps.planning import read_screens as read
from puntual.apps.planning.models import Plan
from puntual.apps.policies import read as policies
from puntual.apps.portal import read as portal
from puntual.apps.receivables import read_screens as books
from puntual.apps.reports import read as reports
from puntual.apps.scope import Scope, choose, page, scope_of
from puntual.core.reasons import CATALOGUE
from puntual.ui.ageing import ageing
from puntual.ui.channels import channel_name
from puntual.ui.navigation import entries, exists

_WEEK = 7
#: What asks for a person, in the order in which it hurts: its count, tone, icon, where to act, sentence.
_NEEDS = (
    ("approve", "warn", "clock", "/envios/?estado=waiting",
     ngettext_lazy("%(n)d mensaje espera su aprobación", "%(n)d mensajes esperan su aprobación", "n")),
    ("events", "warn", "clock", "/envios/#por-hechos",
     ngettext_lazy("%(n)d mensaje por un hecho espera su aprobación",
                   "%(n)d mensajes por un hecho esperan su aprobación", "n")),
    ("failed", "bad", "alert", "/envios/no-salieron/?que=failed",
     ngettext_lazy("%(n)d mensaje no pudo salir", "%(n)d mensajes no pudieron salir", "n")),
    ("unknown", "warn", "alert", "/envios/no-salieron/?que=unknown",
     ngettext_lazy("%(n)d mensaje sin confirmar: quizá llegó", "%(n)d mensajes sin confirmar: quizá llegaron", "n")),
    ("expired", "warn", "clock", "/envios/no-salieron/?que=expired",
     ngettext_lazy("%(n)d mensaje no salió a tiempo", "%(n)d mensajes no salieron a tiempo", "n")),
    ("complaints", "bad", "talk", "/aclaraciones/",
     ngettext_lazy("%(n)d queja sin responder", "%(n)d quejas sin responder", "n")),
    ("talk_late", "bad", "talk", "/conversaciones/?tarde=si",
     ngettext_lazy("%(n)d conversación fuera de plazo", "%(n)d conversaciones fuera de plazo", "n")),
    ("talk_waiting", "warn", "talk", "/conversaciones/",
     ngettext_lazy("%(n)d conversación por atender", "%(n)d conversaciones por atender", "n")),
    ("wrong_people", "bad", "user", "/avisos/",
     ngettext_lazy("%(n)d «No soy esta persona» por revisar", "%(n)d «No soy esta persona» por revisar", "n")),
    ("talks", "warn", "talk", "/avisos/",
     ngettext_lazy("%(n)d cliente quiere hablar con alguien", "%(n)d clientes quieren hablar con alguien", "n")),
    ("claims", "warn", "coin", "/avisos/",
     ngettext_lazy("%(n)d aviso de pago por verificar", "%(n)d avisos de pago por verificar", "n")),
    ("unusual", "bad", "alert", "/pagos/inusuales/",
     ngettext_lazy("%(n)d pago fuera de lo común por mirar", "%(n)d pagos fuera de lo común por mirar", "n")),
    ("disputes", "warn", "flag", "/aclaraciones/",
     ngettext_lazy("%(n)d aclaración por vencer", "%(n)d aclaraciones por vencer", "n")),
    ("broken", "bad", "broken", "/promesas/?ver=broken",
     ngettext_lazy("%(n)d promesa incumplida esta semana", "%(n)d promesas incumplidas esta semana", "n")),
    ("promised_today", "info", "promise", "/promesas/?ver=today",
     ngettext_lazy("%(n)d promesa para hoy o antes", "%(n)d promesas para hoy o antes", "n")),
    ("to_approve", "info", "calendar", "/promesas/",
     ngettext_lazy("%(n)d convenio por aprobar", "%(n)d convenios por aprobar", "n")),
    ("tasks", "info", "flag", "#decidir",
     ngettext_lazy("%(n)d cliente pide una decisión", "%(n)d clientes piden una decisión", "n")),
    ("in_favour", "info", "coin", "/cartera/?saldo=credit",
     ngettext_lazy("%(n)d cliente tiene dinero sin aplicar", "%(n)d clientes tienen dinero sin aplicar", "n")),
)  # fmt: skip
#: Reasons of a plan that a person can mend.
_MENDABLE = ("no_contact_point", "no_consent", "unknown_country", "unknown_zone", "no_policy", "no_pack", "stale_bank")


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """The first page of the day."""
    scope = scope_of(request)
    if scope is None and parties.creditors().exists():
        return render(request, "access/nothing_yet.html")
    if scope is None:
        return render(request, "planning/first_steps.html", {"steps": _steps(None), "start": _start(None)})
    if not grants(request).may("today.see", scope.creditor.pk):
        return redirect(_elsewhere(request))
    with timezone.override(scope.creditor.zone):
        if not books.has_books(scope.creditor.pk):
            context = {"steps": _steps(scope), "start": _start(scope)}
            return page(request, scope, "planning/first_steps.html", context)
        return page(request, scope, "planning/today.html", _today(scope, request.user.pk or 0))


def _elsewhere(request: HttpRequest) -> str:
    """The first page of whoever has no Hoy: where their own work is. NotAllowed where they have none."""
    found = next((e.path for e in entries(may_open=opener(request)) if e.path != "/"), None)
    if found is None:
        raise NotAllowed("today.see")
    return found


def _start(scope: Scope | None) -> str:
    """Where «Empezar con mis datos» leads."""
    wanted = "/cargar/" if scope else "/comenzar/"
    return wanted if exists(wanted) else ""


def _today(scope: Scope, me: int) -> dict[str, Any]:
    creditor = scope.creditor.pk
    plan = read.to_show(creditor, None, scope.today)
    bars = books.ageing_by_currency(creditor, scope.today)
    collected = books.collected_by_day(
        creditor, scope.today - timedelta(days=_WEEK - 1), scope.today + timedelta(days=1)
    )
    return {
        "bars": [ageing(amounts, currency) for currency, amounts in bars.items()],
        "mixed": len(bars) > 1,
        "collected": sorted(collected.get(scope.today, {}).items()),
        "week": _week(collected, scope.today, next(iter(bars), scope.creditor.currency)),
        "payments": books.payments_on(creditor, scope.today),
        "plan": plan,
        "plan_is_today": plan is not None and plan.day == scope.today,
        "planned": read.planned(plan) if plan else [],
        "planned_n": sum(n for _c, n in read.planned(plan)) if plan else 0,
        "planned_amounts": read.amounts(plan) if plan else [],
        "skipped": read.skipped(plan)[:6] if plan else [],
        "needs": [*_passed(scope, me), *_needs(scope, plan)],
        "tasks": _tasks(creditor),
        "to_look_at": books.to_look_at(creditor, scope.today),
    }


def _tasks(creditor_id: int) -> list[tuple[Any, str]]:
    rows = outreach.tasks(creditor_id, 5)
    names = books.names_of(row.account for row in rows)
    return [(row, names[row.account_id]) for row in rows]


def _week(collected: dict[date, dict[str, int]], today: date, currency: str) -> dict[str, Any]:
    """Seven columns of money received in the main currency, ready for an SVG of 7 x 40."""
    days = [today - timedelta(days=n) for n in reversed(range(_WEEK))]
    amounts = [collected.get(day, {}).get(currency, 0) for day in days]
    top = max(max(amounts), 1)
    heights = [max(1, 40 * max(a, 0) // top) if a > 0 else 0 for a in amounts]
    columns = [
        {"day": d, "minor": a, "height": h, "x": 14 * i, "y": 40 - h}
        for i, (d, a, h) in enumerate(zip(days, amounts, heights))
    ]
    return {"columns": columns, "total_minor": sum(amounts), "currency": currency}


def _passed(scope: Scope, me: int) -> list[dict[str, Any]]:
    """Disputes and complaints that somebody passed on to who looks, and they have not opened."""
    n = len(read_owner.news(scope.creditor.pk, me, None))
    if not n:
        return []
    text = ngettext("Le pasaron %(n)d aclaración o queja", "Le pasaron %(n)d aclaraciones o quejas", n) % {"n": n}
    return [{"tone": "warn", "icon": "flag", "url": "/aclaraciones/", "text": text}]


def _needs(scope: Scope, plan: Plan | None) -> list[dict[str, Any]]:
    """What asks for a person, in the order in which it hurts. Each with its sentence and where to act."""
    creditor = scope.creditor
    counted = counts_up_to(
        books.COUNT_MAX,
        {
            **outreach.needs(creditor.pk, plan.pk if plan else None),
            **troubles.needs(creditor.pk, timezone.now()),
            **negotiation.needs(creditor.pk, scope.today),
            **portal.needs(creditor.pk),
            **inbox.needs(creditor.pk, timezone.now()),
            **payments.needs(creditor.pk),
            "in_favour": books.in_favour(creditor.pk),
        },
    )
    found = [
        {"tone": tone, "icon": icon, "url": url, "text": text % {"n": n}}
        for name, tone, icon, url, text in _NEEDS
        if (n := counted[name])
    ]
    for line in lines.paused(timezone.now(), creditor.pk):
        text = _("El proveedor de %(channel)s tiene problemas: sus mensajes esperan") % {
            "channel": channel_name(line.channel)
        }  # fmt: skip
        found.insert(0, {"tone": "bad", "icon": "alert", "url": "/envios/no-salieron/", "text": text})
    missed = len(reports.missed(creditor.pk))
    if missed:
        text = ngettext("%(n)d meta sin cumplir en 30 días", "%(n)d metas sin cumplir en 30 días", missed)
        found.append({"tone": "warn", "icon": "chart", "url": "/reportes/#metas", "text": text % {"n": missed}})
    for code in _MENDABLE:
        n = read.count_of(plan, [code])
        if n and plan:
            text = ngettext("%(n)d cliente sin contactar", "%(n)d clientes sin contactar", n) % {"n": n}
            url = f"/envios/?dia={plan.day.isoformat()}&razon={code}"
            found.append({"tone": "clay", "icon": "stop", "url": url, "text": f"{text}: {CATALOGUE[code]}"})
    return found


def _steps(scope: Scope | None) -> list[dict[str, Any]]:
    """The way to the first reminder; what is done already is ticked."""
    policy = bool(scope and policies.policies_of(scope.creditor.pk))
    steps: list[dict[str, Any]] = [
        {"done": scope is not None, "title": _("Diga quién cobra"), "url": "/comenzar/",
         "text": _("Su empresa, su país y cómo quiere tratar a la gente: de tú, de usted o de vos.")},
        {"done": False, "title": _("Cargue lo que le deben"), "url": "/cargar/",
         "text": _("Una hoja de cálculo, una carpeta de CFDI o los saldos de hoy. Antes de guardar verá qué se leyó.")},
        {"done": policy, "title": _("Elija cómo recordar"), "url": "/politicas/",
         "text": _("Hay un punto de partida para cada país, dentro de su ley: avisos antes, el día y después.")},
        {"done": False, "title": _("Mire lo que saldría mañana"), "url": "/envios/",
         "text": _("Cada mensaje con su porqué, y a quién no se escribe, con su norma. Usted lo aprueba.")},
    ]  # fmt: skip
    return [{**step, "url": step["url"] if exists(step["url"]) else ""} for step in steps]


@login_required
@require_POST
def choose_creditor(request: HttpRequest) -> HttpResponse:
    """Work for another creditor from now on."""
    scope = scope_of(request)
    wanted = request.POST.get("creditor", "")
    if scope and wanted.isdigit() and int(wanted) in {c.pk for c in scope.creditors}:
        choose(request, int(wanted))
    return redirect("/")
