"""Cliente and Factura: who, how much, line by line, what happened, and whom one may write to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import attrs
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from puntual.apps.compliance import read as compliance
from puntual.apps.negotiation import read_screens as negotiation
from puntual.apps.outreach import read_screens as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.planning import read as planning
from puntual.apps.receivables import read, timeline
from puntual.apps.receivables import read_screens as screens
from puntual.apps.receivables.choices import COMPONENT_LABELS
from puntual.apps.receivables.models import DueBalance, Entry, Invoice
from puntual.apps.scope import Scope, follow, page, screen
from puntual.ui.ageing import BUCKETS, ageing
from puntual.ui.states import due_state

#: Settled due items shown at first; the rest on request.
SETTLED_SHOWN = 12


@attrs.frozen
class ItemLine:
    """A due item as people read it."""

    balance: DueBalance
    invoice: Invoice
    days_past_due: int
    state: str
    original_minor: int
    paid_minor: int


def item_lines(balances: Iterable[DueBalance], today: date) -> list[ItemLine]:
    """Due items with their state: a dispute, an agreement or a promise over what the dates say."""
    rows = list(balances)
    held = negotiation.held_items(b.due_item_id for b in rows if b.open_minor)
    found = []
    for b in rows:
        item, days = b.due_item, (today - b.due_on).days
        state = due_state(days, b.open_minor, item.original_minor, held.get(b.due_item_id))
        paid = item.original_minor - b.principal_minor
        found.append(ItemLine(b, item.invoice, days, state, item.original_minor, paid))
    return found


@screen
@require_GET
def account(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Everything about one account."""
    found = screens.account_page(pk)
    if found is None:
        raise Http404
    one, balances = found
    scope = follow(request, scope, one.creditor_id)
    items = item_lines(read.all_items(one.pk), scope.today)
    opened = sorted((i for i in items if i.balance.open_minor), key=lambda i: (i.balance.due_on, i.balance.pk))
    settled = [i for i in items if not i.balance.open_minor]
    every = request.GET.get("pagados") == "todos"
    decided = planning.rows_of_account(one.pk, 1)
    context = {
        "account": one,
        "person": parties.person(one.party_id),
        "balances": balances,
        "bars": _bars(opened, [b.currency for b in balances if b.open_minor]),
        "mixed": len(balances) > 1,
        "opened": opened,
        "settled": settled if every else settled[:SETTLED_SHOWN],
        "settled_hidden": 0 if every else max(0, len(settled) - SETTLED_SHOWN),
        "moments": timeline.of_account(one, scope.creditor.zone),
        "contacts": _contacts(one),
        "situations": compliance.situations_of(one.party_id),
        "next_sends": outreach.upcoming_of(one.pk),
        "decision": decided[0] if decided else None,
        "token": secrets.token_hex(16),
    }
    return page(request, scope, "receivables/account.html", context)


def _bars(opened: Sequence[ItemLine], currencies: Sequence[str]) -> list[Any]:
    bars = []
    for currency in currencies:
        amounts = [0] * len(BUCKETS)
        for line in opened:
            if line.balance.currency == currency:
                amounts[screens.bucket_of(line.days_past_due)] += line.balance.open_minor
        bars.append(ageing(amounts, currency))
    return bars


def _contacts(one: Account) -> list[dict[str, Any]]:
    """Each contact point with the channels that it serves and what the register says of each."""
    said: dict[str, str] = {}
    for consent in compliance.standing_of(one.party_id):  # newest first
        said.setdefault(consent.channel, consent.status)
    rows = []
    for point in parties.points([one.party_id])[one.party_id]:
        channels = parties.CHANNELS_OF.get(point.kind, ())
        rows.append({"point": point, "channels": [(c, said.get(c) or said.get("*", "")) for c in channels]})
    return rows


@attrs.frozen
class EntryLine:
    """An entry of a due item with the balance after it."""

    entry: Entry
    what: str
    component: str
    open_minor: int


@screen
@require_GET
def invoice(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One invoice: its due items, every entry with the balance after it, its document."""
    one = screens.invoice_page(pk)
    if one is None:
        raise Http404
    scope = follow(request, scope, one.creditor_id)
    balances = DueBalance.objects.filter(due_item__invoice=one).select_related("due_item__invoice").order_by("due_on")
    items = item_lines(balances, scope.today)
    context = {
        "invoice": one,
        "person": parties.person(one.account.party_id),
        "items": items,
        "open_minor": sum(i.balance.open_minor for i in items),
        "ledgers": [(i, _entries(i.balance.due_item_id)) for i in items],
        "siblings": len(items) > 1,
    }
    return page(request, scope, "receivables/invoice.html", context)


def _entries(due_item_id: int) -> list[EntryLine]:
    found, running = [], 0
    for entry in read.entries_of(due_item_id):
        if entry.ledger == 1:
            running += entry.amount_minor
            component = str(COMPONENT_LABELS.get(entry.component, ""))
            found.append(EntryLine(entry, entry.event.get_kind_display(), component, running))
    return found
