"""Cargar datos: send files, see what they are and what loading would do, load them, see what it did."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Iterator
from typing import Any

import attrs
from django.conf import settings
from django.contrib import messages
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.imports import read, reviewing, staging, write, write_vanished
from puntual.apps.imports.choices import RunState, TableKind
from puntual.apps.imports.models import ImportRun
from puntual.apps.outreach import write_documents as documents
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Defaults, FileReader, Layout

#: Loads up to this size end before the page answers; larger ones go on beside it, with their progress in sight.
AT_ONCE = 300_000
SHOWN = 100
_PATIENCE_S = 5.0


@screen
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Where files are sent, and the history of loads."""
    error = ""
    kind = request.POST.get("kind", request.GET.get("kind", ""))
    kind = kind if kind in TableKind.values else ""
    if request.method == "POST":
        try:
            staged = staging.put(_sent(request), kind)
            request.session["loads"] = [*request.session.get("loads", [])[-4:], staged.token]
            return redirect("imports:review", staged.token)
        except UnusableInput as problem:
            error = problem.sentence
    context = {"kinds": TableKind.choices, "kind": kind, "error": error, "runs": read.runs(scope.creditor.pk, 20)}
    return page(request, scope, "imports/index.html", context)


def _sent(request: HttpRequest) -> Iterator[tuple[str, bytes]]:
    """The files of the form; the members of a ZIP one by one."""
    members = import_string(settings.IMPORT_MEMBERS)
    files = request.FILES.getlist("archivos")
    if not files:
        raise UnusableInput(_("Elija al menos un archivo."))
    found: list[tuple[str, bytes]] = []
    for file in files:
        found += members(file.read(), file.name)
    if not found:
        raise UnusableInput(_("El ZIP no trae ningún archivo."))
    return iter(found)


def _staged(request: HttpRequest, token: str) -> staging.Staged:
    """The files of this session under that token, or there is no such page."""
    found = staging.find(token) if token in request.session.get("loads", []) else None
    if found is None:
        raise Http404
    return found


@screen
@require_GET
def review(request: HttpRequest, scope: Scope, token: str) -> HttpResponse:
    """What the files are, how their columns are read, and what a load would do. Nothing is kept yet."""
    staged = _staged(request, token)
    found = reviewing.review(scope.creditor, staged, scope.today)
    context = {"staged": staged, "found": found, "kinds": TableKind.choices, "shown": SHOWN, **_beginning(request)}
    return page(request, scope, "imports/review.html", context)


