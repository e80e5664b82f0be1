"""A company with nothing, and one with a single invoice: sentences on every screen, in the API and on the command line.

Never a zero that nobody counted, never an error.
"""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape

import pytest

from puntual.apps.access import write as access
from puntual.apps.parties import write as parties
from puntual.apps.receivables import write as books
from puntual.apps.reports import export, rows_asked
from puntual.apps.reports.choices import TITLES
from puntual.core.reports import registry
from puntual.project import cli

pytestmark = pytest.mark.django_db
START, END = date(2026, 4, 1), date(2026, 4, 30)
SPAN = f"desde={START}&hasta={END}"
HOST = {"host": "127.0.0.1"}
#: What a program writes when it divided by nothing.
NONSENSE = re.compile(r"\b(nan|inf|infinity|none|null|undefined|traceback)\b", re.IGNORECASE)
#: A word of an address that some rows cannot do without.
NEEDED = {"pronosticados": "&corte=2026-04-10"}


@pytest.fixture
def empty():
    return parties.create_creditor(code="sola", name="Sola", country="CO", zone="America/Bogota", currency="COP")


@pytest.fixture
def single(empty):
    """One invoice of 300, issued and not due yet."""
    account = parties.register_accounts(creditor=empty, rows=[parties.NewAccount(code="1", name="Uno")]).accounts["1"]
    one = books.NewInvoice(account, "A-1", "A-1", START, "COP", 300_00, ((date(2026, 5, 15), 300_00),))
    books.post_invoices(creditor_id=empty.pk, invoices=[one], source="test")
    return empty


@pytest.fixture(params=["empty", "single"])
def company(request):
    return request.getfixturevalue(request.param)


def said(page):
    """What a person reads in the main part of a page."""
    main = page[page.index("<main") : page.index("</main>")]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)))


class TestScreens:
    @pytest.fixture
    def see(self, admin_client):
        def read(where):
            answer = admin_client.get(f"/reportes/{where}", headers=HOST)
            assert answer.status_code == 200, where
            text = said(answer.content.decode())
            assert not NONSENSE.search(text), (where, NONSENSE.search(text))
            return text

        return read

    def test_every_screen_of_reports_reads(self, company, see):
        for where in (f"?{SPAN}", "tablero/", "metas/", *(f"{kind}/?{SPAN}" for kind in TITLES)):
            assert re.search(r"[a-záéíóú] [a-záéíóú ]+\.", see(where)), where

    def test_every_indicator_has_a_figure_or_says_why_not(self, single, see):
        without = 0
        for kpi in registry.REGISTRY:
            text = see(f"indicador/{kpi.code}/?{SPAN}")
            shown = text[text.index("12 meses") : text.index("Cómo se calcula")]
            assert re.search(r"\d|\w\.", shown.removeprefix("12 meses").replace(kpi.name, "")), (kpi.code, shown)
            without += not re.search(r"\d", shown.removeprefix("12 meses").replace(kpi.name, ""))
        assert 20 <= without < len(registry.REGISTRY)  # one invoice tells what is owed, DSO and its kind, and no more

    def test_an_empty_company_has_no_figure_on_any_indicator(self, empty, see):
        for kpi in registry.REGISTRY:
            text = see(f"indicador/{kpi.code}/?{SPAN}")
            shown = text[text.index("12 meses") : text.index("Cómo se calcula")].removeprefix("12 meses")
            assert not re.search(r"\d", shown.replace(kpi.name, "").replace("1,000", "").replace("90 días", "")), shown
            assert "." in shown and "No hay ninguna fila en este periodo." in text, kpi.code

    def test_by_each_dimension_too(self, company, see):
        for by in registry.DIMENSIONS:
            see(f"kpis/?{SPAN}&por={by}")

    def test_rows_that_are_not_there_are_said_to_be_none(self, empty, see):
        for what in rows_asked.READERS:
            assert "No hay ninguna fila en este periodo." in see(f"filas/{what}/?{SPAN}{NEEDED.get(what, '')}"), what

    def test_every_file_can_be_taken(self, company, admin_client):
        for kind in TITLES:
            for form in export.TYPES:
                answer = admin_client.get(f"/reportes/{kind}/descargar/{form}/?{SPAN}", headers=HOST)
                assert answer.status_code == 200 and answer.content, (kind, form)
                assert form != "csv" or len(answer.content.decode("utf-8-sig").strip()) > 20, kind

    def test_a_chart_that_is_not_there_is_not_found(self, empty, admin_client):
        assert admin_client.get(f"/reportes/ageing/grafica/1.svg?{SPAN}", headers=HOST).status_code == 404


def document_says(document, *, nothing):
    """Every figure has a value or a sentence; without any data, no value; and the report says something."""
    for figure in document["figures"]:
        assert figure["value"] is not None or figure["sentence"].endswith("."), figure["code"]
        assert not nothing or figure["value"] is None, figure["code"]
    assert document["sentences"] or document["tables"] or document["figures"]
    assert all(one["text"].endswith((".", ":")) for one in document["sentences"])
    assert not re.search(r"\bNaN\b|\bInfinity\b", json.dumps(document, default=str))


class TestApi:
    def test_every_report_in_every_format(self, company, client):
        _, key = access.create_key(name="bi", scopes=["read"])
        for kind in TITLES:
            for form in ("json", *export.TYPES):
                where = f"/api/v1/reports/{kind}?from={START}&to={END}&format={form}"
                answer = client.get(where, headers={"Authorization": f"Bearer {key}"})
                assert answer.status_code == 200, (kind, form, answer.content[:300])
                if form == "json":
                    document_says(answer.json(), nothing=not company.accounts.exists())


class TestCommand:
    def test_every_report_in_every_format(self, company, capsys, tmp_path):
        for kind in TITLES:
            assert cli.run(["report", kind, "--from", str(START), "--to", str(END)]) == 0
            document_says(json.loads(capsys.readouterr().out), nothing=not company.accounts.exists())
            for form in export.TYPES:
                out = tmp_path / f"{kind}.{form}"
                words = ["--from", str(START), "--to", str(END), "--format", form, "--out", str(out)]
                assert cli.run(["report", kind, *words]) == 0 and out.stat().st_size, (kind, form)
                capsys.readouterr()

    def test_an_installation_without_any_company_says_what_to_do(self, db, capsys):
        assert cli.run(["report", "kpis"]) == 2
        assert "Traceback" not in capsys.readouterr().err
