"""Conciliar pagos: what the bank brought, understood or not, and what a person says it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.parties import read as parties
from puntual.apps.payments import forms, write_bank
from puntual.apps.payments import read_screens as screens
from puntual.apps.payments.choices import NOT_A_PAYMENT, STRATEGIES, LineState
from puntual.apps.payments.read_attention import attention
from puntual.apps.policies import read_rules as policies
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger.allocation import Strategy
from puntual.ui.amounts import typed_amount
from puntual.ui.formats import money_text
from puntual.ui.navigation import exists

_BANDS = (
    ("sure", gettext_lazy("Casi segura")),
    ("likely", gettext_lazy("Probable")),
    ("doubtful", gettext_lazy("Dudosa")),
    ("nobody", gettext_lazy("Sin cliente")),
)
_WORDS = {"sure": (*_BANDS[0], "good"), "likely": (*_BANDS[1], "info"), "doubtful": (*_BANDS[2], "warn"),
          "nobody": (*_BANDS[3], "clay")}  # fmt: skip


@screen
@require_GET
def queue(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The movements that the filters in the address leave, under how the money stands and what needs a person."""
    creditor, filters = scope.creditor.pk, forms.filters_from(request.GET)
    rows, mark = screens.page_of(creditor, filters, request.GET.get("tras", ""))
    totals = screens.totals(creditor, scope.today)
    kept = {"ver": filters.state, "q": filters.query, "confianza": filters.band, "moneda": filters.currency}
    address = urlencode({k: v for k, v in kept.items() if v and v != LineState.SUGGESTED})
    currencies = {currency for currency, _minor in (*totals.automatic.amounts, *totals.waiting.amounts)}
    context: dict[str, Any] = {
        "filters": filters,
        "totals": totals,
        "tally_any": screens.any_movement(creditor),
        "rows": _walked(rows, request.session.pop("match_focus", None)),
        "states": LineState.choices,
        "bands": _BANDS,
        "currencies": [(c, c) for c in sorted(currencies)],
        "mixed": len(currencies) > 1,
        "next": f"?{address}&tras={mark}" if mark else "",
        "first": f"?{address}" if request.GET.get("tras") else "",
        "sure": screens.almost_sure_sum(creditor, filters) if filters.state == LineState.SUGGESTED else None,
        "narrowed": bool(filters.query or filters.band or filters.currency),
        "load": "/cargar/" if exists("/cargar/") else "",
        **attention(creditor),
    }
    return page(request, scope, "payments/queue.html", context)


def _walked(rows: list[screens.Row], focus: int | None) -> list[dict[str, Any]]:
    """The rows, each knowing the one after it; the keyboard waits on `focus`, or on the first when it is gone."""
    ids = [row.match.pk for row in rows]
    waits = focus if focus in ids else (ids[0] if focus is not None and ids else None)
    following = [*ids[1:], ""]
    return [{**_shown(row), "focus": row.match.pk == waits, "following": following[i]} for i, row in enumerate(rows)]


def _shown(row: screens.Row) -> dict[str, Any]:
    """A row with the words of its confidence."""
    _code, word, tone = _WORDS[row.tone]
    return {"row": row, "word": word, "tone": tone}


def _row(scope: Scope, pk: int) -> screens.Row:
    row = screens.one(scope.creditor.pk, pk)
    if row is None:
        raise Http404
    return row


