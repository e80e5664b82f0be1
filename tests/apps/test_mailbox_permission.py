"""A mailbox that takes no password: the permission is given once, renewed by itself, and its end is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

import mail_server
from mail_server import Dovecot, mail
from puntual.adapters.email_imap import SERVICES, oauth
from puntual.apps.inbox import read, write
from puntual.apps.inbox.models import ChannelAccount, MailboxState
from puntual.apps.parties import write as parties
from puntual.pipeline import fetch_mail
from puntual.ports.mailbox import MailboxError
from puntual.project import mailboxes
from puntual.simulators.oauth import OAuthSimulator

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
BACK = "https://puntual.example/configuracion/correo-entrante/permiso/dado/"


@pytest.fixture
def provider():
    with OAuthSimulator() as running:
        yield running


def account_at(provider, **more):
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    told = {
        "host": "127.0.0.1", "port": "993", "security": "tls", "username": Dovecot.user, "oauth": "microsoft",
        "client_id": "puntual", "client_secret": "secreto", "token_url": f"{provider.url}/token", **more,
    }  # fmt: skip
    return write.save_account(
        creditor_id=creditor.pk, adapter="imap", address=Dovecot.user, credentials=told, at=NOW - timedelta(days=1)
    )


def permit(account, provider, now=NOW):
    """Somebody presses the button, says yes at the provider, and comes back."""
    url, remembered = mailboxes.ask_permission(account, BACK)
    asked = parse_qs(urlsplit(url).query)
    code = provider.permits(Dovecot.user, challenge=asked["code_challenge"][0], back=asked["redirect_uri"][0])
    mailboxes.take_permission(account, code=code, remembered=remembered, now=now)
    return asked


def again(account):
    return ChannelAccount.objects.get(pk=account.pk)


def test_the_permission_is_asked_for_this_mailbox_with_what_each_provider_needs(provider):
    account = account_at(provider)
    url, remembered = mailboxes.ask_permission(account, BACK)
    asked = parse_qs(urlsplit(url).query)
    assert url.startswith("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?")
    assert asked["scope"] == ["https://outlook.office.com/IMAP.AccessAsUser.All offline_access"]
    assert (asked["login_hint"], asked["state"]) == ([Dovecot.user], [remembered["state"]])
    assert asked["code_challenge"] == [oauth.challenge(remembered["verifier"])]
    assert remembered["verifier"] not in url
    client = oauth.Client(SERVICES["google"], "a", "b")
    google = oauth.permission_url(client, back=BACK, state="s", verifier="v", mailbox="x@y.z")
    assert parse_qs(urlsplit(google).query)["access_type"] == ["offline"]


def test_tokens_are_kept_sealed_and_renewed_only_when_they_are_about_to_die(provider):
    account = account_at(provider)
    permit(account, provider)
    told = read.secrets_of(again(account))
    assert told["refresh_token"].startswith("renueva-")
    assert told["refresh_token"].encode() not in bytes(again(account).sealed)
    assert len(provider.seen) == 1
    mailboxes.open_mailbox(again(account), NOW + timedelta(minutes=50))
    assert len(provider.seen) == 1  # still good
    mailboxes.open_mailbox(again(account), NOW + timedelta(minutes=58))
    renewed = read.secrets_of(again(account))
    assert len(provider.seen) == 2
    assert renewed["refresh_token"] != told["refresh_token"]  # Microsoft's are good once
    mailboxes.open_mailbox(again(account), NOW + timedelta(minutes=118))
    assert len(provider.seen) == 3


def test_a_code_without_its_verifier_is_worth_nothing(provider):
    account = account_at(provider)
    url, remembered = mailboxes.ask_permission(account, BACK)
    asked = parse_qs(urlsplit(url).query)
    code = provider.permits(Dovecot.user, challenge=asked["code_challenge"][0], back=BACK)
    with pytest.raises(Exception, match="Microsoft ya no acepta el permiso"):
        mailboxes.take_permission(account, code=code, remembered={**remembered, "verifier": "otro"}, now=NOW)
    assert "refresh_token" not in read.secrets_of(again(account))


@pytest.mark.parametrize(
    ("faults", "said"),
    [((503,), "no respondió al pedir la entrada"), ((), "ya no acepta el permiso de este buzón")],
)
def test_what_the_provider_answers_is_told_with_what_to_do(provider, faults, said):
    account = account_at(provider)
    permit(account, provider)
    before = read.secrets_of(again(account))
    provider.takes_back(Dovecot.user) if not faults else provider.fail_next(*faults)
    with pytest.raises(MailboxError, match=said):
        mailboxes.open_mailbox(again(account), NOW + timedelta(hours=2))
    assert read.secrets_of(again(account)) == before


def test_without_the_permission_the_mailbox_says_so_and_waits(provider):
    account = account_at(provider)
    done = fetch_mail.fetch(open_mailbox=lambda a: mailboxes.open_mailbox(a, NOW), at=NOW)
    assert done.errors == {account.address: "Falta el permiso de este buzón: délo en Configuración, Correo entrante."}
    assert MailboxState.objects.get().failures == 1


@pytest.mark.skipif(mail_server.DOVECOT is None, reason=mail_server.WHY_NOT)
def test_a_real_imap_server_lets_in_by_xoauth2_and_only_while_the_permission_lasts(provider):
    with Dovecot(whose=f"{provider.url}/whose") as server:
        account = account_at(provider, port=str(server.port), security="none")
        server.receive(mail("Le pago el viernes 500 pesos."))
        permit(account, provider)
        done = fetch_mail.fetch(open_mailbox=lambda a: mailboxes.open_mailbox(a, NOW), at=NOW, all_now=True)
        assert (done.new, done.errors) == (1, {})
        provider.takes_back(Dovecot.user)
        later = NOW + timedelta(minutes=1)
        done = fetch_mail.fetch(open_mailbox=lambda a: mailboxes.open_mailbox(a, later), at=later, all_now=True)
        assert done.new == 0
        assert "no aceptó" in done.errors[account.address]


def test_mail_that_a_provider_hands_over_has_no_mailbox_to_try(client, person):
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    write.save_account(
        creditor_id=creditor.pk, adapter="postmark", address=Dovecot.user, credentials={"token": "t"}, at=NOW
    )
    client.force_login(person("ana", role="manager", creditor=creditor))
    page = client.get("/configuracion/correo-entrante/").content.decode()
    assert "llegan por otra puerta: Correo por Postmark" in page
    told = client.post("/configuracion/correo-entrante/prueba/", follow=True).content.decode()
    assert "Guarde primero los datos del buzón" in told


def test_the_screen_asks_takes_and_refuses_what_it_did_not_ask(provider, client, person):
    account = account_at(provider)
    creditor = account.creditor
    client.force_login(person("ana", role="manager", creditor=creditor))
    page = client.get("/configuracion/correo-entrante/").content.decode()
    assert "Falta el permiso" in page
    forged = client.get("/configuracion/correo-entrante/permiso/dado/?code=x&state=y", follow=True)
    assert "no se pidió desde aquí" in forged.content.decode()
    away = client.get("/configuracion/correo-entrante/permiso/")
    asked = parse_qs(urlsplit(away["Location"]).query)
    code = provider.permits(Dovecot.user, challenge=asked["code_challenge"][0], back=asked["redirect_uri"][0])
    back = f"/configuracion/correo-entrante/permiso/dado/?code={code}&state={asked['state'][0]}"
    assert "Permiso recibido" in client.get(back, follow=True).content.decode()
    assert read.secrets_of(again(account))["refresh_token"].startswith("renueva-")
