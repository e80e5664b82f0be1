"""The read-only views: plain SQL and Parquet give what the screens give, and nothing personal is in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.db import connection

from puntual.apps.parties import write as parties
from puntual.apps.receivables import write as books
from puntual.apps.reports import bi, bi_views, read
from puntual.project import cli

pytestmark = pytest.mark.django_db
START, END = date(2026, 4, 1), date(2026, 4, 30)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "esquema-bi.md"


@pytest.fixture
def shop():
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    rows = [parties.NewAccount(code=f"C-{n}", name=f"Cliente Secreto {n}", segment="mayorista") for n in (1, 2)]
    accounts = parties.register_accounts(creditor=creditor, rows=rows).accounts
    sold = [("C-1", "A-1", date(2026, 2, 1), date(2026, 3, 3), 1_200_00),
            ("C-2", "A-2", date(2026, 4, 10), date(2026, 5, 10), 600_00)]  # fmt: skip
    for code, number, issued, due, minor in sold:
        invoice = books.NewInvoice(accounts[code], number, number, issued, "MXN", minor, ((due, minor),))
        books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    payment = books.NewPayment(accounts["C-1"], 500_00, "MXN", date(2026, 4, 15), "p1", "bank")
    books.post_payments(creditor_id=creditor.pk, payments=[payment])
    bi_views.raise_views()
    return creditor


def sql(query, *params):
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()[0]


def figure(creditor, code, end=END):
    return next(m for m in read.kpis(creditor, START, end).figures if m.kpi.code == code).figure.value


def test_plain_sql_gives_the_figures_of_the_screens(shop):
    """receivable 1,300.00 = 1,200 + 600 - 500; collected 500; overdue 700."""
    owed = "SELECT SUM(importe_minor) FROM bi_movimientos WHERE empresa = %s AND fecha <= %s"
    assert sql(owed, shop.pk, END) == figure(shop, "receivable") == 1_300_00
    came = "SELECT SUM(importe_minor) FROM bi_cobros WHERE empresa = %s AND fecha BETWEEN %s AND %s"
    assert sql(came, shop.pk, START, END) == figure(shop, "collected") == 500_00
    late = "SELECT SUM(abierto_minor) FROM bi_documentos WHERE empresa = %s AND vence_el < %s"
    assert sql(late, shop.pk, END) == figure(shop, "overdue") == 700_00


def test_a_past_day_is_the_sum_of_the_movements_until_it(shop):
    owed = "SELECT SUM(importe_minor) FROM bi_movimientos WHERE empresa = %s AND fecha <= %s"
    assert sql(owed, shop.pk, date(2026, 4, 5)) == figure(shop, "receivable", date(2026, 4, 5)) == 1_200_00


def test_parquet_gives_the_same(shop, tmp_path, capsys):
    assert cli.run(["export", "views", "--out", str(tmp_path / "bi"), "--creditor", "norte"]) == 0
    capsys.readouterr()
    moves = pl.read_parquet(tmp_path / "bi" / "bi_movimientos.parquet")
    assert moves.filter(pl.col("fecha") <= END)["importe_minor"].sum() == figure(shop, "receivable")
    documents = pl.read_parquet(tmp_path / "bi" / "bi_documentos.parquet").sort("factura")
    assert documents.select("factura", "vence_el", "abierto_minor").rows() == [
        ("A-1", date(2026, 3, 3), 700_00), ("A-2", date(2026, 5, 10), 600_00)
    ]  # fmt: skip
    assert {f.stem for f in (tmp_path / "bi").iterdir()} == set(bi.VIEWS)


def test_the_rows_of_another_company_stay_apart(shop, tmp_path):
    other = parties.create_creditor(code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN")
    found = bi_views.export(tmp_path, other.pk)
    assert {name: n for name, n in found.items() if n} == {"bi_empresas": 1}


def test_nothing_personal_is_in_any_view(shop, tmp_path):
    bi_views.export(tmp_path, None)
    for name, view in bi.VIEWS.items():
        assert pl.read_parquet(tmp_path / f"{name}.parquet").columns == list(view.columns)
        assert "sealed" not in view.sql and "digest" not in view.sql and "note" not in view.sql
    texts = [pl.read_parquet(f).cast(pl.String, strict=False).write_csv() for f in tmp_path.iterdir()]
    assert not any("Secreto" in text for text in texts)


def test_the_page_is_the_schema():
    """To write it again: python -c "from puntual.apps.reports.bi import page; print(page(), end='')" """
    assert PAGE.read_text(encoding="utf-8") == bi.page()
