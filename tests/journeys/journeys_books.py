"""The books of the journeys: one store, customers one can tell apart, and a day decided for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
from django.utils import timezone

from puntual.apps.compliance import write as compliance
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write
from puntual.core.time import local_date
from puntual.pipeline.daily_run import run_day

ZONE = "America/Mexico_City"


@attrs.frozen
class Books:
    """What was built, by the names that the tests use."""

    creditor: Creditor
    today: date
    accounts: dict[str, int]
    invoices: dict[str, int]
    plan_id: int


def build() -> Books:
    """Ocampo paid a part of what is overdue; Andina owes and asked not to be written to; Quispe owes nothing."""
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone=ZONE, currency="MXN", credit_days=30
    )
    today = local_date(timezone.now(), ZONE)
    email = {code: (parties.NewPoint("email", f"pagos@{code}.example"),) for code in ("ocampo", "andina", "quispe")}
    rows = [
        parties.NewAccount("C-1", "Comercial Ocampo", "COC010101AB1", "business", "MX", points=email["ocampo"]),
        parties.NewAccount("C-2", "Distribuidora Andina", "DAN020202CD2", "business", "MX", points=email["andina"]),
        parties.NewAccount("C-3", "Papelería Quispe", "PQU030303EF3", "business", "MX", points=email["quispe"]),
    ]
    accounts = parties.register_accounts(creditor=creditor, rows=rows, source="prueba").accounts
    invoices = [
        _invoice(accounts["C-1"], "A-101", 12_000_00, today - timedelta(days=20)),
        _invoice(accounts["C-1"], "A-102", 3_000_00, today + timedelta(days=10)),
        _invoice(accounts["C-2"], "A-201", 5_500_00, today - timedelta(days=45)),
        _invoice(accounts["C-3"], "A-301", 900_00, today - timedelta(days=5)),
    ]
    ids = write.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="prueba").ids
    paid = [
        write.NewPayment(accounts["C-1"], 4_000_00, "MXN", today, "p-1", "prueba"),
        write.NewPayment(accounts["C-3"], 900_00, "MXN", today - timedelta(days=2), "p-2", "prueba"),
    ]
    write.post_payments(creditor_id=creditor.pk, payments=paid)
    now = datetime.now(UTC)
    andina = Account.objects.get(pk=accounts["C-2"]).party_id
    compliance.opt_out(party_id=andina, channel="*", at=now - timedelta(days=3), source="person", proof="correo del 3")
    version = policies.save_version(creditor_id=creditor.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=now - timedelta(days=90))
    result = run_day(creditor=creditor, as_of=_at_ten(today))
    assert result.plan_id is not None
    return Books(creditor, today, accounts, ids, result.plan_id)


def _invoice(account: int, number: str, total_minor: int, due: date) -> write.NewInvoice:
    issued = due - timedelta(days=30)
    return write.NewInvoice(account, number, f"UUID-{number}", issued, "MXN", total_minor, ((due, total_minor),))


def _at_ten(day: date) -> datetime:
    """Ten in the morning there: inside every window, but for weekends and holidays, which only put a business off."""
    return datetime(day.year, day.month, day.day, 16, 0, tzinfo=UTC)
