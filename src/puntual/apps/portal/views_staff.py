"""«Avisos de clientes»: what people told through their page and waits for somebody of the company."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.portal import read, write
from puntual.apps.portal.models import Attachment, PaymentClaim, TalkRequest, WrongPerson
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import Refused

#: Names of the files that we give, by what they really are.
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@screen
@require_GET
def told(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Payments to look for, people to answer, contacts that were somebody else's, and words to read."""
    creditor = scope.creditor.pk
    claims, talks = read.claims_to_verify(creditor), read.talks_to_attend(creditor)
    wrong, words = read.wrong_people_to_review(creditor), read.last_words(creditor)
    names = names_of(row.account for row in (*claims, *talks, *wrong, *words))

    def shown(row: Any, blob: Any) -> dict[str, Any]:
        return {"row": row, "name": names[row.account_id], "text": write.text_of(row.account.party_id, blob)}

    context = {
        "claims": [shown(row, row.sealed_note) for row in claims],
        "talks": [shown(row, row.sealed_text) for row in talks],
        "wrong": [shown(row, None) for row in wrong],
        "words": [shown(row, row.sealed_text) for row in words],
    }
    return page(request, scope, "portal/staff.html", context)


@screen
@require_POST
def resolve(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """Somebody attended it: the payment was found or not, the person was answered, the contact was looked at."""
    at, creditor = timezone.now(), scope.creditor
    try:
        if kind == "pago":
            row = get_object_or_404(PaymentClaim, pk=pk, account__creditor=creditor)
            answer = request.POST.get("found", "")
            write.resolve_claim(claim_id=row.pk, found=answer in ("si", "registrar"), at=at, book=answer == "registrar")
            said = {
                "registrar": _("Pago registrado; cuando el banco lo traiga, tomará su lugar."),
                "si": _("Anotado: el pago ya estaba en los movimientos."),
            }.get(answer, _("Anotado: no aparece. Los recordatorios siguen."))
        elif kind == "hablar":
            write.attended(talk_id=get_object_or_404(TalkRequest, pk=pk, account__creditor=creditor).pk, at=at)
            said = _("Anotado: ya se le respondió.")
        elif kind == "contacto":
            row = get_object_or_404(WrongPerson, pk=pk, account__creditor=creditor)
            write.reviewed(wrong_person_id=row.pk, at=at)
            said = _("Anotado: la cuenta vuelve a su curso.")
        else:
            raise Http404
        messages.success(request, said)
    except Refused as no:
        messages.error(request, no.sentence)
    return redirect("portal_staff:told")


@screen
@require_GET
def file(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """A file that a customer sent: downloaded, never run."""
    creditor = scope.creditor
    if kind == "comprobante":
        claim = get_object_or_404(PaymentClaim.objects.select_related("account"), pk=pk, account__creditor=creditor)
        data, what = write.slip_of(claim), claim.slip_type
    else:
        row = get_object_or_404(Attachment.objects.select_related("account"), pk=pk, account__creditor=creditor)
        data, what = write.file_of(row), row.kind
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type=what)
    response["Content-Disposition"] = f'attachment; filename="{kind}-{pk}.{_ENDINGS.get(what, "bin")}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
