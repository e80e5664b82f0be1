"""What a day would be: the lines that decide at night, over rules that do not rule yet. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs
import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.core import daily
from puntual.core.daily import CreditorRules, Rules
from puntual.core.planning import Capacity
from puntual.core.policy import PolicyInForce
from puntual.pipeline import load
from puntual.pipeline.daily_run import decided
from puntual.pipeline.law_in_force import law_in_force

Bound = Mapping[int | None, PolicyInForce]
_ACT = ("verdict", "channel", "step", "reason", "rule", "cite", "at", "next_allowed_at", "amount_minor", "currency")


def day_as(*, creditor: Creditor, policies: Bound, moment: datetime) -> pl.DataFrame:
    """The decision (daily.DECISION) of a creditor's day if those policies ruled."""
    return _decide(creditor, policies, load.known_at(creditor=creditor, as_of=moment), moment)


def _decide(creditor: Creditor, policies: Bound, known: daily.Known, moment: datetime) -> pl.DataFrame:
    rule = CreditorRules(creditor.pk, creditor.country, creditor.zone, policies, load.channels_of(creditor))
    return decided(known, Rules(law_in_force(), (rule,)), moment, Capacity())


@attrs.frozen(eq=False)
class Difference:
    """Two decisions of the same day, and a row per account treated differently (`*_b` columns are the second)."""

    before: pl.DataFrame
    after: pl.DataFrame
    changed: pl.DataFrame


def difference(*, creditor: Creditor, before: Bound, after: Bound, moment: datetime) -> Difference:
    """What changes on one day if the policies `after` took the place of `before`."""
    known = load.known_at(creditor=creditor, as_of=moment)
    a, b = _decide(creditor, before, known, moment), _decide(creditor, after, known, moment)
    both = a.select("account", *_ACT).join(
        b.select("account", *_ACT), on="account", how="full", coalesce=True, suffix="_b"
    )
    differ = pl.any_horizontal(*(pl.col(c).ne_missing(pl.col(f"{c}_b")) for c in ("verdict", "channel", "step", "at")))
    acts = (pl.col("verdict") == "allow").fill_null(False) | (pl.col("verdict_b") == "allow").fill_null(False)
    return Difference(a, b, both.filter(differ & acts).sort("amount_minor_b", descending=True, nulls_last=True))
