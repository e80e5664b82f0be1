"""CFDI 4.0 and REP 2.0, made and sealed with satcfdi and a throw-away certificate, read with our own reader."""

import base64
from datetime import date
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from satcfdi.cfdi import CFDI
from satcfdi.models import Certificate

from puntual.adapters import einvoices
from puntual.adapters.detect import detect
from puntual.ports.einvoice import Allocation
from puntual.simulators import sat


def read_one(xml, format="cfdi"):
    batch = einvoices.read(xml, "a.xml", format)
    assert batch.errors == ()
    (record,) = batch.records
    return record


def test_an_income_cfdi_is_an_invoice_known_by_its_uuid():
    xml = sat.invoice(series="A", number="77", subtotal="1250.30", at="2026-10-01T23:50:00", description="Renta")

    invoice = read_one(xml)

    theirs = CFDI.from_string(xml)
    assert invoice.fiscal_id == str(theirs["Complemento"]["TimbreFiscalDigital"]["UUID"]).upper()
    assert Decimal(invoice.total_minor) / 100 == theirs["Total"] == Decimal("1450.35")
    assert (invoice.kind, invoice.series, invoice.number, invoice.currency) == ("invoice", "A", "77", "MXN")
    assert invoice.issued_on == date(2026, 10, 1)
    assert (invoice.issuer_tax_id, invoice.receiver_tax_id) == ("EKU9003173C9", "URE180429TM6")
    assert invoice.receiver_name == "UNIVERSIDAD ROBOTICA ESPAÑOLA"
    assert (invoice.payment_method, invoice.summary, invoice.country) == ("PPD", "Renta", "MX")


def test_a_cfdi_has_no_due_date_but_its_free_text_may_state_credit_days():
    silent, stated = read_one(sat.invoice()), read_one(sat.invoice(terms="CREDITO A 45 DIAS"))

    assert (silent.due_dates, silent.credit_days) == ((), None)
    assert (stated.due_dates, stated.credit_days) == ((), 45)


def test_a_credit_note_names_the_invoice_that_it_lowers():
    invoice = read_one(sat.invoice())

    note = read_one(sat.credit_note(of=invoice.fiscal_id.lower(), subtotal="100.00"))

    assert (note.kind, note.total_minor) == ("credit_note", 11600)
    assert note.related == (("01", invoice.fiscal_id),)


def test_a_rep_says_which_invoices_were_paid_and_what_is_left_of_each():
    first, second = read_one(sat.invoice(number="1")), read_one(sat.invoice(number="2"))
    xml = sat.payment(
        pays=[
            {"uuid": first.fiscal_id, "previous": "1160.00", "paid": "1160.00"},
            {"uuid": second.fiscal_id.lower(), "previous": "1160.00", "paid": "500.50", "instalment": 2},
        ],
        at="2026-10-20T12:00:00",
        operation="SPEI-778",
    )

    payment = read_one(xml, "rep")

    assert detect(xml, "x.xml") == "rep"
    assert payment.fiscal_id.endswith("#1")
    assert (payment.amount_minor, payment.currency, payment.paid_on) == (166050, "MXN", date(2026, 10, 20))
    assert (payment.method, payment.reference, payment.payer_tax_id) == ("03", "SPEI-778", "URE180429TM6")
    assert payment.provisional is True
    assert payment.allocations == (
        Allocation(first.fiscal_id, 116000, "MXN", 116000, 0, 1),
        Allocation(second.fiscal_id, 50050, "MXN", 116000, 65950, 2),
    )


def test_a_payment_in_pesos_of_an_invoice_in_dollars_is_allocated_in_dollars():
    invoice = read_one(sat.invoice(currency="USD", subtotal="100.00"))
    xml = sat.payment(
        pays=[
            {
                "uuid": invoice.fiscal_id,
                "previous": "116.00",
                "paid": "116.00",
                "currency": "USD",
                "rate": "0.0540540541",
            }
        ],
        amount="2146.00",
    )

    payment = read_one(xml, "rep")

    assert (payment.amount_minor, payment.currency) == (214600, "MXN")
    assert payment.allocations[0] == Allocation(invoice.fiscal_id, 11600, "USD", 11600, 0, 1)


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ((b"</tfd:TimbreFiscalDigital>", b""), "", "bien formado"),
        ((b'Total="1160.00"', b'Total="mil"'), "Total", "no es un importe"),
        ((b'Moneda="MXN"', b'Moneda="pesos"'), "Moneda", "no es una moneda"),
        ((b'Fecha="2026-10-01T10:00:00"', b'Fecha="ayer"'), "Fecha", "no es una fecha"),
        ((b'TipoDeComprobante="I"', b'TipoDeComprobante="N"'), "", "nómina"),
        ((b'TipoDeComprobante="I"', b'TipoDeComprobante="T"'), "", "traslado"),
    ],
)
def test_a_broken_cfdi_is_set_apart_with_a_sentence(change, field, says):
    xml = sat.invoice()
    if change[0] == b"</tfd:TimbreFiscalDigital>":
        xml = xml[:-5]
    else:
        assert change[0] in xml
        xml = xml.replace(*change)

    batch = einvoices.read(xml, "mala.xml", "cfdi")

    assert batch.records == ()
    (error,) = batch.errors
    assert (error.file, error.field) == ("mala.xml", field)
    assert says in error.error


def test_a_cfdi_that_nobody_stamped_is_not_an_invoice_yet():
    xml = sat.invoice()
    start, end = xml.index(b"<tfd:"), xml.index(b"</cfdi:Complemento>")

    batch = einvoices.read(xml[:start] + xml[end:], "borrador.xml", "cfdi")

    assert batch.records == ()
    assert "no está timbrado" in batch.errors[0].error


def test_the_seal_of_the_throw_away_certificate_is_a_real_one():
    document = CFDI.from_string(sat.invoice())
    certificate = Certificate.load_certificate(base64.b64decode(document["Certificado"]))

    certificate.public_key().verify(
        base64.b64decode(document["Sello"]), document.cadena_original().encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert certificate.rfc == "EKU9003173C9"
