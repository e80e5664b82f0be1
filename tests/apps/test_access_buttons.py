"""Nobody sees a button or a link that would answer «no»: every screen is walked as each role, and what it offers asked.

Links are followed; forms are not sent, but their address is asked for the act that sending takes, at the same door.
"""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from access_house import build
from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve

from puntual.apps.access import read, urlmap
from puntual.apps.access.choices import PROVEN, PUBLIC, ROLES, SIGNED_IN
from puntual.ui.navigation import CATALOGUE

pytestmark = pytest.mark.django_db
#: Pages opened a role, and of each view.
PAGES, SAME_VIEW = 140, 2
#: What ends the session, or leaves the product.
LEAVES = ("/salir/", "/p/", "/api/", "/static/", "/simulador/")


class Offers(HTMLParser):
    """(method, address) of every link and form of a page, and of what its scripts fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.method = "GET"

    def handle_starttag(self, tag, attrs):
        a = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in a:
            self.found.append(("GET", a["href"]))
        if tag == "form":
            self.method = a.get("method", "get").upper()
            self.found.append((self.method, a.get("action", "")))
        if "formaction" in a:
            self.found.append((a.get("formmethod", self.method).upper(), a["formaction"]))
        for name, method in (("hx-get", "GET"), ("hx-post", "POST"), ("data-url", "GET")):
            if name in a:
                self.found.append((method, a[name]))


def offers(path, answer):
    """What a page offers, as addresses of the product."""
    parser = Offers()
    parser.feed(answer.content.decode(errors="replace"))
    found = set()
    for method, href in parser.found:
        url = urlsplit(urljoin(path, href))
        if url.scheme in ("", "http", "https") and not url.netloc and not url.path.startswith(LEAVES):
            found.add((method, url.path + (f"?{url.query}" if url.query else "")))
    return sorted(found)


def opens(user, method, path):
    """Whether the door of an address lets that person send there; None where the product has no such address."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    need = urlmap.need_of(match.view_name)
    act = need.act(method) if need else None
    return act in (PUBLIC, PROVEN, SIGNED_IN) or (act is not None and read.grants_of(user).may(act))


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def starts(house):
    """Every page of the menu, and those that are about one thing of the house."""
    pages = [e.path for group in CATALOGUE for e in group.entries]
    ids, account = house.ids, f"/clientes/{house.account}/"
    one = [account, f"{account}legal/", f"/facturas/{house.invoice}/", "/mis-opciones/", "/mis-revisiones/"]
    one += [f"/aclaraciones/aclaracion/{ids['dispute']}/", f"/aclaraciones/queja/{ids['complaint']}/"]
    return [*pages, *one, f"/supervision/calidad/{ids['handling']}/", f"/politicas/{ids['policy']}/"]


@pytest.mark.parametrize("role", list(ROLES))
def test_what_a_screen_offers_opens(client, person, house, role):
    user = person("alguien", role, house.creditor)
    client.force_login(user)
    client.raise_request_exception = False
    waiting, seen, views, wrong = [p for p in starts(house)], set(), Counter(), set()
    first = set(waiting)
    while waiting and len(seen) < PAGES:
        path = waiting.pop(0)
        name = resolve(urlsplit(path).path).view_name
        if path in seen or views[name] >= SAME_VIEW:
            continue
        seen.add(path)
        views[name] += 1
        with transaction.atomic():
            answer = client.get(path)
            transaction.set_rollback(True)
        if answer.status_code == 403 and path not in first:
            wrong.add(f"{path}: 403")
        if answer.status_code != 200 or getattr(answer, "streaming", False) or "html" not in answer["Content-Type"]:
            continue
        for method, to in offers(path, answer):
            may = opens(user, method, to)
            if may is False and to.split("?")[0] not in ("/",) and not _own_door(client, method, to):
                wrong.add(f"{path} ofrece {method} {to}")
            elif may and method == "GET":
                waiting.append(to)
    assert sorted(wrong) == []
    assert len(seen) >= (4 if role == "seller" else 20)


def _own_door(client, method, path):
    """Whether somebody who sees only their own passes there all the same."""
    name = resolve(urlsplit(path).path).view_name
    return method == "GET" and name in settings.OWN_DOORS and client.get(path).status_code == 200
