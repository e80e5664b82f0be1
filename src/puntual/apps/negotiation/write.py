"""The only writer of promises. Keyword-only, one transaction each, the same key twice is one. Deals and disputes
beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import attrs
from django.db import transaction

from puntual.apps.negotiation import records
from puntual.apps.negotiation.choices import PromiseState
from puntual.apps.negotiation.models import Promise
from puntual.apps.receivables import read_applied
from puntual.core.errors import UnusableInput
from puntual.core.negotiation import promise as core
from puntual.core.negotiation.promise import PromiseRules

#: Broken promises older than this no longer count against a new one.
RECENT = timedelta(days=90)


@attrs.frozen
class NewPromise:
    """Who promises what. `due_items` empty: everything open. `amount_minor` None: all that is open of them."""

    account: int
    made_on: date
    promised_on: date
    source: str
    key: str
    due_items: tuple[int, ...] = ()
    amount_minor: int | None = None
    by: int | None = None


@transaction.atomic
def make_promise(*, promise: NewPromise, at: datetime, rules: PromiseRules | None = None) -> Promise:
    """Record a promise. From then on every channel waits for the due items it covers. Refused outside the policy."""
    known = Promise.objects.filter(key=promise.key).first()
    if known:
        return _same(known, promise)
    rules = rules or PromiseRules()
    cover = records.covered(promise.account, promise.due_items)
    amount = cover.debt.open_minor if promise.amount_minor is None else promise.amount_minor
    mine = list(Promise.objects.filter(account_id=promise.account).prefetch_related("covers"))
    items = tuple(b.due_item_id for b in cover.items)
    value = core.Promise(promise.account, items, amount, cover.debt.currency, promise.made_on, promise.promised_on)
    core.check_new(
        value,
        open_minor=cover.debt.open_minor,
        open_promises=[records.promise_value(p) for p in mine if p.state == PromiseState.OPEN],
        broken_recent=sum(p.state == PromiseState.BROKEN and p.promised_on > promise.made_on - RECENT for p in mine),
        rules=rules,
    )
    row = Promise.objects.create(
        account_id=promise.account, creditor_id=cover.creditor, source=promise.source, by_id=promise.by,
        key=promise.key, created_at=at, amount_minor=amount, currency=cover.debt.currency, made_on=promise.made_on,
        promised_on=promise.promised_on, before_minor=read_applied.received_on(items, promise.made_on),
    )  # fmt: skip
    records.add_covers(cover.items, promise=row)
    return row


def _same(known: Promise, promise: NewPromise) -> Promise:
    if known.account_id != promise.account:
        raise UnusableInput("Este formulario ya no sirve: ábralo otra vez.")
    return known


@transaction.atomic
def withdraw_promise(*, promise_id: int, at: datetime, on: date, by: int | None = None) -> Promise:
    """The person, or we, take it back: nothing was broken, and reminders go on."""
    row = Promise.objects.select_for_update().get(pk=promise_id)
    records.advance(row, "withdraw", at=at, on=on, by=by)
    return row


@transaction.atomic
def change_promise(*, promise_id: int, new: NewPromise, at: datetime, rules: PromiseRules | None = None) -> Promise:
    """Another date or amount in place of an open promise. If the new one is refused the old one stands."""
    known = Promise.objects.filter(key=new.key).first()
    if known:
        return _same(known, new)
    row = Promise.objects.select_for_update().get(pk=promise_id)
    records.advance(row, "replace", at=at, on=new.made_on, by=new.by)
    items: Sequence[int] = new.due_items or records.due_items_of(row)
    return make_promise(promise=attrs.evolve(new, due_items=tuple(items)), at=at, rules=rules)
