"""From open items with their features to one row per account: what the rules and the causes look at."""

from __future__ import annotations

import polars as pl


def by_account(items: pl.DataFrame, scores: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per account of the open items (as `features` gives them), with the visible fields that the books tell.

    With scores (same rows, same order), `p_paid_30` weighted by amount and the highest `p_late` not yet due. What
    people said, promised or disputed is joined by the caller under the columns of `conditions.FIELDS`.
    """
    none = pl.lit(None, dtype=pl.Float64)
    paid, late = (none, none) if scores is None else (pl.Series(scores["p_paid_30"]), pl.Series(scores["p_late"]))
    amount = pl.col("amount_minor").cast(pl.Float64)
    grouped = items.with_columns(_p=paid, _late=late, _amount=amount).group_by("account", maintain_order=True)
    return grouped.agg(
        pl.col("party").first(),
        pl.col("creditor").first(),
        *(pl.col(name).last() for name in ("n_paid", "eb_late", "eb_delay", "friday_share", "month_end_share")),
        (pl.col("recent_delay") - pl.col("eb_delay")).last().alias("trend_days"),
        *(pl.col(name).max() for name in ("n_overdue", "overdue_share", "days_past_due", "vs_usual_days")),
        pl.col("amount_vs_usual").max().exp().alias("amount_times"),
        ((pl.col("_p") * pl.col("_amount")).sum() / pl.col("_amount").sum()).alias("p_paid_30"),
        pl.col("_late").filter(pl.col("days_past_due") <= 0).max().alias("p_late"),
    )
