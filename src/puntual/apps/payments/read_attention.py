"""What of the money that came in needs a person: payments of nobody, unusual ones, notices that failed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from puntual.apps.parties.models import Account
from puntual.apps.payments import read
from puntual.apps.payments.models import GatewayAccount, GatewayFact, PaymentAlert
from puntual.apps.policies import read_rules as policies
from puntual.apps.receivables.read_screens import names_of
from puntual.core.customers import payment_watch

#: Rows of each list: they are worked down, not browsed.
SHOWN = 50
#: Alerts whose figure is an amount of their payment; the figure of the others is a count.
_AMOUNTS = ("payment_unusual_amount", "payment_duplicate")


def attention(creditor_id: int) -> dict[str, Any]:
    """The three lists, each row with the words that a person needs to decide."""
    return {
        "unidentified": read.unidentified(creditor_id)[:SHOWN],
        "stuck": read.stuck_notices(creditor_id)[:SHOWN],
        "alerts": told(open_alerts(creditor_id)[:SHOWN]),
    }


def risky(creditor_id: int, at: datetime) -> tuple[str, ...]:
    """The settings that invite fraud, each as a sentence: none while nothing is charged for real."""
    live = [gateway for gateway in read.gateways(creditor_id) if gateway.live]
    if not live:
        return ()
    alone = policies.negotiation_rules(creditor_id, None, at).refund_alone_minor
    told = payment_watch.Settings(
        automatic_refunds=False,
        # A refund always asks somebody; the limit is up to where one person's word is enough.
        approval_over_minor=max(alone.values(), default=0),
        webhook_secret=all(_signs(gateway) for gateway in live),
        live_without_https=not settings.PUBLIC_URL.startswith("https"),
        one_person_refunds=any(minor > 0 for minor in alone.values()),
    )
    return payment_watch.risky_settings(told)


def _signs(gateway: GatewayAccount) -> bool:
    """Whether its notices can be told from forged ones."""
    kept = read.credentials(gateway).secrets
    return bool(kept.get("webhook_secret") or kept.get("webhook_id"))


def open_alerts(creditor_id: int) -> QuerySet[PaymentAlert]:
    """What is unusual and nobody has looked at yet, the newest first."""
    return PaymentAlert.objects.filter(creditor_id=creditor_id, attended_at=None).order_by("-at", "-pk")


def attended_alerts(creditor_id: int) -> list[dict[str, Any]]:
    """What was looked at, with who said what, the latest first."""
    rows = PaymentAlert.objects.filter(creditor_id=creditor_id, attended_at__isnull=False)
    return told(rows.order_by("-attended_at", "-pk")[:SHOWN])


def needs(creditor_id: int) -> dict[str, QuerySet[Any]]:
    """For Hoy: what asks for a person, by name."""
    return {"unusual": open_alerts(creditor_id)}


def told(alerts: Iterable[PaymentAlert]) -> list[dict[str, Any]]:
    """Each with whose it is, and its figure as money where it is money."""
    rows = list(alerts)
    accounts = Account.objects.filter(pk__in=[r.account_id for r in rows if r.account_id])
    names = names_of(accounts)
    facts = {f.pk: f for f in GatewayFact.objects.filter(pk__in=[r.fact_id for r in rows if r.fact_id])}
    return [
        {
            "pk": row.pk, "reason": row.reason, "figure": row.figure, "at": row.at, "account": row.account_id,
            "name": names.get(row.account_id or 0, ""),
            "minor": int(row.figure) if row.reason in _AMOUNTS else None,
            "currency": facts[row.fact_id].currency if row.fact_id in facts else "",
            "payment": facts[row.fact_id].payment_id if row.fact_id in facts else None,
            "row": row,
        }
        for row in rows
    ]  # fmt: skip
