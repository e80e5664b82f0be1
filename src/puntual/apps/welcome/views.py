"""The first run: the first account, own data or an example, and six short steps to the first plan."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.access.choices import PASSWORD_BACKEND
from puntual.apps.compliance import write as compliance
from puntual.apps.parties import read as parties
from puntual.apps.parties import write_company
from puntual.apps.parties.forms import CompanyForm
from puntual.apps.parties.models import Account
from puntual.apps.policies import presets, words
from puntual.apps.policies import read as policies
from puntual.apps.policies import write as policies_write
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, choose, page, scope_of, screen
from puntual.apps.welcome import building, read, write
from puntual.apps.welcome.forms import ConsentsForm, FirstAccountForm, PresetForm
from puntual.core.errors import Refused, UnusableInput

#: (code, address, name) of the steps, in order.
STEPS = (
    ("empresa", "/comenzar/empresa/", _l("Su empresa")),
    ("datos", "/cargar/", _l("Lo que le deben")),
    ("faltan", "/comenzar/faltan/", _l("Lo que falta")),
    ("permisos", "/comenzar/permisos/", _l("Permisos")),
    ("politica", "/comenzar/politica/", _l("Cómo recordar")),
    ("vista", "/comenzar/vista/", _l("Primera vista")),
)


def steps(here: str, scope: Scope | None) -> dict[str, Any]:
    """The steps as the page shows them, and the number of this one."""
    behind = read.done(scope.creditor if scope else None)
    at = [c for c, _u, _n in STEPS].index(here)
    return {
        "steps": [
            {
                "url": url,
                "name": name,
                "here": n == at,
                "done": n != at and (code in behind or (code == "faltan" and n < at)),
            }
            for n, (code, url, name) in enumerate(STEPS)
        ],
        "number": at + 1,
    }


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """«Crear la primera cuenta»: only while there is none."""
    if read.anybody():
        return redirect("welcome:start" if request.user.is_authenticated else "account_login")
    form = FirstAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            login(request, write.create_first_account(**form.cleaned_data), backend=PASSWORD_BACKEND)
            return redirect("welcome:start")
        except Refused as error:
            form.add_error(None, error.sentence)
    return render(request, "welcome/account.html", {"form": form})


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Own data, or an example; later, the next step."""
    if parties.creditors().exists():
        return redirect("/")
    return render(request, "welcome/start.html", {"building": building.now()})


@login_required
@require_http_methods(["GET", "POST"])
def example(request: HttpRequest) -> HttpResponse:
    """«Ver un ejemplo»: invented customers of three countries. Only where there is no company."""
    state = building.now()
    if request.method == "POST" and state is None:
        if parties.creditors().exists():
            messages.error(request, _("Ya hay una empresa aquí: el ejemplo se mira en una instalación vacía."))
            return redirect("/")
        building.begin(import_string(settings.WELCOME_EXAMPLE))
        return redirect("welcome:example")
    if state is None:
        return _example_ended(request)
    return render(request, "welcome/example.html", {"state": state})


def _example_ended(request: HttpRequest) -> HttpResponse:
    """To the first page; htmx is told to go there whole, and a failure is said."""
    failed = building.failed()
    if failed:
        messages.error(
            request, _("El ejemplo no se pudo terminar. Mire los mensajes del servidor y vuelva a intentarlo.")
        )
    home = "/comenzar/" if failed else "/"
    if not request.headers.get("HX-Request"):
        return redirect(home)
    answer = HttpResponse()
    answer["HX-Redirect"] = home
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def company(request: HttpRequest) -> HttpResponse:
    """Who is owed, where, and how it speaks."""
    scope = scope_of(request)
    if scope is not None and not request.session.get("beginning"):
        return redirect("/configuracion/")
    initial = {f: getattr(scope.creditor, f) for f in CompanyForm.base_fields} if scope else None
    form = CompanyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if scope is None:
            choose(request, write_company.found(told=form.cleaned_data).pk)
        else:
            write_company.change(creditor_id=scope.creditor.pk, told=form.cleaned_data)
        request.session["beginning"] = True
        return redirect("imports:index")
    return render(request, "welcome/company.html", {"form": form, **steps("empresa", scope)})


@screen
@require_GET
def consents(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Authorisations already held."""
    return _consents(request, scope, ConsentsForm())


def _consents(request: HttpRequest, scope: Scope, form: ConsentsForm) -> HttpResponse:
    needs = import_string(settings.LAW_ASKS_CONSENT)(scope.creditor.country)
    return page(request, scope, "welcome/consents.html", {"form": form, "needs": needs, **steps("permisos", scope)})


@screen
@require_POST
def declare(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Declare them in bulk, with their evidence."""
    form = ConsentsForm(request.POST)
    if not form.is_valid():
        return _consents(request, scope, form)
    told = form.cleaned_data
    people = read.parties_of(scope.creditor.pk, business_only=told["who"] == "business")
    try:
        n = compliance.declare_consents(
            parties=people, channels=told["channels"], basis=told["basis"], text="", proof=told["proof"]
        )
    except UnusableInput as error:
        form.add_error(None, error.sentence)
        return _consents(request, scope, form)
    messages.success(request, _("%d autorizaciones anotadas, con su prueba.") % n)
    return redirect("welcome:policy")


@screen
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The starting policy: the country's, or nobody yet."""
    country = scope.creditor.country
    form = PresetForm(request.POST or None, country=country)
    if request.method == "POST" and form.is_valid():
        if not policies.policies_of(scope.creditor.pk):
            nothing = form.cleaned_data["start"] == "nada"
            text = presets.nothing().replace("pais: MX", f"pais: {country}") if nothing else presets.text_for(country)
            by = request.user.pk
            version = policies_write.save_version(creditor_id=scope.creditor.pk, text=text, author_id=by)
            policies_write.activate(version=version)
        return redirect("welcome:preview")
    value = policies.parse_text(presets.text_for(country))
    stages = [
        {"stretch": s, "steps": [(words.when(step.day), step) for step in s.steps]} for s in words.stretches(value)
    ]
    chosen = next(iter(policies.policies_of(scope.creditor.pk)), None)
    context = {
        "form": form,
        "stages": stages,
        "marks": words.marks(value),
        "chosen": chosen,
        **steps("politica", scope),
    }
    return page(request, scope, "welcome/policy.html", context)


@screen
@require_GET
def preview(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Who would be written to, when, by which channel, and who not and why. Nothing is kept."""
    if not policies.policies_of(scope.creditor.pk):
        return redirect("welcome:policy")
    found = import_string(settings.WELCOME_LOOK)(scope.creditor)
    names = names_of(Account.objects.filter(pk__in=[r["account"] for r in found["rows"]]))
    rows = [{"row": r, "name": names.get(r["account"], "")} for r in found["rows"]]
    goes = [r for r in rows if r["row"]["verdict"] == "allow" and r["row"]["channel"] != "task"]
    stays = [r for r in rows if r["row"]["verdict"] != "allow"]
    context = {"found": found, "goes": goes, "stays": stays[:30], **steps("vista", scope)}
    return page(request, scope, "welcome/preview.html", context)


@screen
@require_POST
def schedule(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Put the first plan in writing, and go to look at its messages."""
    day = import_string(settings.WELCOME_SCHEDULE)(scope.creditor)
    request.session.pop("beginning", None)
    messages.success(request, _("Listo. Cada mensaje espera su aprobación; nada sale sin ella."))
    return redirect(f"/envios/?dia={day.isoformat()}")
