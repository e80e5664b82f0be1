"""Messages, what became of them and contacts are kept in columns once they are old; figures are the same without."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.reports import columns, frames_contacts, frames_people, kept, read
from puntual.apps.reports.forecast_memory import FileMemory

pytestmark = pytest.mark.django_db
START, END = date(2026, 4, 1), date(2026, 4, 30)
#: Messages of 2 to 12 April; a week after the 14th those until the 14th are old enough.
NOW = datetime(2026, 4, 21, 18, tzinfo=UTC)


@pytest.fixture
def creditor():
    return parties.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")


@pytest.fixture
def send(creditor):
    codes = parties.register_accounts(creditor=creditor, rows=[parties.NewAccount(code="C-1", name="Uno")]).accounts
    account = Account.objects.get(pk=codes["C-1"])

    def one(day, *kinds, state="sent"):
        at = datetime(2026, 4, day, 18, tzinfo=UTC)
        box = Outbox.objects.create(
            once=f"{creditor.pk}:2026-04-{day:02}:{account.pk}", account=account, party_id=account.party_id,
            creditor=creditor, channel="email", purpose="x", stage="administrative", step="d+3", template="t",
            currency="MXN", amount_minor=100_00, scheduled_at=at, expires_at=at, state=state, finished_at=at,
        )  # fmt: skip
        Contact.objects.create(party_id=account.party_id, account=account, creditor=creditor, channel="email", at=at,
                               outbox=box, step="d+3")  # fmt: skip
        for kind in kinds:
            Fact.objects.create(outbox=box, account=account, kind=kind, at=at, key=f"{day}{kind}", channel="email")
        return box

    return one


@pytest.fixture(autouse=True)
def _own_folder(send, settings, tmp_path):
    """After the customer: who has no keyring in the folder seals nobody's name."""
    settings.DATA = tmp_path


def told(creditor):
    books = columns.books(creditor.pk)
    journeys = frames_people.journeys(creditor, START, END).sort("level", "last_on").rows()
    contacts = frames_contacts.contacts(books, creditor, START, END).sort("day").rows()
    arrived = frames_people.arrived(creditor, START, END).sort("day").rows()
    return journeys, contacts, arrived


def keep(creditor, now=NOW):
    # what is newest at the first is old enough at the second
    first = kept.refresh(creditor_id=creditor.pk, now=now, worth=1)
    return kept.refresh(creditor_id=creditor.pk, now=now + timedelta(hours=1), worth=1) or first


def test_figures_are_the_same_before_after_and_with_newer_ones(creditor, send):
    send(2, "delivered", "clicked", "paid"), send(3), send(12, "delivered")
    before = told(creditor)
    assert [row[6] for row in before[0]] == [0, 1, 5]
    assert keep(creditor) and told(creditor) == before
    send(15, "clicked")  # too young to be kept
    after = told(creditor)
    assert len(after[1]) == 4 and [row[6] for row in after[0]] == [0, 1, 3, 5]
    assert keep(creditor, NOW + timedelta(days=10)) and told(creditor) == after


def test_what_is_told_late_about_an_old_message_counts(creditor, send):
    box = send(2)
    keep(creditor)
    Fact.objects.create(outbox=box, account=box.account, kind="paid", at=datetime(2026, 4, 5, tzinfo=UTC), key="late")
    assert [row[6] for row in told(creditor)[0]] == [5]


def test_a_contact_forgotten_by_law_is_no_longer_counted(creditor, send):
    send(2), send(3)
    keep(creditor)
    Contact.objects.order_by("at").first().delete()
    assert len(told(creditor)[1]) == 1


def test_one_that_still_may_change_and_all_after_it_are_not_kept(creditor, send):
    send(2), send(3, state="planned"), send(4)
    keep(creditor)
    Outbox.objects.filter(state="planned").update(state="sent")
    assert sum(row[9] for row in told(creditor)[0]) == 3


def test_another_database_behind_the_same_folder_reads_its_own(creditor, send):
    send(2)
    keep(creditor)
    file = columns.folder(creditor.pk) / kept.INDEX
    file.write_text(file.read_text().replace('"key": "', '"key": "9'))
    assert len(told(creditor)[0]) == 1


def test_no_text_of_a_person_is_in_the_files(creditor, send):
    send(2, "clicked")
    keep(creditor)
    files = list(columns.folder(creditor.pk).glob("*.parquet"))
    assert len(files) == 3 and not [f for f in files if b"Uno" in f.read_bytes()]


def test_what_a_past_forecast_said_is_kept_for_what_was_known_then(creditor):
    memory = FileMemory(creditor.pk)
    assert memory.recall(START, "a") is None
    memory.keep(START, "a", {"MXN": 500})
    assert FileMemory(creditor.pk).recall(START, "a") == {"MXN": 500}
    assert memory.recall(START, "b") is None and memory.recall(END, "a") is None


def test_the_night_keeps_them(creditor, send):
    send(2)
    read.refresh(creditor, NOW)  # too few to be worth a file
    assert not list(columns.folder(creditor.pk).glob("kept-*.parquet"))
