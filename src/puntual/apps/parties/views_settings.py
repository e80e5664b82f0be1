"""Configuración: its cover, the company's own data, and backups with the keyring told apart."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.access.read import grants
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach.forms import FirstSendsForm
from puntual.apps.outreach.read_templates import own_of
from puntual.apps.parties import write_company
from puntual.apps.parties.forms import ContactForm
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput


@screen
@require_GET
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Everything that can be set, and how it stands."""
    context = {
        "server": outreach.mail_server(scope.creditor.pk),
        "first": FirstSendsForm(initial={"count": scope.creditor.approve_first}),
        "own_words": len(own_of(scope.creditor.pk)),
        "backups": backups()[:1] if grants(request).may("backup.take") else [],
    }
    return page(request, scope, "parties/settings.html", context)


@screen
@require_http_methods(["GET", "POST"])
def company(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The company's data. Country and zone decide past days too: they are changed with care."""
    one = scope.creditor
    form = ContactForm(request.POST or None, initial={name: getattr(one, name) for name in ContactForm.base_fields})
    if request.method == "POST" and form.is_valid():
        before = write_company.change(creditor_id=one.pk, told=form.cleaned_data)
        if before:
            request.session["company_undo"] = before
            messages.success(request, _("Datos guardados."), extra_tags=reverse("settings:company_undo"))
        return redirect("settings:company")
    return page(request, scope, "parties/company.html", {"form": form})


@screen
@require_POST
def company_undo(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The data as they were before the last change of this session."""
    before = request.session.pop("company_undo", None)
    if before:
        write_company.change(creditor_id=scope.creditor.pk, told=before)
        messages.success(request, _("Como estaba."))
    return redirect("settings:company")


def shelf() -> Path:
    """Where backups made from the screen lie."""
    return Path(settings.DATA) / "respaldos"


def backups() -> list[dict[str, object]]:
    """The backups on the shelf, newest first."""
    found = sorted(shelf().glob("*.puntual"), reverse=True) if shelf().exists() else []
    return [
        {"name": f.name, "size": f.stat().st_size, "keyring": f.with_name(f.name + ".llavero").exists()} for f in found
    ]


@screen
@require_http_methods(["GET", "POST"])
def backup(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Make a backup now, and download what there is."""
    if request.method == "POST":
        try:
            made = import_string(settings.MAKE_BACKUP)(request.user)
            messages.success(request, _("Respaldo hecho: %s. Descargue también su llavero.") % made["file"])
        except UnusableInput as error:
            messages.error(request, error.sentence)
        return redirect("settings:backup")
    return page(request, scope, "parties/backup.html", {"backups": backups()})


@screen
@require_GET
def backup_file(request: HttpRequest, scope: Scope, name: str) -> HttpResponseBase:
    """One file of the shelf."""
    known = {str(b["name"]) for b in backups()}
    if name not in known and name.removesuffix(".llavero") not in known:
        raise Http404
    file = shelf() / name
    if not file.exists():
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True, filename=name)
