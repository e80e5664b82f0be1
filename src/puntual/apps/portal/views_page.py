"""«Su página»: the private links of a customer: a new one to give, a code for private papers, the end of them all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.parties.models import Account
from puntual.apps.portal import read, write
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen


def _account(scope: Scope, pk: int) -> Account:
    return get_object_or_404(Account, pk=pk, creditor_id=scope.creditor.pk)


@screen
@require_GET
def links(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Every link that the customer has, how long it lives, and what can be done. A code is shown once."""
    account, now = _account(scope, pk), timezone.now()
    rows = read.links_of(pk)[:20]
    context = {
        "account": account,
        "name": names_of([account])[pk],
        "rows": [{"row": r, "alive": r.revoked_at is None and r.expires_at > now} for r in rows],
        "fresh": request.session.pop("portal_link", None) if request.session.get("portal_of") == pk else None,
        "code": request.session.pop("portal_code", None) if request.session.get("portal_of") == pk else None,
    }
    return page(request, scope, "portal/staff_page.html", context)


@screen
@require_POST
def act(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A link to tell the person, a code for private papers, or the end of every link."""
    account, now = _account(scope, pk), timezone.now()
    what = request.POST.get("acto", "")
    request.session["portal_of"] = pk
    if what == "enlace":
        request.session["portal_link"] = write.link_for(account.pk, now=now)
    elif what == "codigo":
        alive = next((r for r in read.links_of(pk) if r.revoked_at is None and r.expires_at > now), None)
        if alive is None:
            messages.error(request, _("Haga primero un enlace: el código abre los papeles de ese enlace."))
            return redirect("portal_staff:links", pk=pk)
        request.session["portal_code"] = write.issue_code(link_id=alive.pk, at=now)
    elif what == "cerrar":
        closed = write.revoke_links(account=account.pk, at=now)
        messages.success(request, _("%(n)d enlaces cerrados: nadie puede abrirlos.") % {"n": closed})
    audit.record(act=f"portal_{what}"[:40], actor=request.user, kind="account", pk=pk)
    return redirect("portal_staff:links", pk=pk)
