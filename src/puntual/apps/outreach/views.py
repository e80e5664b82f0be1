"""Envíos programados: what will leave and may still be stopped, what will not and why, and what each message says."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.outreach import lines, mass, read_troubles, write
from puntual.apps.outreach import read_screens as read
from puntual.apps.outreach.choices import OPEN_STATES
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.read_templates import label
from puntual.apps.outreach.read_why import channel_reason
from puntual.apps.outreach.write_events import EVENT_STEPS
from puntual.apps.planning import read_screens as planning
from puntual.apps.planning.models import Plan
from puntual.apps.policies import read as policies
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused, UnusableInput

PAGE = 50


@screen
@require_GET
def scheduled(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A day's plan: `?dia=` a day, `?estado=` a state of its messages, or `?razon=` those not contacted for it."""
    plan = planning.to_show(scope.creditor.pk, _day(request.GET.get("dia", "")), scope.today)
    context: dict[str, Any] = {"plan": plan, "days": planning.recent(scope.creditor.pk, 8), "states": read.STATES}
    context["not_left"] = read_troubles.rows(scope.creditor.pk).count()
    context["paused"] = lines.paused(timezone.now(), scope.creditor.pk)
    context["events"] = _events(scope)
    if plan is None:
        return page(request, scope, "outreach/scheduled.html", context)
    counts = read.by_state(plan.pk)
    context |= {
        "planned": planning.planned(plan),
        "amounts": planning.amounts(plan),
        "skipped": planning.skipped(plan),
        "skipped_n": sum(why.n for why in planning.skipped(plan)),
        "counts": list(counts.items()),
        "count_max": read.COUNT_MAX,
        "waiting": counts.get("waiting", 0),
        "mass": mass.takes_two_for(scope.creditor, request.user, timezone.now(), plan.pk, counts.get("waiting", 0)),
        "mixed": len(planning.amounts(plan)) > 1,
        "reason": request.GET.get("razon", ""),
    }
    listed = _not_sent(request, plan) if "razon" in request.GET else _leaving(request, plan)
    return page(request, scope, "outreach/scheduled.html", context | listed)


