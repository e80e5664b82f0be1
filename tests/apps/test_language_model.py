"""A language model beside the reader: it only proposes. It never acts, never undoes a stop, and may be down."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from messaging_house import LUCIA, NOON, House, Told

from puntual.apps.inbox import read
from puntual.apps.inbox.models import Proposal
from puntual.apps.negotiation.models import Promise
from puntual.core.customers.understanding import BAJA, OTRO, PROMESA, Understanding
from puntual.core.money import Money
from puntual.ports.fakes import FixedClassifier, FixedProposer
from puntual.project import reading
from puntual.project.reading import Assisted

AT = datetime(2026, 11, 24, 18, tzinfo=UTC)
PROMISED = Understanding((PROMESA,), 0.99, date(2026, 11, 27), Money(500_00, "MXN"))


class Down:
    def propose(self, text, country, at):
        raise TimeoutError("no contesta")


def combined(own, model, text="ahí le resuelvo el viernes con los quinientos"):
    return Assisted(FixedClassifier({text: own}), model).classify(text, "MX", AT)


def test_it_fills_a_gap_that_a_person_confirms():
    said = combined(Understanding((OTRO,), 0.3), FixedProposer(PROMISED))
    assert (said.intents, said.date, said.amount) == ((PROMESA,), PROMISED.date, PROMISED.amount)
    assert said.confidence <= 0.49
    assert "model_proposed" in said.flags


@pytest.mark.parametrize("own", [Understanding((BAJA,), 0.4), Understanding((OTRO,), 0.95)])
def test_a_stop_and_what_is_clear_are_not_even_asked_about(own):
    assert combined(own, FixedProposer(PROMISED)) == own


@pytest.mark.parametrize("model", [Down(), FixedProposer(None)])
def test_down_or_silent_the_reading_is_ours(model):
    assert combined(Understanding((OTRO,), 0.3), model) == Understanding((OTRO,), 0.3)


def test_by_default_nothing_outside_is_asked(settings):
    assert settings.REPLY_PROPOSER == ""
    assert type(reading.classifier()).__name__ == "OfflineClassifier"


@pytest.mark.django_db
def test_whatever_it_proposes_a_person_decides(client):
    house = House()
    house.remind()
    house.now = NOON
    sent = house.meta.writes(LUCIA, "ahí le resuelvo")
    client.post("/webhooks/whatsapp/", sent.body, content_type="application/json",
                headers={"x-hub-signature-256": sent.headers["x-hub-signature-256"]})  # fmt: skip
    house.listen(Assisted(Told(), FixedProposer(PROMISED)))
    assert Promise.objects.count() == 0
    (waiting,) = read.waiting()
    assert (waiting.act, waiting.who, waiting.date, waiting.amount_minor) == (
        "record_promise", "person", date(2026, 11, 27), 500_00,
    )  # fmt: skip
    assert Proposal.objects.filter(state="done").count() == 0
