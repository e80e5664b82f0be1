"""Incentives that a person of the company grants by hand: within one's authority at once; beyond it another person
says yes first. What is earned is booked as its own entries, like any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from puntual.apps.access import write_approvals
from puntual.apps.negotiation import records, write_incentives
from puntual.apps.negotiation.authority import role_of
from puntual.apps.negotiation.models import GivenIncentive
from puntual.apps.parties.models import Account
from puntual.apps.policies import read_rules as policies
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation.authority import Grant, Limit, Need, check_approval, need
from puntual.core.negotiation.incentive import Incentive, Offer, offer


@attrs.frozen
class Shown:
    """What would be offered, on what debt, and who must say yes (`need.role` None: nobody else)."""

    offer: Offer
    open_minor: int
    currency: str
    need: Need


def shown(
    *, account: Account, incentive: Incentive, items: tuple[int, ...], role: str, on: date, at: datetime
) -> Shown:
    """To the cent, by the policy of the account. Refused when it gives nothing, or nobody may grant it."""
    cover = records.covered(account.pk, items)
    made = offer(incentive, cover.debt, on)
    if made is None:
        raise Refused(_("Ese incentivo ya venció o no quita nada de lo que se debe."), reason="incentive_expired")
    grant = grant_of(made, cover.debt.open_minor, on)
    return Shown(made, cover.debt.open_minor, cover.debt.currency, need(grant, role, _limits(account, at)))


def grant_of(made: Offer, open_minor: int, on: date) -> Grant:
    """What it asks of one's authority: the share of the whole debt that is given up, and for how long it stands."""
    pct = Decimal(made.waived.total_minor * 100) / Decimal(open_minor)
    return Grant(pct, 1, (made.incentive.through - on).days, open_minor)


def _limits(account: Account, at: datetime) -> tuple[Limit, ...]:
    return policies.negotiation_rules(account.creditor_id, account.policy_id, at).limits


@attrs.frozen
class Asked:
    """Who grants what to whom, and why."""

    account: Account
    incentive: Incentive
    items: tuple[int, ...]
    reason: str
    key: str
    by: User


def grant(*, asked: Asked, on: date, at: datetime) -> GivenIncentive | None:
    """Offer it, or ask for the yes of another person: then None. Refused, UnusableInput."""
    account, by = asked.account, asked.by
    if not asked.reason.strip():
        raise UnusableInput(_("Escriba por qué: quien lo apruebe y el auditor lo leerán."), field="reason")
    told = shown(
        account=account, incentive=asked.incentive, items=asked.items, role=role_of(by, account.creditor_id), on=on,
        at=at,
    )  # fmt: skip
    if told.need.role is None:
        new = write_incentives.NewIncentive(account.pk, asked.incentive, on, "agent", asked.key, asked.items, by=by.pk)
        return write_incentives.give(new=new, at=at)
    given = asked.incentive
    detail = {
        "kind": given.kind, "pct": str(given.pct), "through": given.through.isoformat(), "items": list(asked.items),
        "floor_pct": str(given.floor_pct),
    }  # fmt: skip
    write_approvals.ask(
        asked=write_approvals.Asked(
            "incentive", account.creditor_id, asked.reason, asked.key, account.pk, told.offer.waived.total_minor,
            told.currency, detail,
        ), by=by, at=at,
    )  # fmt: skip
    return None


def give_approved(
    *, account_id: int, detail: Mapping[str, Any], key: str, asked_by: int, approver: User, on: date, at: datetime
) -> GivenIncentive:
    """What another person said yes to. Refused when it passes that person's own authority, or the debt changed so that
    it gives nothing."""
    account = Account.objects.get(pk=account_id)
    incentive = Incentive(
        detail["kind"], Decimal(detail["pct"]), date.fromisoformat(detail["through"]), Decimal(detail["floor_pct"])
    )
    items = tuple(detail["items"])
    role = role_of(approver, account.creditor_id)
    told = shown(account=account, incentive=incentive, items=items, role=role, on=on, at=at)
    check_approval(
        grant_of(told.offer, told.open_minor, on), asked_by=asked_by, approved_by=approver.pk, role=role,
        limits=_limits(account, at),
    )  # fmt: skip
    new = write_incentives.NewIncentive(account_id, incentive, on, "agent", key, items, by=asked_by)
    return write_incentives.give(new=new, at=at)
