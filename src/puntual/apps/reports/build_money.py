"""The reports about money, from what is known to tables that say what they find."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import attrs
import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.reports.choices import TITLES
from puntual.apps.reports.rows_asked import trait
from puntual.apps.reports.tables import Column, Report, Table
from puntual.apps.reports.tables import rows_address as address
from puntual.core.money import div_half_up
from puntual.core.reports import ageing as ageing_core
from puntual.core.reports import roll_rates as roll_core
from puntual.core.reports import vintages as vintages_core
from puntual.core.reports.inputs import Known
from puntual.core.reports.registry import Measured
from puntual.ui.formats import locale_for, money_text, percent_text

NO_BOOKS = "Todavía no hay facturas: cárguelas en Cargar datos y este reporte se llenará solo."


def report(kind: str, creditor: Creditor, now: Known, **parts: Any) -> Report:
    """A report with its title and period."""
    locale = locale_for(creditor.country)
    parts["tables"] = tuple(attrs.evolve(table, locale=locale) for table in parts.get("tables", ()))
    return Report(kind, str(TITLES[kind]), creditor.code, creditor.name, now.start, now.end, locale=locale, **parts)


def pct(bp: int, locale: str) -> str:
    """Hundredths of a percent as people of the country read them: "12.5 %", "12,5 %"."""
    return percent_text(div_half_up(bp, 10), locale)


def kpis(creditor: Creditor, now: Known, figures: Sequence[Measured]) -> Report:
    """The indicators; without a single figure, the sentence of an empty company."""
    empty = not now.currencies() and not now.contacts.height
    return report("kpis", creditor, now, figures=tuple(figures), sentences=(NO_BOOKS,) if empty else ())


def ageing(creditor: Creditor, now: Known) -> Report:
    """Open balance by days past due, per currency and segment, at the close."""
    rows = ageing_core.ageing(now, by_segment=True)
    columns = (
        Column("bucket", "Antigüedad"), Column("segment", "Segmento"), Column("open_minor", "Saldo", "money"),
        Column("share_bp", "Del total", "pct"),
    )  # fmt: skip
    tables = []
    for currency in rows["currency"].unique(maintain_order=True).to_list():
        mine = rows.filter(pl.col("currency") == currency)
        segments = mine["segment"].n_unique() > 2
        shown = mine if segments else mine.filter(pl.col("segment") == "*")
        cells = tuple(
            (ageing_core.NAMES[r["bucket"]], _segment(r["segment"]), r["open_minor"], r["share_bp"])
            for r in shown.iter_rows(named=True)
        )  # fmt: skip
        links = tuple(
            address(
                "documentos", now.start, now.end, tramo=r["bucket"], moneda=currency, de="ageing", **_of(r["segment"])
            )
            for r in shown.iter_rows(named=True)
        )
        says = _ageing_says(mine, creditor, currency)
        opens = tuple({"open_minor": link} for link in links)
        tables.append(Table("ageing", says, columns, cells, currency, links=links, opens=opens))
    return report("ageing", creditor, now, tables=tuple(tables), sentences=() if tables else (NO_BOOKS,))


def _of(segment: str) -> dict[str, str]:
    return {} if segment == "*" else trait("segment", segment)


def _segment(value: str) -> str:
    return "Toda la empresa" if value == "*" else value or "Sin segmento"


def _ageing_says(rows: pl.DataFrame, creditor: Creditor, currency: str) -> str:
    whole = rows.filter(pl.col("segment") == "*")
    open_minor = int(whole["open_minor"].sum())
    late = whole.filter(pl.col("bucket") != "current")
    overdue = int(late["open_minor"].sum())
    if open_minor <= 0:
        return "No hay nada por cobrar al corte."
    text = money_text(open_minor, currency, locale_for(creditor.country), with_code=True)
    if overdue <= 0:
        return f"Todo está por vencer: {text}, y nada atrasado."
    worst = late.sort("open_minor", descending=True).row(0, named=True)
    share = pct(roll_core.share_bp(overdue, open_minor) or 0, locale_for(creditor.country))
    return f"De {text} por cobrar, el {share} está vencido; lo que más pesa tiene {_lower(worst['bucket'])}."


def _lower(bucket: str) -> str:
    return ageing_core.NAMES[bucket].lower()


def roll_rates(creditor: Creditor, now: Known) -> Report:
    """The matrix of the period and the monthly rates."""
    moved, monthly = roll_core.matrix(now), roll_core.monthly(now)
    locale = locale_for(creditor.country)
    tables = []
    for currency in moved["currency"].unique(maintain_order=True).to_list():
        tables.append(_matrix(moved.filter(pl.col("currency") == currency), currency, now, locale))
        mine = monthly.filter(pl.col("currency") == currency)
        if mine.height:
            tables.append(_monthly(mine, currency, locale))
    return report("roll-rates", creditor, now, tables=tuple(tables), sentences=() if tables else (NO_BOOKS,))


def _matrix(rows: pl.DataFrame, currency: str, now: Known, locale: str) -> Table:
    codes = (*ageing_core.BUCKETS, roll_core.SETTLED)
    names = {**ageing_core.NAMES, roll_core.SETTLED: "Dejó de deberse"}
    cells = {(r["was"], r["now"]): r for r in rows.iter_rows(named=True)}
    lines = []
    for was in ageing_core.BUCKETS:
        at_opening = sum(cells[was, code]["minor"] for code in codes)
        lines.append((names[was], at_opening, *(cells[was, code]["share_bp"] for code in codes)))
    columns = (Column("was", "Al abrir"), Column("open_minor", "Capital", "money"))
    columns += tuple(Column(code, names[code], "pct") for code in codes)
    shared = {"moneda": currency, "de": "roll-rates"}
    opened = [address("documentos", now.opening, now.opening, capital="1", tramo=was, **shared)
              for was in ageing_core.BUCKETS]  # fmt: skip
    opens = tuple(
        {"open_minor": link, **{code: address("rodamiento", now.start, now.end, tramo=was, a=code, **shared)
                                for code in codes}}
        for link, was in zip(opened, ageing_core.BUCKETS)
    )  # fmt: skip
    says = _matrix_says(cells, locale)
    return Table("matrix", says, columns, tuple(lines), currency, links=tuple(opened), opens=opens)


def _matrix_says(cells: dict[tuple[str, str], dict[str, Any]], locale: str) -> str:
    rolled = cells["d1_30", "d31_60"]["share_bp"]
    late = [code for code in ageing_core.BUCKETS if code != "current"]
    whole = sum(cells[was, code]["minor"] for was in late for code in (*ageing_core.BUCKETS, roll_core.SETTLED))
    cured = roll_core.share_bp(sum(cells[was, roll_core.SETTLED]["minor"] for was in late), whole)
    if cured is None:
        return "Nada estaba vencido al abrir el periodo."
    text = f"De lo vencido al abrir, el {pct(cured, locale)} dejó de deberse"
    if rolled is None:
        return f"{text}."
    return f"{text}; del primer mes de atraso, el {pct(rolled, locale)} pasó al segundo."


def _monthly(rows: pl.DataFrame, currency: str, locale: str) -> Table:
    columns = (
        Column("month", "Mes", "date"), Column("bucket", "De"), Column("was_minor", "Un mes antes", "money"),
        Column("next_minor", "Tramo siguiente", "money"), Column("rate_bp", "Rodamiento", "pct"),
    )  # fmt: skip
    newest = list(rows.sort("month", descending=True, maintain_order=True).iter_rows(named=True))
    cells = tuple(
        (r["month"], ageing_core.NAMES[r["bucket"]], r["was_minor"], r["next_minor"], r["rate_bp"]) for r in newest
    )
    after = dict(zip(ageing_core.BUCKETS, [*list(ageing_core.BUCKETS)[1:-1], roll_core.NEXT_TO_LAST]))
    shared = {"capital": "1", "moneda": currency, "de": "roll-rates"}
    opens = []
    for r in newest:
        before = r["month"].replace(day=1) - timedelta(days=1)
        opens.append({
            "was_minor": address("documentos", before, before, tramo=r["bucket"], **shared),
            "next_minor": address("documentos", r["month"], r["month"], tramo=after[r["bucket"]], **shared),
        })  # fmt: skip
    first = rows.filter(pl.col("bucket") == "d1_30", pl.col("rate_bp").is_not_null())
    title = "Rodamiento de cada mes, por saldos."
    if first.height > 1:
        before, last = first["rate_bp"][-2], first["rate_bp"][-1]
        word = "subió" if last > before else "bajó" if last < before else "quedó igual"
        was, now = pct(before, locale), pct(last, locale)
        title = f"De 1-30 a 31-60 días el rodamiento {word}: de {was} a {now} en el último mes."
    links = tuple(one["was_minor"] for one in opens)
    return Table("monthly", title, columns, cells, currency, links=links, opens=tuple(opens))


def vintages(creditor: Creditor, now: Known) -> Report:
    """Of each month's sales, what is still unpaid month after month."""
    rows = vintages_core.vintages(now)
    ages = sorted(rows["age_months"].unique().to_list())
    columns = (Column("month", "Emitido en", "date"), Column("sold_minor", "Vendido", "money"))
    columns += tuple(Column(f"m{age}", f"Mes {age}", "pct") for age in ages)
    tables = []
    for currency in rows["currency"].unique(maintain_order=True).to_list():
        mine = rows.filter(pl.col("currency") == currency)
        lines = []
        for month in mine["month"].unique().sort().to_list():
            line = {r["age_months"]: r for r in mine.filter(pl.col("month") == month).iter_rows(named=True)}
            sold = line[max(line)]["sold_minor"]
            lines.append((month, sold, *(line[a]["open_bp"] if a in line else None for a in ages)))
        says = _vintage_says(lines, locale_for(creditor.country))
        opens = tuple(_vintage_opens(line, ages, now, currency) for line in lines)
        links = tuple(one["sold_minor"] for one in opens)
        tables.append(Table("vintages", says, columns, tuple(lines), currency, links=links, opens=opens))
    return report("vintages", creditor, now, tables=tuple(tables), sentences=() if tables else (NO_BOOKS,))


