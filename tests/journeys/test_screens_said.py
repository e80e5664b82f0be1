"""What a person notes on a customer's page, and what customers said: payments, promises, disputes, complaints."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from puntual.apps.negotiation import write_disputes
from puntual.apps.negotiation.models import Complaint, Dispute, Promise
from puntual.apps.receivables.models import AccountBalance, DueBalance, Event

TOKEN = "a1b2c3d4e5f6a7b8"


@pytest.fixture
def lucia(client, staff):
    client.force_login(staff)
    return client


def told(response) -> str:
    """The notices that the next page shows."""
    return " ".join(str(m) for m in response.context["messages"])


def note_payment(client, portfolio, amount="1500.50", token=TOKEN, on=None, currency="MXN"):
    data = {"amount": amount, "currency": currency, "paid_on": (on or portfolio.today).isoformat(), "token": token}
    return client.post(f"/clientes/{portfolio.accounts['C-1']}/pago/", data, follow=True)


def open_of(portfolio, code="C-1") -> int:
    return AccountBalance.objects.get(account_id=portfolio.accounts[code]).open_minor


def test_a_payment_noted_by_hand_lowers_the_balance_until_the_bank_says_and_can_be_taken_back(lucia, portfolio) -> None:
    page = note_payment(lucia, portfolio)
    assert "Pago de $1,500.50 anotado" in told(page)
    assert open_of(portfolio) == 11_000_00 - 1_500_50
    assert Event.objects.get(key=f"payment:hand:{TOKEN}").provisional is True
    assert "por confirmar con el banco" in page.content.decode()
    lucia.post(f"/clientes/{portfolio.accounts['C-1']}/pago/quitar/")
    assert open_of(portfolio) == 11_000_00


def test_the_same_form_sent_twice_is_one_payment(lucia, portfolio) -> None:
    note_payment(lucia, portfolio)
    assert "ya estaba anotado" in told(note_payment(lucia, portfolio))
    assert open_of(portfolio) == 11_000_00 - 1_500_50


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": "-5"}, "mayor que cero"),
        ({"amount": "cien"}, "no es un importe"),
        ({"amount": "1.005"}, "más decimales"),
        ({"currency": "USD"}, "no tiene cuenta en esa moneda"),
        ({"token": "x"}, "ya no sirve"),
    ],
)
def test_a_payment_that_cannot_be_is_explained_and_nothing_moves(lucia, portfolio, change, sentence) -> None:
    assert sentence in told(note_payment(lucia, portfolio, **change))
    assert open_of(portfolio) == 11_000_00


def test_a_payment_of_tomorrow_is_no_payment(lucia, portfolio) -> None:
    page = note_payment(lucia, portfolio, on=portfolio.today + timedelta(days=1))
    assert "anote una promesa" in told(page)
    assert open_of(portfolio) == 11_000_00


def test_a_promise_noted_shows_on_its_documents_in_the_list_and_can_be_withdrawn(lucia, portfolio) -> None:
    account = portfolio.accounts["C-1"]
    day = portfolio.today + timedelta(days=3)
    data = {"amount": "11000", "currency": "MXN", "promised_on": day.isoformat(), "token": TOKEN}
    page = lucia.post(f"/clientes/{account}/promesa/", data, follow=True)
    assert "Promesa de $11,000.00 para el" in told(page)
    assert page.content.decode().count("Promesa vigente</span>") == 2
    listed = lucia.get("/promesas/").content.decode()
    assert "Comercial Ocampo" in listed and "$11,000.00" in listed
    lucia.post(f"/clientes/{account}/promesa/quitar/")
    assert Promise.objects.get().state == "withdrawn"
    assert "Ninguna promesa aquí" in lucia.get("/promesas/").content.decode()


def dispute(portfolio) -> Dispute:
    item = DueBalance.objects.get(due_item__invoice_id=portfolio.invoices["UUID-A-201"])
    new = write_disputes.NewDispute(
        portfolio.accounts["C-2"], item.due_item_id, "wrong_price", portfolio.today, "portal", "d-1",
        disputed_minor=500_00, text="El precio era otro.", answer_days=2,
    )  # fmt: skip
    return write_disputes.open_dispute(dispute=new, at=timezone.now())


def test_a_dispute_is_taken_resolved_in_part_and_told_from_its_page(lucia, portfolio) -> None:
    row = dispute(portfolio)
    assert "1 aclaración por vencer" in lucia.get("/").content.decode()
    assert "Distribuidora Andina" in lucia.get("/aclaraciones/").content.decode()
    url = f"/aclaraciones/aclaracion/{row.pk}/"
    assert "El precio era otro." in lucia.get(url).content.decode()
    lucia.post(url + "avanzar/", {"event": "take"})
    lucia.post(url + "avanzar/", {"event": "resolve", "credited": "200", "text": "Le descontamos 200."})
    row.refresh_from_db()
    assert (row.state, row.credited_minor) == ("partly", 200_00)
    assert open_of(portfolio, "C-2") == 5_300_00
    lucia.post(url + "avanzar/", {"event": "tell_customer"})
    row.refresh_from_db()
    assert row.state == "told"
    assert "Ninguna aclaración aquí" in lucia.get("/aclaraciones/").content.decode()
    assert "Distribuidora Andina" in lucia.get("/aclaraciones/?ver=cerradas").content.decode()


def test_a_dispute_without_its_outcome_in_words_is_not_resolved(lucia, portfolio) -> None:
    row = dispute(portfolio)
    url = f"/aclaraciones/aclaracion/{row.pk}/avanzar/"
    lucia.post(url, {"event": "take"})
    page = lucia.post(url, {"event": "resolve", "credited": "200", "text": " "}, follow=True)
    assert "Escriba el resultado" in told(page)
    row.refresh_from_db()
    assert (row.state, row.credited_minor) == ("in_review", 0)
    assert open_of(portfolio, "C-2") == 5_500_00


def test_a_complaint_is_answered_in_words(lucia, portfolio) -> None:
    new = write_disputes.NewComplaint(portfolio.accounts["C-1"], portfolio.today, "portal", "q-1", "Llamaron de noche.")
    row = write_disputes.open_complaint(complaint=new, at=timezone.now())
    assert "1 queja sin responder" in lucia.get("/").content.decode()
    url = f"/aclaraciones/queja/{row.pk}/"
    lucia.post(url + "avanzar/", {"event": "acknowledge"})
    lucia.post(url + "avanzar/", {"event": "answer", "text": "Tiene razón: no volverá a pasar."})
    assert Complaint.objects.get().state == "answered"
    assert "no volverá a pasar" in lucia.get(url).content.decode()


@pytest.mark.journey
def test_noting_a_payment_in_the_browser_and_the_screens_of_what_was_said_are_accessible(
    accessible, open_page, portfolio
) -> None:
    row = dispute(portfolio)
    for path in ("/promesas/", "/aclaraciones/", f"/aclaraciones/aclaracion/{row.pk}/"):
        accessible(path)
    page = open_page(f"/clientes/{portfolio.accounts['C-1']}/")
    page.click(".heading button:has-text('Registrar pago')")
    page.fill("#pago-importe", "1000")
    page.click("#anotar-pago button.primary")
    page.wait_for_selector(".toast:has-text('Pago de $1,000.00 anotado')")
    assert page.inner_text(".money.hero") == "$10,000.00"
    page.click(".toast button:has-text('Deshacer')")
    page.wait_for_selector(".toast:has-text('El pago se quitó')")
    assert page.inner_text(".money.hero") == "$11,000.00"
