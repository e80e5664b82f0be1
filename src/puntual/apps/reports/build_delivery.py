"""From the sale to the invoice to the hands of the customer, in days: the first stretch of «¿Facilitamos?»."""

from __future__ import annotations

from datetime import date

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import frames, frames_contacts, frames_people
from puntual.apps.reports.columns import books
from puntual.apps.reports.tables import Column, Table, rows_address
from puntual.core.reports import delivery as delivery_core
from puntual.core.reports.delivery import STEPS, Step
from puntual.ui.formats import locale_for, number_text

_COLUMNS = (
    Column("step", "Tramo"), Column("reached", "Documentos", "count"), Column("waiting", "Todavía no", "count"),
    Column("mean", "Días en promedio", "days"), Column("median", "Días, la mitad en menos de", "days"),
)  # fmt: skip


def delivery(creditor: Creditor, start: date, end: date) -> Table | None:
    """The stretches of the documents issued in [start, end]; None without any."""
    ledger = books(creditor.pk)
    issued = frames.issued(ledger, start, end)
    if not issued.height:
        return None
    told = frames_contacts.contacts(ledger, creditor, start, end).select("account", "day")
    found = delivery_core.steps(issued, told, frames_people.arrived(creditor, start, end), end)
    cells = tuple((STEPS[s.code], s.reached, s.waiting, s.mean_days, s.median_days) for s in found)
    locale = locale_for(creditor.country)
    title = f"{_slowest_says(found, locale)} {_sale_says(found, int(issued['items'].sum()), locale)}".strip()
    opens = tuple(_opens(step.code, start, end) for step in found)
    return Table("delivery", title, _COLUMNS, cells, links=tuple(one["reached"] for one in opens), opens=opens)


def _opens(code: str, start: date, end: date) -> dict[str, str]:
    done, waits = (rows_address("entregas", start, end, de="friction", tramo=code, estado=state)
                   for state in ("pasaron", "faltan"))  # fmt: skip
    return {"reached": done, "waiting": waits, "mean": done, "median": done}


def _slowest_says(found: tuple[Step, ...], locale: str) -> str:
    worst, arrived = delivery_core.slowest(found), next(s for s in found if s.code == "arrived")
    if worst is not None:
        what, days = STEPS[worst[0]].lower(), number_text(worst[1], locale)
        return f"Lo que más tarda, «{what}»: {days} días en promedio."
    if arrived.waiting:
        n = number_text(arrived.waiting, locale)
        return f"De {n} documentos no consta todavía que le hayan llegado al cliente."
    return "Las facturas del periodo se registraron y llegaron sin demora."


def _sale_says(found: tuple[Step, ...], whole: int, locale: str) -> str:
    """How many invoices do not say when their sale was, and where to say it."""
    silent = whole - found[0].reached
    if not silent:
        return ""
    which = "Ninguna factura dice" if silent == whole else f"{number_text(silent, locale)} facturas no dicen"
    return f"{which} cuándo fue la venta: añada la columna «fecha de venta» al cargarlas."
