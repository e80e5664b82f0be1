"""Several dispatchers at once on the same morning: each message goes once, and the limits of a person hold over all of
them, also when two companies write to the same person at the same moment."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from dispatchers import smtp_sink, start_dispatcher

from puntual.apps.outreach import lines
from puntual.apps.outreach import write as outreach
from puntual.apps.outreach.models import Contact, MailServer, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice

#: A Tuesday at ten in Lima: hours and holidays allow, whatever the day on which the test runs.
MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PEOPLE, DISPATCHERS = 60, 4

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sink():
    with smtp_sink() as handler:
        yield handler


@pytest.fixture
def two_creditors(sink):
    """Sixty consumers of Peru who owe to two companies, each with a reminder planned for the same moment."""
    from puntual.pipeline.daily_run import run_day

    due, creditors = date(2026, 11, 20), []
    for code in ("norte", "sur"):
        creditor = parties.create_creditor(
            code=code, name=f"Créditos del {code}", country="PE", zone="America/Lima", currency="PEN",
            test_mode=False, approve_first=0,
        )  # fmt: skip
        MailServer.objects.create(
            creditor=creditor, host="127.0.0.1", port=sink.port, security="none", sender=f"cobranza@{code}.example"
        )
        version = policies.save_version(creditor_id=creditor.pk, text=presets.text_for("PE"))
        policies.activate(version=version, at=MORNING - timedelta(days=9))
        rows = [
            NewAccount(
                f"C{i}", f"Cliente {i}", tax_id=f"{10_000_000 + i}", debtor="consumer", country="PE",
                zone="America/Lima", points=(NewPoint("email", f"c{i}@example.com"),),
            )
            for i in range(PEOPLE)
        ]  # fmt: skip
        accounts = parties.register_accounts(creditor=creditor, rows=rows).accounts
        receivables.post_invoices(
            creditor_id=creditor.pk, source="test",
            invoices=[
                NewInvoice(pk, f"{code}-{name}", name, date(2026, 10, 20), "PEN", 500_00, ((due, 500_00),))
                for name, pk in accounts.items()
            ],
        )  # fmt: skip
        lines.set_pace(creditor_id=creditor.pk, channel="email", per_second=1000)
        creditors.append(creditor)
    for creditor in creditors:
        result = run_day(creditor=creditor, as_of=MORNING - timedelta(hours=2))
        assert result.planned == {"email": PEOPLE}
        outreach.approve(plan_id=result.plan_id)
    assert len(set(Outbox.objects.values_list("party_id", flat=True))) == PEOPLE
    Outbox.objects.update(scheduled_at=MORNING)  # nobody's hour differs: all of them race for the same moment
    return creditors


def test_four_dispatchers_at_once_send_each_message_once_and_one_message_a_person(two_creditors, sink):
    running = [start_dispatcher(MORNING + timedelta(minutes=5)) for _ in range(DISPATCHERS)]
    for process in running:
        out, _ = process.communicate(timeout=300)
        assert process.returncode == 0, out

    assert Counter(sink.recipients) == {f"c{i}@example.com": 1 for i in range(PEOPLE)}
    assert max(Counter(sink.accepted).values()) == 1
    assert set(Counter(Contact.objects.values_list("party_id", flat=True)).values()) == {1}
    states = Counter(Outbox.objects.values_list("state", "reason"))
    assert states == {("sent", "sent"): PEOPLE, ("planned", "frequency_cap"): PEOPLE}
    waiting = Outbox.objects.filter(state="planned").values_list("scheduled_at", flat=True)
    assert min(waiting) >= datetime(2026, 11, 25, 5, 0, tzinfo=UTC)  # the next day of Lima
