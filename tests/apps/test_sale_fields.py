"""What an invoice says of our own house: when it was sold, by whom, from which plant, and which one it replaces."""

from __future__ import annotations

import json
from datetime import date

import pytest

from puntual.adapters.files import Files
from puntual.apps.access import write as access
from puntual.apps.imports import write
from puntual.apps.parties import write as parties
from puntual.apps.receivables import write as books
from puntual.apps.receivables.models import Invoice
from puntual.core.customers.topics import dispute_cause
from puntual.core.errors import UnusableInput
from puntual.core.negotiation.dispute import CAUSES, OWNERS
from puntual.core.reports.causes import ERROR_NAMES, ERRORS

SALES = (
    "Folio,Código cliente,Cliente,Fecha,Fecha de venta,Vencimiento,Total,Área,Vendedor,Planta\n"
    "F-1,C-1,Ocampo,10/10/2026,03/10/2026,31/10/2026,1000,Ventas sur,Laura,Toluca\n"
    "F-2,C-1,Ocampo,12/10/2026,,31/10/2026,500,,,\n"
)


@pytest.fixture
def creditor(db):
    return parties.create_creditor(
        code="norte", name="Ferretera", country="MX", zone="America/Mexico_City", currency="MXN"
    )


def test_a_sheet_of_sales_tells_them(creditor):
    tally = write.import_files(
        creditor=creditor, sources=[write.Source("ventas.csv", SALES.encode())], reader=Files(),
        as_of=date(2026, 11, 1), wish=write.Wish(), strict=True,
    ).tally  # fmt: skip
    assert (tally.created, tally.rejected) == (2, [])
    one, two = Invoice.objects.order_by("number")
    told = (one.sold_on, one.issued_on, one.department, one.seller, one.plant)
    assert told == (date(2026, 10, 3), date(2026, 10, 10), "Ventas sur", "Laura", "Toluca")
    assert (two.sold_on, two.plant, two.replaces_id) == (None, "", None)


def test_a_sale_after_its_invoice_is_refused():
    with pytest.raises(UnusableInput, match="La venta de la factura F-9 es posterior a su fecha"):
        books.NewInvoice(
            1, "F-9", "F-9", date(2026, 10, 1), "MXN", 5, ((date(2026, 10, 30), 5),), sold_on=date(2026, 10, 2)
        )


class TestApi:
    @pytest.fixture
    def post(self, creditor, client):
        parties.register_accounts(creditor=creditor, rows=[parties.NewAccount(code="C-1", name="Ocampo")])
        _, key = access.create_key(name="ventas", scopes=["write"])

        def send(key_, **more):
            row = {"account": "C-1", "number": "F-1", "issued_on": "2026-10-10", "currency": "MXN", "total_minor": 5,
                   "dues": [{"due_on": "2026-10-30", "amount_minor": 5}], **more}  # fmt: skip
            return client.post(
                "/api/v1/invoices", json.dumps([row]), content_type="application/json",
                headers={"Authorization": f"Bearer {key}", "Idempotency-Key": key_, "host": "127.0.0.1"},
            )  # fmt: skip

        return send

    def test_an_invoice_says_when_it_was_sold_and_which_one_it_replaces(self, post):
        assert post("a", fiscal_id="UUID-1").status_code == 201
        assert post("b", number="F-2", fiscal_id="UUID-2", sold_on="2026-10-07", plant="León",
                    replaces="UUID-1").status_code == 201  # fmt: skip
        old, new = Invoice.objects.order_by("number")
        assert (new.sold_on, new.plant, new.replaces_id) == (date(2026, 10, 7), "León", old.pk)

    def test_one_that_replaces_nothing_known_is_not_taken(self, post):
        answer = post("a", replaces="UUID-9")
        assert answer.status_code == 404 and "UUID-9" in answer.json()["detail"]
        assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("el precio no es el acordado", "wrong_price"), ("faltaron 3 cajas", "wrong_quantity"),
        ("la fecha de vencimiento está mal", "wrong_date"), ("no trae la orden de compra", "missing_order"),
        ("nuestro RFC está mal", "wrong_address"), ("me la están cobrando dos veces", "duplicate"),
        ("llegó dañado", "damaged"), ("la factura está equivocada", "wrong_invoice"),
    ],
)  # fmt: skip
def test_the_words_of_a_customer_name_the_kind_of_error(said, cause):
    assert dispute_cause(said) == cause


def test_every_cause_has_its_owner_and_every_error_its_name():
    assert set(OWNERS) == set(CAUSES) and set(ERRORS) <= set(CAUSES)
    assert set(ERRORS.values()) <= set(ERROR_NAMES)
    asked = {"price", "quantity", "quality", "date", "order_number", "address", "duplicate"}
    assert asked <= set(ERRORS.values())
