"""The floor as it is, a day seen again, and reviews that teach: drawn by nobody, answered by another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from puntual.apps.negotiation import write as negotiation
from puntual.apps.parties import write as parties
from puntual.apps.receivables import write as books
from puntual.apps.scope import Scope
from puntual.apps.supervision import read, views, write
from puntual.apps.supervision.models import Review
from puntual.apps.workbench import write_assign
from puntual.apps.workbench.models import DeskLock, Handling
from puntual.apps.workbench.read_presence import Stand
from puntual.core import quality
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_date

pytestmark = pytest.mark.django_db

#: Noon in Mexico City, today.
NOW = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
GOOD = {"empathy": 90, "clarity": 80, "law": 100, "agreement": 60}


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def gloria(person, creditor):
    return person("gloria", "agent", creditor, first_name="Gloria")


@pytest.fixture
def sergio(person, creditor):
    return person("sergio", "supervisor", creditor, first_name="Sergio")


@pytest.fixture
def account(creditor):
    row = parties.NewAccount("C-1", "Ana Ruiz", debtor="consumer", country="MX", zone="America/Mexico_City")
    pk = parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]
    due = local_date(NOW, creditor.zone) - timedelta(days=20)
    new = books.NewInvoice(pk, "F-1", "F-1", due - timedelta(days=30), "MXN", 900_00, ((due, 900_00),))
    books.post_invoices(creditor_id=creditor.pk, invoices=[new], source="test")
    return pk


def attended(creditor, agent, account, outcome, ago_min, *, wrap=6):
    party = parties_of(account)
    at = NOW - timedelta(minutes=ago_min)
    return Handling.objects.create(
        agent=agent, creditor=creditor, party_id=party, account_id=account, taken_at=at, ended_at=at, closed_at=at,
        outcome=outcome, wrap_up_s=wrap, handling_s=90,
    )  # fmt: skip


def parties_of(account):
    from puntual.apps.parties.models import Account

    return Account.objects.get(pk=account).party_id


async def _at_once(_seconds): ...


class TestTheFloor:
    def test_it_tells_who_does_what_and_what_came_of_it(self, creditor, gloria, account):
        attended(creditor, gloria, account, "no_answer", 50)
        attended(creditor, gloria, account, "promise", 40, wrap=10)
        open_one = Handling.objects.create(
            agent=gloria, creditor=creditor, party_id=parties_of(account), account_id=account,
            taken_at=NOW - timedelta(minutes=20),
        )  # fmt: skip
        DeskLock.objects.create(
            party_id=parties_of(account), agent=gloria, creditor=creditor, account_id=account, handling=open_one,
            taken_at=open_one.taken_at, expires_at=NOW + timedelta(minutes=5),
        )  # fmt: skip
        day = local_date(NOW, creditor.zone)
        negotiation.make_promise(
            promise=negotiation.NewPromise(account, day, day + timedelta(days=3), "agent", "k", amount_minor=300_00),
            at=NOW - timedelta(minutes=40),
        )
        board = read.board(creditor.pk, creditor.zone, NOW)
        stand = Stand("handling", "En gestión", open_one.taken_at, 1200)
        assert board.agents == (read.Working(gloria.pk, "Gloria", 1200, 2, 1, 1, 8, True, stand),)
        assert (board.promises, board.promised) == (1, (("MXN", 300_00),))

    def test_money_is_of_the_day_it_came_not_of_the_day_it_was_loaded(self, creditor, account):
        day = local_date(NOW, creditor.zone)
        paid = [books.NewPayment(account, n, "MXN", on, key, "test")
                for n, on, key in ((100_00, day, "hoy"), (50_00, day - timedelta(days=90), "viejo"))]  # fmt: skip
        books.post_payments(creditor_id=creditor.pk, payments=paid)
        assert read.board(creditor.pk, creditor.zone, NOW).money == (("MXN", 100_00),)

    def test_another_creditors_floor_is_not_told(self, creditor, gloria, account):
        attended(creditor, gloria, account, "promise", 10)
        other = parties.create_creditor(code="b", name="Otra", country="MX", zone="America/Mexico_City", currency="MXN")
        assert read.board(other.pk, other.zone, NOW).agents == ()

    def listen(self, creditor, monkeypatch, drawn, **more):
        """What a browser hears while the floor is drawn so."""
        monkeypatch.setattr(views.asyncio, "sleep", _at_once)
        floors = iter(drawn)
        monkeypatch.setattr(views, "_drawn", lambda scope, every_s: next(floors))

        async def all_of_it():
            scope = Scope(creditor, (creditor,), local_date(NOW, creditor.zone))
            return [event async for event in views.events(scope, lasts_s=len(drawn), every_s=1, **more)]

        return asyncio.run(all_of_it())

    def test_a_change_is_told_once_and_silence_keeps_the_line_alive(self, creditor, monkeypatch):
        one, two = ("a1", "<p>uno</p>"), ("b2", "<p>dos</p>\n<p>tres</p>")
        assert self.listen(creditor, monkeypatch, [one, one, two]) == [
            b"retry: 2000\n\n",
            b"id: a1\nevent: piso\ndata: <p>uno</p>\n\n",
            b": sin cambios\n\n",
            b"id: b2\nevent: piso\ndata: <p>dos</p>\ndata: <p>tres</p>\n\n",
        ]

    def test_a_browser_that_comes_back_is_told_only_what_it_missed(self, creditor, monkeypatch):
        one, two = ("a1", "<p>uno</p>"), ("b2", "<p>dos</p>")
        assert self.listen(creditor, monkeypatch, [one], seen="a1")[1:] == [b": sin cambios\n\n"]
        assert self.listen(creditor, monkeypatch, [two], seen="a1")[1:] == [
            b"id: b2\nevent: piso\ndata: <p>dos</p>\n\n"
        ]

    def test_however_many_look_the_floor_is_drawn_once(self, creditor, monkeypatch):
        cache.clear()
        times = []
        monkeypatch.setattr(views, "_rendered", lambda scope: times.append(1) or "<p>uno</p>")
        scope = Scope(creditor, (creditor,), local_date(NOW, creditor.zone))
        assert len({views._drawn(scope, 3) for _supervisor in range(50)}) == 1
        assert len(times) == 1

    def test_a_figure_opens_its_conversations(self, client, creditor, gloria, sergio, account):
        attended(creditor, gloria, account, "promise", 30)
        attended(creditor, sergio, account, "no_answer", 150)
        client.force_login(sergio)
        day = local_date(NOW, creditor.zone).isoformat()
        mine = client.get(f"/supervision/dia/quien/?dia={day}&de={gloria.pk}").context["rows"]
        assert [(r["row"].agent_id, r["result"], r["name"]) for r in mine] == [
            (gloria.pk, "Promesa de pago", "Ana Ruiz")
        ]
        hour = client.get(f"/supervision/dia/quien/?dia={day}&hora=9").context["rows"]
        assert [r["result"] for r in hour] == ["No contesta"]

    def test_a_day_is_seen_again_hour_by_hour(self, creditor, gloria, account):
        attended(creditor, gloria, account, "no_answer", 130)
        attended(creditor, gloria, account, "informed", 10)
        attended(creditor, gloria, account, "no_answer", 5)
        hours = read.hours(creditor.pk, creditor.zone, local_date(NOW, creditor.zone))
        assert [(h.attended, h.reached) for h in hours] == [(1, 0), (2, 1)]
        assert dict(hours[1].results) == {"Informado: pagará por su cuenta": 1, "No contesta": 1}


class TestReviews:
    @pytest.fixture
    def talk(self, creditor, gloria, account):
        return attended(creditor, gloria, account, "promise", 30)

    def say(self, talk, reviewer, **more):
        told = {"scores": GOOD, "good": "Escuchó.", "better": "Repetir la fecha.", "now": NOW, **more}
        return write.review(handling_id=talk.pk, creditor_id=talk.creditor_id, reviewer=reviewer, **told)

    def test_the_total_is_weighted_as_in_the_practice(self, talk, sergio):
        assert self.say(talk, sergio).total == 85

    def test_nobody_reviews_the_own_conversation(self, talk, gloria):
        with pytest.raises(Refused, match="Nadie se revisa a sí mismo"):
            self.say(talk, gloria)
        assert Review.objects.count() == 0

    def test_a_number_alone_is_not_accepted(self, talk, sergio):
        with pytest.raises(UnusableInput, match="la nota sola no enseña"):
            self.say(talk, sergio, better=" ")
        assert Review.objects.count() == 0

    def test_a_dispute_is_answered_by_a_third_person(self, talk, sergio, gloria, person, creditor):
        row = self.say(talk, sergio)
        write.dispute(review_id=row.pk, agent=gloria, text="Sí repetí la fecha.", now=NOW)
        resolve = {"review_id": row.pk, "creditor_id": creditor.pk, "text": "Tiene razón.", "now": NOW}
        for involved in (sergio, gloria):
            with pytest.raises(Refused, match="otra persona"):
                write.resolve(by=involved, scores=None, **resolve)
        boss = person("ana", "manager", creditor)
        done = write.resolve(by=boss, scores={**GOOD, "clarity": 100}, **resolve)
        assert (done.total, done.resolution) == (89, "Tiene razón.")
        with pytest.raises(Refused, match="en desacuerdo"):
            self.say(talk, sergio)

    def test_the_weeks_sample_is_drawn_and_shrinks_as_it_is_reviewed(self, creditor, gloria, sergio, account):
        talks = [attended(creditor, gloria, account, "informed", n) for n in range(8)]
        drawn = read.to_review(creditor.pk, NOW, sergio.pk)
        assert len(drawn) == 3
        assert (
            {h.pk for h in drawn}
            == {h.pk for h in read.to_review(creditor.pk, NOW, sergio.pk)}
            <= {t.pk for t in talks}
        )
        self.say(drawn[0], sergio)
        assert len(read.to_review(creditor.pk, NOW, sergio.pk)) == 2
        assert read.to_review(creditor.pk, NOW, gloria.pk) == []

    def test_a_second_reviewer_does_not_see_the_first_ones_score_before_giving_theirs(
        self, client, creditor, gloria, sergio, person, talk
    ):
        with time_machine.travel(NOW, tick=False):
            write.review(handling_id=talk.pk, creditor_id=creditor.pk, reviewer=sergio, scores=GOOD, good="a",
                         better="b", now=NOW)  # fmt: skip
            marta = person("marta", "manager", creditor)
            client.force_login(marta)
            assert client.get("/supervision/calidad/").context["reviews"] == []
            form = {**dict.fromkeys(GOOD, "70"), "good": "Escuchó", "better": "La fecha"}
            client.post(f"/supervision/calidad/{talk.pk}/", form)
            page = client.get("/supervision/calidad/")
        assert {r.total for r in page.context["reviews"]} == {quality.total(GOOD), 70}
        [(_one, _other, gap)] = page.context["gaps"]
        assert (gap.over, gap.points) == (1, abs(quality.total(GOOD) - 70))

    def test_a_dispute_that_was_right_changes_the_score_on_screen(self, client, creditor, gloria, sergio, person, talk):
        row = write.review(handling_id=talk.pk, creditor_id=creditor.pk, reviewer=sergio, scores=GOOD, good="a",
                           better="b", now=NOW)  # fmt: skip
        client.force_login(gloria)
        client.post(f"/mis-revisiones/{row.pk}/desacuerdo/", {"text": "Sí acordamos la fecha"})
        client.force_login(person("marta", "manager", creditor))
        client.post(f"/supervision/calidad/{row.pk}/responder/", {"text": "Es cierto", **dict.fromkeys(GOOD, "95")})
        row.refresh_from_db()
        assert (row.total, row.resolution) == (95, "Es cierto")

    def test_an_agent_reads_the_own_month_and_the_own_reviews(self, client, creditor, gloria, sergio, talk):
        write.review(handling_id=talk.pk, creditor_id=creditor.pk, reviewer=sergio, scores=GOOD, good="Escuchó",
                     better="La fecha", now=NOW)  # fmt: skip
        write_assign.save_goal(creditor_id=creditor.pk, metric="quality", target=Decimal(80), points=100)
        client.force_login(gloria)
        page = client.get("/mis-revisiones/")
        assert page.status_code == 200
        assert "Escuchó" in page.content.decode() and "Calificación de calidad" in page.content.decode()
        client.force_login(sergio)
        assert client.get("/gestion/reparto/").status_code == 200
        assert client.get(f"/supervision/calidad/{talk.pk}/").status_code == 200

    def test_how_far_two_reviewers_are(self):
        gaps = quality.calibration([(1, 7, 80), (1, 8, 90), (2, 7, 60), (2, 8, 90), (3, 7, 50)])
        assert [(g.one, g.other, g.points, g.over) for g in gaps] == [(7, 8, 20.0, 2)]


class TestScreens:
    @time_machine.travel(NOW, tick=False)
    def test_a_supervisor_sees_the_floor_and_reviews(self, creditor, gloria, sergio, account):
        talk = attended(creditor, gloria, account, "promise", 30)
        boss, agent = Client(), Client()
        boss.force_login(sergio)
        agent.force_login(gloria)
        assert "Gloria" in boss.get("/supervision/").content.decode()
        assert boss.get("/supervision/dia/").status_code == 200
        boss.post(f"/supervision/calidad/{talk.pk}/", {**GOOD, "good": "Escuchó.", "better": "Resumir."})
        assert "Resumir." in agent.get("/mis-revisiones/").content.decode()
        assert agent.get("/supervision/").status_code == 403
        assert agent.post(f"/supervision/calidad/{talk.pk}/", {}).status_code == 403
        assert Review.objects.get().total == 85
