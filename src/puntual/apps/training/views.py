"""Capacitación: hard conversations with invented people, with a score that explains itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.scope import Scope, page, screen
from puntual.apps.training import read, write
from puntual.core.errors import Refused, UnusableInput
from puntual.core.training.rubric import NAMES, PASSES_AT, WEIGHTS


@screen
@require_GET
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The cases, and the agent's own progress."""
    shown = read.shown(request.user.pk or 0)
    context = {
        "shown": shown,
        "passed": sum(one.passed for one in shown),
        "last": read.last_totals(request.user.pk or 0),
        "passes_at": PASSES_AT,
    }
    return page(request, scope, "training/index.html", context)


@screen
@require_POST
def begin(request: HttpRequest, scope: Scope, case: str) -> HttpResponse:
    """Start a practice."""
    try:
        row = write.begin(agent_id=request.user.pk or 0, creditor_id=scope.creditor.pk, case=case, now=timezone.now())
    except UnusableInput as error:
        raise Http404 from error
    return redirect("training:talk", row.pk)


@screen
@require_GET
def talk(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The conversation, and its score once it is over."""
    return page(request, scope, "training/talk.html", _context(_mine(request, pk)))


@screen
@require_POST
def say(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One turn: the conversation alone for htmx, the whole page otherwise."""
    row, problem = _mine(request, pk), ""
    number = request.POST.get("number", "")
    try:
        write.say(
            practice_id=pk,
            agent_id=row.agent_id,
            number=int(number) if number.isdigit() else 0,
            text=request.POST.get("text", ""),
            now=timezone.now(),
        )
    except (UnusableInput, Refused) as error:
        problem = error.sentence
    row.refresh_from_db()
    if getattr(request, "htmx", False):
        return render(request, "training/_talk.html", {**scope.context(), **_context(row), "problem": problem})
    if problem:
        messages.error(request, problem)
    return redirect("training:talk", pk)


@screen
@require_POST
def finish(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Hang up."""
    row = _mine(request, pk)
    write.finish(practice_id=pk, agent_id=row.agent_id, now=timezone.now())
    return redirect("training:talk", pk)


@screen
@require_GET
def team(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Progress by agent: who needs a hand."""
    context = {"rows": read.progress(scope.creditor.pk), "cases": len(read.cases()), "passes_at": PASSES_AT}
    return page(request, scope, "training/team.html", context)


def _mine(request: HttpRequest, pk: int) -> Any:
    """A practice is its agent's own."""
    row = read.practice(pk, request.user.pk)
    if row is None:
        raise Http404
    return row


def _context(row: Any) -> dict[str, Any]:
    conversation = read.replay(row)
    done = read.score_of(row, conversation) if row.ended_at else None
    parts = [
        {
            "name": NAMES[name],
            "points": done.by_dimension[name],
            "weight": WEIGHTS[name],
            "marks": [m for m in done.marks if m.dimension == name],
        }
        for name in (WEIGHTS if done else ())
        if done
    ]
    return {
        "practice": row, "talk": conversation, "next": len(conversation.turns) + 1, "done": done, "parts": parts,
        "calm": 10 - conversation.mood.anger,
        "own_words": [] if done else read.own_words(row, conversation.case),
    }  # fmt: skip
