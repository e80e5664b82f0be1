"""A report as a workbook, read back: dates are dates, money and shares are numbers in their format, texts are texts."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from puntual.apps.reports import export, tables
from puntual.apps.reports.tables import Column, Report, Table
from puntual.core.reports import registry
from puntual.core.reports.measure import Figure
from puntual.core.reports.registry import Measured

START, END = date(2026, 4, 1), date(2026, 4, 30)
COLUMNS = (Column("cut", "Día", "date"), Column("name", "Quién"), Column("minor", "Se espera", "money"),
           Column("bp", "Parte", "pct"), Column("n", "Documentos", "count"))  # fmt: skip
ROWS = ((date(2026, 4, 5), "=HYPERLINK(1)", 1_234_50, 2593, 1_200), (None, "Ana", -5, None, 0))


def table(currency="MXN", name="past", title="Se equivocó en 7,3 %."):
    return Table(name, title, COLUMNS, ROWS, currency, "es_MX")


def report(*found, figures=(), creditor="norte", **more):
    return Report("forecast", "Pronóstico", creditor, "Ferretera del Norte", START, END, figures=figures, tables=found,
                  **more)  # fmt: skip


def sheets(*reports):
    """name -> rows, each cell as a spreadsheet holds it."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(export.render(list(reports), "xlsx")))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def inside(*reports):
    """name -> text of each part of the file, the sheets in their order."""
    with zipfile.ZipFile(io.BytesIO(export.render(list(reports), "xlsx"))) as book:
        return {name.split("/")[-1]: book.read(name).decode() for name in book.namelist()}


class TestTable:
    def test_each_cell_is_what_it_is(self):
        head, *read = sheets(report(table()))["Pronósticos pasados"][2:]
        assert head == ["Día", "Quién", "Se espera (MXN)", "Parte", "Documentos"]
        assert read[0] == [date(2026, 4, 5), "=HYPERLINK(1)", 1234.5, 0.2593, 1200]
        assert read[1] == ["", "Ana", -0.05, "", 0]

    def test_the_formats_are_those_of_their_kind(self):
        style = inside(report(table()))["styles.xml"]
        assert set(re.findall(r'formatCode="([^"]+)"', style)) == {"d mmm yyyy", "0.00%", "#,##0", "#,##0.00"}

    def test_pesos_of_chile_have_no_decimals(self):
        one = sheets(report(table("CLP")))["Pronósticos pasados"]
        assert one[3][2] == 123450 and one[2][2] == "Se espera (CLP)"

    def test_its_head_stays_and_filters_and_it_prints_one_page_wide(self):
        one = inside(report(table()))["sheet2.xml"]
        assert 'topLeftCell="B4"' in one and 'state="frozen"' in one
        assert '<autoFilter ref="A3:E5"/>' in one
        assert 'fitToHeight="0"' in one and 'orientation="landscape"' in one
        assert "<f>" not in one

    def test_the_finding_is_over_the_table(self):
        one = sheets(report(table()))["Pronósticos pasados"]
        assert one[0][0] == "Se equivocó en 7,3 %."
        assert one[1][0] == "Ferretera del Norte, del 1 abr 2026 al 30 abr 2026"


class TestBook:
    def test_sheets_are_called_as_people_say(self):
        assert list(sheets(report(table(), table(name="late_product")))) == [
            "Reporte", "Pronósticos pasados", "Atraso por producto"
        ]  # fmt: skip

    def test_each_currency_and_company_has_its_own(self):
        two = report(table("MXN"), table("USD")), report(table("MXN"), creditor="sur")
        assert list(sheets(*two)) == [
            "Reporte", "Pronósticos pasados norte MXN", "Pronósticos pasados norte USD", "Pronósticos pasados sur MXN"
        ]  # fmt: skip

    def test_two_sheets_never_have_the_same_name(self):
        same = report(*(table(name="x", title="Una: tabla [con] un título que no cabe en una pestaña") for _ in "ab"))
        names = list(sheets(same))
        assert len(names) == 3 and all(len(n) <= 31 and not re.search(r"[\[\]:*?/\\]", n) for n in names)

    def test_the_cover_says_what_each_sheet_finds(self):
        found = report(table(), sentences=("Solo cuenta documentos ya emitidos.",))
        cover = "\n".join(str(c) for row in sheets(found)["Reporte"] for c in row)
        assert "Del 1 abr 2026 a 30 abr 2026" in cover and "Solo cuenta documentos ya emitidos." in cover
        assert "Se equivocó en 7,3 %." in cover

    def test_an_empty_report_is_a_cover_that_says_so(self):
        assert list(sheets(report(sentences=("Todavía no hay facturas.",)))) == ["Reporte"]


class TestIndicators:
    @pytest.fixture
    def found(self):
        def measured(code, amount, *parts, before=None, **more):
            currency = "MXN" if registry.kpi(code).money else ""
            return Measured(registry.kpi(code), currency, Figure(amount, *parts), before and Figure(before), **more)

        from decimal import Decimal as D

        return [
            measured("overdue_share", D("25.93"), 700_00, 2_700_00, before=D("20.00")),
            measured("contact_rate", D("33.33"), 1, 3, dimension="channel", value="call"),
            measured("collected", D(600_00), 600_00),
        ]

    def test_values_and_parts_are_numbers(self, found):
        head, *read = sheets(report(figures=tuple(found)))["Indicadores"]
        wanted = [head.index(n) for n in ("Indicador", "Parte", "Valor", "Antes", "Numerador", "Denominador", "Desde")]
        assert [tuple(row[n] for n in wanted) for row in read] == [
            ("Mora total", "", 0.2593, 0.2, 700, 2700, START), ("Contactabilidad", "Llamada", 0.3333, "", 1, 3, START),
            ("Cobrado", "", 600, "", 600, "", START),
        ]  # fmt: skip

    def test_the_notes_say_formula_variant_and_cut_off(self, found):
        notes = sheets(report(figures=tuple(found)))["Notas"]
        kpi = registry.kpi("overdue_share")
        told = notes[1]
        assert told[:3] == [kpi.name, kpi.formula, kpi.variant]
        assert (told[6], told[8]) == (kpi.cut_off, kpi.code)
        assert len(notes) == 1 + 3 + 1 + 3  # heads, an indicator each, a gap, the rules of all

    def test_a_csv_says_the_part(self, found):
        head = export.render([report(figures=tuple(found))], "csv").decode("utf-8-sig").splitlines()[0]
        assert head.split(",")[:6] == ["empresa", "indicador", "código", "moneda", "parte", "valor"]


def test_every_table_of_the_product_has_a_name_for_its_sheet():
    from puntual.apps.reports.export_xlsx import _SHEETS

    assert all(len(name) <= 26 for name in _SHEETS.values()) and len(set(_SHEETS.values())) == len(_SHEETS)
    assert tables.KINDS == ("text", "date", "money", "pct", "count", "days")
