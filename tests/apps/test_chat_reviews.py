"""What people wrote is reviewed as what they said: drawn by week, blind, with a rubric, and it may be disputed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from talk_house import TalkHouse

from puntual.apps.audit.models import AuditRecord
from puntual.apps.supervision import read, read_chats, write
from puntual.apps.supervision.models import Review
from puntual.core.errors import Refused

pytestmark = pytest.mark.django_db
GOOD = {"empathy": 90, "clarity": 80, "law": 100, "agreement": 60}
WORDS = {"good": "Contestó con calma", "better": "Repetir la fecha"}


@pytest.fixture
def house():
    return TalkHouse()


@pytest.fixture
def gloria(person, house):
    return person("gloria", "agent", house.creditor, first_name="Gloria")


@pytest.fixture
def sergio(person, house):
    return person("sergio", "supervisor", house.creditor, first_name="Sergio")


@pytest.fixture
def written(client, house, gloria):
    """Gloria answers Comercial Ríos."""
    client.force_login(gloria)
    point = house.rios.party.points.get(kind="email")
    form = {
        "accion": "enviar",
        "way": f"email:{point.pk}",
        "text": "Le llamo mañana a las diez.",
        "key": "k1",
        "then": "",
    }
    client.post(f"/conversaciones/{house.rios.pk}/responder/", form)
    return house.rios


def now():
    return datetime.now(UTC) + timedelta(minutes=1)


def drawn(house, user):
    return read_chats.to_review(house.creditor.pk, house.creditor.zone, now(), user.pk)


def url_of(house, row, agent):
    since = read_chats.week_of(now(), house.creditor.zone)
    return f"/supervision/calidad/chat/{row.pk}/{agent.pk}/?desde={since.isoformat()}"


def test_what_somebody_wrote_is_drawn_and_read_with_what_they_answered(client, house, gloria, sergio, written):
    assert [(c.conversation, c.agent, c.name) for c in drawn(house, sergio)] == [(written.pk, gloria.pk, "Gloria")]
    assert drawn(house, gloria) == [], "nobody reviews what they wrote"
    client.force_login(sergio)
    assert "Gloria: lo que escribió" in client.get("/supervision/calidad/").content.decode()
    page = client.get(url_of(house, written, gloria)).content.decode()
    assert "¿me pueden llamar para verlo?" in page and "Le llamo mañana a las diez." in page


def test_it_is_scored_and_who_wrote_reads_it(client, house, gloria, sergio, written):
    client.force_login(sergio)
    client.post(url_of(house, written, gloria), {**GOOD, **WORDS})
    row = Review.objects.get()
    assert (row.chat_id, row.agent, row.handling_id, row.total) == (written.pk, gloria, None, 85)
    assert drawn(house, sergio) == []
    log = AuditRecord.objects.get(act="review")
    assert (log.object_kind, log.object_id, log.detail) == ("conversation", written.pk, {"total": 85})
    client.force_login(gloria)
    assert "Repetir la fecha" in client.get("/mis-revisiones/").content.decode()
    client.post(f"/mis-revisiones/{row.pk}/desacuerdo/", {"text": "Sí la repetí"})
    row.refresh_from_db()
    assert row.dispute == "Sí la repetí"
    client.force_login(sergio)
    assert "está en desacuerdo" in client.post(url_of(house, written, gloria), {**GOOD, **WORDS}).content.decode()


def test_a_second_reviewer_is_blind_and_the_distance_is_told(client, house, gloria, sergio, written, person):
    since = read_chats.week_of(now(), house.creditor.zone)
    told = {"chat": written, "agent_id": gloria.pk, "since": since, "creditor_id": house.creditor.pk, "now": now()}
    write.review_chat(reviewer=sergio, scores=GOOD, **WORDS, **told)
    marta = person("marta", "manager", house.creditor)
    client.force_login(marta)
    assert client.get("/supervision/calidad/").context["reviews"] == []
    write.review_chat(reviewer=marta, scores={**GOOD, "empathy": 50, "clarity": 50}, **WORDS, **told)
    assert len(client.get("/supervision/calidad/").context["reviews"]) == 2
    [(_one, _other, gap)] = read.gaps(house.creditor.pk)
    assert gap.over == 1 and gap.points > 0


def test_nobody_reviews_their_own_and_what_they_did_not_write_is_not_there(client, house, gloria, sergio, written):
    since = read_chats.week_of(now(), house.creditor.zone)
    with pytest.raises(Refused, match="Nadie se revisa a sí mismo"):
        write.review_chat(chat=written, agent_id=gloria.pk, since=since, creditor_id=house.creditor.pk, reviewer=gloria,
                          scores=GOOD, **WORDS, now=now())  # fmt: skip
    client.force_login(sergio)
    assert client.get(url_of(house, house.ana, gloria)).status_code == 404
    assert client.get(url_of(house, written, sergio)).status_code == 404
    assert Review.objects.count() == 0
