"""A conversation that waits does not wait for who is not there: it goes on with somebody who is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desk_house import company, people
from puntual.apps.audit.models import AuditRecord
from puntual.apps.inbox.models import Conversation, Note
from puntual.apps.inbox.read import note_text
from puntual.apps.inbox.write_idle import hand_on_idle
from puntual.apps.parties.models import Party
from puntual.apps.workbench import write_assign, write_presence
from puntual.core.workbench.assignment import Agent
from puntual.core.workbench.handing import Idle, hand_on

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@pytest.fixture
def norte(db):
    return company()


@pytest.fixture
def team(person, norte):
    return {name: person(name, "agent", norte, first_name=name.capitalize()) for name in ("ana", "beto", "caro")}


@pytest.fixture
def accounts(norte):
    return people(norte, 6)


def talk(norte, account, owner, *, answer_by=NOON + timedelta(hours=5), **more):
    given = {"last_at": NOON, "waiting_since": NOON - timedelta(hours=2), "answer_by": answer_by, **more}
    return Conversation.objects.create(party_id=account.party_id, creditor=norte, assigned_to=owner, **given)


def run(norte, minutes=0):
    return hand_on_idle(creditor_id=norte.pk, now=NOON + timedelta(minutes=minutes))


def owner(row):
    row.refresh_from_db()
    return row.assigned_to.username if row.assigned_to else None


def test_whoever_went_home_keeps_none_and_the_least_loaded_goes_on(norte, team, accounts):
    mine = talk(norte, accounts[0], team["ana"])
    talk(norte, accounts[1], team["beto"])
    write_presence.be(agent_id=team["ana"].pk, state="off", now=NOON)
    assert run(norte) == 1
    assert owner(mine) == "caro"
    note = Note.objects.get()
    assert note_text(note, mine.party_id) == "Pasa sola a otra persona: Ana no está."
    log = AuditRecord.objects.get(act="conversation_handed_on")
    assert log.detail == {"from": team["ana"].pk, "to": team["caro"].pk, "away": True}
    assert run(norte, 1) == 0


def test_a_short_break_keeps_ones_conversations_and_a_long_one_does_not(norte, team, accounts):
    mine = talk(norte, accounts[0], team["ana"])
    write_presence.be(agent_id=team["ana"].pk, state="break", now=NOON)
    assert (run(norte, 20), owner(mine)) == (0, "ana")
    assert (run(norte, 31), owner(mine)) == (1, "beto")


def test_one_whose_hour_passed_changes_hands_once(norte, team, accounts):
    late = talk(norte, accounts[0], team["ana"], answer_by=NOON - timedelta(minutes=5))
    assert (run(norte), owner(late)) == (1, "beto")
    assert (run(norte, 30), owner(late)) == (0, "beto")
    Conversation.objects.update(waiting_since=NOON + timedelta(hours=3), answer_by=NOON + timedelta(hours=4))
    assert (run(norte, 300), owner(late)) == (1, "ana"), "it waits again, for another answer"


def test_with_nobody_there_it_is_anybodys(norte, team, accounts):
    mine = talk(norte, accounts[0], team["ana"])
    for user in team.values():
        write_presence.be(agent_id=user.pk, state="off", now=NOON)
    assert (run(norte), owner(mine)) == (1, None)
    assert "no hay quien la lleve" in note_text(Note.objects.get(), mine.party_id)


def test_the_language_and_the_name_of_the_person_count(norte, team, accounts):
    Party.objects.filter(pk=accounts[0].party_id).update(language="pt")
    write_assign.save_profile(user_id=team["beto"].pk, values={"languages": ["es"]})
    write_assign.save_profile(user_id=team["caro"].pk, values={"languages": ["pt"]})
    write_assign.name_agent(party_id=accounts[1].party_id, agent_id=team["beto"].pk)
    foreign, vip = talk(norte, accounts[0], team["ana"]), talk(norte, accounts[1], team["ana"])
    write_presence.be(agent_id=team["ana"].pk, state="off", now=NOON)
    assert run(norte) == 2
    assert (owner(foreign), owner(vip)) == ("caro", "beto")


def test_what_nobody_waits_for_stays_where_it_is(norte, team, accounts):
    done = talk(norte, accounts[0], team["ana"], waiting_since=None)
    later = talk(norte, accounts[1], team["ana"], snoozed_until=NOON + timedelta(hours=1))
    write_presence.be(agent_id=team["ana"].pk, state="off", now=NOON)
    assert (run(norte), owner(done), owner(later)) == (0, "ana", "ana")


def test_people_of_another_company_are_given_nothing(norte, team, accounts, person):
    person("ajena", "agent", company("sur", name="Sur"))
    mine = talk(norte, accounts[0], team["ana"])
    for name in ("ana", "beto", "caro"):
        write_presence.be(agent_id=team[name].pk, state="off", now=NOON)
    assert (run(norte), owner(mine)) == (1, None)


def test_many_are_shared_out_and_never_back_to_who_had_them():
    team = [Agent(id=n, minutes=360.0) for n in (1, 2, 3)]
    cases = [Idle(case, owner=1) for case in range(10, 16)]
    given = hand_on(cases, team, {2: 1})
    assert sorted(given.values()) == [2, 2, 2, 3, 3, 3]
    assert 1 not in given.values()
    assert hand_on([Idle(9, owner=1)], [team[0]], {}) == {9: None}
