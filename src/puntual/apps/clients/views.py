"""Mandantes: what a client handed over, what goes back to it, and what it pays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.clients import read, returning, write
from puntual.apps.clients.choices import MESSAGE_RESULTS, RETURN, TABLE, Purpose
from puntual.apps.imports.write import Source
from puntual.apps.scope import Scope, page, screen
from puntual.core.clients import FIELDS
from puntual.core.errors import UnusableInput
from puntual.core.workbench.results import RESULTS
from puntual.ports.einvoice import FileReader

_EXAMPLES = {
    Purpose.ASSIGNMENT: (
        "kind: invoices\ncolumns:\n  customer_code: CREDITO\n  customer_name: NOMBRE\n  number: FOLIO\n"
        "  due_on: VENCE\n  total: SALDO\n  phone: TEL1\n"
    ),
    Purpose.UPDATE: (
        "kind: balances\ncolumns:\n  customer_code: CREDITO\n  number: FOLIO\n  open: SALDO\n  due_on: VENCE\n"
    ),
    Purpose.WITHDRAWAL: (
        "kind: withdrawals\ncolumns:\n  customer_code: CREDITO\n  withdrawn_on: FECHA BAJA\n  reason: MOTIVO\n"
    ),
    RETURN: read.PLAIN_RETURN,
}
RATES_SHOWN = 5
SHOWN = 200


def _reader() -> FileReader:
    reader: FileReader = import_string(settings.IMPORT_READER)()
    return reader


@screen
@require_GET
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What the client has with us, where its files are sent, and what went back."""
    creditor = scope.creditor
    context = {
        "held": read.held(creditor.pk),
        "received": read.received(creditor.pk),
        "returned": read.returned(creditor.pk),
        "terms": read.terms(creditor.pk, scope.today),
        "purposes": Purpose.choices,
        "undoable": {row.pk for row in read.received(creditor.pk) if row.result.get("withdrawn")},
    }
    return page(request, scope, "clients/index.html", context)


