"""What was known of a payer at each row's own date, in columns: cumulative sums of dated events, joined backwards in
time.

Nothing loops over histories: every event (issue, payment, due date passed) is one line, summed along its account, and
a row takes the last line *before* its date. So a row sees only what happened on earlier days, whatever the frame
holds.
"""

from __future__ import annotations

import polars as pl

from puntual.core.segments.shrinkage import Shrinkage

#: Days of grace after the due date before an item counts as late.
GRACE_DAYS = 0
#: Half-life of the recency-weighted delay, in days, and the epoch of its weights (any fixed day).
HALF_LIFE_DAYS = 60.0
_EPOCH = pl.date(2015, 1, 1)
#: Delays beyond these are counted as these: one five-year-old invoice must not be a payer's character.
DELAY_MIN, DELAY_MAX = -90, 180

#: Invoices' worth that the portfolio weighs against a payer's own calendar: habits show after few payments.
CALENDAR_K = 2.0
#: Monday to Friday, as polars numbers them; what is paid at the weekend is no habit of a weekday.
WEEKDAYS = (1, 2, 3, 4, 5)

#: feature -> (reason family, sign of its effect on paying late: 1 later, -1 sooner, 0 unknown).
FEATURES: dict[str, tuple[str, int]] = {
    "eb_late": ("history", 1),
    "eb_delay": ("history", 1),
    "eb_late30": ("history", 1),
    "recent_delay": ("history", 1),
    "last3_delay": ("history", 1),
    "late_last10": ("history", 1),
    "n_paid": ("history", 0),
    "days_since_payment": ("situation", 0),
    "n_overdue": ("situation", 1),
    "overdue_share": ("situation", 1),
    "drift60": ("situation", 0),
    "age_days": ("situation", 0),
    "days_past_due": ("situation", 0),
    "vs_usual_days": ("situation", 0),
    "amount_vs_portfolio": ("amount", 0),
    "amount_vs_usual": ("amount", 0),
    "same_day": ("amount", 0),
    "term_days": ("calendar", 0),
    "due_weekday": ("calendar", 0),
    "due_to_month_end": ("calendar", 0),
    "friday_share": ("calendar", 0),
    "month_end_share": ("calendar", 0),
}


#: Plain figures of the payer beside the features: what a naive line would use.
PLAIN = ("own_late", "own_mean", "own_median", "portfolio_late", "usual_weekday", "usual_weekday_share")


