"""One conversation: what was said by every channel, what is proposed and why, what may be said now, and saying it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.inbox import doing, read, speaking, views, write_decide, write_misread, write_threads
from puntual.apps.inbox import read_screens as shown
from puntual.apps.inbox.choices import Misread
from puntual.apps.inbox.models import Conversation, MessageFile, Note, Proposal, Reply
from puntual.apps.outreach import write_answers
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.ui.amounts import read_amount
from puntual.ui.channels import channel_name

#: Names of the files that we give, by what they really are.
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp",
            "image/gif": "gif", "application/xml": "xml", "audio/ogg": "ogg"}  # fmt: skip


def _row(request: HttpRequest, scope: Scope, pk: int) -> tuple[Conversation, Scope]:
    row = get_object_or_404(Conversation.objects.select_related("assigned_to", "creditor"), pk=pk)
    return row, follow(request, scope, row.creditor_id or scope.creditor.pk)


def button(view: Callable[..., HttpResponse | None]) -> Callable[..., HttpResponse]:
    """What a button of a conversation does: `view(request, scope, row, ...)` acts and tells it. A refusal is told
    instead; unless it gives another page, back to the conversation."""

    @screen
    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest, scope: Scope, pk: int, **named: int) -> HttpResponse:
        row, scope = _row(request, scope, pk)
        answer = None
        try:
            answer = view(request, scope, row, **named)
        except (UnusableInput, Refused) as error:
            messages.error(request, error.sentence)
        return answer or redirect("inbox:thread", row.pk)

    return wrapped


@screen
@require_GET
def thread(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The page of one conversation."""
    row, scope = _row(request, scope, pk)
    now = timezone.now()
    ways = shown.ways(row)
    proposals = shown.waiting_of(row)
    picked = next((p for p in proposals if p.pk == _number(request.GET.get("usar"))), None)
    picked = picked or shown.suggestion_for(proposals, now)
    moments = shown.thread(row)
    context: dict[str, Any] = {
        "row": row,
        "name": parties.person(row.party_id).name if row.party_id else read.sender_of(row),
        "moments": [(m, _coming(m, now)) for m in moments],
        "proposals": [(p, import_string(settings.INBOX_SUGGEST)(p, now)) for p in proposals],
        "documents": shown.documents_of(proposals),
        "ways": import_string(settings.INBOX_ALLOWED)(row, ways, now),
        "way": _chosen(row, moments, ways),
        "suggestion": picked,
        "draft": import_string(settings.INBOX_SUGGEST)(picked, now) if picked and request.GET.get("usar") else "",
        "balances": shown.balances_of(row) if row.party_id else [],
        "canned": shown.canned_of(scope.creditor.pk),
        "colleagues": [(str(u), n) for u, n in shown.colleagues()],
        "untils": views.until_choices(),
        "names": views.INTENT_NAMES,
        "late": bool(row.waiting_since and row.answer_by and row.answer_by <= now),
        "snoozed": bool(row.snoozed_until and row.snoozed_until > now),
        "key": uuid.uuid4().hex[:16],
        "found": _found(scope, request.GET.get("buscar", "")) if row.party_id is None else [],
        "search": request.GET.get("buscar", ""),
        "following": shown.following(row, user_id=request.user.pk, now=now),
        "doubted": [p for m in moments for p in m.proposals if p.was_doubted],
        "misreadings": Misread.choices,
        "undo_seconds": read.rules_of(row.creditor_id).undo_seconds,
        "approve_first": scope.creditor.approve_first,
    }
    return page(request, scope, "inbox/thread.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _coming(moment: shown.Moment, now: Any) -> str:
    """The words of an answer that has not left yet."""
    waits = moment.outbox is not None and moment.outbox.state in ("planned", "reserved")
    if not waits or moment.text or moment.reply is None:
        return moment.text
    return str(import_string(settings.INBOX_WORDS)(moment.outbox, moment.reply, now))


def _chosen(row: Conversation, moments: list[shown.Moment], ways: list[speaking.Way]) -> str:
    """By where the answer goes unless the person chooses another way: by where they wrote last."""
    heard = [m.message for m in moments if m.message is not None]
    way = speaking.way_back(heard[-1]) if heard else None
    way = way or (ways[0] if ways else None)
    return f"{way.channel}:{way.point.pk}" if way else ""


def _found(scope: Scope, query: str) -> list[tuple[int, str, str]]:
    """(party, name, code) of the customers that a search finds, to say whose a conversation is."""
    if not query.strip():
        return []
    ids = parties.parties_matching(query.strip(), limit=20)
    accounts = list(Account.objects.filter(party_id__in=ids, creditor_id=scope.creditor.pk)[:10])
    names = names_of(accounts)
    return [(a.party_id, names[a.pk], a.code) for a in accounts]


@button
def reply(request: HttpRequest, scope: Scope, row: Conversation) -> None:
    """Send what the person wrote, through the outbox, with some seconds to take it back; or keep it as a note."""
    text, user = request.POST.get("text", ""), request.user.pk
    assert user is not None
    if request.POST.get("accion") == "nota":
        made = write_threads.note(conversation_id=row.pk, text=text, at=timezone.now(), by=user)
        messages.success(request, _("Nota guardada: solo la ve su equipo."),
                         extra_tags=reverse("inbox:remove_note", args=[row.pk, made.pk]))  # fmt: skip
        return
    channel, _dot, point = request.POST.get("way", "").partition(":")
    outbox = speaking.write_to(
        thread=row, channel=channel, text=text, key=f"{row.pk}:{request.POST.get('key', '')[:20]}",
        at=timezone.now(), by=user, point_id=_number(point) or None,
    )  # fmt: skip
    _settle(request, row)
    _after(request, scope, row)
    said = _("Sale por %(channel)s en unos segundos, si la norma lo permite a esa hora.")
    way_back = reverse("inbox:take_back", args=[row.pk, outbox.pk])
    messages.success(request, said % {"channel": channel_name(channel)}, extra_tags=way_back)


def _settle(request: HttpRequest, row: Conversation) -> None:
    """The suggestion that the answer used is decided with it: its words are the person's own."""
    used = Proposal.objects.filter(pk=_number(request.POST.get("usada")), message__conversation=row, state="waiting")
    for proposal in used:
        try:
            write_decide.accept(proposal_id=proposal.pk, at=timezone.now(), by=request.user.pk, answer=False)
        except (UnusableInput, Refused) as error:
            messages.error(request, error.sentence)


def _after(request: HttpRequest, scope: Scope, row: Conversation) -> None:
    """What the answer does besides: attended, put off, or as its macro says."""
    then = request.POST.get("then", "")
    choice = {"tomorrow": "manana", "week": "semana"}.get(then)
    if then == "attended":
        write_threads.change(creditor_id=scope.creditor.pk, ids=[row.pk], act="attend", at=timezone.now())
    elif choice:
        until = views.until_of(choice, timezone.now())
        write_threads.change(creditor_id=scope.creditor.pk, ids=[row.pk], act="snooze", at=timezone.now(), until=until)


@button
def take_back(request: HttpRequest, scope: Scope, row: Conversation, outbox: int) -> None:
    """An answer that has not left yet does not leave."""
    get_object_or_404(Reply, pk=outbox, conversation=row)
    write_decide.take_back_reply(outbox_id=outbox)
    messages.success(request, _("No saldrá."))


@button
def let_go(request: HttpRequest, scope: Scope, row: Conversation, outbox: int) -> None:
    """One of the first answers, seen and approved."""
    get_object_or_404(Reply, pk=outbox, conversation=row)
    if write_answers.let_go(outbox_id=outbox):
        messages.success(request, _("Aprobada: sale enseguida."))


@button
def decide(request: HttpRequest, scope: Scope, row: Conversation, proposal: int) -> None:
    """Do what is proposed (with the date and amount corrected), leave it, undo it, or say that it was looked at."""
    one = get_object_or_404(Proposal.objects.select_related("message"), pk=proposal, message__conversation=row)
    act, now, by = request.POST.get("accion", ""), timezone.now(), request.user.pk
    back = reverse("inbox:decide", args=[row.pk, one.pk])
    if act == "hacer":
        on, amount = parse_date(request.POST.get("on", "") or ""), _amount(request, scope, one)
        done = write_decide.accept(
            proposal_id=one.pk, at=now, by=by, on=on, amount_minor=amount,
            due_item=_number(request.POST.get("documento")) or None,
        )  # fmt: skip
        audit.record(act="answer_decided", actor=request.user, kind="proposal",
                     detail={"proposal": one.pk, "act": one.act})  # fmt: skip
        messages.success(request, _("Hecho."), extra_tags=f"{back}?accion=deshacer" if done.undoable else "")
    elif act == "dejar":
        write_decide.dismiss(proposal_id=one.pk, at=now, by=by)
        messages.success(request, _("Se dejó como estaba."), extra_tags=f"{back}?accion=volver")
    elif act == "visto":
        write_decide.review(proposal_id=one.pk, at=now, by=by)
        messages.success(request, _("Visto."))
    elif (act or request.GET.get("accion")) == "volver":
        write_decide.bring_back(proposal_id=one.pk)
    elif (act or request.GET.get("accion")) == "deshacer":
        write_decide.undo(proposal_id=one.pk, at=now, by=by)
        messages.success(request, _("Deshecho: ahora la atiende usted."))
    else:
        raise Http404


@button
def misread(request: HttpRequest, scope: Scope, row: Conversation, proposal: int) -> None:
    """A stop that was read into words that did not say it is taken back, with what they really say."""
    one = get_object_or_404(Proposal, pk=proposal, message__conversation=row)
    write_misread.take_back_stop(
        proposal_id=one.pk, reason=request.POST.get("motivo", ""), at=timezone.now(), by=request.user
    )
    messages.success(request, _("Levantada: se le puede volver a escribir. Queda en el registro con su motivo."))


def _amount(request: HttpRequest, scope: Scope, one: Proposal) -> int | None:
    text = request.POST.get("amount", "").strip()
    return read_amount(text, one.currency or scope.creditor.currency) if text else None


@button
def change(request: HttpRequest, scope: Scope, row: Conversation) -> HttpResponse | None:
    """Give it to somebody, put it off, call it attended or not, set an unknown sender aside."""
    act = request.POST.get("accion", "")
    if act not in write_threads.ACTS:
        raise Http404
    said = {
        "attend": _("Atendida."), "reopen": _("Por atender otra vez."), "assign": _("Asignada."),
        "snooze": _("Pospuesta: volverá sola."), "discard": _("Apartada. Lo escrito se conserva."),
    }[act]  # fmt: skip
    views.done_to(request, scope, [row.pk], act, said)
    return redirect("inbox:conversations") if act in ("attend", "snooze", "discard") else None


@button
def whose(request: HttpRequest, scope: Scope, row: Conversation) -> HttpResponse:
    """A person found out whose an unknown sender is."""
    party = _number(request.POST.get("party"))
    if not Account.objects.filter(party_id=party, creditor_id=scope.creditor.pk).exists():
        raise Http404
    known = write_decide.attach(conversation_id=row.pk, party_id=party, at=timezone.now())
    messages.success(request, _("Ahora está en su conversación."))
    return redirect("inbox:thread", known.pk)


@button
def remove_note(request: HttpRequest, scope: Scope, row: Conversation, note: int) -> None:
    """Undo of one's own note."""
    get_object_or_404(Note, pk=note, conversation=row)
    write_threads.remove_note(note_id=note, by=request.user.pk or 0)
    messages.success(request, _("Nota quitada."))


@screen
@require_GET
def file(request: HttpRequest, scope: Scope, pk: int, file: int) -> HttpResponse:
    """A file that somebody sent: downloaded, never run."""
    row, scope = _row(request, scope, pk)
    one = get_object_or_404(MessageFile.objects.select_related("conversation"), pk=file, conversation=row)
    data = doing.bytes_of(one)
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type=one.mime_type)
    response["Content-Disposition"] = f'attachment; filename="archivo-{one.pk}.{_ENDINGS.get(one.mime_type, "bin")}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
