"""Experiments as a director runs them: told beforehand, drawn by chance, and stopped by harm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from scoring_house import DAWN, TODAY, accounts, company, owes

from puntual.apps.negotiation import write_disputes as disputes
from puntual.apps.negotiation.write_disputes import NewComplaint
from puntual.apps.planning.models import PlanRow
from puntual.apps.policies import presets
from puntual.apps.policies import read as policies_read
from puntual.apps.policies import write as policies
from puntual.apps.policies.models import Policy
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewPayment
from puntual.apps.segments import write_experiments as experiments
from puntual.apps.segments.models import Assigned, Experiment
from puntual.core.errors import UnusableInput
from puntual.pipeline import demo_policies
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.scoring import score_day

pytestmark = pytest.mark.django_db


def night(creditor, days=0):
    return score_day(creditor=creditor, as_of=DAWN + timedelta(days=days), learner=None)


@pytest.fixture
def creditor():
    return company()


@pytest.fixture
def debtors(creditor):
    known = accounts(creditor, [f"C-{n}" for n in range(60)])
    for account in known.values():
        owes(creditor, account, 500_00, late=4)
    night(creditor)
    return known


def hold_out(creditor, **more):
    fields = {"kind": "hold_out", "control_pct": 50, "starts_on": TODAY, "days": 30, "change_points": 5} | more
    return experiments.create(creditor=creditor, name="¿Sirve avisar?", at=DAWN, **fields)


def test_before_it_starts_it_says_what_cannot_be_proved(creditor, debtors):
    told = experiments.plan(creditor, 10, 2)
    assert (told.control, told.treated) == (6, 54)
    assert not told.possible
    assert told.sentence.startswith("No se podrá demostrar una mejora de 2 puntos")
    assert hold_out(creditor).told_before["control"] == 30


def test_the_control_group_is_not_contacted_and_its_reason_says_so(creditor, debtors):
    one = hold_out(creditor)
    assert experiments.enrol(one, TODAY) == 60
    control = set(Assigned.objects.filter(treated=False).values_list("party_id", flat=True))
    assert 20 < len(control) < 40
    result = run_day(creditor=creditor, as_of=DAWN)
    assert result.skipped == {"hold_out": len(control)}
    assert result.planned == {"email": 60 - len(control)}
    waiting = PlanRow.objects.filter(reason="hold_out").values_list("account__party_id", flat=True)
    assert set(waiting) == control


def test_who_comes_later_is_drawn_too_and_nobody_changes_group(creditor, debtors):
    one = hold_out(creditor)
    experiments.enrol(one, TODAY)
    before = dict(Assigned.objects.values_list("party_id", "treated"))
    new = accounts(creditor, ["N-1"])["N-1"]
    owes(creditor, new, 500_00, late=2)
    night(creditor, 1)
    after = dict(Assigned.objects.values_list("party_id", "treated"))
    assert len(after) == 61
    assert before.items() <= after.items()


def test_once_stopped_everybody_is_contacted_again(creditor, debtors):
    one = hold_out(creditor)
    experiments.enrol(one, TODAY)
    experiments.stop(one, TODAY)
    assert run_day(creditor=creditor, as_of=DAWN).planned == {"email": 60}


def test_the_challenger_policy_is_followed_by_those_drawn_for_it_only(creditor, debtors):
    text = presets.text_for("MX").replace("Cobranza amable (México)", "Por la tarde").replace("dia: 3,", "dia: 6,")
    version = policies.save_version(creditor_id=creditor.pk, text=text, policy=Policy.objects.create(
        creditor=creditor, name="Por la tarde"))  # fmt: skip
    policies.activate(version=version, at=DAWN - timedelta(days=1))
    one = hold_out(creditor, kind="policies", policy_id=version.policy_id)
    experiments.enrol(one, TODAY)
    run_day(creditor=creditor, as_of=DAWN)
    treated = set(Assigned.objects.filter(treated=True).values_list("party_id", flat=True))
    rows = dict(PlanRow.objects.values_list("account__party_id", "policy_version_id"))
    assert {party for party, used in rows.items() if used == version.pk} == treated


def test_a_true_effect_is_shown_with_its_interval_and_harm_beside_it(creditor, debtors):
    one = hold_out(creditor)
    experiments.enrol(one, TODAY)
    treated = {a.party_id for a in Assigned.objects.filter(treated=True)}
    from puntual.apps.parties.models import Account

    parties = dict(Account.objects.values_list("pk", "party_id"))
    paid = [
        NewPayment(account, 500_00, "MXN", TODAY + timedelta(days=5), f"p{account}", "test")
        for account in debtors.values()
        if parties[account] in treated
    ]
    receivables.post_payments(creditor_id=creditor.pk, payments=paid)
    result = experiments.judge(one, TODAY + timedelta(days=10))
    assert result["means"]["cash_minor"] == [0.0, 500_00.0]
    assert result["cash"]["estimate"] == pytest.approx(500_00)
    assert result["verdict"] == "stop_better"
    assert result["harms"]["complaints"]["estimate"] == 0.0
    assert Experiment.objects.get().stopped_on is None


def test_money_paid_before_the_draw_or_after_thirty_days_is_not_counted(creditor, debtors):
    one = hold_out(creditor)
    first, second, *_ = debtors.values()
    receivables.post_payments(
        creditor_id=creditor.pk,
        payments=[
            NewPayment(first, 500_00, "MXN", TODAY - timedelta(days=1), "antes", "test"),
            NewPayment(second, 500_00, "MXN", TODAY + timedelta(days=31), "tarde", "test"),
        ],
    )
    experiments.enrol(one, TODAY)
    result = experiments.judge(one, TODAY + timedelta(days=50))
    assert result["means"]["cash_minor"] == [0.0, 0.0]


def test_harm_stops_it_whatever_it_recovered(creditor, debtors):
    one = hold_out(creditor)
    experiments.enrol(one, TODAY)
    from puntual.apps.parties.models import Account

    treated = set(Assigned.objects.filter(treated=True).values_list("party_id", flat=True))
    for account, party in Account.objects.values_list("pk", "party_id"):
        if party in treated:
            said = NewComplaint(account, TODAY + timedelta(days=2), "agent", f"q{account}", "Me escriben de más")
            disputes.open_complaint(complaint=said, at=DAWN)
    result = experiments.judge(one, TODAY + timedelta(days=3))
    assert (result["verdict"], Experiment.objects.get().stopped_on) == ("stop_harm", TODAY + timedelta(days=3))
    assert run_day(creditor=creditor, as_of=DAWN + timedelta(days=3)).skipped.get("hold_out") is None


@pytest.mark.parametrize(
    ("more", "word"),
    [({"control_pct": 80}, "1 a 50"), ({"days": 400}, "7 a 120"), ({"kind": "policies"}, "elija la que se prueba")],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(creditor, debtors, more, word):
    with pytest.raises(UnusableInput, match=word):
        hold_out(creditor, **more)
    assert not Experiment.objects.exists()


def test_two_hold_outs_at_once_are_refused(creditor, debtors):
    hold_out(creditor)
    with pytest.raises(UnusableInput, match="en marcha"):
        hold_out(creditor)


def test_the_demonstrations_second_policy_says_less_and_half_of_its_customers_follow_it(creditor, debtors):
    demo_policies.install(creditor, DAWN - timedelta(days=300))
    kind, fewer = (
        policies_read.in_force(creditor.pk, DAWN)[p.pk if not p.default else None].policy
        for p in Policy.objects.filter(creditor=creditor).order_by("-default")
    )
    assert fewer.name == "Menos avisos"
    gone = {s.id for s in kind.steps} - {s.id for s in fewer.steps}
    assert gone == {"segundo-aviso", "segundo-formal"}
    demo_policies.experiment(creditor, DAWN)
    one = Experiment.objects.get()
    assert (one.kind, one.policy.name, one.assigned.count()) == ("policies", "Menos avisos", 60)
    assert 20 < one.assigned.filter(treated=True).count() < 40
    assert one.told_before["sentence"].startswith("No se podrá demostrar una mejora de 10 puntos")
