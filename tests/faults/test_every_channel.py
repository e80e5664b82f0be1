"""The whole round with real peers: a reminder leaves, the answer comes back by its own channel, a promise is made, the
payment arrives, thanks leave. Mail by an SMTP sink and a Dovecot, SMS by a Kannel with its fake SMSC, WhatsApp by the
simulator of Meta over a real socket; each alone, and all four together for three people of one company."""

from __future__ import annotations

import re
import socket
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from urllib.parse import urlencode

import pytest
from aiosmtpd.controller import Controller

import kannel_server
import mail_server
from kannel_server import KannelServer, wait_for
from mail_server import Dovecot
from puntual.apps.compliance import write as compliance
from puntual.apps.inbox import write
from puntual.apps.inbox.models import Conversation, Proposal, ThreadMessage
from puntual.apps.negotiation import write_judge
from puntual.apps.negotiation.models import Promise
from puntual.apps.outreach.models import MailServer, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice, NewPayment
from puntual.pipeline import fetch_mail, thanks
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.dispatch import dispatch
from puntual.project import bindings, inbox
from puntual.simulators.whatsapp import Person, PhoneNumber, Template, WhatsAppSimulator

pytestmark = [pytest.mark.fault, pytest.mark.django_db]
#: A Tuesday in Mexico City: every rule allows.
DAWN = datetime.fromisoformat("2026-11-24T06:00-06:00")
TEN = datetime.fromisoformat("2026-11-24T10:01-06:00")
NOON = datetime.fromisoformat("2026-11-24T12:00-06:00")
BEFORE = DAWN - timedelta(days=9)
FRIDAY = date(2026, 11, 27)
SECRETS = {"access_token": "llave-de-prueba", "app_secret": "secreto-de-la-app", "verify_token": "hola"}


class Post:
    """An SMTP server that delivers into nothing and keeps what it took."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 recibido"


@pytest.fixture
def post():
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def dovecot():
    with Dovecot() as running:
        yield running


class Company:
    """A creditor that reaches one person by one channel, with what leaves, what comes back, and the clock between."""

    def __init__(self, *points, channel=""):
        self.now = TEN
        self.creditor = parties.create_creditor(
            code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN",
            approve_first=0, test_mode=False,
        )  # fmt: skip
        text = presets.text_for("MX")
        if channel:
            text = re.sub(r"canales: \[.*?\]", f"canales: [{channel}]", text)
        policies.activate(version=policies.save_version(creditor_id=self.creditor.pk, text=text), at=BEFORE)
        self.account = self.customer("C-1", "Lucía Ocampo", *points)
        self.party = Account.objects.get().party_id
        assert thanks.thank(at=DAWN) == 0

    def customer(self, code, name, *points):
        """Somebody more, who owes 500 pesos."""
        row = NewAccount(code, name, debtor="consumer", country="MX", zone="America/Mexico_City", points=points)
        account = parties.register_accounts(creditor=self.creditor, rows=[row]).accounts[code]
        due, number = date(2026, 11, 20), f"A-{code[2:]}"
        invoice = NewInvoice(account, number, number, date(2026, 10, 20), "MXN", 500_00, ((due, 500_00),))
        receivables.post_invoices(creditor_id=self.creditor.pk, invoices=[invoice], source="test")
        return account

    def send(self):
        tally = dispatch(bindings.outside(lambda: self.now))
        assert (tally.failed, tally.unknown) == (0, 0), Outbox.objects.values_list("state", "detail", "reason")
        return tally.sent

    def remind(self):
        run_day(creditor=self.creditor, as_of=DAWN)
        assert self.send() == 1

    def pay(self, minor):
        """The bank's statement brought it on the promised day."""
        self.now = datetime.fromisoformat("2026-11-27T12:00-06:00")
        paid = NewPayment(self.account, minor, "MXN", FRIDAY, "banco-1", "bank")
        receivables.post_payments(creditor_id=self.creditor.pk, payments=[paid])
        assert thanks.thank(at=self.now) == 1

    def check_promised(self, channel):
        """The answer was understood by the classifier that ships, became a promise, and was confirmed."""
        promise = Promise.objects.get()
        assert (promise.promised_on, promise.amount_minor, promise.state) == (FRIDAY, 500_00, "open")
        assert [(p.act, p.state, p.who) for p in Proposal.objects.all()] == [("record_promise", "done", "automatic")]
        message = ThreadMessage.objects.get()
        assert (message.channel, message.conversation.party_id) == (channel, self.party)
        assert Conversation.objects.get().waiting_since is None


