"""What happened since the last look, as messages to be told: new customers, promises, plans, resolved disputes.

Only reads. What a message says is kept as ids, amounts and days; words in a language are made when it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from puntual.apps.inbox import read as inbox
from puntual.apps.inbox import write_marks
from puntual.apps.negotiation import read_news as negotiation
from puntual.apps.negotiation.models import Deal, Promise, Step
from puntual.apps.outreach import write_events
from puntual.apps.outreach.models import EventRules
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.core.time import local_date

#: What happened longer ago is history: nobody is told of it as if it were new.
NEWS = timedelta(days=3)
#: What another transaction may still be writing is looked at again.
SETTLES = timedelta(minutes=2)
#: No more rows than these are being written at any moment.
IN_FLIGHT = 1_000
WELCOME, MADE, BROKEN, PLAN, DISPUTE, OFFER = (
    "bienvenida", "promesa_confirmada", "promesa_incumplida", "plan_acordado", "aclaracion_respondida", "oferta",
)  # fmt: skip


@attrs.frozen
class News:
    """One fact to tell of an account. `key` makes it once; `asks`: it speaks of money that is owed."""

    template: str
    key: str
    account: Account
    currency: str
    tells: Mapping[str, Any]
    asks: bool = False
    amount_minor: int = 0


@attrs.frozen
class Found:
    """What is new, and how far each source was read: what is settled is not looked at again."""

    news: tuple[News, ...]
    marks: Mapping[str, int]

    def keep(self) -> None:
        """From now on only what comes after."""
        for name, to in self.marks.items():
            write_marks.advance(name=name, to=to)


def found(at: datetime, limit: int) -> Found:
    """What nobody was told yet. The first look of an installation tells nothing: what was before is history."""
    sources: Mapping[str, tuple[Callable[[int, int], list[Any]], Callable[[], int], Callable[[Any, datetime], Any]]]
    sources = {
        "told_promises": (negotiation.promises_after, negotiation.last_promise, _promise),
        "told_deals": (negotiation.deals_after, negotiation.last_deal, _offer),
        "told_steps": (negotiation.steps_after, negotiation.last_step, _step),
        "told_accounts": (parties.accounts_after, parties.last_account, _welcome),
    }
    news: list[News] = []
    marks: dict[str, int] = {}
    for name, (after, last, tell) in sources.items():
        mark = inbox.mark(name)
        if mark is None or (name == "told_accounts" and not write_events.anybody_welcomes()):
            marks[name] = last()
            continue
        rows = after(mark, limit)
        news += [one for one in (tell(row, at) for row in rows) if one is not None]
        settled = [row.pk for row in rows if _when(row) <= at - SETTLES]
        if settled:
            marks[name] = max(settled)
        elif not rows and (end := last()) - mark > 2 * IN_FLIGHT:
            marks[name] = end - IN_FLIGHT  # rows of which nothing is told are not read over and over
    wanted = _Rules()
    return Found(tuple(one for one in news if wanted(one)), marks)


def _when(row: Promise | Deal | Step | Account) -> datetime:
    return row.at if isinstance(row, Step) else row.created_at


class _Rules:
    """Whether a company tells that kind of fact."""

    FIELD = {WELCOME: "welcome", MADE: "promise_made", BROKEN: "promise_broken", PLAN: "plan", DISPUTE: "dispute",
             OFFER: "offer"}  # fmt: skip

    def __init__(self) -> None:
        self._rows: dict[int, EventRules] = {}

    def __call__(self, one: News) -> bool:
        creditor = one.account.creditor_id
        if creditor not in self._rows:
            self._rows[creditor] = write_events.rules_of(creditor)
        return bool(getattr(self._rows[creditor], self.FIELD[one.template]))


def _promise(row: Promise, at: datetime) -> News | None:
    """A promise that was recorded. What came as a reply was confirmed in the answer to it."""
    if row.state != "open" or row.source == "reply" or row.created_at < at - NEWS:
        return None
    if row.promised_on <= local_date(at, row.account.creditor.zone):
        return None  # to pay today: there is nothing to wait for in between
    told = {"importe": _money(row.amount_minor, row.currency), "fecha": _day(row.promised_on)}
    tells = {"promesa": told, "promise": row.pk}
    return News(MADE, str(row.pk), row.account, row.currency, tells, amount_minor=row.amount_minor)


def _step(row: Step, at: datetime) -> News | None:
    if row.at < at - NEWS:
        return None
    if row.promise is not None:
        return _broken(row)
    if row.deal is not None:
        return _plan(row)
    return _dispute(row) if row.dispute is not None else None


def _broken(row: Step) -> News | None:
    promise = row.promise
    if promise is None or promise.state != "broken":
        return None
    invoices = sorted({cover.due_item.invoice_id for cover in promise.covers.all()})
    told = {"importe": _money(promise.amount_minor, promise.currency), "fecha": _day(promise.promised_on)}
    return News(
        BROKEN, str(promise.pk), promise.account, promise.currency, {"promesa": told, "invoices": invoices}, asks=True,
        amount_minor=promise.amount_minor,
    )  # fmt: skip


def _plan(row: Step) -> News | None:
    deal = row.deal
    if deal is not None and row.now == "offered":
        return _offer(deal, row.at)  # another person approved it
    if deal is None or deal.state != "current":
        return None
    first = negotiation.first_payment(deal)
    if first is None:
        return None
    n, on, minor = first
    told = {"cuotas": n, "importe": _money(minor, deal.currency), "primera": _day(on)}
    return News(PLAN, str(deal.pk), deal.account, deal.currency, {"plan": told})


def _offer(deal: Deal, at: datetime) -> News | None:
    """An agreement or a settlement that we propose: it asks, and its page takes the yes or the no."""
    first = negotiation.first_payment(deal) if negotiation.waits_for_its_person(deal) else None
    if first is None or deal.created_at < at - NEWS:
        return None
    n, on, minor = first
    spared = deal.waived_principal_minor + deal.waived_interest_minor + deal.waived_fee_minor
    told = {"quita": deal.kind == "settlement", "cuotas": n, "importe": _money(minor, deal.currency),
            "primera": _day(on), "vale": _day(deal.expires_on)}  # fmt: skip
    if spared:
        told["ahorra"] = _money(spared, deal.currency)
    return News(
        OFFER, str(deal.pk), deal.account, deal.currency, {"oferta": told, "deal": deal.pk}, asks=True,
        amount_minor=minor,
    )  # fmt: skip


def _dispute(row: Step) -> News | None:
    one = row.dispute
    if one is None or one.state not in negotiation.OUTCOMES:
        return None
    told = {"documento": one.due_item.invoice.number}
    return News(
        DISPUTE, f"{one.pk}-{row.pk}", one.account, one.currency, {"aclaracion": told, "dispute": one.pk}
    )  # fmt: skip


def _welcome(row: Account, at: datetime) -> News | None:
    if row.created_at < at - NEWS:
        return None
    days = row.credit_days if row.credit_days is not None else row.creditor.credit_days
    return News(WELCOME, str(row.pk), row, row.creditor.currency, {"condiciones": {"dias": days}})


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


def _day(on: date) -> dict[str, str]:
    return {"day": on.isoformat()}
