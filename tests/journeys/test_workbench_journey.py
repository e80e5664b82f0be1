"""An agent's whole day by keyboard only, in a real browser: twenty-six cases, from building the queue to going home."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from desk_house import company, people
from puntual.apps.access import write as access
from puntual.apps.negotiation.models import Deal, Dispute, Promise
from puntual.apps.outreach.models import Contact
from puntual.apps.parties.models import Account, ContactPoint
from puntual.apps.receivables import write as books
from puntual.apps.training.models import Practice
from puntual.apps.visits.models import Round
from puntual.apps.workbench import write, write_scripts
from puntual.apps.workbench.models import CallBack, DeskLock, Handling, QueueRow, ScriptUse, ScriptVersion
from puntual.pipeline import demo_desk

#: A Tuesday at eleven in Mexico City: calls are lawful whatever day the tests run on.
ELEVEN = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
#: The telephone of this computer keeps what it was asked to dial: a real browser would ask over the page what to open.
TELEPHONE = """document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='tel:']");
  if (!link) return;
  event.preventDefault();
  sessionStorage.dialled = (sessionStorage.dialled ?? "") + link.getAttribute("href");
}, true);"""


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
    page.add_init_script(TELEPHONE)
    page.beto = beto
    page.goto(page.url)
    page.wait_for_selector("html[data-ready]", state="attached")
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
    _a_promise_and_its_undoing(desk)
    _what_people_say(desk, staff)
    _what_stops(desk)
    _what_is_not_allowed(desk, house, clock)
    _the_end(desk)


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
    page.wait_for_function("sessionStorage.dialled === 'tel:+525500000001'")
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
    # 11. What has happened comes by itself, with the note.
    page.locator("#historial", has_text="Prefiere que le llamen por la tarde").wait_for()


def _a_promise_and_its_undoing(page):
    # 12. P, amount and day, Enter: a promise ends it.
    page.keyboard.press("p")
    page.keyboard.type("1500")
    _tabs(page, 1)
    page.keyboard.type("12012026")
    _submit(page)
    promise = Promise.objects.get()
    assert (promise.amount_minor, promise.promised_on) == (1500_00, date(2026, 12, 1))
    # 13. The notice offers to undo it: Tab to it, Enter.
    page.locator(".toast button", has_text="Deshacer").focus()
    _submit(page)
    promise.refresh_from_db()
    assert promise.state == "withdrawn"
    assert "Cliente 1" in _name(page)
    # 14. 6 notes that it will be paid alone and the next one is at hand: from the end of the call, under ten seconds.
    began = time.monotonic()
    _go(page, "6")
    _go(page, "t")
    assert time.monotonic() - began < 10
    assert Handling.objects.filter(outcome="informed").count() == 1
    assert "Cliente 3" in _name(page)


def _what_people_say(page, staff):
    # 15. V, an hour, and it comes back to this agent.
    page.keyboard.press("v")
    _tab_to(page, "v-hora")
    page.keyboard.type("0430PM")
    _submit(page)
    assert CallBack.objects.get().owner_id == staff.pk
    assert "Le pidieron que llame" in _says(page)
    # 16. The next one: C shows the quote while one types, Enter offers it.
    _go(page, "t")
    page.keyboard.press("c")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("4")
    page.locator("#cotizacion li").nth(3).wait_for()
    _submit(page)
    assert Deal.objects.get().instalments.count() == 4
    # 17. The next one: D opens a dispute with the words of the person.
    _go(page, "t")
    page.keyboard.press("d")
    _tabs(page, 3)
    page.keyboard.type("Me cobran algo que devolví")
    _tabs(page, 1)
    _submit(page)
    assert Dispute.objects.count() == 1
    # 18. The next one says «Ya pagué»: R says what to answer, 7 notes it and waits for the bank.
    _go(page, "t")
    page.keyboard.press("r")
    page.locator("#guion", has_text="Lo revisamos con el banco").wait_for()
    _go(page, "7")
    assert QueueRow.objects.get(account__code="C-6").not_before == ELEVEN + timedelta(days=3)


def _what_stops(page):
    # 19. The next one: T passes it to Beto, with why.
    _go(page, "t")
    page.keyboard.press("t")
    page.keyboard.type("Beto")
    _tabs(page, 3)
    _submit(page)
    assert QueueRow.objects.get(reason="handed_over").desk == page.beto.pk
    # 20. The next one: 1, no answer; it comes back in two hours.
    _go(page, "t")
    _go(page, "1")
    assert QueueRow.objects.get(fruitless=1).not_before == ELEVEN + timedelta(hours=2)
    # 21. The next one is not whom we look for: O, the first of the list, and the number is silenced everywhere.
    _go(page, "t")
    page.keyboard.press("o")
    _tabs(page, 2)
    page.keyboard.type("Aquí no vive nadie con ese nombre")
    _tabs(page, 1)
    _submit(page)
    assert ContactPoint.objects.get(party__accounts__code="C-9", kind="phone").status != "active"
    # 22. The last one asks not to be called: their words are kept, and there is nothing to undo.
    _go(page, "t")
    page.keyboard.press("o")
    page.keyboard.press("ArrowDown")
    _tabs(page, 2)
    page.keyboard.type("Ya no me llamen por favor")
    _tabs(page, 1)
    _submit(page)
    assert QueueRow.objects.get(account__code="C-10").state == "done"
    assert page.locator(".toast button", has_text="Deshacer").count() == 0


def _what_is_not_allowed(page, house, clock):
    # 23. Ctrl K finds anybody by name. Whom Beto attends can be seen and not touched: no key takes it.
    second = Account.objects.get(code="C-2")
    with_beto = {"party_id": second.party_id, "account_id": second.pk, "creditor_id": house.pk}
    write.take(**with_beto, agent_id=page.beto.pk, now=ELEVEN, hold_s=300)
    page.keyboard.press("Control+k")
    page.keyboard.type("Cliente 2")
    page.locator("#paleta-lista [role=option]", has_text="Cliente 2").first.wait_for()
    found = page.locator("#paleta-lista [aria-selected=true]", has_text="Cliente")
    found.wait_for()
    while "Cliente 2" not in found.inner_text():
        page.keyboard.press("ArrowDown")
    _submit(page)
    assert "Cliente 2" in _name(page)
    page.goto(page.url.split("/clientes/")[0] + f"/gestion/{second.pk}/")
    assert "La está atendiendo Beto" in _says(page)
    page.keyboard.press("t")
    assert DeskLock.objects.get().agent_id == page.beto.pk
    # 24. At eleven at night the law says no, with until when; nothing is recorded as a call.
    write.let_go(agent_id=page.beto.pk, now=ELEVEN)
    clock.now = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    _go(page, "t")
    _go(page, "l")
    assert "Fuera del horario permitido" in page.locator(".toasts").inner_text()
    assert Contact.objects.filter(channel="call").count() == 1
    _go(page, "s")
    clock.now = ELEVEN


def _the_end(page):
    # 25. Nobody is left: it is said, and nothing breaks.
    _go(page, "t")
    assert "No queda nadie por atender ahora" in page.locator(".toasts").inner_text()
    # 26. The keys are shown, and can be switched off; then T types nothing and does nothing.
    page.keyboard.press("?")
    page.get_by_role("button", name="Apagar los atajos de una tecla").focus()
    _submit(page)
    assert page.locator("html").get_attribute("data-shortcuts") == "off"
    page.keyboard.press("t")
    assert page.url.endswith("/gestion/")
    # Nothing was left held, and every conversation has its times.
    assert not DeskLock.objects.exists()
    assert not Handling.objects.filter(closed_at=None).exists()


@pytest.fixture
def lived(house, clock, person, client, open_page):
    """Two days of work on the same house: calls, promises, a call-back, goals, practices, visits."""
    person("gestor", "agent", house, first_name="Gloria")
    demo_desk.fill(house, [ELEVEN - timedelta(hours=3, minutes=30), ELEVEN - timedelta(days=1, hours=3)], ELEVEN)
    client.get(f"/gestion/{Account.objects.first().pk}/")
    client.get("/gestion/")
    return house


def test_the_screens_of_the_desk_full_of_work_are_for_everybody(accessible, lived, staff):
    promised = Handling.objects.filter(outcome="promise").first()
    write.take(
        party_id=promised.party_id, account_id=promised.account_id, creditor_id=lived.pk, agent_id=staff.pk, now=ELEVEN,
        hold_s=300,
    )  # fmt: skip
    accessible("/gestion/")
    page = accessible(f"/gestion/{promised.account_id}/")
    page.locator("#historial").scroll_into_view_if_needed()
    page.locator("#historial", has_text="Promesa").wait_for()
    page.set_viewport_size({"width": 320, "height": 700})
    for dialog in ("d-promesa", "d-convenio", "d-aclaracion", "d-volver", "d-nota", "d-pasar", "d-otro"):
        page.evaluate(f"document.getElementById('{dialog}').showModal()")
        wide = page.evaluate(f"(d => d.scrollWidth - d.clientWidth)(document.getElementById('{dialog}'))")
        assert wide <= 0, f"{dialog} is {wide} px too wide for a phone"
        page.keyboard.press("Escape")
    script = ScriptVersion.objects.first()
    draft = write_scripts.draft_of(script_id=script.script_id, creditor_id=lived.pk, at=ELEVEN, by=staff.pk)
    for path in ("/gestion/reparto/", "/gestion/guiones/", f"/gestion/guiones/version/{draft.pk}/"):
        accessible(path)


def test_practices_and_rounds_full_of_work_are_for_everybody(accessible, lived, staff):
    done = Practice.objects.order_by("pk").last()
    Practice.objects.update(agent=staff)
    gone = Round.objects.order_by("day").first()
    for path in ("/capacitacion/", "/capacitacion/equipo/", f"/capacitacion/{done.pk}/"):
        accessible(path)
    for path in ("/visitas/", f"/visitas/ruta/{gone.pk}/"):
        accessible(path)
