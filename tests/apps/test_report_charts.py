"""A chart says by itself what it finds: as one SVG in a page, in a file and on paper, in words of the country."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from puntual.apps.reports import charts, charts_svg
from puntual.apps.reports.charts_of import charts_of
from puntual.apps.reports.tables import Column, Report, Table

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2026, 4, 1)
SAYS = "Por producto, lo que más cuesta es «tubos & codos»: $1.200,00 con 58 días."


def bars():
    rows = [("tubos & codos", "$1.200,00 · 58 días", 1_200_00), ("clavos", "$300,00 · 1 día", 300_00)]
    return charts.bars(SAYS, rows)


def pairs():
    weeks = [(DAY + timedelta(7 * n), DAY + timedelta(7 * n + 6), 100_00 * n, 50_00 * n) for n in range(4)]
    return charts.pairs("Llegó la mitad de lo que vencía.", ("Vencía", "Llegó"), weeks, "MXN")


def band():
    days = [(DAY + timedelta(n), 10_00, 10_00 * n, 5_00 * n, 15_00 * n) for n in range(1, 5)]
    return charts.band("Hasta el 5 de abril se esperan $40.00.", days, "MXN")


def curves():
    return charts.curves("La última cosecha paga mejor.", [("2026-02", [9_000, 4_000]), ("2026-03", [8_000, 3_000])],
                         ["Mes 0", "Mes 1"])  # fmt: skip


ALL = {"bars": bars, "pairs": pairs, "band": band, "curves": curves}


def drawn(kind, **how):
    return ET.fromstring(charts_svg.svg(kind, ALL[kind](), "es_MX", **how))


def words(tree):
    return " ".join("".join(t.itertext()) for t in tree.iter(f"{SVG}text"))


class TestAlone:
    @pytest.mark.parametrize("kind", ALL)
    @pytest.mark.parametrize("fixed", [False, True])
    def test_its_title_and_its_visible_words_say_what_it_finds(self, kind, fixed):
        found, tree = ALL[kind](), drawn(kind, fixed=fixed)
        assert tree.find(f"{SVG}title").text == found.title == tree.get("aria-label")
        assert tree.get("role") == "img" and tree.find(f"{SVG}desc").text
        said = [
            t for t in tree.iter(f"{SVG}text") if "says" in (t.get("class") or "") and "narrow" not in t.get("class")
        ]
        assert " ".join("".join(t.itertext()) for t in said if "says " in f"{t.get('class')} ") == found.title

    def test_a_bar_chart_writes_each_name_and_value(self):
        text = words(drawn("bars", fixed=True))
        assert "tubos & codos" in text and "$1.200,00 · 58 días" in text and "$300,00 · 1 día" in text
        widths = [float(r.get("width")) for r in drawn("bars").iter(f"{SVG}rect") if "bar-step" in r.get("class")]
        assert widths == [1000, 1000, 250, 250]  # for a wide and for a narrow place

    def test_columns_write_their_legend_their_scale_and_their_days(self):
        text = words(drawn("pairs", fixed=True))
        assert all(word in text for word in ("Vencía", "Llegó", "$300.00", "1 abr 2026", "28 abr 2026"))

    def test_its_description_reads_every_value(self):
        said = drawn("pairs").find(f"{SVG}desc").text
        assert "22 abr 2026: vencía $300.00, llegó $150.00" in said
        assert "entre $20.00 y $60.00" in drawn("band").find(f"{SVG}desc").text

    def test_on_a_page_it_has_no_style_of_its_own_and_its_places_are_shares(self):
        page = charts_svg.svg("bars", bars(), "es_MX")
        assert "<style" not in page and "style=" not in page  # the page's policy allows none
        assert 'width="100%"' in page and 'x="100%"' in page

    def test_a_file_carries_its_colours_and_its_size(self):
        tree = drawn("bars", fixed=True)
        assert tree.get("viewBox").startswith("-12 -12 1024 ") and ".bar-step{fill:" in tree.find(f"{SVG}style").text
        places = [t.get("x") for t in tree.iter(f"{SVG}text")]
        assert places and not any("%" in x for x in places)

    def test_a_name_that_does_not_fit_is_cut_and_stays_whole_in_the_description(self):
        long = "La persona pidió que no se le escribiera más y todavía no ha dicho que se le vuelva a escribir nunca"
        tree = ET.fromstring(charts_svg.svg("bars", charts.bars("Uno.", [(long, "3", 3)]), "es_MX"))
        assert long not in words(tree) and "…" in words(tree) and long in tree.find(f"{SVG}desc").text


def test_what_is_zero_is_not_drawn():
    assert charts.bars("Nada.", [("a", "0", 0)]) is None


@pytest.mark.parametrize(
    ("locale", "currency", "says"),
    [("es_ES", "EUR", "1.234,50 €"), ("pt_BR", "BRL", "R$1.234,50"), ("es_MX", "MXN", "$1,234.50"),
     ("es_CL", "CLP", "$123.450"), ("es_CR", "CRC", "₡1 234,50"), ("es_PE", "PEN", "S/ 1,234.50"),
     ("es_AR", "ARS", "$1.234,50")],
)  # fmt: skip
def test_a_chart_writes_figures_as_its_country(locale, currency, says):
    columns = (Column("value", "Producto"), *(Column(c, c, "count") for c in "abc"), Column("late", "Tarde", "money"),
               Column("bp", "Parte", "pct"), Column("days", "Días", "days"))  # fmt: skip
    table = Table("late_product", "Uno.", columns, (("tubos", 1, 1, 1, 1_234_50, 10_000, 1),), currency, locale)
    report = Report("causes", "Causas", "n", "N", DAY, DAY, tables=(table,), locale=locale)
    ((kind, chart),) = charts_of(report)
    shown = re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", words(ET.fromstring(
        charts_svg.svg(kind, chart, locale, fixed=True))))  # fmt: skip
    assert f"{says} · 1 día" in shown
