"""Portfolios of clients: what each payment earns, and the return file in the client's own words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from puntual.core.clients import COLLECTED, earned, parse_return_layout, table, terms_from
from puntual.core.errors import UnusableInput
from puntual.core.money import pct_of

TERMS = {"rates": [{"from_days": 31, "pct": "12.5"}, {"from_days": 0, "pct": "8"}, {"from_days": 91, "pct": "20"}]}


def collected(*rows):
    made = [
        {"account": 1, "due_item": 7, "due_on": date(2026, 9, 1), "currency": "MXN", "assigned_on": date(2026, 10, 12),
         "withdrawn_on": None, **row}
        for row in rows
    ]  # fmt: skip
    return pl.DataFrame(made, schema={n: c.dtype for n, c in COLLECTED.items()})


def test_an_amount_earns_the_rate_of_its_age_on_the_day_it_was_assigned():
    rows = earned(collected({"on": date(2026, 12, 20), "amount_minor": 1_000_01}), terms_from(TERMS))
    assert rows.select("age_days", "rate_pct", "commission_minor").row(0) == (41, "12.5", 125_00)


def test_the_age_may_count_on_the_day_of_the_payment():
    rows = earned(
        collected({"on": date(2026, 12, 20), "amount_minor": 1_000_00}), terms_from({**TERMS, "age_at": "payment"})
    )
    assert rows.select("age_days", "rate_pct", "commission_minor").row(0) == (110, "20", 200_00)


def test_what_came_before_the_assignment_or_after_the_tail_earns_nothing():
    gone = {"withdrawn_on": date(2026, 11, 1)}
    rows = earned(
        collected(
            {"on": date(2026, 10, 11), "amount_minor": 500_00},
            {"on": date(2026, 10, 12), "amount_minor": 300_00},
            {"on": date(2026, 11, 11), "amount_minor": 200_00, **gone},
            {"on": date(2026, 11, 12), "amount_minor": 100_00, **gone},
        ),
        terms_from({**TERMS, "tail_days": 10}),
    )
    assert rows["amount_minor"].to_list() == [300_00, 200_00]


def test_what_is_taken_back_takes_its_commission_back():
    rows = earned(
        collected(
            {"on": date(2026, 10, 20), "amount_minor": 333_33}, {"on": date(2026, 10, 25), "amount_minor": -333_33}
        ),
        terms_from(TERMS),
    )
    assert rows["commission_minor"].sum() == 0


def test_an_item_younger_than_every_rate_earns_zero_and_is_still_told():
    rows = earned(
        collected({"on": date(2026, 12, 1), "amount_minor": 900_00, "due_on": date(2026, 12, 31)}), terms_from(TERMS)
    )
    assert rows.select("rate_pct", "commission_minor").row(0) == ("0", 0)


@given(st.lists(st.integers(-(10**12), 10**12), max_size=30), st.decimals("0", "100", places=3))
def test_commissions_are_exact_to_the_minor_unit(amounts, pct):
    terms = terms_from({"rates": [{"from_days": 0, "pct": str(pct)}]})
    rows = earned(collected(*({"on": date(2026, 10, 20), "amount_minor": a} for a in amounts)), terms)
    assert rows["commission_minor"].to_list() == [pct_of(a, Decimal(pct)) for a in amounts]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "Falta al menos una tasa"),
        ({"rates": [{"from_days": 0, "pct": "101"}]}, "de 0 a 100 %"),
        ({"rates": [{"from_days": 0, "pct": "x"}]}, "un porcentaje"),
        ({"rates": [{"from_days": 5, "pct": 1}, {"from_days": 5, "pct": 2}]}, r"mismo día de atraso \(5\)"),
        ({"rates": [{"from_days": 0, "pct": 1}], "age_at": "luna"}, "«luna»"),
        ({"rates": [{"from_days": 0, "pct": 1}], "tail_days": 900}, "de 0 a 365"),
    ],
)
def test_terms_that_cannot_be_say_why(document, says):
    with pytest.raises(UnusableInput, match=says):
        terms_from(document)


LAYOUT = {
    "columns": {"CREDITO": "customer_code", "COD": "result", "FECHA": "on", "HORA": "time", "IMPORTE": "amount"},
    "codes": {"promise": "PP01", "no_answer": "NC"},
    "dates": "dd/mm/yyyy",
    "decimals": "coma",
    "delimiter": ";",
}


def test_the_return_file_speaks_the_clients_words():
    rows = [
        {"customer_code": "00017", "result": "promise", "on": date(2026, 11, 3), "time": datetime(2026, 11, 3, 9, 5),
         "amount": 1234_50, "currency": "MXN"},
        {"customer_code": "00018", "result": "sent", "on": date(2026, 11, 4)},
        {"customer_code": "=2+5", "result": "no_answer", "on": date(2026, 11, 4), "amount": 7000, "currency": "CLP"},
    ]  # fmt: skip
    made, unknown = table(rows, parse_return_layout(LAYOUT))
    assert made == [
        ["CREDITO", "COD", "FECHA", "HORA", "IMPORTE"],
        ["00017", "PP01", "03/11/2026", "09:05", "1234,50"],
        ["00018", "sent", "04/11/2026", "", ""],
        ["'=2+5", "NC", "04/11/2026", "", "7000"],
    ]
    assert unknown == ("sent",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"columns": {}}, "necesita columnas"),
        ({"columns": {"X": "password"}}, "«X» pide «password»"),
        ({"dates": "ayer"}, "«dates: ayer» no se conoce"),
        ({"format": "pdf"}, "«format: pdf» no se conoce: use csv o xlsx"),
    ],
)
def test_a_layout_that_cannot_be_says_what_may_stand_there(change, says):
    with pytest.raises(UnusableInput, match=says):
        parse_return_layout({**LAYOUT, **change})
