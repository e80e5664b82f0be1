"""How far each mailbox was read. What it says is kept as every other notice: as it came, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from puntual.apps.inbox import write
from puntual.apps.inbox.models import ChannelAccount, MailboxState
from puntual.ports.inbound import Received
from puntual.ports.mailbox import Fetched

#: After a failure it is left alone for a while, longer each time.
_WAIT_MIN = (1, 2, 5, 10, 30, 60)


def state_of(account: ChannelAccount) -> MailboxState:
    """Where the reading of a mailbox stands."""
    return MailboxState.objects.get_or_create(account=account)[0]


def starts_over(*, account: ChannelAccount, uid_validity: int) -> MailboxState:
    """The server numbered the folder anew (or it is read for the first time): from the beginning. What was kept before
    is recognised by its bytes and ids, and changes nothing."""
    state = state_of(account)
    if state.uid_validity != uid_validity:
        state.uid_validity, state.last_uid = uid_validity, 0
        state.save(update_fields=["uid_validity", "last_uid"])
    return state


@transaction.atomic
def keep(*, account: ChannelAccount, mails: Sequence[Fetched], at: datetime) -> int:
    """Store a few messages and how far that was, in one transaction: after a crash they are simply fetched again.
    Gives how many were new."""
    if not mails:
        return 0
    new = 0
    for mail in mails:
        headers = {} if mail.whole else {"x-puntual-part": str(mail.size)}
        received = Received(headers, {"address": account.address}, mail.data)
        new += write.store_raw(account=account, received=received, at=at)
    last = max(mail.uid for mail in mails)
    MailboxState.objects.filter(account=account, last_uid__lt=last).update(last_uid=last)
    return new


def checked(*, account: ChannelAccount, at: datetime, error: str = "", every: timedelta) -> None:
    """It was read, or why it was not; and when its turn comes again."""
    state = state_of(account)
    failures = state.failures + 1 if error else 0
    wait = timedelta(minutes=_WAIT_MIN[min(failures, len(_WAIT_MIN)) - 1]) if error else every
    MailboxState.objects.filter(account=account).update(
        checked_at=at, error=error[:300], failures=min(failures, 999), next_at=at + wait
    )


def works(*, account: ChannelAccount, at: datetime) -> None:
    """Somebody tried the mailbox and it opened."""
    state_of(account)
    MailboxState.objects.filter(account=account).update(tested_at=at, error="", failures=0, next_at=None)
