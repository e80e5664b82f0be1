"""What the screens answer, without a browser: pages in order, other people's data, downloads, closed doors."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from puntual.apps.outreach.models import Contact
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables import read_screens as read
from puntual.apps.receivables import write
from puntual.apps.receivables.filters import from_address, to_address
from puntual.apps.receivables.models import AccountBalance


@pytest.fixture
def lucia(client, staff):
    client.force_login(staff)
    return client


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("path", ["/", "/cartera/", "/clientes/1/", "/facturas/1/", "/envios/", "/normas/", "/paleta/"])
@pytest.mark.django_db
def test_nothing_is_shown_to_whoever_did_not_enter(client, path) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/entrar/")


@pytest.mark.django_db
def test_the_pages_forbid_inline_script_and_style(client) -> None:
    response = client.get("/entrar/")
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "style-src 'self'" in policy and "unsafe" not in policy
    assert " style=" not in text_of(response) and " onclick=" not in text_of(response)


def many(portfolio, n: int = 120) -> None:
    """More customers than two pages hold, many owing the very same amount on the very same day."""
    rows = [parties.NewAccount(f"M-{i:03d}", f"Cliente {i}", country="MX") for i in range(n)]
    accounts = parties.register_accounts(creditor=portfolio.creditor, rows=rows).accounts
    due = portfolio.today - timedelta(days=3)
    invoices = [
        write.NewInvoice(pk, f"N-{pk}", f"N-{pk}", due, "MXN", 100_00 * (1 + i % 3), ((due, 100_00 * (1 + i % 3)),))
        for i, pk in enumerate(accounts.values())
    ]
    write.post_invoices(creditor_id=portfolio.creditor.pk, invoices=invoices, source="prueba")


@pytest.mark.parametrize("order", ["-open", "open", "oldest", "-oldest"])
def test_page_after_page_every_account_comes_once_and_in_order(portfolio, order) -> None:
    many(portfolio)
    rows = read.matching(portfolio.creditor.pk, read.Filters(), portfolio.today)
    seen, mark = [], ""
    while True:
        got, mark = read.page_of(rows, order, mark)
        seen += got
        if not mark:
            break
    assert len(seen) == 122
    assert len({b.pk for b in seen}) == 122
    keys = [b.open_minor if order.endswith("open") else b.oldest_due_on for b in seen]
    descending = order in ("-open", "oldest")
    assert keys == sorted(keys, reverse=descending)


def test_a_page_of_the_list_asks_the_database_the_same_few_things_whatever_its_size(
    lucia, portfolio, django_assert_max_num_queries
) -> None:
    many(portfolio)
    lucia.get("/cartera/")
    with django_assert_max_num_queries(14):
        response = lucia.get("/cartera/")
    assert text_of(response).count('name="sel"') == 50


def test_the_filters_go_to_the_address_and_back() -> None:
    asked = {"q": "ocampo", "moneda": "mxn", "edad": "d31_60", "saldo": "overdue", "orden": "-oldest", "segmento": "A"}
    filters = from_address(asked)
    assert filters == read.Filters("ocampo", "MXN", "d31_60", "overdue", "A", "-oldest")
    assert to_address(filters) == "q=ocampo&moneda=MXN&edad=d31_60&saldo=overdue&segmento=A&orden=-oldest"
    assert from_address({"edad": "ayer", "saldo": "x", "orden": "; drop"}) == read.Filters()
    assert to_address(read.Filters()) == ""


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("ocampo", {"C-1"}),
        ("COC-010101-AB1", {"C-1"}),
        ("A-201", {"C-2"}),
        ("C-3", {"C-3"}),
        ("pagos@andina.example", {"C-2"}),
        ("nadie", set()),
    ],
)
def test_a_customer_is_found_by_name_tax_id_invoice_code_or_contact(portfolio, query, codes) -> None:
    found = read.accounts_found(portfolio.creditor.pk, query)
    assert set(Account.objects.filter(pk__in=found).values_list("code", flat=True)) == codes


@pytest.mark.parametrize(
    ("age", "codes"), [("current", set()), ("d1_30", {"C-1"}), ("d31_60", {"C-2"}), ("d61_90", set()), ("d91", set())]
)
def test_the_age_of_an_account_is_that_of_its_oldest_open_document(portfolio, age, codes) -> None:
    rows = read.matching(portfolio.creditor.pk, read.Filters(age=age), portfolio.today)
    assert set(rows.values_list("account__code", flat=True)) == codes


def test_the_ageing_of_the_creditor_is_the_sum_of_its_open_documents(portfolio) -> None:
    bars = read.ageing_by_currency(portfolio.creditor.pk, portfolio.today)
    assert bars == {"MXN": [3_000_00, 8_000_00, 5_500_00, 0, 0]}
    assert sum(bars["MXN"]) == sum(AccountBalance.objects.values_list("open_minor", flat=True))


def test_what_was_collected_counts_money_once_and_a_reversed_payment_not_at_all(portfolio) -> None:
    day = portfolio.today
    found = read.collected_by_day(portfolio.creditor.pk, day - timedelta(days=6), day + timedelta(days=1))
    assert found == {day - timedelta(days=2): {"MXN": 900_00}, day: {"MXN": 4_000_00}}
    write.reverse_payment(key="p-1", on=day, source="prueba")
    found = read.collected_by_day(portfolio.creditor.pk, day, day + timedelta(days=1))
    assert found == {day: {"MXN": 0}}
    assert read.payments_on(portfolio.creditor.pk, day) == []


def test_the_download_holds_every_row_and_no_formula(lucia, portfolio) -> None:
    row = parties.NewAccount("=1+1", "@SUM(A1)", country="MX")
    account = parties.register_accounts(creditor=portfolio.creditor, rows=[row]).accounts["=1+1"]
    due = portfolio.today
    invoice = write.NewInvoice(account, "Z-1", "Z-1", due, "MXN", 12_34, ((due, 12_34),))
    write.post_invoices(creditor_id=portfolio.creditor.pk, invoices=[invoice], source="prueba")
    body = b"".join(lucia.get("/cartera/descargar/").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [r["codigo"] for r in rows] == ["C-1", "C-2", "'=1+1"]
    assert (rows[2]["nombre"], rows[2]["por_cobrar"], rows[2]["vencido"]) == ("'@SUM(A1)", "12.34", "0.00")
    assert (rows[0]["por_cobrar"], rows[0]["vencido"], rows[0]["dias_de_atraso"]) == ("11000.00", "8000.00", "20")


def test_another_creditor_s_contacts_are_not_told(lucia, portfolio) -> None:
    other = Creditor.objects.create(
        code="sur", name="Financiera Sur", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    account = Account.objects.get(pk=portfolio.accounts["C-1"])
    for creditor, note in ((portfolio.creditor, "nota nuestra"), (other, "nota ajena")):
        Contact.objects.create(
            party_id=account.party_id, creditor=creditor, channel="email", at=timezone.now(), note=note
        )
    shown = text_of(lucia.get(f"/clientes/{account.pk}/"))
    assert "nota nuestra" in shown
    assert "nota ajena" not in shown


def test_a_message_of_another_creditor_is_not_stopped_from_here(lucia, portfolio) -> None:
    from puntual.apps.outreach.models import Outbox

    Creditor.objects.create(code="aaa", name="AAA", country="MX", zone="America/Mexico_City", currency="MXN")
    message = Outbox.objects.get(plan_id=portfolio.plan_id, channel="email")
    lucia.get("/cartera/")  # AAA comes first by name, so it is the one chosen
    lucia.post("/envios/acciones/", {"sel": [message.pk], "accion": "veto"})
    message.refresh_from_db()
    assert message.state == "planned"


def test_following_a_link_to_another_creditor_s_customer_changes_to_it(lucia, portfolio) -> None:
    Creditor.objects.create(code="aaa", name="AAA", country="CL", zone="America/Santiago", currency="CLP")
    assert "AAA" in text_of(lucia.get("/normas/"))
    shown = text_of(lucia.get(f"/clientes/{portfolio.accounts['C-1']}/"))
    assert "Comercial Ocampo" in shown
    assert lucia.session["creditor"] == portfolio.creditor.pk


def test_health_answers_without_entering(client, db) -> None:
    assert client.get("/healthz").content == b"ok"
    assert client.get("/readyz").json() == {"ready": True, "database": True}
