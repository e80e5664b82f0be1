"""A prepared WhatsApp message: opened in the user's own WhatsApp, gated, recorded as opened, counted in the caps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from puntual.apps.compliance import write as compliance
from puntual.apps.outreach.models import Contact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice
from puntual.core.errors import Refused
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.prepared import open_prepared

pytestmark = pytest.mark.django_db

DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)


def links(points):
    return {account: f"https://x.example/p/{account}/" for account in points}


@pytest.fixture
def planned():
    creditor = parties.create_creditor(
        code="norte",
        name="Ferretera del Norte",
        country="MX",
        zone="America/Mexico_City",
        currency="MXN",
        approve_first=0,
    )
    policies.activate(
        version=policies.save_version(creditor_id=creditor.pk, text=presets.text_for("MX")), at=DAWN - timedelta(days=9)
    )
    row = NewAccount(
        "C-1", "Lucía Ocampo", debtor="consumer", country="MX", zone="America/Mexico_City",
        points=(NewPoint("phone", "+525550000001"),),
    )  # fmt: skip
    account = parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]
    due = date(2026, 11, 20)
    invoice = NewInvoice(account, "A-1", "A-1", date(2026, 10, 20), "MXN", 500_00, ((due, 500_00),))
    receivables.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    assert run_day(creditor=creditor, as_of=DAWN).planned == {"whatsapp": 1}
    return Outbox.objects.get()


def test_it_opens_with_the_words_written_and_counts(planned):
    done = open_prepared(outbox_id=planned.pk, now=TEN, links=links, user_id=None)
    assert done.url.startswith("https://wa.me/525550000001?text=")
    assert "$500.00 MXN" in done.text
    planned.refresh_from_db()
    assert planned.state == "opened"
    assert Contact.objects.get().channel == "whatsapp"


def test_opening_it_again_counts_once(planned):
    for _ in range(2):
        open_prepared(outbox_id=planned.pk, now=TEN, links=links, user_id=None)
    assert Contact.objects.count() == 1


def test_outside_hours_it_is_refused_and_nothing_happens(planned):
    with pytest.raises(Refused, match="horario"):
        open_prepared(outbox_id=planned.pk, now=TEN + timedelta(hours=14), links=links, user_id=None)
    planned.refresh_from_db()
    assert (planned.state, Contact.objects.count()) == ("planned", 0)


def test_who_said_stop_is_refused(planned):
    party = Account.objects.get().party_id
    compliance.opt_out(party_id=party, channel="whatsapp", at=DAWN, source="person")
    with pytest.raises(Refused, match="no se le escriba"):
        open_prepared(outbox_id=planned.pk, now=TEN, links=links, user_id=None)
    assert Contact.objects.count() == 0
