"""Lucía reads her reports: what was collected, where a figure comes from, what she takes away, on any screen."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import journeys_books
import pytest

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def books(staff: Any) -> journeys_books.Books:
    return journeys_books.build()


def _span(books: journeys_books.Books) -> str:
    """The 30 days up to today, so that today's payment is in them."""
    from datetime import timedelta

    return f"desde={books.today - timedelta(days=29)}&hasta={books.today}"


def test_from_the_summary_to_the_rows_of_a_figure(books: journeys_books.Books, open_page: Callable[..., Any]) -> None:
    page = open_page(f"/reportes/?{_span(books)}")
    card = page.get_by_role("region", name="Vencido")
    assert "$13,500.00" in card.inner_text()  # Ocampo 12,000 less 4,000, and Andina 5,500
    assert "El 82 % de lo que se debe está vencido" in page.locator("main").inner_text()
    page.get_by_role("link", name="Cobrado", exact=True).click()
    page.wait_for_url("**/reportes/indicador/collected/**")
    text = page.locator("main").inner_text()
    assert "pagos − devoluciones" in text
    assert "$4,900.00" in text
    page.get_by_role("link", name="Comercial Ocampo").click()
    page.wait_for_url("**/clientes/**")


def test_a_report_is_taken_away_as_a_workbook(books: journeys_books.Books, open_page: Callable[..., Any]) -> None:
    page = open_page(f"/reportes/ageing/?{_span(books)}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Excel", exact=True).click()
    assert taken.value.suggested_filename.startswith("ageing-norte-")
    with zipfile.ZipFile(io.BytesIO(taken.value.path().read_bytes())) as book:
        assert "13500" not in book.read("xl/sharedStrings.xml").decode()  # amounts are numbers, not texts
        assert "<v>8000.00</v>" in book.read("xl/{}/sheet2.xml".format("worksheets")).decode()


def test_from_a_bucket_to_its_documents(books: journeys_books.Books, open_page: Callable[..., Any]) -> None:
    page = open_page(f"/reportes/ageing/?{_span(books)}")
    row = page.locator("tbody tr").filter(has_text="Por vencer").first
    row.get_by_role("link", name="Por vencer").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reportes/filas/documentos/**")
    assert "Documentos abiertos, por vencer" in page.locator("h1").inner_text()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    assert taken.value.suggested_filename.startswith("filas-documentos-norte-")


def test_targets_that_cannot_be_read_change_nothing(books: journeys_books.Books, open_page: Callable[..., Any]) -> None:
    from puntual.apps.reports.models import ContactCost, Target

    page = open_page("/reportes/metas/")
    page.get_by_label("Correo", exact=True).nth(1).fill("0.50")
    page.get_by_label("Plazo medio de cobro (DSO)").fill("cuarenta")
    page.get_by_role("button", name="Guardar").click()
    assert "No se guardó nada" in page.locator("main").inner_text()
    assert (Target.objects.count(), ContactCost.objects.count()) == (0, 0)
    page.get_by_label("Plazo medio de cobro (DSO)").fill("40")
    page.get_by_role("button", name="Guardar").click()
    page.get_by_text("Metas y costos guardados.").wait_for()
    assert ContactCost.objects.get().cost_minor == 50
    assert Target.objects.get().value == 40


@pytest.mark.parametrize(
    "path",
    ["/reportes/", "/reportes/kpis/", "/reportes/ageing/", "/reportes/roll-rates/", "/reportes/vintages/",
     "/reportes/forecast/", "/reportes/friction/", "/reportes/causes/", "/reportes/agents/", "/reportes/harm/",
     "/reportes/experiments/", "/reportes/indicador/dso/", "/reportes/tablero/", "/reportes/metas/",
     "/reportes/kpis/?por=stage", "/reportes/indicador/receivable/?por=stage&valor=administrative",
     "/reportes/indicador/overdue_share/?que=denominador", "/reportes/filas/documentos/?tramo=d1_30"],
)  # fmt: skip
def test_every_page_is_for_everybody(path: str, books: journeys_books.Books, accessible: Callable[..., Any]) -> None:
    accessible(path)


def test_nobody_reads_without_entering(client: Any, db: None) -> None:
    for path in ("/reportes/", "/reportes/kpis/descargar/csv/", "/reportes/tablero/", "/reportes/metas/"):
        assert client.get(path).headers["Location"].startswith("/entrar/")
