"""What paying now saves, for the words of reminders: the same offer that the person's page shows that day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from puntual.apps.negotiation import read as negotiation
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write_events import FACT
from puntual.apps.parties.models import Account
from puntual.apps.policies import read as policies
from puntual.apps.portal.savings import AGAIN_AFTER
from puntual.apps.receivables.models import DueBalance
from puntual.core.negotiation import incentive_policy
from puntual.core.negotiation.incentive_policy import PolicyIncentive
from puntual.core.negotiation.quote import Debt
from puntual.core.time import local_date


def for_rows(
    rows: Sequence[Outbox], items: Mapping[int, Sequence[DueBalance]], now: datetime
) -> dict[int, dict[str, Any]]:
    """outbox id -> «ahorro» with what to pay, what is saved and until when; nothing where no incentive applies.

    An account that let one pass is not offered another so soon, and one with an agreement has its own terms.
    """
    asking = [r for r in rows if r.purpose.startswith("reminder") and r.step != FACT and r.template != "oferta"]
    written = _incentives({row.creditor_id for row in asking}, now)
    if not any(written.values()):
        return {}
    accounts = Account.objects.select_related("creditor").in_bulk({row.account_id for row in asking})
    busy = negotiation.with_current_deal(list(accounts))
    given = negotiation.incentives_since(list(accounts), now - AGAIN_AFTER)
    found = {}
    for row in asking:
        account = accounts[row.account_id]
        policy = written.get((account.creditor_id, account.policy_id))
        if not policy or account.pk in busy:
            continue
        today = local_date(now, account.creditor.zone)
        said = _said(account, policy, given.get(account.pk, []), items.get(account.pk, ()), row.currency, today)
        if said:
            found[row.pk] = {"ahorro": said}
    return found


def _incentives(creditors: set[int], now: datetime) -> dict[tuple[int, int | None], tuple[PolicyIncentive, ...]]:
    """(creditor, account's policy) -> what its policy in force offers."""
    return {
        (creditor, policy): incentive_policy.read(bound.policy.incentives)
        for creditor in creditors
        for policy, bound in policies.in_force(creditor, now).items()
    }


def _said(
    account: Account, policy: Sequence[PolicyIncentive], given: Sequence[Any], items: Sequence[DueBalance],
    currency: str, today: date,
) -> dict[str, Any]:  # fmt: skip
    """What stands, else the best that is offered today over everything that is open."""
    standing = [one for one in given if one.state == "offered" and one.through >= today]
    if standing:
        one = min(standing, key=lambda row: row.through)
        saved = one.waived_principal_minor + one.waived_interest_minor + one.waived_fee_minor
        return _words(one.pay_minor, saved, one.currency, one.through)
    open_ones = [item for item in items if item.open_minor > 0]
    if given or not open_ones or {item.currency for item in open_ones} != {currency}:
        return {}
    debt = Debt(
        sum(i.principal_minor for i in open_ones), sum(i.interest_minor for i in open_ones),
        sum(i.fee_minor for i in open_ones), currency,
    )  # fmt: skip
    late = (today - min(i.due_on for i in open_ones)).days
    offers = incentive_policy.offers(
        policy, debt=debt, segment=account.segment, days_past_due=late, as_of=today
    )  # fmt: skip
    if not offers:
        return {}
    best = offers[0]
    return _words(best.pay_minor, best.waived.total_minor, currency, best.incentive.through)


def _words(pay_minor: int, saved_minor: int, currency: str, through: date) -> dict[str, Any]:
    return {
        "paga": {"minor": pay_minor, "currency": currency},
        "ahorra": {"minor": saved_minor, "currency": currency},
        "hasta": {"day": through.isoformat()},
    }
