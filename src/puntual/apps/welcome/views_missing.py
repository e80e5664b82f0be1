"""What loads did not bring: terms, contacts, and whether a customer is a business or a consumer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from puntual.apps.parties import write_company
from puntual.apps.receivables import write_terms
from puntual.apps.scope import Scope, page, screen
from puntual.apps.welcome import read
from puntual.apps.welcome.forms import GeneralTermsForm, LackingForm
from puntual.apps.welcome.views import steps


@screen
@require_http_methods(["GET", "POST"])
def missing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Customers of whom something is missing, those who owe most first."""
    found = read.missing(scope.creditor.pk)
    country = scope.creditor.country
    pairs = [
        (row, LackingForm(request.POST or None, prefix=str(row.account), country=country,
                          initial={"debtor": row.suggested}))
        for row in found.rows
    ]  # fmt: skip
    if request.method == "POST" and all([form.is_valid() for _row, form in pairs]):
        n = _save(scope, [(row, form) for row, form in pairs if form.has_changed() or row.suggested])
        messages.success(request, ngettext("%(n)d cliente completado.", "%(n)d clientes completados.", n) % {"n": n})
        return redirect("welcome:missing" if request.POST.get("accion") == "mas" else "welcome:consents")
    context = {
        "found": found,
        "pairs": pairs,
        "general": GeneralTermsForm(initial={"days": scope.creditor.credit_days}),
    }
    return page(request, scope, "welcome/missing.html", context | steps("faltan", scope))


def _save(scope: Scope, pairs: list[tuple[read.Lacking, LackingForm]]) -> int:
    rows = [write_company.Told(account=row.account, **form.cleaned_data) for row, form in pairs]
    done = write_company.complete(creditor=scope.creditor, rows=rows)
    for told in rows:
        if told.credit_days is not None:
            write_terms.tell_terms(creditor_id=scope.creditor.pk, accounts=[told.account], days=told.credit_days)
    return done


@screen
@require_POST
def terms(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Credit days for everybody whose terms were assumed."""
    form = GeneralTermsForm(request.POST)
    if form.is_valid():
        days = form.cleaned_data["days"]
        accounts = read.accounts_without_terms(scope.creditor.pk)
        n = write_terms.tell_terms(creditor_id=scope.creditor.pk, accounts=accounts, days=days)
        if scope.creditor.credit_days is None:
            write_company.change(creditor_id=scope.creditor.pk, told={"credit_days": days})
        messages.success(request, ngettext("%(n)d factura con su plazo.", "%(n)d facturas con su plazo.", n) % {"n": n})
    else:
        messages.error(request, form.errors["days"][0])
    return redirect("welcome:missing")
