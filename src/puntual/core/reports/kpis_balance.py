"""What is owed and how long it takes: DSO in its three forms, ADD, CEI, delinquency. Terms count capital only."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from puntual.core.reports.inputs import Known, total, within
from puntual.core.reports.measure import Figure, Kpi, amount, hundredths, none, percent, ratio

SALES = ("invoice", "credit_note")
_PRINCIPAL = pl.col("component") == "principal"
_NO_SALES = (
    "No hubo ventas a crédito en el periodo, así que no hay entre qué dividir: elija un periodo con ventas, "
    "por ejemplo de 90 días."
)
_NOTHING_OPEN = "No había nada por cobrar al corte."
_REX = "rex.inc (DSO, BPDSO, ADD, CEI)"


def open_at(known: Known, day: date, *more: pl.Expr) -> int:
    """The balance at the end of a day."""
    return total(known.movements, pl.col("effective_on") <= day, *more)


def capital(known: Known, day: date) -> int:
    return open_at(known, day, _PRINCIPAL)


def current_capital(known: Known, day: date) -> int:
    """Capital that is not past due at the end of a day: what is due that very day is not late yet."""
    return open_at(known, day, _PRINCIPAL, pl.col("due_on") >= day)


def sales(known: Known, start: date, end: date) -> int:
    """Invoices less credit notes of [start, end]."""
    return total(known.movements, _PRINCIPAL, pl.col("kind").is_in(SALES), within("effective_on", start, end))


def dso(known: Known) -> Figure:
    sold = sales(known, known.start, known.end)
    return ratio(capital(known, known.end), sold, known.days, _NO_SALES)


def best_possible_dso(known: Known) -> Figure:
    sold = sales(known, known.start, known.end)
    return ratio(current_capital(known, known.end), sold, known.days, _NO_SALES)


def average_days_delinquent(known: Known) -> Figure:
    late = capital(known, known.end) - current_capital(known, known.end)
    return ratio(late, sales(known, known.start, known.end), known.days, _NO_SALES)


def count_back(known: Known) -> Figure:
    """Months of sales, the latest first, taken off the balance until nothing is left; the last one in proportion."""
    left, days = capital(known, known.end), Fraction(0)
    if left <= 0:
        return none(_NOTHING_OPEN)
    first = known.movements.filter(_PRINCIPAL, pl.col("kind").is_in(SALES))["effective_on"].min()
    owed, end = left, known.end
    while isinstance(first, date) and end >= first:
        start = end.replace(day=1)
        sold, length = sales(known, start, end), (end - start).days + 1
        if sold >= left:
            return Figure(hundredths(days + Fraction(length * left, sold)), owed, None)
        left, days, end = left - max(sold, 0), days + length, start - timedelta(days=1)
    return none(
        "La cartera es mayor que todas las ventas registradas: cargue meses anteriores para contar hacia atrás."
    )


def effectiveness_index(known: Known) -> Figure:
    """(opening + sales - closing) / (opening + sales - closing current) * 100."""
    whole = capital(known, known.opening) + sales(known, known.start, known.end)
    return percent(
        whole - capital(known, known.end), whole - current_capital(known, known.end),
        "No había nada que cobrar en el periodo: ni saldo al abrir que venciera, ni ventas vencidas.",
    )  # fmt: skip


def receivable(known: Known) -> Figure:
    minor = open_at(known, known.end)
    if not minor and not known.movements.height:
        return none("Todavía no hay facturas en esta moneda.")
    return amount(minor)


def overdue(known: Known) -> Figure:
    if not known.movements.height:
        return none("Todavía no hay facturas en esta moneda.")
    return amount(open_at(known, known.end, pl.col("due_on") < known.end))


def overdue_share(known: Known) -> Figure:
    late = open_at(known, known.end, pl.col("due_on") < known.end)
    return percent(late, open_at(known, known.end), _NOTHING_OPEN)


def at_risk(known: Known) -> Figure:
    old = open_at(known, known.end, pl.col("due_on") < known.end - timedelta(days=90))
    return percent(old, open_at(known, known.end), _NOTHING_OPEN)


_CUT = "cierre del último día del periodo, por fecha del hecho"
_SEGMENT = ("segment",)
KPIS: tuple[Kpi, ...] = (
    Kpi(
        code="receivable", name="Por cobrar", group="cartera", formula="saldo abierto",
        variant="Capital, intereses y gastos; sin restar pagos sin aplicar.", numerator="saldo abierto al corte",
        denominator="", unit="money", cut_off=_CUT, source="conocimiento general", compute=receivable,
        by=("segment", "stage"), stage_of="close",
        rows="documents",
    ),
    Kpi(
        code="overdue", name="Vencido", group="cartera", formula="saldo abierto con vencimiento anterior al corte",
        variant="Lo que vence el mismo día del corte no está vencido.", numerator="saldo vencido al corte",
        denominator="", unit="money", cut_off=_CUT, source="giro26.com", compute=overdue, better="down",
        by=("segment", "stage"), stage_of="close", rows="overdue",
    ),
    Kpi(
        code="overdue_share", name="Mora total", group="cartera", formula="vencido ÷ por cobrar × 100",
        variant="Por importe, con intereses y gastos.", numerator="saldo vencido al corte",
        denominator="saldo abierto al corte", unit="pct", cut_off=_CUT, source="giro26.com", compute=overdue_share,
        better="down", by=_SEGMENT, rows="overdue", below="documents",
    ),
    Kpi(
        code="at_risk", name="En riesgo (más de 90 días)", group="cartera",
        formula="saldo con más de 90 días de atraso ÷ por cobrar × 100", variant="Por importe, no por número.",
        numerator="saldo con más de 90 días al corte", denominator="saldo abierto al corte", unit="pct", cut_off=_CUT,
        source="docs.upflow.io", compute=at_risk, better="down", by=_SEGMENT, rows="at_risk", below="documents",
    ),
    Kpi(
        code="dso", name="Plazo medio de cobro (DSO)", group="plazo", formula="por cobrar ÷ ventas a crédito × días",
        variant="Capital al corte; ventas del periodo menos notas de crédito, sin intereses ni gastos.",
        numerator="capital por cobrar al corte", denominator="ventas a crédito netas del periodo", unit="days",
        cut_off=_CUT, source=_REX, compute=dso, better="down", by=_SEGMENT,
        rows="capital", below="sold",
    ),
    Kpi(
        code="dso_count_back", name="Plazo medio por conteo hacia atrás", group="plazo",
        formula="se restan las ventas de cada mes, del último al primero, hasta agotar el saldo; se suman los días",
        variant="Meses calendario; el último, en proporción. Mejor que el DSO con ventas de temporada.",
        numerator="capital por cobrar al corte", denominator="", unit="days", cut_off=_CUT,
        source="highako academy; gaviti; upflow", compute=count_back, better="down", by=_SEGMENT,
        rows="capital",
    ),
    Kpi(
        code="dso_best", name="Mejor plazo posible (BPDSO)", group="plazo",
        formula="por cobrar sin vencer ÷ ventas a crédito × días",
        variant="El plazo que habría si nadie se atrasara. Lo que vence el día del corte no está vencido.",
        numerator="capital sin vencer al corte", denominator="ventas a crédito netas del periodo", unit="days",
        cut_off=_CUT, source=_REX, compute=best_possible_dso, by=_SEGMENT,
        rows="current_capital", below="sold",
    ),
    Kpi(
        code="add", name="Días promedio de atraso (ADD)", group="plazo", formula="DSO − BPDSO",
        variant="Equivale a capital vencido ÷ ventas a crédito × días.", numerator="capital vencido al corte",
        denominator="ventas a crédito netas del periodo", unit="days", cut_off=_CUT, source=_REX,
        compute=average_days_delinquent, better="down", by=_SEGMENT, rows="late_capital", below="sold",
    ),
    Kpi(
        code="cei", name="Índice de eficacia de cobranza (CEI)", group="plazo",
        formula="(saldo inicial + ventas − saldo final) ÷ (saldo inicial + ventas − saldo final sin vencer) × 100",
        variant="Sobre capital; ventas menos notas de crédito. 80 o más es bueno; 50 o menos, bajo.",
        numerator="capital que dejó de deberse en el periodo", denominator="capital que podía cobrarse en el periodo",
        unit="pct", cut_off=_CUT, source="rex.inc; Billtrust; maxyfi", compute=effectiveness_index, better="up",
        by=_SEGMENT,
        rows="came_off", below="to_collect",
    ),
)  # fmt: skip
