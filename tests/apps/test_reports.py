"""Reports over real books: equal to an independent SQL on any database, as of past dates, with nothing made up."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import SMTP

import jsonschema
import pytest
from django.db import connection

from puntual.adapters.email_file.transport import FileChannel
from puntual.apps.access import write as access
from puntual.apps.negotiation import write as negotiation
from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties import write_accounts
from puntual.apps.receivables import write as books
from puntual.apps.reports import columns, export, read, tables, tasks, write
from puntual.apps.reports.models import CorrectiveAction
from puntual.core.reports import registry
from puntual.project import cli
from puntual.project.cli.schema import document_schema

pytestmark = pytest.mark.django_db
D = Decimal
START, END = date(2026, 4, 1), date(2026, 4, 30)


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def accounts(creditor):
    rows = [
        parties.NewAccount(code=f"C-{n}", name=f"=Cliente {n}", segment="mayorista" if n < 3 else "minorista")
        for n in (1, 2, 3)
    ]
    return parties.register_accounts(creditor=creditor, rows=rows).accounts


def sell(creditor, account, number, issued, due, minor, currency="MXN", **more):
    invoice = books.NewInvoice(account, number, number, issued, currency, minor, ((due, minor),), **more)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")


def pay(creditor, account, minor, on, key, currency="MXN"):
    payment = books.NewPayment(account, minor, currency, on, key, "bank")
    books.post_payments(creditor_id=creditor.pk, payments=[payment])


@pytest.fixture
def shop(creditor, accounts):
    """The books of tests/core/test_kpis.py without the interest: 900 in January, 1,200, 1,500 and 600."""
    one, two, three = (accounts[f"C-{n}"] for n in (1, 2, 3))
    sell(creditor, one, "A-1", date(2026, 1, 5), date(2026, 2, 4), 900_00, product="clavos")
    pay(creditor, one, 900_00, date(2026, 3, 20), "p1")
    sell(creditor, two, "A-2", date(2026, 2, 1), date(2026, 3, 3), 1_200_00, product="tubos")
    pay(creditor, two, 500_00, date(2026, 4, 15), "p2")
    sell(creditor, three, "A-3", date(2026, 3, 31), date(2026, 4, 30), 1_500_00, product="tubos")
    sell(creditor, one, "A-4", date(2026, 4, 10), date(2026, 5, 10), 600_00)
    pay(creditor, one, 100_00, date(2026, 4, 20), "p3")
    return creditor


def values(creditor, start=START, end=END):
    return {(m.kpi.code, m.currency): m.figure.value for m in read.kpis(creditor, start, end).figures}


def plain(text):
    """Without the spaces that a browser does not break."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def sql(query, *params):
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()[0]


