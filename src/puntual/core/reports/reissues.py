"""Credit notes and invoices issued again: what it costs to have to say twice what was sold.

An invoice is issued again when it says which one it replaces; or, where nobody says, when a credit note took off the
whole of one and the same customer got another of about the same amount within a month.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.core import money
from puntual.core.frames import ID, MINOR, Column, Schema

#: Days after a credit note in which a new invoice takes the place of the old one, and how far its amount may be.
WITHIN_DAYS, ALIKE_PCT = 30, 20
_WHAT: Schema = {
    "currency": Column(pl.String, "moneda"),
    "product": Column(pl.String, "producto"),
    "department": Column(pl.String, "área"),
    "seller": Column(pl.String, "vendedor"),
    "plant": Column(pl.String, "planta o sucursal"),
}
#: One row per document with credit notes in the period.
NOTES: Schema = {
    "account": Column(ID, "cuenta"),
    **_WHAT,
    "issued_on": Column(pl.Date, "emisión"),
    "noted_on": Column(pl.Date, "última nota de crédito"),
    "original_minor": Column(MINOR, "importe original"),
    "credited_minor": Column(MINOR, "acreditado"),
}
#: Documents by day and amount, to look for the one that took the place of another.
SOLD: Schema = {
    "account": Column(ID, "cuenta"),
    "currency": Column(pl.String, "moneda"),
    "issued_on": Column(pl.Date, "emisión"),
    "original_minor": Column(MINOR, "importe original"),
}
#: One row per invoice that says which one it replaces; what it says of itself is of the old one.
REPLACED: Schema = {
    "account": Column(ID, "cuenta"),
    **_WHAT,
    "issued_on": Column(pl.Date, "emisión de la equivocada"),
    "again_on": Column(pl.Date, "emisión de la nueva"),
    "original_minor": Column(MINOR, "importe de la equivocada"),
}
MENDED: Schema = {
    "value": Column(pl.String, "producto, área, vendedor o planta"),
    "notes": Column(pl.Int64, "documentos con nota de crédito"),
    "credited_minor": Column(MINOR, "acreditado"),
    "note_days": Column(pl.Int64, "días de la factura a la nota, en promedio", null=True),
    "again": Column(pl.Int64, "facturas vueltas a emitir"),
    "again_minor": Column(MINOR, "importe vuelto a facturar"),
    "again_days": Column(pl.Int64, "días de la primera factura a la buena, en promedio", null=True),
}


def inferred(notes: pl.DataFrame, sold: pl.DataFrame) -> pl.DataFrame:
    """REPLACED of the documents credited whole whose customer got another of about the same amount soon after."""
    whole = notes.filter(pl.col("credited_minor") >= pl.col("original_minor")).with_row_index("n")
    again = sold.rename({"issued_on": "again_on", "original_minor": "again_minor"})
    near = (pl.col("again_minor") - pl.col("original_minor")).abs() * 100 <= pl.col("original_minor") * ALIKE_PCT
    after = (pl.col("again_on") - pl.col("noted_on")).dt.total_days()
    pairs = whole.join(again, on=["account", "currency"]).filter(near, after.is_between(0, WITHIN_DAYS))
    # The wrong one is not its own cure.
    pairs = pairs.filter(pl.col("again_on") > pl.col("issued_on")).sort("again_on").unique("n", maintain_order=True)
    return pairs.select(REPLACED.keys())


def mended_by(notes: pl.DataFrame, replaced: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """MENDED of one currency, the dearest first; `notes` as NOTES and `replaced` as REPLACED."""
    lag = (pl.col("noted_on") - pl.col("issued_on")).dt.total_days()
    left = notes.group_by(value=dimension).agg(
        notes=pl.len().cast(pl.Int64), credited_minor=money.total("credited_minor"),
        note_days=lag.mean().round().cast(pl.Int64),
    )  # fmt: skip
    delay = (pl.col("again_on") - pl.col("issued_on")).dt.total_days()
    right = replaced.group_by(value=dimension).agg(
        again=pl.len().cast(pl.Int64), again_minor=money.total("original_minor"),
        again_days=delay.mean().round().cast(pl.Int64),
    )  # fmt: skip
    both = left.join(right, on="value", how="full", coalesce=True).with_columns(
        pl.col("notes", "credited_minor", "again", "again_minor").fill_null(0)
    )
    cost = pl.max_horizontal("credited_minor", "again_minor")
    return both.sort([cost, pl.col("value")], descending=[True, False]).select(MENDED.keys())


def span(replaced: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """Those whose good invoice was issued in [start, end]."""
    return replaced.filter(pl.col("again_on").is_between(start, end))
