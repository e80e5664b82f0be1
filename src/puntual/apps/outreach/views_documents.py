"""«Enviar el documento cargado ahora», for a whole load and for one invoice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from puntual.apps.audit import write as audit
from puntual.apps.imports import read as imports
from puntual.apps.outreach import mass, write_documents
from puntual.apps.receivables import read as receivables
from puntual.apps.scope import Scope, screen


@screen
@require_POST
def send_loaded(request: HttpRequest, scope: Scope, run: int) -> HttpResponse:
    """The documents of a load go to their customers; pressing twice sends once."""
    if imports.run(run, scope.creditor.pk) is None:
        raise Http404
    queued = request.POST.get("accion") == "aprobar"
    loaded = [] if queued else imports.loaded_invoices(run)
    n = write_documents.sent_of(f"r{run}:").get("waiting", 0) if queued else _messages(loaded)
    by: Any = request.user
    if mass.ask_load(creditor=scope.creditor, run=run, n=n, queued=queued, by=by, at=timezone.now()) is not None:
        messages.success(request, _("Son muchos a la vez: los aprueba otra persona. Quedó en «Por aprobar»."))
    elif queued:
        n = write_documents.approve(prefix=f"r{run}:")
        audit.record(act="documents_approved", actor=request.user, kind="import", pk=run, detail={"n": n})
        said = ngettext("%(n)d mensaje aprobado: sale ya.", "%(n)d mensajes aprobados: salen ya.", n)
        messages.success(request, said % {"n": n})
    else:
        _send(request, scope, loaded, f"r{run}")
    return redirect("imports:run", run)


def _messages(invoices: Sequence[int]) -> int:
    """How many messages some documents make: one an account and currency."""
    return len({(invoice.account_id, invoice.currency) for invoice, _minor, _first in receivables.to_send(invoices)})


@screen
@require_POST
def send_invoice(request: HttpRequest, scope: Scope, invoice: int) -> HttpResponse:
    """One document goes to its customer now. Once a day: pressing again the same day sends nothing new."""
    found = receivables.to_send([invoice])
    if not found or found[0][0].creditor_id != scope.creditor.pk:
        messages.error(request, _("Ese documento ya no tiene nada por cobrar: no hay qué enviar."))
        return redirect("receivables:invoice", invoice)
    _send(request, scope, [invoice], f"f{invoice}:{scope.today.isoformat()}")
    return redirect("receivables:invoice", invoice)


def _send(request: HttpRequest, scope: Scope, invoices: Sequence[int], key: str) -> None:
    told = import_string(settings.DOCUMENT_SENDER)(scope.creditor, invoices, key)
    audit.record(act="documents_sent", actor=request.user, kind="outbox", detail={"key": key, **told})
    parts = []
    if told["queued"]:
        parts.append(
            ngettext("%(n)d mensaje en camino.", "%(n)d mensajes en camino.", told["queued"]) % {"n": told["queued"]}
        )
        if scope.creditor.approve_first:
            parts.append(_("Esperan su aprobación, como todos los primeros."))
    if told["already"]:
        parts.append(_("Los que ya se habían enviado no se repiten."))
    if told["unreachable"]:
        parts.append(
            ngettext(
                "A %(n)d cliente no se le puede escribir: falta su contacto o su autorización.",
                "A %(n)d clientes no se les puede escribir: falta su contacto o su autorización.",
                told["unreachable"],
            )
            % {"n": told["unreachable"]}
        )
    (messages.success if told["queued"] else messages.error)(request, " ".join(parts) or _("No había nada por enviar."))
