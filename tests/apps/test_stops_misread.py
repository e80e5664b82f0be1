"""A stop that was read into words that did not say it: a person takes it back, with what they really say; a stop said
in clear words, or where the norm leaves it to the person, nobody takes back. Nothing is erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from messaging_house import DAWN, LUCIA, NOON, House, Told

from puntual.adapters.classifier_offline.classifier import OfflineClassifier
from puntual.apps.audit.models import AuditRecord
from puntual.apps.compliance import read as compliance
from puntual.apps.inbox import write_misread
from puntual.apps.inbox.models import Conversation, Proposal, Reply
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, ContactPoint, Party, SilencedPoint
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.portal.models import Paper, WrongPerson
from puntual.core.compliance import breaches
from puntual.core.compliance.consent import state
from puntual.core.customers.understanding import BAJA, CLEAR_STOP, EQUIVOCADO, Understanding
from puntual.core.errors import Refused, UnusableInput
from puntual.pipeline.daily_run import run_day

pytestmark = pytest.mark.django_db
NEXT_WEEK = timedelta(days=7)


class Doubts(Told):
    KNOWN = Told.KNOWN | {
        "quiero dar de baja el internet": Understanding((BAJA,), 0.55),
        "soy su esposo, ella le paga": Understanding((EQUIVOCADO,), 0.5),
        "basta, no quiero mensajes, son unos": Understanding((BAJA,), 0.6, flags=(CLEAR_STOP,)),
    }


@pytest.fixture
def house():
    made = House()
    made.remind()
    made.now = NOON
    return made


@pytest.fixture
def berta(person):
    return person("berta", "supervisor")


def says(house, client, text):
    sent = house.meta.writes(LUCIA, text)
    client.post("/webhooks/whatsapp/", sent.body, content_type="application/json",
                headers={"x-hub-signature-256": sent.headers["x-hub-signature-256"]})  # fmt: skip
    house.listen(Doubts())
    return Proposal.objects.latest("pk")


def reminded_next_week(house):
    """Whether the next week's reminder reaches Lucía."""
    before = len(house.meta.delivered)
    run_day(creditor=house.creditor, as_of=DAWN + NEXT_WEEK)
    house.now = DAWN + NEXT_WEEK + timedelta(hours=4, minutes=1)
    house.dispatch()
    return len(house.meta.delivered) > before


def lift(proposal, berta, reason="other_service", at=NOON + timedelta(hours=1)):
    return write_misread.take_back_stop(proposal_id=proposal.pk, reason=reason, at=at, by=berta)


def test_a_doubted_stop_is_lifted_with_its_reason_and_both_stay_in_the_register(house, client, berta):
    stop = says(house, client, "quiero dar de baja el internet")
    assert (stop.act, stop.state, stop.review, stop.was_doubted) == ("stop", "done", True, True)
    lifted = lift(stop, berta)
    assert (lifted.state, lifted.detail) == ("undone", "Pide la baja de un servicio, no de los mensajes")
    assert [(c.channel, c.status, c.source) for c in compliance.consents_of(house.party)] == [
        ("*", "misread", "review"), ("*", "withdrawn", "person"),
    ]  # fmt: skip
    assert compliance.standing_of(house.party) == []
    (told,) = AuditRecord.objects.filter(act="stop_misread")
    assert (told.actor_name, told.detail["reason"], told.detail["lifted"]) == ("berta", "other_service", 1)
    thread = Conversation.objects.get()
    assert thread.waiting_since is not None
    Conversation.objects.update(waiting_since=None, answer_by=None)
    assert reminded_next_week(house)
    assert all(one.holds for one in breaches.judge(*outreach.sent_frames(), compliance.consents_frame()))


def test_until_it_is_lifted_nothing_leaves(house, client, berta):
    says(house, client, "quiero dar de baja el internet")
    Conversation.objects.update(waiting_since=None, answer_by=None)
    assert not reminded_next_week(house)


def test_a_stop_in_clear_words_is_only_the_persons(house, client, berta):
    stop = says(house, client, "basta, no quiero mensajes, son unos")
    assert (stop.review, stop.was_doubted) == (True, False)
    with pytest.raises(Refused, match="palabras claras"):
        lift(stop, berta)
    assert [c.status for c in compliance.consents_of(house.party)] == ["withdrawn"]


def test_who_asked_to_stop_besides_stays_stopped(house, client, berta):
    doubted = says(house, client, "quiero dar de baja el internet")
    says(house, client, "ya no me escriban")
    with pytest.raises(Refused, match="Además pidió"):
        lift(doubted, berta)
    assert {c.status for c in compliance.consents_of(house.party)} == {"withdrawn"}
    doubted.refresh_from_db()
    assert doubted.state == "done"


def test_where_the_norm_leaves_it_to_the_person_it_stays(house, client, berta):
    Party.objects.update(country="US")
    stop = says(house, client, "quiero dar de baja el internet")
    with pytest.raises(Refused, match="12 CFR 1006"):
        lift(stop, berta)
    assert [c.status for c in compliance.consents_of(house.party)] == ["withdrawn"]


def test_without_a_reason_nothing_happens(house, client, berta):
    stop = says(house, client, "quiero dar de baja el internet")
    with pytest.raises(UnusableInput, match="Elija qué dice"):
        lift(stop, berta, reason="porque sí")
    assert len(compliance.consents_of(house.party)) == 1


