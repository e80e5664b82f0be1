"""Conciliar pagos on screen: one key confirms, a person splits, corrects, sets aside and takes back; gateways kept
under lock."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from puntual.adapters.names import similar
from puntual.apps.audit.models import AuditRecord
from puntual.apps.imports.models import BankLine
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties
from puntual.apps.payments import read, write, write_alerts, write_bank
from puntual.apps.payments.models import Alias, GatewayAccount, GatewayFact, GatewayPayment, LineMatch, RawWebhook
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.ledger import references
from puntual.ports.payments import GatewayError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def accounts(creditor):
    """Ocampo owes FA-10001 of 600 and FA-10002 of 400; Torres owes FB-20001 of 250."""
    rows = [
        parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1"),
        parties.NewAccount(code="C-2", name="Ana Lucía Torres Medina", tax_id="TOMA800101AB1"),
    ]
    made = parties.register_accounts(creditor=creditor, rows=rows).accounts
    owed = [("C-1", "FA-10001", 600_00, 1), ("C-1", "FA-10002", 400_00, 5), ("C-2", "FB-20001", 250_00, 1)]
    invoices = [
        books.NewInvoice(made[code], n, n, date(2026, 1, 1), "MXN", minor, ((date(2026, 2, day), minor),))
        for code, n, minor, day in owed
    ]
    books.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    return made


@pytest.fixture
def lucia(client, accounts, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("lucia"))
    return client


def bank(creditor, amount, text, name="", on=DAY):
    sealed = vault.seal_file(json.dumps({"text": text, "counterparty_name": name}).encode())
    return BankLine.objects.create(
        creditor=creditor, bank_id=f"{text}{amount}", booked_on=on, amount_minor=amount, currency="MXN",
        sealed=sealed, received_at=NOW,
    )  # fmt: skip


@pytest.fixture
def doubtful(creditor, accounts):
    """600 from a payer that nobody knows: only the amount points at Ocampo, so a person is asked."""
    line = bank(creditor, 600_00, "transferencia", "PAGOS Y SERVICIOS DEL BAJIO")
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    return line.pk


def open_of(account):
    return {b.due_item.invoice.number: b.open_minor for b in books_read.open_items(account)}


def item_of(account, number):
    return next(b.due_item_id for b in books_read.open_items(account) if b.due_item.invoice.number == number)


def favour(account):
    return books_read.open_balance([account])[(account, "MXN")].unapplied_minor


def told(response):
    return " ".join(str(m) for m in response.context["messages"])


class TestQueue:
    def test_an_empty_one_teaches_the_first_step(self, lucia):
        page = lucia.get("/pagos/").content.decode()
        assert "Todavía no hay movimientos del banco" in page
        assert 'href="/cargar/"' in page

    def test_movements_nobody_looked_at_are_read_from_the_screen(self, lucia, creditor, accounts):
        bank(creditor, 600_00, f"SPEI {references.make('1', accounts['C-1'])}")
        bank(creditor, 99_00, "deposito en efectivo")
        assert "Hay 2 movimientos del banco que nadie ha mirado" in lucia.get("/pagos/").content.decode()
        page = lucia.post("/pagos/leer/", follow=True)
        assert "2 movimientos leídos: 1 aplicados, 1 para usted." in told(page)
        assert open_of(accounts["C-1"]) == {"FA-10002": 400_00}
        totals = page.context["totals"]
        assert (totals.automatic.n, totals.automatic.amounts) == (1, (("MXN", 600_00),))
        assert (totals.waiting.n, totals.waiting.amounts, totals.unread) == (1, (("MXN", 99_00),), 0)
        assert totals.automatic_pct == "50.0"

    def test_a_suggestion_says_whose_it_seems_and_why(self, lucia, doubtful):
        page = lucia.get("/pagos/").content.decode()
        assert "Comercial Ocampo" in page and "El importe coincide." in page
        assert "$600.00 → Factura FA-10001" in page

    def test_filters_live_in_the_address(self, lucia, creditor, doubtful):
        bank(creditor, 77_00, "sin nombre")
        write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)

        def shown(query):
            return [item["row"].match.pk for item in lucia.get(f"/pagos/?{query}").context["rows"]]

        assert shown("q=ocampo") == [doubtful]
        assert shown("q=600") == [doubtful]
        assert len(shown("confianza=nobody")) == 1 and doubtful not in shown("confianza=nobody")
        assert shown("ver=applied") == []
        assert "Ninguno con esos filtros" in lucia.get("/pagos/?q=zzz").content.decode()

    def test_another_creditors_movement_is_not_there(self, lucia, doubtful):
        other = parties.create_creditor(
            code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN"
        )
        session = lucia.session
        session["creditor"] = other.pk
        session.save()
        assert lucia.get(f"/pagos/{doubtful}/").status_code == 404
        assert lucia.post(f"/pagos/{doubtful}/confirmar/").status_code == 404
        assert LineMatch.objects.get(pk=doubtful).state == "suggested"


class TestDeciding:
    def test_confirming_applies_learns_and_the_notice_can_undo_it(self, lucia, accounts, doubtful):
        page = lucia.post(f"/pagos/{doubtful}/confirmar/", {"volver": "/pagos/?q=ocampo"}, follow=True)
        assert page.redirect_chain[-1][0] == "/pagos/?q=ocampo"
        assert open_of(accounts["C-1"]) == {"FA-10002": 400_00}
        assert Alias.objects.filter(account_id=accounts["C-1"], kind="name").count() == 1
        undo = f"/pagos/{doubtful}/deshacer/"
        assert f'action="{undo}"' in page.content.decode()
        lucia.post(undo)
        assert open_of(accounts["C-1"]) == {"FA-10001": 600_00, "FA-10002": 400_00}
        assert LineMatch.objects.get(pk=doubtful).state == "suggested"

    def test_the_keyboard_waits_on_the_next_row(self, lucia, creditor, accounts, doubtful):
        second = bank(creditor, 250_00, "pago", "TESORERIA COMPARTIDA").pk
        write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
        page = lucia.post(f"/pagos/{doubtful}/confirmar/", {"siguiente": second}, follow=True)
        assert [(i["row"].match.pk, i["focus"]) for i in page.context["rows"]] == [(second, True)]
        assert page.content.decode().count("autofocus") == 1

    def test_it_is_split_over_documents_and_the_rest_stays_in_favour(self, lucia, accounts, doubtful):
        mine = accounts["C-1"]
        parts = {f"parte-{item_of(mine, 'FA-10001')}": "$ 100,00", f"parte-{item_of(mine, 'FA-10002')}": "400.00"}
        lucia.post(f"/pagos/{doubtful}/aplicar/", {"cuenta": mine, **parts})
        assert open_of(mine) == {"FA-10001": 500_00}
        assert favour(mine) == 100_00
        match = LineMatch.objects.get(pk=doubtful)
        assert (match.unapplied_minor, sum(minor for _, minor in match.parts)) == (100_00, 500_00)
        assert Alias.objects.count() == 0, "nobody asked to remember the payer"

    def test_with_nothing_typed_all_of_it_stays_in_favour(self, lucia, accounts, doubtful):
        lucia.post(f"/pagos/{doubtful}/aplicar/", {"cuenta": accounts["C-1"]})
        assert favour(accounts["C-1"]) == 600_00
        assert open_of(accounts["C-1"]) == {"FA-10001": 600_00, "FA-10002": 400_00}

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("600.01", "más de lo que debe"),
            ("-5", "con números"),
            ("cien", "con números"),
            ("1.0055", "tantos decimales"),
        ],
    )
    def test_a_part_that_cannot_be_is_explained_and_nothing_moves(self, lucia, accounts, doubtful, typed, sentence):
        mine = accounts["C-1"]
        data = {"cuenta": mine, f"parte-{item_of(mine, 'FA-10001')}": typed}
        assert sentence in told(lucia.post(f"/pagos/{doubtful}/aplicar/", data, follow=True))
        assert open_of(mine) == {"FA-10001": 600_00, "FA-10002": 400_00}

    def test_parts_that_add_up_to_more_than_the_movement_are_refused(self, lucia, accounts, doubtful):
        mine = accounts["C-1"]
        parts = {f"parte-{item_of(mine, 'FA-10001')}": "600", f"parte-{item_of(mine, 'FA-10002')}": "0.01"}
        page = lucia.post(f"/pagos/{doubtful}/aplicar/", {"cuenta": mine, **parts}, follow=True)
        assert "suman más que el movimiento" in told(page)
        assert LineMatch.objects.get(pk=doubtful).state == "suggested"

    def test_it_is_somebody_elses_found_by_a_search(self, lucia, accounts, doubtful):
        other = accounts["C-2"]
        page = lucia.get(f"/pagos/{doubtful}/?q=torres")
        assert [(c.account, c.open_minor) for c in page.context["found"]] == [(other, 250_00)]
        page = lucia.get(f"/pagos/{doubtful}/?cuenta={other}")
        [(document, typed)] = page.context["documents"]
        assert (document.label, typed, page.context["left_minor"]) == ("Factura FB-20001", "250.00", 350_00)
        lucia.post(f"/pagos/{doubtful}/aplicar/", {"cuenta": other, f"parte-{document.due_item}": "250.00"})
        assert (open_of(other), favour(other)) == ({}, 350_00)
        assert open_of(accounts["C-1"]) == {"FA-10001": 600_00, "FA-10002": 400_00}

    def test_set_aside_with_its_reason_and_brought_back(self, lucia, accounts, doubtful):
        assert "Diga qué es" in told(lucia.post(f"/pagos/{doubtful}/apartar/", {"why": "porque sí"}, follow=True))
        lucia.post(f"/pagos/{doubtful}/apartar/", {"why": "match_own_transfer"})
        page = lucia.get("/pagos/?ver=ignored").content.decode()
        assert "Es un traspaso entre cuentas propias." in page
        lucia.post(f"/pagos/{doubtful}/deshacer/")
        match = LineMatch.objects.get(pk=doubtful)
        assert match.state == "suggested" and "match_own_transfer" not in match.reasons

    def test_money_that_went_out_pays_nobody(self, lucia, creditor, accounts):
        line = bank(creditor, -50_00, "comisión").pk
        write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
        lucia.post(f"/pagos/{line}/deshacer/")
        page = lucia.post(f"/pagos/{line}/aplicar/", {"cuenta": accounts["C-1"]}, follow=True)
        assert "no es dinero que entra" in told(page)
        assert LineMatch.objects.get(pk=line).state == "suggested"


@pytest.fixture
def gateway(creditor):
    secrets = {"access_token": "TEST-token-secreto", "webhook_secret": "clave-de-avisos"}
    return write.add_gateway(gateway=write.NewGateway(creditor.pk, "mercadopago", secrets, country="MX"), at=NOW)


def paid(gateway, account=None, minor=250_00, at=None, key="p-1"):
    """A payment that a gateway vouches for."""
    at = at or timezone.now()
    payment = GatewayPayment.objects.create(
        gateway=gateway, external_id=key, provider="mercadopago", account_id=account, status="paid",
        net_minor=minor, currency="MXN", method="oxxo", first_at=at,
    )  # fmt: skip
    GatewayFact.objects.create(
        gateway=gateway, payment=payment, provider="mercadopago", external_id=key, kind="paid", event_id=key,
        amount_minor=minor, currency="MXN", at=at, reference="pedido 77", method="oxxo",
    )  # fmt: skip
    return payment


class Answers:
    """A gateway that answers, or does not."""

    provider = "mercadopago"

    def __init__(self, *, up):
        self.up = up

    def facts(self, notice, body, credentials):
        if not self.up:
            raise GatewayError("Mercado Pago no está disponible (503).", permanent=False)
        return []


class TestGateways:
    def test_money_of_nobody_is_given_to_its_customer(self, lucia, accounts, gateway):
        payment = paid(gateway)
        assert "Dinero sin identificar" in lucia.get("/pagos/").content.decode()
        page = lucia.get(f"/pagos/de-nadie/{payment.pk}/?q=torres")
        assert "pedido 77" in page.content.decode()
        lucia.post(f"/pagos/de-nadie/{payment.pk}/asignar/", {"cuenta": page.context["found"][0].account})
        assert open_of(accounts["C-2"]) == {}
        assert read.unidentified(gateway.creditor_id) == []
        assert AuditRecord.objects.filter(act="payment_assigned", object_id=payment.pk).count() == 1

    def test_the_same_payment_twice_in_minutes_is_shown_as_unusual(self, lucia, accounts, gateway):
        now = timezone.now()
        for minutes in (20, 10):
            at = now - timedelta(minutes=minutes)
            paid(gateway, accounts["C-1"], at=at, key=f"p-{minutes}")
        assert write_alerts.keep(creditor_id=gateway.creditor_id, at=now) == 1
        [alert] = lucia.get("/pagos/").context["alerts"]
        assert (alert["reason"], alert["name"], alert["minor"]) == ("payment_duplicate", "Comercial Ocampo", 250_00)

    @pytest.mark.parametrize(("up", "sentence"), [(True, "quedó procesado"), (False, "Sigue sin poderse")])
    def test_a_notice_that_failed_is_tried_again(self, lucia, gateway, settings, up, sentence):
        settings.PORTAL_GATEWAYS = f"{__name__}.{'answering' if up else 'silent'}"
        notice = RawWebhook.objects.create(
            provider="mercadopago", event_id="e1", gateway=gateway, topic="payment", resource_id="1", trusted=True,
            sealed_body=vault.seal_file(b"{}"), received_at=NOW, tries=3, error="503",
            next_try_at=timezone.now() + timedelta(hours=3),
        )  # fmt: skip
        assert sentence in told(lucia.post(f"/pagos/avisos/{notice.pk}/reintentar/", follow=True))
        notice.refresh_from_db()
        assert (notice.processed_at is not None, notice.tries) == (up, 3 if up else 4)

    def test_one_is_added_and_its_secrets_are_never_shown_again(self, lucia, creditor):
        data = {
            "provider": "stripe",
            "secret_key": "sk_test_muysecreto",
            "webhook_secret": "whsec_otro",
            "label": "Tienda",
        }
        page = lucia.post("/pagos/medios/", data, follow=True).content.decode()
        row = GatewayAccount.objects.get()
        assert (row.creditor_id, row.provider, row.live, row.label) == (creditor.pk, "stripe", False, "Tienda")
        assert read.credentials(row).secrets["secret_key"] == "sk_test_muysecreto"
        assert f"/webhooks/stripe/{row.ref}/" in page
        assert "muysecreto" not in page and "whsec_otro" not in page
        assert AuditRecord.objects.get(act="gateway_added").detail == {"provider": "stripe", "live": False}

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"secret_key": "sk_live_x"}, "cobran de verdad"),
            ({"live": "si"}, "son de prueba"),
            ({"webhook_secret": " "}, "Secreto del webhook"),
            ({"provider": "otra"}, "Elija una pasarela"),
        ],
    )
    def test_one_that_cannot_be_is_explained_and_not_kept(self, lucia, change, sentence):
        data = {"provider": "stripe", "secret_key": "sk_test_x", "webhook_secret": "whsec_x", **change}
        page = lucia.post("/pagos/medios/", data)
        assert sentence in page.content.decode() and "whsec_x" not in page.content.decode()
        assert GatewayAccount.objects.count() == 0

    def test_one_is_no_longer_offered_but_still_heard(self, lucia, gateway):
        lucia.post(f"/pagos/medios/{gateway.pk}/cambiar/")
        assert read.gateways(gateway.creditor_id) == []
        assert read.gateways_of_provider("mercadopago", gateway.ref) == [gateway]
        lucia.post(f"/pagos/medios/{gateway.pk}/cambiar/")
        assert read.gateways(gateway.creditor_id) == [gateway]

    def test_only_who_administers_changes_them(self, client, accounts, gateway, person):
        client.force_login(person("gestor", "supervisor"))
        data = {"provider": "stripe", "secret_key": "sk_test_x", "webhook_secret": "y"}
        assert client.post("/pagos/medios/", data).status_code == 403
        assert client.post(f"/pagos/medios/{gateway.pk}/cambiar/").status_code == 403
        assert GatewayAccount.objects.filter(active=True).count() == 1
        assert "Guardar bajo llave" not in client.get("/pagos/medios/?pasarela=stripe").content.decode()

    def test_which_way_to_pay_from_own_figures(self, lucia, accounts, gateway):
        paid(gateway, accounts["C-2"])
        [one] = lucia.get("/pagos/medios/").context["methods"]
        assert one.finding == "Solo hay datos de OXXO: cobrar 100 cuesta 0.00."
        [method] = one.methods
        assert (method.name, method.n, method.few, method.failed) == ("OXXO", 1, True, "0.00")


def answering():
    return {"mercadopago": Answers(up=True)}


def silent():
    return {"mercadopago": Answers(up=False)}