class TestFigures:
    def test_they_are_those_worked_out_by_hand(self, shop):
        got = values(shop)
        wanted = {
            "collected": 600_00, "receivable": 2_700_00, "overdue": 700_00, "overdue_share": D("25.93"),
            "dso": D("135.00"), "dso_best": D("100.00"), "add": D("35.00"), "dso_count_back": D("75.00"),
            "cei": D("46.15"), "recovery_rate": D("41.67"), "cure_rate": D("0.00"),
        }  # fmt: skip
        assert {code: got[code, "MXN"] for code in wanted} == wanted

    def test_an_independent_query_agrees(self, shop):
        got = values(shop)
        joined = "FROM receivables_entry e JOIN receivables_event v ON v.id = e.event_id"
        due = f"{joined} JOIN receivables_dueitem d ON d.id = e.due_item_id WHERE e.ledger = 1 AND v.effective_on <= %s"
        assert got["collected", "MXN"] == sql(
            f"SELECT SUM(e.amount_minor) {joined} WHERE e.ledger = 3 AND v.effective_on BETWEEN %s AND %s", START, END
        )
        assert got["receivable", "MXN"] == sql(f"SELECT SUM(e.amount_minor) {due}", END)
        assert got["overdue", "MXN"] == sql(f"SELECT SUM(e.amount_minor) {due} AND d.due_on < %s", END, END)

    def test_as_of_a_past_date_only_what_was_known_then_counts(self, shop):
        march = values(shop, date(2026, 3, 1), date(2026, 3, 31))
        assert march["receivable", "MXN"] == 2_700_00  # 1,200 of February and 1,500 of March
        assert march["collected", "MXN"] == 900_00
        assert march["delay_mean", "MXN"] == D("44.00")  # due 4 February, paid 20 March
        assert march["cure_rate", "MXN"] == D("100.00")  # only C-1 was late on 28 February

    def test_a_reversed_payment_was_never_collected(self, shop):
        books.reverse_payment(key="p2", on=date(2026, 4, 16), source="bank")
        got = values(shop)
        assert (got["collected", "MXN"], got["recovery_rate", "MXN"]) == (100_00, D("0.00"))
        assert got["receivable", "MXN"] == 3_200_00

    def test_currencies_stand_apart(self, shop, accounts):
        sell(shop, accounts["C-2"], "U-1", date(2026, 4, 1), date(2026, 4, 5), 80_00, currency="USD")
        got = values(shop)
        assert (got["receivable", "MXN"], got["receivable", "USD"]) == (2_700_00, 80_00)
        assert got["collected", "USD"] is None

    def test_each_part_adds_up_to_the_whole(self, shop):
        report = read.kpis(shop, START, END, "segment")
        parts = {m.value: m.figure.value for m in report.figures if m.kpi.code == "receivable" and m.dimension}
        assert parts == {"mayorista": 1_200_00, "minorista": 1_500_00}

    def test_promises_contacts_and_persons(self, shop, accounts, django_user_model):
        ana = django_user_model.objects.create_user("ana")
        at = datetime(2026, 4, 8, 18, tzinfo=UTC)
        for code, direct in (("C-2", True), ("C-2", False), ("C-3", False)):
            account = accounts[code]
            party = parties.Account.objects.get(pk=account).party_id
            Contact.objects.create(
                party_id=party, account_id=account, creditor=shop, channel="call", at=at, by=ana, direct_contact=direct
            )
        promise = negotiation.NewPromise(
            accounts["C-2"],
            made_on=date(2026, 4, 8),
            promised_on=date(2026, 4, 15),
            source="agent",
            key="k1",
            by=ana.pk,
        )
        row = negotiation.make_promise(promise=promise, at=at)
        type(row).objects.filter(pk=row.pk).update(state="kept", closed_on=date(2026, 4, 16))
        got = values(shop)
        assert got["contact_rate", ""] == D("33.33")
        assert got["coverage", ""] == D("100.00")  # C-2 was the only one late on 31 March
        assert got["promises_kept", "MXN"] == D("100.00")
        assert read.REPORTS["agents"](shop, START, END).tables[0].rows == (("ana", 3, 1, 3333, 1, 1, 1, 10000),)


class TestColumnsKept:
    """The books are read once and kept in columns; every figure is the same with them and without."""

    LATER = datetime.now(UTC) + timedelta(hours=1)

    @pytest.fixture(autouse=True)
    def _own_folder(self, shop, settings, tmp_path):
        """After the customers: who has no keyring in the folder seals nobody's name."""
        settings.DATA = tmp_path

    def keep(self, creditor):
        return columns.refresh(creditor_id=creditor.pk, now=self.LATER, worth=1)

    def test_figures_are_the_same_before_after_and_with_newer_events(self, shop, accounts):
        before = values(shop)
        assert self.keep(shop) and columns.valid_index(shop.pk).events == 10
        assert values(shop) == before
        pay(shop, accounts["C-3"], 1_500_00, date(2026, 4, 29), "p4")
        assert values(shop)["receivable", "MXN"] == 1_200_00
        assert self.keep(shop) and not self.keep(shop)
        assert values(shop)["receivable", "MXN"] == 1_200_00

    def test_a_change_of_segment_is_seen_at_once(self, shop, accounts):
        self.keep(shop)
        values(shop)
        write_accounts.change(creditor_id=shop.pk, account_ids=[accounts["C-3"]], field="segment", value="mayorista")
        report = read.kpis(shop, START, END, "segment")
        assert [m.value for m in report.figures if m.kpi.code == "receivable" and m.dimension] == ["mayorista"]

    def test_another_database_behind_the_same_folder_reads_its_own_books(self, shop):
        self.keep(shop)
        with connection.cursor() as cursor:
            cursor.execute("SELECT MAX(id) FROM receivables_event")
            last = cursor.fetchone()[0]
        file = columns.folder(shop.pk) / columns.INDEX
        file.write_text(file.read_text().replace(f'"mark": {last}', f'"mark": {last - 1}'))
        assert columns.valid_index(shop.pk) == columns.Index()
        assert values(shop)["receivable", "MXN"] == 2_700_00

    def test_young_events_wait(self, shop):
        assert not columns.refresh(creditor_id=shop.pk, now=datetime.now(UTC), worth=1)
        assert columns.valid_index(shop.pk) == columns.Index()

    def test_no_name_of_a_person_is_in_the_files(self, shop):
        self.keep(shop)
        values(shop)
        assert not [f for f in columns.folder(shop.pk).rglob("*") if f.is_file() and b"Cliente" in f.read_bytes()]


