"""«Por aprobar»: one list of what takes two people, and asking for a waiver or a write-off of documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.access import read, read_approvals, write_approvals
from puntual.apps.access.choices import APPROVABLES, APPROVAL_STATES
from puntual.apps.access.write_approvals import Asked
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as books
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger.books import Component

_KINDS = ("waiver", "write_off")


@screen
@require_GET
def approvals(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What waits, who asked it, and the last decisions."""
    actor, me = read.grants(request), request.user.pk
    found = read_approvals.waiting(scope.creditor.pk, actor, me)
    last = read_approvals.decided(scope.creditor.pk, actor, me)
    about = [w.approval.account for w in found if w.approval] + [r.account for r in last]
    names = names_of(account for account in about if account is not None)
    context = {
        "rows": [
            {"one": w, "mine": w.asked_by_id == me, "may": w.asked_by_id != me and actor.may(w.act, scope.creditor.pk),
             "name": names.get(w.approval.account_id or 0, "") if w.approval else ""}
            for w in found
        ],
        "decided": [
            {"row": r, "name": names.get(r.account_id or 0, ""), "kind": APPROVABLES[r.kind].name,
             "state": APPROVAL_STATES[read_approvals.state_of(r)],
             "by": read_approvals.name_of(r.decided_by), "asked": read_approvals.name_of(r.asked_by)}
            for r in last
        ],
        "rules": read_approvals.rules_of(scope.creditor.pk),
    }  # fmt: skip
    return page(request, scope, "access/approvals.html", context)


@screen
@require_POST
def decide(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Yes, no, or «I asked it and take it back»."""
    row = read_approvals.approval(pk)
    if row is None:
        raise Http404
    follow(request, scope, row.creditor_id)
    what, told = request.POST.get("respuesta", ""), {"approval_id": pk, "by": request.user, "at": timezone.now()}
    answer = request.POST.get("answer", "")
    try:
        if what == "si":
            write_approvals.approve(**told, answer=answer)
            messages.success(request, _("Aprobado y hecho."))
        elif what == "no":
            write_approvals.refuse(**told, answer=answer)
            messages.success(request, _("No aprobado: quien lo pidió verá por qué."))
        elif what == "retirar":
            write_approvals.withdraw(**told)
            messages.success(request, _("Retirado."))
        else:
            raise UnusableInput(_("Elija sí o no."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("access:approvals")


@screen
@require_POST
def rules(request: HttpRequest, scope: Scope) -> HttpResponse:
    """From how many messages at once another person says yes, and how long a request waits."""
    told = [request.POST.get(name, "").strip() for name in ("mass_from", "waits_days")]
    try:
        if not all(text.isdecimal() and len(text) < 8 for text in told):
            raise UnusableInput(_("Escriba los mensajes y los días con cifras."))
        mass_from, waits_days = map(int, told)
        write_approvals.set_rules(
            creditor_id=scope.creditor.pk, mass_from=mass_from, waits_days=waits_days,
            by=request.user,  # type: ignore[arg-type]
        )  # fmt: skip
        messages.success(request, _("Guardado."))
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("access:approvals")


class ReduceForm(forms.Form):
    """What to ask for a customer's documents."""

    kind = forms.ChoiceField(
        label="Qué pide", choices=[(k, APPROVABLES[k].name) for k in _KINDS], widget=forms.RadioSelect, initial="waiver"
    )
    scope = forms.ChoiceField(
        label="De qué parte", widget=forms.RadioSelect, initial="charges",
        choices=[("charges", "Solo intereses y gastos"), ("all", "Todo lo que se debe")],
    )  # fmt: skip
    items = forms.MultipleChoiceField(label="De qué documentos", widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label="Por qué", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)


@screen
@require_http_methods(["GET", "POST"])
def reduce(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Ask another person to give up a part of what a customer owes."""
    account = Account.objects.filter(pk=pk).first()
    if account is None:
        raise Http404
    scope = follow(request, scope, account.creditor_id)
    balances = books.open_items(pk)
    form = ReduceForm(request.POST or None, initial={"key": f"reduce:{pk}:{timezone.now().timestamp():.0f}"})
    form.fields["items"].choices = [(str(b.due_item_id), b) for b in balances]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            _ask(request, scope, account, balances, form.cleaned_data)
            messages.success(request, _("Pedido: espera el sí de otra persona."))
            return redirect("access:approvals")
        except (Refused, UnusableInput) as error:
            form.add_error(None, error.sentence)
    context = {
        "form": form, "balances": balances, "account": account, "name": names_of([account])[pk],
        "chosen": form.data.getlist("items") if form.is_bound else [str(b.due_item_id) for b in balances],
    }  # fmt: skip
    return page(request, scope, "access/reduce.html", context)


def _ask(request: HttpRequest, scope: Scope, account: Account, balances: list[Any], told: dict[str, Any]) -> None:
    chosen = [b for b in balances if str(b.due_item_id) in told["items"]]
    if len({b.currency for b in chosen}) != 1:
        raise UnusableInput(_("Elija documentos de una sola moneda."), field="items")
    whole = told["scope"] == "all" or told["kind"] == "write_off"
    parts = [
        (b.due_item_id, int(component), minor)
        for b in chosen
        for component, minor in (
            (Component.PRINCIPAL, b.principal_minor if whole else 0),
            (Component.INTEREST, b.interest_minor),
            (Component.FEE, b.fee_minor),
        )
        if minor > 0
    ]
    if not parts:
        raise UnusableInput(_("Esos documentos no tienen intereses ni gastos que condonar."), field="items")
    asked = Asked(
        told["kind"], scope.creditor.pk, told["reason"], told["key"], account.pk, sum(p[2] for p in parts),
        chosen[0].currency, {"parts": parts},
    )  # fmt: skip
    write_approvals.ask(asked=asked, by=request.user, at=timezone.now())  # type: ignore[arg-type]
