"""«Personas y permisos»: who works here, with which role where, and what to do when one leaves or loses a key."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.access import read, read_people, write, write_people
from puntual.apps.access.choices import ACTS, ROLES
from puntual.apps.access.forms import InviteForm, RoleForm, place_of, places
from puntual.apps.audit import write as audit
from puntual.apps.negotiation import read_own
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import Refused, UnusableInput


def _places(request: HttpRequest, scope: Scope) -> list[tuple[str, str]]:
    actor = read.grants(request)
    mine = [c for c in scope.creditors if actor.may("people.change", c.pk)]
    return places(mine, whole=actor.everything or "admin" in actor.everywhere)


def _areas(scope: Scope) -> list[str]:
    return read_own.known_areas(c.pk for c in scope.creditors)


@screen
@require_GET
def people(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Everybody that the person may see, and what each role lets."""
    actor, text = read.grants(request), request.GET.get("q", "").strip()
    asked = read.second_step_roles()
    context = {
        "people": read_people.people(actor, [c.pk for c in scope.creditors], text),
        "text": text,
        "roles": [(code, one, code in asked, [ACTS[a] for a in ACTS if a in one.acts]) for code, one in ROLES.items()],
        "whole": actor.everything or "admin" in actor.everywhere,
    }
    return page(request, scope, "access/people.html", context)


@screen
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Somebody new: their link is shown to be handed over."""
    form = InviteForm(request.POST or None, places=_places(request, scope), known=_areas(scope))
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            told["areas"] = read_own.areas_named(told["areas"], [c.pk for c in scope.creditors])
            user = write_people.invite(creditor_id=place_of(told.pop("place")), by=request.user, **told)
            request.session["invited"] = user.pk
            return redirect("access:person", user.pk)
        except (Refused, UnusableInput) as error:
            form.add_error(getattr(error, "field", None) or None, error.sentence)
    return page(request, scope, "access/invite.html", {"form": form, "roles": ROLES.values()})


def _one(request: HttpRequest, scope: Scope, pk: int) -> read_people.Person:
    found = read_people.person(read.grants(request), [c.pk for c in scope.creditors], pk)
    if found is None:
        raise Http404
    return found


@screen
@require_GET
def person(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One person: roles, keys, sessions, and what can be done."""
    one = _one(request, scope, pk)
    seen = {c.pk for c in scope.creditors}
    context: dict[str, Any] = {
        "one": one,
        "memberships": [(m, ROLES[m.role].name) for m in read.memberships(pk) if m.creditor_id in {None, *seen}],
        "form": RoleForm(places=_places(request, scope), known=_areas(scope)),
        "link": "",
    }
    if request.session.pop("invited", None) == pk and not one.user.has_usable_password():
        uid, token = write_people.link_parts(one.user)
        context["link"] = settings.PUBLIC_URL.rstrip("/") + reverse("access:choose_password", args=[uid, token])
    return page(request, scope, "access/person.html", context)


@screen
@require_POST
def act(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One act on a person."""
    one = _one(request, scope, pk)
    try:
        messages.success(request, _act(request, scope, one))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("access:person", pk)


def _act(request: HttpRequest, scope: Scope, one: read_people.Person) -> str:
    user, by, what = one.user, request.user, request.POST.get("accion", "")
    if what in ("dar", "quitar"):
        form = RoleForm(request.POST, places=_places(request, scope))
        if not form.is_valid():
            raise UnusableInput(_("Elija un papel y una empresa de la lista."))
        told: dict[str, Any] = {
            "user": user, "role": form.cleaned_data["role"], "by": by,
            "creditor_id": place_of(form.cleaned_data["place"]),
        }  # fmt: skip
        if what == "dar":
            areas = read_own.areas_named(form.cleaned_data["areas"], [c.pk for c in scope.creditors])
            write_people.give(**told, areas=areas)
        else:
            write_people.take(**told)
        return _("Permisos guardados.")
    if what in ("apagar", "encender"):
        write_people.switch(user=user, active=what == "encender", by=by)
        return _("Ya puede entrar.") if what == "encender" else _("Ya no puede entrar; sus sesiones se cerraron.")
    if what == "sesiones":
        return _("Sesiones cerradas: %d.") % write_people.end_sessions(user=user, by=by)
    if what == "segundo-paso":
        write_people.forget_second_step(user=user, by=by)
        return _("Segundo paso olvidado: lo activará otra vez al entrar.")
    if what == "enlace":
        write_people.forget_password(user=user, by=by)
        request.session["invited"] = user.pk
        return _("Su contraseña anterior ya no sirve: entréguele este enlace.")
    raise UnusableInput(_("Elija qué hacer."))


@screen
@require_POST
def second_step(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Of which roles a second step is asked: of the whole house, so only who administers it all."""
    actor = read.grants(request)
    if actor.everything or "admin" in actor.everywhere:
        roles = [role for role in request.POST.getlist("role") if role in ROLES]
        write.ask_second_step(roles=roles, by_id=request.user.pk)
        audit.record(act="second_step_asked", actor=request.user, detail={"roles": roles})
        messages.success(request, _("Guardado. A quien le falte se le pedirá en su siguiente página."))
    else:
        messages.error(request, _("Vale para todas las empresas: lo decide quien administra todas."))
    return redirect("access:people")
