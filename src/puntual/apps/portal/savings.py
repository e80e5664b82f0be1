"""Help for paying now: what the policy offers to this person today, and the one that already stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import attrs

from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write_incentives as incentives
from puntual.apps.policies import read as policies
from puntual.apps.portal import read
from puntual.core.errors import Refused
from puntual.core.negotiation.incentive import Offer

#: Whoever let one pass is not offered another before this, or the discount would be the price.
AGAIN_AFTER = timedelta(days=60)


@attrs.frozen
class Saving:
    """Pay this much through that day and the rest is given up. `taken`: the person already took it."""

    pay_minor: int
    saved_minor: int
    currency: str
    through: date
    kind: str
    taken: bool


def of(visit: read.Visit, at: datetime) -> Saving | None:
    """The saving to show today: the one that stands, else the best that the policy offers."""
    today = visit.today(at)
    standing = negotiation.standing_incentive(visit.account.pk, today)
    if standing:
        saved = standing.waived_principal_minor + standing.waived_interest_minor + standing.waived_fee_minor
        return Saving(standing.pay_minor, saved, standing.currency, standing.through, standing.kind, taken=True)
    offer = _offer(visit, at)
    if offer is None:
        return None
    currency = next(iter(read.bill(visit.account.pk, today).totals))[0]
    return Saving(
        offer.pay_minor, offer.waived.total_minor, currency, offer.incentive.through, offer.incentive.kind, taken=False
    )


def take(*, visit: read.Visit, key: str, at: datetime) -> None:
    """The person takes the offer of today: paying in time earns it."""
    offer = _offer(visit, at)
    if offer is None:
        raise Refused("Ese descuento ya no está disponible.", reason="incentive_expired")
    new = incentives.NewIncentive(visit.account.pk, offer.incentive, visit.today(at), "portal", key)
    incentives.give(new=new, at=at)


def _offer(visit: read.Visit, at: datetime) -> Offer | None:
    account, today = visit.account, visit.today(at)
    bound = policies.in_force(visit.creditor.pk, at).get(account.policy_id)
    if bound is None or not bound.policy.incentives or negotiation.current_deal(account.pk):
        return None
    recent = [i for i in negotiation.incentives_of(account.pk) if i.created_at > at - AGAIN_AFTER]
    if recent:
        return None
    found = negotiation.offers_of(account.pk, bound.policy.incentives, account.segment, today)
    return found[0] if found else None
