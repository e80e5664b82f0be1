"""Each figure by its parts and down to its rows: by segment, stage, channel, person and campaign, and each line of a
table; as files, with the parts adding up to the whole."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from puntual.apps.access import write as access
from puntual.apps.negotiation.models import Dispute
from puntual.apps.outreach.models import Contact
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import write as books
from puntual.apps.receivables.models import DueItem
from puntual.apps.reports import export, export_parquet, read, read_screens, rows
from puntual.core.reports import registry
from puntual.project import cli

pytestmark = pytest.mark.django_db
START, END = date(2026, 4, 1), date(2026, 4, 30)
HOST = {"host": "127.0.0.1"}


def noon(day):
    return datetime(2026, 4, day, 18, tzinfo=UTC)


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="sur", name="Tubos del Sur", country="CO", zone="America/Bogota", currency="COP"
    )


@pytest.fixture
def house(creditor, django_user_model):
    """Three customers: 1 (norte) 40 days late, paid after ana called; 2 (norte) not late, paid after a mail; 3 (sur)
    100 days late, silent. What 1 owes has a wrong price, was sold on 5 February and left from Cali."""
    new = [
        parties.NewAccount(code=f"C-{n}", name=f"Cliente {n}", segment="sur" if n == 3 else "norte") for n in (1, 2, 3)
    ]
    accounts = parties.register_accounts(creditor=creditor, rows=new).accounts
    sold = (
        ("C-1", "A-1", date(2026, 2, 10), date(2026, 2, 19), 1_000_00, {"sold_on": date(2026, 2, 5), "plant": "Cali"}),
        ("C-2", "A-2", date(2026, 4, 2), date(2026, 4, 20), 2_000_00, {"plant": "Cali"}),
        ("C-3", "A-3", date(2025, 12, 1), date(2025, 12, 21), 4_000_00, {"product": "codos"}),
    )  # fmt: skip
    for code, number, issued, due, minor, more in sold:
        one = books.NewInvoice(accounts[code], number, number, issued, "COP", minor, ((due, minor),), **more)
        books.post_invoices(creditor_id=creditor.pk, invoices=[one], source="test")
    for code, minor, day in (("C-1", 600_00, 10), ("C-2", 500_00, 12)):
        payment = books.NewPayment(accounts[code], minor, "COP", date(2026, 4, day), code, "bank")
        books.post_payments(creditor_id=creditor.pk, payments=[payment])
    ana = django_user_model.objects.create_user("ana")
    for code, channel, day, by, step in (("C-1", "call", 9, ana, ""), ("C-2", "email", 8, None, "d+3")):
        party = Account.objects.get(pk=accounts[code]).party_id
        Contact.objects.create(party_id=party, account_id=accounts[code], creditor=creditor, channel=channel,
                               at=noon(day), by=by, step=step, direct_contact=by is not None)  # fmt: skip
    Dispute.objects.create(
        creditor=creditor, account_id=accounts["C-1"], due_item=DueItem.objects.get(invoice__number="A-1"),
        currency="COP", source="portal", key="q", created_at=noon(3), opened_on=date(2026, 4, 3), cause="wrong_price",
        disputed_minor=100_00, department="ventas", deadline_on=date(2026, 4, 10), state="open",
    )  # fmt: skip
    return creditor


def parts(creditor, code, by):
    report = read.kpis(creditor, START, END, by)
    return {m.value: m.figure.value for m in report.figures if m.kpi.code == code and m.dimension == by}


class TestByPart:
    def test_what_was_collected_by_who_spoke_last(self, house):
        assert parts(house, "collected", "channel") == {"call": 600_00, "email": 500_00}
        assert parts(house, "collected", "agent") == {"ana": 600_00, "": 500_00}
        assert parts(house, "collected", "campaign") == {"d+3": 500_00, "": 600_00}

    def test_by_stage_of_the_account_on_the_eve(self, house):
        # on 31 March 1 is 40 days late, 3 is 100; 2 owes nothing yet
        assert parts(house, "collected", "stage") == {"extrajudicial": 600_00, "preventive": 500_00}
        assert parts(house, "coverage", "stage") == {"extrajudicial": Decimal("100.00"), "judicial": Decimal("0.00")}

    def test_a_balance_by_the_stage_of_its_documents_at_the_close(self, house):
        # on 30 April: A-1 is 70 days late with 400 left, A-2 ten with 1,500, A-3 130 days
        assert parts(house, "receivable", "stage") == {
            "administrative": 1_500_00, "extrajudicial": 400_00, "judicial": 4_000_00
        }  # fmt: skip

    @pytest.mark.parametrize("by", ["segment", "stage", "channel", "agent", "campaign"])
    def test_the_parts_of_what_was_collected_add_up(self, house, by):
        assert sum(parts(house, "collected", by).values()) == 1_100_00

    def test_every_indicator_can_be_read_by_each_of_its_dimensions(self, house):
        for kpi in registry.REGISTRY:
            for by in kpi.by:
                asked = read_screens.ask(house, kpi, START, END, by)
                assert all(m.figure.value is not None for m in registry.split(kpi, asked.now, by)), (kpi.code, by)

    def test_every_indicator_says_by_what_it_may_be_read(self):
        alone = {k.code for k in registry.REGISTRY if not k.by}
        assert alone == set()


class TestDown:
    def names(self, creditor, code, by="", value=None):
        asked = read_screens.ask(creditor, registry.kpi(code), START, END, by, value)
        return [(r.name, r.minor, r.note) for r in rows.shown(asked.rows())]

    def test_the_rows_of_a_figure_add_up_to_it(self, house):
        assert self.names(house, "collected") == [("Cliente 2", 500_00, ""), ("Cliente 1", 600_00, "")]
        assert [minor for _, minor, _ in self.names(house, "receivable")] == [4_000_00, 1_500_00, 400_00]

    def test_the_rows_of_a_part_are_its_own(self, house):
        assert self.names(house, "collected", "channel", "call") == [("Cliente 1", 600_00, "")]
        assert [n for n, _, _ in self.names(house, "receivable", "segment", "norte")] == ["Cliente 2", "Cliente 1"]
        assert self.names(house, "overdue", "stage", "judicial") == [("Cliente 3", 4_000_00, "130 días de atraso")]
        assert [n for n, _, _ in self.names(house, "contact_rate", "agent", "ana")] == ["Cliente 1"]

    def test_what_is_at_risk_opens_what_is_at_risk(self, house):
        assert [n for n, _, _ in self.names(house, "at_risk")] == ["Cliente 3"]

    def test_every_indicator_opens_its_rows_whole_and_by_part(self, house):
        for kpi in registry.REGISTRY:
            asked = read_screens.ask(house, kpi, START, END)
            whole = asked.rows()
            assert whole.columns == list(rows.FOUND), kpi.code
            for value in {m.value for m in registry.split(kpi, asked.now, asked.by)}:
                part = read_screens.ask(house, kpi, START, END, asked.by, value).rows()
                assert part.height <= whole.height or kpi.rows == "refusals", (kpi.code, value)

    def test_a_screen_opens_a_part_and_takes_its_rows_away(self, house, admin_client):
        page = admin_client.get(
            f"/reportes/indicador/collected/?desde={START}&hasta={END}&por=channel&valor=call", headers=HOST
        ).content.decode()
        assert "Filas de «Llamada»" in page and "Cliente 1" in page and "Cliente 2" not in page
        taken = admin_client.get(
            f"/reportes/indicador/collected/filas.csv?desde={START}&hasta={END}&por=channel&valor=call", headers=HOST
        ).content.decode("utf-8-sig")
        assert "Cliente 1,Pago,2026-04-10,600.00" in taken and "Cliente 2" not in taken

    @pytest.mark.parametrize("kind", ["ageing", "roll-rates", "vintages", "causes", "friction", "agents", "harm"])
    def test_every_line_of_a_table_opens(self, house, kind, admin_client):
        report = read.built(kind, house, START, END)
        links = [link for table in report.tables for link in table.links]
        assert all(len(t.links) in (0, len(t.rows)) for t in report.tables)
        for link in links:
            answer = admin_client.get(link, headers=HOST)
            assert answer.status_code == 200, link

    def test_a_bucket_opens_its_documents(self, house, admin_client):
        table = read.REPORTS["ageing"](house, START, END).tables[0]
        link = next(lnk for lnk, row in zip(table.links, table.rows) if row[:2] == ("61 a 90 días", "Toda la empresa"))
        page = admin_client.get(link, headers=HOST).content.decode()
        assert "Cliente 1" in page and "Cliente 3" not in page

    @pytest.fixture
    def other(self):
        """A second company that is owed 70 dollars."""
        made = parties.create_creditor(code="este", name="Este", country="US", zone="America/New_York", currency="USD")
        account = parties.register_accounts(creditor=made, rows=[parties.NewAccount(code="1", name="Smith")]).accounts
        one = books.NewInvoice(account["1"], "E-1", "E-1", START, "USD", 70_00, ((END, 70_00),))
        books.post_invoices(creditor_id=made.pk, invoices=[one], source="test")
        return made

    def test_the_figure_of_another_company_opens_there(self, house, other, admin_client):
        where = f"/reportes/indicador/receivable/?desde={START}&hasta={END}"
        page = admin_client.get(where, headers=HOST).content.decode()
        assert "$70.00" in page and f"&empresa={other.pk}" in page.replace("&amp;", "&")
        there = admin_client.get(f"{where}&empresa={other.pk}", headers=HOST).content.decode()
        assert "Smith" in there and "Cliente 3" not in there
        assert admin_client.get(f"{where}&empresa=999999", headers=HOST).status_code == 404

    def test_who_may_not_see_its_reports_sees_none_of_its_figures(self, house, other, person, client):
        who = person("gerencia", "manager", house)
        client.force_login(who)
        page = client.get(f"/reportes/indicador/receivable/?desde={START}&hasta={END}", headers=HOST).content.decode()
        assert "Cliente 3" in page and "70.00" not in page

    def test_one_table_alone_is_taken_away(self, house, admin_client):
        where = f"/reportes/causes/descargar/csv/?desde={START}&hasta={END}&tabla=disputes_error"
        text = admin_client.get(where, headers=HOST).content.decode("utf-8-sig")
        assert "Precio,1,100.00" in text and "Vendedor" not in text

    def test_the_indicators_by_a_dimension_are_taken_away_by_it(self, house, admin_client):
        where = f"/reportes/kpis/descargar/csv/?desde={START}&hasta={END}&por=channel"
        text = admin_client.get(where, headers=HOST).content.decode("utf-8-sig")
        assert "sur,Cobrado,collected,COP,call,600.00" in text
        page = admin_client.get(f"/reportes/kpis/?desde={START}&hasta={END}&por=channel", headers=HOST).content.decode()
        assert f"/reportes/kpis/descargar/xlsx/?desde={START}&amp;hasta={END}&amp;por=channel" in page.replace(
            "&hasta", "&amp;hasta"
        )


class TestCauses:
    def test_delay_and_dispute_by_plant_and_kind_of_error(self, house):
        report = read.built("causes", house, date(2026, 2, 1), END)
        tables = {t.name: t for t in report.tables}
        # 1,000 70 days late; A-2: 2,000 ten days late; (70,000 + 20,000) / 3,000 = 30 days
        assert tables["late_plant"].rows == (("Cali", 2, 2, 3_000_00, 3_000_00, 10000, 30),)
        assert tables["late_error"].rows[0] == ("Precio", 1, 1, 1_000_00, 1_000_00, 10000, 70)
        assert tables["disputes_error"].rows == (("Precio", 1, 100_00, 0, 27, 1),)
        assert tables["disputes_plant"].rows[0][0] == "Cali"

    def test_an_invoice_issued_again_is_told(self, house):
        one = Account.objects.get(party__isnull=False, code="C-1").pk
        old = DueItem.objects.get(invoice__number="A-1").invoice_id
        again = books.NewInvoice(one, "A-9", "A-9", date(2026, 4, 20), "COP", 900_00, ((date(2026, 5, 1), 900_00),),
                                 replaces=old)  # fmt: skip
        books.post_invoices(creditor_id=house.pk, invoices=[again], source="test")
        table = next(t for t in read.built("causes", house, START, END).tables if t.name == "mended_plant")
        assert table.rows == (("Cali", 0, 0, None, 1, 1_000_00, 69),)  # 10 February to 20 April

    def test_the_days_from_the_sale_to_the_invoice(self, house):
        report = read.built("friction", house, date(2026, 2, 1), END)
        table = next(t for t in report.tables if t.name == "delivery")
        assert table.rows[0] == ("De la venta a la factura", 1, 0, Decimal("5.00"), 5)
        assert "1 facturas no dicen cuándo fue la venta" in table.title


class TestHowTheCountryWrites:
    def test_colombia_writes_a_comma(self, house):
        report = read.built("ageing", house, START, END)
        # 5,900 open, all of it late
        assert "$5.900,00" in report.tables[0].title and "100,0\N{NO-BREAK SPACE}%" in report.tables[0].title

    def test_so_does_the_printed_page(self, house):
        from django.template.loader import render_to_string

        built = read.kpis(house, START, END)
        page = render_to_string("reports/print.html", {"reports": [built], "first": built})
        assert "67,80\N{NO-BREAK SPACE}%" in page and "67.80" not in page  # at risk: 4,000 of 5,900
        assert "30 abr 2026" in page

    def test_so_is_how_many_rows_there_are(self, house, admin_client):
        account = Account.objects.get(code="C-1")
        same = {"party_id": account.party_id, "account_id": account.pk, "creditor": house, "channel": "sms"}
        Contact.objects.bulk_create(Contact(**same, at=noon(6)) for _ in range(1_300))
        where = f"/reportes/indicador/contact_rate/?desde={START}&hasta={END}&que=denominador"
        assert "Son 1.302." in admin_client.get(where, headers=HOST).content.decode()

    def test_mexico_writes_a_point(self):
        from puntual.apps.reports.build_money import pct
        from puntual.ui.formats import locale_for

        said = {c: pct(1234, locale_for(c)).replace("\N{NO-BREAK SPACE}", " ") for c in ("MX", "CO", "PE", "CL", "AR")}
        assert said == {"MX": "12.3 %", "CO": "12,3 %", "PE": "12.3 %", "CL": "12,3 %", "AR": "12,3 %"}


class TestParquet:
    def test_the_figures_are_typed_columns(self, house):
        frame = pl.read_parquet(io.BytesIO(export.render([read.kpis(house, START, END)], "parquet")))
        one = frame.filter(pl.col("code") == "collected").row(0, named=True)
        assert (one["creditor"], one["currency"], one["value"], one["to"]) == ("sur", "COP", Decimal("110000.00"), END)

    def test_every_table_of_a_report_is_there(self, house):
        report = read.built("causes", house, START, END)
        assert set(export_parquet.frames_of([report])) == {t.name for t in report.tables}
        again = pl.read_parquet(io.BytesIO(export.render([report], "parquet", "disputes_error")))
        assert again.select("value", "disputed_minor").rows() == [("Precio", 100_00)]

    def test_the_command_writes_one_file_per_table(self, house, tmp_path, capsys):
        where = tmp_path / "rodamiento.parquet"
        words = ["--from", str(START), "--to", str(END), "--format", "parquet", "--out", str(where)]
        assert cli.run(["report", "roll-rates", *words]) == 0
        capsys.readouterr()
        assert {f.name for f in tmp_path.iterdir()} == {"rodamiento.parquet", "rodamiento-monthly.parquet"}
        assert pl.read_parquet(where).height == 5

    def test_so_does_the_api(self, house, client):
        _, key = access.create_key(name="bi", scopes=["read"])
        where = f"/api/v1/reports/ageing?from={START}&to={END}&format=parquet"
        answer = client.get(where, headers={"Authorization": f"Bearer {key}"})
        frame = pl.read_parquet(io.BytesIO(answer.content))
        assert int(frame.filter(pl.col("segment") == "Toda la empresa")["open_minor"].sum()) == 5_900_00

    def test_a_table_that_is_not_there_is_told(self, house, client):
        _, key = access.create_key(name="bi", scopes=["read"])
        where = f"/api/v1/reports/ageing?from={START}&to={END}&format=parquet&table=nada"
        answer = client.get(where, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 400 and "ageing" in answer.json()["detail"]


KINDS = sorted({*read.REPORTS, "forecast", "experiments"})


class TestNothingMadeUpOnScreen:
    @pytest.mark.parametrize("kind", KINDS)
    def test_an_empty_company_reads_sentences(self, creditor, kind, admin_client):
        page = admin_client.get(f"/reportes/{kind}/", headers=HOST)
        report = read.built(kind, creditor, START, END)
        said = [*report.sentences, *(m.figure.sentence for m in report.figures)]
        assert page.status_code == 200 and any(said) and all(s.endswith(".") for s in said if s)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_company_of_one_invoice_reads_figures_or_sentences(self, creditor, kind, admin_client):
        account = parties.register_accounts(
            creditor=creditor, rows=[parties.NewAccount(code="C-1", name="Uno")]
        ).accounts
        one = books.NewInvoice(account["C-1"], "A-1", "A-1", START, "COP", 300_00, ((END, 300_00),))
        books.post_invoices(creditor_id=creditor.pk, invoices=[one], source="test")
        report = read.built(kind, creditor, START, END)
        assert report.sentences or report.tables or report.figures
        assert all(t.title.endswith((".", ":")) for t in report.tables)
        assert all(m.figure.value is not None or m.figure.sentence for m in report.figures)
        page = admin_client.get(f"/reportes/{kind}/?desde={START}&hasta={END}", headers=HOST).content.decode()
        assert not re.search(r"\b(nan|NaN|inf|None)\b", page)
        for form in ("csv", "xlsx", "pdf", "parquet"):
            assert export.render([report], form)


def test_an_address_that_nobody_wrote_is_not_found_and_breaks_nothing(house, admin_client):
    for end in ("filas/nada/", "filas/documentos/?emitido_desde=ayer", "indicador/nada/", "filas/notas/archivo.exe"):
        where = f"/reportes/{end}"
        assert admin_client.get(where, headers=HOST).status_code == 404
    odd = "/reportes/filas/documentos/?tramo=nunca&de=../x&moneda=XXX"
    assert admin_client.get(odd, headers=HOST).status_code == 200
    assert admin_client.get("/reportes/indicador/collected/?por=nada&valor=x", headers=HOST).status_code == 200
