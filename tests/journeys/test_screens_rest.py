"""The screens that no other journey looks at, with something on each: axe in light and dark, 320 px, the keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
import test_bureau_reports as bureau
import test_clients as clients
import test_experiments_app as tried
from access_house import House, build
from django.test import Client
from django.utils import timezone
from talk_house import TalkHouse

from puntual.apps.audit.models import AuditRecord
from puntual.apps.debits import write as debits
from puntual.apps.payments import write as payments
from puntual.apps.payments.models import GatewayFact, Payout, PayoutPart
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies

pytestmark = pytest.mark.journey
#: A number of account of the tests of direct debits: its check digit is right.
CLABE = "002010077777777771"


@pytest.fixture
def house(db: None) -> House:
    """A company with one of everything. See `access_house`."""
    return build()


def test_the_norms_and_the_log_are_accessible(accessible, house) -> None:
    for path in ("/normas/autorizaciones/", "/normas/valores/"):
        accessible(path)
    accessible(accessible("/normas/valores/").locator("main a[href^='/normas/valores/']").first.get_attribute("href"))
    page = accessible("/normas/bitacora/")
    assert AuditRecord.objects.exists() and page.locator("table tbody tr").count() > 0


def test_the_rest_of_a_policy_is_accessible(accessible, house) -> None:
    policy = house.ids["policy"]
    for path in (f"/politicas/{policy}/pasos/nuevo/", f"/politicas/{policy}/aprender/", f"/politicas/{policy}/ensayo/"):
        accessible(path)


def test_money_that_nobody_claims_and_debits_are_accessible(accessible, house) -> None:
    debits.keep_settings(
        creditor_id=house.creditor.pk, new=debits.NewSettings("domiciliacion_csv", "EMISORA 12", CLABE, "", 1, 1)
    )
    told = debits.NewMandate(house.account, CLABE, "Zacarías Quintanilla", "staff", "m1", {"how": "call"})
    mandate = debits.sign(new=told, at=timezone.now())
    for path in (
        f"/pagos/de-nadie/{house.ids['nobody']}/", f"/pagos/en-linea/{house.ids['nobody']}/", "/domiciliaciones/",
        "/domiciliaciones/mandatos/", "/domiciliaciones/como-se-cobra/", f"/clientes/{house.account}/domiciliacion/",
        f"/domiciliaciones/mandatos/{mandate.pk}/", "/pagos/inusuales/", "/pagos/depositos/",
        f"/clientes/{house.account}/incentivo/",
    ):  # fmt: skip
        accessible(path)


def test_a_report_to_a_bureau_is_accessible_from_asking_to_its_notice(accessible, db) -> None:
    account = bureau.owing("CO", "America/Bogota", "COP")
    accessible(f"/central/cuenta/{account}/")
    accessible(f"/central/{bureau.ask(account).pk}/")


def test_a_file_of_a_client_is_accessible_row_by_row(accessible, db) -> None:
    bank = clients._client("banco-sol", "Banco Sol")
    clients.write.save_layout(creditor_id=bank.pk, purpose="assignment", text=clients.FORMAT, reader=clients.Files())
    told = clients.load(bank, "assignment", clients.ASSIGNED + "0019;Sin saldo;;F-3;mañana;nada;\n", timezone.now())
    page = accessible(f"/mandantes/archivos/{told.received}/")
    assert "cartera.csv" in page.inner_text("main")
    accessible("/mandantes/")


def test_an_experiment_is_accessible(accessible, db) -> None:
    creditor = tried.company()
    for account in tried.accounts(creditor, [f"C-{n}" for n in range(12)]).values():
        tried.owes(creditor, account, 500_00, late=4)
    tried.night(creditor)
    accessible(f"/riesgo/experimentos/{tried.hold_out(creditor).pk}/")


def test_what_somebody_wrote_is_reviewed_where_anybody_can_read_it(accessible, person) -> None:
    talks = TalkHouse()
    gloria, web = person("gloria", "agent", talks.creditor), Client()
    web.force_login(gloria)
    way = f"email:{talks.rios.party.points.get(kind='email').pk}"
    form = {"accion": "enviar", "way": way, "text": "Le llamo mañana a las diez.", "key": "k1", "then": ""}
    web.post(f"/conversaciones/{talks.rios.pk}/responder/", form)
    page = accessible(f"/supervision/calidad/chat/{talks.rios.pk}/{gloria.pk}/")
    assert "Le llamo mañana a las diez." in page.inner_text("main")
    accessible("/supervision/calidad/")


def test_the_keys_of_a_person_are_accessible(accessible, house) -> None:
    for path in ("/cuenta/seguridad/webauthn/", "/cuenta/proveedor/", "/cuenta/proveedor/login/cancelled/",
                 "/cuenta/apagada/", "/cuenta/proveedor/login/error/"):  # fmt: skip
        accessible(path)


def test_a_second_step_is_set_up_after_saying_who_one_is(accessible, open_page, house) -> None:
    page = open_page("/cuenta/confirmar/?next=/cuenta/seguridad/totp/activate/")
    page.fill("[name=password]", "una-clave-larga")
    page.click("main button")
    page.wait_for_url("**/totp/activate/")
    for path in ("/cuenta/seguridad/totp/activate/", "/cuenta/seguridad/webauthn/add/"):
        accessible(path)


def test_one_incentive_one_index_and_one_deposit_are_accessible(accessible, house) -> None:
    text = presets.text_for("MX") + "\nincentivos: [{tipo: pronto_pago, pct: 10, dias: 5}]\n"
    version = policies.save_version(creditor_id=house.creditor.pk, text=text)
    policies.activate(version=version, at=timezone.now() - timedelta(minutes=1))
    keys = {"secret_key": "sk_test", "webhook_secret": "whsec_test"}
    gateway = payments.add_gateway(gateway=payments.NewGateway(house.creditor.pk, "stripe", keys), at=timezone.now())
    fact = GatewayFact.objects.create(
        gateway=gateway, provider="stripe", external_id="po_1", kind="payout", event_id="evt_1", amount_minor=960_00,
        currency="MXN", at=timezone.now(),
    )  # fmt: skip
    payout = Payout.objects.create(fact=fact, parts_at=timezone.now())
    PayoutPart.objects.create(payout=payout, kind="payment", external_id="pi_1", gross_minor=1000_00, fee_minor=40_00)
    assert accessible(f"/pagos/depositos/{fact.pk}/").locator("text=960.00").count() > 0
    accessible("/normas/tasas/IBC_CONSUMO/")
    page = accessible(f"/politicas/{version.policy_id}/incentivos/1/")
    assert page.input_value("[name=pct]") == "10"
