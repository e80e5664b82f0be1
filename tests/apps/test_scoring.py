"""The night's understanding of a portfolio: what is stored, who is told from whom, and when the model steps aside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from scoring_house import DAWN, TODAY, accounts, company, history, owes

from puntual.adapters.scorer_lightgbm import LightGBMLearner
from puntual.apps.negotiation import write_disputes as disputes
from puntual.apps.negotiation.write_disputes import NewComplaint
from puntual.apps.planning.models import PlanRow
from puntual.apps.policies import presets
from puntual.apps.policies import read as policies
from puntual.apps.policies import write as write_policies
from puntual.apps.segments import read, read_watch
from puntual.apps.segments import write as segments
from puntual.apps.segments.models import AccountScore, ItemScore, LearntModel, Scoring, SegmentChange, Watched
from puntual.core.planning import Capacity
from puntual.pipeline import scoring as nightly
from puntual.pipeline.daily_run import run_day

pytestmark = pytest.mark.django_db


def night(creditor, at=DAWN):
    return nightly.score_day(creditor=creditor, as_of=at, learner=LightGBMLearner(rounds=20, bags=1))


@pytest.fixture
def creditor():
    return company()


class TestWhatIsStored:
    def test_late_payers_are_told_from_punctual_ones_on_every_open_document(self, creditor):
        known = history(creditor)
        result = night(creditor)
        assert (result.line, result.short_history) == ("model", False)
        assert result.items == ItemScore.objects.count()
        assert result.accounts == AccountScore.objects.count()
        scores = read.scores_of(known.values())
        usual = {code: scores[account].late_usual for code, account in known.items() if account in scores}
        assert max(v for c, v in usual.items() if c[0] == "P") < min(v for c, v in usual.items() if c[0] == "T")
        fresh = {
            i.account_id: i.p_late for rows in read.items_of(known.values()).values() for i in rows if i.p_late < 1
        }
        punctual = [fresh[a] for c, a in known.items() if c[0] == "P" and a in fresh]
        late = [fresh[a] for c, a in known.items() if c[0] == "T" and a in fresh]
        assert sum(punctual) / len(punctual) < 0.4 < 0.8 < sum(late) / len(late)

    def test_a_second_night_takes_the_place_of_the_first_whole(self, creditor):
        history(creditor)
        night(creditor, DAWN - timedelta(days=1))
        night(creditor)
        assert Scoring.objects.count() == 1
        assert set(ItemScore.objects.values_list("scoring_id", flat=True)) == {read.scoring(creditor.pk).pk}
        assert LearntModel.objects.count() == 1

    def test_twice_the_same_morning_changes_nothing(self, creditor):
        history(creditor)
        night(creditor)
        before = list(ItemScore.objects.order_by("due_item_id").values_list("due_item_id", "p_late", "expected_on"))
        night(creditor)
        assert (
            list(ItemScore.objects.order_by("due_item_id").values_list("due_item_id", "p_late", "expected_on"))
            == before
        )

    def test_the_reasons_of_the_largest_risks_are_kept_in_words(self, creditor):
        known = history(creditor)
        night(creditor)
        account = next(a for c, a in known.items() if c[0] == "T" and a in read.items_of(known.values()))
        items = [i.due_item_id for i in read.items_of([account])[account]]
        told = read.reasons_of(read.scoring(creditor.pk).pk, items)
        assert set(told) == set(items)
        assert all(why[0]["text"].endswith(".") for why in told.values())

    def test_nothing_open_is_no_failure(self, creditor):
        assert night(creditor).items == 0
        assert read.scoring(creditor.pk) is None

    def test_what_is_paid_tomorrow_changes_no_score_of_today(self, creditor):
        known = history(creditor)
        account = next(a for c, a in known.items() if c[0] == "T")
        owes(creditor, account, 900_00, late=3)
        night(creditor)
        before = list(ItemScore.objects.order_by("due_item_id").values_list("due_item_id", "p_late", "p_paid_30"))
        from puntual.apps.receivables import write as receivables
        from puntual.apps.receivables.write import NewPayment

        late = NewPayment(account, 900_00, "MXN", TODAY + timedelta(days=3), "futuro", "test")
        receivables.post_payments(creditor_id=creditor.pk, payments=[late])
        LearntModel.objects.all().delete()
        night(creditor)
        assert (
            list(ItemScore.objects.order_by("due_item_id").values_list("due_item_id", "p_late", "p_paid_30")) == before
        )


class TestAYoungCompany:
    def test_a_first_month_of_data_is_scored_by_shrinkage_and_says_so(self, creditor):
        known = accounts(creditor, ["A", "B"])
        owes(creditor, known["A"], 500_00, late=4)
        owes(creditor, known["B"], 500_00, late=-4)
        result = night(creditor)
        assert (result.items, result.line, result.short_history) == (2, "shrinkage", True)
        scores = read.scores_of(known.values())
        assert {s.historia for s in scores.values()} == {"poca_historia"}
        assert read.champion(creditor.pk).learner == "shrinkage"


class TestTheWatch:
    def test_what_was_said_is_judged_two_weeks_later(self, creditor):
        history(creditor)
        night(creditor, DAWN - timedelta(days=20))
        said = Watched.objects.count()
        assert said > 0
        assert Watched.objects.filter(judged_on__isnull=False).count() == 0
        night(creditor)
        judged = Watched.objects.filter(judged_on=TODAY)
        assert judged.count() == said
        assert {w.paid for w in judged} == {True, False}
        live = read_watch.live_calibration(creditor.pk, TODAY - timedelta(days=60))
        assert live["rows"].sum() == said

    def test_a_model_that_loses_to_the_plain_line_steps_aside(self, creditor):
        known = history(creditor)
        night(creditor, DAWN - timedelta(days=20))
        Watched.objects.all().delete()
        account = next(iter(known.values()))
        Watched.objects.bulk_create(
            Watched(creditor=creditor, due_item_id=n, account_id=account, said_on=TODAY - timedelta(days=16),
                    p_model=0.9, p_naive=0.3, judged_on=TODAY - timedelta(days=2), paid=False)
            for n in range(120)
        )  # fmt: skip
        assert night(creditor).line == "naive"
        assert read.scoring(creditor.pk).line == "naive"


class TestSegments:
    def test_a_company_writes_its_own_rules_and_they_rule_from_the_next_night(self, creditor):
        history(creditor)
        night(creditor, DAWN - timedelta(days=1))
        document = dict(read.rules_of(creditor.pk))
        document["segmentos"] = [
            {"valor": "grandes", "cuando": {"vencidos": {"desde": 1}}}, {"valor": "resto", "cuando": {}}
        ]  # fmt: skip
        segments.save_rules(creditor_id=creditor.pk, document=document, at=DAWN)
        night(creditor)
        assert set(AccountScore.objects.values_list("segment", flat=True)) == {"grandes", "resto"}
        assert SegmentChange.objects.filter(day=TODAY, destination__in=("grandes", "resto")).exists()

    def test_a_complaint_weighs_on_the_relation_and_names_itself(self, creditor):
        known = accounts(creditor, ["A", "B"])
        for account in known.values():
            owes(creditor, account, 500_00, late=4)
        for n in range(2):
            new = NewComplaint(account=known["A"], text="Me trataron mal", department="servicio", source="agent",
                               key=f"q{n}", opened_on=TODAY - timedelta(days=1))  # fmt: skip
            disputes.open_complaint(complaint=new, at=DAWN)
        night(creditor)
        scores = read.scores_of(known.values())
        assert scores[known["A"]].health == 10
        assert "Tiene una queja sin cerrar." in scores[known["A"]].health_why
        assert scores[known["B"]].health is None
        assert [s.account_id for s in read.relations_to_attend(creditor.pk)] == [known["A"]]


class TestTheChoiceOfTheDay:
    def test_scarce_capacity_goes_where_a_contact_brings_most_not_where_most_is_owed(self, creditor):
        known = history(creditor)
        punctual = next(a for c, a in known.items() if c[0] == "P")
        new = accounts(creditor, ["N-1"])["N-1"]
        owes(creditor, punctual, 60_000_00, late=-4)
        owes(creditor, new, 50_000_00, late=60)
        night(creditor)
        scores = read.scores_of([punctual, new])
        assert scores[punctual].self_cure > scores[new].self_cure
        run_day(creditor=creditor, as_of=DAWN, capacity=Capacity(channel_counts={"email": 1}))
        work = read.work_of([punctual, new])
        assert (work[new].group, work[new].reason) == ("at_risk", "worth_at_risk")
        assert (work[punctual].group, work[punctual].reason) == ("wait", "capacity")
        assert read.worklist(creditor.pk)[0].account == new
        assert work[new].sentence.startswith("Hay riesgo: solo ")

    def test_without_scores_nothing_is_listed_and_everybody_wanted_is_planned(self, creditor):
        account = accounts(creditor, ["A"])["A"]
        owes(creditor, account, 500_00, late=4)
        assert run_day(creditor=creditor, as_of=DAWN).planned == {"email": 1}
        assert read.worklist(creditor.pk) == []


class TestALikelyDelay:
    def test_is_offered_another_date_before_it_is_due_and_nobody_else_is(self, creditor):
        known = accounts(creditor, ["A", "B"])
        for account in known.values():
            owes(creditor, account, 500_00, late=-7)
        night(creditor)
        AccountScore.objects.filter(account=known["A"]).update(p_late=0.9)
        AccountScore.objects.filter(account=known["B"]).update(p_late=0.2)
        run_day(creditor=creditor, as_of=DAWN)
        rows = {r.account_id: (r.verdict, r.reason, r.step) for r in PlanRow.objects.all()}
        assert rows[known["A"]] == ("allow", "step_due", "ofrecer-fecha")
        assert rows[known["B"]] == ("skip", "not_due_yet", None)

    def test_the_offer_speaks_of_what_is_due_in_eight_days_and_other_steps_as_before(self, creditor):
        version = policies.in_force(creditor.pk, DAWN)[None].version
        first = policies.first_days([version])
        assert first[version, "ofrecer-fecha"] == -8
        assert {first[version, step] for step in ("aviso-previo", "primer-aviso", "")} == {-4}


class TestTheGraceOfThePolicy:
    def test_what_the_policy_gives_as_grace_is_not_late_and_another_grace_is_learnt_anew(self, creditor):
        known = history(creditor)
        night(creditor, DAWN - timedelta(days=1))
        assert read.champion(creditor.pk).card["grace_days"] == 0
        text = presets.text_for("MX") + "\ndias_de_gracia: 25\n"
        version = write_policies.save_version(creditor_id=creditor.pk, text=text)
        write_policies.activate(version=version, at=DAWN - timedelta(hours=12))
        night(creditor)
        champion = read.champion(creditor.pk)
        assert champion.card["grace_days"] == 25
        assert champion.why == "Cambió lo que cuenta como tarde: los días de gracia de la política, o los días hábiles."
        usual = {code: score.late_usual for code, score in read.scores_of(known.values()).items()}
        assert max(usual.values()) < 0.2, "eighteen days late is in time with twenty-five of grace"
        night(creditor, DAWN + timedelta(days=1))
        assert read.champion(creditor.pk).pk == champion.pk
