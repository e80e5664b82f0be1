"""What of the money that came in needs a person: payments of nobody, unusual ones, notices that failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from puntual.apps.parties.models import Account
from puntual.apps.payments import read
from puntual.apps.payments.models import GatewayAccount, GatewayFact
from puntual.apps.policies import read_rules as policies
from puntual.apps.receivables.read_screens import names_of
from puntual.core.customers import payment_watch

#: Rows of each list: they are worked down, not browsed.
SHOWN = 50
#: Alerts whose figure is an amount of their payment; the figure of the others is a count.
_AMOUNTS = ("payment_unusual_amount", "payment_duplicate")


def attention(creditor_id: int, at: datetime) -> dict[str, Any]:
    """The three lists, each row with the words that a person needs to decide."""
    return {
        "unidentified": read.unidentified(creditor_id)[:SHOWN],
        "stuck": read.stuck_notices(creditor_id)[:SHOWN],
        "alerts": _alerts(creditor_id, at),
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


def _alerts(creditor_id: int, at: datetime) -> list[dict[str, Any]]:
    rows = read.alerts(creditor_id, at).head(SHOWN).to_dicts()
    accounts = Account.objects.filter(pk__in=[r["account"] for r in rows if r["account"]], creditor_id=creditor_id)
    names = names_of(accounts)
    wanted = [r["payment"] for r in rows if r["payment"]]
    currencies = dict(GatewayFact.objects.filter(pk__in=wanted).values_list("pk", "currency"))
    return [
        {
            **row,
            "name": names.get(row["account"], ""),
            "minor": int(row["figure"]) if row["reason"] in _AMOUNTS else None,
            "currency": currencies.get(row["payment"], ""),
        }
        for row in rows
    ]
