"""In which order a payment meets the parts of what an account owes: what the law of the creditor's country says for
that kind of customer, kinder where the law lets choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from puntual.apps import bulk
from puntual.apps.parties.models import Account
from puntual.core.ledger.allocation import CAPITAL_FIRST
from puntual.core.ledger.books import Component
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
