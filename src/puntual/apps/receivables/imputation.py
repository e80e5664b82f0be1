"""In which order a payment meets the parts of what an account owes: what the law of the creditor's country says for
that kind of customer, kinder where the law lets choose. To which document it goes first is the company's policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta

from puntual.apps import bulk
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.policies import read_rules as policies
from puntual.core.ledger.allocation import CAPITAL_FIRST, Strategy
from puntual.core.ledger.books import Component
from puntual.core.time import local_instant
from puntual.law.charges_loader import countries, load_charges

Order = tuple[Component, ...]


def order_for(country: str, debtor: str) -> Order:
    """The order of one country for one kind of debtor. Without a norm: capital first, kinder to the person."""
    if country not in countries():
        return CAPITAL_FIRST
    told = load_charges(country).imputation_for(debtor).order
    return tuple(Component[word.upper()] for word in told)


def orders_of(accounts: Iterable[int]) -> Mapping[int, Order]:
    """account -> its order."""
    found: dict[int, Order] = {}
    for piece in bulk.chunks(sorted(set(accounts))):
        rows = Account.objects.filter(pk__in=piece).values_list("pk", "creditor__country", "party__debtor")
        found |= {pk: order_for(country, debtor) for pk, country, debtor in rows}
    return found


def strategy_on(creditor_id: int, day: date) -> Strategy:
    """To which documents money of that day went when it named none: what the policy in force that night says."""
    zone = parties.creditor(f"acr_{creditor_id}").zone
    return policies.cash_rules(creditor_id, local_instant(day + timedelta(days=1), time(0), zone)).strategy


def strategies(creditor_id: int, days: Iterable[date]) -> Mapping[date, Strategy]:
    """The same for several days, each looked up once."""
    return {day: strategy_on(creditor_id, day) for day in set(days)}
