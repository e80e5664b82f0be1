"""The only writer of agreements and settlements: quote, offer within authority, approve, accept with evidence,
re-plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs
from django.db import transaction

from puntual.apps.negotiation import records
from puntual.apps.negotiation.choices import DealKind, DealState, Source
from puntual.apps.negotiation.models import Deal, Instalment
from puntual.apps.receivables import read_applied
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation import settlement
from puntual.core.negotiation.authority import Grant, Limit, check_approval, need
from puntual.core.negotiation.quote import Debt, Quote, Terms, quote
from puntual.core.negotiation.quote import Instalment as CoreInstalment


@attrs.frozen
class Offer:
    """Who offers what to whom. `role` and `limits` say what may be granted without asking anybody."""

    account: int
    offered_on: date
    expires_on: date
    source: str
    key: str
    role: str
    limits: tuple[Limit, ...]
    due_items: tuple[int, ...] = ()
    by: int | None = None
    #: The current agreement that this one takes the place of, once accepted.
    replaces: int | None = None
    #: How the person proposed just these terms; then an approval is all that lacks.
    evidence: Mapping[str, Any] = attrs.field(factory=dict)


def quote_agreement(*, account: int, terms: Terms, due_items: Sequence[int] = ()) -> Quote:
    """The plan those terms give over what is open now. Nothing is written."""
    return quote(records.covered(account, due_items).debt, terms)


@transaction.atomic
def offer_agreement(*, offer: Offer, terms: Terms, at: datetime) -> Deal:
    """Offer a plan. Beyond the role's limits it waits for another person's approval; beyond everybody's it is
    refused.
    """
    known = Deal.objects.filter(key=offer.key).first()
    if known:
        return _same(known, offer)
    cover = records.covered(offer.account, offer.due_items)
    made = quote(cover.debt, terms)
    grant = Grant(
        made.waiver_pct(), len(made.instalments), (made.last_on - offer.offered_on).days, cover.debt.open_minor
    )
    waived = {
        "waived_principal_minor": made.waived.principal_minor,
        "waived_interest_minor": made.waived.interest_minor,
        "waived_fee_minor": made.waived.fee_minor,
    }
    return _create(DealKind.AGREEMENT, offer, cover, grant, made.instalments, waived, at)


@transaction.atomic
def offer_settlement(
    *, offer: Offer, pay_minor: int, pay_by: date, rules: settlement.SettlementRules, at: datetime
) -> Deal:
    """Offer to close the whole debt for a part of it, never below the floor."""
    known = Deal.objects.filter(key=offer.key).first()
    if known:
        return _same(known, offer)
    cover = records.covered(offer.account, offer.due_items)
    settlement.check_offer(cover.debt, pay_minor, rules)
    if pay_by < offer.offered_on:
        raise UnusableInput("La fecha para pagar la quita ya pasó.", field="pay_by")
    forgiven = settlement.forgiven(cover.debt, pay_minor)
    share = -(-forgiven.total_minor * 10_000 // cover.debt.open_minor)
    grant = Grant(Decimal(share) / 100, 1, (pay_by - offer.offered_on).days, cover.debt.open_minor)
    waived = {
        "waived_principal_minor": forgiven.principal_minor,
        "waived_interest_minor": forgiven.interest_minor,
        "waived_fee_minor": forgiven.fee_minor,
    }
    only = (CoreInstalment(1, pay_by, pay_minor, 0),)
    return _create(DealKind.SETTLEMENT, offer, cover, grant, only, waived, at)


def _create(
    kind: DealKind,
    offer: Offer,
    cover: records.Covered,
    grant: Grant,
    parts: Sequence[CoreInstalment],
    waived: Mapping[str, int],
    at: datetime,
) -> Deal:
    _nothing_alive(offer, [b.due_item_id for b in cover.items])
    asked = need(grant, offer.role, offer.limits)
    debt = cover.debt
    row = Deal.objects.create(
        account_id=offer.account, creditor_id=cover.creditor, source=offer.source, by_id=offer.by, key=offer.key,
        created_at=at, kind=kind, currency=debt.currency, principal_minor=debt.principal_minor,
        interest_minor=debt.interest_minor, fee_minor=debt.fee_minor, offered_on=offer.offered_on,
        expires_on=offer.expires_on, needs_role=asked.role or "", replaces_id=offer.replaces,
        state=DealState.TO_APPROVE if asked.role else DealState.OFFERED, evidence=dict(offer.evidence), **waived,
    )  # fmt: skip
    Instalment.objects.bulk_create(
        Instalment(deal=row, number=p.number, due_on=p.due_on, debt_minor=p.debt_minor, finance_minor=p.finance_minor)
        for p in parts
    )
    records.add_covers(cover.items, deal=row)
    return row


def _same(known: Deal, offer: Offer) -> Deal:
    if known.account_id != offer.account:
        raise UnusableInput("Este formulario ya no sirve: ábralo otra vez.")
    return known


def _nothing_alive(offer: Offer, due_items: Sequence[int]) -> None:
    """One deal at a time over the same documents, but for the one that this takes the place of."""
    alive = Deal.objects.filter(account_id=offer.account, covers__due_item_id__in=due_items).exclude(pk=offer.replaces)
    if alive.filter(state=DealState.CURRENT).exists():
        raise Refused("Esos documentos ya están en un convenio vigente: cámbielo por otro.", reason="agreement_current")
    waiting = alive.filter(state__in=(DealState.OFFERED, DealState.TO_APPROVE), expires_on__gte=offer.offered_on)
    if waiting.exists():
        raise Refused("Ya hay una oferta sobre esos documentos que espera respuesta: ciérrela primero.")


@transaction.atomic
def approve(*, deal_id: int, by: int, role: str, limits: Sequence[Limit], at: datetime, on: date) -> Deal:
    """Another person, whose own limits hold these conditions, says yes. What the customer proposed on the own page,
    with its evidence, begins with that; what we thought of still waits for the customer's yes.
    """
    row = _locked(deal_id)
    check_approval(grant_of(row), asked_by=row.by_id or 0, approved_by=by, role=role, limits=limits)
    records.advance(row, "approve", at=at, by=by, approved_by_id=by)
    if row.source == Source.PORTAL and row.evidence:
        return accept(deal_id=row.pk, on=on, at=at, evidence=row.evidence)
    return row


@transaction.atomic
def reject(*, deal_id: int, by: int, at: datetime, on: date) -> Deal:
    row = _locked(deal_id)
    records.advance(row, "reject", at=at, by=by, on=on)
    return row


@transaction.atomic
def accept(*, deal_id: int, on: date, at: datetime, evidence: Mapping[str, Any]) -> Deal:
    """The customer says yes, and how is kept. Refused once it expired, or when what is open is no longer what was
    quoted. Interest and fees that were charged while the offer waited are not the customer's: they are given up.
    """
    row = _locked(deal_id)
    if row.state == DealState.CURRENT:
        return row
    if on > row.expires_on:
        raise Refused("La oferta venció: pida una nueva.", reason="deal_expired")
    grown = _grown(records.debt_of(row), records.covered(row.account_id, records.due_items_of(row)).debt)
    if row.replaces_id:
        records.advance(_locked(row.replaces_id), "replan", at=at, on=on, by=row.by_id)
    before = read_applied.received_on(records.due_items_of(row), on)
    records.advance(
        row, "accept", at=at, on=on, accepted_on=on, before_minor=before, evidence=dict(evidence), **_with(row, grown)
    )
    return row


def _grown(quoted: Debt, now: Debt) -> Debt:
    """What was charged since the quote, by component."""
    grown = Debt(
        now.principal_minor - quoted.principal_minor, now.interest_minor - quoted.interest_minor,
        now.fee_minor - quoted.fee_minor, now.currency,
    )  # fmt: skip
    if grown.principal_minor or grown.interest_minor < 0 or grown.fee_minor < 0:
        raise Refused("El saldo cambió desde que se hizo la oferta: pida una nueva.", reason="deal_withdrawn")
    return grown


def _with(row: Deal, grown: Debt) -> dict[str, int]:
    return {
        "interest_minor": row.interest_minor + grown.interest_minor,
        "waived_interest_minor": row.waived_interest_minor + grown.interest_minor,
        "fee_minor": row.fee_minor + grown.fee_minor,
        "waived_fee_minor": row.waived_fee_minor + grown.fee_minor,
    }


@transaction.atomic
def close(*, deal_id: int, event: str, at: datetime, on: date, by: int | None = None) -> Deal:
    """`decline` (the customer), `withdraw` (we) or `expire` (time)."""
    if event not in ("decline", "withdraw", "expire"):
        raise ValueError(f"{event} does not close a deal by hand")
    row = _locked(deal_id)
    records.advance(row, event, at=at, on=on, by=by)
    return row


def grant_of(row: Deal) -> Grant:
    """What a deal gives up and over how long, as its limits are judged."""
    waived = row.waived_principal_minor + row.waived_interest_minor + row.waived_fee_minor
    total = row.principal_minor + row.interest_minor + row.fee_minor
    last = max(i.due_on for i in row.instalments.all())
    share = Decimal(-(-waived * 10_000 // total)) / 100
    return Grant(share, row.instalments.count(), (last - row.offered_on).days, total)


def _locked(deal_id: int) -> Deal:
    return Deal.objects.select_for_update().prefetch_related("covers", "instalments").get(pk=deal_id)