@pytest.mark.skipif(mail_server.DOVECOT is None, reason=mail_server.WHY_NOT)
def test_mail_out_by_smtp_and_back_by_imap(post, dovecot):
    firm = Company(NewPoint("email", "lucia@ejemplo.mx"))
    by_mail(firm, post, dovecot)
    firm.remind()
    reminder = post.mails[-1]
    assert reminder["Reply-To"].startswith("Ferretera del Norte <cobranza+p")

    answer = mail_server.mail("Le pago el viernes 500 pesos.\n\nEl mar, 24 nov 2026, Ferretera escribió:\n> Debe 900",
                              In_Reply_To=reminder["Message-ID"], Message_ID="<r1@ejemplo.mx>")  # fmt: skip
    dovecot.receive(answer)
    firm.now = NOON + timedelta(minutes=5)
    assert fetch_mail.fetch(open_mailbox=inbox.open_mailbox, at=firm.now).new == 1
    assert inbox.listen(firm.now).messages == 1
    firm.check_promised("email")
    firm.now += timedelta(minutes=1)
    assert firm.send() == 1
    told = post.mails[-1]
    assert (told["In-Reply-To"], told["Subject"]) == ("<r1@ejemplo.mx>", "Re: Su cuenta")
    assert "Anotamos que pagará $500.00 MXN el 27 de noviembre" in told.get_body(("plain",)).get_content()

    firm.pay(500_00)
    assert firm.send() == 1
    thank = post.mails[-1]
    assert thank["Subject"] == "Gracias por su pago · Ferretera del Norte"
    assert "Recibimos su pago de $500.00 MXN" in thank.get_body(("plain",)).get_content()
    assert len(post.mails) == 3


def meta_for(clock, person):
    """Meta on a socket, with one person and the two templates that it approved."""
    meta = WhatsAppSimulator(PhoneNumber(), lambda: clock["now"])
    meta.add(person, Template("recordatorio_v1", "es_MX", "Hola, {{1}}. {{2}}: {{3}}.", url_buttons=1),
             Template("gracias_v1", "es_MX", "Gracias, {{1}}: recibimos {{2}}."))  # fmt: skip
    meta.start()
    return meta


def by_whatsapp(firm, meta):
    """The company's account at Meta and what it may say there."""
    carrier = write.save_account(
        creditor_id=firm.creditor.pk, adapter="whatsapp", address="106540352242922", at=DAWN,
        credentials={**SECRETS, "base_url": meta.url},
    )  # fmt: skip
    for name in ("recordatorio_previo", "vence_hoy", "recordatorio", "propuesta_de_plan", "aviso_formal"):
        write.save_template(
            account=carrier, template=name, name="recordatorio_v1", language="es_MX", state="APPROVED",
            body="Hola, {{1}}. {{2}}: {{3}}.", buttons=[(0, "url", '{{ enlace.pagar | split: "/p/" | last }}')],
            parameters=["{{ persona.nombre }}", "{{ acreedor.nombre }}", "{{ total }}"],
        )  # fmt: skip
    write.save_template(
        account=carrier, template="gracias", name="gracias_v1", language="es_MX", state="APPROVED",
        body="Gracias, {{1}}: recibimos {{2}}.", parameters=["{{ persona.nombre }}", "{{ pago.importe }}"],
    )  # fmt: skip


