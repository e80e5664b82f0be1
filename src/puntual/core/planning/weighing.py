"""The day's acts weighed: what each is expected to bring because of it, what fits the day's capacity, and why not.

The policy says whom it wants to write to and the law whom it may; here is only decided who goes first when there is
not enough for all, and who is left alone because a contact would cost more than it brings.
"""

from __future__ import annotations

import polars as pl

from puntual.core.planning.candidates import with_value
from puntual.core.planning.capacity import Capacity
from puntual.core.planning.choosing import choose
from puntual.core.planning.worklist import Bounds

#: Of whom nothing was scored: as likely as not.
UNKNOWN = 0.5


def weighed(acts: pl.DataFrame, scores: pl.DataFrame, economics: pl.DataFrame) -> pl.DataFrame:
    """The acts (row, account, channel, currency, amount_minor) as candidates of `choose`, with `pays_anyway`.

    `scores`: account and pays_anyway. Amounts of several currencies are weighed by each currency's mean, so that no
    currency counts for more because its unit is small. A channel without economics keeps the plain amount.
    """
    mean = pl.col("amount_minor").clip(lower_bound=1).cast(pl.Float64).mean()
    scale = mean.over("currency") / mean if acts["currency"].n_unique() > 1 else pl.lit(1.0)
    rows = acts.join(scores.select("account", "pays_anyway"), on="account", how="left", maintain_order="left")
    stakes = rows.select(
        "row", "channel", "account", "currency",
        # One message an account: how often a person may be spoken to over all accounts is the gate's to say.
        party="account", action="row", asked_minor="amount_minor",
        amount_minor=(pl.col("amount_minor").clip(lower_bound=1) / scale).round(0).cast(pl.Int64),
        pays_anyway=pl.col("pays_anyway").fill_null(UNKNOWN).cast(pl.Float64),
    )  # fmt: skip
    valued = with_value(stakes.with_columns(pl.col("action").cast(pl.Int64)), economics)
    free = (pl.col("cost_minor") == 0) & (pl.col("harm_minor") == 0)
    # What costs nothing and does no harm is worth a little even if its share rounds to nothing.
    return valued.with_columns(
        expected_value_minor=pl.when(free).then(pl.col("expected_value_minor").clip(lower_bound=1)).otherwise(
            "expected_value_minor"
        )
    )  # fmt: skip


def left_out(candidates: pl.DataFrame, capacity: Capacity, bounds: Bounds | None = None) -> pl.DataFrame:
    """row and reason of the acts that are not done today: `capacity`, `pays_alone` or `not_worth_cost`."""
    limits = bounds or Bounds()
    chosen = choose(candidates, capacity)["row"].implode()
    rest = candidates.filter(~pl.col("row").is_in(chosen))
    worth = pl.col("expected_value_minor") > pl.col("cost_minor")
    alone = pl.col("pays_anyway") >= limits.alone
    reason = pl.when(worth).then(pl.lit("capacity")).when(alone).then(pl.lit("pays_alone"))
    return rest.select("row", reason=reason.otherwise(pl.lit("not_worth_cost")))


def groups(candidates: pl.DataFrame, out: pl.DataFrame, bounds: Bounds | None = None) -> pl.DataFrame:
    """The day's list: account, group, channel, currency, amount_minor, value_minor, pays_alone and reason."""
    limits = bounds or Bounds()
    joined = candidates.join(out, on="row", how="left", maintain_order="left")
    done, risky = pl.col("reason").is_null(), pl.col("pays_anyway") < limits.at_risk
    group = pl.when(~done).then(pl.lit("wait")).when(risky).then(pl.lit("at_risk")).otherwise(pl.lit("low_hanging"))
    reason = pl.when(risky).then(pl.lit("worth_at_risk")).otherwise(pl.lit("worth_low_hanging"))
    return joined.select(
        "account", "channel", "currency", group=group, amount_minor="asked_minor",
        value_minor=pl.col("expected_value_minor") - pl.col("cost_minor"), pays_alone="pays_anyway",
        reason=pl.coalesce("reason", reason),
    )  # fmt: skip
