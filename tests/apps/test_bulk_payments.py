# ruff: noqa: F811 (fixtures shared by import)
"""Almost sure movements settled with one press, after their number and sum were seen; and all taken back with one."""

from __future__ import annotations

import pytest
from test_screens_payments import NOW, accounts, bank, creditor, favour, lucia, open_of, told  # noqa: F401

from puntual.adapters.names import similar
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write as promises
from puntual.apps.payments import write_bank
from puntual.apps.payments.models import LineMatch
from puntual.apps.policies import write as policies
from puntual.core.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(creditor, accounts):
    """A company that wants to see everything: what names its document waits, almost sure; cash waits, unknown."""
    text = "politica: Con cuidado\npais: MX\nno_contactar: true\nconciliacion: {automatico_desde: 101}\n"
    version = policies.save_version(creditor_id=creditor.pk, text=text)
    policies.activate(version=version, at=NOW.replace(year=NOW.year - 1))
    bank(creditor, 600_00, "PAGO FA-10001")
    bank(creditor, 400_00, "PAGO FA-10002")
    bank(creditor, 99_00, "deposito en efectivo")
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    return accounts["C-1"]


def test_the_policy_says_from_which_confidence_a_line_applies_itself(waiting) -> None:
    assert set(LineMatch.objects.values_list("state", flat=True)) == {"suggested"}
    assert open_of(waiting) == {"FA-10001": 600_00, "FA-10002": 400_00}


def test_their_number_and_sum_are_seen_and_one_press_settles_them(lucia, waiting) -> None:
    page = lucia.get("/pagos/").content.decode()
    assert "2 son casi seguras" in page and "1,000.00" in page.replace("\xa0", " ")
    done = lucia.post("/pagos/varios/confirmar/", {"todas": "si"}, follow=True)
    assert "2 movimientos aplicados." in told(done)
    assert open_of(waiting) == {} and LineMatch.objects.filter(state="suggested").count() == 1


def test_one_press_takes_them_all_back(lucia, waiting) -> None:
    lucia.post("/pagos/varios/confirmar/", {"todas": "si"})
    undone = lucia.post("/pagos/varios/deshacer/", follow=True)
    assert "2 movimientos esperan otra vez." in told(undone)
    assert open_of(waiting) == {"FA-10001": 600_00, "FA-10002": 400_00} and favour(waiting) == 0


def test_what_somebody_else_settled_meanwhile_is_left_alone(lucia, waiting) -> None:
    lines = list(LineMatch.objects.filter(confidence__gte=85).values_list("pk", flat=True))
    write_bank.confirm(line_id=lines[0], by=None, at=NOW)
    done = lucia.post("/pagos/varios/confirmar/", {"sel": lines}, follow=True)
    assert "1 movimiento aplicado." in told(done) and "1 se queda" in told(done)
    with pytest.raises(Refused):
        write_bank.confirm(line_id=lines[0], by=None, at=NOW)


def test_with_nothing_ticked_nothing_happens(lucia, waiting) -> None:
    assert "Marque al menos un movimiento" in told(lucia.post("/pagos/varios/confirmar/", follow=True))
    assert LineMatch.objects.filter(state="applied").count() == 0


def test_a_promise_is_kept_the_moment_its_line_is_confirmed_and_open_again_when_it_is_undone(waiting) -> None:
    new = promises.NewPromise(waiting, NOW.date(), NOW.date(), "agent", "p", amount_minor=600_00)
    promises.make_promise(promise=new, at=NOW)
    line = LineMatch.objects.get(confidence__gte=85, parts__0__1=600_00)
    write_bank.confirm(line_id=line.pk, by=None, at=NOW)
    assert negotiation.promises_of(waiting)[0].state == "kept"
    write_bank.undo(line_id=line.pk, by=None, at=NOW, on=NOW.date())
    assert negotiation.promises_of(waiting)[0].state != "kept"
