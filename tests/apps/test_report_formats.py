"""Figures, shares and days of a report are written as its country writes them: on screen, on paper, by mail."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from puntual.apps.parties import write as parties
from puntual.apps.receivables import write as books
from puntual.apps.reports import read, tasks
from puntual.apps.reports.build_money import pct
from puntual.apps.reports.read_screens import text_of
from puntual.core.reports import registry
from puntual.ui.formats import date_text, locale_for, money_text, number_text

START, END = date(2026, 4, 1), date(2026, 4, 30)
HOST = {"host": "127.0.0.1"}
#: country -> (zone, currency, 12,345.60 with its code, 12.3 %, 1,234.5 days, 30 April 2026)
COUNTRIES = {
    "MX": ("America/Mexico_City", "MXN", "$12,345.60 MXN", "12.3 %", "1,234.50 días", "30 abr 2026"),
    "CO": ("America/Bogota", "COP", "$12.345,60 COP", "12,3 %", "1.234,50 días", "30 abr 2026"),
    "PE": ("America/Lima", "PEN", "S/ 12,345.60 PEN", "12.3 %", "1,234.50 días", "30 abr. 2026"),
    "AR": ("America/Argentina/Buenos_Aires", "ARS", "$12.345,60 ARS", "12,3 %", "1.234,50 días", "30 abr 2026"),
    "CL": ("America/Santiago", "CLP", "$1.234.560 CLP", "12,3 %", "1.234,50 días", "30 abr 2026"),
    "ES": ("Europe/Madrid", "EUR", "12.345,60 € EUR", "12,3 %", "1.234,50 días", "30 abr 2026"),
    "BR": ("America/Sao_Paulo", "BRL", "R$12.345,60 BRL", "12,3 %", "1.234,50 días", "30 abr 2026"),
    "CR": ("America/Costa_Rica", "CRC", "₡12 345,60 CRC", "12,3 %", "1 234,50 días", "30 abr 2026"),
    "EC": ("America/Guayaquil", "USD", "$12.345,60 USD", "12,3 %", "1.234,50 días", "30 abr 2026"),
}


def plain(text):
    """With the spaces that everybody types."""
    return re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", text)


@pytest.mark.parametrize("country", COUNTRIES)
def test_each_country_writes_its_figures(country):
    _, currency, money, share, days, day = COUNTRIES[country]
    locale = locale_for(country)
    assert plain(money_text(12_345_60, currency, locale, with_code=True)) == money
    assert plain(pct(1_234, locale)) == share
    assert plain(text_of(Decimal("1234.5"), registry.kpi("dso"), currency, locale)) == days
    assert plain(date_text(END, locale)) == day


def test_portuguese_is_written_as_brazil():
    locale = locale_for("BR", "pt")
    assert (locale, plain(money_text(12_345_60, "BRL", locale)), number_text(12_345, locale)) == (
        "pt_BR", "R$12.345,60", "12.345"
    )  # fmt: skip
    assert plain(date_text(END, locale)) == "30 de abr. de 2026" or date_text(END, locale).startswith("30")


@pytest.fixture(params=["ES", "BR"])
def company(request, db):
    """1,234.50 of 12,345.60 are late since 10 April."""
    zone, currency, *_ = COUNTRIES[request.param]
    creditor = parties.create_creditor(code="casa", name="Casa", country=request.param, zone=zone, currency=currency)
    account = parties.register_accounts(creditor=creditor, rows=[parties.NewAccount(code="1", name="Uno")]).accounts
    for number, due, minor in (("F1", date(2026, 4, 10), 1_234_50), ("F2", date(2026, 5, 10), 11_111_10)):
        one = books.NewInvoice(account["1"], number, number, date(2026, 3, 20), currency, minor, ((due, minor),))
        books.post_invoices(creditor_id=creditor.pk, invoices=[one], source="test")
    return creditor


def test_the_screen_the_paper_and_the_mail_agree(company, admin_client):
    money = {"ES": "12.345,60 €", "BR": "R$12.345,60"}[company.country]
    where = f"/reportes/ageing/?desde={START}&hasta={END}"
    page = plain(admin_client.get(where, headers=HOST).content.decode())
    report = read.built("ageing", company, START, END)
    paper = plain(render_to_string("reports/print.html", {"reports": [report], "first": report}))
    said = plain(" ".join(tasks.what_changed(report, locale_for(company.country))))
    for text in (page, paper, said):
        assert money in text and "10,0 %" in text, text[:200]
    assert "10.0 %" not in page + paper + said
    assert "30 abr 2026" in page and "30 abr 2026" in paper
