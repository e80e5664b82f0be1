# ruff: noqa: F811 (fixtures shared by import)
"""Direct debit from the customer's telephone to the bank and back: allowed, charged, refused, taken back. And the
screens of the company, walked by axe, at 320 px and by keyboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from test_portal_journey import LARGEST, ZONE, both, house, said, visit, weight  # noqa: F401

from puntual.apps.debits import write, write_answers, write_charges, write_files
from puntual.apps.debits.models import Collection, DebitMandate
from puntual.apps.negotiation import write_deals
from puntual.core.negotiation.quote import Terms
from puntual.core.negotiation.rules import NegotiationRules
from puntual.core.time import local_date

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
CLABE = "002010077777777771"


def now():
    return datetime.now(UTC)


def today():
    return local_date(now(), ZONE)


def charges(creditor):
    """The company charges by a table, with a day of notice."""
    return write.keep_settings(
        creditor_id=creditor.pk, new=write.NewSettings("domiciliacion_csv", "EMISORA 1", CLABE, "", 1, 1)
    )


def agreed(creditor, account):
    offer = write_deals.Offer(
        account, today(), today() + timedelta(days=5), "agent", "o1", "manager", NegotiationRules().limits
    )
    deal = write_deals.offer_agreement(offer=offer, terms=Terms(3, "month", today() + timedelta(days=3)), at=now())
    write_deals.accept(deal_id=deal.pk, on=today(), at=now(), evidence={"how": "call"})


def allow(page, number=CLABE):
    page.fill("#titular", "Ana Ruiz")
    page.fill("#cuenta", number)
    page.check("[name=acepto]")
    page.click("text=Autorizar los cargos")


@pytest.fixture
def plan(house):
    charges(house.creditor)
    agreed(house.creditor, house.account)


@both
def test_instalments_charged_to_ones_own_account_and_taken_back(visit, house, plan, window) -> None:
    page = visit("cuotas/mi-plan/", **window)
    page.click("text=Ver cómo funciona")
    allow(page, "002010077777777770")
    assert "no es válido" in said(page) and not DebitMandate.objects.exists()
    allow(page)
    assert "cada cuota se pagará sola" in said(page)
    mandate = DebitMandate.objects.get()
    assert (mandate.source, mandate.tail, mandate.max_minor) == ("portal", "7771", 600_34)
    assert mandate.evidence["plan_sha256"] and CLABE not in str(mandate.evidence)
    write_charges.plan(creditor_id=house.creditor.pk, as_of=today(), at=now())
    page.goto(page.url.split("/listo")[0] + "/cuotas/mi-plan/")
    assert "Próximo cargo: $600.34" in said(page) and CLABE not in page.content()
    page.click("text=Ver o quitar")
    page.click("text=Quitar la autorización")
    assert "ya no se cobra nada solo" in said(page)
    assert [c.state for c in Collection.objects.all()] == ["cancelled"]


def test_what_the_bank_could_not_charge_is_told_kindly_and_fits_a_phone(visit, house, plan, checked) -> None:
    page = visit("cuotas/solas/", scripts=True)
    assert weight(page) < LARGEST
    checked(page, "cuotas/solas/")
    allow(page)
    write_files.make(creditor_id=house.creditor.pk, as_of=today(), at=now(), by=None)
    [one] = Collection.objects.all()
    answer = f"Referencia,Estado,Motivo\n{one.reference},Rechazado,AC04\n".encode()
    write_answers.take_file(creditor_id=house.creditor.pk, data=answer, filename="r.csv", on=today(), at=now())
    page.goto(page.url.split("/listo")[0] + "/cuotas/solas/")
    assert "La cuenta está cancelada." in said(page) and "revisarlo con usted" in said(page)
    assert weight(page) < LARGEST
    checked(page, "cuotas/solas/")


def test_the_company_from_its_settings_to_the_banks_answer(accessible, open_page, portfolio, tmp_path) -> None:
    account = portfolio.accounts["C-2"]
    accessible("/domiciliaciones/")
    page = open_page("/domiciliaciones/como-se-cobra/")
    page.select_option("#form", "domiciliacion_csv")
    page.fill("#account", CLABE)
    page.fill("#scheme_id", "EMISORA 12")
    page.fill("#notice_days", "1")
    page.click("button:has-text('Guardar')")
    expect(page.locator("#account")).to_have_value(CLABE)
    agreed(portfolio.creditor, account)
    page.goto(page.url.split("/domiciliaciones")[0] + f"/clientes/{account}/domiciliacion/")
    page.fill("#holder", "Andina")
    page.fill("#number", CLABE)
    page.check("[name=how][value=call]")
    page.click("text=Guardar la autorización")
    expect(page.locator("h1")).to_have_text("Autorización de cargo")
    page.goto(page.url.split("/domiciliaciones")[0] + "/domiciliaciones/")
    assert write_charges.plan(creditor_id=portfolio.creditor.pk, as_of=today(), at=now()).planned == 1
    page.reload()
    page.click("text=Hacer el archivo")
    with page.expect_download() as waited:
        page.click("a:has-text('Descargar')")
    [one] = Collection.objects.all()
    saved = tmp_path / "archivo.csv"
    waited.value.save_as(saved)
    assert str(one.reference) in saved.read_text(encoding="utf-8")
    answer = tmp_path / "respuesta.csv"
    answer.write_text(f"Referencia,Estado,Motivo\n{one.reference},Rechazado,Fondos insuficientes\n", encoding="utf-8")
    page.set_input_files("#respuesta", str(answer))
    page.click("text=Leerla")
    expect(page.locator("text=No había saldo suficiente.")).to_be_visible()
    for path in (
        "/domiciliaciones/", "/domiciliaciones/mandatos/", f"/domiciliaciones/mandatos/{one.mandate_id}/",
        "/domiciliaciones/como-se-cobra/", f"/clientes/{account}/domiciliacion/", f"/clientes/{account}/incentivo/",
    ):  # fmt: skip
        accessible(path)


def test_unusual_payments_and_deposits_are_walked(accessible, portfolio) -> None:
    for path in ("/pagos/inusuales/", "/pagos/depositos/"):
        accessible(path)
