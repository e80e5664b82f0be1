"""Who is available, on a break or in training: told by each, seen by supervision, and no work reaches who is away."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from desk_house import company, people, queued
from puntual.apps.audit.models import AuditRecord
from puntual.apps.supervision import read as supervision
from puntual.apps.workbench import read, read_assign, read_presence, write, write_acts, write_presence
from puntual.apps.workbench.models import AgentProfile, DeskLock, Presence
from puntual.core.errors import Refused, UnusableInput
from puntual.core.workbench import availability as core
from puntual.core.workbench.availability import Handled, Period
from puntual.project.cli import run

NINE = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def after(minutes):
    return NINE + timedelta(minutes=minutes)


@pytest.fixture
def norte(db):
    return company()


@pytest.fixture
def gloria(person, norte):
    return person("gloria", "agent", norte, first_name="Gloria")


@pytest.fixture
def beto(person, norte):
    return person("beto", "agent", norte, first_name="Beto")


@pytest.fixture
def accounts(norte):
    found = people(norte, 3)
    queued(norte, found)
    return found


def take(norte, agent, at):
    return write.take_next(creditor_id=norte.pk, agent_id=agent.pk, now=at)


class TestTheDayOfOne:
    """Nine to eleven: free, with somebody from 9:20 to 9:50 (five of them wrapping up), a break at 10:00."""

    PERIODS = (
        Period("available", after(0), after(60)),
        Period("break", after(60), after(80)),
        Period("available", after(80)),
    )
    HANDLED = (Handled(after(20), after(45), after(50)),)

    def test_every_minute_is_of_one_state(self):
        found = core.spent(self.PERIODS, self.HANDLED, NINE, after(120))
        minutes = {state: seconds // 60 for state, seconds in found.items()}
        assert minutes == {"handling": 25, "wrap_up": 5, "available": 70, "break": 20}
        assert sum(found.values()) == 120 * 60

    def test_only_what_is_inside_the_span_counts(self):
        found = core.spent(self.PERIODS, self.HANDLED, after(30), after(70))
        assert {s: n // 60 for s, n in found.items()} == {"handling": 15, "wrap_up": 5, "available": 10, "break": 10}

    def test_what_is_being_done_goes_before_what_was_said(self):
        free = Period("available", NINE)
        assert core.stands(free, Handled(after(5)), after(9)) == ("handling", after(5))
        assert core.stands(free, Handled(after(5), after(8)), after(9)) == ("wrap_up", after(8))
        assert core.stands(free, None, after(9)) == ("available", NINE)

    def test_who_never_said_that_they_left_is_not_here_the_next_day(self):
        assert core.stands(Period("break", NINE), None, NINE + timedelta(hours=15)) == ("unknown", None)
        assert core.may_be_given(Period("break", NINE), NINE + timedelta(hours=15)) is True
        found = core.spent([Period("available", NINE)], [], NINE, NINE + timedelta(hours=40))
        assert found == {"available": 14 * 3600}


class TestWhoIsAway:
    @pytest.mark.parametrize("state", core.AWAY)
    def test_takes_nobody(self, norte, gloria, accounts, state):
        write_presence.be(agent_id=gloria.pk, state=state, now=NINE)
        with pytest.raises(Refused, match="póngase disponible"):
            take(norte, gloria, after(1))
        with pytest.raises(Refused):
            write.take(
                party_id=accounts[0].party_id, account_id=accounts[0].pk, creditor_id=norte.pk, agent_id=gloria.pk,
                now=after(1), hold_s=300,
            )  # fmt: skip
        assert DeskLock.objects.count() == 0
        write_presence.be(agent_id=gloria.pk, state="available", now=after(2))
        assert take(norte, gloria, after(3)).account_id == accounts[0].pk

    def test_is_dealt_nothing_and_is_handed_nothing(self, norte, gloria, beto, accounts):
        write_presence.be(agent_id=beto.pk, state="training", now=NINE)
        assert [one.id for one, _name in read_assign.team(norte.pk, after(1))] == [gloria.pk]
        assert read.team_names(norte.pk, gloria.pk) == []
        lock = take(norte, gloria, after(1))
        by = write_acts.By(agent=gloria.pk, account=lock.account_id, at=after(2), key="k", zone=norte.zone)
        with pytest.raises(Refused, match="no puede recibirla"):
            write_acts.note_transfer(by=by, to_agent=beto.pk, department="", why="beyond_me")
        assert read.held_by(gloria.pk, after(2)).account_id == lock.account_id
        write_presence.be(agent_id=beto.pk, state="available", now=after(3))
        write_acts.note_transfer(by=by, to_agent=beto.pk, department="", why="beyond_me")
        assert take(norte, beto, after(4)).account_id == lock.account_id

    def test_nobody_goes_away_with_a_person_in_hand(self, norte, gloria, accounts):
        take(norte, gloria, NINE)
        with pytest.raises(Refused, match="Tiene tomada a una persona"):
            write_presence.be(agent_id=gloria.pk, state="break", now=after(1))
        assert read_presence.stand_of(gloria.pk, read.held_by(gloria.pk, after(1)), after(1)).state == "handling"
        write.let_go(agent_id=gloria.pk, now=after(2))
        assert write_presence.be(agent_id=gloria.pk, state="break", now=after(2)).state == "break"


class TestTelling:
    def test_whoever_takes_somebody_is_available_without_saying_it(self, norte, gloria, accounts):
        take(norte, gloria, NINE)
        assert list(Presence.objects.values_list("state", "began_at", "ended_at")) == [("available", NINE, None)]

    def test_the_same_again_changes_nothing_and_another_closes_the_one_before(self, gloria):
        for state, at in (("available", 0), ("available", 5), ("lunch", 60), ("available", 90)):
            write_presence.be(agent_id=gloria.pk, state=state, now=after(at))
        rows = Presence.objects.order_by("began_at").values_list("state", "began_at", "ended_at")
        assert list(rows) == [
            ("available", after(0), after(60)), ("lunch", after(60), after(90)), ("available", after(90), None)
        ]  # fmt: skip

    def test_two_open_states_of_one_person_do_not_fit(self, gloria):
        write_presence.be(agent_id=gloria.pk, state="available", now=NINE)
        with pytest.raises(IntegrityError), transaction.atomic():
            Presence.objects.create(agent=gloria, state="break", began_at=after(1))

    def test_yesterdays_ends_with_the_last_person_of_yesterday(self, norte, gloria, accounts):
        take(norte, gloria, NINE)
        write.let_go(agent_id=gloria.pk, now=after(4))
        write_presence.be(agent_id=gloria.pk, state="available", now=NINE + timedelta(days=1))
        assert Presence.objects.order_by("began_at").first().ended_at == after(4)

    def test_a_word_that_is_no_state_is_said(self, gloria):
        with pytest.raises(UnusableInput, match="Elija un estado"):
            write_presence.be(agent_id=gloria.pk, state="handling", now=NINE)
        assert Presence.objects.count() == 0


class TestOnTheScreens:
    @pytest.fixture
    def sergio(self, person, norte):
        return person("sergio", "supervisor", norte)

    def test_the_agent_goes_on_a_break_and_comes_back(self, client, norte, gloria, accounts):
        client.force_login(gloria)
        page = client.post("/gestion/estado/", {"state": "break"}, follow=True).content.decode()
        assert "Ahora está en «Descanso»" in page and "Volver a estar disponible" in page
        page = client.post("/gestion/tomar/", follow=True).content.decode()
        assert "póngase disponible" in page and DeskLock.objects.count() == 0
        client.post("/gestion/estado/", {"state": "available"})
        assert client.post("/gestion/tomar/").url == f"/gestion/{accounts[0].pk}/"

    def test_the_floor_tells_how_each_stands(self, client, norte, gloria, beto, sergio, accounts):
        now = timezone.now()
        write_presence.be(agent_id=beto.pk, state="break", now=now - timedelta(minutes=12))
        take(norte, gloria, now - timedelta(minutes=3))
        board = supervision.board(norte.pk, norte.zone, now)
        assert [(one.name, one.stand.name, one.stand.minutes) for one in board.agents] == [
            ("Beto", "Descanso", 12), ("Gloria", "En gestión", 3)
        ]  # fmt: skip
        client.force_login(sergio)
        page = client.get("/supervision/").content.decode()
        assert "Descanso" in page and "12 min" in page and "En gestión" in page

    def test_a_supervisor_says_it_for_who_forgot_and_the_log_knows(self, client, norte, beto, sergio, person):
        write_presence.be(agent_id=beto.pk, state="break", now=timezone.now() - timedelta(minutes=70))
        client.force_login(sergio)
        page = client.post(f"/supervision/estado/{beto.pk}/", {"state": "off"}, follow=True).content.decode()
        assert "El día de Beto" in page and "Descanso: 70 min" in page
        row = Presence.objects.get(ended_at=None)
        assert (row.state, row.by) == ("off", sergio)
        log = AuditRecord.objects.get(act="presence_told")
        assert (log.actor_name, log.object_id, log.detail) == ("sergio", beto.pk, {"state": "off"})
        stranger = person("ajena", "agent", company("sur", name="Sur"))
        assert client.post(f"/supervision/estado/{stranger.pk}/", {"state": "off"}).status_code == 404
        client.force_login(beto)
        assert client.post(f"/supervision/estado/{beto.pk}/", {"state": "available"}).status_code == 403

    def test_another_company_s_people_are_neither_shown_nor_changed_in_reparto(
        self, client, norte, gloria, sergio, person
    ):
        stranger = person("ajena", "agent", company("sur", name="Sur"), first_name="Casimira")
        client.force_login(sergio)
        page = client.get("/gestion/reparto/").content.decode()
        assert "Gloria" in page and "Casimira" not in page
        assert client.post(f"/gestion/reparto/persona/{stranger.pk}/", {"minutes": "60"}).status_code == 404
        assert AgentProfile.objects.count() == 0

    def test_by_command(self, norte, gloria, capsys):
        assert run(["assign", "state", "gloria", "break", "--json"]) == 0
        [told] = json.loads(capsys.readouterr().out)["people"]
        assert (told["name"], told["state"]) == ("Gloria", "break")
        assert run(["assign", "state", "gloria", "siesta"]) == 2
