"""The harm beside the money: what collecting cost the people who were asked. Breaches of the law must be zero."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl

from puntual.core.money import exponent
from puntual.core.reports.inputs import PARTS, Known, total
from puntual.core.reports.kpis_collection import collected_minor
from puntual.core.reports.measure import Figure, Kpi, hundredths, none, percent, ratio

_NO_CONTACTS = "No hubo contactos en el periodo, así que tampoco hay daño que medir."


def count(known: Known, what: str) -> int:
    """How often something happened in the period."""
    return total(known.harm, pl.col("what") == what, column="times")


def _contacts(known: Known) -> int:
    return total(known.contacts, column="times")


def complaints(known: Known) -> Figure:
    return ratio(count(known, "complaint"), _contacts(known), 1000, _NO_CONTACTS)


def wrong_person(known: Known) -> Figure:
    return percent(count(known, "wrong_person"), _contacts(known), _NO_CONTACTS)


def opt_outs(known: Known) -> Figure:
    return percent(count(known, "opt_out"), count(known, "sent"), "No salió ningún mensaje en el periodo.")


def contacts_per_thousand(known: Known) -> Figure:
    """Contacts for each thousand of money recovered, in whole units of the currency."""
    if known.mixed:
        return none("Hay más de una moneda y los contactos son de todas: no se reparten.")
    came = collected_minor(known)
    if not _contacts(known):
        return none(_NO_CONTACTS)
    if came <= 0:
        return none("No se registró ningún pago en el periodo.")
    thousand = 1000 * 10 ** exponent(known.currency)
    return Figure(hundredths(Fraction(_contacts(known) * thousand, came)), _contacts(known), came)


def refused(known: Known) -> Figure:
    return percent(count(known, "refused"), count(known, "wanted"), "Ningún plan del periodo quiso contactar a nadie.")


def breaches(known: Known) -> Figure:
    if not _contacts(known):
        return none(_NO_CONTACTS)
    n = count(known, "breach")
    return Figure(Decimal(n), n, _contacts(known))


_CUT = "hechos con fecha dentro del periodo, en la zona de la empresa"
_OURS = "propuesta propia: no se halló en otros productos"
KPIS: tuple[Kpi, ...] = (
    Kpi(
        code="complaints_per_1000", name="Quejas por cada 1,000 contactos", group="daño",
        formula="quejas ÷ contactos × 1,000", variant="Quejas por el trato recibido, no aclaraciones de la deuda.",
        numerator="quejas recibidas", denominator="contactos salientes", unit="per_1000", cut_off=_CUT, source=_OURS,
        compute=complaints, better="down", money=False, rows="harm", below="contacts", parts="count",
        by=PARTS,
        needs=("harm", "contacts"), counts=("complaint",),
    ),
    Kpi(
        code="wrong_person", name="Personas equivocadas", group="daño",
        formula="«No soy esta persona» ÷ contactos × 100",
        variant="Lo dicho en la página del cliente.", numerator="avisos de persona equivocada",
        denominator="contactos salientes", unit="pct", cut_off=_CUT, source=_OURS, compute=wrong_person, better="down",
        money=False, rows="harm", below="contacts", parts="count",
        by=PARTS,
        needs=("harm", "contacts"), counts=("wrong_person",),
    ),
    Kpi(
        code="opt_outs", name="Pidieron no recibir más", group="daño", formula="bajas ÷ mensajes enviados × 100",
        variant="Bajas que pidió la propia persona.", numerator="bajas", denominator="mensajes enviados", unit="pct",
        cut_off=_CUT, source=_OURS, compute=opt_outs, better="down", money=False,
        rows="harm", below="harm_below", parts="count",
        by=("segment", "stage", "channel", "campaign"),
        needs=("harm",), counts=("opt_out", "sent"),
    ),
    Kpi(
        code="contacts_per_1000", name="Contactos por cada 1,000 recuperados", group="daño",
        formula="contactos ÷ cobrado × 1,000", variant="En unidades enteras de la moneda: pesos, soles.",
        numerator="contactos salientes", denominator="dinero recibido", unit="count", cut_off=_CUT, source=_OURS,
        compute=contacts_per_thousand, better="down", rows="contacts", below="payments", parts="mixed",
        by=PARTS,
        needs=("cash", "contacts"),
    ),
    Kpi(
        code="refused", name="Contactos que la norma impidió", group="daño",
        formula="contactos negados o pospuestos ÷ contactos que la política quería × 100",
        variant="Según los planes diarios; cada uno con su regla.", numerator="negados o pospuestos",
        denominator="contactos que la política quería", unit="pct", cut_off=_CUT, source=_OURS, compute=refused,
        money=False, rows="refusals", below="wanted", parts="count",
        by=("segment", "stage", "channel", "campaign"),
        needs=("harm",), counts=("refused", "wanted"),
    ),
    Kpi(
        code="breaches", name="Faltas a la norma", group="daño",
        formula="contactos hechos pese a un «no» o repetidos el mismo día",
        variant="Debe ser 0. Lo vigila `puntual check`.",
        numerator="faltas", denominator="", unit="count", cut_off=_CUT, source=_OURS, compute=breaches, better="down",
        money=False, rows="harm", below="contacts", parts="count",
        by=PARTS,
        needs=("harm", "contacts"), counts=("breach",),
    ),
)  # fmt: skip
