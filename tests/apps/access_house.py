"""What the tests of access share: a company with one of everything that an address may be about, and a stranger's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import attrs
from django.apps import apps
from django.contrib.auth.models import User
from django.utils import timezone

from puntual.adapters.names import similar
from puntual.apps.access import write as access
from puntual.apps.access import write_approvals
from puntual.apps.access.write_approvals import Asked
from puntual.apps.compliance import write as compliance
from puntual.apps.escalation.models import LegalStep
from puntual.apps.imports.models import BankLine, ImportRun
from puntual.apps.negotiation import write as negotiation
from puntual.apps.negotiation import write_disputes
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.payments import write as payments
from puntual.apps.payments import write_bank
from puntual.apps.payments.models import GatewayFact, GatewayPayment
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.portal.models import PaymentClaim
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.apps.reports import write as reports
from puntual.apps.supervision import write as supervision
from puntual.apps.workbench.models import Handling
from puntual.pipeline.daily_run import run_day

ZONE = "America/Mexico_City"
NOW = datetime.now(UTC)
DAY = NOW.date() - timedelta(days=1)
#: Words that only the company's own people may read.
SECRETS = ("Zacarías Quintanilla", "QUZA800101AB1", "ZQ-777", "Ferretera Xóchitl")


@attrs.frozen
class House:
    """One company with something of each kind, by id."""

    creditor: Creditor
    account: int
    invoice: int
    ids: dict[str, int]


def company(code: str, name: str) -> Creditor:
    return parties.create_creditor(
        code=code, name=name, country="MX", zone=ZONE, currency="MXN", test_mode=True, approve_first=5
    )


def build() -> House:
    """Zacarías owes ZQ-777, promised, disputes it, complained, told of a payment; the bank and a gateway know him."""
    creditor = company("xochitl", "Ferretera Xóchitl")
    point = parties.NewPoint("email", "zacarias@correo.example")
    row = parties.NewAccount("C-1", "Zacarías Quintanilla", "QUZA800101AB1", "consumer", "MX", points=(point,))
    account = parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]
    due = timezone.localdate() - timedelta(days=20)
    invoices = [
        books.NewInvoice(account, n, n, due - timedelta(days=30), "MXN", 900_00, ((due, 900_00),))
        for n in ("ZQ-777", "ZQ-778", "ZQ-779")
    ]
    invoice = books.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test").ids
    version = policies.save_version(creditor_id=creditor.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=datetime.now(UTC) - timedelta(days=90))
    day = run_day(creditor=creditor, as_of=datetime.now(UTC))
    ids = {**_said(account), **_money(creditor, account), **_other(creditor, account)}
    ids |= {"policy": version.policy_id, "plan": day.plan_id or 0}
    return House(creditor, account, min(invoice.values()), ids)


def _said(account: int) -> dict[str, int]:
    item = books_read.open_items(account)[0].due_item_id
    promise = negotiation.NewPromise(account, made_on=DAY, promised_on=DAY + timedelta(days=8), source="staff", key="p")
    dispute = write_disputes.NewDispute(
        account, item, "wrong_price", DAY, "staff", "d", text="Zacarías Quintanilla no debe"
    )
    complaint = write_disputes.NewComplaint(account, DAY, "staff", "q", text="Me gritaron")
    claim = PaymentClaim.objects.create(
        account_id=account,
        key="c",
        amount_minor=100,
        currency="MXN",
        paid_on=DAY,
        method="transfer",
        at=NOW,
        hold_until=timezone.localdate() + timedelta(days=5),
    )
    return {
        "promise": negotiation.make_promise(promise=promise, at=NOW).pk,
        "dispute": write_disputes.open_dispute(dispute=dispute, at=NOW).pk,
        "complaint": write_disputes.open_complaint(complaint=complaint, at=NOW).pk,
        "claim": claim.pk,
    }


def _money(creditor: Creditor, account: int) -> dict[str, int]:
    sealed = vault.seal_file(json.dumps({"text": "ZQ-777", "counterparty_name": "Zacarías Quintanilla"}).encode())
    line = BankLine.objects.create(
        creditor=creditor, bank_id="b", booked_on=DAY, amount_minor=900_00, currency="MXN", sealed=sealed,
        received_at=NOW,
    )  # fmt: skip
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    secrets = {"access_token": "TEST-token", "webhook_secret": "clave"}
    gateway = payments.add_gateway(
        gateway=payments.NewGateway(creditor.pk, "mercadopago", secrets, country="MX"), at=NOW
    )
    nobody = GatewayPayment.objects.create(
        gateway=gateway, external_id="x", provider="mercadopago", account_id=None, status="paid", net_minor=5,
        currency="MXN", method="oxxo", first_at=NOW,
    )  # fmt: skip
    GatewayFact.objects.create(
        gateway=gateway, payment=nobody, provider="mercadopago", external_id="x", kind="paid", event_id="x",
        amount_minor=5, currency="MXN", at=NOW, reference="ZQ-777", method="oxxo",
    )  # fmt: skip
    return {"movement": line.pk, "gateway": gateway.pk, "nobody": nobody.pk}


def _other(creditor: Creditor, account: int) -> dict[str, int]:
    party = Account.objects.get(pk=account).party_id
    situation = compliance.add_situation(party_id=party, reason="deceased", since=DAY, until=None)
    run = ImportRun.objects.create(
        creditor=creditor, name="ZQ-777.csv", kind="invoices", format="csv", state="done", started_at=NOW
    )
    scheduled = reports.schedule(creditor_id=creditor.pk, report="kpis", cadence="weekly", email="j@ejemplo.mx")
    return {
        **_people(creditor, account),
        "party": party,
        "situation": situation.pk,
        "import": run.pk,
        "scheduled": scheduled.pk,
    }


def _people(creditor: Creditor, account: int) -> dict[str, int]:
    """Something that waits for a yes, a step before a judge, and a conversation that somebody reviewed."""
    users = [User.objects.create_user(name) for name in ("pide", "autoriza")]
    for user in users:
        access.grant(user_id=user.pk, role="manager", creditor_id=creditor.pk)
    asked = Asked("waiver", creditor.pk, "Zacarías Quintanilla se enfermó", "w", account, 1_00, "MXN", {"parts": []})
    step = LegalStep.objects.create(
        creditor=creditor, account_id=account, kind="letter", currency="MXN", amount_minor=900_00,
        reason="Zacarías Quintanilla no responde", asked_by="pide", authorised_by="autoriza", authorised_on=DAY,
        recorded_at=NOW,
    )  # fmt: skip
    party = Account.objects.get(pk=account).party_id
    handling = Handling.objects.create(
        agent=users[0], creditor=creditor, account_id=account, party_id=party, taken_at=NOW, closed_at=NOW,
        outcome="promise",
    )  # fmt: skip
    scores = {"empathy": 80, "clarity": 80, "law": 100, "agreement": 80}
    told = {"scores": scores, "good": "Escuchó a Zacarías Quintanilla", "better": "Confirmar la fecha"}
    review = supervision.review(
        handling_id=handling.pk, creditor_id=creditor.pk, reviewer=users[1], now=NOW, **told
    )  # fmt: skip
    return {
        "approval": write_approvals.ask(asked=asked, by=users[0], at=NOW).pk, "step": step.pk, "review": review.pk,
        "handling": handling.pk,
    }  # fmt: skip


def rows_now() -> dict[str, dict[object, tuple[object, ...]]]:
    """Every row of every table, but for sessions and logs: to show that nothing happened."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in ("sessions", "audit", "contenttypes", "axes", "usersessions"):
            continue
        rows = model._default_manager.values_list()
        found[model._meta.label] = {row[0]: tuple(_plain(v) for v in row) for row in rows}
    return found


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def changed(before: dict[str, dict[object, tuple[object, ...]]]) -> list[str]:
    """The tables whose rows are not those of before, with how many rows differ."""
    after = rows_now()
    return [
        f"{label}: {sum(1 for pk in before[label].keys() | rows.keys() if before[label].get(pk) != rows.get(pk))}"
        for label, rows in after.items()
        if before[label] != rows
    ]
