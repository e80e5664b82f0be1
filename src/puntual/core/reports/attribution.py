"""To which contact, and to which stage, what an account did is told: only to read figures by parts.

A payment, a promise or a complaint is told beside the last contact that its account had in the thirty days before. That
says who spoke last, not what caused it: only a control group could. The stage of an account is that of its oldest
overdue document on the evening before the period; with nothing overdue it is preventive.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.core.ledger.position import StageBounds, stage_expr

WINDOW_DAYS = 30
#: What a contact says of what came after it.
SAID = ("channel", "agent", "campaign")
STAGES = ("preventive", "administrative", "extrajudicial", "judicial")


def after(rows: pl.DataFrame, talks: pl.DataFrame, on: str, by: str) -> pl.DataFrame:
    """`rows` (account and a day `on`) with what the last contact before says of `by`, one of SAID.

    What a row says by itself stays; where neither says anything, the text is empty.
    """
    # The same day, one that reached the person speaks before one that did not.
    known = talks.filter(pl.col("account").is_not_null()).sort("day", "direct", by).select("account", "day", said=by)
    found = rows.sort(on).join_asof(
        known, left_on=on, right_on="day", by="account", strategy="backward", tolerance=f"{WINDOW_DAYS}d",
        coalesce=False, check_sortedness=False,  # both are sorted just above
    )  # fmt: skip
    said = pl.col("said").fill_null("")
    own = pl.when(pl.col(by) == "").then(said).otherwise(by) if by in rows.columns else said
    return found.with_columns(own.alias(by)).drop("day", "said")


def stages(oldest: pl.DataFrame, opening: date, bounds: StageBounds) -> pl.DataFrame:
    """account, stage: of each account's oldest document open on that evening (`account`, `oldest_due_on`)."""
    age = (pl.lit(opening) - pl.col("oldest_due_on")).dt.total_days()
    return oldest.with_columns(days_past_due=age).select("account", stage=stage_expr(bounds))


def staged(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the stage of their account; an account with nothing open is preventive."""
    if "account" not in rows.columns:
        return rows
    whole = rows.drop("stage", strict=False).join(known, on="account", how="left")
    return whole.with_columns(pl.col("stage").fill_null(STAGES[0]))
