"""Published rates: pasted, looked at, loaded, and charged from that night on; what is missing is said."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from puntual.apps.audit.models import AuditRecord
from puntual.apps.compliance import read_rates
from puntual.apps.parties import write as parties
from puntual.core.errors import UnusableInput
from puntual.core.ledger.rate_text import changes, read_day, read_rows, read_value
from puntual.core.ledger.rates import RateTables
from puntual.law import rate_files
from puntual.project import cli

pytestmark = pytest.mark.django_db
NOVEMBER = "desde; hasta; valor; fuente\n2026-11-01; 2026-11-30; 17,50; Res. 1800 de 2026\n"


@pytest.fixture
def web():
    parties.create_creditor(code="norte", name="Norte", country="CO", zone="America/Bogota", currency="COP")
    web = Client()
    web.force_login(User.objects.create_superuser("marta"))
    yield web
    for file in (Path(settings.DATA) / "tasas").glob("*.yaml"):
        file.unlink()


def load(web, **more):
    return web.post("/normas/tasas/cargar/", {"indice": "IBC_CONSUMO", "filas": NOVEMBER, **more})


class TestTheScreen:
    def test_what_is_missing_is_said_and_leads_to_the_form(self, web):
        text = web.get("/normas/tasas/").content.decode()
        assert "Tasas que faltan" in text
        assert "IBC_CONSUMO" in text

    def test_a_look_changes_nothing_and_says_the_effect(self, web):
        text = load(web).content.decode()
        assert "no se podía cobrar" in text
        assert "26,25 %" in text  # 17.50 x 1.5
        assert read_rates.tables().on("IBC_CONSUMO", date(2026, 11, 24)) is None

    def test_saved_it_rules_at_once_and_is_in_the_log(self, web):
        load(web, guardar="1")
        assert read_rates.tables().on("IBC_CONSUMO", date(2026, 11, 24)).value == Decimal("17.50")
        assert AuditRecord.objects.get(act="rates_loaded").detail["rows"] == {"IBC_CONSUMO": 1}
        page = web.get("/normas/tasas/IBC_CONSUMO/").content.decode()
        assert "Res. 1800 de 2026" in page

    def test_wrong_lines_are_told_by_number_and_nothing_is_saved(self, web):
        text = load(web, filas="2026-11-01; 2026-11-30; diez; x\n01/12/2026; ; 18; y", guardar="1").content.decode()
        assert "Línea 1" in text
        assert "no es un valor" in text
        assert not AuditRecord.objects.filter(act="rates_loaded").exists()
        assert read_rates.tables().on("IBC_CONSUMO", date(2026, 12, 5)) is None

    @pytest.mark.parametrize("wrong", [{"indice": "ibc consumo"}, {"filas": " "}])
    def test_without_an_index_or_rows_it_says_so(self, web, wrong):
        assert load(web, **wrong).status_code == 302
        assert not AuditRecord.objects.filter(act="rates_loaded").exists()

    def test_a_slip_of_the_pen_is_pointed_at(self, web):
        assert "Se aparta mucho del anterior" in load(web, filas="2026-11-01;;175;Res. 1").content.decode()


class TestReading:
    @pytest.mark.parametrize(
        ("text", "value"),
        [("17.01", "17.01"), ("17,01 %", "17.01"), ("39.485,23", "39485.23"), ("1,234,567", "1234567")],
    )
    def test_values_as_each_country_writes_them(self, text, value):
        assert read_value(text) == Decimal(value)

    @pytest.mark.parametrize("text", ["", "abc", "NaN", "1e9", "1.1234567", "9999999999", "--2"])
    def test_what_is_no_value(self, text):
        with pytest.raises(UnusableInput):
            read_value(text)

    def test_days_year_first_or_day_first(self):
        assert read_day("01/03/2026") == read_day("2026-3-1") == date(2026, 3, 1)
        with pytest.raises(UnusableInput):
            read_day("31/02/2026")

    def test_a_row_without_a_source_and_two_that_start_together(self):
        assert "fuente" in read_rows("2026-01-01;;5;").faults[0].sentence
        assert "Dos filas" in read_rows("2026-01-01;;5;a\n2026-01-01;;6;a").faults[0].sentence

    def test_what_a_load_replaces(self):
        tables = RateTables({"X_1": read_rows("2026-01-01;;10;a").rows})
        kinds = [(c.kind, c.odd) for c in changes("X_1", read_rows("2026-01-01;;10;a\n2026-02-01;;40;b").rows, tables)]
        assert kinds == [("same", False), ("replaces", True)]


class TestWhatIsMissing:
    def test_another_index_of_the_rule_may_serve_instead(self):
        names = [m.index for m in rate_files.missing(RateTables(), date(2026, 11, 24), ["CR"])]
        served = RateTables({n: read_rows("2026-01-01;;10;a").rows for n in names if n.startswith("BCCR")})
        assert names
        assert rate_files.missing(served, date(2026, 11, 24), ["CR"]) == []

    def test_by_command_a_csv_is_loaded_and_a_wrong_line_refused(self, web, tmp_path, capsys, monkeypatch):
        monkeypatch.setenv("PUNTUAL_DATA", str(settings.DATA))
        monkeypatch.setenv("DATABASE_URL", "sqlite:///la-de-la-prueba")
        file = tmp_path / "ibc.csv"
        file.write_text(NOVEMBER, encoding="utf-8")
        assert cli.run(["rates", "load", str(file), "--index", "IBC_CONSUMO", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["loaded"] == {"IBC_CONSUMO": 1}
        assert AuditRecord.objects.filter(act="rates_loaded").count() == 1
        file.write_text("2026-11-01;;x;f", encoding="utf-8")
        assert cli.run(["rates", "load", str(file), "--index", "IBC_CONSUMO"]) == 2
        assert "línea 1" in capsys.readouterr().err
