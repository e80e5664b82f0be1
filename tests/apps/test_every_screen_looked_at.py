"""Every screen that the map of addresses holds is looked at by a journey (axe in light and dark, 320 px, keyboard), or
says here why not. A new screen that nobody looks at fails."""

from __future__ import annotations

import pytest
import walked
from access_house import build
from django.conf import settings
from django.db import transaction
from test_access_walk import path_of

from puntual.apps.access import urlmap

pytestmark = pytest.mark.django_db
#: Not pages: programs speak to them, or they are files, a stream, a piece of a page.
PROGRAMS = ("api:", "inbound_", "webhook", "metrics", "sandbox", "ui:healthz", "ui:readyz")
#: Screens reached by acting on another: the journey that gets there by hand looks at it without naming its address.
BY_HAND = "its journey reaches it by acting: "
FILE = "a file that is downloaded, only there when there is one"
LIBRARY = "the library's own step of entering; it draws with the same pieces as the walked ones and needs its state: "
EXEMPT = {
    **dict.fromkeys(
        ("mfa_authenticate", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
        LIBRARY + "half way of entering with a second step",
    ),
    **dict.fromkeys(
        (
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_remove_webauthn",
            "mfa_edit_webauthn",
        ),
        LIBRARY + "a second step already set up with a device",
    ),
    "mfa_download_recovery_codes": FILE,
    "account_set_password": "sends on to the walked page of changing it: everybody has one",
    **dict.fromkeys(
        ("socialaccount_signup", "openid_connect_login", "openid_connect_callback"),
        LIBRARY + "an answer of the company's provider; no page of ours is drawn",
    ),
    "welcome:account": BY_HAND + "test_first_reminder_journey, from the empty installation",
    "welcome:example": "builds the example and sends on; what it shows meanwhile is the walked progress of a load",
    "portal:charges": "the same table of charges as the walked home, when a document has more than fit there",
    **dict.fromkeys(
        ("portal:online", "portal:saving", "portal:reference"),
        "sends on to the gateway or to the walked page of paying",
    ),
    "portal:pay_saving": BY_HAND + "test_portal_rest_journey, taking the discount of the day",
    "portal:one_click": "what a mail program asks by itself; a person is sent to the walked page of stopping",
    "portal:wrong_person_paper": BY_HAND + "test_portal_acts_journey, after saying «no soy»",
    "portal:certificate_paper": BY_HAND + "test_portal_journey, after asking for it with nothing owed",
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
    "portal:receipt": "the same paper as the walked statement, of one payment",
    "outreach:letter": BY_HAND + "test_channels_journey, from the list of letters",
    **dict.fromkeys(
        ("inbox_settings:permission", "inbox_settings:permission_given"), "sends on to the mail provider and back"
    ),
    "compliance:soft_edit": BY_HAND + "test_screens_rest, from the list before it",
    "imports:review": BY_HAND + "test_first_reminder_journey, with a file on its way in",
    "access:choose_password": BY_HAND + "test_access_journey, by the link of an invitation",
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


def test_every_screen_is_looked_at_or_says_why_not(client, person, house):
    client.force_login(person("ana", "admin", None, is_superuser=True))
    client.raise_request_exception = False
    seen, unseen = walked.views(), []
    for one in urlmap.addresses(settings.ROOT_URLCONF):
        if one.name in seen or one.name in EXEMPT or one.name.startswith(PROGRAMS):
            continue
        told = answer(client, one, house)
        if told.status_code == 405 or (told.status_code == 200 and not is_page(told)):
            continue  # a form that is only sent, a file, a piece of a page
        unseen.append(f"{one.name} /{one.route}: {told.status_code} {told.headers.get('Location', '')}")
    assert "\n".join(unseen) == ""


def test_no_reason_outlives_its_screen():
    names = {one.name for one in urlmap.addresses(settings.ROOT_URLCONF)}
    assert set(EXEMPT) - names == set() and set(EXEMPT) & set(walked.views()) == set()
    assert len(walked.views()) > 120