def by_mail(firm, post, dovecot):
    MailServer.objects.create(creditor=firm.creditor, host="127.0.0.1", port=post.port, security="none",
                              sender="cobranza@norte.example")  # fmt: skip
    write.save_account(
        creditor_id=firm.creditor.pk, adapter="imap", address=dovecot.user, at=DAWN,
        credentials={**dovecot.credentials, "tags": "si"},
    )  # fmt: skip


def by_sms(firm, kannel):
    return write.save_account(
        creditor_id=firm.creditor.pk, adapter="kannel", address="2020", at=DAWN,
        credentials={"base_url": kannel.url, "username": "puntual", "password": "secreto", "token": "t0k"},
    )  # fmt: skip


def test_whatsapp_out_and_back_over_a_socket(client):
    clock = {"now": TEN}
    lucia = Person("5215550000001", "MX.1234567890", "Lucía")
    meta = meta_for(clock, lucia)
    try:
        firm = Company(NewPoint("phone", "+525550000001"))
        by_whatsapp(firm, meta)
        firm.remind()
        clock["now"] = firm.now = NOON
        said = meta.writes(lucia, "le pago el viernes 500", reply_to=meta.delivered[-1].wamid)
        signature = {"x-hub-signature-256": said.headers["x-hub-signature-256"]}
        for _twice in range(2):
            answer = client.post("/webhooks/whatsapp/", said.body, content_type="application/json", headers=signature)
            assert answer.status_code == 200
        # The door keeps its own clock.
        assert inbox.listen(max(NOON, datetime.now(UTC))).messages == 1
        firm.check_promised("whatsapp")
        clock["now"] = firm.now = NOON + timedelta(minutes=1)
        assert firm.send() == 1
        assert meta.delivered[-1].text.startswith("Gracias, Lucía Ocampo. Anotamos que pagará $500.00 MXN")

        firm.pay(500_00)
        clock["now"] = firm.now
        assert firm.send() == 1
        assert meta.delivered[-1].text == "Gracias, Lucía Ocampo: recibimos $500.00 MXN."
        assert len(meta.delivered) == 3
    finally:
        meta.stop()


@pytest.mark.skipif(kannel_server.MISSING, reason=kannel_server.WHY_NOT)
def test_sms_out_and_back_by_kannel(tmp_path, client):
    with KannelServer(tmp_path, "+525550000001 2020 text le pago el viernes 500 pesos") as kannel:
        firm = Company(NewPoint("phone", "+525550000001"), channel="sms")
        carrier = by_sms(firm, kannel)
        firm.remind()
        wait_for(lambda: any(s.query.get("kind") == "mo" for s in kannel.door.seen))
        said = next(s.query for s in kannel.door.seen if s.query.get("kind") == "mo")
        # Kannel gives the network's own clock; the story happens on a Tuesday.
        query = {**said, "ts": str(int(NOON.timestamp()))}
        assert client.get(f"/webhooks/kannel/{carrier.ref}/?{urlencode(query)}").status_code == 200
        assert inbox.listen(max(NOON, datetime.now(UTC))).messages == 1
        firm.check_promised("sms")
        firm.now = NOON + timedelta(minutes=1)
        assert firm.send() == 1
        firm.pay(500_00)
        assert firm.send() == 1
        wait_for(lambda: kannel.network.count("+525550000001 text") >= 3)
        assert "Anotamos su pago de" in kannel.network
        assert "Recibimos su pago de" in kannel.network


