"""Debtors invented forward: what each contact does is known, so what experiments say of it can be held against it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from puntual.apps.policies import presets
from puntual.apps.policies.read import parse_text
from puntual.core.reports.experiments import assign, effect
from puntual.project import cli
from puntual.simulators.portfolio.behaviour import HABITS
from puntual.simulators.portfolio.debtors import RESPONSES, late_share, live

POLICY = parse_text(presets.text_for("MX"))
DOC = Path(__file__).parents[2] / "docs" / "reference" / "simulador.md"


def test_without_contact_everybody_pays_when_they_would_alone():
    alone = live(None, 500)
    assert (alone.paid == alone.alone).all() and alone.contacts() == {} and alone.because_minor(30) == 0


def test_a_contact_only_ever_brings_a_payment_forward_and_nobody_who_paid_is_contacted():
    lived = live(POLICY, 2_000)
    assert (lived.paid <= lived.alone).all() and (lived.paid < lived.alone).any()
    days = [s.day for s in POLICY.steps if not s.is_task]
    for j, day in enumerate(days):
        assert not (lived.contacted[:, j] & (lived.paid <= day)).any()


def test_the_gap_of_the_policy_and_its_condition_of_likely_delay_are_kept():
    lived = live(POLICY, 2_000)
    days = np.array([s.day for s in POLICY.steps if not s.is_task])
    for row in lived.contacted[:300]:
        assert (np.diff(days[row]) >= POLICY.min_gap_days).all()
    first = [h for h, asked in zip(lived.habits, lived.contacted[:, 0]) if asked]
    likely = {h.name for h in HABITS if late_share(h) >= POLICY.steps[0].condition.min_late}
    assert set(first) == likely and "puntual" not in likely


def test_the_same_seed_lives_the_same_and_policies_meet_the_same_people():
    one, again, other = live(POLICY, 400), live(POLICY, 400), live(None, 400)
    assert (one.paid == again.paid).all()
    assert (one.alone == other.alone).all() and one.habits == other.habits


def test_the_hold_out_finds_the_true_effect_that_comparing_the_contacted_gets_wrong():
    errors, naive = [], []
    for seed in range(30):
        lived = live(POLICY, 4_000, seed)
        treated = (assign(pl.Series(np.arange(4_000)), f"sal {seed}", {"a": 0.5, "b": 0.5}) == "b").to_numpy()
        late = np.array([late_share(h) for h in HABITS])[[[h.name for h in HABITS].index(n) for n in lived.habits]]
        paid = np.where(treated, lived.paid, lived.alone) <= 30
        found = effect(paid.astype(float), treated, 1.0 - late)
        errors.append(found.estimate - ((lived.paid <= 30).mean() - (lived.alone <= 30).mean()))
        asked = lived.contacted.any(1)
        naive.append((lived.paid <= 30)[asked].mean() - (lived.paid <= 30)[~asked].mean())
    assert abs(np.mean(errors)) < 0.01
    assert np.mean(naive) < 0, "those contacted are those who pay worse: comparing them has the wrong sign"


def test_the_command_tells_both_policies_over_the_same_invented_debtors(tmp_path, capsys):
    kind, quiet = tmp_path / "a.yaml", tmp_path / "b.yaml"
    kind.write_text(presets.text_for("MX"), encoding="utf-8")
    quiet.write_text(presets.text_for("MX").replace("pasos:", "no_contactar: true\npasos:"), encoding="utf-8")
    assert cli.run(["simulate", "--policy", str(kind), "--against", str(quiet), "--invented", "500", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["against"]["contacts"] == {} and told["against"]["because_minor"]["30"] == 0
    gained = told["recovered_minor"]["30"] - told["against"]["recovered_minor"]["30"]
    assert gained == told["because_minor"]["30"] > 0
    assert told["label"].startswith("deudores inventados")


@pytest.mark.parametrize("more", [["--invented", "500", "--from", "2026-01-01"], []])
def test_invented_debtors_and_a_past_are_not_mixed(tmp_path, capsys, more):
    file = tmp_path / "a.yaml"
    file.write_text(presets.text_for("MX"), encoding="utf-8")
    assert cli.run(["simulate", "--policy", str(file), *more]) == 2
    assert "--invented" in capsys.readouterr().err


def test_the_document_tells_every_habit_as_the_code_has_it():
    text = DOC.read_text(encoding="utf-8")
    for habit in HABITS:
        to = RESPONSES[habit.name]
        low, high = habit.delay
        figures = (f"{habit.share:.0%}", f"{low} a {high}", f"{habit.never:.0%}", f"{habit.part:.0%}",
                   f"{to.reached:.0%}", f"{to.moved:.0%}")  # fmt: skip
        row = f"| {habit.name} | " + " | ".join(f.replace("%", " %").replace("-", "−") for f in figures) + " |"
        assert row in text, row
