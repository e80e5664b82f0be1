"""Whoever hides the phone behind a user name: heard, answered, silenced; and the buttons of our templates."""

from __future__ import annotations

import pytest
from messaging_house import LUCIA, NOON, TEN, House

from puntual.apps.inbox import read as inbox
from puntual.apps.inbox.models import ThreadMessage
from puntual.apps.outreach.models import Contact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint, SilencedPoint
from puntual.simulators.whatsapp import Person

pytestmark = pytest.mark.django_db
HIDDEN = Person(LUCIA.wa_id, LUCIA.user_id, "Lucía", hidden=True)


@pytest.fixture
def house():
    made = House()
    made.remind()
    made.now = NOON
    return made


def hears(house, client, sent):
    client.post("/webhooks/whatsapp/", sent.body, content_type="application/json",
                headers={"x-hub-signature-256": sent.headers["x-hub-signature-256"]})  # fmt: skip
    house.listen()


def known_then_hidden(house, client):
    """She wrote once with her phone, so that her id is hers; then she hid it."""
    hears(house, client, house.meta.writes(LUCIA, "hola"))
    hears(house, client, house.meta.writes(HIDDEN, "¿siguen ahí?"))


class TestWhoeverHidesThePhone:
    def test_the_same_conversation_goes_on_and_the_id_is_learnt_once(self, house, client):
        known_then_hidden(house, client)
        hears(house, client, house.meta.writes(HIDDEN, "¿hola?"))
        assert ThreadMessage.objects.values("conversation").distinct().count() == 1
        point = ContactPoint.objects.get(kind="whatsapp")
        assert (point.party_id, point.status, point.source) == (house.party, "active", "whatsapp")

    def test_the_next_message_reaches_her_by_that_id_when_no_phone_is_left(self, house, client):
        known_then_hidden(house, client)
        ContactPoint.objects.filter(kind="phone").update(status="bounced")
        point = ContactPoint.objects.get(kind="whatsapp")
        Outbox.objects.filter(channel="whatsapp", step__in=("respuesta",)).update(state="withdrawn", reason="vetoed")
        Outbox.objects.filter(state="sent").update(
            state="planned", contact_point=point, approved=True, scheduled_at=TEN, attempts=1
        )
        Contact.objects.filter(outbox__state="planned").delete()
        house.meta._last.clear()
        before = len(house.meta.delivered)
        assert house.dispatch().sent == 1
        assert (len(house.meta.delivered), house.meta.delivered[-1].to) == (before + 1, LUCIA.wa_id)

    def test_not_me_silences_the_id_everywhere_and_for_ever(self, house, client):
        known_then_hidden(house, client)
        hears(house, client, house.meta.writes(HIDDEN, "numero equivocado, no soy esa persona"))
        assert ContactPoint.objects.get(kind="whatsapp").status == "silenced"
        assert SilencedPoint.objects.exists()
        assert parties.learn_point(party_id=house.party, kind="whatsapp", value=HIDDEN.user_id, source="x") is False

    def test_an_id_that_nobody_knows_waits_in_its_own_tray(self, house, client):
        stranger = Person("5215550000077", "MX.999", "X", hidden=True)
        hears(house, client, house.meta.writes(stranger, "Hola, ¿quién es?"))
        assert inbox.unknown_senders().count() == 1
        assert not ContactPoint.objects.filter(kind="whatsapp").exists()


def presses(house, payload, label):
    value = {
        "contacts": [{"profile": {"name": "L"}, "user_id": LUCIA.user_id, "wa_id": LUCIA.wa_id}],
        "messages": [{"id": f"wamid.{payload}", "from": LUCIA.wa_id, "timestamp": str(int(NOON.timestamp())),
                      "type": "button", "button": {"payload": payload, "text": label}}],
    }  # fmt: skip
    return house.meta.notice(value)


@pytest.mark.parametrize(
    ("payload", "label", "acts"),
    [
        ("promesa", "Elegir fecha", {"ask_date"}),
        ("pagado", "Ya pagué", {"verify_payment", "ask_slip"}),
        ("equivocado", "No soy yo", {"silence_contact_point"}),
        ("baja", "No me escriban", {"stop"}),
    ],
)
def test_each_button_of_our_templates_is_understood_without_any_doubt(house, client, payload, label, acts):
    from puntual.apps.inbox.models import Proposal

    hears(house, client, presses(house, payload, label))
    row = ThreadMessage.objects.get()
    assert (row.intents, row.confidence) == ([payload], 1.0)
    assert acts <= set(Proposal.objects.values_list("act", flat=True))
