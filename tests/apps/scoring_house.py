"""A company with a year of payers whose habits are known, for the tests of scoring and of experiments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from puntual.apps.parties import write as parties
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice, NewPayment

TODAY = date(2026, 11, 24)
#: Six in the morning in Mexico City.
DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def company(code="norte"):
    one = parties.create_creditor(
        code=code, name=f"Ferretera {code}", country="MX", zone="America/Mexico_City", currency="MXN", approve_first=0
    )
    version = policies.save_version(creditor_id=one.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=DAWN - timedelta(days=500))
    return one


def accounts(creditor, codes):
    rows = [
        NewAccount(
            code, f"Cliente {code}", debtor="business", country="MX", zone="America/Mexico_City",
            points=(NewPoint("email", f"{code.lower()}@example.com"),),
        )
        for code in codes
    ]  # fmt: skip
    return parties.register_accounts(creditor=creditor, rows=rows).accounts


def history(creditor, *, customers=30, each=13, seed=5, today=TODAY):
    """Half of the customers pay by the day, half some eighteen days late: an invoice a fortnight, paid up to yesterday.

    Gives code -> account; codes begin with P (punctual) or T (late).
    """
    rng = Random(seed)
    codes = [f"{'PT'[n % 2]}-{n}" for n in range(customers)]
    known = accounts(creditor, codes)
    invoices, payments = [], []
    for code, account in known.items():
        for n in range(each):
            issued = today - timedelta(days=14 * (each - n) + rng.randint(0, 6))
            due, minor = issued + timedelta(days=15), 10_000_00 + rng.randint(0, 5_000) * 100
            name = f"{code}-{n}"
            invoices.append(NewInvoice(account, name, name, issued, "MXN", minor, ((due, minor),)))
            paid = due + timedelta(days=(-2 if code[0] == "P" else 18) + rng.randint(-2, 2))
            if paid < today:
                payments.append(NewPayment(account, minor, "MXN", paid, f"pago {name}", "test"))
    receivables.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    receivables.post_payments(creditor_id=creditor.pk, payments=sorted(payments, key=lambda p: p.paid_on))
    return known


def owes(creditor, account, minor, *, late, number=None):
    """An invoice that is `late` days past due today."""
    due = TODAY - timedelta(days=late)
    number = number or f"F{account}-{late}"
    one = NewInvoice(account, number, number, due - timedelta(days=30), "MXN", minor, ((due, minor),))
    return receivables.post_invoices(creditor_id=creditor.pk, invoices=[one], source="test").ids[number]
