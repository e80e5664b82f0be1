"""Domiciliaciones: what goes to the bank next, its files and its answers, the mandates, and how the company charges."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.access.read import grants
from puntual.apps.audit import write as audit
from puntual.apps.debits import read, write, write_answers, write_charges, write_files
from puntual.apps.debits.choices import ACCOUNT_NAMES, HOW, CollectionState, MandateState
from puntual.apps.debits.models import Collection, DebitFile, DebitMandate
from puntual.apps.negotiation import read as negotiation
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation.direct_debit import ENDED, refusal
from puntual.ui.amounts import read_amount
from puntual.ui.formats import money_text

#: Rows of each list: they are worked down, not browsed.
SHOWN = 60
#: A bank's answer, or a photo of a signed paper.
LARGEST = 5 * 1024 * 1024
_PAPERS = ((b"%PDF", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


@screen
@require_GET
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What waits for a file, what is at the bank, what it refused, and the files that were made."""
    creditor = scope.creditor.pk
    waiting = list(read.of_state(creditor, CollectionState.PLANNED)[:SHOWN])
    at_bank = list(read.of_state(creditor, CollectionState.IN_FILE)[:SHOWN])
    failed = list(read.of_state(creditor, *ENDED).order_by("-ended_on", "-pk")[:SHOWN])
    files = read.files(creditor)
    parts = read.parts_of(files)
    names = names_of(c.mandate.account for c in (*waiting, *at_bank, *failed))
    totals: dict[str, int] = {}
    for row in waiting:
        totals[row.currency] = totals.get(row.currency, 0) + row.amount_minor
    context: dict[str, Any] = {
        "told": read.settings_of(creditor),
        "waiting": [_row(c, names) for c in waiting],
        "totals": sorted(totals.items()),
        "at_bank": [_row(c, names) for c in at_bank],
        "failed": [_row(c, names) | {"again": _may_again(c)} for c in failed],
        "files": [{"row": f, "parts": parts.get(f.pk, [])} for f in files],
    }
    return page(request, scope, "debits/index.html", context)


def _row(row: Collection, names: dict[int, str]) -> dict[str, Any]:
    return {"row": row, "name": names.get(row.mandate.account_id, "")}


def _may_again(row: Collection) -> bool:
    later = Collection.objects.filter(deal_id=row.deal_id, number=row.number, turn__gt=row.turn).exists()
    return refusal(row.code).again and not later and row.turn + 1 < write_charges.TURNS


