"""What a message costs. Providers price in fractions of a cent, so a price is kept in thousandths of a minor unit
(`_milli`): 0.0075 USD a part is 750. They are summed exactly and become minor units once, at the end."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import polars as pl

from puntual.core.frames import Column, Schema


@attrs.frozen
class Price:
    """What one unit of a channel costs: an SMS part, a WhatsApp conversation, a minute, a letter. `prefix`: the
    country's dialling prefix with its plus, empty for any; `category`: that of WhatsApp, empty for any."""

    channel: str
    unit_milli: int
    currency: str
    prefix: str = ""
    category: str = ""


def price_for(prices: Iterable[Price], *, channel: str, recipient: str = "", category: str = "") -> Price | None:
    """The price that fits best: the longest prefix of the number, and its own category before the general one."""
    fit = [
        p
        for p in prices
        if p.channel == channel
        and recipient.startswith(p.prefix)
        and p.category.casefold() in ("", category.casefold())
    ]
    return max(fit, key=lambda p: (len(p.prefix), p.category != ""), default=None)


def cost_milli(price: Price | None, units: int) -> int | None:
    """Thousandths of a minor unit for so many units; None when nobody told a price, which is not the same as free."""
    return None if price is None else price.unit_milli * units


def minor_of(milli: int) -> int:
    """Whole minor units of a sum of thousandths, half up."""
    return (milli + 500) // 1000


#: What the plan costs: a row per account that is written to.
UNITS: Schema = {
    "channel": Column(pl.String, "canal"),
    "template": Column(pl.String, "plantilla"),
    "units": Column(pl.Int64, "partes o unidades de un mensaje"),
}


def expected(decision: pl.DataFrame, prices: Iterable[Price], units: pl.DataFrame) -> dict[str, int]:
    """currency -> what the messages of a decision (verdict, channel, template) would cost, in minor units.

    `units` (UNITS) as measured on a sample; one where it says nothing. The general price of each channel is used: the
    number of each person is not in frames.
    """
    table = {p.channel: p for p in prices if not p.prefix and not p.category}
    counts = (
        decision.filter(pl.col("verdict") == "allow")
        .group_by("channel", "template")
        .len()
        .join(units.select(UNITS.keys()), on=["channel", "template"], how="left")
        .with_columns(pl.col("units").fill_null(1))
    )
    total: dict[str, int] = {}
    for channel, number, each in counts.select("channel", "len", "units").iter_rows():
        price = table.get(channel)
        if price is not None:
            total[price.currency] = total.get(price.currency, 0) + price.unit_milli * number * each
    return {currency: minor_of(milli) for currency, milli in sorted(total.items())}
