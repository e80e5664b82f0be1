"""Every screen that the map of addresses holds is looked at by a journey (axe in light and dark, 320 px, keyboard), or
says here why not. A new screen that nobody looks at fails."""

from __future__ import annotations

import inspect
import re

import pytest
import walked
from access_house import build
from django.conf import settings
from django.db import transaction
from django.urls import resolve
from test_access_walk import path_of

from puntual.apps.access import urlmap

pytestmark = pytest.mark.django_db
#: Not pages: programs speak to them, or they are files, a stream, a piece of a page.
PROGRAMS = ("api:", "inbound_", "webhook", "metrics", "sandbox", "ui:healthz", "ui:readyz")
FILE = "a file that is downloaded, only there when there is one"
EXEMPT = {
    "mfa_login_webauthn": "what a script asks a key with; a person is sent to the walked door",
    "mfa_download_recovery_codes": FILE,
    "account_set_password": "sends on to the walked page of changing it: everybody has one",
    "socialaccount_signup": "sends on to the door: newcomers have no form, nor the address of somebody who is here "
    "(test_a_newcomer_with_the_address_of_somebody_is_told_whom_to_ask)",
    "training:say": "a piece of the walked talk",
    "inbox_settings:canned": "the walked page again, when what was written cannot be kept",
    "portal:saving": "sends on to the walked page of paying",
    "portal:pay_saving": "sends on to the walked page of paying, with the discount's amount",
    "portal:one_click": "what a mail program asks by itself; a person is sent to the walked page of stopping",
    **dict.fromkeys(
        (
            "portal:wrong_person_pdf",
            "portal:statement_pdf",
            "portal:receipt_pdf",
            "portal:certificate_pdf",
            "portal:document",
            "portal_staff:file",
            "outreach:letter_batch",
            "inbox:file",
            "escalation:bureau_letter",
            "negotiation:file",
            "reports:rows_file",
            "clients:return_file",
            "visits:picture",
            "debits:paper",
            "debits:download",
            "settings:backup_file",
            "reports:chart",
        ),
        FILE,
    ),
    **dict.fromkeys(
        ("inbox_settings:permission", "inbox_settings:permission_given"), "sends on to the mail provider and back"
    ),
}


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def answer(client, one, house):
    """What looking at an address gives, about whatever of the house it may be about: the first that opens."""
    last = None
    for number in sorted({*house.ids.values(), house.account, house.invoice}) if "<int:" in one.route else [1]:
        with transaction.atomic():
            last = client.get(path_of(one, number))
            transaction.set_rollback(True)
        if last.status_code in (200, 405):
            return last
    return last


def is_page(answer):
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    return html and not answer.streaming and b"<html" in answer.content


def draws(one):
    """Whether what answers a form draws something itself, instead of sending on to a page."""
    view = inspect.unwrap(resolve(path_of(one, 1)).func)
    return bool(re.search(r"\b(page|render)\(", inspect.getsource(view)))


def test_every_screen_is_looked_at_or_says_why_not(client, person, house):
    client.force_login(person("ana", "admin", None, is_superuser=True))
    client.raise_request_exception = False
    seen, unseen = walked.views(), []
    for one in urlmap.addresses(settings.ROOT_URLCONF):
        if one.name in seen or one.name in EXEMPT or one.name.startswith(PROGRAMS):
            continue
        told = answer(client, one, house)
        if told.status_code == 405 and not draws(one):
            continue  # a form that is only sent
        if told.status_code == 200 and not is_page(told):
            continue  # a file, a piece of a page
        unseen.append(f"{one.name} /{one.route}: {told.status_code} {told.headers.get('Location', '')}")
    assert "\n".join(unseen) == ""


def test_no_reason_outlives_its_screen():
    names = {one.name for one in urlmap.addresses(settings.ROOT_URLCONF)}
    assert set(EXEMPT) - names == set() and set(EXEMPT) & set(walked.views()) == set()
    assert len(walked.views()) > 120
