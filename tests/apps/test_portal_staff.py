# ruff: noqa: F811 (fixtures shared by import)
"""«Avisos de clientes»: what people told through their page is attended by somebody, and only by who may."""

from __future__ import annotations

from urllib.parse import urlparse

import pytest
from portal_house import TODAY, _calm, account, creditor, page, point_of, text_of, upload, web  # noqa: F401

from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, PartyKey
from puntual.apps.portal import read, read_person, write
from puntual.apps.portal.models import PaymentClaim, TalkRequest, WrongPerson
from puntual.apps.receivables.models import Event
from puntual.pipeline import personal

pytestmark = pytest.mark.django_db
SLIP = b"%PDF-1.4 recibo"


@pytest.fixture
def staff(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("lucia", password="una-clave-larga"))
    return client


@pytest.fixture
def told(web, page, account):
    form = {"llave": "k", "amount": "1200", "paid_on": TODAY.isoformat(), "method": "transfer", "note": "BBVA folio 7"}
    web.post(page + "ya-pague/", form | {"slip": upload("r.pdf", SLIP)})
    web.post(page + "hablar/", {"llave": "k", "text": "Tengo una duda"})
    web.post(page + "mi-situacion/", {"llave": "k", "can_pay": "300"})
    lost = urlparse(write.link_for(account)).path
    web.post(lost + "no-soy/", {"llave": "k", "received_at": "x@otro.example"})


def test_everything_told_is_on_one_screen(staff, told) -> None:
    said = text_of(staff.get("/avisos/"))
    for words in (
        "Ana Ruiz Gómez",
        "$1,200.00",
        "BBVA folio 7",
        "Tengo una duda",
        "Podría pagar $300.00",
        "No se sabe a qué",
    ):
        assert words in said


def test_today_says_what_waits(staff, told) -> None:
    said = text_of(staff.get("/"))
    for words in ("1 aviso de pago por verificar", "1 cliente quiere hablar con alguien", "1 «No soy esta persona»"):
        assert words in said


def test_a_payment_that_appeared_ends_its_pause(staff, told) -> None:
    claim = PaymentClaim.objects.get()
    staff.post(f"/avisos/pago/{claim.pk}/", {"found": "si"})
    assert PaymentClaim.objects.get().state == "confirmed"
    assert "payment_to_verify" not in read.claims_holds_frame()["reason"].to_list()
    again = staff.post(f"/avisos/pago/{claim.pk}/", {"found": "no"}, follow=True)
    assert "ya se había resuelto" in text_of(again) and PaymentClaim.objects.get().state == "confirmed"


def test_one_that_is_not_in_the_books_yet_is_booked_until_the_bank_says_so(staff, told, account) -> None:
    claim = PaymentClaim.objects.get()
    staff.post(f"/avisos/pago/{claim.pk}/", {"found": "registrar"})
    assert read.bill(account, TODAY).total("MXN") == 300_50
    paid = Event.objects.get(kind="payment")
    assert (paid.provisional, paid.key, paid.source) == (True, f"payment:claim:{claim.pk}", "portal")
    staff.post(f"/avisos/pago/{claim.pk}/", {"found": "registrar"})
    assert Event.objects.filter(kind="payment").count() == 1


def test_the_slip_is_downloaded_and_never_run(staff, told) -> None:
    answer = staff.get(f"/avisos/archivo/comprobante/{PaymentClaim.objects.get().pk}/")
    assert answer.content == SLIP and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")


def test_talks_and_contacts_are_marked_as_attended(staff, told, creditor) -> None:
    staff.post(f"/avisos/hablar/{TalkRequest.objects.get().pk}/")
    staff.post(f"/avisos/contacto/{WrongPerson.objects.get().pk}/")
    assert [rows.count() for rows in read.needs(creditor.pk).values()] == [1, 0, 0]


def test_nobody_outside_sees_it_and_another_company_neither(client, staff, told, web) -> None:
    claim = PaymentClaim.objects.get()
    for path in ("/avisos/", f"/avisos/archivo/comprobante/{claim.pk}/"):
        assert web.get(path).status_code == 302
    other = parties.create_creditor(code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN")
    session = staff.session
    session["creditor"] = other.pk
    session.save()
    assert "Ana" not in text_of(staff.get("/avisos/"))
    assert staff.post(f"/avisos/pago/{claim.pk}/", {"found": "si"}).status_code == 404
    assert staff.get(f"/avisos/archivo/comprobante/{claim.pk}/").status_code == 404
    assert PaymentClaim.objects.get().state == "open"


def test_a_copy_of_what_she_told_and_after_her_key_is_destroyed_no_word_nor_file_of_it(told, account) -> None:
    holder = Account.objects.get(pk=account).party
    party = holder.pk
    rows = read_person.about_party(party)
    assert personal.everything(holder)["told_on_their_page"] == rows
    assert [r["what"] for r in rows if r["what"] != "enlace"] == [
        "aviso_de_pago",
        "quiso_hablar",
        "palabras",
        "no_es_esta_persona",
        "constancia",
    ]
    assert {r["text"] for r in rows if "text" in r} == {"BBVA folio 7", "Tengo una duda"}
    PartyKey.objects.filter(party_id=party).delete()
    assert {r["text"] for r in read_person.about_party(party) if "text" in r} == {"(datos borrados)"}
    assert write.slip_of(PaymentClaim.objects.get()) is None
