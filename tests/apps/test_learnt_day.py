"""A day whose policy learns: what people answered moves the choice, and the plan keeps the chance of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from scoring_house import DAWN, TODAY, accounts, company, owes

from puntual.apps.outreach import write_settings as templates
from puntual.apps.outreach.choices import DeliveryFact
from puntual.apps.outreach.models import Contact, Fact, Message, Outbox
from puntual.apps.parties.models import Account
from puntual.apps.planning.models import PlanRow
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.segments import read, read_answers
from puntual.apps.segments.models import AccountScore
from puntual.core.reports.choices_value import POLICY, values
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.scoring import score_day
from puntual.pipeline.words import learn_words

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # nine in Mexico City, a Tuesday


def learning(creditor, **learns):
    text = presets.text_for("MX") + "\naprender: " + str(learns).replace("True", "true") + "\n"
    policies.activate(version=policies.save_version(creditor_id=creditor.pk, text=text), at=DAWN - timedelta(days=5))


@pytest.fixture
def creditor():
    return company()


@pytest.fixture
def known(creditor):
    made = accounts(creditor, [f"C-{n}" for n in range(12)])
    for account in made.values():
        owes(creditor, account, 500_00, late=3)
    return made


def contacted(account_id, *, hour, answered, days_ago=20):
    """A message of some days ago at an hour of Mexico City; `answered`: its page was visited."""
    account = Account.objects.get(pk=account_id)
    at = datetime(2026, 11, 24, hour + 6, 0, tzinfo=UTC) - timedelta(days=days_ago)
    row = Outbox.objects.create(
        once=f"t:{account_id}:{at}", account=account, party_id=account.party_id, creditor_id=account.creditor_id,
        channel="email", purpose="reminder_overdue", stage="administrative", step="dia+3", template="recordatorio",
        currency="MXN", amount_minor=1, scheduled_at=at, expires_at=at, state="sent", finished_at=at,
    )  # fmt: skip
    Contact.objects.create(
        party_id=account.party_id, account=account, creditor_id=account.creditor_id, outbox=row, channel="email", at=at
    )
    if answered:
        Fact.objects.create(
            outbox=row, account=account, kind=DeliveryFact.CLICKED, at=at + timedelta(hours=1), key=f"c:{row.pk}"
        )


def test_answers_are_counted_by_channel_and_part_of_the_persons_own_day(creditor, known):
    one = known["C-0"]
    contacted(one, hour=9, answered=True)
    contacted(one, hour=15, answered=False)
    contacted(one, hour=15, answered=True, days_ago=1)  # it has not had its days to be answered
    rows = read_answers.attempts_frame(creditor, TODAY).sort("daypart").to_dicts()
    party = Account.objects.get(pk=one).party_id
    assert rows == [
        {"party": party, "channel": "email", "daypart": "afternoon", "answered": False},
        {"party": party, "channel": "email", "daypart": "morning", "answered": True},
    ]


def test_without_leave_of_the_policy_the_plan_keeps_no_chance(creditor, known):
    run_day(creditor=creditor, as_of=MORNING)
    assert PlanRow.objects.filter(verdict="allow").count() == 12
    assert not PlanRow.objects.filter(propensity__isnull=False).exists()


def test_a_policy_that_learns_the_hour_writes_down_what_it_chose_among_and_with_what_chance(creditor, known):
    learning(creditor, hora=True)
    run_day(creditor=creditor, as_of=MORNING)
    rows = PlanRow.objects.filter(verdict="allow")
    assert {r.offered for r in rows} == {"email:morning email:afternoon email:evening"}
    for row in rows:
        assert 0.05 <= row.propensity <= 1
        assert Outbox.objects.get(plan=row.plan_id, account=row.account_id, state="planned").scheduled_at == row.at
    first = list(rows.order_by("account_id").values_list("account_id", "at", "propensity"))
    run_day(creditor=creditor, as_of=MORNING)
    again = PlanRow.objects.filter(verdict="allow").order_by("account_id")
    assert list(again.values_list("account_id", "at", "propensity")) == first


def test_who_answers_in_the_afternoon_is_written_to_then(creditor, known):
    for account in known.values():
        for n in range(6):
            contacted(account, hour=9, answered=False, days_ago=20 + n)
            contacted(account, hour=15, answered=True, days_ago=40 + n)
    learning(creditor, hora=True, explorar=5)
    run_day(creditor=creditor, as_of=MORNING)
    hours = [row.at.astimezone(UTC).hour - 6 for row in PlanRow.objects.filter(verdict="allow")]
    assert hours.count(15) >= 9


def test_only_channels_by_which_the_person_can_be_reached_are_offered(creditor, known):
    learning(creditor, canal=True, hora=True)
    run_day(creditor=creditor, as_of=MORNING)
    offered = {part for row in PlanRow.objects.filter(verdict="allow") for part in row.offered.split()}
    assert {part.partition(":")[0] for part in offered} == {"email"}


def test_choices_are_read_back_with_what_came_of_them(creditor, known):
    learning(creditor, hora=True)
    run_day(creditor=creditor, as_of=MORNING)
    one = PlanRow.objects.filter(verdict="allow").order_by("account_id").first()
    row = Outbox.objects.get(plan=one.plan_id, account=one.account_id)
    Fact.objects.create(
        outbox=row, account_id=one.account_id, kind=DeliveryFact.OPENED, at=MORNING + timedelta(hours=5), key="o"
    )
    rows = read_answers.choices_frame(creditor, TODAY, TODAY + timedelta(days=1))
    assert rows.height == 12
    assert rows["answered"].sum() == 1 and rows["paid"].sum() == 0
    assert values(rows, [POLICY], ["answered"])[0].why_not == (
        "Hay 12 decisiones con su azar anotado; hacen falta 100."
    )


def test_words_learn_at_night_only_where_the_policy_lets_them(creditor, known):
    base = templates.save_template(creditor_id=creditor.pk, name="recordatorio", channel="email", subject="a", text="a")
    other = templates.save_template(
        creditor_id=creditor.pk, name="recordatorio", channel="email", subject="b", text="b", variant="B"
    )
    for n, account in enumerate([*known.values()] * 8):
        contacted(account, hour=9, answered=n % 2 == 0, days_ago=10 + n)
        row = Outbox.objects.order_by("-pk").first()
        Message.objects.create(
            outbox=row, message_id=f"m{n}", sealed_subject=b"", sealed_text=b"", digest="", language="es",
            variant="B" if n % 2 == 0 else "A",
        )  # fmt: skip
    assert learn_words(creditor, MORNING) == 0
    learning(creditor, texto=True)
    assert learn_words(creditor, MORNING) == 1
    other.refresh_from_db()
    base.refresh_from_db()
    assert (base.share, other.share) == (50, 60)


def test_a_relation_that_worsens_is_left_to_a_person_and_its_page_says_why(creditor, known, person, client):
    one = known["C-0"]
    score_day(creditor=creditor, as_of=DAWN, learner=None)
    AccountScore.objects.filter(account_id=one).update(health=30, health_why="Contestó con enojo.")
    run_day(creditor=creditor, as_of=MORNING)
    row = PlanRow.objects.get(account_id=one)
    assert (row.verdict, row.reason) == ("skip", "relation_person")
    assert not Outbox.objects.filter(account_id=one).exists()
    assert PlanRow.objects.filter(verdict="allow").count() == 11
    assert [r.account_id for r in read.relations_to_attend(creditor.pk)] == [one]
    client.force_login(person("gerente", "manager", creditor))
    page = client.get(reverse("receivables:account", args=[one])).content.decode()
    assert "Esta relación se está dañando" in page and "Contestó con enojo." in page
