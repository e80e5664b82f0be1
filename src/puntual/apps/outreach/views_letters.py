"""Cartas: what waits to be printed and posted, its registered number, and who received it."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connections
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.outreach import letters as rows_of
from puntual.apps.outreach.models import LetterBatch, Outbox
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput

PAGE = 50
#: So few are written before the page answers.
_AT_ONCE = 3
#: How often a batch that is being written says how far it is.
_TELLS = timedelta(seconds=1)


class LetterForm(forms.Form):
    """What became of one letter."""

    registered = forms.CharField(label=gettext_lazy("Guía o número de certificado"), max_length=60, required=False)
    posted = forms.DateField(
        label=gettext_lazy("Se llevó al correo el"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    delivered_on = forms.DateField(
        label=gettext_lazy("Se entregó el"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    returned_on = forms.DateField(
        label=gettext_lazy("La devolvieron el"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=gettext_lazy("Quién la recibió, o por qué volvió"), max_length=120, required=False)


@screen
@require_GET
def letters(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every letter with how it stands, and the PDF for the printer."""
    shown = Paginator(rows_of.of(scope.creditor.pk), PAGE).get_page(request.GET.get("pagina"))
    names = names_of(row.account for row in shown)
    context = {
        "shown": shown,
        "rows": [{"row": row, "name": names[row.account_id], "letter": _letter(row)} for row in shown],
        "waiting": len(rows_of.to_print(scope.creditor.pk)),
        "batches": rows_of.batches(scope.creditor.pk),
    }
    return page(request, scope, "outreach/letters.html", context)


def _letter(row: Outbox):  # noqa: ANN202
    return getattr(row, "letter", None)


@screen
@require_POST
def make_batch(request: HttpRequest, scope: Scope) -> HttpResponse:
    """One PDF with every letter that waits, each with its address: written beside, while its page tells how far. With
    `lote`, one that was interrupted, again."""
    again, now = request.POST.get("lote", ""), timezone.now()
    if again.isdigit():
        batch = rows_of.resume_batch(creditor_id=scope.creditor.pk, pk=int(again), at=now)
    else:
        batch = rows_of.begin_batch(creditor_id=scope.creditor.pk, at=now, by=request.user.pk)
    if batch is None:
        messages.error(request, _("No hay cartas por imprimir."))
        return redirect("outreach:letters")
    audit.record(
        act="letters_printed", actor=request.user, kind="letter_batch", pk=batch.pk, detail={"n": batch.letters}
    )
    if batch.letters <= _AT_ONCE:
        _write(batch, scope.creditor)
    else:
        threading.Thread(target=_beside, args=(batch, scope.creditor), name=f"cartas-{batch.pk}").start()
    return redirect("outreach:letter_progress", batch.pk)


def _write(batch: LetterBatch, creditor: Creditor) -> None:
    """Whatever happens, the batch says it."""
    last = timezone.now()

    def done(n: int) -> None:
        nonlocal last
        if (now := timezone.now()) - last >= _TELLS:
            last = now
            rows_of.progressed(pk=batch.pk, done=n, at=now)

    try:
        file = import_string(settings.LETTER_PRINTER)(creditor, rows_of.ids_of(batch), done)
        rows_of.finished(pk=batch.pk, file=file)
    except UnusableInput as error:
        rows_of.finished(pk=batch.pk, error=error.sentence)
    except Exception:
        rows_of.finished(pk=batch.pk, error=_("Algo falló al escribir el PDF: inténtelo otra vez."))
        raise


def _beside(batch: LetterBatch, creditor: Creditor) -> None:
    """The same in a thread of its own."""
    try:
        _write(batch, creditor)
    finally:
        connections.close_all()


@screen
@require_GET
def batch_progress(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """How far a batch is; its PDF when it is ready."""
    batch = LetterBatch.objects.filter(pk=pk, creditor_id=scope.creditor.pk).first()
    if batch is None:
        raise Http404
    stopped = batch.state == "failed" or rows_of.silent(batch, timezone.now())
    running = batch.state == "making" and not stopped
    context = {"batch": batch, "running": running, "stopped": stopped}
    return page(request, scope, "outreach/letter_batch.html", context)


@screen
@require_GET
def batch_file(request: HttpRequest, scope: Scope, pk: int) -> HttpResponseBase:
    """The PDF of a batch."""
    batch = LetterBatch.objects.filter(pk=pk, creditor_id=scope.creditor.pk).first()
    path = Path(settings.DATA) / batch.file if batch and batch.file else None
    if path is None or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type="application/pdf", filename=f"cartas-{pk}.pdf")


@screen
@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What a person tells of one letter."""
    row = rows_of.of(scope.creditor.pk).filter(pk=pk).first()
    if row is None:
        raise Http404
    kept = _letter(row)
    form = LetterForm(request.POST or None, initial=_initial(kept))
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        posted: date | None = told.pop("posted")
        try:
            rows_of.told(outbox=row, posted_at=timezone.now() if posted else None, at=timezone.now(), **told)
        except UnusableInput as error:
            form.add_error("returned_on", error.sentence)
        else:
            audit.record(act="letter_told", actor=request.user, kind="outbox", pk=row.pk)
            messages.success(request, _("Anotado."))
            return redirect("outreach:letters")
    context = {"row": row, "form": form, "name": names_of([row.account])[row.account_id]}
    return page(request, scope, "outreach/letter.html", context)


def _initial(kept) -> dict:  # type: ignore[no-untyped-def, type-arg]
    if kept is None:
        return {}
    names = ("registered", "delivered_on", "returned_on")
    posted = kept.posted_at.date() if kept.posted_at else None
    return {**{name: getattr(kept, name) for name in names}, "posted": posted, "note": rows_of.note_of(kept)}
