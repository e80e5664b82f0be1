"""Promesas y convenios, Aclaraciones y quejas: what people said, until when, and who has to answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.access import read as access
from puntual.apps.negotiation import read, read_inside, read_own, read_owner, write_disputes, write_owner
from puntual.apps.negotiation import read_screens as screens
from puntual.apps.negotiation.choices import RootCause
from puntual.apps.negotiation.models import Complaint, Dispute, HandOver
from puntual.apps.portal import acts as portal_acts
from puntual.apps.portal import read as portal
from puntual.apps.portal.choices import SLIP_MAX
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.money import parse_major
from puntual.core.negotiation import dispute as core

#: Rows of a list; these lists are worked down, not browsed.
SHOWN = 100
#: What causes cost is told of so many days.
COSTS_DAYS = 180
_VIEWS = (
    ("open", gettext_lazy("Vigentes")),
    ("today", gettext_lazy("Para hoy o antes")),
    ("broken", gettext_lazy("Incumplidas")),
    ("kept", gettext_lazy("Cumplidas")),
)
#: Event of the table -> what the button says.
_EVENTS = {
    "take": gettext_lazy("Tomar para revisar"),
    "ask_customer": gettext_lazy("Pedir algo al cliente"),
    "customer_answered": gettext_lazy("El cliente respondió"),
    "withdraw": gettext_lazy("El cliente la retira"),
    "tell_customer": gettext_lazy("Se informó al cliente"),
    "reopen": gettext_lazy("Abrir de nuevo"),
    "acknowledge": gettext_lazy("Tomar para revisar"),
    "escalate": gettext_lazy("Pasar a un responsable mayor"),
    "close": gettext_lazy("Cerrar"),
}


@screen
@require_GET
def promises(request: HttpRequest, scope: Scope) -> HttpResponse:
    """`?ver=` open, today, broken or kept; beside them the agreements that stand."""
    view = request.GET.get("ver", "open")
    rows = list(screens.promises(scope.creditor.pk, view, scope.today)[:SHOWN])
    deals = list(screens.deals(scope.creditor.pk)[:SHOWN])
    names = names_of(row.account for row in [*rows, *deals])
    context = {
        "view": view,
        "views": _VIEWS,
        "promises": [{"row": r, "name": names[r.account_id], "state": f"promise_{r.state}"} for r in rows],
        "deals": [{"row": d, "name": names[d.account_id], "instalments": list(d.instalments.all())} for d in deals],
        "shown": SHOWN,
    }
    return page(request, scope, "negotiation/promises.html", context)


@screen
@require_GET
def disputes(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Disputes and complaints to answer, the nearest deadline first; `?ver=cerradas` those that are over."""
    closed = request.GET.get("ver") == "cerradas"
    areas = access.grants(request).own_areas(scope.creditor.pk)
    rows = list(read_own.disputes(screens.disputes(scope.creditor.pk, closed=closed), areas)[:SHOWN])
    said = list(read_own.complaints(screens.complaints(scope.creditor.pk, closed=closed), areas)[:SHOWN])
    names = names_of(row.account for row in [*rows, *said])
    news = read_owner.news(scope.creditor.pk, request.user.pk or 0, areas)
    context = {
        "closed": closed,
        "areas": None if areas is None else sorted(areas),
        "costs": read_inside.costs(
            scope.creditor.pk, scope.creditor.currency, scope.today - timedelta(days=COSTS_DAYS), areas
        ),
        "disputes": [_listed(row, names, scope.today) for row in rows],
        "complaints": [_listed(row, names, scope.today) for row in said],
        "passed": _passed(news),
        "passed_n": len(news),
    }
    return page(request, scope, "negotiation/disputes.html", context)


def _listed(row: Dispute | Complaint, names: Mapping[int, str], today: date) -> dict[str, Any]:
    late = row.deadline_on < today
    return {"row": row, "name": names[row.account_id], "late": late, "owner": read_owner.name_of(row.owner)}


def _passed(news: list[HandOver]) -> dict[str, set[int]]:
    """kind -> which were passed on to who looks."""
    told: dict[str, set[int]] = {"dispute": set(), "complaint": set()}
    for one in news:
        told["dispute" if one.dispute_id else "complaint"].add(one.dispute_id or one.complaint_id or 0)
    return told


def _one(request: HttpRequest, kind: str, pk: int) -> Dispute | Complaint:
    model = {"aclaracion": Dispute, "queja": Complaint}.get(kind)
    row = model.objects.select_related("account", "owner").filter(pk=pk).first() if model else None
    if row is None or not read_own.is_own(row, access.grants(request)):
        raise Http404
    return row