def _vintage_opens(line: tuple[Any, ...], ages: list[int], now: Known, currency: str) -> dict[str, str]:
    """Of a month's sales: what was sold, and what was still open at each age."""
    month, known = line[0], [age for age, share in zip(ages, line[2:]) if share is not None]
    ends = _month_ends(month, len(ages))
    shared = {"moneda": currency, "de": "vintages", "emitido_desde": month.isoformat(),
              "emitido_hasta": ends[0].isoformat()}  # fmt: skip
    last = ends[known[-1]] if known else now.end
    opens = {"sold_minor": address("vendidos", last, last, **shared)}
    return opens | {f"m{age}": address("documentos", ends[age], ends[age], capital="1", **shared) for age in known}


def _month_ends(month: date, n: int) -> list[date]:
    """The last days of so many months from that one on."""
    found: list[date] = []
    first = month
    while len(found) < n:
        first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        found.append(first - timedelta(days=1))
    return found


def _vintage_says(lines: list[tuple[Any, ...]], locale: str) -> str:
    """The two last months that have reached the second month of age, compared."""
    reached = [(line[0], line[4]) for line in lines if len(line) > 4 and line[4] is not None]
    if len(reached) < 2:
        return "Parte de las ventas de cada mes que sigue sin pagarse."
    (_, before), (_, last) = reached[-2:]
    word = "peor" if last > before else "mejor" if last < before else "igual"
    now, was = pct(last, locale), pct(before, locale)
    return f"La última cosecha paga {word} que la anterior: a los dos meses debía {now}, antes {was}."
