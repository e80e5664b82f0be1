"""`puntual predict` and `puntual backtest` over a history file: the documents of CONTRACT, and what is refused."""

import json
from datetime import date

import polars as pl
import pytest
from payers import portfolio

from puntual.project.cli import run
from puntual.project.cli.payment_history import from_csv

HEAD = "cliente,emision,vencimiento,importe,pago\n"
LINE = {"late", "paid_7", "paid_14", "paid_30", "mae_days", "cash_30_wape"}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The portfolio as an accounts-receivable export with US dates and columns that are only known afterwards."""
    us = "%m/%d/%Y"
    path = tmp_path_factory.mktemp("historia") / "historia.csv"
    portfolio(accounts=40).select(
        customerID=pl.format("C-{}", "account"), invoiceNumber=pl.format("F{}", "due_item"),
        InvoiceDate=pl.col("issued_on").dt.strftime(us), DueDate=pl.col("due_on").dt.strftime(us),
        InvoiceAmount=(pl.col("amount_minor") / 100).round(2), SettledDate=pl.col("paid_on").dt.strftime(us),
        DaysLate=(pl.col("paid_on") - pl.col("due_on")).dt.total_days(),
    ).write_csv(path)  # fmt: skip
    return path


def out(capsys, *arguments):
    code = run([str(a) for a in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_backtest_prints_the_document_of_the_contract_and_nothing_else(file, capsys):
    code, text, _ = out(capsys, "backtest", "--cut", "2025-09-01", "--cut", "2025-11-01", "--file", file, "--json")
    cuts = json.loads(text)["cuts"]
    assert code == 0 and [c["cut"] for c in cuts] == ["2025-09-01", "2025-11-01"]
    for cut in cuts:
        assert {"cut", "n", "naive"} | LINE <= set(cut) and set(cut["naive"]) >= LINE
        assert set(cut["late"]) >= {"auc", "brier", "ece"} and set(cut["paid_14"]) >= {"brier", "ece"}
    again = out(capsys, "backtest", "--cut", "2025-09-01", "--cut", "2025-11-01", "--file", file, "--json")[1]
    assert again == text  # reproducible from its seed


def test_backtest_for_people_is_a_table_of_lines(file, capsys):
    code, text, _ = out(capsys, "backtest", "--cut", "2025-09-01", "--file", file)
    assert code == 0
    lines, known = text.strip().split("\n\n")
    assert [line.split()[0] for line in lines.splitlines()[2:]] == [
        "modelo",
        "ingenua",
        "contraída",
        "logística",
        "azar",
    ]
    assert [line.split()[0] for line in known.splitlines()] == ["pagos", "0", "1-2", "3-5", "6-15", "16+"]


def test_predict_answers_for_every_open_document(file, capsys):
    code, text, _ = out(capsys, "predict", "--as-of", "2025-10-01", "--file", file, "--json")
    document = json.loads(text)
    assert code == 0 and document["n"] == len(document["items"]) > 50
    item = document["items"][0]
    assert item["invoice"].startswith("F") and item["customer"].startswith("C-")
    assert item["p_paid_7"] <= item["p_paid_14"] <= item["p_paid_30"]
    assert item["interval"][0] <= item["expected_on"] <= item["interval"][1]
    assert (
        item["amount"]["currency"] == "USD" and len(item["drivers"]) == 3 and item["drivers"][0]["text"].endswith(".")
    )


def test_predict_writes_a_parquet_file(file, capsys, tmp_path):
    code, text, _ = out(
        capsys, "predict", "--as-of", "2025-10-01", "--file", file, "--out", tmp_path / "p.parquet", "--json"
    )
    table = pl.read_parquet(tmp_path / "p.parquet")
    assert code == 0 and "items" not in json.loads(text)
    assert table.height == json.loads(text)["n"] and {"p_late", "expected_on", "drivers"} <= set(table.columns)


def test_what_is_known_only_afterwards_is_never_read(file):
    facts, _ = from_csv(file)
    assert set(facts.columns) == {*portfolio().columns, "stated_on"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "le falta la columna customerid, invoicedate"),
        (
            "cliente,emision,vencimiento,importe,pago\nA,2025-01-01,2025-02-30,10,\n",
            "fila 2, «2025-02-30» no es una fecha",
        ),
        (HEAD + "A,ayer,2025-02-01,10,\n", "«ayer» no es una fecha"),
        (HEAD + "A,01/02/2025,03/04/2025,10,\n", "va antes el día o el mes"),
        (
            "cliente,emision,vencimiento,importe,pago\nA,2025-01-01,2025-02-01,diez,\n",
            "fila 2, «diez» no es un importe",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_how_to_mend_it(text, words, tmp_path, capsys):
    path = tmp_path / "mal.csv"
    path.write_text(text, encoding="utf-8")
    code, printed, error = out(capsys, "backtest", "--cut", "2025-06-01", "--file", path, "--json")
    assert code == 2 and printed == "" and words in error and "Traceback" not in error


def test_spanish_headings_and_day_first_dates_are_understood(tmp_path):
    path = tmp_path / "bien.csv"
    path.write_text(
        "Cliente,Factura,Emisión,Vencimiento,Monto,Fecha pago,Moneda\nA,1,31/01/2025,02/03/2025,1500,,CLP\n"
    )
    facts, names = from_csv(path)
    row = facts.to_dicts()[0]
    assert str(row["issued_on"]) == "2025-01-31" and str(row["due_on"]) == "2025-03-02" and row["paid_on"] is None
    assert row["amount_minor"] == 1500 and row["currency"] == "CLP" and names["customer"].item() == "A"


def test_with_a_country_what_falls_due_on_its_holidays_is_not_late_the_next_morning(tmp_path):
    """1 May 2026 is a Friday and a holiday in Mexico; the date of the document is told as it was."""
    file = tmp_path / "historia.csv"
    file.write_text("cliente,emision,vencimiento,importe,pago\nA,2026-04-01,2026-05-01,100.00,2026-05-04\n")
    days, counted = from_csv(file)[0], from_csv(file, country="MX")[0]
    assert days["due_on"].to_list() == [date(2026, 5, 1)]
    assert counted["due_on"].to_list() == [date(2026, 5, 4)] == counted["paid_on"].to_list()
    assert counted["stated_on"].to_list() == days["stated_on"].to_list() == [date(2026, 5, 1)]