@screen
@require_GET
def movement(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One movement: why it was understood so, on which documents the money goes, whose else it may be.

    `?cuenta=` another customer; `?q=` a search of customers.
    """
    row, text = _row(scope, pk), request.GET.get("q", "")
    account = _account(scope, request.GET.get("cuenta", "")) or row.match.account_id
    creditor, currency = scope.creditor.pk, row.movement.currency
    others = screens.candidates(creditor, row.match.alternatives, currency)
    chosen = screens.candidates(creditor, [account], currency) if account else []
    strategy = _strategy(request, scope)
    documents = []
    if account and row.match.state == LineState.SUGGESTED:
        documents = screens.documents(account, row if not request.GET.get("reparto") else row.bare, strategy)
    context = {
        "item": _shown(row),
        "row": row,
        "text": text,
        "chosen": chosen[0] if chosen else None,
        "documents": [(d, typed_amount(d.part_minor, d.currency, scope.locale)) for d in documents],
        "strategies": [(code, name) for code, name in STRATEGIES.items() if code != Strategy.PAYER],
        "strategy": strategy if request.GET.get("reparto") else "",
        "left_minor": row.movement.amount_minor - sum(d.part_minor for d in documents),
        "others": [c for c in others if c.account != account],
        "found": [c for c in screens.found(creditor, text, currency) if c.account != account],
        "why": NOT_A_PAYMENT,
        "back": _back(request, request.GET.get("volver", "")),
    }
    return page(request, scope, "payments/movement.html", context)


def _strategy(request: HttpRequest, scope: Scope) -> Strategy:
    """How the money is shared when nobody named a document: as the address says, else as the policy does."""
    asked = request.GET.get("reparto", "")
    if asked in list(Strategy):
        return Strategy(asked)
    return policies.cash_rules(scope.creditor.pk, timezone.now()).strategy


def _account(scope: Scope, text: str) -> int | None:
    """The account of an address, when it is one of this creditor's."""
    if not text.isdigit():
        return None
    try:
        found = parties.account(f"cta_{text}", scope.creditor)
    except UnusableInput:
        return None
    return int(found.pk)


@screen
@require_POST
def confirm(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One key: the money goes where it was suggested. The next row waits with its button ready."""
    row = _row(scope, pk)
    return _settle(request, scope, row, None)


@screen
@require_POST
def apply(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What a person says: another customer, other documents, a split."""
    row = _row(scope, pk)
    account = _account(scope, request.POST.get("cuenta", ""))
    try:
        if account is None:
            raise UnusableInput(_("Diga de qué cliente es este pago."), field="cuenta")
        listed = screens.documents(account, row, _strategy(request, scope))
        told = forms.decision(request.POST, account, listed, row.match.deductions)
    except UnusableInput as error:
        messages.error(request, error.sentence)
        chosen = f"?{urlencode({'cuenta': account})}" if account else ""
        return redirect(reverse("payments:movement", args=[pk]) + chosen)
    return _settle(request, scope, row, told)


def _settle(request: HttpRequest, scope: Scope, row: screens.Row, told: write_bank.Decision | None) -> HttpResponse:
    pk = row.match.pk
    try:
        done = write_bank.confirm(line_id=pk, by=request.user.pk, at=timezone.now(), decision=told)
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
        return redirect("payments:movement", pk)
    name = screens.rows_of([done])[0].name
    money = money_text(row.movement.amount_minor, row.movement.currency, scope.locale)
    said = _("%(money)s de %(name)s: aplicado.") % {"money": money, "name": name}
    messages.success(request, said, extra_tags=reverse("payments:undo", args=[pk]))
    return _on(request)


@screen
@require_POST
def ignore(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """It pays nobody's debt, and why."""
    row = _row(scope, pk)
    try:
        write_bank.ignore(line_id=pk, by=request.user.pk, at=timezone.now(), why=request.POST.get("why", ""))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
        return redirect("payments:movement", pk)
    money = money_text(row.movement.amount_minor, row.movement.currency, scope.locale)
    said = _("%(money)s apartado: no es un pago.") % {"money": money}
    messages.success(request, said, extra_tags=reverse("payments:undo", args=[pk]))
    return _on(request)


@screen
@require_POST
def undo(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Back to the queue: what it moved in the books is reversed, and nobody applies it again but a person."""
    _row(scope, pk)
    try:
        write_bank.undo(line_id=pk, by=request.user.pk, at=timezone.now(), on=scope.today)
        messages.success(request, _("Deshecho: el movimiento espera otra vez."))
    except Refused as error:
        messages.error(request, error.sentence)
    request.session["match_focus"] = pk
    return redirect(_back(request, request.POST.get("volver", "")))


@screen
@require_POST
def understand(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Look at the movements that nobody has looked at, without waiting for the night."""
    similar = import_string(settings.MATCH_SIMILAR)
    done = write_bank.match_lines(creditor_id=scope.creditor.pk, similar=similar, at=timezone.now())
    told = ngettext("%(n)d movimiento leído", "%(n)d movimientos leídos", done.lines) % {"n": done.lines}
    rest = _("%(applied)d aplicados, %(left)d para usted.") % {"applied": done.applied, "left": done.suggested}
    messages.success(request, f"{told}: {rest}")
    return redirect("payments:queue")


def _on(request: HttpRequest) -> HttpResponse:
    """Back to the list, on the row after the one that was settled."""
    following = request.POST.get("siguiente", "")
    request.session["match_focus"] = int(following) if following.isdigit() else 0
    return redirect(_back(request, request.POST.get("volver", "")))


def _back(request: HttpRequest, wanted: str) -> str:
    """Where the person came from, inside these pages; never the page of a movement that is over."""
    here = reverse("payments:queue")
    return wanted if wanted == here or wanted.startswith(f"{here}?") else here
