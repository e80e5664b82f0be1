"""Visitas: prepare a round, go out with it on a phone that may lose the signal, and see what came back."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.access import read as access
from puntual.apps.parties import read as parties
from puntual.apps.scope import Scope, page, screen
from puntual.apps.visits import read, write
from puntual.apps.visits.choices import VisitState
from puntual.apps.visits.models import Round, Visit
from puntual.core.errors import Refused, UnusableInput
from puntual.core.visits import RESULTS

_DAYS_AHEAD = 5
PLAN = "visits.plan"


@screen
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Rounds from today on, and a new one."""
    planner = access.grants(request).may(PLAN, scope.creditor.pk)
    if request.method == "POST":
        try:
            row = _plan(request, scope)
            return redirect("visits:round", row.pk)
        except (UnusableInput, Refused) as error:
            messages.error(request, error.sentence)
            return redirect("visits:index")
    accounts = list(read.suggested(scope.creditor.pk))
    names = {a.pk: person.name or a.code for a in accounts for person in [_people(accounts)[a.party_id]]}
    context = {
        "rounds": read.rounds(scope.creditor.pk, scope.today, None if planner else request.user.pk),
        "planner": planner,
        "suggested": [{"account": a, "name": names[a.pk]} for a in accounts],
        "people": access.people_who("visits.work", scope.creditor.pk) if planner else [],
        "days": [scope.today + timedelta(days=n) for n in range(_DAYS_AHEAD)],
    }
    return page(request, scope, "visits/index.html", context)


def _people(accounts: list[Any]) -> dict[int, parties.Person]:
    return parties.people(a.party_id for a in accounts)


def _plan(request: HttpRequest, scope: Scope) -> Round:
    told = request.POST
    agent = told.get("agent", "")
    try:
        day, first = date.fromisoformat(told.get("day", "")), time.fromisoformat(told.get("first") or "10:00")
    except ValueError:
        raise UnusableInput(_("Diga el día y la hora de la primera visita.")) from None
    allowed = {str(user.pk) for user in access.people_who("visits.work", scope.creditor.pk)}
    if agent not in allowed:
        raise UnusableInput(_("Elija a quién hará la ruta entre quienes pueden visitar."))
    ids = [int(one) for one in told.getlist("account") if one.isdigit()]
    codes = [code for code in told.get("codes", "").replace(",", " ").split() if code]
    known = parties.accounts_by_code(scope.creditor.pk, codes)
    strange = [code for code in codes if code not in known]
    if strange:
        raise UnusableInput(_("No hay un cliente con el código «%(code)s».") % {"code": strange[0]})
    ids += [account.pk for account in known.values()]
    return write.plan(creditor=scope.creditor, agent_id=int(agent), day=day, account_ids=ids, first=first)


def _round(request: HttpRequest, scope: Scope, pk: int) -> Round:
    """A round of the company; somebody else's only for who plans."""
    row = read.round_of(pk, scope.creditor.pk)
    if row is None or (row.agent_id != request.user.pk and not access.grants(request).may(PLAN, scope.creditor.pk)):
        raise Http404
    return row


@screen
@require_GET
def round_(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The round as one walks it: the phone keeps this page and works without signal."""
    row = _round(request, scope, pk)
    context = {
        "round": row, "stops": read.shown(row), "results": RESULTS.values(), "released": VisitState.RELEASED,
    }  # fmt: skip
    return page(request, scope, "visits/round.html", context)


@screen
@require_POST
def release(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Go out."""
    row = _round(request, scope, pk)
    write.release(round_id=row.pk, creditor_id=scope.creditor.pk, now=timezone.now(), user_id=request.user.pk or 0)
    out = row.visits.filter(state=VisitState.REFUSED).count()
    if out:
        messages.warning(request, _("Ruta lista; %(n)d se quedan fuera, cada una con su razón.") % {"n": out})
    else:
        messages.success(request, _("Ruta lista. Puede salir: funciona aunque se pierda la señal."))
    return redirect("visits:round", pk)


@screen
@require_POST
def report(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What was found at a stop. The phone sends it when it can; the same twice is one."""
    visit = _visit(request, scope, pk)
    try:
        proof = write.report(visit_id=visit.pk, found=_found(request), now=timezone.now(), actor=request.user)
    except (UnusableInput, Refused) as error:
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"saved": False, "error": error.sentence}, status=422)
        messages.error(request, error.sentence)
        return redirect("visits:round", visit.round_id)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"saved": True, "result": RESULTS[proof.result].name})
    messages.success(request, _("Visita anotada."))
    return redirect("visits:round", visit.round_id)


def _visit(request: HttpRequest, scope: Scope, pk: int) -> Visit:
    visit = read.visit(pk)
    if visit is None:
        raise Http404
    _round(request, scope, visit.round_id)
    return visit


def _found(request: HttpRequest) -> write.Found:
    told, files = request.POST, request.FILES
    happened = parse_datetime(told.get("happened_at", "")) or timezone.now()
    if timezone.is_naive(happened):
        happened = timezone.make_aware(happened)
    photo, signature = files.get("photo"), files.get("signature")
    return write.Found(
        result=told.get("result", ""),
        happened_at=happened,
        note=told.get("note", ""),
        place=_place(told.get("lat", ""), told.get("lon", ""), told.get("accuracy", "")),
        photo=photo.read() if photo else b"",
        signature=signature.read() if signature else b"",
    )


def _place(lat: str, lon: str, accuracy: str) -> dict[str, float] | None:
    try:
        place = {"lat": float(lat), "lon": float(lon), "accuracy": float(accuracy or 0)}
    except ValueError:
        return None
    return place if -90 <= place["lat"] <= 90 and -180 <= place["lon"] <= 180 else None


@screen
@require_GET
def proof(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The proof of a visit: when, where, photo and signature."""
    visit = _visit(request, scope, pk)
    kept = getattr(visit, "proof", None)
    if kept is None:
        raise Http404
    person = parties.person(visit.party_id)
    context = {
        "visit": visit, "proof": kept, "evidence": read.evidence(kept), "result": RESULTS[kept.result], "person": person
    }  # fmt: skip
    return page(request, scope, "visits/proof.html", context)


@screen
@require_GET
def picture(request: HttpRequest, scope: Scope, pk: int, which: str) -> HttpResponse:
    """The photo or the signature of a proof."""
    visit = _visit(request, scope, pk)
    kept = getattr(visit, "proof", None)
    opened = read.evidence(kept) if kept else None
    data = getattr(opened, which, None) if which in ("photo", "signature") else None
    if not data:
        raise Http404
    kind = "image/jpeg" if data.startswith(b"\xff\xd8") else "image/webp" if data.startswith(b"RIFF") else "image/png"
    answer = HttpResponse(data, content_type=kind)
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The page's helper that answers while there is no signal. Served here so that it may answer for /visitas/."""
    path = finders.find("visits/sw.js")
    if not isinstance(path, str):
        raise Http404
    answer = HttpResponse(Path(path).read_bytes(), content_type="text/javascript")
    answer["Service-Worker-Allowed"] = "/visitas/"
    answer["Cache-Control"] = "no-cache"
    return answer
