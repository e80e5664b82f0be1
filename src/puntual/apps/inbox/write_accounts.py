"""Changes to the account that carries a channel: its address of notices stays, and its keys are not typed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from puntual.apps.inbox import read, write
from puntual.apps.inbox.models import ChannelAccount
from puntual.apps.parties import vault


@transaction.atomic
def keep_account(
    *, creditor_id: int, adapter: str, address: str, credentials: Mapping[str, str], accents: bool, at: datetime
) -> ChannelAccount:
    """The account of a channel as it is to be from now on. Of the same provider, keys left empty stay as they were,
    and so does the address that the provider calls; another provider is a new account. UnusableInput says what is
    missing."""
    known = read.accounts().filter(creditor_id=creditor_id, adapter=adapter).first()
    given = {name: value.strip() for name, value in credentials.items() if value and value.strip()}
    if known is None:
        return write.save_account(
            creditor_id=creditor_id, adapter=adapter, address=address.strip(), credentials=given, at=at, accents=accents
        )
    told = {**read.secrets_of(known), **given}
    write.check_account(adapter, address.strip(), told)
    known.address, known.accents = address.strip(), accents
    known.sealed = vault.seal_file(json.dumps(told).encode())
    known.save(update_fields=["address", "accents", "sealed"])
    return known
