"""The dispatcher dies at any moment: nothing planned is lost, nothing goes twice, what nobody can know is shown as
unknown.

`PUNTUAL_KILLS` and `PUNTUAL_KILL_MESSAGES` set the size; the product's promise was measured with 300 over 5,000.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from dispatchers import smtp_sink, start_dispatcher

from puntual.apps.outreach import lines
from puntual.apps.outreach import write as outreach
from puntual.apps.outreach.models import Contact, MailServer, Message, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice

KILLS = int(os.environ.get("PUNTUAL_KILLS", "12"))
MESSAGES = int(os.environ.get("PUNTUAL_KILL_MESSAGES", "240"))
#: A Tuesday at ten in Mexico City: every rule allows, whatever the day on which the test runs.
MORNING = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sink():
    with smtp_sink() as handler:
        yield handler


@pytest.fixture
def planned(sink):
    """A morning's plan of many reminders, approved, with a real mail server to hand them to."""
    from puntual.pipeline.daily_run import run_day

    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN",
        test_mode=False, approve_first=0,
    )  # fmt: skip
    MailServer.objects.create(
        creditor=creditor, host="127.0.0.1", port=sink.port, security="none", sender="cobranza@norte.example"
    )
    policies.activate(
        version=policies.save_version(creditor_id=creditor.pk, text=presets.text_for("MX")),
        at=MORNING - timedelta(days=9),
    )
    rows = [
        NewAccount(f"C{i}", f"Cliente {i}", debtor="business", country="MX", zone="America/Mexico_City",
                   points=(NewPoint("email", f"c{i}@example.com"),))
        for i in range(MESSAGES)
    ]  # fmt: skip
    accounts = parties.register_accounts(creditor=creditor, rows=rows).accounts
    due = date(2026, 11, 20)
    invoices = [
        NewInvoice(pk, code, code, date(2026, 10, 20), "MXN", 500_00, ((due, 500_00),)) for code, pk in accounts.items()
    ]
    receivables.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    result = run_day(creditor=creditor, as_of=MORNING - timedelta(hours=2))
    assert result.planned == {"email": MESSAGES}
    outreach.approve(plan_id=result.plan_id)
    lines.set_pace(creditor_id=creditor.pk, channel="email", per_second=1000)
    return creditor


def _start():
    return start_dispatcher(MORNING + timedelta(minutes=5))


def _until(sink, accepted):
    """Wait until the sink has accepted so many: a kill by the clock alone falls before the first message on a slow
    machine, and proves nothing."""
    limit = time.monotonic() + 120
    while len(sink.accepted) < accepted:
        assert time.monotonic() < limit, f"{len(sink.accepted)} messages after two minutes, {accepted} expected"
        time.sleep(0.001)


def test_killing_the_dispatcher_at_any_moment_loses_nothing_and_repeats_nothing(planned, sink):
    rng = random.Random(7)
    for _ in range(KILLS):
        process = _start()
        assert process.stdout.readline() == "listo\n"
        _until(sink, len(sink.accepted) + rng.randrange(MESSAGES * 3 // (2 * KILLS)))
        time.sleep(rng.uniform(0.0, 0.03))
        process.send_signal(signal.SIGKILL)
        process.wait()
    last = _start()
    out, _ = last.communicate(timeout=600)
    assert last.returncode == 0, out

    states = Counter(Outbox.objects.values_list("state", flat=True))
    assert set(states) <= {"sent", "unknown"}
    assert states["sent"] + states["unknown"] == MESSAGES
    assert states["unknown"] <= KILLS
    assert max(Counter(sink.accepted).values()) == 1
    sent = set(Message.objects.filter(outbox__state="sent").values_list("message_id", flat=True))
    every = set(Message.objects.values_list("message_id", flat=True))
    assert sent <= set(sink.accepted) <= every
    assert Contact.objects.count() == MESSAGES
    print(f"\n{KILLS} kills, {MESSAGES} messages: {dict(states)}, sink {len(sink.accepted)}")


def test_a_crash_between_the_slot_and_the_bytes_is_tried_again(planned, sink):
    """Found *reserved* by another run, a message goes; found *handing over*, it becomes unknown and never goes."""
    first, second = Outbox.objects.order_by("pk")[:2]
    Outbox.objects.filter(pk=first.pk).update(state="reserved", reserved_by="muerto", reserved_at=MORNING)
    Outbox.objects.filter(pk=second.pk).update(state="handing_over", reserved_by="muerto", reserved_at=MORNING)
    process = _start()
    process.communicate(timeout=300)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.reason) == ("sent", "unknown", "unknown_outcome")
    assert len(sink.accepted) == MESSAGES - 1
