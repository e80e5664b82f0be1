"""Conversaciones: the list by trays and filters, and what can be done to several at once, with preview and undo."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.inbox import read as accounts
from puntual.apps.inbox import read_screens as read
from puntual.apps.inbox import write_threads
from puntual.apps.inbox.choices import TRAYS, AccountChannel
from puntual.apps.inbox.filters import CHANNELS, from_address, to_address
from puntual.apps.inbox.models import Conversation
from puntual.apps.scope import Scope, page, screen
from puntual.core.customers.understanding import INTENTS
from puntual.core.errors import Refused, UnusableInput
from puntual.ui.channels import channel_name
from puntual.ui.read import saved_views

#: More than these are changed all the same, but cannot be undone with one click.
UNDO_MAX, SAMPLE = 500, 8
INTENT_NAMES = {
    "baja": gettext_lazy("Pide no recibir más"),
    "equivocado": gettext_lazy("No es la persona"),
    "pagado": gettext_lazy("Dice que pagó"),
    "disputa": gettext_lazy("No está de acuerdo"),
    "promesa": gettext_lazy("Promete pagar"),
    "no_puede": gettext_lazy("No puede pagar"),
    "info": gettext_lazy("Pregunta"),
    "enojo": gettext_lazy("Está molesta"),
    "otro": gettext_lazy("Otra cosa"),
}
#: What can be done to several: act -> its name and the word of what was done.
BULK = {
    "attend": gettext_lazy("Dar por atendidas"),
    "assign": gettext_lazy("Asignar"),
    "snooze": gettext_lazy("Posponer"),
}


@screen
@require_GET
def conversations(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The conversations that the filters in the address leave, those that should be looked after first."""
    now, user = timezone.now(), request.user.pk
    filters = from_address(request.GET)
    rows = read.matching(scope.creditor.pk, filters, user_id=user, now=now)
    shown, mark = read.page_of(rows, filters, request.GET.get("tras", ""))
    address = to_address(filters)
    counts = read.counts(scope.creditor.pk, user_id=user, now=now)
    context: dict[str, Any] = {
        "filters": filters,
        "address": address,
        "lines": read.lines(shown, now),
        "trays": [(name, label, counts.get(name)) for name, label in TRAYS.items()],
        "late": counts["tarde"],
        "count_max": read.COUNT_MAX,
        "channels": [(c, channel_name(c).capitalize()) for c in CHANNELS],
        "intents": [(i, INTENT_NAMES[i]) for i in INTENTS],
        "names": INTENT_NAMES,
        "colleagues": [(str(pk), name) for pk, name in read.colleagues()],
        "views": saved_views(user, "conversaciones"),
        "next": f"?{address}&tras={mark}" if mark else "",
        "first": f"?{address}" if request.GET.get("tras") else "",
        "bulk": BULK.items(),
        "troubles": _troubles(scope.creditor.pk),
        "empty": not shown and not address and not Conversation.objects.filter(creditor=scope.creditor).exists(),
    }
    return page(request, scope, "inbox/conversations.html", context)


def _troubles(creditor_id: int) -> list[str]:
    """What keeps answers from coming in, in sentences: a mailbox that does not open, notices that nobody could read."""
    account = accounts.channel_account(creditor_id, AccountChannel.EMAIL)
    state = getattr(account, "mailbox", None) if account else None
    found = []
    if account and state and state.error:
        found.append(_("El buzón %(who)s no se puede leer: %(why)s") % {"who": account.address, "why": state.error})
    stuck = accounts.stuck().filter(account__creditor_id=creditor_id).count()
    if stuck:
        text = ngettext("%(n)d aviso no se pudo leer; sigue guardado.", "%(n)d avisos no se pudieron leer; siguen "
                        "guardados.", stuck)  # fmt: skip
        found.append(text % {"n": stuck})
    return found