def _beginning(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the first load of somebody who is beginning."""
    return {"beginning": bool(request.session.get("beginning"))}


@screen
@require_POST
def layout(request: HttpRequest, scope: Scope, token: str) -> HttpResponse:
    """How the columns of a table are read, corrected and remembered for every table with the same headings."""
    staged = _staged(request, token)
    told, look = request.POST, reviewing.reader()
    for source in staging.sources(staged):
        if look.detect(source.data, source.name) not in ("csv", "xlsx"):
            continue
        if look.headings(source.data, source.name)[1] == told.get("fingerprint"):
            try:
                made = _told(look, source, told, scope)
                write.forget_layout(creditor_id=scope.creditor.pk, fingerprint=made.fingerprint)
                write.remember_layout(creditor_id=scope.creditor.pk, layout=made)
                messages.success(request, _("Columnas guardadas. Así se leerán las tablas con estos encabezados."))
            except UnusableInput as error:
                messages.error(request, error.sentence)
            break
    return redirect("imports:review", token)


def _told(look: FileReader, source: write.Source, told: QueryDict, scope: Scope) -> Layout:
    """The columns as the form says; another kind of table begins from a guess of its own."""
    headings, fingerprint = look.headings(source.data, source.name)
    kind = str(told.get("kind", ""))
    if kind not in TableKind.values:
        raise UnusableInput(_("Elija qué contiene la tabla."))
    if kind != told.get("kind_was"):
        defaults = Defaults(scope.creditor.country, scope.creditor.currency)
        try:
            guessed = look.layout(source.data, source.name, kind=kind, defaults=defaults)
        except UnusableInput:
            guessed = None
        return attrs.evolve(guessed, headings=headings) if guessed else Layout(kind, {}, {}, headings, fingerprint)
    return reviewing.layout_told(headings, told, kind, fingerprint)


@screen
@require_POST
def load(request: HttpRequest, scope: Scope, token: str) -> HttpResponse:
    """Load the files that wait."""
    staged = _staged(request, token)
    if request.POST.get("accion") == "dejar":
        staging.drop(token)
        messages.success(request, _("No se cargó nada."))
        return redirect("imports:index")
    if staged.size <= AT_ONCE:
        run = _load(scope, staged, request.user.pk)
    else:
        run = _load_beside(scope, staged, request.user.pk)
    return redirect("imports:run", run) if run else redirect("imports:index")


def _load(scope: Scope, staged: staging.Staged, by: int | None) -> int | None:
    wish = write.Wish(kind=staged.kind or None)
    files = staging.sources(staged)
    outcome = write.import_files(
        creditor=scope.creditor, sources=files, reader=reviewing.reader(), as_of=scope.today, wish=wish, by=by
    )
    staging.drop(staged.token)
    return outcome.run


def _load_beside(scope: Scope, staged: staging.Staged, by: int | None) -> int | None:
    """Start the load in a thread of this process and give its run as soon as it is on record."""
    last = ImportRun.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def work() -> None:
        try:
            _load(scope, staged, by)
        finally:
            connections.close_all()

    threading.Thread(target=work, name=f"carga-{staged.token}").start()
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        found = ImportRun.objects.filter(pk__gt=last, by_id=by).values_list("pk", flat=True).first()
        if found:
            return int(found)
        time.sleep(0.05)
    return None


def _run(scope: Scope, pk: int) -> ImportRun:
    found = read.run(pk, scope.creditor.pk)
    if found is None:
        raise Http404
    return found


@screen
@require_GET
def run(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What a load did, or how far it is."""
    one = _run(scope, pk)
    rejected = read.rejected(pk)
    context = {
        "run": one,
        "running": one.state == RunState.RUNNING,
        "failed": one.state == RunState.FAILED,
        "result": one.result,
        "rejected": rejected[:SHOWN],
        "rejected_n": one.result.get("rejected_count", len(rejected)),
        "vanished": write_vanished.asked(one),
        "loaded": len(read.loaded_invoices(pk)),
        "sent": documents.sent_of(f"r{pk}:"),
        **_beginning(request),
    }
    return page(request, scope, "imports/run.html", context)


@screen
@require_GET
def rejects(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The rows set apart, to correct and load again."""
    one = _run(scope, pk)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="apartados-{one.pk}.csv"'
    rows = csv.writer(response)
    rows.writerow([_("archivo"), _("fila"), _("campo"), _("valor"), _("error")])
    for r in read.rejected(pk):
        rows.writerow([_safe(str(v)) for v in (r.file, r.row, r.field, r.value, r.error)])
    return response


def _safe(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


@screen
@require_POST
def vanished(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What became of documents that did not come in the balances of today."""
    one = _run(scope, pk)
    given = {k: v for k, v in request.POST.items() if k.startswith("fac_") and k[4:].isdigit() and v}
    everything = request.POST.get("todas", "")
    answers = {int(k[4:]): str(v) for k, v in given.items()}
    if everything:
        answers = {o.invoice: everything for o in write_vanished.asked(one) if not o.answer}
    try:
        n = write_vanished.answer(run_id=pk, creditor_id=scope.creditor.pk, answers=answers, on=scope.today)
        request.session["vanished_undo"] = {"run": pk, "invoices": list(answers)}
        text = ngettext("%(n)d respuesta guardada.", "%(n)d respuestas guardadas.", n) % {"n": n}
        messages.success(request, text, extra_tags=reverse("imports:vanished_undo", args=[pk]) if n else "")
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("imports:run", pk)


@screen
@require_POST
def vanished_undo(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Take back the last answers of this session."""
    _run(scope, pk)
    kept = request.session.pop("vanished_undo", {})
    invoices = kept.get("invoices", []) if kept.get("run") == pk else []
    n = write_vanished.take_back(run_id=pk, creditor_id=scope.creditor.pk, invoices=invoices, on=scope.today)
    text = ngettext("%(n)d pregunta abierta otra vez.", "%(n)d preguntas abiertas otra vez.", n)
    messages.success(request, text % {"n": n})
    return redirect("imports:run", pk)
