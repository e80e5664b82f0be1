"""What every page of the customer has in common: who may see it, how often, in which language, with which headers.

A GET never does anything: mail robots open links. Acts are POSTs. There is no cookie to forge a request with (the
address itself is the secret), so there is no CSRF token either; a browser that sends no
referrer could not answer for one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

import attrs
from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from puntual.apps.outreach import facts
from puntual.apps.parties import read as parties
from puntual.apps.policies import read_rules as policies
from puntual.apps.portal import limits, read
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation.rules import NegotiationRules
from puntual.ui.formats import locale_for

LANGUAGES = (("es", "Español"), ("pt-br", "Português"), ("en", "English"))
_LANGUAGE_COOKIE, LONGEST_BODY = "p_idioma", 8 * 1024 * 1024
View = Callable[..., HttpResponse]


@attrs.frozen
class Here:
    """One visit to one page: the request, whose page it is, and the instant, which nobody reads twice."""

    request: HttpRequest
    visit: read.Visit
    at: datetime
    language: str

    @property
    def today(self) -> date:
        return self.visit.today(self.at)

    @property
    def rules(self) -> NegotiationRules:
        """What the account's policy lets the person choose."""
        return policies.negotiation_rules(self.visit.creditor.pk, self.visit.account.policy_id, self.at)

    @property
    def spoken(self) -> str:
        """The language of the words: in Spanish, as the company treats people (usted, tú or vos)."""
        form = self.visit.creditor.address_form
        return f"es-{form}" if self.language == "es" and form in ("tu", "vos") else self.language

    @property
    def locale(self) -> str:
        return locale_for(self.visit.creditor.country, self.language)

    def url(self, name: str, **more: Any) -> str:
        """The address of another page of this link."""
        return reverse(f"portal:{name}", kwargs={"token": self.visit.token, **more})

    def key(self, act: str) -> str:
        """The key of the form that was sent: the same one twice is one act. Without it, one a minute."""
        given = self.request.POST.get("llave", "")[:40] or f"{self.at:%Y%m%d%H%M}"
        return f"{act}:{self.visit.link.pk}:{given}"[:80]

    def context(self) -> dict[str, Any]:
        """What every template of the page may use."""
        visit = self.visit
        return {
            "visit": visit,
            "creditor": visit.creditor,
            "root": self.url("home"),
            "today": self.today,
            "locale": self.locale,
            "language": self.language,
            "languages": LANGUAGES,
            "llave": self.request.POST.get("llave") or secrets.token_urlsafe(12),
        }

    def show(self, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
        """A page of this link."""
        return render(self.request, f"portal/{template}.html", self.context() | more, status=status)

    def done(self, what: str) -> HttpResponse:
        """To the page that says that it is done."""
        return redirect(self.url("done", what=what), permanent=False)


def page(
    *, acts: bool = True, even_revoked_for: str = "", may_go: tuple[str, ...] = ("'self'",)
) -> Callable[[View], View]:
    """A view of a link: `view(here, **more)`. Without `acts` it answers only to GET and HEAD.

    `may_go`: where its forms may end, for the one that leads to a gateway.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @csp_replace({"script-src": ["'none'"], "connect-src": ["'none'"], "form-action": list(may_go)})
        @wraps(view)
        def guarded(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
            if request.method not in (("GET", "HEAD", "POST") if acts else ("GET", "HEAD")):
                return private(HttpResponse(status=405))
            trouble = _trouble(request, token)
            if trouble:
                return private(_plain(request, *trouble))
            at = timezone.now()
            visit = read.resolve(token, at=at, even_revoked_for=even_revoked_for)
            if visit is None:
                calm = limits.count("wrong", _address(request))
                return private(_plain(request, *(("gone", 404) if calm else ("too_many", 429))))
            here = Here(request, visit, at, _language(request, visit))
            with translation.override(here.spoken):
                if "llave" in request.POST:
                    acted(here)
                try:
                    response = view(here, **more)
                except Http404:
                    response = here.show("missing", status=404)
            if request.GET.get("idioma") == here.language:
                response.set_cookie(
                    _LANGUAGE_COOKIE, here.language, max_age=7_776_000, path=here.url("home"), httponly=True,
                    samesite="Lax", secure=request.is_secure(),
                )  # fmt: skip
            return private(response)

        return guarded

    return decorate


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _trouble(request: HttpRequest, token: str) -> tuple[str, int] | None:
    address = _address(request)
    calm = limits.count("address", address) and limits.count("link", token[:40])
    if request.method == "POST":
        calm = limits.count("act", token[:40]) and calm
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > LONGEST_BODY:
            return "too_big", 413
    return None if calm else ("too_many", 429)


def _plain(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page that says nothing about anybody, in the language of the browser."""
    wanted = request.META.get("HTTP_ACCEPT_LANGUAGE", "")[:2].lower()
    with translation.override({"pt": "pt-br", "en": "en"}.get(wanted, "es")):
        response = render(request, f"portal/{template}.html", {"language": translation.get_language()}, status=status)
    if status == 429:
        response["Retry-After"] = "60"
    return response


def _language(request: HttpRequest, visit: read.Visit) -> str:
    known = {code for code, _ in LANGUAGES}
    for wanted in (request.GET.get("idioma", ""), request.COOKIES.get(_LANGUAGE_COOKIE, "")):
        if wanted in known:
            return wanted
    told = (visit.party.language or "").lower()[:2] or ("pt" if visit.creditor.country == "BR" else "es")
    return {"pt": "pt-br", "en": "en"}.get(told, "es")


def private(response: HttpResponse) -> HttpResponse:
    """Never kept, never indexed, never told to the next site."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive, nosnippet, noimageindex"
    response["Cache-Control"] = "no-store, private"
    response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
    return response


def greeting_name(visit: read.Visit) -> str:
    """How the person is greeted: the first name of somebody, the whole name of a company; nothing once erased."""
    person = parties.person(visit.party.pk)
    name = person.name.strip()
    if not name or name == parties.vault.UNREADABLE:
        return ""
    if person.debtor == "consumer":
        first = name.split()[0]
        return first.capitalize() if first.isupper() or first.islower() else first
    return name


def owed(here: Here) -> dict[str, Any]:
    """What is open, and whether currencies mix."""
    bill = read.bill(here.visit.account.pk, here.today)
    return {"bill": bill, "mixed": len(bill.totals) > 1}


def seen(here: Here, where: str) -> None:
    """Remember that the page was seen, once a day and place; robots that open links are not people. Nor is it known to
    be a person who looks in the first moments of an e-mail and does nothing: what they do is counted (`acted`), and so
    is whatever they look at later."""
    if not is_browser(here.request) or facts.mailed_moments_ago(here.visit.account.pk, here.at):
        return
    _note(here, where)


def acted(here: Here) -> None:
    """Somebody who sends a form of the page is a person, however soon: the visit that was not counted is now."""
    if facts.mailed_moments_ago(here.visit.account.pk, here.at):
        _note(here, "home")


def _note(here: Here, where: str) -> None:
    facts.record_fact(
        account_id=here.visit.account.pk, kind="clicked", at=here.at, device=device(here.request), detail=where,
        key=f"portal:seen:{where}:{here.visit.link.pk}:{here.today}",
    )  # fmt: skip


def form_page(here: Here, template: str, act: Callable[[], HttpResponse], **context: Any) -> HttpResponse:
    """A form: shown on GET, done on POST, shown again with what is wrong and what was typed."""
    error = None
    if here.request.method == "POST":
        try:
            return act()
        except (UnusableInput, Refused) as wrong:
            error = explained(wrong, here.language)
    return here.show(template, status=422 if error else 200, error=error, given=here.request.POST, **context)


#: What a rule refused, for those who read another language than the rule's own sentence.
_REFUSALS = {
    "promise_past_date": gettext_lazy("Esa fecha ya pasó: elija hoy o un día posterior."),
    "promise_too_far": gettext_lazy("Esa fecha está demasiado lejos: elija una más cercana o pague en cuotas."),
    "promise_already_open": gettext_lazy("Ya hay una fecha anotada para esos documentos: cámbiela por otra."),
    "promise_too_many_broken": gettext_lazy("No podemos anotar otra fecha: pague en cuotas o hable con una persona."),
    "promise_amount": gettext_lazy("El importe debe ser mayor que cero y no pasar de lo que se debe."),
    "agreement_current": gettext_lazy("Esos documentos ya están en un plan vigente."),
    "deal_expired": gettext_lazy("Esa oferta venció: pida una nueva."),
    "deal_withdrawn": gettext_lazy("El saldo cambió desde que se hizo la oferta: pida una nueva."),
}


def explained(error: UnusableInput | Refused, language: str) -> UnusableInput | Refused:
    """The error in words that its reader knows: the rules speak Spanish, the page three languages."""
    words = _REFUSALS.get(getattr(error, "reason", "") or "")
    if language == "es" or words is None:
        return error
    return Refused(str(words), reason=error.reason) if isinstance(error, Refused) else error


def is_browser(request: HttpRequest) -> bool:
    """Whether a visit is worth counting: robots that prefetch links send no language, or say what they are."""
    agent = request.META.get("HTTP_USER_AGENT", "").lower()
    prefetch = "prefetch" in (request.META.get("HTTP_SEC_PURPOSE", "") + request.META.get("HTTP_PURPOSE", ""))
    robots = ("bot", "crawl", "spider", "preview", "facebookexternalhit", "whatsapp/", "curl", "python", "scan",
              "headless", "phantom", "proofpoint", "mimecast", "barracuda", "safelinks")  # fmt: skip
    return bool(
        request.method == "GET"
        and request.META.get("HTTP_ACCEPT_LANGUAGE")
        and agent
        and not prefetch
        and not any(word in agent for word in robots)
    )


def device(request: HttpRequest) -> str:
    """phone, tablet or desktop, for the funnel; never more than that."""
    agent = request.META.get("HTTP_USER_AGENT", "").lower()
    if "ipad" in agent or "tablet" in agent:
        return "tablet"
    return "phone" if "mobi" in agent or "android" in agent else "desktop"
