# ruff: noqa: F811 (fixtures shared by import)
"""The rest of the customer's page: disputes with a file, receipts, originals, messages, what is not asked, languages,
links that are over, and visitors that are nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from test_portal_journey import ZONE, both, house, said, visit  # noqa: F401

from puntual.apps.negotiation.models import Complaint, Deal, Dispute, Promise
from puntual.apps.outreach.models import Fact
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.portal import read, write
from puntual.apps.portal.models import Attachment, PaymentClaim, PortalLink, StandingPayday, TalkRequest
from puntual.apps.receivables import write as books
from puntual.core.time import local_date

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PHOTO = b"\x89PNG\r\n\x1a\n" + b"x" * 300
FORMS = (
    "pagar/en-linea/", "descuento/", "ya-pague/", "fecha/", "cuotas/", "no-estoy-de-acuerdo/", "queja/", "no-soy/",
    "no-me-escriban/", "baja/", "hablar/", "recuerdenme/", "dia-de-pago/", "preferencias/", "mi-situacion/",
    "como-le-fue/", "oferta/", "condiciones/",
)  # fmt: skip


def today():
    return local_date(datetime.now(UTC), ZONE)


@both
def test_a_dispute_with_a_photo_sets_that_part_apart(visit, house, window, tmp_path) -> None:
    slip = tmp_path / "foto.png"
    slip.write_bytes(PHOTO)
    page = visit(**window)
    page.click("summary:has-text('FN-1')")
    page.click("text=No estoy de acuerdo con este >> visible=true")
    assert page.is_checked("label:has-text('FN-1') input")
    page.select_option("[name=cause]", "wrong_price")
    page.fill("[name=amount]", "200")
    page.set_input_files("[name=slip]", str(slip))
    page.click("text=Pedir que lo revisen")
    assert "Su aclaración está en revisión" in said(page)
    assert (Dispute.objects.get().disputed_minor, Attachment.objects.get().about) == (200_00, "dispute")
    page.click("text=Volver a mi página")
    assert "Está en aclaración $200.00" in said(page)


@both
def test_a_complaint_with_a_file_says_who_else_may_be_told(visit, house, window, tmp_path) -> None:
    slip = tmp_path / "captura.png"
    slip.write_bytes(PHOTO)
    page = visit("queja/", **window)
    page.fill("[name=text]", "Me llamaron tres veces el mismo día")
    page.set_input_files("[name=slip]", str(slip))
    page.click("text=Enviar la queja")
    assert (Complaint.objects.count(), Attachment.objects.get().about) == (1, "complaint")


@both
def test_a_receipt_of_what_was_paid_and_the_messages_that_were_sent(visit, house, window) -> None:
    paid = books.NewPayment(house.account, 500_00, "MXN", today(), "p", "test")
    books.post_payments(creditor_id=house.creditor.pk, payments=[paid])
    page = visit("estado-de-cuenta/", **window)
    page.fill("[name=answer]", "1AB1")
    page.click("text=Seguir")
    page.click("a:has-text('Comprobante')")
    assert "$500.00" in said(page) and "FN-1" in said(page)
    with page.expect_download() as got:
        page.click("text=Descargar en PDF")
    assert got.value.suggested_filename == "receipt.pdf"
    page.goto(page.url.split("recibo/")[0] + "contactos/")
    assert "Todavía no le hemos enviado ningún mensaje" in said(page)


@both
def test_a_wrong_answer_opens_nothing_and_a_code_of_the_company_does(visit, house, window) -> None:
    from puntual.apps.portal import steps

    page = visit("paso/", **window)
    page.fill("[name=answer]", "0000")
    page.click("text=Seguir")
    assert "Esa respuesta no coincide" in said(page)
    code = steps.issue_code(link_id=PortalLink.objects.get().pk, at=datetime.now(UTC))
    page.fill("[name=answer]", code)
    page.click("text=Seguir")
    assert "Saldo de hoy" in said(page)


@both
def test_in_colombia_it_is_not_asked_what_happened(visit, house, window) -> None:
    page = visit("mi-situacion/", **window)
    assert page.locator("[name=text]").count() == 1
    Creditor.objects.filter(pk=house.creditor.pk).update(country="CO")
    row = parties.NewAccount("C-1", "Ana Ruiz Gómez", "RUGA800101AB1", debtor="consumer", country="CO")
    parties.register_accounts(creditor=house.creditor, rows=[row])
    page = visit("mi-situacion/", **window)
    assert page.locator("[name=text]").count() == 0 and page.locator("[name=can_pay]").count() == 1


@both
@pytest.mark.parametrize(
    ("code", "says"),
    [("en", ("Total to pay", "Pay now", "Choose a date")), ("pt-br", ("Total a pagar", "Pagar agora", "Escolher"))],
)
def test_in_other_languages(visit, house, window, code, says) -> None:
    page = visit(f"?idioma={code}", **window)
    assert page.get_attribute("html", "lang") == code
    for word in says:
        assert word in said(page)
    page.goto(page.url.split("?")[0] + "fecha/")
    assert "¿Qué día" not in said(page)


@both
@pytest.mark.parametrize(("form", "says"), [("tu", "Elige lo que mejor te acomode"), ("vos", "Elegí lo que mejor te")])
def test_as_the_company_treats_people(visit, house, window, form, says) -> None:
    Creditor.objects.filter(pk=house.creditor.pk).update(address_form=form)
    assert says in said(visit(**window))


@both
def test_a_link_that_is_over_says_nothing_of_anybody(visit, house, window) -> None:
    write.revoke_links(account=house.account, at=datetime.now(UTC))
    page = visit(**window)
    assert "Este enlace ya no abre" in said(page) and "Ferretera" not in page.content()
    PortalLink.objects.update(revoked_at=None, revoked_for="", expires_at=datetime.now(UTC) - timedelta(minutes=1))
    page = visit("pagar/", **window)
    assert "Este enlace ya no abre" in said(page) and "1,801" not in page.content()


def test_robots_that_open_every_address_cause_nothing(visit, house, live_server, client) -> None:
    before = read.bill(house.account, today())
    for path in FORMS:
        for ask in (client.get, client.head, client.options):
            assert ask(house.path + path).status_code in (200, 302, 405), path
    assert read.bill(house.account, today()) == before
    for model in (Promise, Deal, Dispute, Complaint, PaymentClaim, StandingPayday, TalkRequest, Fact):
        assert model.objects.count() == 0, model
    assert PortalLink.objects.get().revoked_at is None


def test_the_next_site_learns_nothing(visit, house) -> None:
    page = visit("", width=1280, scripts=True)
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.headers.get("referer", ""))))
    page.reload()
    assert "Ana" not in page.title() and "Ferretera" not in page.title()
    assert page.evaluate("document.querySelectorAll('meta[property], meta[name=description]').length") == 0
    assert {url.split("/")[2] for url, _referer in asked} == {page.url.split("/")[2]}
    assert all(referer == "" for _url, referer in asked)


def test_whoever_tries_links_is_asked_to_wait(visit, house, client) -> None:
    cache.clear()
    answers = [client.get(f"/p/{n}-{'x' * 22}/").status_code for n in range(1, 34)]
    assert answers[:30] == [404] * 30 and set(answers[30:]) == {429}
    assert client.get(house.path).status_code == 200
    cache.clear()
