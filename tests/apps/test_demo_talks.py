"""The demonstration's conversations come in by the real doors, are understood and answered, and cost little."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from puntual.adapters.classifier_offline.classifier import OfflineClassifier
from puntual.apps.compliance import read as compliance
from puntual.apps.compliance.models import Consent
from puntual.apps.inbox.models import Conversation, Note, Proposal, RawInbound
from puntual.apps.negotiation.models import Dispute, Promise
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach.models import Contact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, ContactPoint
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.portal.models import PaymentClaim
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice
from puntual.core.compliance import breaches
from puntual.pipeline import demo_talks
from puntual.project import bindings, inbox
from puntual.simulators.portfolio.talks import STORIES

pytestmark = pytest.mark.django_db
#: A Friday at noon in Bogotá.
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
READER = OfflineClassifier()


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


def test_who_asks_for_no_more_was_sent_nothing_since_though_the_days_were_lived_already(mexico):
    """The first people of the list were reminded yesterday: none of them is the one who said «no more» days before."""
    first = list(Account.objects.order_by("pk")[:12])
    Contact.objects.bulk_create(
        Contact(party_id=a.party_id, account=a, creditor=mexico, channel="email", direction="out",
                purpose="reminder_overdue", at=NOW - timedelta(hours=20))
        for a in first
    )  # fmt: skip
    demo_talks.talk(creditors=[mexico], now=NOW, hear=inbox.listen, outside=bindings.outside)
    stopped = set(Consent.objects.filter(status="withdrawn").values_list("party_id", flat=True))
    assert stopped and not stopped & {a.party_id for a in first}
    judged = breaches.judge(*outreach.sent_frames(), compliance.consents_frame())
    assert [finding.name for finding in judged if finding.counterexamples] == []


def test_the_stories_that_end_all_contact_are_those_that_are_understood_so():
    def ends(story):
        said = [t.text for t in story.turns if t.channel]
        return any({"baja", "equivocado"} & set(READER.classify(text, story.country, NOW).intents) for text in said)

    known = [story for story in STORIES if not story.stranger]
    assert [s.turns[0].text for s in known if ends(s) and not s.stops] == []
    assert sum(s.stops for s in known) == 8
