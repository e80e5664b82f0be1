"""Which way to pay? The company's own figures per method: what it costs, how soon the money is there, how often it
fails.

The order of the buttons follows what it is expected to cost to collect a hundred pesos by each method:
fee + what waiting costs + the payments that fail and the chargebacks, each weighed by what it really happened.
"""

from __future__ import annotations

from decimal import Decimal

import attrs
import polars as pl

from puntual.core import money
from puntual.core.frames import MINOR, Column, Schema

#: One row per attempt to pay.
ATTEMPTS: Schema = {
    "method": Column(pl.String, "medio de pago: oxxo, spei, pse, visa, pix, transfer, ..."),
    "provider": Column(pl.String, "pasarela o banco"),
    "country": Column(pl.String, "país"),
    "currency": Column(pl.String, "moneda"),
    "amount_minor": Column(MINOR, "importe"),
    "fee_minor": Column(MINOR, "comisión, con impuestos; 0 si falló"),
    "paid": Column(pl.Boolean, "llegó el dinero"),
    "charged_back": Column(pl.Boolean, "hubo contracargo"),
    "days_to_money": Column(pl.Int32, "días desde que quiso pagar hasta el banco; vacío si no se sabe", null=True),
}


@attrs.frozen
class MethodRules:
    """`day_cost_pct`: what a day of waiting costs, percent of the amount. Few attempts are drawn to the average of all.

    `failure_cost_pct`: what a failed attempt costs (a new reminder, a customer who gives up), percent of the amount.
    """

    day_cost_pct: Decimal = Decimal("0.05")
    failure_cost_pct: Decimal = Decimal(5)
    prior_attempts: int = 20


def alike(attempts: pl.DataFrame, currency: str, amount_minor: int, rules: MethodRules) -> pl.DataFrame:
    """The attempts of a currency with an amount of the same size, from a quarter to four times: a fixed fee weighs on
    small payments and a percentage on large ones. All of the currency while those are too few to tell.
    """
    mine = attempts.filter(pl.col("currency") == currency)
    near = mine.filter(pl.col("amount_minor").is_between(amount_minor // 4, amount_minor * 4))
    return near if near.height >= rules.prior_attempts else mine


def size_of(amount_minor: int) -> int:
    """The size of an amount, as a number: equal for amounts that are told apart by less than four times."""
    return max(amount_minor, 1).bit_length() // 2


def compare(attempts: pl.DataFrame, rules: MethodRules) -> pl.DataFrame:
    """A row per country, currency, method and provider, the cheapest first within its country and currency.

    Columns: n, fee_bp, days, failed_bp, charged_back_bp, cost_bp and rank; `_bp` are hundredths of a percent, rounded.
    A method that never brought money has the fee and the days of its country and currency: what nobody has seen is not
    free.
    """
    group = ["country", "currency"]
    key = [*group, "method", "provider"]
    paid = pl.col("paid")
    per = attempts.group_by(key).agg(
        pl.len().cast(pl.Int64).alias("n"),
        paid.sum().cast(pl.Int64).alias("n_paid"),
        money.total(pl.when(paid).then("amount_minor").otherwise(0)).alias("amount_paid_minor"),
        money.total(pl.when(paid).then("fee_minor").otherwise(0)).alias("fees_minor"),
        pl.col("charged_back").sum().cast(pl.Int64).alias("n_back"),
        pl.col("days_to_money").filter(paid).sum().cast(pl.Int64).alias("days_sum"),
        pl.col("days_to_money").filter(paid).count().cast(pl.Int64).alias("n_days"),
    )
    rated = per.with_columns(
        _shrunk(pl.col("n") - pl.col("n_paid"), pl.col("n"), group, rules).alias("failed_bp"),
        _shrunk(pl.col("n_back"), pl.col("n_paid"), group, rules).alias("charged_back_bp"),
        _own_or_of_all(pl.col("fees_minor"), pl.col("amount_paid_minor"), group).alias("fee_bp"),
        _own_or_of_all(pl.col("days_sum"), pl.col("n_days"), group).alias("days_hundredths_of_percent"),
    ).with_columns((pl.col("days_hundredths_of_percent") / 10_000).round(2).alias("days"))
    costed = rated.with_columns(_cost(rules).alias("cost_bp"))
    order = pl.struct("cost_bp", "method", "provider").rank("ordinal").over(group).cast(pl.Int32).alias("rank")
    return costed.with_columns(order).sort(*group, "rank").drop("days_hundredths_of_percent", "days_sum", "n_days")


def _bp(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """part / whole in hundredths of a percent, half-up; zero where the whole is zero."""
    safe = pl.when(whole > 0).then(whole).otherwise(1)
    scaled = money.wide(part) * pl.lit(10_000, dtype=pl.Int128)
    return pl.when(whole > 0).then(money.narrow(money.div_half_up_expr(scaled, money.wide(safe)))).otherwise(0)


def _own_or_of_all(part: pl.Expr, whole: pl.Expr, group: list[str]) -> pl.Expr:
    """A method's part of its whole; its group's where it has nothing of its own to divide by."""
    of_all = _bp(part.sum().over(group), whole.sum().over(group))
    return pl.when(whole > 0).then(_bp(part, whole)).otherwise(of_all)


def _shrunk(part: pl.Expr, whole: pl.Expr, group: list[str], rules: MethodRules) -> pl.Expr:
    """A share drawn to its group's own: (part + k * mean) / (whole + k), so that two attempts prove nothing."""
    mean_bp = _bp(part.sum().over(group), whole.sum().over(group))
    k = pl.lit(rules.prior_attempts, dtype=pl.Int128)
    top = money.wide(part) * pl.lit(10_000, dtype=pl.Int128) + k * money.wide(mean_bp)
    bottom = pl.max_horizontal(money.wide(whole) + k, pl.lit(1, dtype=pl.Int128))
    return money.narrow(money.div_half_up_expr(top, bottom))


def _cost(rules: MethodRules) -> pl.Expr:
    """Fee + days * cost of a day + failures * cost of a failure + chargebacks (the whole amount is lost)."""
    waiting = _pct_bp("days_hundredths_of_percent", rules.day_cost_pct)
    failing = _pct_bp("failed_bp", rules.failure_cost_pct)
    return pl.col("fee_bp") + waiting + failing + pl.col("charged_back_bp")


def _pct_bp(column: str, pct: Decimal) -> pl.Expr:
    """`pct` percent of a column of ten-thousandths."""
    return money.pct_of_expr(column, pct)


def buttons(compared: pl.DataFrame, country: str, currency: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The offered methods in the recommended order; those without own data keep their given order at the end."""
    rows = compared.filter((pl.col("country") == country) & (pl.col("currency") == currency)).sort("rank")
    known = [m for m in dict.fromkeys(rows["method"].to_list()) if m in offered]
    return (*known, *(m for m in offered if m not in known))
