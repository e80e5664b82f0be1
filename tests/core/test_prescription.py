"""Until when a debt may be claimed before a judge, and what changes on that day."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from puntual.core.escalation.prescription import (
    CLOCKS,
    EVENTS,
    INTERRUPTIONS,
    ITEMS,
    KINDS,
    Event,
    Prescription,
    add_months,
    prescription,
    prescription_frame,
)
from puntual.core.frames import check_frame
from puntual.law.prescription_loader import load_prescription

LAWS = load_prescription()
DUE = date(2020, 3, 15)


def clock(
    country: str, kind: str = "invoice", debtor: str = "business", *events: Event, as_of: date = DUE, due: date = DUE
) -> Prescription:
    return prescription(due, kind, debtor, events, LAWS[country], as_of)


@pytest.mark.parametrize(
    ("country", "kind", "debtor", "ends_on"),
    [
        ("MX", "invoice", "business", date(2030, 3, 15)), ("MX", "invoice", "consumer", date(2022, 3, 15)),
        ("MX", "invoice", "unknown", date(2022, 3, 15)), ("MX", "retail_credit", "consumer", date(2021, 3, 15)),
        ("MX", "services", "business", date(2022, 3, 15)), ("MX", "promissory_note", "business", date(2023, 3, 15)),
        ("MX", "periodic", "business", date(2025, 3, 15)), ("PE", "invoice", "business", date(2030, 3, 15)),
        ("PE", "services", "business", date(2023, 3, 15)),
        ("PE", "promissory_note_further", "business", date(2020, 9, 15)),
        ("AR", "invoice", "consumer", date(2025, 3, 15)), ("AR", "promissory_note", "business", date(2021, 3, 15)),
        ("AR", "periodic", "business", date(2022, 3, 15)), ("CL", "invoice", "business", date(2025, 3, 15)),
        ("CO", "invoice", "business", date(2030, 3, 15)), ("EC", "promissory_note", "business", date(2023, 3, 15)),
        ("BR", "invoice", "business", date(2025, 3, 15)), ("ES", "invoice", "business", date(2025, 3, 15)),
        ("GB", "invoice", "business", date(2026, 3, 15)), ("US", "invoice", "consumer", date(2023, 3, 15)),
        ("CR", "invoice", "business", date(2024, 3, 15)),
    ],
)  # fmt: skip
def test_each_country_and_document_has_its_term(country: str, kind: str, debtor: str, ends_on: date) -> None:
    assert clock(country, kind, debtor).prescribes_on == ends_on


def test_it_warns_ninety_days_before_and_ends_on_the_day() -> None:
    ends = date(2025, 3, 15)
    days = [ends - timedelta(days=91), ends - timedelta(days=90), ends - timedelta(days=1), ends]
    assert [clock("ES", as_of=day).status for day in days] == ["running", "warning", "warning", "prescribed"]


def test_once_prescribed_nobody_threatens_nor_charges_and_a_person_looks() -> None:
    before, after = clock("ES", as_of=date(2024, 1, 1)), clock("ES", as_of=date(2025, 3, 15))
    assert (before.may_mention_suit, before.may_add_charges, before.needs_review) == (True, True, False)
    assert (after.may_mention_suit, after.may_add_charges, after.needs_review) == (False, False, True)
    assert "Prescribió el 2025-03-15" in after.warnings[0]


def test_an_acknowledgement_in_writing_starts_the_clock_anew() -> None:
    found = clock("MX", "invoice", "consumer", Event("acknowledgement", date(2021, 6, 1)), as_of=date(2022, 6, 1))
    assert (found.prescribes_on, found.clocks[0].restarts) == (date(2023, 6, 1), 1)


def test_an_acknowledgement_without_proof_does_not() -> None:
    spoken = Event("acknowledgement", date(2021, 6, 1), documented=False)
    found = clock("MX", "invoice", "consumer", spoken, as_of=date(2021, 7, 1))
    assert found.prescribes_on == date(2022, 3, 15)
    assert "Hay hechos sin prueba escrita que no reinician el plazo." in found.warnings


def test_a_peruvian_promissory_note_is_never_interrupted() -> None:
    found = clock("PE", "promissory_note", "business", Event("suit", date(2021, 6, 1)), as_of=date(2022, 1, 1))
    assert (found.prescribes_on, found.clocks[0].restarts) == (date(2023, 3, 15), 0)


def test_in_brazil_only_the_first_event_counts() -> None:
    events = [Event("acknowledgement", date(2022, 1, 1)), Event("acknowledgement", date(2024, 1, 1))]
    assert clock("BR", "invoice", "business", *events, as_of=date(2024, 2, 1)).prescribes_on == date(2027, 1, 1)


def test_a_formal_claim_out_of_court_counts_in_spain_and_not_in_mexico() -> None:
    claim = Event("formal_claim", date(2021, 1, 10))
    ends = [
        clock(country, "invoice", "business", claim, as_of=date(2021, 2, 1)).prescribes_on for country in ("ES", "MX")
    ]
    assert ends == [date(2026, 1, 10), date(2030, 3, 15)]


def test_nothing_revives_a_debt_already_prescribed() -> None:
    late = Event("partial_payment", date(2022, 3, 15))
    found = clock("MX", "invoice", "consumer", late, as_of=date(2022, 4, 1))
    assert (found.status, found.prescribes_on) == ("prescribed", date(2022, 3, 15))


def test_what_has_not_happened_yet_does_not_count() -> None:
    assert clock(
        "MX", "invoice", "consumer", Event("suit", date(2021, 6, 1)), as_of=date(2021, 5, 31)
    ).prescribes_on == date(2022, 3, 15)


def test_chile_loses_the_executive_action_first_and_then_the_ordinary() -> None:
    found = clock("CL", as_of=date(2023, 3, 15))
    assert (found.status, found.executive_until, found.prescribes_on) == (
        "running",
        date(2023, 3, 15),
        date(2025, 3, 15),
    )
    assert "La acción ejecutiva se perdió el 2023-03-15; queda la ordinaria." in found.warnings


def test_a_document_without_a_known_term_goes_to_a_person() -> None:
    found = clock("PA", "invoice")
    assert (found.status, found.may_mention_suit, found.needs_review) == ("unknown", False, True)


def test_a_leap_day_ends_on_the_day_before_the_first_of_march() -> None:
    assert clock("AR", "invoice", "consumer", due=date(2024, 2, 29)).prescribes_on == date(2029, 2, 28)
    assert add_months(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert add_months(date(2020, 12, 31), 12) == date(2021, 12, 31)


def test_every_term_and_every_list_of_events_has_its_citation() -> None:
    for law in LAWS.values():
        assert law.events_cite and all(
            term.cite and term.evidence and (term.years or term.months) for term in law.terms
        )
        assert len({term.id for term in law.terms}) == len(law.terms)


ROWS = st.fixed_dictionaries(
    {
        "country": st.sampled_from([*sorted(LAWS), "XX"]),
        "debtor": st.sampled_from(["consumer", "business", "financial", "unknown"]),
        "document": st.sampled_from(KINDS),
        "due_on": st.dates(date(2012, 1, 1), date(2026, 12, 31)),
        "events": st.lists(
            st.tuples(st.sampled_from(EVENTS), st.dates(date(2012, 1, 1), date(2027, 1, 1)), st.booleans()), max_size=3
        ),
    }
)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=8), as_of=st.dates(date(2020, 1, 1), date(2027, 1, 1)))
def test_columns_say_what_rows_say(rows: list[dict], as_of: date) -> None:
    items = pl.DataFrame(
        [{"due_item": n, **{name: row[name] for name in ITEMS if name != "due_item"}} for n, row in enumerate(rows)],
        schema={name: column.dtype for name, column in ITEMS.items()},
    )
    events = pl.DataFrame(
        [(n, *event) for n, row in enumerate(rows) for event in row["events"]],
        schema={name: column.dtype for name, column in INTERRUPTIONS.items()},
        orient="row",
    )
    found = check_frame(prescription_frame(items, events, LAWS, as_of), CLOCKS, "clocks")
    assert found["due_item"].to_list() == list(range(len(rows)))
    for row, out in zip(rows, found.iter_rows(named=True)):
        if row["country"] == "XX":
            assert out["prescription_status"] == "unknown"
            continue
        facts = [Event(*event) for event in row["events"]]
        twin = prescription(row["due_on"], row["document"], row["debtor"], facts, LAWS[row["country"]], as_of)
        said = (out["prescription_status"], out["prescribes_on"], out["executive_until"])
        assert said == (twin.status, twin.prescribes_on, twin.executive_until)