class TestReports:
    def test_ageing_by_days_past_due(self, shop):
        rows = read.REPORTS["ageing"](shop, START, END).tables[0]
        whole = {r[0]: r[2] for r in rows.rows if r[1] == "Toda la empresa"}
        assert whole == {
            "Por vencer": 2_000_00, "1 a 30 días": 0, "31 a 60 días": 700_00, "61 a 90 días": 0, "Más de 90 días": 0
        }  # fmt: skip
        assert (
            plain(rows.title)
            == "De $2,700.00 MXN por cobrar, el 25.9 % está vencido; lo que más pesa tiene 31 a 60 días."
        )

    def test_roll_rates_follow_the_documents(self, shop):
        lines = read.REPORTS["roll-rates"](shop, START, END).tables[0].rows
        # at the opening 1,200 was 28 days late: 700 are now 58 days late, 500 were paid
        assert lines[1] == ("1 a 30 días", 1_200_00, 0, 0, 5833, 0, 0, 4167)

    def test_causes_name_the_product_that_costs_most(self, shop):
        report = read.REPORTS["causes"](shop, date(2026, 2, 1), END)
        product = next(t for t in report.tables if t.name == "late_product")
        # tubos: 1,200 late 58 days (1,500 are due on the day itself); clavos: 900 late 44 days
        assert product.rows == (
            ("tubos", 2, 1, 2_700_00, 1_200_00, 4444, 58), ("clavos", 1, 1, 900_00, 900_00, 10000, 44)
        )  # fmt: skip
        assert plain(product.title) == "Por producto, lo que más cuesta es «tubos»: $1,200.00 MXN con 58 días."

    def test_the_worst_step_is_named_with_its_money_and_days(self, shop, accounts):
        account = accounts["C-2"]
        party = parties.Account.objects.get(pk=account).party_id
        at = datetime(2026, 4, 10, 16, tzinfo=UTC)
        for n, kinds in enumerate((["clicked", "method_chosen", "pay_failed"], ["clicked", "paid"], ["opened"], [])):
            box = Outbox.objects.create(
                once=f"o{n}", account_id=account, party_id=party, creditor=shop, channel="email", purpose="x",
                stage="administrative", step="s", template="t", currency="MXN", amount_minor=250_00, scheduled_at=at,
                expires_at=at, state="sent", finished_at=at,
            )  # fmt: skip
            for kind in kinds:
                Fact.objects.create(outbox=box, account_id=account, kind=kind, at=at, key=f"{n}{kind}", channel="email")
        report = read.REPORTS["friction"](shop, START, END)
        assert report.tables[0].rows == (("Toda la empresa", 4, 3, 3, 2, 2, 1, 1, 0, 2500),)
        assert plain(report.sentences[0]).startswith(
            "Lo que más cuesta: 1 mensaje se quedó en «eligió cómo pagar», 1 con un pago que falló; "
            "son $250.00 MXN detenidos desde hace 20 días en promedio."
        )

    def test_without_news_after_sending_nothing_is_blamed(self, shop):
        assert read.REPORTS["friction"](shop, START, END).sentences == (
            "No salió ningún mensaje en el periodo: el embudo se llena con los envíos de cada día.",
        )

    @pytest.mark.parametrize("kind", sorted({*read.REPORTS, "forecast", "experiments"}))
    def test_an_empty_company_gets_sentences(self, creditor, kind):
        report = read.built(kind, creditor, START, END)
        assert report.tables == () and all(m.figure.value is None for m in report.figures)
        assert all(m.figure.sentence for m in report.figures)
        assert report.sentences or report.figures

    @pytest.mark.parametrize("kind", sorted({*read.REPORTS, "forecast", "experiments"}))
    def test_a_company_of_one_invoice_gets_figures_or_sentences(self, creditor, accounts, kind):
        sell(creditor, accounts["C-1"], "A-1", date(2026, 4, 10), date(2026, 5, 10), 300_00)
        document = json.dumps(tables.document([read.built(kind, creditor, START, END)]), default=str)
        assert "NaN" not in document and "Infinity" not in document


