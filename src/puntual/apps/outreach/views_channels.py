"""Canales y costos: by where a company's messages leave, at what pace, and what each costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.inbox import read as inbox
from puntual.apps.outreach import lines, prices, read
from puntual.apps.outreach.forms import PriceForm
from puntual.apps.outreach.forms_account import CARRIERS
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput

#: Channels with somebody's limits behind them.
_PACED = ("email", "sms", "whatsapp", "voice")
_LAST = timedelta(days=30)


@screen
@require_GET
def channels(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Each channel with who carries it, its pace, its prices and what it cost lately."""
    one, now = scope.creditor, timezone.now()
    kept = {row.channel: row for row in lines.lines(one.pk)}
    told = prices.rows_of(one.pk)
    spent = {(s.channel): s for s in prices.spent(one.pk, now - _LAST)}
    rows = [
        {
            "channel": channel,
            "carrier": _carrier(scope, channel),
            "account": channel if channel in CARRIERS else "",
            "carried": channel in CARRIERS and inbox.channel_account(one.pk, channel) is not None,
            "paced": channel in _PACED,
            "pace": lines.pace_of(kept[channel]).per_second if channel in kept else lines.KNOWN.get(channel),
            "own_pace": bool(channel in kept and kept[channel].per_second),
            "line": kept.get(channel),
            "unit": prices.UNIT_OF[channel],
            "prices": [{"row": p, "text": prices.as_major(p.unit_milli, p.currency)} for p in told
                       if p.channel == channel],
            "spent": spent.get(channel),
        }
        for channel in prices.PRICED
    ]  # fmt: skip
    form = PriceForm(initial={"currency": one.currency})
    return page(request, scope, "outreach/channels.html", {"rows": rows, "form": form})


def _carrier(scope: Scope, channel: str) -> str:
    """Who carries a channel, in words; empty: nobody yet."""
    one = scope.creditor
    if channel == "email":
        server = read.mail_server(one.pk)
        return f"{server.sender} · {server.host}" if server else _("Se escribe en la carpeta de datos")
    if channel == "letter":
        return _("PDF para su impresora")
    if channel == "visit":
        return _("Una persona de su equipo")
    account = inbox.channel_account(one.pk, "sms" if channel == "voice" else channel)
    if channel == "voice" and (account is None or account.adapter != "twilio"):
        return _("Se escribe en la carpeta de datos") if one.test_mode else ""
    if account is None:
        return _("Se abre en su propio WhatsApp, mensaje por mensaje") if channel == "whatsapp" else ""
    accents = _("con acentos") if account.accents else _("sin acentos")
    more = f" · {accents}" if channel == "sms" else ""
    return f"{account.get_adapter_display()} · {account.address}{more}"


@screen
@require_POST
def price(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A price from now on."""
    form = PriceForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(e for errors in form.errors.values() for e in errors))
        return redirect("settings:channels")
    told: dict[str, Any] = form.cleaned_data
    try:
        row = prices.save_price(
            creditor_id=scope.creditor.pk, channel=told["channel"], text=told["price"], currency=told["currency"],
            prefix=told["prefix"], category=told["category"], at=timezone.now(),
        )  # fmt: skip
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("settings:channels")
    audit.record(act="price_told", actor=request.user, kind="channel_price", pk=row.pk)
    messages.success(request, _("Precio guardado. Desde ahora se anota lo que cuesta cada mensaje."))
    return redirect("settings:channels")


@screen
@require_POST
def drop_price(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Without that price."""
    if prices.forget_price(creditor_id=scope.creditor.pk, pk=pk):
        audit.record(act="price_forgotten", actor=request.user, kind="channel_price", pk=pk)
        messages.success(request, _("Precio quitado."))
    return redirect("settings:channels")


@screen
@require_POST
def pace(request: HttpRequest, scope: Scope, channel: str) -> HttpResponse:
    """How many messages a second the provider takes; empty goes back to what is known of it."""
    if channel not in _PACED:
        raise Http404
    text = request.POST.get("ritmo", "").replace(",", ".").strip()
    try:
        value = float(text) if text else None
    except ValueError:
        value = -1.0
    if value is not None and not 0.001 <= value <= 1000:
        messages.error(request, _("Escriba cuántos mensajes por segundo admite su proveedor, por ejemplo 10 o 0.5."))
        return redirect("settings:channels")
    lines.set_pace(creditor_id=scope.creditor.pk, channel=channel, per_second=value)
    audit.record(act="pace_set", actor=request.user, kind="line", detail={"channel": channel, "per_second": value})
    messages.success(request, _("Ritmo guardado."))
    return redirect("settings:channels")
