"""What the first run has to ask: customers without terms, contacts or kind."""

from __future__ import annotations

import attrs
from django.contrib.auth import get_user_model

from puntual.apps.compliance.models import Consent
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account, ContactPoint, Creditor
from puntual.apps.policies import read as policies
from puntual.apps.receivables.models import AccountBalance, Invoice
from puntual.core.customers.identity import normal_name, plain

SHOWN = 50


def anybody() -> bool:
    """Whether anybody has an account in this installation."""
    return bool(get_user_model().objects.exists())


@attrs.frozen
class Lacking:
    """A customer of whom something is not known. `kind` is what its name suggests when its tax id told nothing."""

    account: int
    name: str
    code: str
    open_minor: int
    currency: str
    terms: bool
    contact: bool
    kind: bool
    suggested: str


@attrs.frozen
class Missing:
    """What is missing in all, and the customers with most to pay among those who lack something."""

    terms: int
    contacts: int
    kinds: int
    rows: tuple[Lacking, ...]

    def __bool__(self) -> bool:
        return bool(self.terms or self.contacts or self.kinds)


def missing(creditor_id: int) -> Missing:
    """Customers with something open of whom terms, contacts or kind are not known."""
    owing = AccountBalance.objects.filter(creditor_id=creditor_id, open_minor__gt=0).order_by("-open_minor")
    balances = {b.account_id: b for b in reversed(owing[:20_000])}
    accounts = dict(Account.objects.filter(pk__in=list(balances)).values_list("pk", "party_id"))
    reachable = set(
        ContactPoint.objects.filter(party__in=set(accounts.values()), kind__in=("email", "phone")).values_list(
            "party_id", flat=True
        )
    )
    no_terms = set(
        Invoice.objects.filter(creditor_id=creditor_id, assumed_terms=True).values_list("account_id", flat=True)
    )
    lacking = {pk: (pk in no_terms, party not in reachable, False) for pk, party in accounts.items()}
    people = parties.people(accounts.values())
    lacking = {pk: (t, c, people[accounts[pk]].debtor == "unknown") for pk, (t, c, _k) in lacking.items()}
    order = [pk for pk in reversed(list(balances)) if any(lacking.get(pk, ()))]
    codes = dict(Account.objects.filter(pk__in=order[:SHOWN]).values_list("pk", "code"))
    rows = []
    for pk in order[:SHOWN]:
        name, b = people[accounts[pk]].name, balances[pk]
        suggested = "business" if normal_name(name) != plain(name) else ""
        rows.append(Lacking(pk, name, codes[pk], b.open_minor, b.currency, *lacking[pk], suggested))
    totals = [sum(told[i] for told in lacking.values()) for i in range(3)]
    return Missing(*totals, tuple(rows))


def accounts_without_terms(creditor_id: int) -> list[int]:
    """Accounts with an invoice whose due date was assumed."""
    rows = Invoice.objects.filter(creditor_id=creditor_id, assumed_terms=True).values_list("account_id", flat=True)
    return sorted(set(rows))


def parties_of(creditor_id: int, *, business_only: bool) -> list[int]:
    """The parties of a creditor's customers."""
    rows = Account.objects.filter(creditor_id=creditor_id)
    rows = rows.filter(party__debtor="business") if business_only else rows
    return list(rows.values_list("party_id", flat=True).distinct())


def done(creditor: Creditor | None) -> set[str]:
    """The steps of the first run that are behind."""
    if creditor is None:
        return set()
    steps = {"empresa"}
    if Account.objects.filter(creditor=creditor).exists():
        steps.add("datos")
        if Consent.objects.filter(party__accounts__creditor=creditor).exists():
            steps.add("permisos")
    if policies.policies_of(creditor.pk):
        steps.add("politica")
    return steps
