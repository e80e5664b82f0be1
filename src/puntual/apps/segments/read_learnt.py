"""The screen of channel and hour: what was learnt, who may use it, and what each way would have brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import polars as pl
from django.utils.translation import gettext as _

from puntual.apps.parties.models import Creditor
from puntual.apps.segments import read_answers
from puntual.core.reports import choices_value
from puntual.core.reports.choices_value import Value
from puntual.core.segments.contactability import DAYPART_NAMES, DAYPARTS
from puntual.ui.channels import channel_name

#: Choices of so many days are looked at; those of the last days still wait for their payments.
DAYS = 120
#: Contacts of a person's own below which a line about it says that there is little history.
FEW = 4


@attrs.frozen
class Rate:
    """One channel and part of the day: contacts, how many were answered, and the rate drawn to the rest."""

    channel: str
    part: str
    tries: int
    answered: int
    rate: int


def rates(creditor: Creditor, today: date) -> list[Rate]:
    """What the portfolio answered by channel and part of the day, only what was tried, the best first."""
    tried = read_answers.attempts_frame(creditor, today)
    counted = tried.group_by("channel", "daypart").agg(n=pl.len(), yes=pl.col("answered").sum())
    whole = read_answers.cells_of(tried).filter(pl.col("party").is_null())
    rate = pl.col("alpha") / (pl.col("alpha") + pl.col("beta"))
    joined = counted.join(whole.select("channel", "daypart", rate=rate), on=["channel", "daypart"])
    rows = joined.sort("rate", "n", "channel", descending=[True, True, False])
    return [
        Rate(channel_name(channel), DAYPART_NAMES[part], n, int(yes), round(100 * rate))
        for channel, part, n, yes, rate in rows.select("channel", "daypart", "n", "yes", "rate").iter_rows()
    ]


def best_of(creditor: Creditor, party_id: int, today: date) -> dict[str, Any] | None:
    """What a person's own contacts say of channel and hour, for its page; None if it was never contacted."""
    own = read_answers.attempts_frame(creditor, today, party_id)
    if own.is_empty():
        return None
    counted = own.group_by("channel", "daypart").agg(n=pl.len(), yes=pl.col("answered").sum())
    top = counted.sort(
        (pl.col("yes") + 1) / (pl.col("n") + 4), "n", "channel", descending=[True, True, False]
    ).to_dicts()[0]
    return {
        "channel": channel_name(top["channel"]), "part": DAYPART_NAMES[top["daypart"]],
        "n": top["n"], "yes": int(top["yes"]),
        "few": own.height < FEW, "all": own.height, "none": int(own["answered"].sum()) == 0,
    }  # fmt: skip


def asked(creditor: Creditor, today: date, days: int = DAYS) -> dict[str, Any]:
    """The choices of the last days that had time to be paid, and what each way of choosing would have brought."""
    end = today - timedelta(days=read_answers.PAID_DAYS)
    rows = read_answers.choices_frame(creditor, end - timedelta(days=days), end)
    ways = choices_value.ways(rows) if rows.height else []
    return {
        "choices": rows.height, "since": end - timedelta(days=days), "until": end,
        "happened": {r: choices_value.happened(rows, r) for r in choices_value.REWARDS},
        "values": choices_value.values(rows, ways),
    }  # fmt: skip


def as_json(found: Mapping[str, Any]) -> dict[str, Any]:
    """`asked` as the command line prints it."""
    return {**found, "values": [_value_json(v) for v in found["values"]]}


def _value_json(value: Value) -> dict[str, Any]:
    one = value.estimate
    if one is None:
        return {"way": value.way, "reward": value.reward, "estimate": None, "why_not": value.why_not}
    low, high = one.interval
    return {
        "way": value.way, "reward": value.reward, "estimate": round(one.doubly_robust, 4),
        "interval": [round(low, 4), round(high, 4)], "effective": round(one.effective), "records": one.records,
    }  # fmt: skip


def lines(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A line per way of choosing, with its words for each reward: percent, interval and useful records."""
    by_way: dict[str, dict[str, Any]] = {}
    for value in found["values"]:
        by_way.setdefault(value.way, {"name": way_name(value.way), "cells": []})["cells"].append(_cell(value))
    return list(by_way.values())


def _cell(value: Value) -> dict[str, str]:
    if value.estimate is None:
        return {"figure": "—", "more": value.why_not}
    low, high = (max(0.0, min(1.0, v)) for v in value.estimate.interval)
    return {
        "figure": f"{100 * value.estimate.doubly_robust:.1f} %".replace(".", ","),
        "more": _("entre %(low)s y %(high)s; %(n)s decisiones útiles")
        % {"low": _percent(low), "high": _percent(high), "n": round(value.estimate.effective)},
    }


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def way_name(way: str) -> str:
    """How a way of choosing is called."""
    if way == choices_value.POLICY:
        return _("La política sola, en su orden y a su hora")
    if way == choices_value.BEST:
        return _("Siempre lo que mejor ha contestado la cartera")
    return _("Solo por %(c)s, a cualquier hora") % {"c": channel_name(way.partition(":")[2])}


assert set(DAYPART_NAMES) == set(DAYPARTS), "cada parte del día tiene su nombre"
