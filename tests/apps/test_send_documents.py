"""What was just loaded goes to its customers at once: one message each, with the original, within the norm, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from puntual.adapters.files import Files
from puntual.apps.compliance import write as compliance
from puntual.apps.imports import read as imports
from puntual.apps.imports import write as loading
from puntual.apps.outreach import write_documents
from puntual.apps.outreach.models import Message, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.core.time import local_date
from puntual.pipeline import send_documents
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.ports.fakes import RecordingChannel
from puntual.simulators.sat.documents import invoice

pytestmark = pytest.mark.django_db

TEN = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
CSV = (
    "cliente,nombre,correo,factura,fecha,vence,total\n"
    "C-1,Lucía Ocampo,lucia@example.com,A-1,2026-11-20,2026-12-20,500.00\n"
    "C-1,Lucía Ocampo,lucia@example.com,A-2,2026-11-20,2026-12-20,250.00\n"
    "C-2,Pedro Sosa,pedro@example.com,A-3,2026-11-20,2026-12-20,90.00\n"
    "C-3,Sin Correo,,A-4,2026-11-20,2026-12-20,10.00\n"
).encode()


@pytest.fixture
def creditor():
    one = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN",
        approve_first=0,
    )  # fmt: skip
    version = policies.save_version(creditor_id=one.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=TEN - timedelta(days=9))
    return one


def load(creditor, name="facturas.csv", data=CSV):
    done = loading.import_files(
        creditor=creditor, sources=[loading.Source(name, data)], reader=Files(), as_of=local_date(TEN, creditor.zone)
    )
    return done.run


def leaves(box, at=TEN):
    def links(points):
        return {account: f"https://x.example/p/t{account}/" for account in points}

    return dispatch(Outside(channel=lambda *_: box, links=links, now=lambda: at + timedelta(minutes=1)))


def send(creditor, run, now=TEN):
    return send_documents.send(creditor=creditor, invoice_ids=imports.loaded_invoices(run), key=f"r{run}", now=now)


def test_each_customer_gets_one_message_with_all_that_was_loaded_and_only_once(creditor):
    run = load(creditor)
    assert len(imports.loaded_invoices(run)) == 4
    told = send(creditor, run)
    assert (told.queued, told.already, told.paid, told.unreachable) == (2, 0, 0, 1)
    box = RecordingChannel()
    assert leaves(box).sent == 2
    first = next(m for m in box.messages if m.recipient == "lucia@example.com")
    assert first.subject == "Su documento de Ferretera del Norte"
    assert "- A-1, vence el 20 de diciembre: $500.00 MXN" in first.text
    assert "- A-2, vence el 20 de diciembre: $250.00 MXN" in first.text
    assert "Total: $750.00 MXN" in first.text
    again = send(creditor, run)
    assert (again.queued, again.already) == (0, 2)
    assert leaves(box).sent == 0


def test_the_same_file_again_brings_nothing_new_to_send(creditor):
    load(creditor)
    assert imports.loaded_invoices(load(creditor)) == []


def test_the_first_sends_wait_for_approval_like_all_others(creditor):
    creditor.approve_first = 5
    creditor.save()
    run, box = load(creditor), RecordingChannel()
    send(creditor, run)
    assert (leaves(box).sent, write_documents.sent_of(f"r{run}:")) == (0, {"waiting": 2})
    assert write_documents.approve(prefix=f"r{run}:") == 2
    assert leaves(box).sent == 2
    assert write_documents.sent_of(f"r{run}:") == {"sent": 2}


def test_who_asked_not_to_be_written_to_is_not(creditor):
    run = load(creditor)
    party = Outbox._meta.get_field("party").related_model.objects.order_by("pk").first()
    compliance.opt_out(party_id=party.pk, channel="*", at=TEN - timedelta(days=1), source="person", proof="x")
    told = send(creditor, run)
    assert (told.queued, told.unreachable) == (1, 2)
    assert not Outbox.objects.filter(party=party).exists()


def test_the_original_goes_along(creditor):
    xml = invoice()
    run = load(creditor, "factura.xml", xml)
    (loaded,) = imports.loaded_invoices(run)
    from puntual.apps.parties.models import Account
    from puntual.apps.parties.write import NewAccount, NewPoint

    account = Account.objects.get()
    row = NewAccount(account.code, "Cliente", debtor="business", country="MX", zone="America/Mexico_City",
                     points=(NewPoint("email", "c@example.com"),))  # fmt: skip
    parties.register_accounts(creditor=creditor, rows=[row])
    assert send(creditor, run).queued == 1
    box = RecordingChannel()
    assert leaves(box).sent == 1
    (mail,) = box.messages
    assert [(name, media, data) for name, media, data in mail.attachments] == [("factura.xml", "application/xml", xml)]
    assert "El original va adjunto." in mail.text
    assert Message.objects.get().outbox.tells["invoices"] == [loaded]
