"""Supervisión: the floor as it is, told by the server as it changes; a day seen again; reviews."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.access import read as access
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen
from puntual.apps.supervision import read, read_chats, read_month, write
from puntual.apps.workbench import read as workbench
from puntual.apps.workbench import read_presence as presence
from puntual.apps.workbench import write_presence
from puntual.apps.workbench.choices import STANDS
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_instant
from puntual.core.training.rubric import NAMES, WEIGHTS
from puntual.core.workbench import goals
from puntual.core.workbench.availability import TOLD
from puntual.core.workbench.results import RESULTS

EVERY_S = 3
_OUTSIDE = {
    "": gettext_lazy("En curso"), "released": gettext_lazy("La soltó"), "expired": gettext_lazy("Se cerró sola"),
    "handed_over": gettext_lazy("La pasó a otra persona"),
}  # fmt: skip
#: A stream ends after this long; the browser asks again by itself.
STREAM_S = 300
#: After a cut the browser waits so long.
RETRY_MS = 2000


@screen
@require_GET
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The floor now; it goes on being told by `stream`."""
    return page(request, scope, "supervision/index.html", _now(scope))


def _now(scope: Scope) -> dict[str, Any]:
    return {"board": read.board(scope.creditor.pk, scope.creditor.zone, timezone.now())}


@screen
@require_GET
def stream(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Server-sent events: the floor, whenever it changes. A browser that comes back says what it saw last."""
    answer = StreamingHttpResponse(
        events(scope, seen=request.headers.get("Last-Event-ID", "")), content_type="text/event-stream"
    )
    answer["Cache-Control"] = "no-cache"
    answer["X-Accel-Buffering"] = "no"
    return answer


async def events(
    scope: Scope, *, seen: str = "", lasts_s: int = STREAM_S, every_s: float = EVERY_S
) -> AsyncIterator[bytes]:
    """One event per change since `seen`; a comment keeps the line alive when nothing changes. However many look, the
    floor of a creditor is drawn once in a while for all of them."""
    yield f"retry: {RETRY_MS}\n\n".encode()
    for _turn in range(max(1, int(lasts_s / every_s))):
        mark, told = await sync_to_async(_drawn)(scope, every_s)
        if mark == seen:
            yield b": sin cambios\n\n"
        else:
            seen = mark
            lines = "".join(f"data: {line}\n" for line in told.splitlines())
            yield f"id: {mark}\nevent: piso\n{lines}\n".encode()
        await asyncio.sleep(every_s)


def _drawn(scope: Scope, every_s: float) -> tuple[str, str]:
    """The floor and its mark, as somebody drew it a moment ago, or drawn now."""
    key = f"floor:{scope.creditor.pk}"
    found: tuple[str, str] | None = cache.get(key)
    if found is None:
        told = _rendered(scope)
        found = (hashlib.sha256(told.encode()).hexdigest()[:16], told)
        cache.set(key, found, every_s * 0.9)
    return found


def _rendered(scope: Scope) -> str:
    with timezone.override(scope.creditor.zone):
        return render_to_string("supervision/_board.html", {**scope.context(), **_now(scope)})


@screen
@require_GET
def day(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A day again, hour by hour."""
    try:
        shown = date.fromisoformat(request.GET.get("dia", ""))
    except ValueError:
        shown = scope.today
    context = {
        "day": shown,
        "hours": read.hours(scope.creditor.pk, scope.creditor.zone, shown),
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1) if shown < scope.today else None,
    }
    return page(request, scope, "supervision/day.html", context)


