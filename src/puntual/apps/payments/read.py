"""The only reader of gateways, payments and bank matches."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime

import attrs
import polars as pl
from django.db.models import Count, QuerySet

from puntual.apps import bulk
from puntual.apps.imports import read as imports
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.payments import read_attempts
from puntual.apps.payments.choices import LineState
from puntual.apps.payments.models import (
    Checkout,
    GatewayAccount,
    GatewayFact,
    GatewayPayment,
    LineMatch,
    PaymentRequest,
    RawWebhook,
)
from puntual.apps.receivables import read_applied
from puntual.core import frames
from puntual.core.customers import payment_watch
from puntual.core.ledger import references
from puntual.core.reports import payment_methods
from puntual.ports.payments import Credentials


def gateways(creditor_id: int, *, active: bool = True) -> list[GatewayAccount]:
    rows = GatewayAccount.objects.filter(creditor_id=creditor_id)
    return list((rows.filter(active=True) if active else rows).order_by("pk"))


def gateways_of_provider(provider: str, ref: str = "") -> list[GatewayAccount]:
    """Those whose secret may have signed a notice: the one of the address, or all of the provider. Also those that
    are no longer offered: their links may still be paid.
    """
    rows = GatewayAccount.objects.filter(provider=provider)
    return list((rows.filter(ref=ref) if ref else rows).order_by("pk"))


def every_gateway() -> list[GatewayAccount]:
    return list(GatewayAccount.objects.filter(active=True).order_by("pk"))


def credentials(account: GatewayAccount) -> Credentials:
    values = json.loads(vault.unseal_file(account.sealed))
    return Credentials(account.provider, values, account.live, account.country)


def labels_of(due_items: Iterable[int]) -> dict[int, str]:
    """due item -> what the customer reads on the gateway's page."""
    return read_applied.labels(list(due_items))


def reference_of(request: PaymentRequest) -> str:
    return references.make(references.REQUEST, request.pk)


def request(pk: int) -> PaymentRequest:
    return PaymentRequest.objects.prefetch_related("payments", "checkouts").get(pk=pk)


def checkouts_of(request_id: int) -> list[Checkout]:
    return list(Checkout.objects.filter(request_id=request_id).select_related("gateway").order_by("pk"))


def payments_of(account_id: int) -> list[GatewayPayment]:
    """Payments by gateways of an account, newest first."""
    return list(GatewayPayment.objects.filter(account_id=account_id).order_by("-first_at"))


def unidentified(creditor_id: int) -> list[GatewayPayment]:
    """Money that came in and nobody knows whose it is."""
    rows = GatewayPayment.objects.filter(gateway__creditor_id=creditor_id, account=None, net_minor__gt=0)
    return list(rows.order_by("first_at"))


def stuck_notices(creditor_id: int) -> list[RawWebhook]:
    """Notices that failed and wait for another try."""
    rows = RawWebhook.objects.filter(gateway__creditor_id=creditor_id, processed_at=None, tries__gt=0)
    return list(rows.order_by("received_at"))


# --- the bank ---


def bank_through(creditor_id: int) -> date | None:
    """The last day whose bank movements are all in; None when no bank is read."""
    return imports.last_bank_day(creditor_id)


#: With no news of the bank for more days than these, nobody is told that he owes: he may have paid. Weekends fit in it.
STALE_AFTER_DAYS = 5
#: After these the bank is taken as no longer loaded: the guard would silence the company for ever.
FORGOTTEN_AFTER_DAYS = 30


def stale_holds_frame(day: date) -> pl.DataFrame:
    """Every account of the creditors whose bank is not up to date, as holds (frames.HOLDS) with reason stale_bank."""
    stale = [c.pk for c in parties.creditors() if is_stale(bank_through(c.pk), day)]
    if not stale:
        return frames.empty(frames.HOLDS)
    return bulk.read_frame(
        "SELECT NULL AS due_item, id AS account, party_id AS party, 'stale_bank' AS reason, NULL AS held_minor, "
        f"NULL AS until, NULL AS remind_on FROM parties_account WHERE creditor_id IN ({', '.join(map(str, stale))})",
        frames.HOLDS,
    )


def is_stale(through: date | None, day: date) -> bool:
    """Whether the bank was read lately, but not lately enough. A company that reads no bank is never stale."""
    return through is not None and STALE_AFTER_DAYS < (day - through).days <= FORGOTTEN_AFTER_DAYS


def matches(creditor_id: int, state: str = LineState.SUGGESTED) -> QuerySet[LineMatch]:
    """Lines in a state, the surest first."""
    rows = LineMatch.objects.filter(creditor_id=creditor_id, state=state)
    return rows.order_by("-confidence", "pk")


@attrs.frozen
class Tally:
    """How the bank's lines stand, and the share of income that nobody had to look at, in hundredths of a percent."""

    suggested: int
    applied: int
    ignored: int
    payout: int
    automatic: int

    @property
    def automatic_bp(self) -> int:
        income = self.suggested + self.applied
        return self.automatic * 10_000 // income if income else 0


def tally(creditor_id: int) -> Tally:
    states, automatic = dict.fromkeys(LineState.values, 0), 0
    rows = LineMatch.objects.filter(creditor_id=creditor_id).values_list("state", "automatic")
    for state, alone, n in rows.annotate(n=Count("pk")).order_by():
        states[state] += n
        automatic += n if alone and state == LineState.APPLIED else 0
    return Tally(**states, automatic=automatic)


# --- figures ---


def payments_frame(creditor_id: int) -> pl.DataFrame:
    """What gateways brought and took back (payment_watch.PAYMENTS). The payer is a blind digest."""
    rows = GatewayFact.objects.filter(
        gateway__creditor_id=creditor_id, kind__in=("paid", "refunded", "charged_back"), payment__account__isnull=False
    ).values_list("pk", "payment__account_id", "payer_digest", "kind", "amount_minor", "currency", "at")
    columns = {name: spec.dtype for name, spec in payment_watch.PAYMENTS.items()}
    data = [
        (pk, account, creditor_id, bytes(payer).hex() if payer else None, kind, minor, currency, at)
        for pk, account, payer, kind, minor, currency, at in rows.iterator()
    ]
    return pl.DataFrame(data, schema=columns, orient="row")


def alerts(creditor_id: int, as_of: datetime, rules: payment_watch.WatchRules | None = None) -> pl.DataFrame:
    """Unusual payments of the last day (payment_watch.ALERTS)."""
    return payment_watch.watch(payments_frame(creditor_id), rules or payment_watch.WatchRules(), as_of)


def methods(creditor_id: int, rules: payment_methods.MethodRules | None = None) -> pl.DataFrame:
    """Which way to pay, from own figures: see core.reports.payment_methods.compare."""
    return payment_methods.compare(read_attempts.frame(creditor_id), rules or payment_methods.MethodRules())


def methods_for(creditor_id: int, currency: str, amount_minor: int) -> pl.DataFrame:
    """The same for payments of about that amount in the creditor's country."""
    rules, country = payment_methods.MethodRules(), parties.creditor(f"acr_{creditor_id}").country
    mine = read_attempts.frame(creditor_id).filter(pl.col("country") == country)
    return payment_methods.compare(payment_methods.alike(mine, currency, amount_minor, rules), rules)
