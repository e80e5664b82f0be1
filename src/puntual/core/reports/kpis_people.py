"""Talking and keeping one's word: contacts, promises, agreements."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs
import polars as pl

from puntual.core.reports.inputs import PARTS, Known, total, within
from puntual.core.reports.measure import Figure, Kpi, hundredths, none, percent, ratio

_NO_CONTACTS = "No hubo gestiones en el periodo."
_NO_PROMISES = "Ninguna promesa con fecha en el periodo está juzgada al corte."


def contact_rate(known: Known) -> Figure:
    reached = total(known.contacts, pl.col("direct"), column="times")
    return percent(reached, total(known.contacts, column="times"), _NO_CONTACTS)


def _late_accounts(known: Known) -> pl.DataFrame:
    return known.standing.filter(pl.col("overdue_then_minor") > 0).select("account").unique()


def coverage(known: Known) -> Figure:
    """Accounts overdue at the opening that somebody or something tried to contact."""
    late = _late_accounts(known)
    tried = late.join(known.contacts.select("account").drop_nulls().unique(), on="account", how="semi")
    return percent(tried.height, late.height, "Nadie tenía saldo vencido al abrir el periodo.")


def intensity(known: Known) -> Figure:
    accounts = known.contacts["account"].drop_nulls().n_unique()
    return ratio(total(known.contacts, column="times"), accounts, 1, _NO_CONTACTS)


def promise_rate(known: Known) -> Figure:
    made = known.promises.filter(within("made_on", known.start, known.end), pl.col("agent") != "").height
    reached = total(known.contacts, pl.col("direct"), column="times")
    return percent(made, reached, "No hubo contacto directo con nadie en el periodo.")


def judged(known: Known) -> pl.DataFrame:
    """Promises due in the period and judged by its end."""
    seen = pl.col("closed_on").is_not_null() & (pl.col("closed_on") <= known.end)
    return known.promises.filter(
        within("promised_on", known.start, known.end), seen, pl.col("state").is_in(("kept", "broken"))
    )


def promises_kept(known: Known) -> Figure:
    rows = judged(known)
    return percent(rows.filter(pl.col("state") == "kept").height, rows.height, _NO_PROMISES)


def promises_kept_amount(known: Known) -> Figure:
    rows = judged(known)
    return percent(total(rows, pl.col("state") == "kept"), total(rows), _NO_PROMISES)


def promises_by_week(known: Known, weeks: int = 13) -> list[tuple[date, date, int, int]]:
    """(first day, last day, judged, kept) of the promises for each of the last weeks, the oldest first."""
    rows = []
    for back in reversed(range(weeks)):
        end = known.end - timedelta(days=7 * back)
        start = end - timedelta(days=6)
        due = judged(attrs.evolve(known, start=start)).filter(within("promised_on", start, end))
        rows.append((start, end, due.height, due.filter(pl.col("state") == "kept").height))
    return rows


def instalments_on_time(known: Known) -> Figure:
    due = known.instalments.filter(within("due_on", known.start, known.end))
    return percent(int(due["on_time"].sum()), due.height, "Ninguna cuota de convenio vencía en el periodo.")


_NOBODY_ATTENDED = "Nadie atendió a ninguna persona en la mesa de gestión en el periodo."


def handling_time(known: Known) -> Figure:
    """Minutes that a person takes, with what is written down after (TMO, AHT: talk, hold and wrap-up)."""
    seconds, n = total(known.handlings, column="seconds"), known.handlings.height
    if not n:
        return none(_NOBODY_ATTENDED)
    return Figure(hundredths(Fraction(seconds, 60 * n)), hundredths(Fraction(seconds, 60)), n)


def occupancy(known: Known) -> Figure:
    """Of the time at the desk, the part in which somebody was attended."""
    busy = total(known.handlings, column="seconds")
    whole = busy + total(known.handlings, column="wait_s")
    if not whole:
        return none(_NOBODY_ATTENDED)
    found = percent(busy, whole, _NOBODY_ATTENDED)
    return Figure(found.value, hundredths(Fraction(busy, 60)), hundredths(Fraction(whole, 60)))


_CUT = "gestiones con fecha dentro del periodo, en la zona de la empresa"
_WHERE = PARTS
KPIS: tuple[Kpi, ...] = (
    Kpi(
        code="contact_rate", name="Contactabilidad", group="gestión", formula="contactos efectivos ÷ gestiones × 100",
        variant="Efectivo: se habló con la persona. Un mensaje leído no basta.", numerator="contactos con la persona",
        denominator="gestiones salientes", unit="pct", cut_off=_CUT, source="moonflow.ai; giro26.com",
        compute=contact_rate, better="up", money=False, by=_WHERE, rows="direct", below="contacts", parts="count",
        needs=("contacts",),
    ),
    Kpi(
        code="coverage", name="Cobertura", group="gestión",
        formula="cuentas con atraso gestionadas ÷ cuentas con atraso al abrir × 100",
        variant="Una gestión basta, por cualquier canal.", numerator="cuentas con atraso gestionadas",
        denominator="cuentas con atraso al abrir", unit="pct", cut_off=_CUT, source="conocimiento general",
        compute=coverage, money=False, by=_WHERE, rows="tried", below="late_accounts", parts="count",
        needs=("standing", "contacts"),
    ),
    Kpi(
        code="intensity", name="Intensidad", group="gestión", formula="gestiones ÷ cuentas gestionadas",
        variant="Gestiones salientes por cada cuenta que tuvo alguna.", numerator="gestiones salientes",
        denominator="cuentas gestionadas", unit="count", cut_off=_CUT, source="conocimiento general",
        compute=intensity, money=False, by=_WHERE, rows="contacts", below="contacted", parts="count",
        needs=("contacts",),
    ),
    Kpi(
        code="handling_time", name="Tiempo medio de gestión (TMO)", group="gestión",
        formula="minutos atendiendo ÷ personas atendidas",
        variant="De tomar a la persona a terminarla, con su cierre; sin las que se soltaron o pasaron a otro.",
        numerator="minutos atendiendo", denominator="personas atendidas", unit="minutes",
        cut_off="personas tomadas en la mesa de gestión dentro del periodo", source="vicifast; callhippo",
        compute=handling_time, money=False, by=("segment", "agent"), rows="handled", below="handled",
        weighs="Cada persona atendida cuenta por sus minutos, que dice su nota.", parts="count", needs=("handlings",),
    ),
    Kpi(
        code="occupancy", name="Ocupación", group="gestión",
        formula="minutos atendiendo ÷ (minutos atendiendo + esperando trabajo) × 100",
        variant="Esperar más de 30 minutos entre dos personas es una pausa, no cuenta.",
        numerator="minutos atendiendo", denominator="minutos atendiendo o esperando", unit="pct",
        cut_off="personas tomadas en la mesa de gestión dentro del periodo", source="vitalpbx; techtarget",
        compute=occupancy, money=False, by=("segment", "agent"), rows="handled",
        weighs="Cada persona atendida cuenta por sus minutos, que dice su nota.", parts="count", needs=("handlings",),
    ),
    Kpi(
        code="promise_rate", name="Tasa de promesas", group="promesas",
        formula="promesas tomadas por personas ÷ contactos directos × 100",
        variant="Sin las que el cliente hizo solo en su página.", numerator="promesas tomadas",
        denominator="contactos directos", unit="pct", cut_off=_CUT, source="delightcorp", compute=promise_rate,
        better="up", money=False, by=_WHERE, rows="taken", below="direct", parts="count",
        needs=("promises", "contacts"),
    ),
    Kpi(
        code="promises_kept", name="Promesas cumplidas", group="promesas",
        formula="promesas cumplidas ÷ promesas vencidas × 100",
        variant="Por número; con fecha en el periodo y ya juzgadas por el banco al corte; sin las retiradas.",
        numerator="promesas cumplidas", denominator="promesas vencidas y juzgadas", unit="pct",
        cut_off="promesas para una fecha del periodo", source="transformance.ai (típico 60-80 %)",
        compute=promises_kept, better="up", by=_WHERE, rows="kept", below="judged", parts="count",
        needs=("promises",),
    ),
    Kpi(
        code="promises_kept_amount", name="Promesas cumplidas, por importe", group="promesas",
        formula="importe de las cumplidas ÷ importe de las vencidas × 100",
        variant="Las mismas promesas, por lo prometido.", numerator="importe de las cumplidas",
        denominator="importe de las vencidas y juzgadas", unit="pct", cut_off="promesas para una fecha del periodo",
        source="transformance.ai", compute=promises_kept_amount, better="up", by=_WHERE, rows="kept", below="judged",
        needs=("promises",),
    ),
    Kpi(
        code="instalments_on_time", name="Cuotas de convenio a tiempo", group="promesas",
        formula="cuotas pagadas a tiempo ÷ cuotas que vencían × 100",
        variant="Con la gracia y la tolerancia del convenio; los pagos llenan las cuotas en orden.",
        numerator="cuotas pagadas a tiempo", denominator="cuotas que vencían en el periodo", unit="pct",
        cut_off="cuotas con vencimiento en el periodo", source="giro26.com", compute=instalments_on_time, better="up",
        by=("segment",), rows="instalments_on_time", below="instalments", parts="count",
        needs=("instalments",),
    ),
)  # fmt: skip
