"""A real browser for the journeys: the system's Chromium or Playwright's. Without one they skip; in CI they fail."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
import walked
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils.module_loading import import_string
from playwright.sync_api import Browser, Error, Page, sync_playwright

# Playwright's synchronous driver keeps an event loop in this thread, which Django takes for an asynchronous view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the whole run."""
    with sync_playwright() as driver:
        system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        try:
            opened = driver.chromium.launch(executable_path=system, args=ARGUMENTS)
        except Error as error:
            if os.environ.get("CI", "").lower() in ("1", "true"):
                pytest.fail(f"En CI los recorridos no se saltan: no hay navegador ({error.message.splitlines()[0]}).")
            pytest.skip("No hay Chromium: instálelo con «playwright install chromium» o con el sistema.")
        yield opened
        opened.close()


@pytest.fixture
def staff(db: None, django_user_model: Any) -> Any:
    """Lucía, who administers."""
    return django_user_model.objects.create_superuser("lucia", password="una-clave-larga", first_name="Lucía")


@pytest.fixture
def short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of these tests (WSGI) tells a stream when it ends: each tells once, and the browser comes back."""
    stream = "puntual.apps.supervision.views.events"
    monkeypatch.setattr(stream, partial(import_string(stream), lasts_s=1, every_s=1))


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, client: Any, staff: Any, short_streams: None
) -> Iterator[Callable[..., Page]]:
    """Open an address as Lucía: `open_page("/cartera/", width=320, theme="dark")`. Script errors fail the test."""
    client.force_login(staff)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    contexts, faults = [], []

    def _open(path: str, *, width: int = 1280, theme: str = "light", signed_in: bool = True, user: Any = None) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        if signed_in:
            context.add_cookies([_entered(user, live_server.url) if user else cookie])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        page.set_default_timeout(20_000)
        page.set_default_navigation_timeout(30_000)  # the first page of a server is drawn cold
        page.goto(live_server.url + path)
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield _open
    for context in contexts:
        context.close()
    assert faults == []


def _entered(user: Any, url: str) -> Any:
    """The cookie of somebody else who entered."""
    web = Client()
    web.force_login(user)
    return {"name": "sessionid", "value": web.cookies["sessionid"].value, "url": url}


#: Pages drawn in the place of the one asked for.
REFUSALS = ("No está aquí", "Algo falló aquí dentro", "Esta página no es para usted")


@pytest.fixture
def checked(request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Check the screen that a page stands on, which is the one told: axe finds nothing in light and in dark, nothing
    is wider than a window of 320 px, and the keyboard alone goes from each thing to the next and shows where it is.
    `refused` tells that what is drawn there is a refusal, which is no look at the screen of that address.

    At the end, whatever `walked` believes that this journey looks at was looked at: its list cannot flatter."""
    seen = set()

    def _check(page: Page, path: str, refused: bool = False) -> Page:
        there, asked = urlsplit(page.url).path, path.split("?")[0].split("#")[0]
        assert asked in (there, re.sub("^/p/[^/]+/", "", there)), f"{path} led to {there}"
        drawn = page.locator("h1").first.inner_text()
        assert not walked.view_of(there) or (drawn in REFUSALS) == refused, f"{path} draws «{drawn}»"
        page.set_viewport_size({"width": 320, "height": 900})
        page.emulate_media(color_scheme="light")
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{path} is {wider} px wider than 320 px"
        _no_violations(page, f"{path}, claro, 320 px")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="dark")
        _no_violations(page, f"{path}, oscuro, 1280 px")
        _walks_by_keyboard(page, path)
        seen.update(() if refused else [walked.view_of(there)])
        return page

    yield _check
    given = getattr(request.node, "callspec", None)
    told = walked.told_by(request.node.path, request.node.originalname, given.params.values() if given else ())
    assert {walked.view_of(path) for path in told} - {""} <= seen, "walked.py counts a screen that was not looked at"


@pytest.fixture
def accessible(open_page: Callable[..., Page], checked: Callable[..., Page]) -> Callable[..., Page]:
    """Open a screen and check it. See `checked`."""
    return lambda path, **opened: checked(open_page(path, width=320, **opened), path)


#: Things that Tab goes through before it is believed that it goes on.
STOPS = 40
#: A date and an hour are several stops of one thing: day, month, year, hour, minute, half, and the calendar.
_PARTS = 7
#: What the keyboard is on: null at the end of the page. What is drawn by another thing (a switch by its label) is shown
#: by that thing.
_FOCUS = """() => {
  const e = document.activeElement
  if (!e || e === document.body) return null
  const near = [e, e.parentElement, e.nextElementSibling, e.closest('label')].filter(Boolean)
  const marked = near.some(n => { const s = getComputedStyle(n)
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none' })
  const shown = near.some(n => { const r = n.getBoundingClientRect()
    return r.width > 1 && r.height > 1 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth })
  e.dataset.stop ??= String(window.stops = (window.stops || 0) + 1)
  const parts = e.matches('[type=date], [type=time], [type=datetime-local], [type=month]')
  const others = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
  const alone = document.querySelectorAll(others).length === 1
  return {parts, alone, stop: e.dataset.stop, marked, shown, html: e.outerHTML.slice(0, 160)}
}"""


def _walks_by_keyboard(page: Page, where: str) -> None:
    """Tab never stays where it was, and what it is on is in the window and marked."""
    page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); getSelection().removeAllRanges() }")
    before, stops, stayed = "", 0, 0
    for _turn in range(STOPS):
        page.keyboard.press("Tab")
        on = page.evaluate(_FOCUS)
        if on is None:
            break
        stayed = stayed + 1 if on["stop"] == before else 0
        assert stayed <= _PARTS * on["parts"], f"{where}: the keyboard stays on {on['html']}"
        assert on["shown"], f"{where}: the keyboard goes where nothing is seen: {on['html']}"
        assert on["marked"] or stayed, f"{where}: nothing shows that the keyboard is on {on['html']}"
        before, stops = on["stop"], stops + 1
        if on["alone"]:
            break  # nothing else to go to: from here it comes back to the same
    assert stops > 0, f"{where}: the keyboard reaches nothing"


def _no_violations(page: Page, where: str) -> None:
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found] == [], where


@pytest.fixture
def portfolio(db: None) -> Any:
    """A hardware store with three customers and its collection day decided. See `journeys_books`."""
    from journeys_books import build

    return build()
