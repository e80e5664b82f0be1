"""CFDI and REP made with satcfdi, from files to the books."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from puntual.adapters.files import Files
from puntual.apps.imports import read as imports
from puntual.apps.imports import write
from puntual.apps.imports.models import Document
from puntual.apps.parties import read as people
from puntual.apps.parties import write as parties
from puntual.apps.receivables import read as books
from puntual.apps.receivables.models import Entry, Invoice
from puntual.simulators import sat

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="kemper", name="Escuela Kemper", country="MX", zone="America/Mexico_City", currency="MXN",
        tax_id="EKU9003173C9",
    )  # fmt: skip


def load(creditor, *files, **wish):
    sources = [write.Source(f"{i}.xml" if isinstance(f, bytes) else f[0], f if isinstance(f, bytes) else f[1])
               for i, f in enumerate(files)]  # fmt: skip
    return write.import_files(
        creditor=creditor, sources=sources, reader=Files(), as_of=TODAY, wish=write.Wish(**wish)
    ).tally


def uuid(kind, series, number):
    return str(sat.folio_of(kind, "EKU9003173C9", series, number)).upper()


def open_of(number):
    invoice = Invoice.objects.get(number=number)
    return sum(i.balance.open_minor for i in books.items_of_invoice(invoice.pk))


class TestInvoices:
    def test_a_cfdi_becomes_an_invoice_of_a_new_customer_known_by_its_rfc(self, creditor):
        tally = load(creditor, sat.invoice(number="7", subtotal="1000.00"))

        assert (tally.read, tally.created, tally.rejected) == (1, 1, [])
        invoice = Invoice.objects.get()
        assert (invoice.number, invoice.fiscal_id, invoice.total_minor) == ("A-7", uuid("I", "A", "7"), 116000)
        person = people.person(invoice.account.party_id)
        assert (person.name, person.tax_id, person.debtor) == (
            "UNIVERSIDAD ROBOTICA ESPAÑOLA",
            "URE180429TM6",
            "business",
        )

    def test_the_same_files_twice_change_nothing(self, creditor):
        files = [sat.invoice(number=str(n)) for n in range(3)] + [
            sat.payment(pays=[{"uuid": uuid("I", "A", "0"), "previous": "1160.00", "paid": "200.00"}]),
            sat.credit_note(of=uuid("I", "A", "1")),
        ]
        first = load(creditor, *files)
        entries = Entry.objects.count()

        second = load(creditor, *files)

        assert (first.created, first.unchanged) == (5, 0)
        assert (second.created, second.updated, second.unchanged, second.rejected) == (0, 0, 5, [])
        assert Entry.objects.count() == entries

    def test_without_terms_thirty_days_are_assumed_and_asked(self, creditor):
        tally = load(creditor, sat.invoice(at="2026-10-01T10:00:00"))

        invoice = Invoice.objects.get()
        assert [i.due_on for i in books.items_of_invoice(invoice.pk)] == [date(2026, 10, 31)]
        assert invoice.assumed_terms is True
        assert tally.as_json()["missing"] == {"credit_days": 1, "contacts": 1}

    def test_terms_come_from_the_text_then_the_customer_then_the_company(self, creditor):
        creditor.credit_days = 15
        creditor.save()
        load(creditor, sat.invoice(number="1"), sat.invoice(number="2", terms="Crédito 45 días"))
        account = parties.NewAccount(code="URE180429TM6", name="", credit_days=60)
        parties.register_accounts(creditor=creditor, rows=[account])
        tally = load(creditor, sat.invoice(number="3"))

        start = date(2026, 10, 1)
        due = {i.number: books.items_of_invoice(i.pk)[0].due_on for i in Invoice.objects.all()}
        assert due == {n: start + timedelta(d) for n, d in (("A-1", 15), ("A-2", 45), ("A-3", 60))}
        assert not Invoice.objects.filter(assumed_terms=True).exists()
        assert tally.as_json()["missing"]["credit_days"] == 0

    def test_an_invoice_of_another_issuer_is_not_ours_to_collect(self, creditor):
        other = sat.Parties(issuer="URE180429TM6", issuer_name="OTRA", receiver="EKU9003173C9")

        tally = load(creditor, sat.invoice(parties=other))

        assert tally.created == 0
        assert "no Escuela Kemper" in tally.rejected[0].error
        assert not Invoice.objects.exists()

    def test_what_says_it_is_paid_at_once_is_pointed_out(self, creditor):
        tally = load(creditor, sat.invoice(number="1", method="PUE"), sat.invoice(number="2"))

        assert [w for w in tally.as_json()["warnings"] if "PUE" in w] == [
            "1 facturas dicen pagarse de contado (PUE): compruebe que no estén pagadas ya."
        ]

    def test_a_global_invoice_of_the_counter_has_nobody_to_collect_from(self, creditor):
        xml = sat.invoice().replace(b"<cfdi:Emisor", b'<cfdi:InformacionGlobal Periodicidad="04"/><cfdi:Emisor')

        tally = load(creditor, xml)

        assert (tally.created, "público en general" in tally.rejected[0].error) == (0, True)

    def test_a_hostile_file_is_set_apart_and_its_neighbours_are_loaded(self, creditor):
        bomb = b'<!DOCTYPE c [<!ENTITY a "x">]><Comprobante TipoDeComprobante="I">&a;</Comprobante>'

        tally = load(creditor, sat.invoice(number="1"), ("bomba.xml", bomb), sat.invoice(number="2"))

        assert (tally.read, tally.created) == (3, 2)
        assert [(e.file, e.row) for e in tally.rejected] == [("bomba.xml", 0)]
        assert "DOCTYPE" in tally.rejected[0].error

    def test_the_original_is_kept_sealed_with_its_digest(self, creditor):
        import hashlib

        xml = sat.invoice()
        load(creditor, xml)

        invoice = Invoice.objects.select_related("document").get()
        original = imports.original(invoice.document_id, creditor.pk)
        assert (original.data, original.sha256) == (xml, hashlib.sha256(xml).hexdigest())
        assert b"Comprobante" not in bytes(invoice.document.sealed)
        assert invoice.document.party_id == invoice.account.party_id

    def test_the_originals_of_payments_and_statements_are_kept_too(self, creditor):
        load(creditor, sat.invoice(number="1"))
        rep = sat.payment(pays=[{"uuid": uuid("I", "A", "1"), "previous": "1160.00", "paid": "1.00"}])
        statement = (
            b"{1:F01X}{4:\n:20:S\n:25:99\n:28C:1\n:60F:C261119MXN0,\n:61:2611201120C5,NTRFR1//B1\n:86:SPEI\n"
            b":62F:C261120MXN5,\n-}"
        )

        load(creditor, rep, ("banco.sta", statement))

        kept = {d.kind: d for d in Document.objects.all()}
        assert set(kept) == {"cfdi", "rep", "mt940"}
        assert imports.original(kept["rep"].pk, creditor.pk).data == rep
        assert kept["rep"].party_id == Invoice.objects.get().account.party_id
        assert kept["mt940"].party_id is None
        assert imports.original(kept["mt940"].pk, creditor.pk).data == statement

    def test_a_generic_rfc_does_not_merge_two_customers(self, creditor):
        generic = [sat.Parties(receiver="XAXX010101000", receiver_name=name) for name in ("ANA RUIZ", "LUIS SOTO")]

        tally = load(creditor, *(sat.invoice(parties=p, number=str(i)) for i, p in enumerate(generic)))

        assert tally.created == 2
        accounts = {i.account_id for i in Invoice.objects.all()}
        assert len(accounts) == 2
        assert any("no identifica a nadie" in w for w in tally.warnings)

    def test_a_replaced_invoice_is_not_collected_twice(self, creditor):
        load(creditor, sat.invoice(number="1"))
        note = sat.credit_note(of=uuid("I", "A", "1"), relation="04", series="A", number="2", subtotal="900.00")
        replacing = note.replace(b'TipoDeComprobante="E"', b'TipoDeComprobante="I"')

        load(creditor, replacing)

        assert (open_of("A-1"), open_of("A-2")) == (0, 104400)

    def test_a_dry_run_counts_and_changes_nothing(self, creditor):
        pays = [{"uuid": uuid("I", "A", "1"), "previous": "1160.00", "paid": "1160.00"}]

        tally = load(creditor, sat.invoice(number="1"), sat.payment(pays=pays), dry_run=True)

        assert (tally.created, tally.waiting) == (2, 0)
        assert not Invoice.objects.exists()
        assert not imports.runs(creditor.pk)


class TestPaymentsAndNotes:
    def test_a_rep_pays_the_invoices_that_it_names_provisionally(self, creditor):
        load(creditor, sat.invoice(number="1"), sat.invoice(number="2"), sat.invoice(number="3"))
        pays = [
            {"uuid": uuid("I", "A", "1"), "previous": "1160.00", "paid": "1160.00"},
            {"uuid": uuid("I", "A", "2"), "previous": "1160.00", "paid": "500.00"},
        ]

        tally = load(creditor, sat.payment(pays=pays, at="2026-10-20T12:00:00"))

        assert (tally.read, tally.created, tally.waiting) == (1, 1, 0)
        assert (open_of("A-1"), open_of("A-2"), open_of("A-3")) == (0, 66000, 116000)
        events = [e for e in books.events_of(Invoice.objects.first().account_id) if e.kind == "payment"]
        assert {(e.provisional, e.effective_on) for e in events} == {(True, date(2026, 10, 20))}

    def test_a_rep_that_comes_before_its_invoice_waits_and_is_applied_when_it_comes(self, creditor):
        pays = [{"uuid": uuid("I", "A", "9"), "previous": "1160.00", "paid": "160.00"}]
        rep = sat.payment(pays=pays)

        early = load(creditor, rep)
        assert (early.created, early.waiting, early.rejected) == (1, 1, [])
        assert [w.amount_minor for w in imports.waiting(creditor.pk)] == [16000]
        assert not Entry.objects.exists()
        assert load(creditor, rep).unchanged == 1

        load(creditor, sat.invoice(number="9"))

        assert open_of("A-9") == 100000
        assert imports.waiting(creditor.pk) == []
        again = load(creditor, rep)
        assert (again.created, again.unchanged, open_of("A-9")) == (0, 1, 100000)

    def test_files_in_any_order_give_the_same_books(self, creditor):
        pays = [{"uuid": uuid("I", "A", "1"), "previous": "1160.00", "paid": "160.00"}]

        load(creditor, sat.payment(pays=pays), sat.credit_note(of=uuid("I", "A", "1")), sat.invoice(number="1"))

        assert open_of("A-1") == 116000 - 16000 - 11600
        assert imports.waiting(creditor.pk) == []

    def test_a_payment_that_another_company_certifies_is_not_ours(self, creditor):
        load(creditor, sat.invoice(number="1"))
        other = sat.Parties(issuer="URE180429TM6", issuer_name="OTRA")
        pays = [{"uuid": uuid("I", "A", "1"), "previous": "1160.00", "paid": "1160.00"}]

        tally = load(creditor, sat.payment(pays=pays, parties=other))

        assert (tally.created, len(tally.rejected), open_of("A-1")) == (0, 1, 116000)

    def test_a_credit_note_lowers_the_invoice_that_it_names(self, creditor):
        load(creditor, sat.invoice(number="1"), sat.invoice(number="2"))

        tally = load(creditor, sat.credit_note(of=uuid("I", "A", "2"), subtotal="100.00"))

        assert tally.created == 1
        assert (open_of("A-1"), open_of("A-2")) == (116000, 104400)

    def test_a_credit_note_before_its_invoice_waits_too(self, creditor):
        early = load(creditor, sat.credit_note(of=uuid("I", "A", "5"), subtotal="100.00"))

        load(creditor, sat.invoice(number="5"))

        assert early.waiting == 1
        assert open_of("A-5") == 104400

    def test_a_payment_in_pesos_of_an_invoice_in_dollars_settles_dollars(self, creditor):
        load(creditor, sat.invoice(number="1", currency="USD", subtotal="100.00"))
        pays = [
            {"uuid": uuid("I", "A", "1"), "previous": "116.00", "paid": "116.00", "currency": "USD", "rate": "0.054"}
        ]

        load(creditor, sat.payment(pays=pays, amount="2146.00"))

        assert open_of("A-1") == 0
