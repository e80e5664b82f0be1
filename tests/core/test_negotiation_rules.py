"""The rules of negotiation and of cash application as a policy writes them: defaults, what is read, what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import attrs
import pytest
import yaml

from puntual.core.errors import UnusableInput
from puntual.core.negotiation.rules import CashRules, NegotiationRules, read_cash, read_negotiation
from puntual.core.policy import parse

BASE = {"politica": "Amable", "pais": "MX", "no_contactar": True}
GUIDE = Path(__file__).parents[2] / "docs" / "reference" / "politica.md"


def test_what_the_guide_shows_is_what_rules_when_nothing_is_written() -> None:
    shown = yaml.safe_load(GUIDE.read_text("utf-8").split("```yaml")[1].split("```")[0])
    assert read_negotiation(shown["negociacion"]) == NegotiationRules(refund_alone_minor={"MXN": 0})
    assert attrs.evolve(read_cash(shown["conciliacion"]), short_minor={}, withholdings=()) == CashRules()
    assert parse(BASE).negotiation == NegotiationRules() and parse(BASE).cash == CashRules()


def test_what_is_written_changes_just_that() -> None:
    told = {"promesa": {"dias_maximos": 20}, "autoridad": {"gestor": {"cuotas": 9}}, "quita": {"piso_pct": "72.5"}}
    rules = parse({**BASE, "negociacion": told}).negotiation
    assert (rules.promise.max_days_ahead, rules.promise.grace_days) == (20, 1)
    assert [limit.max_instalments for limit in rules.limits] == [4, 9, 12, 24]
    assert rules.settlement.floor_pct == Decimal("72.5")
    assert rules.limit_of("agent").max_waiver_pct == 5 and rules.limit_of("nobody") == rules.limits[0]


def test_a_difference_is_forgiven_in_its_own_currency_only() -> None:
    cash = parse({**BASE, "conciliacion": {"diferencia_perdonada": {"MXN": "5.00"}}}).cash
    assert (cash.of("MXN").short_minor, cash.of("USD").short_minor) == (500, 0)


@pytest.mark.parametrize(
    "wrong, where",
    [
        ({"negociacion": {"promesa": {"dias": 3}}}, "negociacion.promesa: no se conoce «dias»"),
        ({"negociacion": {"autoridad": {"jefe": {}}}}, "negociacion.autoridad: no se conoce «jefe»"),
        ({"negociacion": {"convenio": {"cuotas_falladas": 0}}}, "convenio.cuotas_falladas: «0»"),
        ({"negociacion": {"quita": {"piso_pct": 140}}}, "quita.piso_pct: «140»"),
        ({"negociacion": [1]}, "negociacion: debe decir"),
        ({"conciliacion": {"automatico_desde": 50}}, "conciliacion.automatico_desde: «50»"),
        ({"conciliacion": {"parecido_pct": 10}}, "menos de 70"),
        ({"conciliacion": {"retenciones": [{"pct": 3}]}}, "falta «nombre»"),
        ({"conciliacion": {"diferencia_perdonada": 3}}, "un importe por moneda"),
        ({"incentivos": [{"tipo": "regalo"}]}, "incentivos[1]"),
        ({"incentivos": 7}, "incentivos: no tiene la forma"),
    ],
)
def test_each_mistake_is_named_with_its_place_beside_the_others(wrong, where) -> None:
    with pytest.raises(UnusableInput) as told:
        parse({**BASE, "pais": "", **wrong})
    assert where in told.value.sentence and "pais: falta el país" in told.value.sentence
