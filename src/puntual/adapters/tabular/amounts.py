"""Columns of amounts: 1.234,56 and 1,234.56, currency marks, parentheses, in 64-bit minor units, by evidence.

A cell with both separators, or one that is not followed by three digits, explains itself. One like 1.234 is read as its
column shows elsewhere; without any evidence as thousands, because no currency here has three decimals in invoices.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import attrs
import polars as pl

from puntual.adapters.tabular.sheets import Number
from puntual.core.money import exponent, round_major

_MARKS = r"(?:[A-Z]{1,3}\$|[A-Z]{3}|US\$|R\$|S/\.?|Bs\.?|Gs\.?|M\.?N\.?|[$€£₡₲Q])"
_SHAPE = rf"^[-(]?\s*{_MARKS}?\s*[-(]?\s*{_MARKS}?\s*-?(\d[\d.,'  ]*|[.,]\d+)\s*\)?-?\s*{_MARKS}?\s*\)?$"
_GROUPED = r"^\d{1,3}(?:[.,' ]\d{3})+$"
_MAX_DIGITS = 17


@attrs.frozen
class Amounts:
    """`minor` (null where none or wrong), `error` (Spanish, null where right), `guessed`: cells in doubt."""

    minor: pl.Series
    error: pl.Series
    guessed: int


def parse_amounts(cells: Sequence[str], currencies: Sequence[str] | str, *, decimals: str = "") -> Amounts:
    """Minor units of each cell in its currency. Empty cells are null. `decimals`: "coma", "punto" or ""."""
    frame = pl.DataFrame(
        {
            "cell": pl.Series(cells, dtype=pl.String),
            "numeric": pl.Series([type(c) is Number for c in cells], dtype=pl.Boolean),
            "currency": pl.Series([currencies] * len(cells) if isinstance(currencies, str) else currencies),
        }
    )
    codes = frame["currency"].unique().to_list()
    exponents = pl.DataFrame({"currency": codes, "exponent": [exponent(c) for c in codes]}, schema_overrides=_EXPONENT)
    frame = frame.join(exponents, on="currency", how="left", maintain_order="left")
    frame = _split(frame)
    vote = {"coma": ",", "punto": "."}.get(decimals) or _vote(frame)
    frame = _scaled(frame, vote, forced=bool(decimals))
    minor, error = _rounded(frame)
    guessed = 0 if vote else frame.filter(pl.col("doubtful") & (pl.col("error").is_null())).height
    return Amounts(minor, error, guessed)


_EXPONENT = {"exponent": pl.Int64}


def _split(frame: pl.DataFrame) -> pl.DataFrame:
    """Sign, digits with separators, and which separator explains itself as decimal."""
    cell = pl.col("cell").str.strip_chars().str.to_uppercase()
    body = pl.col("body")
    commas, points = body.str.count_matches(",", literal=True), body.str.count_matches(".", literal=True)
    last_comma = body.str.extract(r",([^,.]*)$", 1).is_not_null()
    tail = body.str.extract(r"[.,](\d*)$", 1).str.len_chars()
    both = (commas > 0) & (points > 0)
    single = (commas + points == 1) & ~both
    doubtful = single & (tail == 3) & body.str.contains(r"^[1-9]\d{0,2}[.,]\d{3}$") & ~pl.col("numeric")
    own = (
        pl.when(pl.col("numeric")).then(pl.lit("."))
        .when(both & last_comma).then(pl.lit(","))
        .when(both).then(pl.lit("."))
        .when(single & ~doubtful & (commas == 1)).then(pl.lit(","))
        .when(single & ~doubtful).then(pl.lit("."))
        .when(commas > 1).then(pl.lit("."))
        .when(points > 1).then(pl.lit(","))
    )  # fmt: skip
    return frame.with_columns(
        filled=cell.str.len_chars() > 0,
        shaped=cell.str.contains(_SHAPE),
        negative=cell.str.contains(r"^\s*[-(]|-\s*$|^\D*-"),
        body=cell.str.extract(r"(\d[\d.,'  ]*|[.,]\d+)", 1).str.replace_all(r"['  ]", "").fill_null(""),
    ).with_columns(own=own, doubtful=doubtful)


def _vote(frame: pl.DataFrame) -> str:
    """The decimal separator of the column, if its cells show one; empty if they do not say or contradict each other."""
    counts = frame.filter(~pl.col("numeric") & pl.col("own").is_not_null())["own"].value_counts()
    votes = dict(counts.iter_rows())
    comma, point = votes.get(",", 0), votes.get(".", 0)
    return "" if comma == point else "," if comma > point else "."


def _scaled(frame: pl.DataFrame, vote: str, *, forced: bool) -> pl.DataFrame:
    """Whole part, decimals without trailing zeros, and the errors of form."""
    mark = pl.col("own") if not forced else pl.when(pl.col("numeric")).then(pl.lit(".")).otherwise(pl.lit(vote))
    if not forced and vote:
        mark = pl.when(pl.col("doubtful")).then(pl.lit(vote)).otherwise(mark)
    frame = frame.with_columns(mark=mark.fill_null(""))
    whole = (
        pl.when(pl.col("mark") == ",").then(pl.col("body").str.replace(r",\d*$", ""))
        .when(pl.col("mark") == ".").then(pl.col("body").str.replace(r"\.\d*$", ""))
        .otherwise(pl.col("body"))
    )  # fmt: skip
    part = (
        pl.when(pl.col("mark") == ",").then(pl.col("body").str.extract(r",(\d*)$", 1))
        .when(pl.col("mark") == ".").then(pl.col("body").str.extract(r"\.(\d*)$", 1))
    )  # fmt: skip
    frame = frame.with_columns(whole=whole, part=part.fill_null("").str.strip_chars_end("0"))
    grouped = ~pl.col("whole").str.contains(r"[.,']") | pl.col("whole").str.contains(_GROUPED)
    digits = pl.col("whole").str.replace_all(r"\D", "")
    error = (
        pl.when(~pl.col("filled")).then(None)
        .when(~pl.col("shaped") | ~grouped).then(pl.lit("no es un importe"))
        .when(digits.str.len_chars() > _MAX_DIGITS - pl.col("exponent")).then(pl.lit("es demasiado grande"))
        .when((pl.col("part").str.len_chars() > pl.col("exponent")) & ~pl.col("numeric"))
        .then(pl.format("tiene más decimales de los que admite {}", pl.col("currency")))
    )  # fmt: skip
    return frame.with_columns(digits=digits, error=error)


def _rounded(frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    fits = frame.select(
        pl.when(pl.col("filled") & pl.col("error").is_null() & (pl.col("part").str.len_chars() <= pl.col("exponent")))
        .then(pl.concat_str(pl.col("digits"), pl.col("part").str.pad_end(pl.col("exponent"), "0")))
        .str.replace(r"^$", "0")
        .cast(pl.Int64, strict=False)
        * pl.when(pl.col("negative")).then(-1).otherwise(1)
    ).to_series()
    long = frame.with_row_index("i").filter(
        pl.col("filled") & pl.col("error").is_null() & (pl.col("part").str.len_chars() > pl.col("exponent"))
    )
    if long.height:  # numeric cells that a spreadsheet computed: rounded once, half-up
        places = long["i"].to_list()
        values = [round_major(Decimal(c), cur).minor for c, cur in long.select("cell", "currency").iter_rows()]
        fits = fits.scatter(places, values)
    return fits, frame["error"]


def parse_decimal(text: str) -> Decimal | None:
    """A plain number of a cell, such as days; None if it is none."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