class TestFiles:
    def test_no_text_of_a_customer_becomes_a_formula(self):
        table = tables.Table(
            "t", "=1+1", (tables.Column("a", "A"), tables.Column("m", "M", "money")), (("=2+2", -5),), "MXN"
        )
        report = tables.Report("ageing", "Antigüedad", "norte", "=HYPERLINK()", START, END, tables=(table,))
        rows = list(csv.reader(io.StringIO(export.render([report], "csv").decode("utf-8-sig"))))
        assert rows[-1] == ["'=2+2", "-0.05"] and rows[1][1] == "'=1+1"
        with zipfile.ZipFile(io.BytesIO(export.render([report], "xlsx"))) as book:
            inside = "/".join(("xl", "worksheets", "sheet"))
            sheets = [book.read(n).decode() for n in book.namelist() if n.startswith(inside)]
        assert not any("<f>" in sheet for sheet in sheets) and "<v>-0.05</v>" in sheets[1]

    def test_the_pdf_is_one(self, shop):
        content = export.render([read.kpis(shop, START, END)], "pdf")
        assert content.startswith(b"%PDF-") and len(content) > 5_000


class TestCommand:
    def run(self, capsys, *words):
        code = cli.run(["report", *words])
        return code, capsys.readouterr()

    def test_json_says_everything_of_a_figure(self, shop, capsys):
        code, out = self.run(capsys, "kpis", "--from", "2026-04-01", "--to", "2026-04-30")
        figure = next(f for f in json.loads(out.out)["figures"] if f["code"] == "dso")
        assert (code, figure["value"], figure["unit"], figure["currency"]) == (0, 135.0, "days", "MXN")
        assert figure["numerator"] == {"meaning": "capital por cobrar al corte", "value": 270000}
        assert figure["denominator"] == {"meaning": "ventas a crédito netas del periodo", "value": 60000}
        assert figure["formula"] == "por cobrar ÷ ventas a crédito × días"
        assert figure["rows"] == "/reportes/indicador/dso/?desde=2026-04-01&hasta=2026-04-30"

    @pytest.mark.parametrize("kind", ["kpis", "ageing", "roll-rates", "friction"])
    def test_the_document_is_what_its_schema_says(self, shop, capsys, kind):
        code, out = self.run(capsys, kind, "--from", "2026-04-01", "--to", "2026-04-30")
        jsonschema.validate(json.loads(out.out), document_schema("report"))
        assert code == 0

    def test_a_period_backwards_is_told(self, shop, capsys):
        code, out = self.run(capsys, "kpis", "--from", "2026-05-01", "--to", "2026-04-01")
        assert (code, out.out) == (2, "")
        assert "termina (2026-04-01) antes de empezar (2026-05-01)" in out.err

    def test_a_file_goes_where_it_is_asked(self, shop, capsys, tmp_path):
        code, out = self.run(
            capsys, "ageing", "--to", "2026-04-30", "--format", "xlsx", "--out", str(tmp_path / "a.xlsx")
        )
        assert (code, out.out) == (0, "") and zipfile.is_zipfile(tmp_path / "a.xlsx")


