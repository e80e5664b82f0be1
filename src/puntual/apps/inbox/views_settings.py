"""Configuración of what comes in: the mailbox and its test, what is done alone, the answers kept ready."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.inbox import providers, read, write, write_threads
from puntual.apps.inbox import read_screens as shown
from puntual.apps.inbox.choices import AccountChannel, Adapter
from puntual.apps.inbox.forms import CannedForm, MailboxForm, RulesForm
from puntual.apps.inbox.models import ChannelAccount
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput


@screen
@require_http_methods(["GET", "POST"])
def mailbox(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The mailbox that is read, with what to do first at the usual providers."""
    account = read.channel_account(scope.creditor.pk, AccountChannel.EMAIL)
    known = dict(read.secrets_of(account)) if account else {}
    asked = providers.PROVIDERS.get(request.GET.get("proveedor", ""))
    form = MailboxForm(request.POST or None, initial=_initial(scope, account, known, asked))
    if request.method == "POST" and form.is_valid() and _saved(request, scope, form, known):
        return redirect("inbox_settings:mailbox")
    state = getattr(account, "mailbox", None) if account else None
    context = {
        "form": form, "account": account, "state": state, "provider": asked or providers.of_host(known.get("host", "")),
        "providers": providers.PROVIDERS.values(), "oauth": known.get("oauth", ""),
        "permitted": bool(known.get("refresh_token")), "back": _back(),
        "handed": account is not None and account.adapter != Adapter.IMAP,
    }  # fmt: skip
    return page(request, scope, "inbox/mailbox.html", context)


def _initial(scope: Scope, account: ChannelAccount | None, known: dict[str, Any], asked: Any) -> dict[str, Any]:
    start = {"address": account.address if account else scope.creditor.email, "folder": "INBOX", "port": 993}
    told = ("host", "port", "security", "username", "folder", "tags", "oauth", "client_id")
    start |= {n: known[n] for n in told if known.get(n)}
    if not asked:
        return start
    oauth = asked.oauth if asked.code == "microsoft" else start.get("oauth", "")
    return start | {"host": asked.host, "port": asked.port, "security": asked.security, "oauth": oauth}


def _back() -> str:
    """Where a provider sends back whoever gave the permission."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('inbox_settings:permission_given')}"


def _saved(request: HttpRequest, scope: Scope, form: MailboxForm, known: dict[str, Any]) -> bool:
    told = form.cleaned_data
    credentials = {n: str(told[n]) for n in ("host", "port", "security", "username", "folder")}
    credentials |= {"password": told["password"] or known.get("password", ""), "tags": "si" if told["tags"] else ""}
    credentials |= {"oauth": told["oauth"], "client_id": told["client_id"]}
    credentials |= {"client_secret": told["client_secret"] or known.get("client_secret", "")}
    if all(credentials[n] == known.get(n) for n in ("oauth", "client_id", "username")):
        # The same mailbox, entered by the same application: its permission still holds.
        kept = ("refresh_token", "access_token", "access_until", "token_url")
        credentials |= {n: known[n] for n in kept if n in known}
    try:
        write.save_account(
            creditor_id=scope.creditor.pk, adapter=Adapter.IMAP, address=told["address"].lower(),
            credentials=credentials, at=timezone.now(),
        )  # fmt: skip
    except UnusableInput as error:
        form.add_error(None, error.sentence)
        return False
    audit.record(act="mailbox_changed", actor=request.user, kind="mailbox", detail={"creditor": scope.creditor.pk})
    messages.success(request, _("Buzón guardado. Pruébelo ahora."))
    return True


@screen
@require_POST
def mailbox_test(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Open the mailbox; what its server answers is told with what to do about it."""
    account = read.channel_account(scope.creditor.pk, AccountChannel.EMAIL)
    if account is None or account.adapter != Adapter.IMAP:
        messages.error(request, _("Guarde primero los datos del buzón."))
        return redirect("inbox_settings:mailbox")
    try:
        import_string(settings.INBOX_TRY_MAILBOX)(account, timezone.now())
        messages.success(request, _("El buzón abre bien. Lo que llegue aparecerá en Conversaciones."))
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("inbox_settings:mailbox")


