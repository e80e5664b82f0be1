"""«Llaves de otros programas»: made, shown once, revoked. And the page where who was invited chooses a password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from puntual.apps.access import read, read_people, write
from puntual.apps.access.choices import SCOPES
from puntual.apps.access.forms import ChoosePasswordForm, KeyForm, place_of, places
from puntual.apps.audit import write as audit
from puntual.apps.scope import Scope, page, screen


@screen
@never_cache
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The keys there are, and a new one, whose text is shown this once."""
    actor = read.grants(request)
    mine = [c for c in scope.creditors if actor.may("keys.change", c.pk)]
    form = KeyForm(request.POST or None, places=places(mine, whole=actor.everything or "admin" in actor.everywhere))
    made = text = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        made, text = write.create_key(
            name=told["name"], scopes=told["scopes"], creditor_id=place_of(told["place"]), user_id=request.user.pk
        )
        detail = {"scopes": made.scopes, "creditor": made.creditor_id}
        audit.record(act="api_key_made", actor=request.user, kind="api_key", pk=made.pk, detail=detail)
    rows = [(k, [SCOPES[s] for s in k.scopes]) for k in read_people.keys_of(actor, [c.pk for c in mine])]
    return page(request, scope, "access/keys.html", {"rows": rows, "form": form, "made": made, "text": text})


@screen
@require_POST
def revoke(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """From now on the key opens nothing."""
    actor = read.grants(request)
    if pk not in {key.pk for key in read_people.keys_of(actor, [c.pk for c in scope.creditors])}:
        raise Http404
    write.revoke_key(key_id=pk)
    audit.record(act="api_key_revoked", actor=request.user, kind="api_key", pk=pk)
    messages.success(request, _("La llave ya no abre nada."))
    return redirect("access:keys")


@never_cache
@require_http_methods(["GET", "POST"])
def choose_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Who was invited chooses a password. The link serves once and not for long."""
    try:
        user = get_user_model().objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except ValueError:
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        return render(request, "access/link_over.html", status=410)
    form = ChoosePasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        user.set_password(form.cleaned_data["password"])
        user.save(update_fields=["password"])
        audit.record(act="password_chosen", actor=user, kind="user", pk=user.pk)
        messages.success(request, _("Contraseña guardada. Entre con su usuario: %s.") % user.get_username())
        return redirect("account_login")
    return render(request, "access/choose_password.html", {"form": form, "name": user.first_name})
