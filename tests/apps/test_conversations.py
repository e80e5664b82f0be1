"""From a reminder by WhatsApp to what its answer causes, with notices that come twice and backwards."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import attrs
import pytest
from messaging_house import DAWN, LUCIA, NOON, TEN, House

from puntual.apps.compliance import read as compliance
from puntual.apps.inbox import read, write, write_decide
from puntual.apps.inbox.models import Conversation, DeliveryUpdate, Proposal, RawInbound, ThreadMessage
from puntual.apps.negotiation.models import Promise
from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties.models import ContactPoint, SilencedPoint
from puntual.core.errors import Refused, UnusableInput
from puntual.pipeline.daily_run import run_day
from puntual.project import inbox
from puntual.simulators.whatsapp import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House()


def deliver(client, *notices):
    for sent in notices:
        answer = client.post("/webhooks/whatsapp/", sent.body, content_type="application/json",
                             headers={"x-hub-signature-256": sent.headers["x-hub-signature-256"]})  # fmt: skip
        assert (answer.status_code, answer.content) == (200, b"")


def test_the_reminder_leaves_as_the_approved_template_and_is_kept_as_it_was_read(house):
    assert house.remind().sent == 1
    (seen,) = house.meta.delivered
    assert seen.text == "Hola, Lucía Ocampo. Ferretera del Norte: tiene pendiente $500.00 MXN."
    row = Outbox.objects.get()
    assert (row.state, row.detail, row.message.message_id) == ("sent", seen.wamid, seen.tracker)


def test_too_fast_uses_up_no_attempt_and_leaves_later_once(house):
    house.meta.fail_next(429)
    assert house.remind().failed == 1
    row = Outbox.objects.get()
    assert (row.state, row.attempts, row.reason, Contact.objects.count()) == ("planned", 0, "temporary_failure", 0)
    house.now = TEN + timedelta(minutes=3)
    assert house.dispatch().sent == 1
    assert len(house.meta.delivered) == 1


def test_what_may_have_arrived_is_never_sent_again(house):
    house.meta.fail_next(504)
    assert house.remind().unknown == 1
    house.now = TEN + timedelta(hours=1)
    assert house.dispatch().sent == 0
    assert (Outbox.objects.get().state, Contact.objects.count(), house.meta.delivered) == ("unknown", 1, [])


class TestAnswers:
    def test_stop_is_honoured_at_once_and_nothing_leaves_any_more(self, house, client):
        house.remind()
        house.now = NOON
        deliver(client, house.meta.writes(LUCIA, "ya no me escriban"))
        assert compliance.consents_of(house.party) == []  # stored, not yet understood
        assert house.listen().messages == 1
        (act,) = compliance.consents_of(house.party)
        assert (act.channel, act.status, act.source, act.at) == ("*", "withdrawn", "person", NOON)
        assert list(Proposal.objects.values_list("act", "state")) == [("stop", "done")]
        house.now = TEN + timedelta(days=7)
        run_day(creditor=house.creditor, as_of=DAWN + timedelta(days=7))
        assert house.dispatch().sent == 0
        assert len(house.meta.delivered) == 1

    def test_a_clear_promise_is_recorded_alone_and_can_be_taken_back(self, house, client):
        house.remind()
        house.now = NOON
        deliver(client, house.meta.writes(LUCIA, "pago el viernes 500"))
        house.listen()
        promise = Promise.objects.get()
        assert (promise.promised_on, promise.amount_minor, promise.source, promise.state) == (
            date(2026, 11, 27), 500_00, "reply", "open",
        )  # fmt: skip
        proposal = Proposal.objects.get()
        assert (proposal.act, proposal.state, proposal.undoable) == ("record_promise", "done", True)
        assert compliance.consents_of(house.party) == []
        write_decide.undo(proposal_id=proposal.pk, at=NOON, by=None)
        promise.refresh_from_db()
        assert promise.state == "withdrawn"

    def test_a_promise_over_the_balance_waits_for_a_person(self, house, client):
        house.remind()
        house.now = NOON
        deliver(client, house.meta.writes(LUCIA, "pago el viernes 900"))
        house.listen()
        assert Promise.objects.count() == 0
        assert list(read.waiting().values_list("act", "who", "amount_minor")) == [("record_promise", "person", 900_00)]
        assert Conversation.objects.get().waiting_since == NOON

    def test_it_isnt_me_silences_the_phone_everywhere(self, house, client):
        house.remind()
        house.now = NOON
        deliver(client, house.meta.writes(LUCIA, "numero equivocado, no soy esa persona"))
        house.listen()
        assert ContactPoint.objects.get().status == "silenced"
        assert Promise.objects.count() == 0

    def test_the_answer_is_a_contact_of_theirs_and_a_fact_of_the_reminder(self, house, client):
        house.remind()
        house.now = NOON
        deliver(client, house.meta.writes(LUCIA, "¿cuánto debo?"))
        house.listen()
        assert list(Contact.objects.filter(direction="in").values_list("channel", "direct_contact", "at")) == [
            ("whatsapp", True, NOON)
        ]
        reminder = Outbox.objects.exclude(step="respuesta").get()
        assert Fact.objects.get(kind="replied").outbox_id == reminder.pk
        message = ThreadMessage.objects.get()
        assert (read.text_of(message), message.account_id) == ("¿cuánto debo?", house.account)
        assert "cuánto".encode() not in bytes(message.sealed_text)


def test_end_to_end_with_the_classifier_that_ships(house, client):
    house.remind()
    house.now = NOON
    deliver(client, house.meta.writes(LUCIA, "pago el viernes 500"))
    house.listen(inbox.classifier())
    assert Promise.objects.get().promised_on == date(2026, 11, 27)
    house.now = NOON + timedelta(hours=1)
    deliver(client, house.meta.writes(LUCIA, "ya no me escriban"))
    house.listen(inbox.classifier())
    assert [c.status for c in compliance.consents_of(house.party)] == ["withdrawn"]


class TestDisorder:
    def test_notices_twice_and_backwards_change_nothing(self, house, client):
        house.remind()
        (seen,) = house.meta.delivered
        house.now = NOON
        notices = [
            house.meta.status(seen, "sent", at=TEN + timedelta(seconds=1)),
            house.meta.status(seen, "delivered", at=TEN + timedelta(seconds=2)),
            house.meta.status(seen, "read", at=TEN + timedelta(minutes=3)),
            house.meta.writes(LUCIA, "pago el viernes 500", reply_to=seen.wamid, at=TEN + timedelta(minutes=4)),
            house.meta.writes(LUCIA, "gracias", at=TEN + timedelta(minutes=5)),
        ]
        deliver(client, *house.meta.troubled(notices))
        done = house.listen()
        assert (RawInbound.objects.count(), done.processed, done.messages, done.reports) == (5, 5, 2, 3)
        deliver(client, *notices)
        assert house.listen().processed == 0
        kinds = dict(Fact.objects.exclude(kind="replied").values_list("kind", "at"))
        assert kinds == {"sent": TEN, "delivered": TEN + timedelta(seconds=2), "opened": TEN + timedelta(minutes=3)}
        assert (Promise.objects.count(), ThreadMessage.objects.count(), DeliveryUpdate.objects.count()) == (1, 2, 3)
        assert Conversation.objects.get().last_at == TEN + timedelta(minutes=5)

    def test_the_same_message_in_other_bytes_is_still_one(self, house, client):
        house.remind()
        house.now = NOON
        said = house.meta.writes(LUCIA, "pago el viernes 500")
        again = house.meta.notice(_value(said) | {"messaging_product": "whatsapp", "extra": 1})
        deliver(client, said, again)
        house.listen()
        assert (RawInbound.objects.count(), ThreadMessage.objects.count(), Promise.objects.count()) == (2, 1, 1)

    def test_a_failed_delivery_is_told_on_the_message(self, house, client):
        house.remind()
        deliver(client, house.meta.status(house.meta.delivered[0], "failed", code=131026))
        house.listen()
        fact = Fact.objects.get(kind="bounced")
        assert (fact.outbox_id, fact.detail[:29]) == (Outbox.objects.get().pk, "WhatsApp no puede entregarle:")

    def test_an_unknown_outcome_is_settled_by_what_the_provider_tells(self, house, client):
        house.remind()
        Outbox.objects.update(state="unknown")
        deliver(client, house.meta.status(house.meta.delivered[0], "delivered"))
        house.listen()
        assert Outbox.objects.get().state == "sent"

    def test_what_cannot_be_read_is_kept_and_shown(self, house, client):
        deliver(client, house.meta.notice({"messages": [{"id": "wamid.raro", "type": "text"}]}))
        for hours in (0, 1, 2, 3, 12):
            house.now = NOON + timedelta(hours=hours * 2)
            house.listen()
        (raw,) = read.stuck()
        assert (raw.tries, raw.error, ThreadMessage.objects.count()) == (5, "No se pudo leer: KeyError.", 0)


class TestWhoItIs:
    def test_a_hidden_phone_is_recognised_by_the_id_learnt_before(self, house, client):
        house.remind()
        house.now = NOON
        deliver(client, house.meta.writes(LUCIA, "hola"))
        house.listen()
        hidden = attrs.evolve(LUCIA, hidden=True)
        deliver(client, house.meta.writes(hidden, "ya no me escriban"))
        house.listen()
        assert Conversation.objects.count() == 1
        assert [c.status for c in compliance.consents_of(house.party)] == ["withdrawn"]

    def test_a_stranger_goes_to_a_tray_and_a_stop_silences_the_number_for_later(self, house, client):
        stranger = Person("5215559999999", "MX.77", "Alguien")
        house.now = NOON
        deliver(client, house.meta.writes(stranger, "no me escriban más"))
        house.listen()
        (thread,) = read.unknown_senders()
        assert (read.sender_of(thread), thread.party_id) == ("+525559999999", None)
        assert SilencedPoint.objects.get().reason == "stop_unknown"
        assert compliance.consents_of(house.party) == []
        write_decide.attach(conversation_id=thread.pk, party_id=house.party, at=NOON)
        assert read.text_of(ThreadMessage.objects.get()) == "no me escriban más"
        assert [c.channel for c in compliance.consents_of(house.party)] == ["*"]
        assert read.unknown_senders().count() == 0


class TestDoors:
    def test_what_nobody_signed_is_not_even_stored(self, house, client):
        sent = house.meta.writes(LUCIA, "hola")
        for headers in ({}, {"x-hub-signature-256": "sha256=00"}):
            answer = client.post("/webhooks/whatsapp/", sent.body, content_type="application/json", headers=headers)
            assert answer.status_code == 401
        assert client.post("/webhooks/twilio/", {"MessageSid": "SM1"}).status_code == 401
        assert client.get("/webhooks/kannel/?kind=mo&token=x").status_code == 401
        assert RawInbound.objects.count() == 0

    def test_metas_first_question(self, house, client):
        query = {"hub.mode": "subscribe", "hub.verify_token": "hola", "hub.challenge": "42"}
        answer = client.get(f"/webhooks/whatsapp/{house.carrier.ref}/?{urlencode(query)}")
        assert (answer.status_code, answer.content) == (200, b"42")
        wrong = client.get(f"/webhooks/whatsapp/?{urlencode(query | {'hub.verify_token': 'x'})}")
        assert wrong.status_code == 403

    def test_an_sms_of_kannel_comes_in_by_its_token(self, house, client):
        credentials = {"base_url": "http://k.invalid", "username": "u", "password": "p", "token": "t0k"}
        sms = write.save_account(
            creditor_id=house.creditor.pk, adapter="kannel", address="2020", credentials=credentials, at=DAWN
        )
        house.now = NOON
        query = {"kind": "mo", "token": "t0k", "from": "+525550000001", "to": "2020", "text": "BAJA", "id": "u-1"}
        for _ in range(2):
            assert client.get(f"/webhooks/kannel/{sms.ref}/?{urlencode(query)}").status_code == 200
        house.now = datetime.now(UTC)
        assert house.listen().messages == 1
        assert [c.status for c in compliance.consents_of(house.party)] == ["withdrawn"]


def test_without_an_account_whatsapp_stays_prepared_for_a_person(house):
    house.carrier.active = False
    house.carrier.save()
    tally = house.remind()
    assert (tally.sent, tally.failed) == (0, 0)
    assert list(Outbox.objects.values_list("channel", "state")) == [("whatsapp", "planned")]


def test_what_an_account_lacks_is_said(house):
    with pytest.raises(UnusableInput, match="Falta app_secret, verify_token"):
        write.save_account(
            creditor_id=house.creditor.pk, adapter="whatsapp", address="1", credentials={"access_token": "x"}, at=DAWN
        )
    with pytest.raises(UnusableInput, match="pide 2 datos y se le dan 1"):
        write.save_template(
            account=house.carrier, template="gracias", name="g", language="es", body="{{1}} {{2}}", parameters=["x"]
        )


def test_a_stop_is_not_undone_by_us(house, client):
    house.now = NOON
    deliver(client, house.meta.writes(LUCIA, "ya no me escriban"))
    house.listen()
    with pytest.raises(Refused, match="propia persona"):
        write_decide.undo(proposal_id=Proposal.objects.get().pk, at=NOON, by=None)
    assert [c.status for c in compliance.consents_of(house.party)] == ["withdrawn"]


def _value(sent):
    return json.loads(sent.body)["entry"][0]["changes"][0]["value"]
