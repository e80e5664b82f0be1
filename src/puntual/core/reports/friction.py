"""«¿Facilitamos o complicamos?»: how far each message took a person towards paying, and which step loses most money.

A message that reached a step reached those before it: a page seen counts as a message opened, whatever the mail says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs
import polars as pl

from puntual.core import money
from puntual.core.frames import MINOR, Column, Schema
from puntual.core.reports.inputs import total

#: code -> name of each step, in order; the position is the level.
STEPS: Mapping[str, str] = {
    "sent": "Salió", "delivered": "Llegó", "opened": "Lo abrió", "clicked": "Vio su página",
    "method_chosen": "Eligió cómo pagar", "paid": "Pagó",
}  # fmt: skip
LEVELS = {code: level for level, code in enumerate(STEPS)}
#: From here on the person is in our house: what is lost is ours.
PAGE = LEVELS["clicked"]
JOURNEYS: Schema = {
    "channel": Column(pl.String, "canal del mensaje"),
    "stage": Column(pl.String, "etapa del mensaje"),
    "campaign": Column(pl.String, "paso de la política que lo pidió"),
    "currency": Column(pl.String, "moneda"),
    "method": Column(pl.String, "medio que eligió; vacío: ninguno"),
    "device": Column(pl.String, "aparato; vacío: no se sabe"),
    "level": Column(pl.Int64, "hasta dónde llegó: posición en STEPS"),
    "failed": Column(pl.Boolean, "un intento de pago falló"),
    "last_on": Column(pl.Date, "día de lo último que hizo", null=True),
    "messages": Column(pl.Int64, "cuántos mensajes"),
    "amount_minor": Column(MINOR, "lo que se le pedía, sumado"),
}
_ADVICE = {
    "sent": "revise los correos y teléfonos que rebotan: pida otro al cliente en la próxima conversación",
    "delivered": "pruebe otro asunto y otra hora: el importe y la fecha en las primeras palabras",
    "opened": "ponga el botón de pagar antes que el texto y diga cuánto se tarda",
    "clicked": "muestre primero el medio que más se usa y deje abonar una parte o elegir fecha",
    "method_chosen": "ofrezca otro medio en cuanto uno falla y mande el enlace ya con el importe",
}


@attrs.frozen
class Worst:
    """The step after which most money is lost: how many messages and how much stopped there, and for how long."""

    step: str
    currency: str
    messages: int
    lost_minor: int
    days: int | None
    failed: int
    advice: str


def funnel(journeys: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """value (of `by`, or empty), step, messages that reached it and its share of those that left, in basis points."""
    rows: list[tuple[str, str, int, int | None]] = []
    values = [""] if by is None else sorted(journeys[by].unique().to_list())
    for value in values:
        mine = journeys if by is None else journeys.filter(pl.col(by) == value)
        whole = total(mine, column="messages")
        for step, level in LEVELS.items():
            n = total(mine, pl.col("level") >= level, column="messages")
            rows.append((value, step, n, money.div_half_up(n * 10_000, whole) if whole else None))
    columns = {"value": pl.String, "step": pl.String, "messages": pl.Int64, "share_bp": pl.Int64}
    return pl.DataFrame(rows, schema=columns, orient="row")


def stopped(journeys: pl.DataFrame) -> tuple[int, int]:
    """Messages that reached our page and no payment: those that saw one fail, and those that left without trying to the
    end. With those that paid they are all that reached it."""
    inside = (pl.col("level") >= PAGE) & (pl.col("level") < LEVELS["paid"])
    failed = total(journeys, inside, pl.col("failed"), column="messages")
    return failed, total(journeys, inside, ~pl.col("failed"), column="messages")


def worst(journeys: pl.DataFrame, end: date) -> Worst | None:
    """Where most money stops: from the page on if anybody reached it, else anywhere. None if nothing left, if
    nothing is known of what left, or if all paid.

    Money is never added over currencies: the currency in which most messages left is judged.
    """
    if not journeys.height or journeys["level"].max() == 0:
        return None
    busiest = journeys.group_by("currency").agg(pl.col("messages").sum()).sort("messages", "currency", descending=True)
    mine = journeys.filter(pl.col("currency") == busiest["currency"][0])
    stopped = mine.filter(pl.col("level") < LEVELS["paid"])
    inside = stopped.filter(pl.col("level") >= PAGE)
    asked = inside if inside.height else stopped
    if not asked.height:
        return None
    lost = asked.group_by("level").agg(pl.col("amount_minor").sum(), pl.col("messages").sum())
    level = lost.sort("amount_minor", "level", descending=True)["level"][0]
    here = asked.filter(pl.col("level") == level)
    code = list(STEPS)[level]
    waiting = here.filter(pl.col("last_on").is_not_null())
    n = total(waiting, column="messages")
    age = (pl.lit(end) - pl.col("last_on")).dt.total_days() * pl.col("messages")
    days = money.div_half_up(int(waiting.select(age.sum()).item()), n) if n else None
    return Worst(
        code, busiest["currency"][0], total(here, column="messages"), total(here), days,
        total(here, pl.col("failed"), column="messages"), _ADVICE[code],
    )  # fmt: skip


def failures(journeys: pl.DataFrame) -> pl.DataFrame:
    """currency, method, device, messages, amount_minor and paid (in the end) of those who saw their payment fail."""
    return (
        journeys.filter("failed")
        .group_by("currency", "method", "device")
        .agg(
            pl.col("messages").sum(),
            amount_minor=money.total("amount_minor"),
            paid=pl.col("messages").filter(pl.col("level") == LEVELS["paid"]).sum(),
        )
        .sort(["currency", "messages", "method", "device"], descending=[False, True, False, False])
    )
