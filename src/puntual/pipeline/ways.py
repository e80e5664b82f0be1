"""By which channel something leaves that no plan decided: the first way that the norm does not refuse."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import polars as pl

from puntual.apps.inbox import read as inbox
from puntual.apps.outreach import prices
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties.models import Creditor
from puntual.apps.portal import read as portal
from puntual.core.channels.order import Way, why
from puntual.pipeline.envelope import WINDOW
from puntual.pipeline.last_look import gated

K = TypeVar("K", bound=Hashable)
Ruling = Mapping[str, Any]
#: What did not arrive longer ago says nothing of today.
DELIVERS_WITHIN = timedelta(days=30)


def first_lawful(
    asks: Mapping[K, Sequence[Outbox]], now: datetime, planned: pl.DataFrame | None = None
) -> dict[K, tuple[Outbox, Ruling]]:
    """key -> the first of its trials (rows that are not kept) that is not denied, with the gate's word: it may be
    «defer». A key without any is not there. `planned`: contacts that will be, to count in the caps as if they were.
    """
    chosen: dict[K, tuple[Outbox, Ruling]] = {}
    for place in range(max((len(trials) for trials in asks.values()), default=0)):
        turn = {key: trials[place] for key, trials in asks.items() if key not in chosen and place < len(trials)}
        for (key, trial), ruling in zip(turn.items(), gated(list(turn.values()), now, planned)):
            if ruling["verdict"] != "deny":
                chosen[key] = (trial, ruling)
    return chosen


#: The company's order for what no policy asked for: mail carries papers and costs nothing; WhatsApp and SMS are alike.
PLACES: Mapping[str, int] = {"email": 0, "whatsapp": 1, "sms": 1}


def orders(
    parties_of: Mapping[K, int], options: Mapping[K, Collection[str]], creditor_id: int, at: datetime
) -> dict[K, list[str]]:
    """key -> its channels in the order of `core.channels.order`, for what no policy asked for. `parties_of`: whose each
    is; `options`: the channels by which each can be reached."""
    wish = dict(portal.preferences_frame().select("party", "channel").iter_rows())
    bad = set(outreach.undelivered_frame(since=at - DELIVERS_WITHIN).iter_rows())
    priced = {row.channel: row.unit_milli for row in prices.rows_of(creditor_id) if not row.prefix and not row.category}
    found = {}
    for key, channels in options.items():
        party = parties_of[key]
        ways = [
            Way(c, PLACES[c], wish.get(party) == c, (party, c) not in bad, cost_milli=priced.get(c))
            for c in PLACES
            if c in channels
        ]
        found[key] = [channel for channel, _why in why(ways)]
    return found


def carried(creditor: Creditor) -> frozenset[str]:
    """The written channels that something carries for a creditor: mail always, the others with an account."""
    more = (c for c in ("whatsapp", "sms") if inbox.channel_account(creditor.pk, c) is not None)
    return frozenset({"email", *more})


def window_open(party_ids: Iterable[int], at: datetime) -> frozenset[int]:
    """Those whom WhatsApp lets be written to in free words for some minutes more."""
    return inbox.wrote_since(party_ids, "whatsapp", at - WINDOW + timedelta(minutes=5))
