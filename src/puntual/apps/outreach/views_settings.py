"""Configuración of what goes out: the mail server and its test, Modo de prueba, the first sends, the words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import attrs
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.outreach import providers, read, read_templates, shipped, write_settings
from puntual.apps.outreach.choices import SendState
from puntual.apps.outreach.forms import FirstSendsForm, MailServerForm, TemplateForm, TestForm
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import read as company
from puntual.apps.parties import write as parties
from puntual.apps.parties import write_company
from puntual.apps.parties.countries import COUNTRIES
from puntual.apps.policies import read as policies
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput
from puntual.core.policy.document import TONES


@screen
@require_http_methods(["GET", "POST"])
def mail(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The mail server, with what to do first at the usual providers."""
    server = read.mail_server(scope.creditor.pk)
    asked = request.GET.get("proveedor", "")
    one = providers.PROVIDERS.get(asked) or (providers.of_host(server.host) if server else None)
    form = MailServerForm(request.POST or None, initial=_initial(scope, server, one if asked else None))
    if request.method == "POST" and form.is_valid():
        write_settings.save_mail_server(creditor_id=scope.creditor.pk, told=form.cleaned_data)
        messages.success(request, _("Servidor guardado. Envíe ahora una prueba."))
        return redirect("settings:mail")
    context = {
        "form": form,
        "server": server,
        "provider": one,
        "providers": providers.PROVIDERS.values(),
        "test": TestForm(initial={"to": request.user.email or scope.creditor.email}),  # type: ignore[union-attr]
    }
    return page(request, scope, "outreach/mail.html", context)


def _initial(scope: Scope, server: Any, one: providers.Provider | None) -> dict[str, Any]:
    names = ("sender", "sender_name", "host", "port", "security", "username")
    known = {n: getattr(server, n) for n in names} if server else {}
    known = {"sender": scope.creditor.email, "sender_name": scope.creditor.name, **known}
    return known | ({"host": one.host, "port": one.port, "security": one.security} if one else {})


