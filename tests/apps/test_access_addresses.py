"""Every address of the product has its permission, and every operation of the API its scope."""

from __future__ import annotations

import pytest
from django.conf import settings

from puntual.apps.access import urlmap
from puntual.apps.access.choices import ACTS, PROVEN, PUBLIC, SCOPES, SIGNED_IN
from puntual.apps.access.problems import Bearer
from puntual.project.api import api

ADDRESSES = urlmap.addresses(settings.ROOT_URLCONF)
#: Nobody needs to have entered for these; every other address asks for a person. Adding one here is a decision.
OPEN = {
    "account_login", "account_logout", "account_inactive", "mfa_authenticate", "mfa_login_webauthn",
    "socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup", "openid_connect_login",
    "openid_connect_callback", "ui:healthz", "ui:readyz", "welcome:account", "metrics", "webhook",
    "webhook_of", "sandbox", "access:choose_password", "inbound_kannel", "inbound_kannel_of", "inbound_twilio",
    "inbound_twilio_of", "inbound_whatsapp", "inbound_whatsapp_of", "inbound_mailgun", "inbound_mailgun_of",
    "inbound_mailgun_mime", "inbound_postmark", "inbound_postmark_of", "public:policy", "public:check_paper",
}  # fmt: skip


def test_every_address_declares_what_it_needs():
    missing = [one.missing for one in ADDRESSES if one.need is None]
    assert missing == [], "Añada:\n" + "\n".join(missing)


def test_only_the_doors_that_we_know_of_are_open():
    found = {one.name for one in ADDRESSES if one.need and {one.need.look, one.need.change} & {PUBLIC, PROVEN}}
    assert {name for name in found if not name.startswith(("portal:", "api:"))} == OPEN


def test_every_act_opens_something_or_is_asked_by_a_screen():
    used = {word for one in ADDRESSES if one.need for word in (one.need.look, one.need.change) if word}
    assert used <= set(ACTS) | {PUBLIC, PROVEN, SIGNED_IN}


def test_a_closed_address_says_which_line_is_missing():
    one = urlmap.Address("payments:refund", "pagos/<int:pk>/devolver/", "puntual.apps.payments.urls", None)
    assert one.missing == (
        'puntual.apps.payments.urls: falta en PERMISSIONS  "refund": "<permiso>",  (/pagos/<int:pk>/devolver/)'
    )


@pytest.mark.django_db
def test_an_address_that_nobody_declared_is_closed_to_everybody(client, monkeypatch, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("ana"))
    monkeypatch.setattr(urlmap, "need_of", lambda name: None)
    assert client.get("/mis-opciones/").status_code == 403


def test_every_operation_of_the_api_asks_for_a_key_with_a_scope():
    operations = [
        (path, operation)
        for _prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]
    assert len(operations) >= 13
    for path, operation in operations:
        [door] = operation.auth_callbacks
        assert isinstance(door, Bearer) and door.scope in SCOPES, path
        changes = bool(set(operation.methods) - {"GET"})
        assert changes == (door.scope != "read"), f"{operation.methods} {path}: {door.scope}"
