"""What was collected, from whom, and how late it came."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl

from puntual.core.reports.inputs import PARTS, Known, total, within
from puntual.core.reports.kpis_balance import open_at
from puntual.core.reports.measure import Figure, Kpi, amount, hundredths, none, percent

#: Facts that lower what is owed because money came; a reversal of one counts against it.
MONEY_KINDS = ("allocation", "payment", "recovery")
#: Channels in which a person talks.
PEOPLE = ("call", "visit")
_NOBODY_LATE = "Nadie tenía saldo vencido al abrir el periodo."


def collected_minor(known: Known) -> int:
    return total(known.cash, within("on", known.start, known.end))


def collected(known: Known) -> Figure:
    if not known.cash.filter(within("on", known.start, known.end)).height:
        return none("No se registró ningún pago en el periodo.")
    return amount(collected_minor(known))


def recovery(known: Known) -> Figure:
    """Of what was overdue at the opening, the share paid in the period."""
    late = pl.col("due_on") < known.opening
    came = total(
        known.movements, late, pl.col("issued_on") <= known.opening, pl.col("kind").is_in(MONEY_KINDS),
        within("effective_on", known.start, known.end),
    )  # fmt: skip
    return percent(-came, open_at(known, known.opening, late), "Nada estaba vencido al abrir el periodo.")


def recovery_at_stage(known: Known) -> Figure:
    """The same over whatever documents `known` holds: of one stage, `Known.at_stage` chose them."""
    old = pl.col("issued_on") <= known.opening
    kinds = pl.col("kind").is_in(MONEY_KINDS)
    came = total(known.movements, old, kinds, within("effective_on", known.start, known.end))
    return percent(-came, open_at(known, known.opening, old), "No había saldo en esta etapa al abrir el periodo.")


def collected_against_due(known: Known) -> Figure:
    """Money received against what fell due in the same days."""
    due = total(
        known.movements, pl.col("component") == "principal", pl.col("kind").is_in(("invoice", "credit_note")),
        within("due_on", known.start, known.end), pl.col("effective_on") <= known.end,
    )  # fmt: skip
    return percent(collected_minor(known), due, "Nada vencía en el periodo.")


def _paid(known: Known) -> pl.DataFrame:
    """days late, days since issue and how many documents, of those settled in the period."""
    return known.settled.filter(within("paid_on", known.start, known.end)).select(
        "items",
        late=(pl.col("paid_on") - pl.col("due_on")).dt.total_days(),
        term=(pl.col("paid_on") - pl.col("issued_on")).dt.total_days(),
    )


def _mean(known: Known, column: str) -> Figure:
    paid = _paid(known)
    n = total(paid, column="items")
    if not n:
        return none("Ningún documento quedó pagado en el periodo.")
    days = int(paid.select((pl.col(column) * pl.col("items")).sum()).item())
    return Figure(hundredths(Fraction(days, n)), days, n)


def delay_mean(known: Known) -> Figure:
    return _mean(known, "late")


def collection_term(known: Known) -> Figure:
    return _mean(known, "term")


def delay_median(known: Known) -> Figure:
    """The middle document's days late; between the two middle ones when their number is even."""
    paid = _paid(known).group_by("late").agg(pl.col("items").sum()).sort("late")
    n = total(paid, column="items")
    if not n:
        return none("Ningún documento quedó pagado en el periodo.")
    ends = paid.select("late", end=pl.col("items").cum_sum())

    def at(position: int) -> int:
        return int(ends.filter(pl.col("end") > position)["late"][0])

    return Figure(hundredths(Fraction(at((n - 1) // 2) + at(n // 2), 2)), None, n)


def on_time(known: Known) -> Figure:
    paid = _paid(known)
    early = total(paid, pl.col("late") <= 0, column="items")
    return percent(early, total(paid, column="items"), "Ningún documento quedó pagado en el periodo.")


def cured(known: Known) -> pl.DataFrame:
    """Accounts with something overdue at the opening, and whether nothing of theirs is overdue at the close."""
    late = known.standing.filter(pl.col("overdue_then_minor") > 0)
    return late.with_columns(cured=pl.col("overdue_now_minor") <= 0)


def cure_rate(known: Known) -> Figure:
    rows = cured(known)
    return percent(int(rows["cured"].sum()), rows.height, _NOBODY_LATE)


def self_cure(known: Known) -> Figure:
    """Of the cured, those whom no person called or visited in the period."""
    by_people = known.contacts.filter(pl.col("channel").is_in(PEOPLE) | (pl.col("agent") != ""))
    rows = cured(known).filter("cured")
    alone = rows.join(by_people.select("account").drop_nulls().unique(), on="account", how="anti")
    return percent(alone.height, rows.height, "Ninguna cuenta se puso al día en el periodo.")


def cost_of_collecting(known: Known) -> Figure:
    """Contacts by the cost of their channel, for each hundred of money received."""
    if not known.contact_cost:
        return none("Falta el costo de cada contacto por canal: escríbalo en Reportes → Metas y costos.")
    if known.mixed:
        return none("Hay más de una moneda y los contactos son de todas: no se reparte su costo.")
    cost = sum(known.contact_cost.get(c, 0) * n for c, n in known.contacts.select("channel", "times").iter_rows())
    return percent(cost, collected_minor(known), "No se registró ningún pago en el periodo.")


def recovered_per_contact(known: Known) -> Figure:
    """Money received for each contact made."""
    if known.mixed:
        return none("Hay más de una moneda y los contactos son de todas: no se reparten.")
    n = total(known.contacts, column="times")
    if not n:
        return none("No hubo gestiones en el periodo.")
    came = collected_minor(known)
    return Figure(hundredths(Fraction(came, n)).quantize(Decimal(1)), came, n)


_CUT = "pagos con fecha dentro del periodo"
_SEGMENT = ("segment",)
_EVERY = PARTS
KPIS: tuple[Kpi, ...] = (
    Kpi(
        code="collected", name="Cobrado", group="cobro", formula="pagos − devoluciones",
        variant="Dinero recibido en el periodo, aplicado o no, menos lo devuelto o contracargado.",
        numerator="dinero recibido", denominator="", unit="money", cut_off=_CUT, source="conocimiento general",
        compute=collected, better="up", by=_EVERY, rows="payments",
        needs=("cash",),
    ),
    Kpi(
        code="recovery_rate", name="Tasa de recuperación", group="cobro",
        formula="cobrado de lo vencido al abrir ÷ vencido al abrir × 100",
        variant="Pagos aplicados en el periodo a documentos vencidos a su apertura.",
        numerator="pagos aplicados a lo vencido al abrir", denominator="saldo vencido al abrir", unit="pct",
        cut_off=_CUT, source="vcc.live; addasoft; inconcertcx",
        compute=recovery, better="up", rows="recovered_overdue", below="overdue_then", by=("segment", "stage"),
        needs=("movements",), stage_of="opening",
    ),
    Kpi(
        code="stage_recovery", name="Recuperación por etapa", group="cobro",
        formula="cobrado en el periodo ÷ saldo al abrir × 100",
        variant="Documentos ya emitidos al abrir; la etapa es la que tenían ese día.",
        numerator="pagos aplicados", denominator="saldo al abrir", unit="pct", cut_off=_CUT,
        source="vcc.live; addasoft; inconcertcx",
        compute=recovery_at_stage, better="up", rows="recovered", below="open_then", by=("stage", "segment"),
        needs=("movements",), stage_of="opening",
    ),
    Kpi(
        code="collected_vs_due", name="Cobrado contra lo que vencía", group="cobro",
        formula="cobrado en el periodo ÷ vencimientos del periodo × 100",
        variant="Vencimientos por su importe original menos notas de crédito; lo cobrado puede ser de otros meses.",
        numerator="dinero recibido", denominator="importe que vencía en el periodo", unit="pct", cut_off=_CUT,
        source="giro26.com", compute=collected_against_due, better="up", rows="payments", below="due", by=_SEGMENT,
        needs=("movements", "cash"),
    ),
    Kpi(
        code="delay_mean", name="Atraso medio", group="cobro", formula="Σ (pago − vencimiento) ÷ documentos pagados",
        variant="Documentos cuyo capital quedó en cero en el periodo; pagar antes cuenta en negativo.",
        numerator="días de atraso de todos", denominator="documentos pagados", unit="days", cut_off=_CUT,
        source="giro26.com", compute=delay_mean, better="down", by=_SEGMENT,
        rows="settled", below="settled", parts="count",
        needs=("settled",),
        weighs="Cada documento cuenta por sus días de atraso, que dice su nota.",
    ),
    Kpi(
        code="delay_median", name="Atraso mediano", group="cobro", formula="mediana de (pago − vencimiento)",
        variant="La mitad de los documentos pagó con menos atraso. No lo mueven unos pocos muy viejos.",
        numerator="", denominator="documentos pagados", unit="days", cut_off=_CUT, source="giro26.com",
        compute=delay_median, better="down", by=_SEGMENT, rows="settled", below="settled", parts="count",
        needs=("settled",),
    ),
    Kpi(
        code="on_time", name="Pagado a tiempo", group="cobro",
        formula="documentos pagados hasta su vencimiento ÷ documentos pagados × 100", variant="Por número.",
        numerator="documentos pagados a tiempo", denominator="documentos pagados", unit="pct", cut_off=_CUT,
        source="conocimiento general", compute=on_time, better="up", by=_SEGMENT,
        rows="on_time", below="settled", parts="count",
        needs=("settled",),
    ),
    Kpi(
        code="collection_term", name="Plazo de cobranza", group="cobro",
        formula="Σ (pago − emisión) ÷ documentos pagados", variant="Documentos pagados en el periodo, por número.",
        numerator="días desde la emisión", denominator="documentos pagados", unit="days", cut_off=_CUT,
        source="securitec.pe (Beex)",
        compute=collection_term, better="down", by=_SEGMENT, rows="settled", below="settled", parts="count",
        needs=("settled",),
        weighs="Cada documento cuenta por los días que van de su emisión a su pago.",
    ),
    Kpi(
        code="cure_rate", name="Tasa de regularización", group="cobro",
        formula="cuentas que se pusieron al día ÷ cuentas con atraso al abrir × 100",
        variant="Al día: sin nada vencido al cierre, tampoco lo que venció después.",
        numerator="cuentas al día al cierre", denominator="cuentas con atraso al abrir", unit="pct", cut_off=_CUT,
        source="symend FAQ", compute=cure_rate, better="up", by=("segment", "stage"),
        rows="cured", below="late_accounts", parts="count",
        needs=("standing",),
    ),
    Kpi(
        code="self_cure", name="Regularización sin intervención", group="cobro",
        formula="cuentas al día sin que una persona las contactara ÷ cuentas que se pusieron al día × 100",
        variant="Los mensajes automáticos no son una persona; las llamadas y visitas, sí.",
        numerator="cuentas al día sin contacto de una persona", denominator="cuentas que se pusieron al día",
        unit="pct", cut_off=_CUT, source="symend FAQ", compute=self_cure, by=("segment", "stage"),
        rows="cured_alone", below="cured",
        parts="count", needs=("standing", "contacts"),
    ),
    Kpi(
        code="cost_per_100", name="Costo por cada 100 recuperados", group="cobro",
        formula="costo de los contactos ÷ cobrado × 100", variant="Solo contactos, al costo por canal que usted fijó.",
        numerator="costo de los contactos", denominator="dinero recibido", unit="pct", cut_off=_CUT,
        source="credit-and-collections-professionals.com; moonflow", compute=cost_of_collecting, better="down",
        rows="contacts", below="payments",
        by=_EVERY,
        needs=("cash", "contacts"),
        weighs="Cada gestión cuenta por lo que cuesta su canal.",
    ),
    Kpi(
        code="recovered_per_contact", name="Recuperado por gestión", group="cobro", formula="cobrado ÷ gestiones",
        variant="Todas las gestiones salientes del periodo, de todos los canales.", numerator="dinero recibido",
        denominator="gestiones", unit="money_per", cut_off=_CUT, source="giro26.com", compute=recovered_per_contact,
        better="up", rows="payments", below="contacts", parts="mixed",
        by=_EVERY,
        needs=("cash", "contacts"),
    ),
)  # fmt: skip