@screen
@require_GET
def permission(request: HttpRequest, scope: Scope) -> HttpResponse:
    """To the provider's page, where whoever owns the mailbox gives the permission."""
    account = read.channel_account(scope.creditor.pk, AccountChannel.EMAIL)
    if account is None or not read.secrets_of(account).get("oauth"):
        messages.error(request, _("Guarde primero el buzón con «Con permiso (OAuth)»."))
        return redirect("inbox_settings:mailbox")
    url, request.session["mailbox_permission"] = import_string(settings.INBOX_ASK_PERMISSION)(account, _back())
    return redirect(url)


@screen
@require_GET
def permission_given(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Back from the provider. Only what this very session asked for is taken."""
    asked = request.session.pop("mailbox_permission", None) or {}
    account = ChannelAccount.objects.filter(pk=asked.get("account"), active=True, creditor=scope.creditor).first()
    mine = bool(asked) and secrets.compare_digest(asked["state"], request.GET.get("state", ""))
    if account is None or not mine:
        messages.error(request, _("Ese permiso no se pidió desde aquí: pulse otra vez «Dar el permiso»."))
        return redirect("inbox_settings:mailbox")
    if not request.GET.get("code"):
        messages.error(request, _("No se dio el permiso: el buzón sigue como estaba."))
        return redirect("inbox_settings:mailbox")
    try:
        import_string(settings.INBOX_TAKE_PERMISSION)(
            account, code=request.GET["code"], remembered=asked, now=timezone.now()
        )
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("inbox_settings:mailbox")
    audit.record(act="mailbox_permitted", actor=request.user, kind="mailbox", detail={"creditor": scope.creditor.pk})
    messages.success(request, _("Permiso recibido. Pruebe el buzón ahora."))
    return redirect("inbox_settings:mailbox")


@screen
@require_POST
def mailbox_stop(request: HttpRequest, scope: Scope) -> HttpResponse:
    """It is read no more. What came in stays."""
    write.stop_account(creditor_id=scope.creditor.pk, channel=AccountChannel.EMAIL)
    messages.success(request, _("El buzón ya no se lee. Lo recibido se conserva."))
    return redirect("inbox_settings:mailbox")


@screen
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What is done alone, the clock, thanks; and the answers kept ready."""
    form = RulesForm(request.POST or None, instance=read.rules_of(scope.creditor.pk))
    if request.method == "POST" and form.is_valid():
        write_threads.save_rules(creditor_id=scope.creditor.pk, told=form.cleaned_data)
        messages.success(request, _("Guardado."))
        return redirect("inbox_settings:rules")
    context = {"form": form, "canned": shown.canned_of(scope.creditor.pk), "new": CannedForm()}
    return page(request, scope, "inbox/rules.html", context)


@screen
@require_POST
def canned(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Keep an answer ready, or keep it no more, with its way back."""
    if key := request.POST.get("quitar"):
        gone = write_threads.remove_canned(creditor_id=scope.creditor.pk, key=key)
        if gone:
            request.session["canned_undo"] = gone
            messages.success(request, _("Respuesta quitada."), extra_tags=reverse("inbox_settings:canned_undo"))
        return redirect("inbox_settings:rules")
    form = CannedForm(request.POST)
    if form.is_valid():
        write_threads.save_canned(creditor_id=scope.creditor.pk, **form.cleaned_data)
        messages.success(request, _("Respuesta guardada: llámela con /%s.") % form.cleaned_data["key"])
        return redirect("inbox_settings:rules")
    context = {
        "form": RulesForm(instance=read.rules_of(scope.creditor.pk)), "canned": shown.canned_of(scope.creditor.pk),
        "new": form,
    }  # fmt: skip
    return page(request, scope, "inbox/rules.html", context)


@screen
@require_POST
def canned_undo(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The answer that was taken away, again."""
    gone = request.session.pop("canned_undo", None)
    if gone:
        write_threads.save_canned(creditor_id=scope.creditor.pk, **gone)
        messages.success(request, _("Otra vez lista."))
    return redirect("inbox_settings:rules")
