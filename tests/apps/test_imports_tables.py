"""Spreadsheets into the books: invoices, history, customers, contacts, payments, balances of today, bank movements."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from puntual.adapters.files import Files
from puntual.apps.imports import read as imports
from puntual.apps.imports import write
from puntual.apps.imports.models import Document
from puntual.apps.parties import read as people
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as books
from puntual.apps.receivables.models import Entry, Event, Invoice
from puntual.core.errors import UnusableInput
from puntual.simulators import sat

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
HISTORY = Path(__file__).parents[2].parent / "shared" / "data" / "ibm-late-payments.csv"


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="kemper", name="Escuela Kemper", country="MX", zone="America/Mexico_City", currency="MXN",
        tax_id="EKU9003173C9",
    )  # fmt: skip


def load(creditor, text, name="tabla.csv", as_of=TODAY, **wish):
    data = text.encode() if isinstance(text, str) else text
    return write.import_files(
        creditor=creditor, sources=[write.Source(name, data)], reader=Files(), as_of=as_of, wish=write.Wish(**wish),
        strict=True,
    ).tally  # fmt: skip


def opened():
    return {i.number: sum(d.balance.open_minor for d in books.items_of_invoice(i.pk)) for i in Invoice.objects.all()}


CARTERA = (
    "Folio,Código cliente,Cliente,RFC,Fecha,Vencimiento,Total,Correo,Teléfono\n"
    'F-1,C-1,Comercial Ocampo,COC010101AB1,01/10/2026,31/10/2026,"1,000.00",pagos@ocampo.mx,55 1234 5678\n'
    "F-2,C-1,Comercial Ocampo,COC010101AB1,05/10/2026,04/11/2026,250.50,pagos@ocampo.mx,\n"
    "F-3,C-2,Rosa Díaz,,25/10/2026,24/11/2026,99.99,,\n"
)


class TestInvoices:
    def test_a_spreadsheet_brings_invoices_customers_and_contacts(self, creditor):
        tally = load(creditor, CARTERA)

        assert (tally.read, tally.created, tally.unchanged, tally.rejected) == (3, 3, 0, [])
        assert opened() == {"F-1": 100000, "F-2": 25050, "F-3": 9999}
        account = Account.objects.get(code="C-1")
        assert people.person(account.party_id).name == "Comercial Ocampo"
        points = people.points([account.party_id])[account.party_id]
        assert {(p.kind, p.value) for p in points} == {("email", "pagos@ocampo.mx"), ("phone", "+525512345678")}
        assert tally.as_json()["missing"] == {"credit_days": 0, "contacts": 1}

    def test_the_same_table_twice_changes_nothing(self, creditor):
        load(creditor, CARTERA)
        before = (Entry.objects.count(), Account.objects.count(), Document.objects.count())

        again = load(creditor, CARTERA)

        assert (again.read, again.created, again.updated, again.unchanged) == (3, 0, 0, 3)
        assert (Entry.objects.count(), Account.objects.count(), Document.objects.count()) == before

    def test_a_load_that_was_cut_is_completed_by_running_it_again(self, creditor):
        rows = "".join(f"G-{n},C-{n % 9},Cliente,01/10/2026,31/10/2026,10.00\n" for n in range(900))
        text = "Folio,Código cliente,Cliente,Fecha,Vencimiento,Total\n" + rows

        class Cut(BaseException):
            """Like a kill: nobody catches it."""

        def cut(done, tally):
            if tally.created >= 250:
                raise Cut

        with pytest.raises(Cut):
            write.import_files(
                creditor=creditor,
                sources=[write.Source("a.csv", text.encode())],
                reader=Files(),
                as_of=TODAY,
                progress=cut,
            )
        loaded = Invoice.objects.count()
        assert 0 < loaded < 900
        assert [r.state for r in imports.runs(creditor.pk)] == ["failed"]

        tally = load(creditor, text)

        assert (tally.created, tally.unchanged) == (900 - loaded, loaded)
        assert sum(opened().values()) == 900 * 1000

    def test_wrong_rows_are_set_apart_and_the_others_loaded_whole(self, creditor):
        tally = load(creditor, CARTERA.replace("250.50", "doscientos").replace("24/11/2026", "24/13/2026"))

        assert (tally.read, tally.created) == (3, 1)
        assert [(e.row, e.field) for e in tally.rejected] == [(3, "Total"), (4, "Vencimiento")]
        assert opened() == {"F-1": 100000}
        assert not Account.objects.filter(code="C-2").exists()

    def test_a_known_invoice_with_another_amount_is_not_rewritten(self, creditor):
        load(creditor, CARTERA)

        tally = load(creditor, CARTERA.replace("99.99", "199.99"))

        assert (tally.unchanged, len(tally.rejected)) == (2, 1)
        assert "otro importe" in tally.rejected[0].error
        assert opened()["F-3"] == 9999

    def test_a_number_repeated_with_other_data_is_set_apart(self, creditor):
        tally = load(
            creditor, CARTERA + "F-1,C-9,Otro,,01/10/2026,31/10/2026,5.00,,\n" + CARTERA.splitlines()[1] + "\n"
        )

        assert (tally.read, tally.created, tally.unchanged) == (5, 3, 1)
        assert [(e.row, e.value) for e in tally.rejected] == [(5, "F-1")]

    def test_what_was_paid_already_is_booked_as_paid(self, creditor):
        load(creditor, "Folio,Cliente,Fecha,Vencimiento,Importe,Saldo\n1,Ana,20/01/2026,20/02/2026,100.00,40.00\n")

        assert opened() == {"1": 4000}
        kinds = sorted(Event.objects.values_list("kind", "provisional"))
        assert kinds == [("allocation", True), ("invoice", False), ("payment", True)]

    def test_a_negative_invoice_is_a_credit_in_favour_of_its_customer(self, creditor):
        tally = load(creditor, "Folio,Cliente,Fecha,Total\n1,Ana,20/01/2026,100\n2,Ana,20/01/2026,-30\n")

        assert tally.created == 2
        account = Account.objects.get()
        balance = books.open_balance([account.pk])[account.pk, "MXN"]
        assert (balance.open_minor, balance.unapplied_minor) == (10000, 3000)

    def test_the_cfdi_of_an_invoice_that_a_spreadsheet_brought_is_the_same_invoice(self, creditor):
        load(creditor, "Folio,RFC,Cliente,Fecha,Total\nA7,URE180429TM6,Uni,01/10/2026,1160.00\n", kind="invoices")
        fiscal = str(sat.folio_of("I", "EKU9003173C9", "A", "7")).upper()

        tally = load(creditor, sat.invoice(number="7"), "a.xml")
        load(creditor, sat.payment(pays=[{"uuid": fiscal, "previous": "1160.00", "paid": "60.00"}]), "p.xml")

        assert (tally.created, tally.updated) == (0, 1)
        assert Invoice.objects.get().fiscal_id == fiscal
        assert opened() == {"A7": 110000}
        assert load(creditor, sat.invoice(number="7"), "a.xml").unchanged == 1


class TestHistory:
    def test_the_public_history_loads_by_its_guessed_layout(self, creditor):
        if not HISTORY.exists():
            pytest.skip("la historia pública no está en esta máquina")
        tally = load(creditor, HISTORY.read_bytes(), HISTORY.name)

        assert (tally.read, tally.created, tally.rejected) == (2466, 2466, [])
        assert Account.objects.count() == 100
        assert Invoice.objects.count() == 2466
        assert set(opened().values()) == {0}
        assert any("moneda" in w for w in tally.warnings)
        assert any("país" in w for w in tally.warnings)
        first = Invoice.objects.get(number="0000611365")
        assert (first.issued_on, first.total_minor) == (date(2013, 1, 2), 5594)
        paid = books.payment_history_frame(creditor_id=creditor.pk)
        row = paid.filter(due_item=books.items_of_invoice(first.pk)[0].pk).row(0, named=True)
        assert (row["due_on"], row["paid_on"]) == (date(2013, 2, 1), date(2013, 1, 15))

        again = load(creditor, HISTORY.read_bytes(), HISTORY.name)
        assert (again.created, again.updated, again.unchanged) == (0, 0, 2466)

    def test_an_invoice_without_settlement_stays_open(self, creditor):
        text = (
            "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate\n"
            "X,1,1/2/2026,2/13/2026,10.5,\n"
            "X,2,1/2/2026,2/13/2026,20,3/1/2026\n"
        )

        load(creditor, text)

        assert opened() == {"1": 1050, "2": 0}


class TestPeople:
    def test_customers_then_only_what_changed(self, creditor):
        text = "Código,Nombre,RFC,Días de crédito,Correo\nC-1,Ocampo,COC010101AB1,45,a@o.mx\nC-2,Rosa,,30,\n"
        first, again = load(creditor, text), load(creditor, text)
        changed = load(creditor, text.replace("45", "60"))

        assert (first.created, first.updated) == (2, 0)
        assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
        assert (changed.updated, changed.unchanged) == (1, 1)
        assert Account.objects.get(code="C-1").credit_days == 60

    def test_a_customer_known_by_its_rfc_learns_its_code(self, creditor):
        load(creditor, sat.invoice(), "a.xml")

        tally = load(creditor, "Código,Nombre,RFC,Días de crédito\nC-77,Universidad,URE180429TM6,20\n")

        assert (tally.created, tally.updated) == (0, 1)
        account = Account.objects.get()
        assert (account.code, account.credit_days) == ("C-77", 20)

    def test_contacts_of_known_customers_only(self, creditor):
        load(creditor, CARTERA)

        text = "Código,Contacto,Papel,Correo\nC-2,Luis,Tesorería,luis@rosa.mx\nC-9,Nadie,,x@y.mx\n"
        tally, again = load(creditor, text), load(creditor, text)

        assert (tally.updated, [e.value for e in tally.rejected]) == (1, ["C-9"])
        party = Account.objects.get(code="C-2").party_id
        assert [(p.value, p.role, p.label) for p in people.points([party])[party]] == [
            ("luis@rosa.mx", "payer", "Luis")
        ]
        assert (again.updated, again.unchanged) == (0, 1)


class TestPayments:
    def test_payments_go_to_the_invoice_that_they_name_or_to_the_oldest(self, creditor):
        load(creditor, CARTERA)

        text = (
            "Fecha pago,Factura,Código cliente,Importe\n"
            "10/11/2026,F-2,,250.50\n11/11/2026,,C-1,400.00\n12/11/2026,Z-9,,1\n"
        )
        tally, again = load(creditor, text), load(creditor, text)

        assert (tally.created, len(tally.rejected)) == (2, 1)
        assert "Z-9" in tally.rejected[0].error
        assert opened() == {"F-1": 60000, "F-2": 0, "F-3": 9999}
        assert (again.created, again.unchanged) == (0, 2)

    def test_bank_movements_are_kept_once_and_sealed(self, creditor):
        text = "Fecha,Concepto,Cargo,Abono\n20/11/2026,SPEI OCAMPO F-1,,1000.00\n20/11/2026,COMISION,15.00,\n"
        first, again = load(creditor, text), load(creditor, text)

        assert (first.created, again.created, again.unchanged) == (2, 0, 2)
        lines = [line for _, line in imports.bank_lines(creditor.pk)]
        assert [(x.amount_minor, x.text) for x in lines] == [(100000, "SPEI OCAMPO F-1"), (-1500, "COMISION")]
        assert imports.last_bank_day(creditor.pk) == date(2026, 11, 20)


class TestBalancesOfToday:
    SALDOS = "Cliente,Documento,Vence,Saldo\nOcampo,D-1,31/10/2026,500.00\nRosa,D-2,15/11/2026,80.00\n"

    def test_the_first_list_creates_and_the_next_adjusts(self, creditor):
        first = load(creditor, self.SALDOS)
        again = load(creditor, self.SALDOS)
        less = load(creditor, self.SALDOS.replace("500.00", "350.00"), as_of=date(2026, 11, 22))
        more = load(creditor, self.SALDOS.replace("500.00", "360.00"), as_of=date(2026, 11, 23))

        assert (first.created, again.unchanged) == (2, 2)
        assert (less.updated, less.unchanged) == (1, 1)
        assert more.updated == 1
        assert opened() == {"D-1": 36000, "D-2": 8000}
        assert Event.objects.filter(kind="adjustment").count() == 2

    def test_a_document_that_vanished_is_asked_about_and_left_as_it_is(self, creditor):
        load(creditor, self.SALDOS)

        tally = load(
            creditor, "Cliente,Documento,Vence,Saldo\nOcampo,D-1,31/10/2026,500.00\n", as_of=date(2026, 11, 22)
        )

        assert [(v["number"], v["open"]) for v in tally.vanished] == [("D-2", {"minor": 8000, "currency": "MXN"})]
        assert opened() == {"D-1": 50000, "D-2": 8000}

    def test_numbers_are_found_however_their_series_is_written(self, creditor):
        load(creditor, sat.invoice(number="7"), "a.xml")

        load(creditor, "RFC,Documento,Vence,Saldo\nURE180429TM6,A7,31/10/2026,1000.00\n", kind="balances")
        load(creditor, "Fecha pago,Factura,Importe\n10/11/2026,A 7,250.00\n")

        assert opened() == {"A-7": 75000}

    def test_a_balance_of_zero_settles(self, creditor):
        load(creditor, self.SALDOS)

        tally = load(creditor, self.SALDOS.replace("80.00", "0"), as_of=date(2026, 11, 22))

        assert (tally.updated, tally.vanished) == (1, [])
        assert opened() == {"D-1": 50000, "D-2": 0}


class TestLayouts:
    ODD = "Doc,Quien,Dia,Cuanto\n1,Ana,20/01/2026,5\n"
    MAP = "kind: invoices\ncolumns: {number: Doc, customer_name: Quien, issued_on: Dia, total: Cuanto}\n"

    def test_a_layout_given_once_is_remembered_for_the_same_headings(self, creditor):
        with pytest.raises(UnusableInput, match="no se sabe"):
            load(creditor, self.ODD)
        assert not Invoice.objects.exists()

        load(creditor, self.ODD, layout=Files().parse_layout(self.MAP))
        second = load(creditor, "Cuanto,Dia,Doc,Quien\n7,21/01/2026,2,Ana\n")

        assert second.created == 1
        assert opened() == {"1": 500, "2": 700}

    def test_a_load_is_on_record_with_its_rejected_rows(self, creditor):
        load(creditor, CARTERA.replace("250.50", "x"))

        (run,) = imports.runs(creditor.pk)
        assert (run.state, run.done, run.result["created"], run.result["rejected_count"]) == ("done", 3, 2, 1)
        assert [(r.row, r.field) for r in imports.rejected(run.pk)] == [(3, "Total")]


class TestCommand:
    @pytest.fixture
    def run(self, creditor, capsys):
        import json

        from puntual.project import cli

        def call(*args):
            code = cli.run(["import", *map(str, args), "--json"])
            out = capsys.readouterr().out
            return code, json.loads(out) if out else None

        return call

    def test_a_folder_with_everything_and_its_rejects(self, run, tmp_path):
        folder = tmp_path / "cartera"
        (folder / "xml").mkdir(parents=True)
        for n in range(3):
            (folder / "xml" / f"{n}.xml").write_bytes(sat.invoice(number=str(n)))
        (folder / "xml" / "roto.xml").write_bytes(b"<cfdi")
        (folder / "facturas.csv").write_text(CARTERA, encoding="utf-8")

        code, document = run(folder)

        assert code == 1
        assert (document["read"], document["created"]) == (7, 6)
        assert [e["file"] for e in document["rejected"]] == ["xml/roto.xml"]
        rejects = list(csv.reader((tmp_path / "cartera.rejects.csv").open(encoding="utf-8-sig")))
        assert rejects[1][0] == "xml/roto.xml"

        (folder / "xml" / "roto.xml").unlink()
        code, document = run(folder)
        assert (code, document["created"], document["unchanged"]) == (0, 0, 6)
        assert not (tmp_path / "cartera.rejects.csv").exists()

    def test_a_zip_is_read_and_a_bomb_is_not(self, run, tmp_path):
        import zipfile

        good, bomb = tmp_path / "mes.zip", tmp_path / "bomba.zip"
        with zipfile.ZipFile(good, "w") as z:
            z.writestr("a/1.xml", sat.invoice(number="1"))
            z.writestr("__MACOSX/x", b"basura")
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("b.xml", b"0" * 80_000_000)

        assert run(good)[1]["created"] == 1
        assert run(bomb)[0] == 2

    def test_a_dry_run_says_what_would_happen(self, run, tmp_path):
        file = tmp_path / "f.csv"
        file.write_text(CARTERA, encoding="utf-8")

        code, document = run(file, "--dry-run")

        assert (code, document["created"], document["dry_run"]) == (0, 3, True)
        assert not Invoice.objects.exists()

    @pytest.mark.parametrize(
        ("name", "content", "options"),
        [
            ("no-existe.csv", None, ()),
            ("vacio.csv", b"", ()),
            ("raro.csv", b"Color,Sabor\nrojo,dulce\n", ()),
            ("raro.csv", b"Folio,Cliente,Fecha,Total\n1,A,2026-01-01,5\n", ("--map", "no-hay.yaml")),
            ("raro.csv", b"Folio,Cliente,Fecha,Total\n1,A,2026-01-01,5\n", ("--creditor", "nadie")),
            ("raro.xml", b"<html/>", ()),
        ],
    )
    def test_unusable_input_exits_with_two_and_changes_nothing(self, run, tmp_path, name, content, options):
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)

        assert run(file, *options) == (2, None)
        assert not Invoice.objects.exists()