def _selected(request: HttpRequest, scope: Scope) -> Any:
    """What an act is about: the ticked rows, or all that the filters leave."""
    if request.POST.get("todas") == "on":
        filters = from_address(dict(parse_qsl(request.POST.get("query", ""))))
        return read.matching(scope.creditor.pk, filters, user_id=request.user.pk, now=timezone.now())
    ids = [int(i) for i in request.POST.getlist("sel") if i.isdigit()]
    return Conversation.objects.filter(creditor_id=scope.creditor.pk, pk__in=ids)


def _home(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('inbox:conversations')}?{request.POST.get('query', '')}")


@screen
@require_POST
def bulk_preview(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What an act would touch: how many, some of them. Nothing changes here."""
    act = request.POST.get("accion", "")
    rows = _selected(request, scope)
    count = len(rows.order_by().values_list("pk", flat=True)[: read.COUNT_MAX])
    if act not in BULK or not count:
        messages.error(request, _("Marque al menos una conversación."))
        return _home(request)
    context = {
        "act": act,
        "label": BULK[act],
        "count": count,
        "count_max": read.COUNT_MAX,
        "sample": read.lines(list(rows.select_related("assigned_to")[:SAMPLE]), timezone.now()),
        "undecided": sum(write_threads.undecided(pk) for pk in rows.order_by().values_list("pk", flat=True)[:50]),
        "ticked": request.POST.getlist("sel"),
        "whole": request.POST.get("todas") == "on",
        "query": request.POST.get("query", ""),
        "colleagues": [(str(pk), name) for pk, name in read.colleagues()],
        "untils": until_choices(),
    }
    return page(request, scope, "inbox/bulk.html", context)


def until_choices() -> list[tuple[str, str]]:
    """How long something may be put off with one tap."""
    return [("1h", _("Una hora")), ("tarde", _("Cuatro horas")), ("manana", _("Mañana a las 9")),
            ("semana", _("El lunes a las 9"))]  # fmt: skip


def until_of(choice: str, now: datetime) -> datetime | None:
    """The instant that a choice means, in the creditor's own clock."""
    if choice in ("1h", "tarde"):
        return now + timedelta(hours=1 if choice == "1h" else 4)
    local = timezone.localtime(now)
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    if choice == "manana":
        return morning + timedelta(days=1)
    if choice == "semana":
        return morning + timedelta(days=7 - local.weekday())
    return None


def told(request: HttpRequest) -> dict[str, Any]:
    """Whom to give it to, or until when to put it off, as a form says it."""
    who = request.POST.get("asignar", "")
    to = request.user.pk if who == "yo" else int(who) if who.isdigit() else None
    known = {pk for pk, _name in read.colleagues()}
    return {
        "to": to if to in known else None,
        "until": until_of(request.POST.get("hasta", ""), timezone.now()),
    }


@screen
@require_POST
def bulk_apply(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Do it, say how many changed, and offer to undo it."""
    act = request.POST.get("accion", "")
    if act not in BULK:
        return _home(request)
    ids = list(_selected(request, scope).order_by().values_list("pk", flat=True)[: read.COUNT_MAX])
    done_to(request, scope, ids, act)
    return _home(request)


def done_to(request: HttpRequest, scope: Scope, ids: list[int], act: str, said: str = "") -> None:
    """One act on some conversations, with its notice and its way back."""
    try:
        before = write_threads.change(
            creditor_id=scope.creditor.pk, ids=ids, act=act, at=timezone.now(), **told(request)
        )
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
        return
    undo = ""
    if 0 < len(before) <= UNDO_MAX:
        request.session["undo_conversations"] = before
        undo = reverse("inbox:undo")
    counted = ngettext("%(n)d conversación cambió.", "%(n)d conversaciones cambiaron.", len(before))
    messages.success(request, said or counted % {"n": len(before)}, extra_tags=undo)


@screen
@require_POST
def undo(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Put back what the last act of this session changed."""
    before = request.session.pop("undo_conversations", None)
    if before:
        n = write_threads.put_back(creditor_id=scope.creditor.pk, before=before)
        text = ngettext("%(n)d conversación como estaba.", "%(n)d conversaciones como estaban.", n)
        messages.success(request, text % {"n": n})
        if len(before) == 1:
            return redirect("inbox:thread", before[0]["pk"])
    return redirect("inbox:conversations")