@screen
@require_POST
def load(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Take a file of the client."""
    file, purpose = request.FILES.get("archivo"), request.POST.get("purpose", "")
    try:
        if file is None or purpose not in Purpose.values:
            raise UnusableInput(_("Elija el archivo y diga para qué es."))
        done = write.load(
            creditor=scope.creditor,
            purpose=purpose,
            source=Source(file.name or "", file.read()),
            reader=_reader(),
            now=timezone.now(),
            actor=request.user,
        )
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("clients:index")
    undo = reverse("clients:give_back", args=[done.received]) if done.withdrawn else ""
    messages.success(request, _say(done), extra_tags=undo)
    return redirect("clients:received", done.received)


def _say(done: write.Outcome) -> str:
    parts = []
    for n, one, many in (
        (done.placed, _("%(n)d cuenta asignada"), _("%(n)d cuentas asignadas")),
        (done.again, _("%(n)d ya la teníamos"), _("%(n)d ya las teníamos")),
        (done.withdrawn, _("%(n)d cuenta retirada"), _("%(n)d cuentas retiradas")),
        (len(done.rejected), _("%(n)d fila apartada"), _("%(n)d filas apartadas")),
    ):
        if n:
            parts.append((one if n == 1 else many) % {"n": n})
    return ", ".join(parts).capitalize() + "." if parts else _("El archivo no cambió nada.")


@screen
@require_GET
def received(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What a file of the client did, and the rows set apart."""
    row = next((r for r in read.received(scope.creditor.pk, 500) if r.pk == pk), None)
    if row is None:
        raise Http404
    return page(request, scope, "clients/received.html", {"row": row})


@screen
@require_POST
def give_back(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Undo a withdrawal."""
    n = write.give_back(creditor_id=scope.creditor.pk, received_id=pk, actor=request.user)
    text = ngettext("%(n)d cuenta vuelve a gestionarse.", "%(n)d cuentas vuelven a gestionarse.", n) % {"n": n}
    messages.success(request, text)
    return redirect("clients:index")


@screen
@require_POST
def make_return(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Make the next return file."""
    done = write.make_return(creditor=scope.creditor, now=timezone.now(), actor=request.user)
    if done is None:
        messages.info(request, _("No hay nada nuevo que devolver desde el último archivo."))
    elif done.without_code:
        names = ", ".join(returning.name_of(code) for code in done.without_code)
        messages.warning(request, _("Hecho, con resultados sin código del mandante: %(names)s.") % {"names": names})
    else:
        messages.success(request, _("Archivo de devolución %(n)d listo.") % {"n": done.number})
    return redirect("clients:index")


@screen
@require_GET
def return_file(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """A return file, byte for byte as it was made."""
    found = read.return_file(scope.creditor.pk, number)
    if found is None:
        raise Http404
    name, data = found
    kind = "text/csv" if name.endswith(".csv") else "application/octet-stream"
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@screen
@require_http_methods(["GET", "POST"])
def layouts(request: HttpRequest, scope: Scope) -> HttpResponse:
    """How the client writes each of its files and wants ours, declared once."""
    texts = {p: read.layout_text(scope.creditor.pk, p) for p in (*TABLE, RETURN)}
    wrong, sentence = "", ""
    if request.method == "POST":
        purpose, text = request.POST.get("purpose", ""), request.POST.get("text", "")
        try:
            if purpose not in texts:
                raise UnusableInput(_("Diga de qué archivo es el formato."))
            write.save_layout(
                creditor_id=scope.creditor.pk, purpose=purpose, text=text, reader=_reader(), actor=request.user
            )
            messages.success(request, _("Formato guardado."))
            return redirect("clients:layouts")
        except UnusableInput as error:
            wrong, sentence, texts[purpose] = purpose, error.sentence, text
    names = {**dict(Purpose.choices), RETURN: _("Devolución")}
    told = [(p, text) for p, text in texts.items() if p in names]
    shown = [{"purpose": p, "name": names[p], "text": text, "example": _EXAMPLES[p]} for p, text in told]
    codes = [*((c, r.name) for c, r in RESULTS.items()), *MESSAGE_RESULTS.items()]
    context = {"layouts": shown, "wrong": wrong, "error": sentence, "codes": codes, "fields": FIELDS.items()}
    return page(request, scope, "clients/layouts.html", context)


@screen
@require_http_methods(["GET", "POST"])
def commission(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What was collected and earned in a month, row by row, and the agreements."""
    if request.method == "POST":
        return _agree(request, scope)
    month = _month(request.GET.get("mes", ""), scope.today)
    following = (month + timedelta(days=32)).replace(day=1)
    context: dict[str, Any] = {
        "month": month, "previous": (month - timedelta(days=1)).replace(day=1), "following": following,
        "terms": read.all_terms(scope.creditor.pk), "blank": range(RATES_SHOWN),
    }  # fmt: skip
    try:
        rows = read.commission(scope.creditor.pk, month, following)
    except UnusableInput as error:
        return page(request, scope, "clients/commission.html", {**context, "error": error.sentence})
    if request.GET.get("formato") == "csv":
        return _csv(scope, rows, month)
    totals = rows.group_by("currency").agg(pl.col("amount_minor").sum(), pl.col("commission_minor").sum())
    shown = rows.head(SHOWN).to_dicts()
    names = read.names_of(row["account"] for row in shown)
    context |= {
        "rows": [{**row, "name": names[row["account"]]} for row in shown],
        "hidden": max(0, rows.height - SHOWN),
        "totals": totals.sort("currency").to_dicts(),
    }
    return page(request, scope, "clients/commission.html", context)


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _agree(request: HttpRequest, scope: Scope) -> HttpResponse:
    told = request.POST
    try:
        rates = [
            {"from_days": int(days), "pct": str(Decimal(pct.replace(",", ".")))}
            for days, pct in zip(told.getlist("from_days"), told.getlist("pct"))
            if days.strip() and pct.strip()
        ]
        document = {
            "rates": rates, "age_at": told.get("age_at", "assignment"), "tail_days": int(told.get("tail_days") or 0)
        }  # fmt: skip
        write.save_terms(
            creditor_id=scope.creditor.pk,
            valid_from=date.fromisoformat(told.get("valid_from", "")),
            document=document,
            actor=request.user,
        )
        messages.success(request, _("Comisión acordada y guardada."))
    except (ValueError, InvalidOperation):
        messages.error(request, _("Revise la fecha, los días y los porcentajes: van en números."))
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("clients:commission")


def _csv(scope: Scope, rows: pl.DataFrame, month: date) -> HttpResponse:
    answer = HttpResponse(rows.write_csv(), content_type="text/csv; charset=utf-8")
    name = f"comision-{scope.creditor.code}-{month:%Y-%m}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
