"""An agent's day by keyboard only, in a real browser: ten cases, from building the queue to a note after the call."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from desk_house import company, people
from puntual.apps.access import write as access
from puntual.apps.outreach.models import Contact
from puntual.apps.parties.models import Account
from puntual.apps.receivables import write as books
from puntual.apps.workbench.models import DeskLock, Handling, ScriptUse

#: A Tuesday at eleven in Mexico City: calls are lawful whatever day the tests run on.
ELEVEN = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


@pytest.fixture
def clock(monkeypatch):
    """The clock of the screens, which the day moves."""

    class Clock:
        now = ELEVEN

    monkeypatch.setattr(timezone, "now", lambda: Clock.now)
    return Clock


@pytest.fixture
def house(db):
    """Ten people who owe, the largest first in the queue."""
    creditor = company()
    accounts = people(creditor, 10)
    for n, account in enumerate(accounts):
        minor, due = 9000_00 - n * 700_00, DAY - timedelta(days=20)
        row = books.NewInvoice(account.pk, f"A-{n}", f"A-{n}", due - timedelta(days=30), "MXN", minor, ((due, minor),))
        books.post_invoices(creditor_id=creditor.pk, invoices=[row], source="prueba")
    return creditor


@pytest.fixture
def desk(house, clock, client, open_page, staff, django_user_model):
    """Lucía at the queue of the house; Beto works there too."""
    beto = django_user_model.objects.create_user("beto", first_name="Beto")
    access.grant(user_id=beto.pk, role="agent", creditor_id=house.pk)
    # The law and the templates are read once, before the browser waits for them.
    client.get(f"/gestion/{Account.objects.first().pk}/")
    client.get("/gestion/")
    page = open_page("/gestion/")
    page.set_default_timeout(30_000)
    page.beto = beto
    return page


def _go(page, key):
    """Press a key that leads to another page, and wait for it."""
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_selector("html[data-ready]", state="attached")


def _submit(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector("html[data-ready]", state="attached")


def _tab_to(page, name):
    """Tab until that field has the focus: a date has a stop for each of its parts."""
    for _ in range(8):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by Tab")


def _says(page):
    return page.locator("main").inner_text()


def _tabs(page, times):
    for _ in range(times):
        page.keyboard.press("Tab")


def _name(page):
    return page.locator("h1").inner_text()


def test_a_whole_day_by_keyboard(desk, house, staff, clock):
    _the_queue(desk, staff)
    _a_conversation(desk)


def _the_queue(page, staff):
    # 1. An empty queue teaches, and a key builds it.
    assert "todavía no está armada" in _says(page)
    _go(page, "a")
    assert "Fruta madura" in _says(page)
    # 2. One goes down the list with J, and Enter opens whoever is there to look at, without taking.
    page.keyboard.press("j")
    page.keyboard.press("j")
    _submit(page)
    assert "Cliente 2" in _name(page)
    assert not DeskLock.objects.exists()
    # 3. T takes this one.
    _go(page, "t")
    assert DeskLock.objects.get().agent_id == staff.pk
    # 4. S lets it go.
    _go(page, "s")
    assert not DeskLock.objects.exists()
    # 5. T takes the best.
    _go(page, "t")
    assert "Cliente 1" in _name(page)


def _a_conversation(page):
    # 6. W opens the branch «No tengo dinero», filled, without leaving the page.
    page.keyboard.press("w")
    page.locator("#guion", has_text="repartirlo en pagos más chicos").wait_for()
    # 7. An answer of the branch goes on; Z goes back to the beginning.
    page.keyboard.press("a")
    page.locator("#guion", has_text="Podemos repartirlo en varios pagos").wait_for()
    page.keyboard.press("z")
    page.locator("#guion", has_text="¿Hablo con Cliente 1?").wait_for()
    assert list(ScriptUse.objects.values_list("node", flat=True)) == ["sin_dinero", "plan"]
    # 8. What is allowed now is on the screen; L calls inside the law, and it counts.
    assert "Se puede" in page.locator("section[aria-labelledby=permite]").inner_text()
    _go(page, "l")
    assert "Se permite y ya cuenta" in _says(page)
    assert page.locator("a[data-controller=autodial]").get_attribute("href") == "tel:+525500000001"
    assert Contact.objects.filter(channel="call", counts=True).count() == 1
    # 9. F ends the call: from here on it is wrap-up.
    _go(page, "f")
    assert Handling.objects.get(contact__isnull=False).ended_at == ELEVEN
    # 10. N, words, and Tab to save: a note, and the person stays at the desk.
    page.keyboard.press("n")
    page.keyboard.type("Prefiere que le llamen por la tarde")
    _tabs(page, 1)
    _submit(page)
    assert Handling.objects.filter(closed_at=None).count() == 1
