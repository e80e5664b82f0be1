"""The demonstration's conversations come in by the real doors, are understood and answered, and cost little."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from puntual.apps.inbox.models import Conversation, Note, Proposal, RawInbound
from puntual.apps.negotiation.models import Dispute, Promise
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.portal.models import PaymentClaim
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice
from puntual.pipeline import demo_talks
from puntual.project import bindings, inbox
from puntual.simulators.portfolio.talks import STORIES

pytestmark = pytest.mark.django_db
#: A Friday at noon in Bogotá.
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def mexico():
    creditor = parties.create_creditor(
        code="aurora-mx", name="Aurora Distribuciones", country="MX", zone="America/Mexico_City", currency="MXN",
        approve_first=0, email="cobranza@aurora-mx.example",
    )  # fmt: skip
    people = [
        NewAccount(f"C-{n}", f"Cliente Número {n}", debtor="business", country="MX", zone="America/Mexico_City",
                   points=(NewPoint("phone", f"+525550000{n:03d}"), NewPoint("email", f"c{n}@ejemplo.mx")))
        for n in range(1, 33)
    ]  # fmt: skip
    made = parties.register_accounts(creditor=creditor, rows=people).accounts
    due = date(2026, 11, 5)
    invoices = [
        NewInvoice(pk, f"F-{code[2:]}00", f"F-{code[2:]}00", date(2026, 10, 5), "MXN", 9_000_00, ((due, 9_000_00),))
        for code, pk in made.items()
    ]
    receivables.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    return creditor


def test_a_week_of_answers_is_heard_understood_and_partly_answered(mexico, person):
    for name in ("gestor", "supervisor"):
        person(name, creditor=mexico)
    started = time.process_time()
    count = demo_talks.talk(creditors=[mexico], now=NOW, hear=inbox.listen, outside=bindings.outside)
    assert time.process_time() - started < 20
    assert count == sum(story.country == "MX" for story in STORIES) == 31
    assert RawInbound.objects.filter(processed_at=None).count() == 0
    assert Conversation.objects.filter(party=None).count() == 2
    waiting = Conversation.objects.filter(waiting_since__isnull=False)
    assert waiting.filter(answer_by__lte=NOW).count() >= 4
    assert waiting.filter(snoozed_until__gt=NOW).count() == 1
    assert Promise.objects.filter(source="reply").count() >= 5
    assert Dispute.objects.filter(source="reply").count() >= 1
    assert PaymentClaim.objects.count() >= 3
    assert ContactPoint.objects.filter(status="silenced").count() >= 2
    assert set(Outbox.objects.filter(channel="whatsapp").values_list("state", flat=True)) == {"sent"}
    assert {"calm", "stop", "offer_plan", "answer_from_facts"} <= set(Proposal.objects.values_list("act", flat=True))
    assert Outbox.objects.filter(once__startswith="respuesta:escrita", state="sent").count() == 2
    assert Note.objects.count() == 2


def test_the_stories_speak_by_every_channel_and_nobody_says_the_same_twice():
    turns = [turn for story in STORIES for turn in story.turns if turn.channel]
    assert {turn.channel for turn in turns} == {"email", "whatsapp", "sms", "portal"}
    assert len({turn.text for turn in turns}) == len(turns)
    assert len(STORIES) == 60
    assert all(timedelta(0) <= timedelta(days=turn.days) < timedelta(days=7) for turn in turns)
