"""Watch over payments (E6): what is unusual in the amounts, the speed, the payers, the refunds, the chargebacks.

An alert asks a person to look; it stops nothing by itself. Thresholds are policy; the frame holds what really came in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import attrs
import polars as pl

from puntual.core import money
from puntual.core.frames import ID, INSTANT, MINOR, Column, Schema

#: Payments to watch, as the gateways and banks told them.
PAYMENTS: Schema = {
    "payment": Column(ID, "pago"),
    "account": Column(ID, "cuenta"),
    "creditor": Column(ID, "acreedor"),
    "payer": Column(pl.String, "quién pagó, como huella: nunca el dato", null=True),
    "kind": Column(pl.String, "qué pasó", choices=("paid", "refunded", "charged_back")),
    "amount_minor": Column(MINOR, "importe"),
    "currency": Column(pl.String, "moneda"),
    "at": Column(INSTANT, "instante"),
}
ALERTS: Schema = {
    "creditor": Column(ID, "acreedor"),
    "account": Column(ID, "cuenta; vacío: todo el acreedor", null=True),
    "payment": Column(ID, "pago que la provocó; vacío: varios", null=True),
    "reason": Column(pl.String, "código de `reasons`"),
    "figure": Column(pl.String, "la cifra que llamó la atención"),
    "at": Column(INSTANT, "instante del último hecho"),
}


@attrs.frozen
class WatchRules:
    """`window`: how far back each look goes. `amount_times`: how many times the account's own median is unusual."""

    window: timedelta = timedelta(days=1)
    amount_times: int = 10
    amount_history: int = 3
    most_payments: int = 6
    most_payers: int = 4
    most_accounts: int = 8
    refund_pct: Decimal = Decimal(10)
    chargeback_pct: Decimal = Decimal(1)
    least_payments: int = 20
    duplicate_within: timedelta = timedelta(minutes=30)


def watch(payments: pl.DataFrame, rules: WatchRules, as_of: datetime) -> pl.DataFrame:
    """The alerts of the window (as_of - window, as_of], one row each, sorted by reason. Columns of ALERTS."""
    known = payments.filter(pl.col("at") <= as_of)
    recent = known.filter(pl.col("at") > as_of - rules.window)
    paid = recent.filter(pl.col("kind") == "paid")
    found = [
        _unusual_amounts(known, paid, rules),
        _too_many(paid, ["creditor", "account"], pl.len(), rules.most_payments, "payment_velocity"),
        _too_many(paid, ["creditor", "account"], _payers(), rules.most_payers, "payment_many_payers"),
        _one_payer(paid, rules),
        _duplicates(known.filter(pl.col("kind") == "paid"), as_of - rules.window, rules),
        _share(known, "refunded", rules.refund_pct, "payment_refunds", rules),
        _share(known, "charged_back", rules.chargeback_pct, "payment_chargebacks", rules),
    ]
    return pl.concat(found).sort("reason", "creditor", "account", "payment", nulls_last=False)


def _alert(frame: pl.DataFrame, reason: str, figure: pl.Expr) -> pl.DataFrame:
    """Conforms to ALERTS; a column that the look does not have is empty."""
    columns = {
        "creditor": pl.col("creditor"),
        "account": pl.col("account") if "account" in frame.columns else pl.lit(None),
        "payment": pl.col("payment") if "payment" in frame.columns else pl.lit(None),
        "reason": pl.lit(reason),
        "figure": figure,
        "at": pl.col("at"),
    }
    return frame.select(columns[name].cast(spec.dtype).alias(name) for name, spec in ALERTS.items())


