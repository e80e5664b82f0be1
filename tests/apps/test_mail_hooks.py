"""A mail that a provider brings is a message of the thread, as one that was fetched."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from messaging_house import DAWN, House

from mail_server import mail
from puntual.apps.inbox import read, write
from puntual.apps.inbox.models import RawInbound, ThreadMessage
from puntual.apps.parties import write as parties
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.project import messengers

pytestmark = pytest.mark.django_db


def test_postmark_delivers_and_nobody_else(client):
    house = House()
    row = NewAccount("C-1", "Lucía Ocampo", points=(NewPoint("email", "lucia@ejemplo.mx"),))
    parties.register_accounts(creditor=house.creditor, rows=[row])
    account = write.save_account(
        creditor_id=house.creditor.pk, adapter="postmark", address="cobranza@norte.example", credentials={}, at=DAWN
    )
    url = messengers.notice_url(account).partition("/webhooks")[2]
    body = {"RawEmail": mail("¿cuánto debo?").as_string(), "OriginalRecipient": "cobranza@norte.example"}
    for _ in range(2):
        answer = client.post(f"/webhooks{url}", body, content_type="application/json")
        assert answer.status_code == 200
    wrong = client.post(f"/webhooks{url}x", body, content_type="application/json")
    assert (wrong.status_code, RawInbound.objects.count()) == (401, 1)
    house.now = datetime.now(UTC)
    assert house.listen().messages == 1
    (message,) = ThreadMessage.objects.all()
    assert (message.channel, read.text_of(message)) == ("email", "¿cuánto debo?")
    assert message.conversation.party_id == house.party