@screen
@require_POST
def test(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A test message by that server; what it answers is told with what to do about it."""
    form = TestForm(request.POST)
    server = read.mail_server(scope.creditor.pk)
    if not form.is_valid() or server is None:
        messages.error(request, _("Diga a qué dirección enviar la prueba, con el servidor ya guardado."))
        return redirect("settings:mail")
    try:
        import_string(settings.MAIL_TEST)(scope.creditor, form.cleaned_data["to"])
    except UnusableInput as error:
        messages.error(request, providers.explained(error.sentence, providers.of_host(server.host)))
        return redirect("settings:mail")
    write_settings.mail_server_works(creditor_id=scope.creditor.pk, at=timezone.now())
    messages.success(request, _("El servidor aceptó la prueba. Mire si llegó, también en correo no deseado."))
    return redirect("settings:mail")


@screen
@require_http_methods(["GET", "POST"])
def mode(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Modo de prueba on or off, after saying what will happen."""
    one, server = scope.creditor, read.mail_server(scope.creditor.pk)
    ready = server is not None and server.tested_at is not None
    if request.method == "POST":
        turn_on = request.POST.get("prueba") == "si"
        if not turn_on and (not ready or request.POST.get("entiendo") != "si"):
            messages.error(request, _("Para enviar de verdad: pruebe antes el servidor de correo y marque la casilla."))
            return redirect("settings:mode")
        write_company.set_test_mode(creditor_id=one.pk, on=turn_on)
        said = _("Modo de prueba: nada le llega a nadie.") if turn_on else _("Desde ahora los envíos llegan de verdad.")
        messages.success(request, said)
        return redirect("settings:index")
    open_rows = Outbox.objects.filter(creditor=one, state=SendState.PLANNED, channel="email")
    context = {
        "server": server,
        "ready": ready,
        "approved": open_rows.filter(approved=True, expires_at__gt=timezone.now()).count(),
        "waiting": open_rows.filter(approved=False, expires_at__gt=timezone.now()).count(),
    }
    return page(request, scope, "outreach/mode.html", context)


@screen
@require_POST
def first_sends(request: HttpRequest, scope: Scope) -> HttpResponse:
    """How many of the next sends a person approves."""
    form = FirstSendsForm(request.POST)
    if form.is_valid():
        parties.set_approve_first(creditor_id=scope.creditor.pk, count=form.cleaned_data["count"])
        messages.success(request, _("Guardado."))
    else:
        messages.error(request, form.errors["count"][0])
    return redirect("settings:index")


@screen
@require_GET
def templates(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every message, by channel, and whose words it has."""
    own = read_templates.own_of(scope.creditor.pk)
    rows = [
        {"name": name, "label": label,
         "channels": [(c, (name, c) in own, c in shipped.channels_of(name)) for c in read_templates.SHIPPED_CHANNELS]}
        for name, label in read_templates.choices(scope.creditor.pk)
    ]  # fmt: skip
    context = {"rows": rows, "channels": read_templates.SHIPPED_CHANNELS}
    return page(request, scope, "outreach/templates.html", context)


#: What tells one set of words from another of the same message and channel.
_PLACE = ("language", "variant", "segment", "tone", "country")


@attrs.frozen
class Where:
    """Which words are edited: message, channel, language, version («B», compared with the base one), and for whom."""

    name: str
    channel: str
    language: str = "es"
    variant: str = ""
    segment: str = ""
    tone: str = ""
    country: str = ""

    @property
    def url(self) -> str:
        """The editor of these words."""
        told = (
            ("idioma", self.language), ("version", self.variant), ("segmento", self.segment), ("tono", self.tone),
            ("pais", self.country),
        )  # fmt: skip
        more = urlencode({name: value for name, value in told if value not in ("es", "")})
        return reverse("settings:template", args=[self.name, self.channel]) + (f"?{more}" if more else "")


def _where(request: HttpRequest, scope: Scope, name: str, channel: str) -> Where:
    if name not in read_templates.names(scope.creditor.pk) or channel not in read_templates.SHIPPED_CHANNELS:
        raise Http404
    language = request.GET.get("idioma", "es")
    variant = "B" if request.GET.get("version") == "B" else ""
    segment, tone = request.GET.get("segmento", ""), request.GET.get("tono", "")
    segment = segment if segment in company.segments_in_use(scope.creditor.pk) else ""
    tone = tone if tone in TONES else ""
    country = request.GET.get("pais", "") if request.GET.get("pais", "") in COUNTRIES else ""
    language = language if language in read_templates.LANGUAGES else "es"
    return Where(name, channel, language, variant, segment, tone, country)


@screen
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, scope: Scope, name: str, channel: str) -> HttpResponse:
    """One message: its words, what the law would mend, and how it reads with real data."""
    one, where = scope.creditor, _where(request, scope, name, channel)
    words = _words(scope, where)
    said_how = {None: "", True: "si", False: "no"}[words.accents]
    form = TemplateForm(request.POST or None, initial={
        "subject": words.subject, "text": words.text, "share": words.share, "accents": said_how,
    })  # fmt: skip
    subject, text, accents = words.subject, words.text, words.accents
    if request.method == "POST" and form.is_valid():
        subject, accents = form.cleaned_data["subject"], form.cleaned_data["accents"]
        text = form.cleaned_data["text"].replace("\r\n", "\n")
    found = _findings(scope, where, f"{subject}\n{text}" if channel == "email" else text)
    if request.method == "POST" and form.is_valid() and request.POST.get("accion") == "guardar":
        if found:
            form.add_error("text", _("No se guardó: la norma pide corregir lo que se señala."))
        elif _kept(form, scope, where, subject, text, request.user):
            messages.success(request, _("Guardado. Así dirán desde ahora los mensajes que salgan."))
            return redirect(where.url)
    context: dict[str, Any] = {
        "form": form, "words": words, "where": where, "label": read_templates.label(name), "findings": found,
        "languages": [(code, said, attrs.evolve(where, language=code).url) for code, said in
                      read_templates.LANGUAGES.items()],
        "base": attrs.evolve(where, variant="").url, "other": attrs.evolve(where, variant="B").url,
        "variants": read_templates.variants_of(one.pk, name, channel, where.language),
        "arms": read_templates.arms(one.pk, name, channel, where.language),
        "segments": company.segments_in_use(one.pk), "tones": TONES, "countries": COUNTRIES.values(),
        "country_name": COUNTRIES[where.country].name if where.country else "",
        "narrower": [
            {"segment": segment, "tone": tone, "country": COUNTRIES[country].name if country in COUNTRIES else country,
             "url": attrs.evolve(where, segment=segment, tone=tone, country=country).url}
            for segment, tone, country in read_templates.narrower_of(one.pk, name, channel, where.language)
        ],
    }  # fmt: skip
    try:
        context["shown"] = import_string(settings.TEMPLATE_PREVIEW)(
            one, subject, text, channel=channel, language=where.language, accents=accents
        )
    except UnusableInput as error:
        context["problem"] = error.sentence
    return page(request, scope, "outreach/template.html", context)


def _words(scope: Scope, where: Where) -> read_templates.Words:
    """The words to edit. What was not written yet starts from what is said today."""
    one = scope.creditor

    def kept(place: Where) -> read_templates.Words:
        return read_templates.words(
            one.pk, place.name, place.channel, place.language, place.variant, one.address_form, place.segment,
            place.tone, place.country,
        )  # fmt: skip

    words = kept(where)
    if words.own or where == Where(where.name, where.channel, where.language):
        return words
    return attrs.evolve(kept(Where(where.name, where.channel, where.language)), own=False, variant=where.variant)


def _kept(form: TemplateForm, scope: Scope, where: Where, subject: str, text: str, by: Any) -> bool:
    try:
        share = form.cleaned_data.get("share") or 50
        kept = {**attrs.asdict(where), "share": share, "accents": form.cleaned_data["accents"]}
        write_settings.save_template(creditor_id=scope.creditor.pk, subject=subject, text=text, **kept)
        detail = {k: v for k, v in kept.items() if v not in ("", None)}
        audit.record(act="template_activated", actor=by, kind="template", detail=detail)
    except UnusableInput as error:
        form.add_error("text", error.sentence)
        return False
    return True


def _findings(scope: Scope, where: Where, text: str) -> list[dict[str, Any]]:
    """What the law says, over the stages in which the policies in force use this message."""
    channel = where.channel
    used = {
        bound.policy.stage_of(step.day)
        for bound in policies.in_force(scope.creditor.pk, timezone.now()).values()
        for step in bound.policy.steps
        if step.template == where.name
    }
    stages = sorted(used) or list(shipped.STAGES.get(where.name, ("administrative",)))
    found: list[dict[str, Any]] = import_string(settings.TEMPLATE_FINDINGS)(
        where.country or scope.creditor.country, stages, channel, text
    )
    over = 1 if channel == "email" else 0  # the subject stands over the text
    return [{**f, "line": max(f["line"] - over, 0)} for f in found]


@screen
@require_POST
def use_shipped(request: HttpRequest, scope: Scope, name: str, channel: str) -> HttpResponse:
    """Back to the words that come with the product (or to one version only); it can be undone."""
    where = _where(request, scope, name, channel)
    gone = write_settings.use_shipped(creditor_id=scope.creditor.pk, **attrs.asdict(where))
    if gone:
        request.session["template_undo"] = {"name": name, "channel": channel, **gone}
        undo = reverse("settings:template_undo", args=[name, channel])
        said = _("Queda una sola versión.") if where.variant else _("Vuelve a decir lo que trae Puntual.")
        messages.success(request, said, extra_tags=undo)
    return redirect(attrs.evolve(where, variant="").url)


@screen
@require_POST
def template_undo(request: HttpRequest, scope: Scope, name: str, channel: str) -> HttpResponse:
    """The own words again."""
    kept = request.session.pop("template_undo", None)
    if not kept or (kept["name"], kept["channel"]) != (name, channel):
        return redirect("settings:template", name, channel)
    write_settings.save_template(creditor_id=scope.creditor.pk, **kept)
    messages.success(request, _("Sus palabras, como estaban."))
    return redirect(attrs.evolve(Where(name, channel), **{k: kept[k] for k in _PLACE if k in kept}).url)