@screen
@require_GET
def work(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What is behind a figure: the conversations of a day, of an hour of it (`?hora=`) or of a person (`?de=`)."""
    try:
        shown = date.fromisoformat(request.GET.get("dia", ""))
    except ValueError:
        shown = scope.today
    hour, who = (_number(request.GET.get(name, "")) for name in ("hora", "de"))
    rows = read.worked(scope.creditor.pk, scope.creditor.zone, shown, hour=hour, agent_id=who)
    names = names_of(row.account for row in rows)
    context = {
        "day": shown, "hour": hour, **(_whose(scope, who, shown) if who else {}),
        "rows": [{"row": r, "name": names[r.account_id], "result": result_name(r.outcome)} for r in rows],
    }  # fmt: skip
    return page(request, scope, "supervision/talks.html", context)


def _whose(scope: Scope, agent_id: int, day: date) -> dict[str, Any]:
    """Whose day it is, how long of it went to each state, and how they stand now. Nothing about another company's."""
    name = next((name for pk, name, _profile in workbench.agents(scope.creditor.pk) if pk == agent_id), None)
    if name is None:
        return {}
    now = timezone.now()
    start = local_instant(day, time.min, scope.creditor.zone)
    end = min(now, local_instant(day + timedelta(days=1), time.min, scope.creditor.zone))
    return {
        "who": agent_id, "who_name": name,
        "spent": presence.named(presence.spent([agent_id], start, end)[agent_id]),
        "stand": presence.stand_of(agent_id, workbench.held_by(agent_id, now), now),
        "states": [(state, STANDS[state]) for state in TOLD],
    }  # fmt: skip


@screen
@require_POST
def stand(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Say for somebody how they stand: who forgot to come back from a break, who went home."""
    if pk not in {agent for agent, _name, _profile in workbench.agents(scope.creditor.pk)}:
        raise Http404
    try:
        write_presence.be(agent_id=pk, state=request.POST.get("state", ""), now=timezone.now(), by=request.user.pk)
        messages.success(request, _("Guardado: queda en la bitácora que lo dijo usted."))
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
    return redirect(f"{reverse('supervision:work')}?de={pk}")


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def result_name(code: str) -> str:
    """A result as people read it; what is no result has a word too."""
    return RESULTS[code].name if code in RESULTS else str(_OUTSIDE.get(code, code))


@screen
@require_GET
def quality(request: HttpRequest, scope: Scope) -> HttpResponse:
    """This week's sample, the reviews, and how far reviewers are from one another."""
    now: datetime = timezone.now()
    mine = read.to_review(scope.creditor.pk, now, request.user.pk or 0) if _acts(request, scope) else []
    chats = (
        read_chats.to_review(scope.creditor.pk, scope.creditor.zone, now, request.user.pk or 0)
        if _acts(request, scope)
        else []
    )
    reviews = read.reviews(
        scope.creditor.pk, hidden={h.pk for h in mine}, hidden_chats={(c.conversation, c.agent) for c in chats}
    )
    disputed = [r for r in reviews if r.disputed_at and not r.resolved_at]
    context = {
        "waiting": [_shown(h) for h in mine],
        "chats": chats,
        "disputed": disputed,
        "reviews": [r for r in reviews if r not in disputed],
        "dimensions": [(code, NAMES[code]) for code in WEIGHTS],
        "gaps": read.gaps(scope.creditor.pk),
    }
    return page(request, scope, "supervision/quality.html", context)


def _acts(request: HttpRequest, scope: Scope) -> bool:
    return access.grants(request).may("supervision.act", scope.creditor.pk)


def _shown(handling: Any) -> dict[str, Any]:
    return {"handling": handling, "result": RESULTS[handling.outcome].name}


@screen
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """How a conversation was led."""
    row = read.handling(pk, scope.creditor.pk)
    if row is None:
        raise Http404
    if request.method == "POST":
        try:
            write.review(
                handling_id=pk,
                creditor_id=scope.creditor.pk,
                reviewer=request.user,
                scores=_scores(request),
                good=request.POST.get("good", ""),
                better=request.POST.get("better", ""),
                now=timezone.now(),
            )
            messages.success(request, _("Revisión guardada: quien atendió ya la puede leer."))
            return redirect("supervision:quality")
        except (UnusableInput, Refused) as error:
            messages.error(request, error.sentence)
    context = {**_shown(row), "dimensions": [(code, NAMES[code], WEIGHTS[code]) for code in WEIGHTS]}
    return page(request, scope, "supervision/review.html", context)


@screen
@require_http_methods(["GET", "POST"])
def review_chat(request: HttpRequest, scope: Scope, pk: int, agent: int) -> HttpResponse:
    """How somebody wrote in a conversation, in the week of `?desde=`; this one without it."""
    try:
        since = date.fromisoformat(request.GET.get("desde", ""))
    except ValueError:
        since = read_chats.week_of(timezone.now(), scope.creditor.zone)
    row = read_chats.chat(pk, agent, since, scope.creditor.pk, scope.creditor.zone)
    if row is None:
        raise Http404
    if request.method == "POST":
        try:
            write.review_chat(
                chat=row, agent_id=agent, since=since, creditor_id=scope.creditor.pk, reviewer=request.user,
                scores=_scores(request), good=request.POST.get("good", ""), better=request.POST.get("better", ""),
                now=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("Revisión guardada: quien atendió ya la puede leer."))
            return redirect("supervision:quality")
        except (UnusableInput, Refused) as error:
            messages.error(request, error.sentence)
    context = {
        "who": read_chats.names_of([agent])[agent], "since": since, "chat": row,
        "moments": read_chats.words(row, since, scope.creditor.zone),
        "dimensions": [(code, NAMES[code], WEIGHTS[code]) for code in WEIGHTS],
    }  # fmt: skip
    return page(request, scope, "supervision/review.html", context)


def _scores(request: HttpRequest) -> dict[str, int]:
    told = {code: request.POST.get(code, "") for code in WEIGHTS}
    return {code: int(text) for code, text in told.items() if text.isdigit()}


@screen
@require_GET
def mine(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What an agent reads of the own conversations."""
    me = request.user.pk or 0
    month = read_month.month(scope.creditor, scope.today).get(me)
    now, start = timezone.now(), local_instant(scope.today, time.min, scope.creditor.zone)
    context = {
        "spent": presence.named(presence.spent([me], start, now)[me]),
        "reviews": read.reviews_of(me), "names": NAMES, "month": month, "caps": goals.Caps(),
        "goals": [(goals.METRICS[g.metric], g, month.reached.get(g.metric, 0) if month else 0)
                  for g in workbench.goals_of(scope.creditor.pk)],
    }  # fmt: skip
    return page(request, scope, "supervision/mine.html", context)


@screen
@require_POST
def dispute(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The agent does not agree."""
    try:
        write.dispute(review_id=pk, agent=request.user, text=request.POST.get("text", ""), now=timezone.now())
        messages.success(request, _("Anotado: otra persona lo va a responder."))
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
    return redirect("supervision:mine")


@screen
@require_POST
def resolve(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Answer a dispute."""
    try:
        write.resolve(
            review_id=pk, creditor_id=scope.creditor.pk, by=request.user, text=request.POST.get("text", ""),
            scores=_scores(request) or None, now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Respondido."))
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
    return redirect("supervision:quality")
