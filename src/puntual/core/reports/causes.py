"""Causes inside the company: late documents and disputes by product, seller, department and kind of error.

The cost of a delay is money times days: what is missing in the bank while the document is late.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.core import money
from puntual.core.frames import MINOR, Column, Schema

DIMENSIONS = ("product", "department", "seller", "plant", "error")
#: Cause of a dispute -> kind of error of ours; what is no error of ours has none.
ERRORS = {
    "wrong_price": "price", "wrong_quantity": "quantity", "not_received": "quantity", "damaged": "quality",
    "service_quality": "quality", "late_delivery": "date", "wrong_date": "date", "missing_order": "order_number",
    "wrong_address": "address", "duplicate": "duplicate", "wrong_invoice": "invoice", "missing_document": "document",
    "never_ordered": "order",
}  # fmt: skip
ERROR_NAMES = {
    "price": "Precio", "quantity": "Cantidad", "quality": "Calidad", "date": "Fecha", "order_number": "Falta el pedido",
    "address": "Domicilio o datos fiscales", "duplicate": "Duplicada", "invoice": "Otro error de la factura",
    "document": "Falta un documento", "order": "No se pidió", "": "Sin error nuestro",
}  # fmt: skip
DELAYS: Schema = {
    "currency": Column(pl.String, "moneda"),
    "product": Column(pl.String, "producto"),
    "department": Column(pl.String, "área"),
    "seller": Column(pl.String, "vendedor"),
    "plant": Column(pl.String, "planta o sucursal"),
    "error": Column(pl.String, "tipo de error por el que hubo una aclaración; vacío: ninguno"),
    "due_on": Column(pl.Date, "vencimiento"),
    "paid_on": Column(pl.Date, "cuándo quedó pagado; vacío: abierto", null=True),
    "items": Column(pl.Int64, "documentos"),
    "amount_minor": Column(MINOR, "importe original de todos"),
}
DISPUTES: Schema = {
    "currency": Column(pl.String, "moneda"),
    "cause": Column(pl.String, "motivo"),
    "department": Column(pl.String, "responsable"),
    "product": Column(pl.String, "producto"),
    "seller": Column(pl.String, "vendedor"),
    "plant": Column(pl.String, "planta o sucursal"),
    "error": Column(pl.String, "tipo de error; vacío: no es un error nuestro"),
    "opened_on": Column(pl.Date, "abierta el"),
    "deadline_on": Column(pl.Date, "responder antes de"),
    "closed_on": Column(pl.Date, "cuándo se informó el resultado; vacío: abierta", null=True),
    "disputed_minor": Column(MINOR, "importe en aclaración"),
    "credited_minor": Column(MINOR, "importe acreditado"),
}
#: One line per value of a dimension, the dearest delay first.
LATE: Schema = {
    "value": Column(pl.String, "producto, área o vendedor"),
    "items": Column(pl.Int64, "documentos que vencieron"),
    "late_items": Column(pl.Int64, "de ellos, los que se atrasaron"),
    "amount_minor": Column(MINOR, "importe que venció"),
    "late_minor": Column(MINOR, "de él, lo que se atrasó"),
    "late_bp": Column(pl.Int64, "parte atrasada, en centésimas de por ciento", null=True),
    "days": Column(pl.Int64, "días de atraso medios, pesados por importe", null=True),
}


def late_by(delays: pl.DataFrame, dimension: str, end: date) -> pl.DataFrame:
    """LATE of documents (of one currency) whose due date the frame holds. What is open at the end counts until then."""
    known_paid = pl.when(pl.col("paid_on") <= end).then("paid_on")
    days = (pl.coalesce(known_paid, pl.lit(end)) - pl.col("due_on")).dt.total_days().clip(lower_bound=0)
    rows = delays.filter(pl.col("due_on") <= end).with_columns(days=days).with_columns(late=pl.col("days") > 0)
    per = rows.group_by(value=dimension).agg(
        items=pl.col("items").sum(),
        late_items=pl.col("items").filter(pl.col("late")).sum(),
        amount_minor=money.total("amount_minor"),
        late_minor=money.total(pl.col("amount_minor").filter(pl.col("late"))),
        weight=(money.wide("amount_minor") * money.wide("days")).sum(),
    )
    share = pl.when(pl.col("amount_minor") > 0).then(
        money.prorate_expr("late_minor", pl.lit(10_000), _safe("amount_minor"))
    )
    mean = pl.when(pl.col("late_minor") > 0).then(
        money.narrow(money.div_half_up_expr(pl.col("weight"), money.wide(_safe("late_minor"))))
    )
    return (
        per.with_columns(late_bp=share, days=mean)
        .sort(["weight", "value"], descending=[True, False])
        .select(LATE.keys())
        .cast({n: c.dtype for n, c in LATE.items()})
    )


def _safe(column: str) -> pl.Expr:
    return pl.when(pl.col(column) > 0).then(pl.col(column)).otherwise(1)


def disputed_by(disputes: pl.DataFrame, dimension: str, end: date) -> pl.DataFrame:
    """value, disputes, disputed_minor, credited_minor, days (mean; open: until the end) and late (past deadline)."""
    closed = pl.when(pl.col("closed_on") <= end).then("closed_on")
    days = (pl.coalesce(closed, pl.lit(end)) - pl.col("opened_on")).dt.total_days()
    per = disputes.with_columns(days=days, late=pl.coalesce(closed, pl.lit(end)) > pl.col("deadline_on"))
    return (
        per.group_by(value=dimension)
        .agg(
            disputes=pl.len().cast(pl.Int64),
            disputed_minor=money.total("disputed_minor"),
            credited_minor=money.total("credited_minor"),
            total_days=pl.col("days").sum(),
            late=pl.col("late").sum().cast(pl.Int64),
        )
        .with_columns(days=money.narrow(money.div_half_up_expr(money.wide("total_days"), money.wide("disputes"))))
        .sort(["disputed_minor", "value"], descending=[True, False])
        .select("value", "disputes", "disputed_minor", "credited_minor", "days", "late")
    )
