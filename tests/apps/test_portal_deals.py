# ruff: noqa: F811 (fixtures shared by import)
"""Arranging and paying on one's page: a date, instalments, disputes, gateways; and the papers behind one more step."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlparse

import pytest
from django.test import Client
from portal_house import (  # noqa: F401
    BROWSER,
    TODAY,
    _calm,
    account,
    add_customer,
    bill,
    creditor,
    page,
    pay,
    text_of,
    upload,
    visit_of,
    web,
)

from puntual.adapters import pix
from puntual.apps.imports import originals
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation.models import Complaint, Deal, Dispute, Promise
from puntual.apps.outreach.models import Contact, Fact
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.payments import write as payments
from puntual.apps.payments.models import PaymentRequest
from puntual.apps.policies import write as policies
from puntual.apps.portal import acts, papers, read, steps, write
from puntual.apps.portal.models import Attachment, Paper, PortalLink
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused
from puntual.ports.payments import CheckoutLink, GatewayError

pytestmark = pytest.mark.django_db


def on(days):
    return (TODAY + timedelta(days=days)).isoformat()


class TestDate:
    def test_a_date_is_a_promise_over_everything_open(self, page, web, account):
        answer = web.post(page + "fecha/", {"llave": "k", "on": on(6), "amount": "1,500.50"}, follow=True)
        assert "Anotamos su fecha" in text_of(answer)
        row = Promise.objects.get()
        assert (row.amount_minor, row.promised_on, row.source) == (1500_50, TODAY + timedelta(days=6), "portal")
        assert row.covers.count() == 2
        said = text_of(web.get(page))
        assert "Anotamos que pagará $1,500.50" in said and "con fecha elegida" in said

    def test_the_same_form_twice_is_one(self, page, web):
        for _ in range(2):
            assert web.post(page + "fecha/", {"llave": "k", "on": on(6), "amount": "100"}).status_code == 302
        assert Promise.objects.count() == 1

    @pytest.mark.parametrize(
        "days, amount, why", [(40, "100", "más lejana"), (3, "9999", "no pasar de lo que se debe")]
    )
    def test_beyond_the_rules_it_is_refused_and_nothing_is_noted(self, page, web, days, amount, why):
        answer = web.post(page + "fecha/", {"llave": "k", "on": on(days), "amount": amount})
        assert answer.status_code == 422 and why in text_of(answer)
        assert Promise.objects.count() == 0

    def test_it_may_be_moved_twice_a_month(self, page, web, account):
        codes = [
            web.post(page + "fecha/", {"llave": f"k{i}", "on": on(3 + i), "amount": "500"}).status_code
            for i in range(4)
        ]
        assert codes == [302, 302, 302, 422]
        assert [p.promised_on for p in negotiation.open_promises(account)] == [TODAY + timedelta(days=5)]


class TestInstalments:
    def shown(self, web, page, **choice):
        html = web.get(page + "cuotas/", {"n": "3", "cada": "month", "primero": on(1)} | choice).content.decode()
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
        return text_of_html(html), hidden

    def test_every_payment_to_the_cent_and_accepted_with_evidence(self, page, web, account):
        said, form = self.shown(web, page)
        assert re.search(r"1\. .*? \$500\.17 2\. .*? \$500\.17 3\. .*? \$500\.16 En total \$1,500\.50", said)
        assert "Sin intereses adicionales" in said
        assert "está en marcha" in text_of(web.post(page + "cuotas/", form, follow=True))
        deal = Deal.objects.get()
        assert deal.state == "current" and deal.source == "portal"
        assert [i.debt_minor for i in deal.instalments.all()] == [500_17, 500_17, 500_16]
        assert deal.evidence["device"] == "phone" and len(deal.evidence["plan_sha256"]) == 64
        mine = text_of(web.get(page + "cuotas/", follow=True))
        assert "Mi plan de pagos" in mine and "Pagar la cuota 1: $500.17" in mine
        assert "plan de pagos en marcha por $1,500.50" in text_of(web.get(page))

    def test_a_longer_one_waits_for_a_person_of_the_company(self, page, web):
        _said, form = self.shown(web, page, n="6")
        assert "Recibimos su propuesta" in text_of(web.post(page + "cuotas/", form, follow=True))
        deal = Deal.objects.get()
        assert (deal.state, deal.needs_role) == ("to_approve", "agent")

    def test_if_the_balance_changed_meanwhile_nothing_is_accepted(self, page, web, creditor, account):
        _said, form = self.shown(web, page)
        pay(creditor, account, 10_00)
        answer = web.post(page + "cuotas/", form)
        assert answer.status_code == 422 and "Su saldo cambió" in text_of(answer)
        assert Deal.objects.count() == 0

    def test_the_first_payment_cannot_be_months_away(self, page, web):
        _said, form = self.shown(web, page)
        answer = web.post(page + "cuotas/", form | {"primero": on(60)})
        assert answer.status_code == 422 and Deal.objects.count() == 0


def text_of_html(html):
    class Answer:
        content = html.encode()

    return text_of(Answer)


class TestDisagreeing:
    def test_part_of_a_document_with_a_photo(self, page, web, creditor, account):
        item = read.bill(account, TODAY).lines[0].due_item
        photo = b"\xff\xd8\xff" + b"foto" * 100
        form = {"llave": "k", "doc": item, "cause": "damaged", "amount": "200", "text": "Llegó roto"}
        answer = web.post(page + "no-estoy-de-acuerdo/", form | {"slip": upload("x.exe", photo)}, follow=True)
        assert "Su aclaración está en revisión" in text_of(answer)
        row = Dispute.objects.get()
        assert (row.disputed_minor, row.cause, row.department) == (200_00, "damaged", "logística")
        assert negotiation.words_of(row)[0] == "Llegó roto"
        (file,) = read.attachments_of("dispute", row.pk)
        assert acts.file_of(file) == photo and file.kind == "image/jpeg"
        said = text_of(web.get(page))
        assert "Está en aclaración $200.00" in said and "Total por pagar $1,500.50" in said

    def test_a_bad_file_keeps_nothing(self, page, web, account):
        item = read.bill(account, TODAY).lines[0].due_item
        form = {"llave": "k", "doc": item, "cause": "damaged", "slip": upload("x.jpg", b"no soy una foto")}
        assert web.post(page + "no-estoy-de-acuerdo/", form).status_code == 422
        assert Dispute.objects.count() == Attachment.objects.count() == 0

    def test_a_document_of_somebody_else_is_not_disputed_here(self, page, web, creditor):
        other = add_customer(creditor, "C-2", "Beto Paz", "PABE800101AB2", "beto@correo.example")
        bill(creditor, other, "B-1", 77_00, TODAY)
        theirs = read.bill(other, TODAY).lines[0].due_item
        form = {"llave": "k", "doc": theirs, "cause": "damaged"}
        assert web.post(page + "no-estoy-de-acuerdo/", form).status_code == 422
        assert Dispute.objects.count() == 0

    def test_a_complaint_stops_automation(self, page, web, account):
        assert web.post(page + "queja/", {"llave": "k", "text": " "}).status_code == 422
        assert "Recibimos su queja" in text_of(
            web.post(page + "queja/", {"llave": "k", "text": "Gritaron"}, follow=True)
        )
        row = Complaint.objects.get()
        assert negotiation.words_of(row)[0] == "Gritaron"
        assert "complaint_open" in negotiation.holds_frame(TODAY)["reason"].to_list()


class Fake:
    """A gateway that gives a link, or refuses."""

    provider = "mercadopago"

    def __init__(self):
        self.asked, self.fails = [], False

    def create_checkout(self, request):
        if self.fails:
            raise GatewayError("La pasarela no responde: intente en un momento.", permanent=False)
        self.asked.append(request)
        return CheckoutLink("mercadopago", "chk-1", "https://pagos.example/chk-1")


FAKE = Fake()


def fake_gateways():
    return {"mercadopago": FAKE}


class TestGateway:
    @pytest.fixture(autouse=True)
    def gateway(self, creditor, settings):
        settings.PORTAL_GATEWAYS = "test_portal_deals.fake_gateways"
        FAKE.asked, FAKE.fails = [], False
        secrets = {"access_token": "t", "webhook_secret": "s"}
        new = payments.NewGateway(creditor.pk, "mercadopago", secrets, live=True, country="MX")
        return payments.add_gateway(gateway=new, at=datetime.now(UTC))

    def form(self, web, path):
        html = web.get(path).content.decode()
        block = html.split('action="')[1].split("</form>")[0]
        fields = {}
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', block):
            fields.setdefault(name, []).append(value)
        return fields

    def test_one_tap_goes_to_the_gateway_with_the_exact_documents(self, page, web, account):
        form = self.form(web, page + "pagar/?importe=1300.25")
        answer = web.post(page + "pagar/en-linea/", form)
        assert answer.status_code == 302 and answer["Location"] == "https://pagos.example/chk-1"
        (asked,) = FAKE.asked
        assert [(i.label, i.amount_minor) for i in asked.items] == [("Factura A-1", 1200_00), ("Factura A-2", 100_25)]
        assert asked.success_url.endswith(page + "pagar/vuelta/") and "/webhooks/mercadopago/" in asked.notify_url
        fact = Fact.objects.get(kind="method_chosen")
        assert (fact.method, fact.amount_minor, fact.currency) == ("mercadopago", 1300_25, "MXN")

    def test_the_same_form_twice_is_one_payment(self, page, web):
        form = self.form(web, page + "pagar/")
        web.post(page + "pagar/en-linea/", form)
        web.post(page + "pagar/en-linea/", form)
        assert PaymentRequest.objects.count() == 1 and len(FAKE.asked) == 1

    def test_a_gateway_that_fails_is_told_and_counted_and_the_transfer_is_still_there(self, page, web):
        FAKE.fails = True
        answer = web.post(page + "pagar/en-linea/", self.form(web, page + "pagar/"))
        said = text_of(answer)
        assert answer.status_code == 502 and "La pasarela no responde" in said and "CLABE" in said
        assert Fact.objects.filter(kind="pay_failed").count() == 1

    def test_only_the_pay_page_may_lead_elsewhere(self, page, web):
        assert "form-action 'self' https:" in web.get(page + "pagar/")["Content-Security-Policy"]
        assert "form-action 'self';" in web.get(page)["Content-Security-Policy"] + ";"

    def test_back_from_the_gateway_the_address_proves_nothing(self, page, web):
        assert "esperando la confirmación" in text_of(web.get(page + "pagar/vuelta/?status=approved"))


class TestPapers:
    def opened(self, page, answer="01AB1"):
        client = Client(**BROWSER)
        code = client.post(page + "paso/", {"answer": answer[-4:]}).status_code
        return client, code

    @pytest.mark.parametrize(
        "path", ["estado-de-cuenta/", "contactos/", "constancia/", "recibo/1/", "estado-de-cuenta.pdf"]
    )
    def test_they_ask_one_question_first(self, page, web, path):
        answer = web.get(page + path)
        assert answer.status_code == 302 and answer["Location"].startswith(page + "paso/")

    def test_the_end_of_the_tax_id_opens_for_this_link_only(self, page, web, creditor):
        client, code = self.opened(page)
        assert code == 302 and client.get(page + "estado-de-cuenta/").status_code == 200
        other = add_customer(creditor, "C-2", "Beto Paz", "PABE800101AB2", "beto@correo.example")
        theirs = urlparse(write.link_for(other)).path
        client.cookies["p_paso"]["path"] = theirs
        assert client.get(theirs + "estado-de-cuenta/").status_code == 302

    def test_five_wrong_answers_close_the_door_for_an_hour(self, page, web):
        for _ in range(5):
            assert web.post(page + "paso/", {"answer": "9999"}).status_code == 403
        link = PortalLink.objects.get()
        assert steps.is_locked(link, datetime.now(UTC))
        assert self.opened(page)[1] == 403
        PortalLink.objects.update(locked_until=datetime.now(UTC) - timedelta(seconds=1))
        assert self.opened(page)[1] == 302

    def test_a_code_given_by_the_company_opens_too_and_only_its_digest_stays(self, creditor, web):
        pk = add_customer(creditor, "C-9", "Sin Clave", "", "sin@correo.example")
        page = urlparse(write.link_for(pk)).path
        assert "código de seis cifras" in text_of(web.get(page + "paso/"))
        code = steps.issue_code(link_id=PortalLink.objects.get().pk, at=datetime.now(UTC))
        assert code not in PortalLink.objects.get().code_digest
        assert web.post(page + "paso/", {"answer": code}).status_code == 302
        assert web.get(page + "estado-de-cuenta/").status_code == 200

    def test_the_statement_runs_from_sale_to_balance(self, page, creditor, account):
        pay(creditor, account, 200_00)
        client, _ = self.opened(page)
        (one,) = papers.statements(account)
        assert [(m.kind, m.change_minor) for m in one.movements] == [
            ("Factura", 1200_00),
            ("Factura", 300_50),
            ("Pago", -200_00),
        ]
        assert (one.opening_minor, one.closing_minor) == (0, 1300_50)
        said = text_of(client.get(page + "estado-de-cuenta/"))
        assert "Ana Ruiz Gómez" in said and "RUGA800101AB1" in said and "Saldo de hoy $1,300.50" in said
        pdf = client.get(page + "estado-de-cuenta.pdf")
        assert (
            pdf.content.startswith(b"%PDF-") and "estado" not in pdf["Content-Disposition"].lower().split("filename")[0]
        )

    def test_a_receipt_says_what_was_paid_and_when_it_was_undone(self, page, creditor, account):
        pay(creditor, account, 1250_00)
        (one,) = papers.statements(account)
        event = one.movements[-1].receipt
        client, _ = self.opened(page)
        said = text_of(client.get(page + f"recibo/{event}/"))
        assert "$1,250.00" in said and re.search(r"A-1 \$1,200.00 A-2 \$50.00", said)
        books.reverse_payment(key="p1", on=TODAY, source="test")
        assert "Este pago se anuló" in text_of(client.get(page + f"recibo/{event}/"))
        assert client.get(page + f"recibo/{event + 999}/").status_code == 404

    def test_the_certificate_exists_only_when_nothing_is_owed(self, page, creditor, account):
        client, _ = self.opened(page)
        assert client.post(page + "constancia/").status_code == 409
        with pytest.raises(Refused):
            papers.issue_no_debt(visit=visit_of(page), at=datetime.now(UTC))
        assert Paper.objects.count() == 0
        pay(creditor, account, 1500_50)
        answer = client.post(page + "constancia/", follow=True)
        client.post(page + "constancia/")
        row = Paper.objects.get()
        said = text_of(answer)
        assert "Constancia de no adeudo" in said and "Ana Ruiz Gómez" in said and row.number in said
        public = text_of(Client().get(f"/constancia/{row.number}/"))
        assert "Es auténtica" in public and "Ana" not in public
        assert client.get(page + f"constancia/{row.number}.pdf").content.startswith(b"%PDF-")

    def test_the_history_of_contacts_is_of_this_account(self, page, account, creditor):
        holder = Account.objects.get(pk=account)
        Contact.objects.create(
            party=holder.party, account=holder, creditor=creditor, channel="email", at=datetime.now(UTC)
        )
        Contact.objects.create(party=holder.party, account=None, channel="whatsapp", at=datetime.now(UTC))
        client, _ = self.opened(page)
        said = text_of(client.get(page + "contactos/"))
        assert "Le escribimos · correo" in said and "WhatsApp" not in said

    def test_an_original_is_downloaded_only_if_it_is_about_this_person_alone(self, page, web, creditor, account):
        holder = Account.objects.get(pk=account).party_id
        mine = originals.Original("a.xml", "cfdi", b"<cfdi/>", holder)
        everybody = originals.Original("todos.csv", "csv", b"Ana,Beto", None)
        kept = originals.keep(creditor.pk, [mine, everybody])
        rows = [
            books.NewInvoice(account, n, n, TODAY, "MXN", 10_00, ((TODAY, 10_00),), document=kept[o.digest()])
            for n, o in (("X-1", mine), ("X-2", everybody))
        ]
        ids = books.post_invoices(creditor_id=creditor.pk, invoices=rows, source="test").ids
        html = web.get(page).content.decode()
        assert f"documento/{ids['X-1']}/" in html and f"documento/{ids['X-2']}/" not in html
        client, _ = self.opened(page)
        answer = client.get(page + f"documento/{ids['X-1']}/")
        assert answer.content == b"<cfdi/>" and answer["Content-Type"] == "application/octet-stream"
        assert client.get(page + f"documento/{ids['X-2']}/").status_code == 404


class TestSaving:
    @pytest.fixture(autouse=True)
    def policy(self, creditor):
        text = (
            "politica: Amable\npais: MX\npasos:\n  - {dia: 3, plantilla: recordatorio}\n"
            "incentivos:\n  - {tipo: pronto_pago, pct: 5, dias: 7}\n"
        )
        version = policies.save_version(creditor_id=creditor.pk, text=text)
        policies.activate(version=version, at=datetime.now(UTC) - timedelta(minutes=1))

    def test_it_is_offered_taken_with_one_tap_and_paid_with_another(self, page, web, account):
        assert "Ahorre $75.03 Pague $1,425.47" in text_of(web.get(page))
        assert negotiation.incentives_of(account) == []
        answer = web.post(page + "descuento/", {"llave": "k"}, follow=True)
        assert "Va a pagar $1,425.47 Con su descuento" in text_of(answer)
        (given,) = negotiation.incentives_of(account)
        assert (given.pay_minor, given.through, given.source) == (1425_47, TODAY + timedelta(days=7), "portal")
        assert "Pagar con el descuento" in text_of(web.get(page))

    def test_whoever_let_it_pass_is_not_offered_another_at_once(self, page, web, account):
        web.post(page + "descuento/", {"llave": "k"})
        type(negotiation.incentives_of(account)[0]).objects.update(through=TODAY - timedelta(days=1), state="expired")
        assert "Ahorre" not in text_of(web.get(page))
        web.post(page + "descuento/", {"llave": "k2"})
        assert len(negotiation.incentives_of(account)) == 1


class TestPix:
    def test_a_creditor_with_a_key_gives_a_code_of_the_exact_amount_and_its_own_reference(self, web):
        br = parties.create_creditor(
            code="br", name="Casa Sul", country="BR", zone="America/Sao_Paulo", currency="BRL",
            payment_instructions="Banco do Sul\nPIX: pagos@casasul.example\nCidade: Curitiba",
        )  # fmt: skip
        pk = add_customer(br, "B-1", "Luiza Alves", "52998224725", "luiza@correo.example", country="BR")
        bill(br, pk, "NF-1", 250_40, TODAY, "BRL")
        page = urlparse(write.link_for(pk)).path
        html = web.get(page + "pagar/?importe=100,40").content.decode()
        code = pix.read(re.search(r"readonly>([^<]+)<", html)[1])
        assert (code["54"], code["59"], code["60"]) == ("100.40", "Casa Sul", "Curitiba")
        assert "<svg" in html and "Pagar agora" in html

    def test_without_a_key_or_in_another_currency_there_is_none(self, page, web):
        assert "PIX" not in web.get(page + "pagar/").content.decode()