class TestApi:
    @pytest.fixture
    def ask(self, client, shop):
        _, key = access.create_key(name="bi", scopes=["read"])
        return lambda path: client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {key}"})

    def test_the_same_document_as_the_command(self, ask, capsys):
        answer = ask("/reports/kpis?from=2026-04-01&to=2026-04-30")
        cli.run(["report", "kpis", "--from", "2026-04-01", "--to", "2026-04-30"])
        assert (answer.status_code, answer.json()) == (200, json.loads(capsys.readouterr().out))

    def test_every_indicator_is_defined(self, ask):
        assert [k["code"] for k in ask("/reports").json()["kpis"]] == [k.code for k in registry.REGISTRY]

    def test_a_report_that_does_not_exist_is_told(self, ask):
        answer = ask("/reports/ventas")
        assert answer.status_code == 404
        assert "Los que hay: kpis, ageing" in answer.json()["detail"]

    def test_nobody_reads_without_a_key(self, client, shop):
        assert client.get("/api/v1/reports/kpis").status_code == 401


class TestByMail:
    def test_each_goes_on_its_day_once(self, creditor):
        row = write.schedule(creditor_id=creditor.pk, report="kpis", cadence="weekly", email="ana@norte.example")
        monday = date(2026, 5, 4)
        due = write.due(creditor_id=creditor.pk, today=monday)
        assert due == [(row, date(2026, 4, 27), date(2026, 5, 3))]
        assert write.due(creditor_id=creditor.pk, today=monday + timedelta(days=1)) == []
        assert write.done(pk=row.pk, through=date(2026, 5, 3))
        assert not write.done(pk=row.pk, through=date(2026, 5, 3))
        assert write.due(creditor_id=creditor.pk, today=monday) == []

    def test_it_carries_the_files_and_what_changed(self, shop, tmp_path):
        channel = FileChannel(tmp_path / "salida", lambda: datetime(2026, 5, 1, 12, tzinfo=UTC))
        write.schedule(creditor_id=shop.pk, report="kpis", cadence="monthly", email="ana@norte.example")
        found = tasks.send_due(creditor=shop, today=date(2026, 5, 1), channel=lambda creditor, name: channel)
        assert [(s["email"], s["from"], s["to"]) for s in found.sent] == [("ana@norte.example", START, END)]
        (file,) = (tmp_path / "salida").rglob("*.eml")
        mail = message_from_bytes(file.read_bytes(), policy=SMTP)
        assert "Cobrado MXN: $600.00; antes, $900.00." in mail.get_body().get_content()
        names = [part.get_filename() for part in mail.iter_attachments()]
        assert names == ["kpis-norte-2026-04-01-2026-04-30.pdf", "kpis-norte-2026-04-01-2026-04-30.xlsx"]
        assert tasks.send_due(creditor=shop, today=date(2026, 5, 1), channel=lambda creditor, name: channel).sent == ()

    def test_one_that_could_not_leave_is_due_again(self, shop):
        row = write.schedule(creditor_id=shop.pk, report="ageing", cadence="monthly", email="ana@norte.example")
        found = tasks.send_due(creditor=shop, today=date(2026, 5, 1), channel=lambda creditor, name: None)
        assert [s["error"] for s in found.failed] == [
            "No hay correo con que enviarlo: configure el servidor de correo."
        ]
        assert write.due(creditor_id=shop.pk, today=date(2026, 5, 1)) == [(row, START, END)]

    def test_one_that_was_taken_away_is_not_due(self, creditor):
        row = write.schedule(creditor_id=creditor.pk, report="kpis", cadence="daily", email="ana@norte.example")
        write.unschedule(creditor_id=creditor.pk, pk=row.pk)
        assert write.due(creditor_id=creditor.pk, today=date(2026, 5, 5)) == []


def test_targets_and_costs_reach_the_figures(shop, accounts):
    write.set_contact_costs(creditor_id=shop.pk, costs={"email": 300})
    party = parties.Account.objects.get(pk=accounts["C-2"]).party_id
    at = datetime(2026, 4, 8, 18, tzinfo=UTC)
    Contact.objects.create(party_id=party, account_id=accounts["C-2"], creditor=shop, channel="email", at=at)
    assert values(shop)["cost_per_100", "MXN"] == D("0.50")  # 3.00 for 600.00