def _unusual_amounts(known: pl.DataFrame, paid: pl.DataFrame, rules: WatchRules) -> pl.DataFrame:
    """Many times the median of the account's other payments of the same currency, once it has a history."""
    same = ["account", "currency"]
    pairs = paid.join(known.filter(pl.col("kind") == "paid"), on=same, suffix="_other").filter(
        pl.col("payment") != pl.col("payment_other")
    )
    usual = pairs.group_by("payment").agg(
        pl.col("amount_minor_other").median().cast(MINOR).alias("usual"), pl.len().alias("history")
    )
    odd = paid.join(usual, on="payment").filter(
        (pl.col("history") >= rules.amount_history)
        & (money.wide("amount_minor") > money.wide("usual") * pl.lit(rules.amount_times, dtype=pl.Int128))
    )
    return _alert(odd, "payment_unusual_amount", pl.col("amount_minor").cast(pl.String))


def _payers() -> pl.Expr:
    return pl.col("payer").drop_nulls().n_unique()


def _too_many(paid: pl.DataFrame, by: list[str], count: pl.Expr, most: int, reason: str) -> pl.DataFrame:
    counted = paid.group_by(by).agg(count.alias("n"), pl.col("at").max())
    return _alert(counted.filter(pl.col("n") > most), reason, pl.col("n").cast(pl.String))


def _one_payer(paid: pl.DataFrame, rules: WatchRules) -> pl.DataFrame:
    """One payer who pays many accounts: an accountant, perhaps, or stolen cards tried out on small debts."""
    counted = (
        paid.drop_nulls("payer")
        .group_by("creditor", "payer")
        .agg(pl.col("account").n_unique().alias("n"), pl.col("at").max(), pl.col("payment").max())
    )
    over = counted.filter(pl.col("n") > rules.most_accounts)
    return _alert(over, "payment_one_payer_many", pl.col("n").cast(pl.String))


def _duplicates(paid: pl.DataFrame, since: datetime, rules: WatchRules) -> pl.DataFrame:
    """The same account and amount twice within minutes: somebody pressed twice, and is owed money back."""
    ordered = paid.sort("at", "payment").with_columns(
        (pl.col("at") - pl.col("at").shift(1).over("account", "amount_minor", "currency")).alias("gap")
    )
    twice = ordered.filter((pl.col("gap") <= rules.duplicate_within) & (pl.col("at") > since))
    return _alert(twice, "payment_duplicate", pl.col("amount_minor").cast(pl.String))


def _share(known: pl.DataFrame, kind: str, most_pct: Decimal, reason: str, rules: WatchRules) -> pl.DataFrame:
    """Refunds or chargebacks per hundred payments of a creditor over all that is known, once there are enough."""
    counted = known.group_by("creditor").agg(
        (pl.col("kind") == kind).sum().cast(pl.Int64).alias("bad"),
        (pl.col("kind") == "paid").sum().cast(pl.Int64).alias("n"),
        pl.col("at").max(),
    )
    over = counted.filter(
        (pl.col("n") >= rules.least_payments) & (pl.col("bad") > money.pct_of_expr("n", most_pct)) & (pl.col("bad") > 0)
    )
    return _alert(over, reason, pl.format("{} de {}", "bad", "n"))


@attrs.frozen
class Settings:
    """What a creditor's settings let happen, as far as fraud goes."""

    automatic_refunds: bool
    approval_over_minor: int | None
    webhook_secret: bool
    live_without_https: bool
    one_person_refunds: bool


def risky_settings(settings: Settings) -> tuple[str, ...]:
    """Sentences, in Spanish, for each setting that invites fraud; empty when none does."""
    told = {
        "Las devoluciones salen sin que nadie las apruebe: exija aprobación.": settings.automatic_refunds,
        "Ningún importe pide una segunda persona: ponga un límite.": settings.approval_over_minor is None,
        "La pasarela no tiene secreto de avisos: cualquiera puede fingir un pago.": not settings.webhook_secret,
        "Se cobra de verdad sin https: los enlaces se pueden leer en el camino.": settings.live_without_https,
        "Quien pide una devolución puede aprobarla: sepárelo.": settings.one_person_refunds,
    }
    return tuple(sentence for sentence, bad in told.items() if bad)
