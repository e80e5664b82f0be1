"""Segments by visible rules, the cause of delay by evidence, and the best moment without promises."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from payers import portfolio

from puntual.core.errors import UnusableInput
from puntual.core.segments.cause import CAUSES, EVIDENCE, infer
from puntual.core.segments.conditions import FIELDS
from puntual.core.segments.contactability import daypart, pick, rates
from puntual.core.segments.facts import open_on
from puntual.core.segments.features import features
from puntual.core.segments.portfolio import explain, understand
from puntual.core.segments.rules import AXES, DEFAULT, flows, read_rules, segment
from puntual.core.segments.score import score
from puntual.core.segments.shrinkage import Shrinkage
from puntual.core.segments.situation import by_account
from puntual.core.segments.training import train


def accounts(*rows):
    return pl.DataFrame([{"account": i, **row} for i, row in enumerate(rows, start=1)])


GOOD = {"n_paid": 20, "eb_late": 0.1, "eb_delay": -2.0, "trend_days": 0.0}
SLOW = {"n_paid": 20, "eb_late": 0.8, "eb_delay": 9.0, "trend_days": 0.0}


def placed(**row):
    found = infer(accounts(row))
    return segment(found, read_rules(DEFAULT)).to_dicts()[0]


def test_the_usual_cells_read_as_a_manager_would_say_them():
    assert placed(**GOOD, n_overdue=1, vs_usual_days=1)["segment"] == "paga_solo"
    assert placed(**GOOD, n_overdue=1, vs_usual_days=12)["segment"] == "atender_pronto"
    assert placed(**SLOW, n_overdue=0)["segment"] == "recordar"
    assert placed(**SLOW, n_overdue=2, vs_usual_days=20, partial_payments=2)["segment"] == "ofrecer_cuotas"
    assert placed(**SLOW, n_overdue=2, vs_usual_days=20, broken_promises=3)["segment"] == "persona"
    assert placed(**SLOW, n_overdue=2, open_dispute=True, broken_promises=3)["segment"] == "aclarar"
    assert placed(**SLOW, n_overdue=2, open_promise=True)["segment"] == "esperar_promesa"
    assert placed(**SLOW, n_overdue=2, vs_usual_days=9, own_error=True)["segment"] == "corregir_lo_nuestro"


def test_an_account_of_which_nothing_is_known_still_has_a_segment():
    row = placed(n_overdue=1)
    assert (row["historia"], row["situacion"], row["capacidad"], row["disposicion"]) == (
        "tardia", "como_siempre", "normal", "media",
    )  # fmt: skip
    assert placed(n_paid=0, n_overdue=1)["historia"] == "poca_historia"


def test_the_rule_that_decided_is_named_by_its_number():
    assert placed(**SLOW, n_overdue=2, open_promise=True)["segment_rule"] == 2
    assert DEFAULT["segmentos"][2 - 1]["valor"] == "esperar_promesa"


def test_a_company_writes_its_own_rules():
    loyal = {"pagos_conocidos": {"mayor": 10}, "historia": {"en": ["cumplida"]}}
    own = {"segmentos": [{"valor": "vip", "cuando": loyal}, {"valor": "resto", "cuando": {}}]}
    found = segment(accounts(GOOD, SLOW), read_rules(own))
    assert found["segment"].to_list() == ["vip", "resto"]
    assert found.columns == [*accounts(GOOD, SLOW).columns, *AXES, "segment", "segment_rule"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"colores": []}, "colores"),
        ({"segmentos": []}, "lista de reglas"),
        ({"segmentos": [{"valor": "x", "cuando": {"edad": 3}}]}, "segmentos, regla 1: «edad»"),
        ({"segmentos": [{"valor": "x", "cuando": {"vencidos": {"cerca": 3}}}]}, "«cerca» no se entiende"),
        ({"segmentos": [{"valor": "x", "cuando": {"vencidos": {"desde": "tres"}}}]}, "se compara con un número"),
        ({"segmentos": [{"valor": "x", "cuando": {"vencidos": {"desde": 3}}}]}, "nadie quede sin grupo"),
        ({"historia": [{"cuando": {}}]}, "historia, regla 1"),
    ],
)
def test_rules_that_cannot_be_read_are_refused_with_where_and_why(document, words):
    with pytest.raises(UnusableInput) as refused:
        read_rules(document)
    assert words in refused.value.sentence


def test_flows_count_who_moved_where():
    before = pl.DataFrame({"account": [1, 2, 3], "segment": ["recordar", "recordar", "persona"]})
    after = pl.DataFrame({"account": [1, 2, 4], "segment": ["persona", "persona", "recordar"]})
    assert flows(before, after).rows() == [
        ("recordar", "persona", 2), (None, "recordar", 1), ("persona", None, 1),
    ]  # fmt: skip


def cause_of(**row):
    found = infer(accounts(row)).to_dicts()[0]
    return found["cause"], found["cause_signals"]


def test_behaviour_tells_the_cause():
    assert cause_of(**GOOD, n_overdue=1, pays_after_reminder=0.8)[0] == "forgot"
    assert cause_of(**SLOW, n_overdue=3, partial_payments=2)[0] == "short_of_cash"
    assert cause_of(**SLOW, open_dispute=True) == ("dispute", ["Tiene una aclaración abierta."])
    assert cause_of(**GOOD, own_error=True)[0] == "internal_error"
    assert cause_of(**SLOW, n_overdue=1, month_end_share=0.9, vs_usual_days=-4)[0] == "payment_calendar"
    assert cause_of(unanswered=8, no_contact_point=True)[0] == "unreachable"
    assert (
        cause_of(**SLOW, broken_promises=3, days_past_due=90, answered=2, partial_payments=0, anger=2)[0] == "unwilling"
    )


def test_what_the_person_volunteered_outweighs_a_hunch():
    hunch = {**GOOD, "n_overdue": 1, "pays_after_reminder": 0.8}
    assert cause_of(**hunch)[0] == "forgot"
    assert cause_of(**hunch, stated_cause="short_of_cash")[0] == "short_of_cash"


def test_nobody_is_labelled_on_a_hunch():
    found = infer(accounts({"n_overdue": 1})).to_dicts()[0]
    assert found["cause"] == "unknown" and found["cause_confidence"] < 0.45 and found["cause_signals"] == []
    assert cause_of(**SLOW, n_overdue=1, anger=2)[0] != "unwilling"


def test_confidence_grows_with_evidence():
    weak = infer(accounts({"partial_payments": 1}))["cause_confidence"].item()
    strong = infer(accounts({"partial_payments": 1, "cannot_pay": 1, "asked_plan": 1}))["cause_confidence"].item()
    assert weak < strong < 1.0


def test_every_cause_can_be_reached_and_every_signal_is_a_visible_field():
    assert {e.cause for e in EVIDENCE} == set(CAUSES)
    assert {name for e in EVIDENCE for name in e.when} <= set(FIELDS)


def test_open_items_become_accounts_that_the_rules_can_place():
    history, day = portfolio(), date(2025, 10, 1)
    rows = open_on(history, day)
    known = features(history, rows, Shrinkage())
    table = by_account(known, score(history, rows, train(history, day, None)))
    assert table["account"].is_unique().all() and table.height == rows["account"].n_unique()
    one = known.filter(pl.col("account") == table["account"][0])
    assert table["n_overdue"][0] == one["n_overdue"].max() and table["days_past_due"][0] == one["days_past_due"].max()
    found = segment(infer(table), read_rules(DEFAULT))
    assert found["segment"].null_count() == 0 and found["segment"].n_unique() >= 3


def attempts(random, parties=400, each=6):
    """Half of the parties answer in the evening only, the others anywhere one time in ten."""
    rows = []
    for party in range(parties):
        for _ in range(each):
            part = random.choice(["morning", "evening"])
            chance = 0.7 if party % 2 and part == "evening" else 0.1
            rows.append((party, "call", part, bool(random.random() < chance)))
    return pl.DataFrame(rows, schema=["party", "channel", "daypart", "answered"], orient="row")


def options(parties):
    return pl.DataFrame(
        {
            "party": np.repeat(parties, 2),
            "channel": ["call"] * 2 * len(parties),
            "daypart": ["morning", "evening"] * len(parties),
        }
    )


def test_a_party_moves_away_from_the_portfolio_as_its_answers_pile_up():
    tried = attempts(np.random.default_rng(1))
    table = rates(tried, options([1, 10_000]))
    evening = table.filter(pl.col("daypart") == "evening")
    own, stranger = evening["rate"].to_list()
    portfolio_rate = tried.filter(pl.col("daypart") == "evening")["answered"].mean()
    assert evening["tries"].to_list()[1] == 0.0
    assert stranger == pytest.approx(portfolio_rate, abs=0.03)
    raw = tried.filter((pl.col("party") == 1) & (pl.col("daypart") == "evening"))["answered"].mean()
    assert min(raw, stranger) - 1e-9 <= own <= max(raw, stranger) + 1e-9


def test_the_choice_learns_keeps_exploring_and_logs_a_true_chance():
    table = rates(attempts(np.random.default_rng(1)), options(list(range(400))))
    picked = pick(table, explore=0.2, salt="3")
    assert picked["party"].to_list() == list(range(400))
    odd = picked.filter(pl.col("party") % 2 == 1)
    assert (odd["daypart"] == "evening").mean() > 0.7
    assert picked["propensity"].min() >= 0.1 - 1e-9  # 0.2 of chance over two options
    drawn = [pick(table, explore=0.2, salt=str(s))["daypart"] == "evening" for s in range(60)]
    counts = sum(one.cast(pl.Float64) for one in drawn) / 60
    chance = pick(table, explore=0.2, salt="3")
    said = pl.Series(np.where(chance["daypart"] == "evening", chance["propensity"], 1 - chance["propensity"]))
    assert abs(float((counts - said).mean())) < 0.02


def test_only_what_is_allowed_is_picked_and_the_same_seed_repeats():
    table = rates(attempts(np.random.default_rng(1)), options([1, 2, 3])).filter(pl.col("daypart") == "morning")
    picked = pick(table)
    assert picked["daypart"].to_list() == ["morning"] * 3 and picked["propensity"].to_list() == [1.0] * 3
    assert pick(table).equals(picked)
    assert pick(table.clear()).height == 0


def test_parts_of_the_day_are_half_open():
    hours = pl.DataFrame({"hour": [0, 11, 12, 16, 17, 23]})
    assert hours.select(daypart(pl.col("hour"))).to_series().to_list() == [
        "morning", "morning", "afternoon", "afternoon", "evening", "evening",
    ]  # fmt: skip


def test_a_morning_is_understood_as_a_whole():
    history, day = portfolio(), date(2025, 10, 1)
    model = train(history, day, None)
    disputed = open_on(history, day)["account"][0]
    said = pl.DataFrame({"account": [disputed], "open_dispute": [True]})
    whole = understand(history, day, model, said=said)
    assert whole.items["due_item"].to_list() == open_on(history, day)["due_item"].to_list()
    assert set(whole.accounts["account"]) == set(whole.items["account"])
    row = whole.accounts.filter(pl.col("account") == disputed).to_dicts()[0]
    assert (row["segment"], row["cause"]) == ("aclarar", "dispute")
    assert whole.accounts.filter(pl.col("segment") == "aclarar").height == 1
    first = whole.items["due_item"].head(3).to_list()
    told = explain(history, day, model, first)
    assert told["due_item"].to_list() == first and (told["drivers"].list.len() == 3).all()


def test_a_morning_with_nothing_open_is_understood_too():
    history = portfolio(accounts=5)
    whole = understand(history, date(2020, 1, 1), train(history, date(2025, 10, 1), None))
    assert whole.items.height == 0 and whole.accounts.height == 0
