"""The judgement of incentives: earned by money on time, void when what they hang on is broken. Private to this app."""

from __future__ import annotations

from datetime import date, datetime

from puntual.apps.negotiation import judging, records
from puntual.apps.negotiation.models import GivenIncentive
from puntual.apps.receivables import write as books
from puntual.core.negotiation import incentive as core
from puntual.core.negotiation.cash import Cash
from puntual.core.negotiation.quote import Waived


def judge(row: GivenIncentive, cash: Cash, as_of: date, at: datetime) -> str | None:
    """The event applied, or None. What is earned is booked as its own entry; what is reversed is undone."""
    waived = Waived(row.waived_principal_minor, row.waived_interest_minor, row.waived_fee_minor)
    offer = core.Offer(core.Incentive(row.kind, row.pct, row.through), row.pay_minor, waived)
    broken = False
    if row.promise is not None:
        # Judged a moment ago in this same round: what was loaded before is old news.
        row.promise.refresh_from_db(fields=["state"])
        broken = row.promise.state in ("broken", "withdrawn")
    verdict = core.judge(offer, row.state, row.offered_on, cash, as_of, bound_broken=broken)
    if not verdict.event:
        return None
    figures = {"paid_minor": verdict.paid_minor, "missing_minor": verdict.missing_minor}
    event = None
    if verdict.event == "earn":
        event = _give(row, as_of)
    elif row.booked_event is not None:
        books.reverse(event_id=row.booked_event, on=as_of, source="incentive", note="El pago que lo ganaba se devolvió")
    records.advance(row, verdict.event, at=at, on=as_of, figures=figures, booked_event=event)
    return f"incentive_{verdict.event}"


def _give(row: GivenIncentive, on: date) -> int | None:
    """An early discount is a discount; charges or a part of the debt forgiven are a waiver."""
    parts = judging.given_up(row)
    kind = "discount" if row.kind == core.EARLY_DISCOUNT else "waiver"
    key = f"incentive:{row.pk}:{row.steps.count()}"
    given = books.Reduction(row.account_id, kind, row.currency, on, key, "incentive", parts)
    return books.post_reductions(creditor_id=row.creditor_id, rows=[given]).ids.get(f"{kind}:{key}")
