"""What people wrote on their page joins their one thread: «Hablar con una persona» and what they chose to tell."""

from __future__ import annotations

from datetime import datetime

import attrs
from django.db import transaction

from puntual.apps.inbox import answering, read
from puntual.apps.inbox.identify import Sender
from puntual.apps.inbox.models import Conversation, Mark, ThreadMessage
from puntual.apps.inbox.write_process import waits
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.portal.models import TalkRequest, Word
from puntual.ports.classifier import Classifier
from puntual.ports.inbound import InboundMessage

CHANNEL = "portal"
_KINDS: tuple[tuple[str, type[TalkRequest] | type[Word]], ...] = (("talk", TalkRequest), ("word", Word))


def hear_portal(*, classifier: Classifier, at: datetime, limit: int = 200) -> int:
    """Bring what was written since the last time into its threads. Gives how much was new.

    Nothing is answered by a machine: who asks for a person gets one. A stop is honoured all the same.
    """
    return sum(_hear_kind(name, model, classifier, at, limit) for name, model in _KINDS)


def _hear_kind(
    name: str, model: type[TalkRequest] | type[Word], classifier: Classifier, at: datetime, limit: int
) -> int:  # fmt: skip
    done = 0
    rows = model.objects.filter(pk__gt=read.mark(f"portal:{name}") or 0, at__lte=at).order_by("pk")
    for row in rows.select_related("account__creditor")[:limit]:
        with transaction.atomic():
            done += _hear(name, row, classifier, at)
            Mark.objects.update_or_create(name=f"portal:{name}", defaults={"value": row.pk})
    return done


def _hear(name: str, row: TalkRequest | Word, classifier: Classifier, at: datetime) -> bool:
    key = f"portal:{name}:{row.pk}"
    account = row.account
    sealed = parties.key_of(account.party_id)
    if sealed is None or ThreadMessage.objects.filter(key=key).exists():
        return False
    text = vault.unseal(sealed, row.sealed_text)
    if not text and name == "word":
        return False
    thread, _new = Conversation.objects.get_or_create(
        party_id=account.party_id, creditor_id=account.creditor_id, defaults={"last_at": row.at}
    )
    message = ThreadMessage.objects.create(
        conversation=thread, account=account, channel=CHANNEL, key=key, by_person=True, at=row.at, received_at=at,
        sealed_text=vault.seal(sealed, text),
    )  # fmt: skip
    waits(thread, row.at, channel=CHANNEL)
    said = InboundMessage(key, CHANNEL, "", text, row.at, user_id=f"account:{account.pk}")
    rules = attrs.evolve(answering.rules_for(account.creditor_id), automatic=frozenset())
    who = Sender(account.party_id, account.pk, None)
    answering.answer(
        row=message, said=said, who=who, creditor=account.creditor, classifier=classifier, rules=rules, at=at
    )  # fmt: skip
    return True
