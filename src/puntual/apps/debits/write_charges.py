"""Which instalments are charged next, and when. A charge is planned once; only a person presents one again."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from datetime import date, datetime, timedelta
from typing import Any

import attrs
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from puntual.apps.debits import read
from puntual.apps.debits.choices import CollectionState, MandateState
from puntual.apps.debits.models import Collection, DebitMandate
from puntual.apps.negotiation import read as negotiation
from puntual.apps.parties import read as parties
from puntual.apps.payments import read as payments
from puntual.core.errors import Refused
from puntual.core.negotiation import direct_debit as core
from puntual.core.negotiation.agreement import autopay_due

#: Instalments are planned this long before they fall due: the bank wants the file some days ahead.
AHEAD = timedelta(days=7)
#: One instalment is presented at most this many times (EPC: once, and two more by agreement).
TURNS = 3


def closed_days(country: str) -> AnyOf[date]:
    """The bank holidays that are known of a country; bound in project."""
    found: AnyOf[date] = import_string(settings.HOLIDAYS_OF)(country)
    return found


@attrs.frozen
class Planned:
    """New charges, those that were taken off the list, and why others were not planned: reason -> how many."""

    planned: int
    cancelled: int
    skipped: dict[str, int]


def plan(*, creditor_id: int, as_of: date, at: datetime) -> Planned:
    """Plan what falls due, and take off what was paid by other means. Run again it only does what is new."""
    row = read.settings_of(creditor_id)
    if row is None:
        return Planned(0, 0, {})
    cancelled = _cancel_paid(creditor_id, as_of)
    closed = closed_days(parties.creditor(f"acr_{creditor_id}").country)
    standing = DebitMandate.objects.filter(creditor_id=creditor_id, state=MandateState.ACTIVE)
    active = {mandate.account_id: mandate for mandate in standing}
    planned, skipped = 0, dict[str, int]()
    through = payments.bank_through(creditor_id)
    for deal in negotiation.current_agreements(creditor_id):
        mandate = active.get(deal.account_id)
        if mandate is None or deal.currency != mandate.currency:
            continue
        rows = negotiation.instalment_statuses(deal, as_of, through)
        due = {r.number: r.due_on for r in rows}
        asked = set(Collection.objects.filter(deal=deal).exclude(state=CollectionState.CANCELLED).values_list(
            "number", flat=True
        ))  # fmt: skip
        for number, missing in autopay_due(rows, as_of + AHEAD):
            if number in asked:
                continue
            told = max(mandate.signed_on, deal.accepted_on or mandate.signed_on)
            on = core.charge_day(due[number], told_on=told, today=as_of, terms=read.terms_of(row), closed=closed)
            why = core.objection(read.allowed(mandate), missing, on)
            if why:
                skipped[why] = skipped.get(why, 0) + 1
                continue
            _plan_one(mandate, deal, number, missing, on, told, at)
            planned += 1
    return Planned(planned, cancelled, skipped)


def _plan_one(
    mandate: DebitMandate, deal: Any, number: int, minor: int, on: date, told_on: date, at: datetime, how: str = ""
) -> Collection:
    turn = Collection.objects.filter(deal=deal, number=number).count()
    return Collection.objects.create(
        mandate=mandate, creditor_id=mandate.creditor_id, deal=deal, number=number, turn=turn, amount_minor=minor,
        currency=mandate.currency, on=on, told_on=told_on, told_how=how, created_at=at,
    )  # fmt: skip


def _cancel_paid(creditor_id: int, as_of: date) -> int:
    """What was paid by other means, or belongs to an agreement that is over, needs no charge any more."""
    through, cancelled = payments.bank_through(creditor_id), 0
    deals = {deal.pk: deal for deal in negotiation.current_agreements(creditor_id)}
    for row in read.of_state(creditor_id, CollectionState.PLANNED):
        deal = deals.get(row.deal_id)
        missing = dict(autopay_due(negotiation.instalment_statuses(deal, as_of, through), row.on)) if deal else {}
        left = missing.get(row.number, 0)
        if left <= 0:
            step = core.COLLECTION.advance(row.state, "cancel")
            Collection.objects.filter(pk=row.pk, state=row.state).update(
                state=step.target, reason=step.reason, ended_on=as_of
            )
            cancelled += 1
        elif left < row.amount_minor:
            Collection.objects.filter(pk=row.pk, state=row.state).update(amount_minor=left)
    return cancelled


@transaction.atomic
def again(*, collection_id: int, told_how: str, as_of: date, at: datetime) -> Collection:
    """A person presents once more what the bank did not charge, and says how the customer was told of the new day.

    Refused when the bank's reason is definite, when it was presented often enough, or when the mandate does not stand.
    """
    row = Collection.objects.select_for_update(of=("self",)).select_related("mandate").get(pk=collection_id)
    if row.state not in core.ENDED or not core.refusal(row.code).again:
        raise Refused(_("Ese cargo no se puede volver a presentar: el motivo del banco es definitivo."))
    later = Collection.objects.filter(deal_id=row.deal_id, number=row.number, turn__gt=row.turn)
    if later.exists():
        raise Refused(_("Ya se volvió a presentar."))
    if row.turn + 1 >= TURNS:
        raise Refused(_("Ya se presentó tres veces: acuerde con la persona otra forma de pagar."))
    if not told_how.strip():
        raise Refused(_("Diga cómo avisó al cliente de la nueva fecha: sin aviso no se le carga."))
    terms = read.settings_of(row.creditor_id)
    deal = negotiation.current_deal(row.mandate.account_id)
    if terms is None or deal is None or deal.pk != row.deal_id:
        raise Refused(_("Ese convenio ya no está vigente: no hay nada que cargar."))
    statuses = negotiation.instalment_statuses(deal, as_of, payments.bank_through(row.creditor_id))
    missing = dict(autopay_due(statuses, as_of)).get(row.number, 0)
    if not missing:
        raise Refused(_("Esa cuota ya se pagó."))
    closed = closed_days(parties.creditor(f"acr_{row.creditor_id}").country)
    on = core.charge_day(as_of, told_on=as_of, today=as_of, terms=read.terms_of(terms), closed=closed)
    why = core.objection(read.allowed(row.mandate), missing, on)
    if why:
        raise Refused(_("La domiciliación no lo permite: revísela."), reason=why)
    return _plan_one(row.mandate, deal, row.number, missing, on, as_of, at, told_how.strip()[:300])