def test_a_later_stop_of_their_own_rules_again(house, client, berta):
    lift(says(house, client, "quiero dar de baja el internet"), berta)
    house.now = NOON + timedelta(hours=2)
    says(house, client, "ya no me escriban")
    assert [c.status for c in compliance.standing_of(house.party)] == ["withdrawn"]
    assert not reminded_next_week(house)


class TestItIsThePerson:
    def test_the_contact_is_again_what_it_was_and_the_certificate_tells_it(self, house, client, berta):
        silence = says(house, client, "soy su esposo, ella le paga")
        assert ContactPoint.objects.get().status == "silenced"
        lift(silence, berta, "is_the_person")
        assert ContactPoint.objects.get().status == "active"
        row = SilencedPoint.objects.get()
        assert (row.reason, row.at, row.lifted_at) == ("wrong_person", NOON, NOON + timedelta(hours=1))
        assert WrongPerson.objects.get().annulled_at == NOON + timedelta(hours=1)
        paper = Paper.objects.get()
        shown = client.get(f"/constancia/{paper.number}/").content.decode()
        assert "Es auténtica" in shown
        assert "Ya no vale desde el" in shown
        own = Reply.objects.get(act="no_soy").values["constancia"]
        page = client.get("/p/" + own.partition("/p/")[2]).content.decode()
        assert "Ya no vale desde el" in page

    def test_what_is_imported_later_arrives_active_again_and_a_new_no_silences_it_again(self, house, client, berta):
        lift(says(house, client, "soy su esposo, ella le paga"), berta, "is_the_person")
        row = NewAccount("C-9", "Otra Persona", debtor="consumer", country="MX", zone="America/Mexico_City",
                         points=(NewPoint("phone", "+525550000001"),))  # fmt: skip
        made = parties.register_accounts(creditor=house.creditor, rows=[row]).accounts["C-9"]
        assert Account.objects.get(pk=made).party.points.get().status == "active"
        parties.silence_value(kind="phone", value="+525550000001", reason="wrong_person", at=NOON + NEXT_WEEK)
        assert set(ContactPoint.objects.values_list("status", flat=True)) == {"silenced"}
        assert SilencedPoint.objects.get().lifted_at is None

    def test_who_says_it_again_is_believed_again(self, house, client, berta):
        lift(says(house, client, "soy su esposo, ella le paga"), berta, "is_the_person")
        house.now = NOON + timedelta(hours=2)
        again = says(house, client, "numero equivocado, no soy esa persona")
        assert (again.act, again.was_doubted) == ("silence_contact_point", False)
        assert ContactPoint.objects.get().status == "silenced"
        row = SilencedPoint.objects.get()
        assert (row.at, row.lifted_at) == (house.now, None)
        assert WrongPerson.objects.filter(annulled_at=None).count() == 1
        assert Paper.objects.count() == 2

    def test_what_was_silenced_before_stays_so(self, house, client, berta):
        parties.silence_value(kind="phone", value="+525550000001", reason="wrong_person", at=NOON - NEXT_WEEK)
        silence = says(house, client, "soy su esposo, ella le paga")
        with pytest.raises(Refused, match="por otra razón"):
            lift(silence, berta, "is_the_person")
        assert ContactPoint.objects.get().status == "silenced"


def test_only_who_may_declare_authorisations_has_the_button(house, client, person):
    stop = says(house, client, "quiero dar de baja el internet")
    thread = Conversation.objects.get()
    door = f"/conversaciones/{thread.pk}/propuesta/{stop.pk}/leida-mal/"
    client.force_login(person("gil", "agent"))
    assert "No pidió esto" not in client.get(f"/conversaciones/{thread.pk}/").content.decode()
    assert client.post(door, {"motivo": "other_service"}).status_code == 403
    client.force_login(person("sara", "supervisor"))
    assert "No pidió esto" in client.get(f"/conversaciones/{thread.pk}/").content.decode()
    assert client.post(door, {"motivo": "other_service"}).status_code == 302
    stop.refresh_from_db()
    assert (stop.state, stop.decided_by.username) == ("undone", "sara")


@pytest.mark.parametrize(
    ("text", "clear"), [("BAJA", True), ("ya no me manden mensajes", True), ("yo no vivo ahí desde hace años", False)]
)
def test_the_reader_says_whether_the_words_are_clear(text, clear):
    read = OfflineClassifier().classify(text, "MX", datetime(2026, 11, 24, 16, tzinfo=UTC))
    assert (CLEAR_STOP in read.flags) is clear


def test_to_the_gate_a_misread_stop_lifts_and_grants_nothing():
    at = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    consents = pl.DataFrame({
        "party": [1, 1, 2, 2, 2], "channel": ["*", "*", "sms", "*", "*"],
        "status": ["withdrawn", "misread", "granted", "withdrawn", "misread"],
        "at": [at[0], at[2], at[0], at[1], at[2]], "source": ["person", "review", "import", "person", "review"],
    })  # fmt: skip
    asked = pl.DataFrame({"party": [1, 1, 2, 2], "channel": ["sms"] * 4, "at": [at[1], at[3], at[1], at[3]]})
    opted, granted = state(asked, consents)
    assert opted.tolist() == [True, False, True, False]
    assert granted.tolist() == [False, False, False, True]
