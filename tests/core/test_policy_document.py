"""A policy is written by people: what is wrong is told with its place, and what the law forbids is told before it
rules."""

from __future__ import annotations

import pytest

from puntual.apps.policies import presets
from puntual.apps.policies.read import parse_text
from puntual.core.errors import UnusableInput
from puntual.project.cli.policy import findings_of

CHILE = """
politica: Prueba
pais: CL
hora: "10:00"
canales: [email]
pasos:
"""


def steps(*days):
    return CHILE + "".join(f"  - {{id: d{d}, dia: {d}, plantilla: recordatorio}}\n" for d in days)


@pytest.mark.parametrize("country", presets.countries())
def test_no_preset_plans_what_its_country_would_refuse(country):
    assert findings_of(parse_text(presets.text_for(country))) == []


@pytest.mark.parametrize("country", presets.countries())
def test_every_preset_ends_in_a_decision_and_never_in_an_automatism(country):
    last = parse_text(presets.text_for(country)).steps[-1]
    assert (last.day, last.is_task) == (91, True)


def test_three_messages_in_a_week_break_chiles_two():
    found = findings_of(parse_text(steps(-3, -1, 0)))
    told = {(f["step"], f["reason"]["code"]) for f in found}
    assert ("d0", "spacing") in told or ("d0", "frequency_cap") in told
    assert all(f["cite"] for f in found)


def test_four_days_before_the_day_three_and_seven_after_pass_in_chile():
    assert findings_of(parse_text(steps(-4, 0, 3, 7))) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pais: MX\npasos: []", "politica: falta el nombre"),
        ("politica: x\npais: MX", "no hay ningún paso"),
        (steps(3, 0), "no va después"),
        (steps(0).replace("recordatorio", "recordatorio, canales: [fax]"), "el canal «fax» no se conoce"),
        (steps(95), "pasa de 90"),
        (steps(0) + "sorpresa: 1\n", "no se conoce esta clave"),
        ("politica: [", "no es YAML válido"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, said):
    with pytest.raises(UnusableInput, match=said.replace("(", r"\(")):
        parse_text(text)


def test_an_unquoted_hour_is_understood():
    assert parse_text(steps(0).replace('"10:00"', "9:30")).hour.isoformat() == "09:30:00"
