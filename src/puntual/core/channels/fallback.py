"""Which channel follows when one failed. The law is asked again by the caller, as for any other message."""

from __future__ import annotations

from collections.abc import Collection, Sequence

#: What a person does; a message that failed never turns into a call or a visit by itself.
BY_HAND = frozenset({"call", "visit", "task"})


def next_channel(order: Sequence[str], tried: Collection[str], usable: Collection[str]) -> str | None:
    """The first channel of the policy's order that was not tried, that the person can be reached by and that the
    creditor can send by. None: a person has to look.

    >>> next_channel(("whatsapp", "sms", "email"), {"whatsapp"}, {"email", "sms"})
    'sms'
    """
    for channel in order:
        if channel not in tried and channel in usable and channel not in BY_HAND:
            return channel
    return None
