"""Acts of the desk: take, call, results, promises, plans, disputes, call-backs, notes, transfers, and undoing them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import quote as quoted

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puntual.apps.access import read as access
from puntual.apps.parties.models import Account
from puntual.apps.policies import read_rules
from puntual.apps.scope import Scope, screen
from puntual.apps.workbench import forms, outside, read, write, write_acts, write_presence
from puntual.apps.workbench.models import Act as ActRow
from puntual.apps.workbench.views_desk import account_of
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation.rules import NegotiationRules
from puntual.core.workbench import results
from puntual.ui.formats import date_text, money_text

#: An act gives where to go next: the queue, or the same account.
Act = Callable[[HttpRequest, Scope, Account], HttpResponse]


def on_desk(act: Act) -> Callable[..., HttpResponse]:
    """An act on one account: what cannot be done is said on the same screen, and nothing was done."""

    @screen
    @require_POST
    @wraps(act)
    def view(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
        account, scope = account_of(request, scope, pk)
        try:
            return act(request, scope, account)
        except (UnusableInput, Refused) as error:
            messages.error(request, error.sentence)
            return redirect("workbench:desk", pk=pk)

    return view


def _by(request: HttpRequest, scope: Scope, account: Account) -> write_acts.By:
    return write_acts.By(
        agent=request.user.pk, account=account.pk, at=timezone.now(), key=forms.token(request.POST),
        zone=scope.creditor.zone, text=forms.words(request.POST),
    )  # fmt: skip


def _rules(account: Account) -> NegotiationRules:
    return read_rules.negotiation_rules(account.creditor_id, account.policy_id, timezone.now())


def _done(request: HttpRequest, noted: write_acts.Noted, text: str) -> HttpResponse:
    """Say it, offer to take it back, and go to the queue."""
    one = results.RESULTS.get(noted.act.code)
    undo = "" if one is not None and one.hard else reverse("workbench:undo")
    messages.success(request, text, extra_tags=undo)
    return redirect("workbench:queue")


@on_desk
def take(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """Hold this account."""
    write.take(
        party_id=account.party_id, account_id=account.pk, creditor_id=account.creditor_id, agent_id=request.user.pk,
        now=timezone.now(), hold_s=read.settings_of(account.creditor_id).hold_s,
    )  # fmt: skip
    return redirect("workbench:desk", pk=account.pk)


@on_desk
def let_go(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """Nothing was done with it."""
    if write.let_go(agent_id=request.user.pk, now=timezone.now()):
        messages.info(request, _("La soltó: vuelve a la cola en un rato."))
    return redirect("workbench:queue")


@on_desk
def call(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """The click: the gate, the slot in the caps, and the number to the telephone of the agent."""
    point = request.POST.get("point", "")
    if not point.isdigit():
        raise UnusableInput(_("Esta persona no tiene un teléfono al que llamar."), field="point")
    number = outside.call(account, int(point), timezone.now(), request.user.pk)
    profile = read.profile_of(request.user.pk)
    plain = "".join(c for c in number if c.isdigit() or c == "+")
    link = ""
    if profile.dial_by == "tel":
        link = f"tel:{plain}"
    elif profile.dial_by == "sip" and profile.sip_domain:
        link = f"sip:{quoted(plain, safe='+')}@{profile.sip_domain}"
    request.session["dial"] = {"number": number, "link": link}
    return redirect("workbench:desk", pk=account.pk)


@on_desk
def hang_up(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """The conversation is over; from here on it is wrap-up."""
    write.mark_ended(agent_id=request.user.pk, account_id=account.pk, now=timezone.now())
    return redirect("workbench:desk", pk=account.pk)


@on_desk
def result(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """What the conversation came to."""
    point = request.POST.get("point", "")
    code = request.POST.get("result", "")
    noted = write_acts.note_result(
        by=_by(request, scope, account), code=code, point=int(point) if point.isdigit() else None
    )
    one = results.result(code)
    return _done(request, noted, f"{one.name}. {one.next_step}")


@on_desk
def promise(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """How much and when."""
    currency = request.POST.get("currency", "")
    minor, on = forms.amount(request.POST, currency), forms.day(request.POST, "promised_on")
    noted = write_acts.note_promise(
        by=_by(request, scope, account), amount_minor=minor, promised_on=on, rules=_rules(account)
    )
    words = {"amount": money_text(minor, currency, scope.locale), "day": date_text(on, scope.locale)}
    return _done(request, noted, _("Promesa de %(amount)s para el %(day)s.") % words)


@on_desk
def agreement(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """A plan is offered."""
    roles = access.grants(request).roles(account.creditor_id)
    role = next((r for r in ("manager", "supervisor") if r in roles), "agent")
    noted = write_acts.note_agreement(
        by=_by(request, scope, account), terms=forms.terms(request.POST), rules=_rules(account), role=role
    )
    waits = noted.act.was.get("needs")
    text = _("Convenio propuesto: espera que otra persona lo apruebe.") if waits else _("Convenio ofrecido.")
    return _done(request, noted, text)


@on_desk
def dispute(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """A document, or a part of it, is not recognised."""
    item = request.POST.get("due_item", "")
    if not item.isdigit():
        raise UnusableInput(_("Elija el documento que no reconoce."), field="due_item")
    minor = forms.amount(request.POST, request.POST.get("currency", "")) if request.POST.get("amount") else None
    noted = write_acts.note_dispute(
        by=_by(request, scope, account), due_item=int(item), cause=request.POST.get("cause", ""), disputed_minor=minor
    )
    return _done(request, noted, _("Aclaración abierta: esa parte ya no se cobra hasta que se le responda."))


@on_desk
def call_back(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """The person asked for another hour."""
    when = forms.moment(request.POST, scope.creditor.zone)
    noted = write_acts.note_call_back(by=_by(request, scope, account), when=when)
    until = next((a.until for a in outside.allowed(account, when) if a.channel == "call" and a.until), None)
    text = _("Vuelve a su cola a la hora pedida.")
    if until is not None:
        text = _("Vuelve a su cola a la hora pedida, pero la norma no deja llamar a esa hora: se podrá después.")
    return _done(request, noted, text)


@on_desk
def note(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """Words for whoever comes next."""
    write_acts.note_words(by=_by(request, scope, account))
    messages.success(request, _("Nota guardada."), extra_tags=reverse("workbench:undo"))
    return redirect("workbench:desk", pk=account.pk)


@on_desk
def transfer(request: HttpRequest, scope: Scope, account: Account) -> HttpResponse:
    """To a person or to a department."""
    kind, _sep, value = request.POST.get("to", "").partition(":")
    agent = int(value) if kind == "agent" and value.isdigit() else None
    if agent is None and kind != "area":
        raise UnusableInput(_("Elija a quién se lo pasa."), field="to")
    noted = write_acts.note_transfer(
        by=_by(request, scope, account), to_agent=agent, department=value if agent is None else "",
        why=request.POST.get("why", ""),
    )  # fmt: skip
    return _done(request, noted, _("Ya lo tiene la otra persona."))


@screen
@require_POST
def undo(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Take back the last thing noted, and hold the account again."""
    now = timezone.now()
    try:
        write_presence.demand(agent_id=request.user.pk, now=now)
        act: ActRow = write_acts.undo_last(
            agent_id=request.user.pk, creditor_id=scope.creditor.pk, at=now, zone=scope.creditor.zone
        )
        account = Account.objects.get(pk=act.account_id)
        write.take(
            party_id=account.party_id, account_id=account.pk, creditor_id=account.creditor_id,
            agent_id=request.user.pk, now=now, hold_s=read.settings_of(account.creditor_id).hold_s,
        )  # fmt: skip
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
        return redirect("workbench:queue")
    messages.success(request, _("Deshecho: quedó como estaba."))
    return redirect("workbench:desk", pk=act.account_id)