def test_every_kind_of_row_has_a_reader():
    from puntual.apps.reports.rows_indicators import ROWS

    assert {name for kpi in registry.REGISTRY for name in (kpi.rows, kpi.below) if name} <= set(ROWS)


class TestTargets:
    """A missed target is told on Hoy and on Reportes."""

    @pytest.fixture
    def missed(self, shop):
        write.set_targets(creditor_id=shop.pk, targets={"dso": D(60), "cei": D(40), "receivable": D(1)})
        tasks.find_missed(creditor=shop, today=END + timedelta(days=1))
        return shop

    def test_only_what_is_on_the_wrong_side_is_told(self, missed):
        # DSO 135 days for a target of 60; CEI 46.15 for 40 is met; nobody says whether more receivable is good
        told = [(m.code, m.currency, m.value, m.target) for m in read.missed(missed.pk)]
        assert told == [("dso", "MXN", D(135), D(60))]

    def test_hoy_tells_it(self, missed, admin_client):
        page = admin_client.get("/", headers={"host": "127.0.0.1"}).content.decode()
        assert "1 meta sin cumplir en 30 días" in page

    def test_a_target_that_is_met_is_no_longer_told(self, missed):
        write.set_targets(creditor_id=missed.pk, targets={"dso": D(200)})
        tasks.find_missed(creditor=missed, today=END + timedelta(days=1))
        assert read.missed(missed.pk) == []

    def test_the_round_is_done_once_a_day(self, shop):
        day = datetime(2026, 5, 1, 15, tzinfo=UTC)
        assert read.waiting(shop, date(2026, 5, 1))
        tasks.day_round(creditor=shop, now=day, channel=lambda creditor, name: None)
        assert not read.waiting(shop, date(2026, 5, 1)) and read.waiting(shop, date(2026, 5, 2))


class TestActions:
    def test_one_is_noted_and_measured_under_causes(self, shop, admin_client):
        form = {"accion": "Revisar el pedido", "responsable": "Laura", "de_que": "product:tubos", "desde": "2026-04-01",
                "dias": "30"}  # fmt: skip
        answer = admin_client.post("/reportes/acciones/", form, headers={"host": "127.0.0.1"}, follow=True)
        page = answer.content.decode()
        assert "Revisar el pedido" in page and "responde Laura" in page
        assert "Todavía no se puede decir: antes vencieron 1 documentos y después 1" in page
        row = CorrectiveAction.objects.get()
        admin_client.post(f"/reportes/acciones/{row.pk}/terminar/", headers={"host": "127.0.0.1"})
        row.refresh_from_db()
        assert row.closed_on is not None

    def test_without_an_owner_nothing_is_noted(self, shop, admin_client):
        form = {"accion": "Algo", "responsable": " ", "de_que": "product:tubos", "dias": "30"}
        page = admin_client.post("/reportes/acciones/", form, headers={"host": "127.0.0.1"}, follow=True).content
        assert "quién responde" in page.decode() and not CorrectiveAction.objects.exists()


def test_breaches_are_counted_whole(shop, accounts):
    """Twelve accounts' worth of second messages on one day: the count is 12, no list is cut at ten."""
    account = accounts["C-2"]
    party = parties.Account.objects.get(pk=account).party_id
    at = datetime(2026, 4, 10, 16, tzinfo=UTC)
    for n in range(24):
        Outbox.objects.create(
            once=f"{shop.pk}:2026-04-{10 + n // 2:02}:{account}{'>sms' * (n % 2)}", account_id=account, party_id=party,
            creditor=shop, channel="email", purpose="x", stage="administrative", step="s", template="t", currency="MXN",
            amount_minor=1, scheduled_at=at, expires_at=at, state="sent", finished_at=at,
        )  # fmt: skip
    Contact.objects.create(party_id=party, account_id=account, creditor=shop, channel="email", at=at)
    assert values(shop)["breaches", ""] == 12
