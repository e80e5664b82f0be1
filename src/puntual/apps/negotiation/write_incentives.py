"""The only writer of incentives: what was offered to whom, once per form or message."""

from __future__ import annotations

from datetime import date, datetime

import attrs
from django.db import transaction

from puntual.apps.negotiation import records
from puntual.apps.negotiation.choices import IncentiveState
from puntual.apps.negotiation.models import GivenIncentive
from puntual.core.errors import Refused
from puntual.core.negotiation.incentive import Incentive, offer


@attrs.frozen
class NewIncentive:
    """Who is offered what. `promise`: it is void when that promise is broken. `due_items` empty: everything open."""

    account: int
    incentive: Incentive
    offered_on: date
    source: str
    key: str
    due_items: tuple[int, ...] = ()
    promise: int | None = None
    by: int | None = None


@transaction.atomic
def give(*, new: NewIncentive, at: datetime) -> GivenIncentive:
    """Keep an offer, so that paying in time earns it. Refused when it is over, gives nothing, or another one stands."""
    known = GivenIncentive.objects.filter(key=new.key).first()
    if known:
        return known
    cover = records.covered(new.account, new.due_items)
    made = offer(new.incentive, cover.debt, new.offered_on)
    if made is None:
        raise Refused("Ese incentivo ya venció o no quita nada de lo que se debe.", reason="incentive_expired")
    items = [b.due_item_id for b in cover.items]
    standing = GivenIncentive.objects.filter(
        account_id=new.account, state=IncentiveState.OFFERED, covers__due_item_id__in=items
    )
    if standing.exists():
        raise Refused("Ya hay un incentivo vigente sobre esos documentos.", reason="incentive_offered")
    row = GivenIncentive.objects.create(
        account_id=new.account, creditor_id=cover.creditor, source=new.source, by_id=new.by, key=new.key, created_at=at,
        kind=new.incentive.kind, pct=new.incentive.pct, through=new.incentive.through, offered_on=new.offered_on,
        currency=cover.debt.currency, pay_minor=made.pay_minor, waived_principal_minor=made.waived.principal_minor,
        waived_interest_minor=made.waived.interest_minor, waived_fee_minor=made.waived.fee_minor,
        promise_id=new.promise,
    )  # fmt: skip
    records.add_covers(cover.items, incentive=row)
    return row