def _events(scope: Scope) -> list[dict[str, Any]]:
    """What is told because something happened, the first ones that will leave."""
    rows = list(read.events(scope.creditor.pk)[:PAGE])
    names = names_of(row.account for row in rows)
    return [
        {"row": row, "name": names[row.account_id], "state": look_of(row), "label": label(row.template)} for row in rows
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _leaving(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    state, channel = request.GET.get("estado", ""), request.GET.get("canal", "")
    rows = read.after(read.leaving(plan.pk, channel=channel, state=state), request.GET.get("tras", ""))
    got = list(rows[: PAGE + 1])
    names = names_of(row.account for row in got[:PAGE])
    base = f"?dia={plan.day.isoformat()}&estado={state}&canal={channel}"
    return {
        "state": state,
        "channel": channel,
        "sends": [{"row": row, "name": names[row.account_id], "state": look_of(row)} for row in got[:PAGE]],
        "next": f"{base}&tras={read.mark_of(got[PAGE - 1])}" if len(got) > PAGE else "",
        "first": base if request.GET.get("tras") else "",
    }


def _not_sent(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    code, after = request.GET.get("razon", ""), request.GET.get("tras", "")
    rows, mark = planning.not_sent(plan.pk, code, int(after) if after.isdigit() else 0, PAGE)
    names = names_of(row.account for row in rows)
    base = f"?dia={plan.day.isoformat()}&razon={code}"
    return {
        "refused": [{"row": row, "name": names[row.account_id]} for row in rows],
        "next": f"{base}&tras={mark}" if mark else "",
        "first": base if after else "",
    }


def look_of(row: Outbox) -> str:
    """The state that people read: a planned message may wait for approval, a withdrawn one may have been vetoed."""
    if row.state == "planned" and not row.approved:
        return "waiting"
    return "vetoed" if row.state == "withdrawn" and row.reason == "vetoed" else row.state


@screen
@require_GET
def message(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One message: what it says, to whom, and everything that led to it."""
    row = Outbox.objects.select_related("account", "plan").filter(pk=pk).first()
    if row is None:
        raise Http404
    scope = follow(request, scope, row.creditor_id)
    context: dict[str, Any] = {"row": row, "name": names_of([row.account])[row.account_id], "state": look_of(row)}
    context |= {"open": row.state in OPEN_STATES, "task": row.channel == "task"}
    told = row.step in EVENT_STEPS
    context |= {
        "why": row.reason or ("event_told" if told else "step_due"),
        "told": label(row.template) if told else "",
    }
    if row.policy_version_id:
        version = policies.version(row.policy_version_id)
        value = policies.parse_text(version.text)
        context |= {"version": version, "step": next((s for s in value.steps if s.id == row.step), None)}
    if not context["task"]:
        step = context.get("step")
        context["by"] = channel_reason(row, step.channels if step else (), timezone.now())
    try:
        said = import_string(settings.MESSAGE_PREVIEW)(row, timezone.now())
        context["recipient"], context["subject"], context["text"] = said
    except UnusableInput as error:
        context["problem"] = error.sentence
    return page(request, scope, "outreach/message.html", context)


def _own(scope: Scope, ids: list[str]) -> list[int]:
    """Those of these messages that are the creditor's."""
    wanted = [int(i) for i in ids if i.isdigit()]
    return list(Outbox.objects.filter(creditor_id=scope.creditor.pk, pk__in=wanted).values_list("pk", flat=True))


@screen
@require_POST
def act(request: HttpRequest, scope: Scope) -> HttpResponse:
    """«No enviar» or «Aprobar» for the ticked messages, or «Aprobar» for a whole day."""
    ids = _own(scope, request.POST.getlist("sel"))
    try:
        if request.POST.get("accion") == "veto":
            n = write.veto(ids=ids)
            audit.record(act="send_vetoed", actor=request.user, kind="outbox", detail={"ids": ids, "n": n})
            request.session["undo_veto"] = ids
            text = ngettext("%(n)d mensaje no saldrá.", "%(n)d mensajes no saldrán.", n)
            messages.success(request, text % {"n": n}, extra_tags=reverse("outreach:undo") if n else "")
        else:
            n = _approve(request, scope, ids)
            if n is None:
                messages.success(request, _("Son muchos a la vez: los aprueba otra persona. Quedó en «Por aprobar»."))
                return redirect(_back(request))
            text = ngettext(
                "%(n)d mensaje aprobado: saldrá a su hora.", "%(n)d mensajes aprobados: saldrán a su hora.", n
            )
            messages.success(request, text % {"n": n})
    except Refused as error:
        messages.error(request, error.sentence)
    return redirect(_back(request))


def _approve(request: HttpRequest, scope: Scope, ids: list[int]) -> int | None:
    """How many were approved; None where there are so many that another person was asked."""
    text = request.POST.get("plan", "")
    mine = text.isdigit() and Plan.objects.filter(pk=text, creditor_id=scope.creditor.pk).exists()
    plan_id = int(text) if mine else None
    if plan_id is None and not ids:
        return 0
    by: Any = request.user
    done = mass.let_go(creditor=scope.creditor, by=by, at=timezone.now(), plan_id=plan_id, ids=ids)
    return done.n if done.waits is None else None


@screen
@require_POST
def undo(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Put back what the last «No enviar» of this session stopped."""
    ids = _own(scope, [str(i) for i in request.session.pop("undo_veto", [])])
    n = write.restore(ids=ids) if ids else 0
    audit.record(act="veto_undone", actor=request.user, kind="outbox", detail={"ids": ids, "n": n})
    messages.success(request, ngettext("%(n)d mensaje saldrá.", "%(n)d mensajes saldrán.", n) % {"n": n})
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    here = reverse("outreach:scheduled")
    wanted = request.POST.get("volver", "")
    return wanted if wanted.startswith(here) else here
