"""Half a year of nights by the real scheduler: the champion keeps its place, loses the word to the plain line when its
payers change, and gives its place to one that learnt the change; the model's page says so each time.

The clock is moved, nothing sleeps; the work that the scheduler starts runs here instead of in a process of its own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.urls import reverse
from scoring_house import accounts, company

from puntual.adapters.scorer_lightgbm import LightGBMLearner
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice, NewPayment
from puntual.apps.segments import read
from puntual.apps.segments.models import LearntModel
from puntual.project import cli, night
from puntual.project.cli import predict

pytestmark = pytest.mark.django_db
#: The first Monday of the watch, two in the morning in Mexico City.
FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
#: From then on the punctual pay three weeks late, and the late ones on the day.
SWAP = date(2026, 3, 9)
WEEKS = 23


class Done:
    """A piece of work that has ended already."""

    def poll(self):
        return 0


class Clock:
    now = FIRST


@pytest.fixture
def clock(monkeypatch):
    from django.utils import timezone

    monkeypatch.setattr(night.bindings, "now", lambda: Clock.now)
    monkeypatch.setattr(timezone, "now", lambda: Clock.now)
    Clock.now = FIRST
    return Clock


@pytest.fixture
def scheduler(clock, monkeypatch):
    """The night as `dispatch` turns it, with a quick learner; only the scoring is really done."""
    one = night.Night()
    one.began = []

    def start(words):
        one.began.append(words[0])
        if words[0] == "predict":
            assert cli.run(list(words)) == 0
        return Done()

    monkeypatch.setattr(night, "_start", start)
    monkeypatch.setattr(predict, "learner", lambda: LightGBMLearner(rounds=25, bags=1))
    return one


def a_week(scheduler, clock):
    """One night: every piece that is due is started, one a turn."""
    scheduler.began.clear()
    for _ in range(8):
        scheduler.turn()
    clock.now += timedelta(days=7)
    return list(scheduler.began)


@pytest.fixture
def creditor():
    """Forty customers who buy every ten days: half pay by the day, half three weeks late, and from SWAP the other way
    round. What each night may know of it is for the night to keep apart."""
    one, rng = company(), Random(3)
    known = accounts(one, [f"{'PT'[n % 2]}-{n}" for n in range(40)])
    invoices, payments = [], []
    last = FIRST.date() + timedelta(weeks=WEEKS)
    for code, account in known.items():
        day = FIRST.date() - timedelta(days=250 - rng.randint(0, 9))
        while day < last:
            due, minor, name = day + timedelta(days=15), 10_000_00 + rng.randint(0, 500) * 100, f"{code}-{day}"
            invoices.append(NewInvoice(account, name, name, day, "MXN", minor, ((due, minor),)))
            late = (code[0] == "T") != (day >= SWAP)
            paid = due + timedelta(days=(21 if late else -2) + rng.randint(-2, 2))
            payments.append(NewPayment(account, minor, "MXN", paid, f"pago {name}", "test"))
            day += timedelta(days=10)
    receivables.post_invoices(creditor_id=one.pk, invoices=invoices, source="test")
    receivables.post_payments(creditor_id=one.pk, payments=sorted(payments, key=lambda p: p.paid_on))
    return one


def page_of(client, user):
    client.force_login(user)  # a session does not last for weeks
    return client.get(reverse("segments:model")).content.decode()


def test_a_model_is_kept_while_it_is_good_steps_aside_when_it_loses_and_gives_its_place_to_a_better_one(
    creditor, scheduler, clock, person, client
):
    manager = person("gerente", "manager", creditor)
    told, pages = [], []
    for _week in range(WEEKS):
        assert a_week(scheduler, clock).count("predict") == 1, "one scoring a night, started by the scheduler"
        clock.now -= timedelta(days=7)
        pages.append(page_of(client, manager))
        clock.now += timedelta(days=7)
        now = read.scoring(creditor.pk)
        told.append((now.line, now.model.cut))
    lines, cuts = [line for line, _ in told], [cut for _, cut in told]
    first = FIRST.date()

    # While payers are as they were, four weeks later a challenger is tried and the champion keeps its place.
    tried = LearntModel.objects.get(cut=first + timedelta(weeks=4))
    assert (tried.state, cuts[4], lines[:8]) == ("rejected", first, ["model"] * 8)
    assert tried.why == "En días que ninguno había visto no fue mejor, sin duda estadística, que el que está en uso."

    # After the swap the model loses to the plain line over the weeks that are watched, and the plain line speaks.
    fell = lines.index("naive")
    assert first + timedelta(weeks=fell) > SWAP + timedelta(days=14)
    assert "Habla la línea simple" in pages[fell]
    assert "Habla el modelo" in pages[fell - 1]

    # What learnt the change takes the place of the one that did not, and speaks once it has shown that it errs less.
    assert cuts[fell] > SWAP
    better = LearntModel.objects.get(cut=cuts[fell])
    assert better.why == "En días que ninguno había visto se equivocó menos que el anterior, sin duda estadística."
    back = lines.index("model", fell)
    assert lines[back:] == ["model"] * (WEEKS - back)
    assert "Habla el modelo" in pages[-1]
    assert "En vivo:" in pages[-1]
    assert LearntModel.objects.filter(state="champion").count() == 1


def test_a_night_that_failed_is_tried_the_next_one(scheduler, clock, creditor, monkeypatch):
    asked = []
    monkeypatch.setattr(night, "_start", lambda words: asked.append(words[0]) or Done())
    a_week(scheduler, clock)
    assert read.scoring(creditor.pk) is None, "the piece that was started did not score"
    for _ in range(8):
        scheduler.turn()
    assert asked.count("predict") == 2