def features(
    facts: pl.DataFrame,
    rows: pl.DataFrame,
    shrink: Shrinkage,
    grace_days: int = GRACE_DAYS,
    portfolio: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The rows (schema ROWS) with every feature of FEATURES and PLAIN as Float64; row order kept.

    `portfolio`: the creditor's own sums (`portfolio_events`) where `facts` hold only some of its accounts.
    """
    whole = portfolio_events(facts, grace_days) if portfolio is None else portfolio.sort("on")
    numbered = rows.with_row_index("_row").sort("as_of")
    account = _account_events(facts, grace_days)
    joined = _before(numbered, account, "account")
    joined = _before(joined, _rolling_paid(facts), "account")
    joined = _before(joined, _rolling_late(facts, grace_days), "account")
    joined = _before(joined, whole, "creditor")
    joined = joined.with_columns(_sixty=pl.col("as_of").dt.offset_by("-60d"))
    sixty = whole.select("creditor", "on", c60_n="c_paid", c60_delay="c_delay")
    joined = _before(joined, sixty, "creditor", at="_sixty")
    joined = joined.join(_same_day(facts), on=["account", "issued_on"], how="left", maintain_order="left")
    out = joined.with_columns(_priors()).with_columns(_shrunk(shrink)).with_columns(_others(shrink))
    out = out.with_columns(vs_usual_days=pl.col("days_past_due") - pl.col("eb_delay"))
    return out.sort("_row").select(*rows.columns, *(pl.col(f).cast(pl.Float64) for f in (*FEATURES, *PLAIN)))


def _delay() -> pl.Expr:
    return (pl.col("paid_on") - pl.col("due_on")).dt.total_days().clip(DELAY_MIN, DELAY_MAX).cast(pl.Float64)


def _paid(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.filter(pl.col("paid_on").is_not_null()).with_columns(delay=_delay())


def _resolved(facts: pl.DataFrame, grace_days: int) -> pl.DataFrame:
    """When it is known whether an item was late: at its payment if in time, else once the due date and grace are
    over."""
    limit = pl.col("due_on").dt.offset_by(f"{grace_days}d")
    in_time = pl.col("paid_on").is_not_null() & (pl.col("paid_on") <= limit)
    return facts.with_columns(on=pl.when(in_time).then("paid_on").otherwise(limit), late=(~in_time).cast(pl.Float64))


def _weight() -> pl.Expr:
    return (((pl.col("paid_on") - _EPOCH).dt.total_days() / HALF_LIFE_DAYS) * 0.6931471805599453).exp()


def _account_events(facts: pl.DataFrame, grace_days: int) -> pl.DataFrame:
    """Per account and day with an event: the sums of everything up to and including that day."""
    paid, resolved = _paid(facts), _resolved(facts, grace_days)
    amount = pl.col("amount_minor").cast(pl.Float64)
    weekday = pl.col("paid_on").dt.weekday()
    near_end = (pl.col("paid_on").dt.month_end() - pl.col("paid_on")).dt.total_days() <= 2
    issued = facts.select("account", on="issued_on", a_n=1.0, a_open=amount, a_log=amount.abs().clip(1.0).log())
    paying = paid.select(
        "account", on="paid_on", a_open=-amount, a_paid=1.0, a_delay="delay", a_w=_weight(),
        a_wdelay=_weight() * pl.col("delay"), a_30=(pl.col("delay") > 30).cast(pl.Float64),
        a_end=near_end.cast(pl.Float64), **{f"a_day{d}": (weekday == d).cast(pl.Float64) for d in WEEKDAYS},
    )  # fmt: skip
    known = resolved.select("account", "on", a_known=1.0, a_late="late")
    over = facts.select("account", on="due_on", a_over=1.0, a_over_amount=amount)
    cured = paid.select(
        "account", on=pl.max_horizontal("due_on", "paid_on"), a_over=pl.lit(-1.0), a_over_amount=-amount
    )
    return _cumulate(pl.concat([issued, paying, known, over, cured], how="diagonal"), "account")


def portfolio_events(facts: pl.DataFrame, grace_days: int = GRACE_DAYS) -> pl.DataFrame:
    """Per creditor and day: the portfolio's own sums, the prior that accounts are shrunk to."""
    paid, resolved = _paid(facts), _resolved(facts, grace_days)
    log = pl.col("amount_minor").cast(pl.Float64).abs().clip(1.0).log()
    issued = facts.select("creditor", on="issued_on", c_n=1.0, c_log=log)
    paying = paid.select(
        "creditor", on="paid_on", c_paid=1.0, c_delay="delay", c_30=(pl.col("delay") > 30).cast(pl.Float64)
    )
    known = resolved.select("creditor", "on", c_known=1.0, c_late="late")
    return _cumulate(pl.concat([issued, paying, known], how="diagonal"), "creditor")


def _cumulate(events: pl.DataFrame, key: str) -> pl.DataFrame:
    sums = [c for c in events.columns if c not in (key, "on")]
    daily = events.group_by(key, "on").agg(pl.col(sums).fill_null(0.0).sum()).sort(key, "on")
    return daily.with_columns(pl.col(sums).cum_sum().over(key)).sort("on")


def _rolling_paid(facts: pl.DataFrame) -> pl.DataFrame:
    """After each payment day: the mean delay of the account's last three payments and the day itself."""
    paid = _paid(facts).sort("account", "paid_on", "due_item")
    last3 = pl.col("delay").rolling_mean(3, min_samples=1).over("account")
    median = pl.col("delay").rolling_median(50, min_samples=1).over("account")
    return (
        paid.select("account", on="paid_on", last3_delay=last3, last_paid="paid_on", own_median=median)
        .group_by("account", "on", maintain_order=True).last().sort("on")
    )  # fmt: skip


def _rolling_late(facts: pl.DataFrame, grace_days: int) -> pl.DataFrame:
    """After each day on which an item proved late or not: the share of late ones among the account's last ten."""
    resolved = _resolved(facts, grace_days).sort("account", "on", "due_item")
    last10 = pl.col("late").rolling_mean(10, min_samples=1).over("account")
    return (
        resolved.select("account", "on", late_last10=last10)
        .group_by("account", "on", maintain_order=True).last().sort("on")
    )  # fmt: skip


def _before(rows: pl.DataFrame, events: pl.DataFrame, key: str, at: str = "as_of") -> pl.DataFrame:
    """Each row with the last event line of its key strictly before the row's date."""
    return rows.join_asof(
        events, left_on=at, right_on="on", by=key, strategy="backward", allow_exact_matches=False,
        check_sortedness=False, coalesce=True,
    ).drop("on", strict=False)  # fmt: skip


def _same_day(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.group_by("account", "issued_on").agg(same_day=pl.len().cast(pl.Float64))


def _priors() -> list[pl.Expr]:
    """The portfolio's late rate, long-late rate and mean delay as known then, with a mild prior of its own."""
    known, paid = pl.col("c_known").fill_null(0.0), pl.col("c_paid").fill_null(0.0)
    return [
        ((pl.col("c_late").fill_null(0.0) + 3.0) / (known + 10.0)).alias("p_late"),
        ((pl.col("c_30").fill_null(0.0) + 0.5) / (paid + 10.0)).alias("p_30"),
        (pl.col("c_delay").fill_null(0.0) / (paid + 1.0)).alias("p_delay"),
    ]


def _shrunk(s: Shrinkage) -> list[pl.Expr]:
    """Empirical-Bayes figures of the account: own sums pulled towards the portfolio by k invoices' worth."""

    def own(name: str) -> pl.Expr:
        return pl.col(name).fill_null(0.0)

    age_weight = (-((pl.col("as_of") - _EPOCH).dt.total_days() / HALF_LIFE_DAYS) * 0.6931471805599453).exp()
    return [
        ((own("a_late") + s.k_late * pl.col("p_late")) / (own("a_known") + s.k_late)).alias("eb_late"),
        ((own("a_30") + s.k_late * pl.col("p_30")) / (own("a_paid") + s.k_late)).alias("eb_late30"),
        ((own("a_delay") + s.k_delay * pl.col("p_delay")) / (own("a_paid") + s.k_delay)).alias("eb_delay"),
        ((own("a_wdelay") * age_weight + s.k_delay / 2 * pl.col("p_delay")) / (own("a_w") * age_weight + s.k_delay /
        2)) .alias("recent_delay"),
        ((own("a_day5") + CALENDAR_K * 0.2) / (own("a_paid") + CALENDAR_K)).alias("friday_share"),
        ((own("a_end") + CALENDAR_K * 0.1) / (own("a_paid") + CALENDAR_K)).alias("month_end_share"),
        *_weekday_habit(),
    ]  # fmt: skip


def _weekday_habit() -> list[pl.Expr]:
    """The weekday on which the account pays most, and its shrunken share of the account's payments."""
    counts = [pl.col(f"a_day{d}").fill_null(0.0) for d in WEEKDAYS]
    most = pl.max_horizontal(counts)
    day = pl.coalesce([pl.when(count == most).then(float(d)) for count, d in zip(counts, WEEKDAYS, strict=True)])
    share = (most + CALENDAR_K * 0.2) / (pl.col("a_paid").fill_null(0.0) + CALENDAR_K)
    return [day.alias("usual_weekday"), share.alias("usual_weekday_share")]


def _others(s: Shrinkage) -> list[pl.Expr]:
    log = pl.col("amount_minor").cast(pl.Float64).abs().clip(1.0).log()
    n, open_amount = pl.col("a_n").fill_null(0.0), pl.col("a_open").fill_null(0.0)
    portfolio_log = pl.when(pl.col("c_n") > 0).then(pl.col("c_log") / pl.col("c_n")).otherwise(log)
    own_log = (pl.col("a_log").fill_null(0.0) + s.k_delay * portfolio_log) / (n + s.k_delay)
    recent = pl.col("c_paid").fill_null(0.0) - pl.col("c60_n").fill_null(0.0)
    recent_sum = pl.col("c_delay").fill_null(0.0) - pl.col("c60_delay").fill_null(0.0)
    return [
        pl.col("a_paid").fill_null(0.0).alias("n_paid"),
        pl.col("last3_delay").fill_null(pl.col("p_delay")),
        pl.col("own_median").fill_null(pl.col("p_delay")),
        pl.when(pl.col("a_known") > 0).then(pl.col("a_late") /
        pl.col("a_known")).otherwise("p_late").alias("own_late"), pl.when(pl.col("a_paid") > 0).then(pl.col("a_delay")
        / pl.col("a_paid")).otherwise("p_delay").alias("own_mean"), pl.col("p_late").alias("portfolio_late"),
        pl.col("late_last10").fill_null(pl.col("p_late")),
        (pl.col("as_of") - pl.col("last_paid")).dt.total_days().alias("days_since_payment"),
        pl.col("a_over").fill_null(0.0).alias("n_overdue"),
        pl.when(open_amount > 0).then(pl.col("a_over_amount") / open_amount).otherwise(0.0).clip(0, 1)
        .alias("overdue_share"),
        (pl.when(recent > 0).then(recent_sum / recent).otherwise(pl.col("p_delay")) -
        pl.col("p_delay")).alias("drift60"), (pl.col("as_of") - pl.col("issued_on")).dt.total_days().alias("age_days"),
        (pl.col("as_of") - pl.col("due_on")).dt.total_days().alias("days_past_due"),
        (log - portfolio_log).alias("amount_vs_portfolio"),
        (log - own_log).alias("amount_vs_usual"),
        pl.col("same_day").fill_null(1.0),
        (pl.col("due_on") - pl.col("issued_on")).dt.total_days().alias("term_days"),
        pl.col("due_on").dt.weekday().alias("due_weekday"),
        (pl.col("due_on").dt.month_end() - pl.col("due_on")).dt.total_days().alias("due_to_month_end"),
    ]  # fmt: skip