@pytest.mark.skipif(kannel_server.MISSING, reason=kannel_server.WHY_NOT)
@pytest.mark.skipif(mail_server.DOVECOT is None, reason=mail_server.WHY_NOT)
def test_three_people_one_company_and_the_four_peers_at_once(post, dovecot, tmp_path, client):
    clock = {"now": TEN}
    bruno = Person("5215550000002", "MX.2222222222", "Bruno")
    meta = meta_for(clock, bruno)
    try:
        with KannelServer(tmp_path, "+525550000003 2020 text le pago el viernes 500 pesos") as kannel:
            firm = Company(NewPoint("email", "lucia@ejemplo.mx"), channel="email, whatsapp, sms")
            by_mail(firm, post, dovecot)
            by_whatsapp(firm, meta)
            sms = by_sms(firm, kannel)
            accounts = {
                "email": firm.account,
                "whatsapp": firm.customer("C-2", "Bruno Salas", NewPoint("phone", "+525550000002")),
                "sms": firm.customer("C-3", "Carmen Ríos", NewPoint("phone", "+525550000003")),
            }
            # Carmen wants no WhatsApp: the next channel of the policy reaches her.
            carmen = Account.objects.get(pk=accounts["sms"]).party_id
            compliance.opt_out(party_id=carmen, channel="whatsapp", at=BEFORE, source="person", proof="su página")

            run_day(creditor=firm.creditor, as_of=DAWN)
            assert firm.send() == 3
            assert {row.account_id: row.channel for row in Outbox.objects.all()} == {
                account: channel for channel, account in accounts.items()
            }

            clock["now"] = firm.now = NOON
            dovecot.receive(mail_server.mail("Le pago el viernes 500 pesos.", In_Reply_To=post.mails[0]["Message-ID"]))
            assert fetch_mail.fetch(open_mailbox=inbox.open_mailbox, at=NOON).new == 1
            said = meta.writes(bruno, "le pago el viernes 500", reply_to=meta.delivered[-1].wamid)
            signature = {"x-hub-signature-256": said.headers["x-hub-signature-256"]}
            client.post("/webhooks/whatsapp/", said.body, content_type="application/json", headers=signature)
            wait_for(lambda: any(s.query.get("kind") == "mo" for s in kannel.door.seen))
            query = next(s.query for s in kannel.door.seen if s.query.get("kind") == "mo")
            query = {**query, "ts": str(int(NOON.timestamp()))}
            assert client.get(f"/webhooks/kannel/{sms.ref}/?{urlencode(query)}").status_code == 200

            assert inbox.listen(max(NOON, datetime.now(UTC))).messages == 3
            promised = {p.account_id: (p.promised_on, p.amount_minor) for p in Promise.objects.all()}
            assert promised == {account: (FRIDAY, 500_00) for account in accounts.values()}
            assert {m.channel: m.account_id for m in ThreadMessage.objects.all()} == accounts
            assert Conversation.objects.filter(waiting_since=None).count() == 3
            clock["now"] = firm.now = NOON + timedelta(minutes=1)
            assert firm.send() == 3  # each confirmed by the channel of the answer

            clock["now"] = firm.now = datetime.fromisoformat("2026-11-27T12:00-06:00")
            paid = [NewPayment(a, 500_00, "MXN", FRIDAY, f"banco-{a}", "bank") for a in accounts.values()]
            receivables.post_payments(creditor_id=firm.creditor.pk, payments=paid)
            write_judge.judge_all(creditor_id=firm.creditor.pk, as_of=FRIDAY, at=firm.now, bank_through=FRIDAY)
            assert thanks.thank(at=firm.now) == 3
            assert firm.send() == 3
            assert set(Promise.objects.values_list("state", flat=True)) == {"kept"}
            assert [m["Subject"] for m in post.mails][-1] == "Gracias por su pago · Ferretera del Norte"
            assert [m.text for m in meta.delivered][-1] == "Gracias, Bruno Salas: recibimos $500.00 MXN."
            wait_for(lambda: kannel.network.count("+525550000003 text") >= 3)
            assert "Recibimos su pago de" in kannel.network
            assert (len(post.mails), len(meta.delivered)) == (3, 3)
            assert firm.send() == 0
    finally:
        meta.stop()
