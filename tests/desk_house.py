"""What the tests of the desk share: a company, agents, and people in its queue."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth import get_user_model

from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.workbench.models import QueueRow

#: A Tuesday, eleven in the morning of Mexico City.
ELEVEN = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def company(code="norte", **more):
    given = {"name": "Ferretera del Norte", "country": "MX", "zone": "America/Mexico_City", "currency": "MXN", **more}
    return parties.create_creditor(code=code, **given)


def people(creditor, count, first=1):
    """Accounts of so many people, each with a mobile phone."""
    rows = [
        parties.NewAccount(
            f"C-{n}", f"Cliente {n}", f"XAXX{n:06d}AB1", "consumer", "MX", zone="America/Mexico_City",
            points=(parties.NewPoint("phone", f"+5255{n:08d}"),),
        )
        for n in range(first, first + count)
    ]  # fmt: skip
    ids = parties.register_accounts(creditor=creditor, rows=rows).accounts
    return list(Account.objects.filter(pk__in=ids.values()).order_by("pk"))


def agent(name):
    return get_user_model().objects.create_user(name, password="una-clave-larga", first_name=name.capitalize())


def queued(creditor, accounts, *, desk=0, grp=1, built_at=ELEVEN):
    """Put accounts in the queue in that order."""
    return QueueRow.objects.bulk_create(
        QueueRow(
            creditor=creditor, party_id=a.party_id, account=a, desk=desk, grp=grp, place=n, value_minor=100_00 - n,
            amount_minor=500_00, currency="MXN", days_past_due=20, stage="administrative", reason="worth_at_risk",
            sentence="Hay riesgo.", built_at=built_at,
        )
        for n, a in enumerate(accounts)
    )  # fmt: skip