@screen
@require_GET
def said(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """One dispute or complaint: the person's words, what was done, what can be done now."""
    row = _one(request, kind, pk)
    scope = follow(request, scope, row.creditor_id)
    areas, me = access.grants(request).own_areas(row.creditor_id), request.user.pk or 0
    write_owner.seen(row=row, by=me, areas=areas, at=timezone.now())
    machine = core.MACHINE if kind == "aclaracion" else core.COMPLAINT
    events = [(e, _EVENTS[e]) for e in machine.events(row.state) if e in _EVENTS]
    words, answer = read.words_of(row)
    context: dict[str, Any] = {
        "kind": kind,
        "row": row,
        "name": names_of([row.account])[row.account_id],
        "words": words,
        "answer": answer,
        "steps": read.steps_of(row),
        "events": events,
        "resolves": any(e.startswith("resolve") for e in machine.events(row.state)),
        "answers": "answer" in machine.events(row.state),
        "files": read_inside.files_of(row),
        "sent_files": portal.attachments_of("dispute" if kind == "aclaracion" else "complaint", row.pk),
        "causes": RootCause.choices,
        "passed": read_owner.history(row),
        "open": row.state in write_owner.OPEN,
        "areas": read_own.known_areas([row.creditor_id]),
        "answerers": [(u.pk, read_owner.name_of(u)) for u in access.people_who("disputes.work", row.creditor_id)],
        "owner": read_owner.name_of(row.owner),
        "team": [(u.pk, u.first_name or u.get_username()) for u in access.people_who("workbench.use", row.creditor_id)],
    }
    return page(request, scope, "negotiation/said.html", context)


@screen
@require_POST
def advance(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """One event of its table, an outcome or an answer."""
    row = _one(request, kind, pk)
    scope = follow(request, scope, row.creditor_id)
    try:
        _advance(request, scope, kind, row)
        messages.success(request, _("Anotado."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("negotiation:said", kind=kind, pk=pk)


def _advance(request: HttpRequest, scope: Scope, kind: str, row: Dispute | Complaint) -> None:
    event, by, at = request.POST.get("event", ""), request.user.pk, timezone.now()
    text = request.POST.get("text", "")
    if kind == "queja":
        write_disputes.step_complaint(complaint_id=row.pk, event=event, at=at, by=by, answer=text)
    elif event == "resolve":
        if not text.strip():
            raise UnusableInput(_("Escriba el resultado: es lo que se le dirá al cliente."), field="text")
        credited = parse_major(request.POST.get("credited", "").strip() or "0", row.currency)
        write_disputes.resolve_dispute(
            dispute_id=row.pk, credited_minor=credited.minor, outcome=text, on=scope.today, at=at, by=by
        )
    elif event in _EVENTS:
        write_disputes.step_dispute(dispute_id=row.pk, event=event, at=at, by=by)
    else:
        raise UnusableInput(_("Elija qué hacer con ella."))


@screen
@require_POST
def pass_on(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """To another area or person, with its reason; whoever no longer sees it goes back to the list."""
    row = _one(request, kind, pk)
    scope = follow(request, scope, row.creditor_id)
    owner = request.POST.get("owner", "")
    try:
        done = write_owner.hand_over(
            row=row, department=request.POST.get("department", ""), why=request.POST.get("why", ""),
            owner=int(owner) if owner.isdecimal() and len(owner) < 19 else None, by=request.user.pk, at=timezone.now(),
        )  # fmt: skip
        told = {"whom": read_owner.name_of(done.owner) or done.department}
        messages.success(request, _("Ahora es de %(whom)s, con el mismo plazo.") % told)
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    if not read_own.is_own(row, access.grants(request)):
        return redirect("negotiation:disputes")
    return redirect("negotiation:said", kind=kind, pk=pk)


@screen
@require_POST
def inside(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """What was found inside the company, and what it cost."""
    row = _one(request, kind, pk)
    scope = follow(request, scope, row.creditor_id)
    try:
        cost = parse_major(request.POST.get("cost", "").strip() or "0", scope.creditor.currency).minor
        agent = request.POST.get("agent", "")
        team = {u.pk for u in access.people_who("workbench.use", row.creditor_id)}
        found = write_disputes.Inside(
            request.POST.get("root_cause", ""), cost, {"si": True, "no": False}.get(request.POST.get("founded", "")),
            int(agent) if agent.isdecimal() and len(agent) < 19 and int(agent) in team else None,
        )  # fmt: skip
        write_disputes.note_inside(row=row, found=found, by=request.user.pk, at=timezone.now())
        messages.success(request, _("Anotado: cuenta en las causas y en lo que cuestan."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("negotiation:said", kind=kind, pk=pk)


@screen
@require_POST
def attach(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """Evidence of the company's own."""
    row = _one(request, kind, pk)
    scope = follow(request, scope, row.creditor_id)
    try:
        sent = request.FILES.get("file")
        if sent is None:
            raise UnusableInput(_("Elija un archivo: una foto o un PDF."), field="file")
        slip = portal_acts.check_slip(sent.read(SLIP_MAX + 1))
        write_disputes.add_file(row=row, data=slip.data, kind=slip.kind, by=request.user.pk, at=timezone.now())
        messages.success(request, _("Guardado con esta conversación."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("negotiation:said", kind=kind, pk=pk)


@screen
@require_GET
def file(request: HttpRequest, scope: Scope, kind: str, pk: int, file_id: int) -> HttpResponse:
    """A piece of evidence, ours or the customer's: downloaded, never run."""
    row = _one(request, kind, pk)
    scope = follow(request, scope, row.creditor_id)
    if request.GET.get("de") == "cliente":
        about = "dispute" if kind == "aclaracion" else "complaint"
        theirs = next((a for a in portal.attachments_of(about, pk) if a.pk == file_id), None)
        data, what = (portal_acts.file_of(theirs), theirs.kind) if theirs else (None, "")
    else:
        ours = next((f for f in read_inside.files_of(row) if f.pk == file_id), None)
        data, what = (read_inside.bytes_of(ours), ours.kind) if ours else (None, "")
    if data is None:
        raise Http404
    ending = what.rpartition("/")[2].replace("jpeg", "jpg")
    return HttpResponse(data, content_type=what, headers={
        "Content-Disposition": f'attachment; filename="{kind}-{pk}-{file_id}.{ending}"',
        "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store, private",
    })  # fmt: skip