@screen
@require_POST
def make(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The file of what waits."""
    try:
        file = write_files.make(creditor_id=scope.creditor.pk, as_of=scope.today, at=timezone.now(), by=request.user.pk)
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
        return redirect("debits:index")
    detail = {"charges": file.charges, "total_minor": file.total_minor, "sha256": file.sha256}
    audit.record(act="debit_file_made", actor=request.user, kind="debit_file", pk=file.pk, detail=detail)
    money = money_text(file.total_minor, file.currency, scope.locale)
    said = ngettext("Archivo hecho: %(n)d cargo por %(money)s.", "Archivo hecho: %(n)d cargos por %(money)s.",
                    file.charges)  # fmt: skip
    messages.success(request, said % {"n": file.charges, "money": money} + " " + _("Descárguelo y súbalo a su banco."))
    return redirect("debits:index")


@screen
@require_GET
def download(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The same bytes, however often."""
    file = get_object_or_404(DebitFile, pk=pk, creditor=scope.creditor)
    try:
        written = write_files.again(file=file)
    except Refused as error:
        messages.error(request, error.sentence)
        return redirect("debits:index")
    audit.record(act="debit_file_taken", actor=request.user, kind="debit_file", pk=pk)
    trying = "prueba-" if scope.creditor.test_mode else ""
    response = HttpResponse(written.data, content_type=written.media_type)
    response["Content-Disposition"] = f'attachment; filename="{trying}{written.name}"'
    return response


@screen
@require_POST
def answer(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What the bank said: pain.002, or its table."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise UnusableInput(_("Elija el archivo que le dio su banco."))
        if (file.size or 0) > LARGEST:
            raise UnusableInput(_("Ese archivo pesa más de 5 MB: no es la respuesta de un banco."))
        got = write_answers.take_file(
            creditor_id=scope.creditor.pk, data=file.read(), filename=file.name or "", on=scope.today, at=timezone.now()
        )
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
        return redirect("debits:index")
    detail = {"paid": got.paid, "rejected": got.rejected, "returned": got.returned, "suspended": got.suspended}
    audit.record(act="debit_answer_read", actor=request.user, kind="creditor", pk=scope.creditor.pk, detail=detail)
    said = _("%(paid)d cobrados, %(rejected)d rechazados, %(returned)d devueltos.") % detail
    if got.suspended:
        said += " " + _("%(suspended)d domiciliaciones quedan suspendidas.") % detail
    if got.unknown:
        said += " " + _("%(n)d líneas hablan de cargos que no son de aquí.") % {"n": got.unknown}
    messages.success(request, said)
    return redirect("debits:index")


@screen
@require_POST
def again(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Present once more what the bank did not charge."""
    get_object_or_404(Collection, pk=pk, creditor=scope.creditor)
    try:
        made = write_charges.again(
            collection_id=pk, told_how=request.POST.get("aviso", ""), as_of=scope.today, at=timezone.now()
        )
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
        return redirect("debits:index")
    audit.record(act="debit_again", actor=request.user, kind="debit_collection", pk=made.pk)
    messages.success(request, _("Irá en el próximo archivo, con la fecha que respeta el aviso."))
    return redirect("debits:index")


@screen
@require_GET
def mandates(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every mandate; `?ver=` a state."""
    state, after = request.GET.get("ver", ""), request.GET.get("tras", "")
    rows = read.mandates(scope.creditor.pk, state)
    if after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    got = list(rows[: SHOWN + 1])
    names = names_of(row.account for row in got)
    context = {
        "rows": [{"row": row, "name": names.get(row.account_id, "")} for row in got[:SHOWN]],
        "states": MandateState.choices,
        "state": state,
        "next": f"?ver={state}&tras={got[SHOWN - 1].pk}" if len(got) > SHOWN else "",
    }
    return page(request, scope, "debits/mandates.html", context)


def _mandate(request: HttpRequest, scope: Scope, pk: int) -> tuple[DebitMandate, Scope]:
    row = get_object_or_404(DebitMandate.objects.select_related("account", "by"), pk=pk)
    return row, follow(request, scope, row.creditor_id)


@screen
@require_GET
def mandate(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One mandate: from which account, within which limits, how it is known that the person wants it, its charges."""
    row, scope = _mandate(request, scope, pk)
    context = {
        "row": row,
        "name": names_of([row.account])[row.account_id],
        "kind": ACCOUNT_NAMES[row.kind],
        "holder": read.number_of(row)[1],
        "how": HOW.get(str(row.evidence.get("how", "")), ""),
        "charges": read.collections_of(row.account_id),
    }
    return page(request, scope, "debits/mandate.html", context)


@screen
@require_GET
def paper(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The paper that was signed."""
    row, _scope = _mandate(request, scope, pk)
    key = parties.key_of(row.account.party_id)
    if row.sealed_paper is None or key is None:
        raise Http404
    data = parties.vault.unseal_bytes(key, bytes(row.sealed_paper))
    response = HttpResponse(data, content_type=row.paper_kind)
    response["Content-Disposition"] = f'attachment; filename="domiciliacion-{row.pk}"'
    return response


@screen
@require_POST
def change(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Take it back for the person, or let a suspended one work again."""
    row, scope = _mandate(request, scope, pk)
    act = request.POST.get("acto", "")
    try:
        if act == "retirar":
            write.revoke(mandate_id=pk, at=timezone.now(), by=request.user.pk)
            messages.success(request, _("Retirada: no se carga nada más. Lo que ya está en el banco sigue su curso."))
        elif act == "reanudar":
            write.resume(mandate_id=pk)
            messages.success(request, _("Vigente otra vez."))
        else:
            raise UnusableInput(_("Elija qué hacer con la domiciliación."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
        return redirect("debits:mandate", pk)
    acts = {"retirar": "debit_mandate_revoked", "reanudar": "debit_mandate_resumed"}
    audit.record(act=acts[act], actor=request.user, kind="debit_mandate", pk=row.pk)
    return redirect("debits:mandate", pk)


@screen
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """«Domiciliar»: a gestor writes down what the person allowed, and how that is known."""
    account = get_object_or_404(Account, pk=pk, creditor=scope.creditor)
    error = ""
    if request.method == "POST":
        try:
            row = write.sign(new=_typed(request, scope, account), at=timezone.now())
            audit.record(act="debit_mandate_signed", actor=request.user, kind="debit_mandate", pk=row.pk)
            messages.success(request, _("Domiciliada: las cuotas del convenio se cargarán en su fecha."))
            return redirect("debits:mandate", row.pk)
        except (UnusableInput, Refused) as problem:
            error = problem.sentence
    context = {
        "account": account,
        "name": names_of([account])[account.pk],
        "told": read.settings_of(scope.creditor.pk),
        "deal": negotiation.current_deal(account.pk),
        "standing": read.standing(account.pk),
        "kind": ACCOUNT_NAMES[read.kind_of(scope.creditor.country)],
        "how": HOW.items(),
        "error": error,
        "given": request.POST,
        "token": request.POST.get("token") or secrets.token_hex(12),
    }
    return page(request, scope, "debits/sign.html", context)


def _typed(request: HttpRequest, scope: Scope, account: Account) -> write.NewMandate:
    given, file = request.POST, request.FILES.get("paper")
    token, how = given.get("token", ""), given.get("how", "")
    if not 16 <= len(token) <= 40 or not token.isalnum():
        raise UnusableInput(_("Este formulario ya no sirve: ábralo otra vez."))
    if how not in HOW:
        raise UnusableInput(_("Diga cómo lo autorizó el cliente."), field="how")
    if how == "paper" and file is None:
        raise UnusableInput(_("Adjunte el papel firmado: es la prueba de la autorización."), field="paper")
    typed = given.get("max", "").strip()
    evidence = {"at": timezone.now().isoformat(), "how": how, "noted_by": request.user.pk}
    return write.NewMandate(
        account=account.pk, number=given.get("number", ""), holder=given.get("holder", ""), source="agent",
        key=f"agent:{token}", evidence=evidence, through=_day(given.get("through", "")), by=request.user.pk,
        max_minor=read_amount(typed, scope.creditor.currency) if typed else None,
        paper=_paper(file.read(LARGEST + 1)) if file else None,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnusableInput(_("Escriba la fecha como año-mes-día."), field="through") from None


def _paper(data: bytes) -> tuple[bytes, str]:
    kind = next((kind for start, kind in _PAPERS if data.startswith(start)), "")
    if not kind or len(data) > LARGEST:
        raise UnusableInput(_("El papel debe ser un PDF, JPG o PNG de hasta 5 MB."), field="paper")
    return data, kind


@screen
@require_http_methods(["GET", "POST"])
def settings_(request: HttpRequest, scope: Scope) -> HttpResponse:
    """How the company charges: its format, its account, its days of notice."""
    row, error = read.settings_of(scope.creditor.pk, active=False), ""
    given: Any = request.POST
    if request.method == "POST":
        try:
            new = write.NewSettings(
                given.get("form", ""), given.get("scheme_id", ""), given.get("account", ""), given.get("bic", ""),
                _whole(given.get("notice_days", "")), _whole(given.get("lead_days", "")), given.get("active") == "si",
            )  # fmt: skip
            write.keep_settings(creditor_id=scope.creditor.pk, new=new)
            audit.record(act="debit_settings_changed", actor=request.user, kind="creditor", pk=scope.creditor.pk)
            messages.success(request, _("Guardado."))
            return redirect("debits:settings")
        except UnusableInput as problem:
            error = problem.sentence
    context = {
        "told": row,
        "given": given if request.method == "POST" else None,
        "formats": list(write.bank_files().formats().items()),
        "kind": ACCOUNT_NAMES[read.kind_of(scope.creditor.country)],
        "error": error,
        "may": grants(request).may("gateways.change", scope.creditor.pk),
    }
    return page(request, scope, "debits/settings.html", context)


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 3:
        raise UnusableInput(_("Los días se escriben con números."), field="notice_days")
    return int(text)
