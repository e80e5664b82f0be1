"""Spreadsheets as people keep them: encodings, separators, headings, amounts, dates, and rows that are set apart."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from puntual.adapters.files import Files
from puntual.adapters.tabular import dump_layout, fingerprint, guess_layout, open_table, parse_layout
from puntual.adapters.tabular.amounts import parse_amounts
from puntual.adapters.tabular.dates import DAY_FIRST, MONTH_FIRST, order_of, parse_date
from puntual.adapters.tabular.sheets import Number
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Defaults

HOME = Defaults("MX", "MXN")


def read(data, name="cartera.csv", kind=None, layout=None, defaults=HOME):
    files = Files()
    format = files.detect(data, name)
    layout = layout or files.layout(data, name, kind=kind, defaults=defaults)
    batches = list(files.read(data, name, format=format, kind=kind, layout=layout, defaults=defaults))
    records = [r for b in batches for r in b.records]
    return records, [e for b in batches for e in b.errors], [w for b in batches for w in b.warnings], layout


CARTERA = (
    "Folio;RFC;Cliente;Fecha;Vencimiento;Total;Moneda\n"
    "A-1;EKU9003173C9;Peñón S.A.;05/03/2026;04/04/2026;1.234,56;MXN\n"
    "A-2;URE180429TM6;Ñandú S.A.;25/03/2026;24/04/2026;99,90;USD\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_same_table_is_read_in_any_encoding_and_with_any_separator(encoding, separator):
    text = CARTERA.replace("1.234,56", '"1.234,56"').replace("99,90", '"99,90"').replace(";", separator)

    records, errors, _, layout = read(text.encode(encoding))

    assert (layout.kind, errors) == ("invoices", [])
    assert [(r.number, r.receiver_name, r.total_minor, r.currency) for r in records] == [
        ("A-1", "Peñón S.A.", 123456, "MXN"),
        ("A-2", "Ñandú S.A.", 9990, "USD"),
    ]
    assert records[0].issued_on == date(2026, 3, 5)
    assert records[0].due_dates == ((date(2026, 4, 4), 123456),)
    assert records[1].place.row == 3


def workbook(rows, name="Hoja1"):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(name)
    dates = book.add_format({"num_format": "dd/mm/yyyy"})
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(r, c, cell, dates)
            elif cell is not None:
                sheet.write(r, c, cell)
    book.close()
    return out.getvalue()


def test_a_workbook_with_a_title_above_its_headings_and_real_dates_and_numbers():
    data = workbook(
        [
            ["Cartera de clientes al 21 de noviembre"],
            [],
            ["Factura", "Código cliente", "Fecha factura", "Fecha de vencimiento", "Importe", "Correo"],
            ["00123", "C-1", datetime(2026, 10, 1), datetime(2026, 10, 31), 1234.5, "ana@empresa.mx"],
            ["00124", "C-2", datetime(2026, 10, 2), datetime(2026, 11, 1), 1.234, None],
            [None, None, None, None, None, None],
            ["00125", "C-3", "2026-10-03", "3 de noviembre de 2026", "$ 1,500.00", "sin correo"],
        ]
    )

    records, errors, _, layout = read(data, "cartera.xlsx")

    assert errors == []
    assert [(r.number, r.customer_code, r.total_minor) for r in records] == [
        ("00123", "C-1", 123450),
        ("00124", "C-2", 123),  # a computed cell is rounded once, half-up; its point is decimal
        ("00125", "C-3", 150000),
    ]
    assert [r.due_dates[0][0] for r in records] == [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 3)]
    assert [r.place.row for r in records] == [4, 5, 7]
    assert [c.value for c in records[0].contacts] == ["ana@empresa.mx"]
    assert records[2].contacts == ()


def test_a_row_that_is_wrong_is_set_apart_whole_with_its_number_and_sentence():
    text = (
        "Folio,Cliente,Fecha,Vencimiento,Total\n"
        "1,Ana,2026-01-10,2026-02-10,100\n"
        "2,Ana,2026-01-10,2026-02-10,cien\n"
        "3,Ana,31/02/2026,2026-02-10,100\n"
        "4,,2026-01-10,2026-02-10,100\n"
        "5,Ana,2026-01-10,2026-01-09,100\n"
        ",Ana,2026-01-10,2026-02-10,100\n"
        "7,Ana,2026-01-10,2026-02-10,\n"
        "8,Ana,2026-01-10,2026-02-10,100,de más\n"
        "9,Ana,2026-01-10,2026-02-10,10.123\n"
        "10,Ana,2026-01-10,2026-02-10,10.5\n"
    )

    records, errors, _, _ = read(text.encode())

    assert [r.number for r in records] == ["1", "10"]
    assert [(e.row, e.field) for e in errors] == [
        (3, "Total"), (4, "Fecha"), (5, "customer_code"), (6, "Vencimiento"), (7, "Folio"), (8, "Total"), (9, ""),
        (10, "Total"),
    ]  # fmt: skip
    assert errors[0].error == "«cien» no es un importe."
    assert errors[-1].error == "«10.123» tiene más decimales de los que admite MXN."


@pytest.mark.parametrize(
    ("cells", "currency", "minor"),
    [
        (["1.234,56", "1.234"], "MXN", [123456, 123400]),
        (["1,234.56", "1,234"], "MXN", [123456, 123400]),
        (["1.234", "2.500"], "COP", [123400, 250000]),
        (["1.234.567", "12.000"], "CLP", [1234567, 12000]),
        (["$1,234.50", "MXN 10.00", "10.00 M.N.", "US$ 5"], "MXN", [123450, 1000, 1000, 500]),
        (["(1,234.56)", "-10", "10-", "$ -5.5"], "MXN", [-123456, -1000, -1000, -550]),
        (["1 234,56", "1'234.56"], "EUR", [123456, 123456]),
        ([".5", "0.50", "0", ""], "MXN", [50, 50, 0, None]),
        (["12.345"], "KWD", [12345000]),
        ([Number("12.345"), Number("1000000")], "CLP", [12, 1000000]),
        ([Number("1.005"), Number("-1.005")], "MXN", [101, -101]),
    ],
)
def test_amounts_are_read_by_the_evidence_of_their_column(cells, currency, minor):
    parsed = parse_amounts(cells, currency)

    assert parsed.error.null_count() == len(cells)
    assert parsed.minor.to_list() == minor


@pytest.mark.parametrize(
    "cell", ["cien", "1,2,3", "1.2.3", "12a", "--", "1,23.4", "99999999999999999999", "1e5", "10%"]
)
def test_what_is_no_amount_is_an_error_and_never_a_number(cell):
    parsed = parse_amounts([cell], "MXN")

    assert parsed.minor.to_list() == [None]
    assert parsed.error[0]


@given(
    st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=20),
    st.sampled_from([("", "."), (",", "."), (".", ",")]),
)
def test_any_amount_written_with_two_decimals_is_read_back(minors, marks):
    thousands, decimal = marks

    def written(minor):
        text = f"{abs(minor) // 100:,}.{abs(minor) % 100:02d}"
        return ("-" if minor < 0 else "") + text.translate(str.maketrans({",": thousands or None, ".": decimal}))

    parsed = parse_amounts([written(m) for m in minors], "MXN")

    assert parsed.minor.to_list() == minors


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-01-15", date(2026, 1, 15)), ("2026-01-15T10:00:00", date(2026, 1, 15)), ("20260115", date(2026, 1, 15)),
        ("15/01/2026", date(2026, 1, 15)), ("15-01-26", date(2026, 1, 15)), ("15.1.2026", date(2026, 1, 15)),
        ("15-ene-26", date(2026, 1, 15)), ("15 de enero de 2026", date(2026, 1, 15)),
        ("Jan 15, 2026", date(2026, 1, 15)),
        ("15 set. 2026", date(2026, 9, 15)), ("45000", date(2023, 3, 15)), ("15/01/2026 10:22", date(2026, 1, 15)),
        ("31/02/2026", None), ("ayer", None), ("13/13/2026", None), ("123", None), ("", None),
    ],
)  # fmt: skip
def test_dates_in_every_habit(cell, day):
    assert parse_date(cell) == day


def test_day_and_month_are_told_apart_by_evidence_over_all_date_columns():
    assert order_of([["03/04/2026", "25/04/2026"], ["01/02/2026"]]) == (DAY_FIRST, False)
    assert order_of([["03/04/2026"], ["4/25/2026"]]) == (MONTH_FIRST, False)
    assert order_of([["03/04/2026"]]) == (DAY_FIRST, True)
    assert order_of([["2026-04-03"]]) == (DAY_FIRST, False)


def test_without_evidence_the_day_comes_first_and_the_user_is_told():
    records, _, warnings, _ = read(b"Folio,Cliente,Fecha,Total\n1,Ana,03/04/2026,10\n")

    assert records[0].issued_on == date(2026, 4, 3)
    assert any("dd/mm/yyyy" in w for w in warnings)


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (["Folio", "RFC", "Fecha", "Vencimiento", "Total"], "invoices"),
        (["Invoice Number", "Customer ID", "Invoice Date", "Due Date", "Amount"], "invoices"),
        (["customerID", "invoiceNumber", "InvoiceDate", "DueDate", "InvoiceAmount", "SettledDate"], "history"),
        (["Cliente", "Documento", "Vence", "Saldo"], "balances"),
        (["Código", "Nombre", "Correo", "Teléfono", "Días de crédito"], "customers"),
        (["Código", "Contacto", "Correo"], "contacts"),
        (["Fecha", "Concepto", "Cargo", "Abono", "Saldo"], "statement"),
        (["Fecha de pago", "Factura", "Importe", "Forma de pago"], "payments"),
    ],
)
def test_the_kind_of_a_table_is_guessed_from_its_headings(headings, kind):
    assert guess_layout(headings).kind == kind


def test_an_unknown_table_says_what_is_missing_instead_of_guessing():
    with pytest.raises(UnusableInput, match="cosas.csv: .*no se sabe"):
        read(b"Color,Sabor\nrojo,dulce\n", "cosas.csv")
    with pytest.raises(UnusableInput, match="falta para «invoices»: total"):
        guess_layout(["Folio", "Cliente", "Fecha"], "invoices")


def test_a_layout_is_written_as_yaml_corrected_and_read_back():
    _, _, _, layout = read(b"Doc,Quien,Dia,Cuanto\n1,Ana,2026-01-01,5\n", layout=parse_layout(
        "kind: invoices\ncolumns: {number: Doc, customer_name: Quien, issued_on: Dia, total: Cuanto}\n"
        "options: {currency: USD, decimals: punto}\n"
    ))  # fmt: skip

    again = parse_layout(dump_layout(layout))
    records, _, _, _ = read(b"Doc,Quien,Dia,Cuanto\n1,Ana,2026-01-01,1.234\n2,Ana,2026-01-01,1.5\n", layout=again)

    assert [(r.currency, r.total_minor) for r in records] == [("USD", 150)]
    assert records[0].receiver_name == "Ana"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: invoices", "columns"),
        ("kind: facturas\ncolumns: {a: b}", "«facturas»"),
        ("kind: invoices\ncolumns: {folio: Folio}", "campo desconocido: folio"),
        ("kind: invoices\ncolumns: {number: Folio}", "le falta"),
        ("kind: [", "YAML"),
        ("kind: contacts\ncolumns: {tax_id: RFC, email: Correo}\noptions: {color: rojo}", "opción desconocida"),
    ],
)
def test_a_wrong_layout_is_unusable_and_says_why(text, says):
    with pytest.raises(UnusableInput, match=says):
        parse_layout(text)


def test_a_layout_that_names_a_column_that_is_not_there_says_which_there_are():
    layout = parse_layout("kind: contacts\ncolumns: {tax_id: RFC, email: Correo}")

    with pytest.raises(UnusableInput, match="no tiene la columna «Correo». Tiene: RFC, Mail"):
        read(b"RFC,Mail\nA,b@c.mx\n", layout=layout)


def test_the_fingerprint_of_headings_ignores_order_case_and_accents():
    assert fingerprint(["Folio", "Teléfono"]) == fingerprint(["TELEFONO", "folio"])
    assert fingerprint(["Folio"]) != fingerprint(["Folio", "Total"])


def test_a_negative_total_and_a_type_that_says_so_are_credit_notes():
    records, _, _, _ = read(
        b"Folio,Tipo,Cliente,Fecha,Total\n1,Factura,A,2026-01-20,10\n2,NC,A,2026-01-20,3\n3,Factura,A,2026-01-20,-4\n"
    )

    assert [(r.kind, r.total_minor) for r in records] == [("invoice", 1000), ("credit_note", 300), ("credit_note", 400)]


def test_an_invoice_with_its_open_balance_says_what_was_paid_of_it():
    records, _, _, _ = read(b"Folio,Cliente,Fecha,Vencimiento,Importe,Saldo\n1,A,2026-01-20,2026-02-20,100,40\n")

    assert (records[0].total_minor, records[0].paid_minor, records[0].due_dates) == (
        10000,
        6000,
        ((date(2026, 2, 20), 4000),),
    )


def test_two_equal_payments_are_two_and_the_same_file_gives_the_same_ids():
    text = b"Fecha pago,Factura,Importe\n2026-01-20,A-1,100\n2026-01-20,A-1,100\n2026-01-21,A-1,0\n"

    first, errors, _, _ = read(text)
    second, _, _, _ = read(text)

    assert len({r.fiscal_id for r in first}) == 2
    assert [r.fiscal_id for r in first] == [r.fiscal_id for r in second]
    assert [(e.row, e.field) for e in errors] == [(4, "Importe")]


def test_a_bank_table_with_debit_and_credit_columns():
    text = "Fecha;Concepto;Referencia;Cargo;Abono\n20/01/2026;SPEI ACME;778;;1,500.00\n21/01/2026;COMISION;;12.50;\n"

    lines, errors, _, layout = read(text.encode("cp1252"))

    assert (layout.kind, errors) == ("statement", [])
    assert [(x.booked_on, x.amount_minor, x.reference, x.text) for x in lines] == [
        (date(2026, 1, 20), 150000, "778", "SPEI ACME"),
        (date(2026, 1, 21), -1250, "", "COMISION"),
    ]


def test_contacts_without_a_usable_one_are_set_apart_and_customers_only_warned():
    contacts, errors, _, _ = read(b"RFC,Correo,Telefono\nEKU9003173C9,ana@a.mx,5512345678\nURE180429TM6,nada,\n")
    customers, none, warnings, _ = read(b"RFC,Nombre,Correo\nURE180429TM6,Ana,nada\n")

    assert [(c.channel, c.value) for c in contacts] == [("email", "ana@a.mx"), ("call", "+525512345678")]
    assert [(e.row, e.value) for e in errors] == [(3, "nada")]
    assert (customers[0].name, customers[0].contacts, none) == ("Ana", (), [])
    assert any("«nada»" in w for w in warnings)


def test_a_workbook_that_inflates_without_measure_is_refused():
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/{}.xml".format("workbook"), b"0" * 80_000_000)

    with pytest.raises(UnusableInput, match="por seguridad"):
        open_table(out.getvalue(), "bomba.xlsx")


def test_a_sheet_that_is_not_there_names_those_that_are():
    data = workbook([["Folio", "Total"], ["1", 2]], "Cartera")

    with pytest.raises(UnusableInput, match="no tiene la hoja «Otra». Tiene: Cartera"):
        open_table(data, "x.xlsx", sheet="Otra")
