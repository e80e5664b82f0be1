"""The desk, pure: what follows a result, whose turn it is, what is said, who attends whom, what is never paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from puntual.core.errors import UnusableInput
from puntual.core.frames import HOLDS, conform
from puntual.core.planning import Capacity
from puntual.core.workbench import goals, results, script
from puntual.core.workbench.assignment import CASES, Agent, assign
from puntual.core.workbench.pauses import paused_share, stops_call
from puntual.core.workbench.queue import OWED, build
from puntual.core.workbench.timing import times

AT = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
END = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


def test_every_result_says_what_follows_and_single_keys_are_single():
    keys = [one.key for one in results.RESULTS.values() if one.key]
    assert len(keys) == len(set(keys)) == 9
    assert {one.code for one in results.RESULTS.values() if one.hard} == {
        "wrong_number", "opt_out", "lawyer", "delicate", "deceased",
    }  # fmt: skip
    assert all(one.next_step for one in results.RESULTS.values())


def test_four_fruitless_attempts_and_the_person_rests():
    waits, fruitless = [], 0
    for _ in range(4):
        following = results.after("busy", AT, fruitless)
        waits.append(following.not_before - AT)
        fruitless = following.fruitless
    assert waits == [timedelta(minutes=20), timedelta(minutes=60), timedelta(minutes=240), timedelta(days=5)]
    assert fruitless == 0


def test_what_the_person_decides_takes_them_out_of_the_queue():
    assert results.after("opt_out", AT, 2) == results.Next("done", None, 0)
    assert results.after("will_not_pay", AT, 0).state == "route"
    until = AT + timedelta(days=8)
    assert results.after("promise", AT, 3, until) == results.Next("later", until, 0)


def test_times_tell_waiting_from_a_pause_and_wrap_up_only_when_it_was_marked():
    took = times(taken_at=AT, closed_at=AT + timedelta(seconds=187), before=AT - timedelta(seconds=40),
                 ended_at=AT + timedelta(seconds=180))  # fmt: skip
    assert (took.wait_s, took.handling_s, took.wrap_up_s) == (40, 187, 7)
    lunch = times(taken_at=AT, closed_at=AT + timedelta(seconds=9), before=AT - timedelta(hours=1))
    assert (lunch.wait_s, lunch.wrap_up_s) == (None, None)


def _owed(*rows):
    base = {
        "account": 0, "currency": "MXN", "amount_minor": 1000_00, "days_past_due": 20, "pays_anyway": 0.6,
        "paused": None, "verdict": "allow", "law_reason": "allowed", "rule": None, "next_allowed_at": None,
    }  # fmt: skip
    frame = pl.DataFrame([{**base, "party": n, "account": n, **row} for n, row in enumerate(rows, 1)],
                         schema={n: c.dtype for n, c in OWED.items()})  # fmt: skip
    return {row["party"]: row for row in build(frame, Capacity(), END).iter_rows(named=True)}


def test_three_groups_each_with_its_reason_in_words():
    rows = _owed(
        {"pays_anyway": 0.2},
        {},
        {"paused": "promise_open"},
        {"verdict": "deny", "law_reason": "opted_out", "rule": "MX-OPT-OUT"},
        {"verdict": None, "law_reason": None},
        {"verdict": "defer", "law_reason": "outside_window", "next_allowed_at": AT + timedelta(hours=1)},
        {"verdict": "defer", "law_reason": "frequency_cap", "next_allowed_at": END + timedelta(hours=9)},
        {"amount_minor": 0},
    )
    assert {p: r["grp"] for p, r in rows.items()} == {1: 1, 2: 2, 3: 3, 4: 3, 5: 3, 6: 2, 7: 3, 8: 3}
    assert rows[1]["sentence"] == "Hay riesgo: solo 20 de cada 100 como este pagan solos en 30 días."
    assert rows[2]["sentence"] == "Un aviso basta: 60 de cada 100 como este pagan en 30 días."
    assert rows[3]["sentence"] == "Tiene una promesa de pago vigente."
    assert (rows[4]["sentence"], rows[4]["rule"]) == ("La persona pidió que no se le escriba.", "MX-OPT-OUT")
    assert rows[5]["sentence"] == "No hay un teléfono al que llamar."
    assert (rows[6]["state"], rows[6]["not_before"]) == ("later", AT + timedelta(hours=1))
    assert (rows[7]["state"], rows[7]["not_before"]) == ("waiting", END + timedelta(hours=9))
    assert rows[8]["sentence"] == "No debe nada."
    assert rows[1]["place"] == 0, "who is at risk and worth most goes first"


def test_without_scores_nobody_is_given_a_figure_that_is_not_known():
    [row] = _owed({"pays_anyway": None}).values()
    assert row["sentence"] == "Poca historia: aún no se sabe cómo suele pagar; va por su saldo y su atraso."


def test_what_does_not_fit_in_the_minutes_of_the_team_waits_with_its_reason():
    frame = pl.DataFrame(
        [
            {"party": n, "account": n, "currency": "MXN", "amount_minor": n * 1000_00, "days_past_due": 20,
             "pays_anyway": 0.3, "paused": None, "verdict": "allow", "law_reason": "allowed"}
            for n in (1, 2, 3)
        ]
    )  # fmt: skip
    rows = build(conform(frame, OWED), Capacity(minutes=12), END)
    assert dict(rows.select("party", "reason").iter_rows()) == {
        3: "worth_at_risk", 2: "worth_at_risk", 1: "capacity",
    }  # fmt: skip


def _holds(*rows):
    base = {"due_item": None, "account": None, "party": 1, "reason": "", "held_minor": None, "until": None}
    return conform(pl.DataFrame([{**base, **r} for r in rows], schema_overrides={n: c.dtype for n, c in HOLDS.items()}),
                   HOLDS)  # fmt: skip


def test_a_dispute_leaves_the_rest_to_be_spoken_of():
    items = pl.DataFrame(
        {"due_item": [1, 2], "account": [7, 7], "party": [1, 1], "currency": ["MXN", "MXN"],
         "due_on": [date(2026, 11, 1), date(2026, 11, 10)], "open_minor": [500_00, 300_00]}
    )  # fmt: skip
    part = _holds({"due_item": 1, "reason": "dispute_open", "held_minor": 200_00})
    assert paused_share(items, part, DAY).to_dicts() == [
        {"party": 1, "account": 7, "currency": "MXN", "amount_minor": 600_00, "days_past_due": 23, "paused": None}
    ]
    whole = _holds({"due_item": 1, "reason": "promise_open"}, {"due_item": 2, "reason": "promise_open"})
    assert paused_share(items, whole, DAY)["paused"].to_list() == ["promise_open"]


def test_a_call_that_the_person_asked_for_passes_a_promise_but_never_a_lawyer():
    owed = [(1, 500_00)]
    promise = _holds({"due_item": 1, "account": 7, "reason": "promise_open"})
    lawyer = _holds({"reason": "legal_representation"})
    delicate = _holds({"reason": "vulnerable"})
    ask = {"party": 1, "account": 7, "day": DAY}
    assert stops_call(owed, promise, **ask, asked=False) == "promise_open"
    assert stops_call(owed, promise, **ask, asked=True) == ""
    assert stops_call(owed, lawyer, **ask, asked=True) == "legal_representation"
    assert stops_call(owed, delicate, **ask, asked=False) == "", "a person attends it, and this is a person"
    assert stops_call([], promise, **ask, asked=True) == "no_open_balance"


_TREE = {
    "nombre": "Prueba", "etapa": "administrative",
    "pasos": {
        "inicio": {"decir": "Hola, {{ persona }}.", "respuestas": [{"dice": "Sí", "va": "fin"}]},
        "fin": {"decir": "Gracias."},
        **{name: {"decir": "Entiendo."} for name in script.OBJECTIONS},
    },
}  # fmt: skip


def test_a_script_reads_writes_and_is_filled_with_the_facts():
    one = script.read(_TREE)
    assert script.read(script.write(one)) == one
    assert script.fill(one.nodes["inicio"].say, {"persona": "Ana"}) == "Hola, Ana."
    assert script.fill("Debe {{ saldo }}", {}) == "Debe [saldo]"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inicio": {"decir": "Hola", "respuestas": [{"dice": "Sí", "va": "nada"}]}}, "lleva a «nada», que no existe"),
        ({"ya_pague": None}, "falta la objeción «Ya pagué»"),
        ({"suelto": {"decir": "Hola"}}, "nada lleva a «suelto»"),
        ({"fin": {"decir": "{{ sueldo }}"}}, "no hay un dato llamado sueldo"),
        ({"fin": {"decir": ""}}, "fin: falta lo que se dice"),
    ],
)
def test_a_tree_that_leads_nowhere_says_where(change, said):
    steps = {k: v for k, v in {**_TREE["pasos"], **change}.items() if v is not None}
    with pytest.raises(UnusableInput, match=said):
        script.read({**_TREE, "pasos": steps})


def test_the_most_specific_script_speaks():
    def made(**scope):
        return script.read({**_TREE, "etapa": "", **scope})

    general, stage, country = made(), made(etapa="judicial"), made(etapa="judicial", pais="CO")
    have = [general, stage, country]
    ask = {"segment": "", "tone": ""}
    assert script.fitting(have, stage="judicial", country="CO", **ask) is country
    assert script.fitting(have, stage="judicial", country="MX", **ask) is stage
    assert script.fitting(have, stage="administrative", country="CO", **ask) is general
    assert script.fitting([country], stage="administrative", country="CO", **ask) is None


def test_a_branch_is_measured_by_the_conversations_that_ended_in_a_promise():
    uses = [("sin_dinero", 1), ("sin_dinero", 1), ("sin_dinero", 2), ("ya_pague", 3)]
    rows = script.measure(uses, frozenset({2}))
    assert [(r.node, r.used, r.people, r.promised, r.promise_rate) for r in rows] == [
        ("sin_dinero", 3, 2, 1, 0.5), ("ya_pague", 1, 1, 0, 0.0),
    ]  # fmt: skip


def _cases(*rows):
    base = {"minutes": 6.0, "skill": "", "language": "", "segment": "", "named": None, "kept": None, "current": None,
            "idle_days": 0}  # fmt: skip
    made = [{**base, "party": n, "place": n, **row} for n, row in enumerate(rows, 1)]
    return pl.DataFrame(made, schema={n: c.dtype for n, c in CASES.items()})


def test_named_people_first_then_what_was_noted_then_skill_and_load():
    ana = Agent(id=1, minutes=300, skills=frozenset({"negociación"}))
    beto = Agent(id=2, minutes=300, languages=frozenset({"es"}), load_minutes=60)
    rows = _cases(
        {"named": 2}, {"kept": 1}, {"current": 2, "idle_days": 1}, {"current": 2, "idle_days": 9},
        {"skill": "negociación"}, {"language": "pt"}, {"skill": "inglés"}, {},
    )  # fmt: skip
    found = {p: (a, why) for p, a, why in assign(rows, [ana, beto]).iter_rows()}
    assert found == {
        1: (2, "named"), 2: (1, "kept"), 3: (2, "continues"), 4: (1, "shared"), 5: (1, "shared"), 6: (1, "shared"),
        7: (0, "nobody"), 8: (1, "shared"),
    }  # fmt: skip


@given(
    n=st.integers(0, 60),
    minutes=st.lists(st.integers(30, 480), min_size=1, max_size=6),
    loads=st.lists(st.integers(0, 300), min_size=6, max_size=6),
)
def test_work_is_shared_by_room(n, minutes, loads):
    team = [Agent(id=i, minutes=m, load_minutes=loads[i - 1]) for i, m in enumerate(minutes, 1)]
    got = assign(_cases(*[{}] * n), team)
    assert got.height == n
    taken = {a.id: a.load_minutes for a in team}
    for agent in got["agent"].to_list():
        taken[agent] += 6.0
    shares = {a.id: taken[a.id] / a.minutes for a in team}
    for a in team:
        if taken[a.id] > a.load_minutes:
            least = min((taken[b.id] + 6.0) / b.minutes for b in team)
            assert shares[a.id] <= least + 1e-9, "nobody gets work while another has more room"


def test_pressure_is_never_rewarded_and_harm_takes_the_reward_away():
    for metric in goals.NEVER:
        with pytest.raises(UnusableInput, match="eso paga la presión"):
            goals.check([goals.Goal(metric, Decimal(10), 10)])
    wanted = [goals.Goal("promises_kept", Decimal(10), 500), goals.Goal("recovered_minor", Decimal(1000), 600)]
    reached = {"promises_kept": Decimal(30), "recovered_minor": Decimal(500)}
    caps = goals.Caps()
    won = goals.earned(wanted, reached, {}, caps)
    assert (won.by_metric, won.points) == ({"promises_kept": 600, "recovered_minor": 300}, 900)
    assert goals.earned(wanted, {**reached, "recovered_minor": Decimal(1200)}, {}, caps).points == caps.points_max
    lost = goals.earned(wanted, reached, {"complaints": Decimal(1)}, caps)
    assert (lost.points, lost.void) == (0, "Hay una queja con razón en el periodo: no se paga incentivo.")
