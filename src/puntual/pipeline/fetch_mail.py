"""Fetch: what came into each mailbox since the last time is kept as it came. Understanding it is another loop's work.

A few messages at a time: kept and committed with how far that was, and only then marked as seen at the server. A
mailbox that fails is told, waits longer each time, and never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from puntual.apps.inbox import read, write_mail
from puntual.apps.inbox.models import ChannelAccount
from puntual.ports.mailbox import Fetched, Mailbox, MailboxError

#: Between two looks at a mailbox that works.
EVERY = timedelta(seconds=30)
#: In one round and mailbox: whatever waits, the loop goes on with its other work.
ROUND_MAX = 300
#: Kept in one transaction: so many messages, or so many bytes.
_TOGETHER, _TOGETHER_BYTES = 20, 4 * 1024 * 1024
#: A mailbox that is read for the first time is not read from its first day on.
_BACK = timedelta(days=2)

Open = Callable[[ChannelAccount], Mailbox]


@attrs.define
class Fetch:
    """What a round brought. `errors`: mailbox -> why it could not be read."""

    mailboxes: int = 0
    fetched: int = 0
    new: int = 0
    errors: dict[str, str] = attrs.field(factory=dict)


def fetch(*, open_mailbox: Open, at: datetime, all_now: bool = False) -> Fetch:
    """Read the mailboxes whose turn it is; with `all_now`, every one."""
    done = Fetch()
    for account in read.mailboxes(None if all_now else at):
        done.mailboxes += 1
        error = ""
        try:
            _read(account, open_mailbox, at, done)
        except MailboxError as failed:
            error = failed.sentence
            done.errors[account.address] = error
        write_mail.checked(account=account, at=at, error=error, every=EVERY)
    return done


def _read(account: ChannelAccount, open_mailbox: Open, at: datetime, done: Fetch) -> None:
    with open_mailbox(account) as box:
        state = write_mail.starts_over(account=account, uid_validity=box.uid_validity)
        since = (account.created_at - _BACK).date() if state.last_uid == 0 else None
        together: list[Fetched] = []
        weight = 0
        for mail in box.fetch(after=state.last_uid, since=since, limit=ROUND_MAX):
            together.append(mail)
            weight += len(mail.data)
            if len(together) >= _TOGETHER or weight >= _TOGETHER_BYTES:
                _keep(account, box, together, at, done)
                together, weight = [], 0
        _keep(account, box, together, at, done)


def _keep(account: ChannelAccount, box: Mailbox, mails: list[Fetched], at: datetime, done: Fetch) -> None:
    if not mails:
        return
    done.new += write_mail.keep(account=account, mails=mails, at=at)
    done.fetched += len(mails)
    box.mark_seen([mail.uid for mail in mails])
