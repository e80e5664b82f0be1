"""Mail from a real Dovecot: fetched once, threaded, bounces told on their message, automatic replies left alone."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from email.message import EmailMessage

import pytest
from messaging_house import DAWN, NOON, TEN, House

import mail_server
from mail_server import Dovecot, bounce_of, mail
from puntual.apps.inbox import identify, read, write
from puntual.apps.inbox.models import Conversation, MailboxState, MessageFile, RawInbound, ThreadMessage
from puntual.apps.outreach.models import Contact, Fact, Message, Outbox
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.core.errors import UnusableInput
from puntual.pipeline import fetch_mail
from puntual.project import inbox

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(mail_server.DOVECOT is None, reason=mail_server.WHY_NOT),
]


@pytest.fixture(scope="module")
def dovecot():
    with Dovecot() as running:
        yield running


@pytest.fixture
def house(dovecot):
    dovecot.empty()
    made = House()
    row = NewAccount("C-1", "Lucía Ocampo", points=(NewPoint("email", "lucia@ejemplo.mx"),))
    parties.register_accounts(creditor=made.creditor, rows=[row])
    made.mailbox = write.save_account(
        creditor_id=made.creditor.pk, adapter="imap", address=dovecot.user, credentials=dovecot.credentials,
        at=NOON - timedelta(days=3),
    )  # fmt: skip
    made.now = NOON
    return made


def fetch(at=NOON):
    return fetch_mail.fetch(open_mailbox=inbox.open_mailbox, at=at, all_now=True)


def sent_to_lucia(house):
    """A reminder that left by mail this morning."""
    point = ContactPoint.objects.get(kind="email")
    row = Outbox.objects.create(
        once="1:2026-11-24:1", account_id=house.account, party_id=house.party, creditor=house.creditor, channel="email",
        contact_point=point, purpose="reminder_overdue", stage="administrative", step="d4", template="recordatorio",
        currency="MXN", amount_minor=500_00, scheduled_at=TEN, expires_at=NOON, state="sent", finished_at=TEN,
    )  # fmt: skip
    Message.objects.create(outbox=row, message_id=f"pun-{row.pk}-0@norte.example", sealed_subject=b"", sealed_text=b"",
                           digest="")  # fmt: skip
    Contact.objects.create(party_id=house.party, account_id=house.account, outbox=row, channel="email", at=TEN)
    return row


def test_an_answer_comes_in_once_and_is_marked_as_seen_after_it_was_kept(house, dovecot):
    row = sent_to_lucia(house)
    dovecot.receive(mail("pago el viernes 500\n\nEl mar, 24 nov 2026, Norte escribió:\n> Hola",
                         In_Reply_To=f"<pun-{row.pk}-0@norte.example>"))  # fmt: skip
    assert dovecot.unseen() == 1
    done = fetch()
    assert (done.fetched, done.new, done.errors, dovecot.unseen()) == (1, 1, {}, 0)
    assert house.listen().messages == 1
    assert fetch().fetched == 0
    (message,) = ThreadMessage.objects.all()
    assert (read.text_of(message), message.channel, message.answers_id) == ("pago el viernes 500", "email", row.pk)
    assert [p.act for p in message.proposals.all()] == ["record_promise"]
    thread = Conversation.objects.get()
    assert (thread.party_id, thread.creditor_id, thread.last_channel) == (house.party, house.creditor.pk, "email")
    assert Contact.objects.filter(direction="in", channel="email", direct_contact=True).count() == 1


def test_a_folder_numbered_anew_brings_nothing_twice(house, dovecot):
    dovecot.receive(mail("¿cuánto debo?"), mail("BAJA"))
    fetch()
    house.listen()
    before = MailboxState.objects.get()
    dovecot.start_over()
    again = fetch()
    after = MailboxState.objects.get()
    assert after.uid_validity != before.uid_validity
    assert (again.fetched, again.new) == (2, 0)
    house.listen()
    assert ThreadMessage.objects.count() == 2


def test_the_same_mail_delivered_twice_is_one_message(house, dovecot):
    dovecot.receive(mail("¿cuánto debo?", Message_ID="<uno@ejemplo.mx>"),
                    mail("¿cuánto debo?", Message_ID="<uno@ejemplo.mx>", X_Otro="servidor"),
                    mail("¿cuánto debo?", Message_ID="<dos@ejemplo.mx>"))  # fmt: skip
    fetch()
    house.listen()
    assert (RawInbound.objects.count(), ThreadMessage.objects.count()) == (3, 1)


def test_a_bounce_is_told_on_its_message_and_on_the_address(house, dovecot):
    row = sent_to_lucia(house)
    dovecot.receive(bounce_of(f"pun-{row.pk}-0@norte.example"))
    fetch()
    assert house.listen().reports == 1
    row.refresh_from_db()
    assert (row.state, row.reason, row.detail) == ("failed", "bounced", "5.1.1: 550 5.1.1 no existe ese buzón")
    assert ContactPoint.objects.get(kind="email").status == "bounced"
    assert Fact.objects.get(kind="bounced").outbox_id == row.pk
    assert Contact.objects.get(outbox=row).counts is False
    assert ThreadMessage.objects.count() == 0


def test_a_full_mailbox_leaves_the_address_until_the_third_time(house, dovecot):
    row = sent_to_lucia(house)
    dovecot.receive(bounce_of(f"pun-{row.pk}-0@norte.example", status="5.2.2", said="552 5.2.2 buzón lleno"))
    fetch()
    house.listen()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "bounced_soft")
    assert ContactPoint.objects.get(kind="email").status == "active"


def test_automatic_replies_change_nothing_and_say_why(house, dovecot):
    dovecot.receive(mail("Vuelvo el lunes", Auto_Submitted="auto-replied"),
                    mail("pago el viernes 500", subject="Fuera de oficina"))  # fmt: skip
    fetch()
    done = house.listen()
    assert (done.ignored, done.messages, Conversation.objects.count()) == (2, 0, 0)
    assert set(RawInbound.objects.values_list("ignored", flat=True)) == {"mail_auto_reply"}


def test_files_are_kept_by_what_they_are_and_programs_are_refused(house, dovecot):
    pdf = b"%PDF-1.7 comprobante"
    made = mail("va el comprobante")
    made.add_attachment(pdf, maintype="application", subtype="octet-stream", filename="pago.exe")
    made.add_attachment(b"MZ\x90\x00programa", maintype="application", subtype="pdf", filename="factura.pdf")
    made.add_attachment(b"PK\x03\x04 workbook.xml vbaProject.bin", maintype="application", subtype="zip",
                        filename="m.xlsm")  # fmt: skip
    dovecot.receive(made)
    fetch()
    house.listen()
    first, second, third = MessageFile.objects.order_by("position")
    assert (first.state, first.mime_type, first.sha256) == (
        "stored",
        "application/pdf",
        hashlib.sha256(pdf).hexdigest(),
    )
    key = parties_key(house)
    assert (vault.unseal_bytes(key, bytes(first.sealed)), vault.unseal(key, first.sealed_name)) == (pdf, "pago.exe")
    assert [(f.state, f.reason, f.sealed) for f in (second, third)] == [("refused", "file_type", None)] * 2


def test_somebody_who_writes_from_another_address_is_recognised_but_promises_nothing_alone(house, dovecot):
    row = sent_to_lucia(house)
    tagged = mail("pago el viernes 500", sender="contador@otro.mx")
    tagged.replace_header("To", f"cobranza+{identify.mail_tag(row.pk)}@norte.example")
    forged = mail("pago el viernes 900", sender="nadie@otro.mx")
    forged.replace_header("To", f"cobranza+p{row.pk}.0000000000@norte.example")
    dovecot.receive(tagged, forged)
    fetch()
    house.listen()
    message = ThreadMessage.objects.get(conversation__party_id=house.party)
    assert [(p.act, p.who, p.state) for p in message.proposals.all()] == [("record_promise", "person", "waiting")]
    assert [read.sender_of(c) for c in read.unknown_senders()] == ["nadie@otro.mx"]


def test_hostile_mail_never_stops_the_loop(house, dovecot):
    nested = b"From: x@ejemplo.mx\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000)
    )
    dovecot.receive(nested, b"\xff\xfe\x00 nada\r\n\r\n", mail("BAJA"))
    assert fetch().errors == {}
    house.listen()
    for hours in (1, 2, 3, 12, 24):
        house.now = NOON + timedelta(hours=hours)
        house.listen()
    assert [read.text_of(m) for m in ThreadMessage.objects.filter(conversation__party_id=house.party)] == ["BAJA"]
    assert RawInbound.objects.filter(processed_at=None, stuck=False).count() == 0


def test_a_mailbox_that_does_not_open_is_told_and_waits_longer(house, dovecot):
    write.save_account(
        creditor_id=house.creditor.pk, adapter="imap", address=dovecot.user, at=DAWN,
        credentials={**dovecot.credentials, "password": "otra"},
    )  # fmt: skip
    done = fetch()
    assert done.errors == {dovecot.user: "El servidor no aceptó el usuario o la contraseña de este buzón."}
    state = MailboxState.objects.get(account__active=True)
    assert (state.failures, state.next_at) == (1, NOON + timedelta(minutes=1))
    assert read.mailboxes(NOON) == []


def test_a_mailbox_says_what_it_lacks(house):
    with pytest.raises(UnusableInput, match="Falta password"):
        write.save_account(creditor_id=house.creditor.pk, adapter="imap", address="a@b.mx", at=DAWN,
                           credentials={"host": "x", "port": "993", "security": "tls", "username": "a"})  # fmt: skip


def parties_key(house):
    from puntual.apps.parties import read as people

    return people.key_of(house.party)


def test_mail_that_is_too_big_keeps_its_words(house, dovecot, monkeypatch):
    monkeypatch.setattr("puntual.adapters.email_imap.transport.WHOLE_MAX", 50_000)
    monkeypatch.setattr("puntual.adapters.email_imap.transport.PART_MAX", 20_000)
    made: EmailMessage = mail("BAJA")
    made.add_attachment(b"%PDF-" + b"x" * 90_000, maintype="application", subtype="pdf", filename="gordo.pdf")
    dovecot.receive(made)
    fetch()
    house.listen()
    assert [read.text_of(m) for m in ThreadMessage.objects.all()] == ["BAJA"]
