"""The reports about people and about ourselves: the funnel, causes inside the company, each person's day, the harm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import (
    build_delivery,
    frames,
    frames_contacts,
    frames_harm,
    frames_people,
    frames_plans,
    unanswered,
)
from puntual.apps.reports.build_money import pct, report
from puntual.apps.reports.columns import books
from puntual.apps.reports.tables import BELOW, Column, Report, Table, capital
from puntual.apps.reports.tables import address as indicator
from puntual.apps.reports.tables import rows_address as address
from puntual.core.reasons import CATALOGUE
from puntual.core.reports import friction as friction_core
from puntual.core.reports import registry
from puntual.core.reports.inputs import Known
from puntual.core.reports.kpis_people import judged
from puntual.core.reports.roll_rates import share_bp
from puntual.ui.channels import METHODS, STAGES, channel_name
from puntual.ui.formats import locale_for, money_text, number_text

#: Methods and devices as people say them.
_WORDS = {**METHODS, "phone": "Teléfono", "computer": "Computadora", "tablet": "Tableta", "other": "Otro medio"}
#: By what a message is told apart -> the word of the address of its rows.
_MESSAGE = {"channel": "canal", "stage": "etapa", "campaign": "campana", "method": "medio", "device": "aparato"}
_NOTHING_SENT = "No salió ningún mensaje en el periodo: el embudo se llena con los envíos de cada día."


def _money(creditor: Creditor, minor: int, currency: str) -> str:
    return money_text(minor, currency, locale_for(creditor.country), with_code=True)


def friction(creditor: Creditor, start: date, end: date) -> Report:
    """How far messages take people towards paying, by channel, stage, method and device."""
    return friction_of(creditor, start, end, frames_people.journeys(creditor, start, end))


def friction_of(creditor: Creditor, start: date, end: date, rows: pl.DataFrame) -> Report:
    """The same of journeys that were read already."""
    now, first = Known(start=start, end=end), build_delivery.delivery(creditor, start, end)
    waiting = frames_people.waiting(creditor, end)
    around = [t for t in (first, unanswered.table(waiting, now, "friction")) if t]
    worst, locale = friction_core.worst(rows, end), locale_for(creditor.country)
    if not rows.height:
        asked = unanswered.says(waiting, locale) if waiting.height else ()
        return report("friction", creditor, now, sentences=(_NOTHING_SENT, *asked), tables=tuple(around))
    tables = [_funnel(rows, None, "Toda la empresa", now, locale)]
    for by, label in (
        ("channel", "Canal"),
        ("stage", "Etapa"),
        ("campaign", "Campaña"),
        ("method", "Medio"),
        ("device", "Aparato"),
    ):
        mine = rows.filter(pl.col(by) != "")
        if mine.height:
            tables.append(_funnel(mine, by, label, now, locale))
    tables += [*around, *_failures(rows, now)]
    said = [_worst_says(worst, creditor) if worst else _no_worst_says(rows), *unanswered.says(waiting, locale)]
    more = {"worst_step": {creditor.code: _worst_json(worst)}} if worst else {}
    return report("friction", creditor, now, tables=tuple(tables), sentences=tuple(said), more=more)


def _word(code: str) -> str:
    return str(_WORDS.get(code, code)) or "Sin dato"


def _failures(rows: pl.DataFrame, now: Known) -> list[Table]:
    """The payments that failed in our house, by method and device."""
    columns = (
        Column("method", "Medio"), Column("device", "Aparato"), Column("messages", "Vieron fallar su pago", "count"),
        Column("amount_minor", "Quisieron pagar", "money"), Column("paid", "Pagaron al final", "count"),
    )  # fmt: skip
    found = friction_core.failures(rows)
    tables = []
    for currency in found["currency"].unique(maintain_order=True).to_list():
        mine = found.filter(pl.col("currency") == currency)
        cells = tuple((_word(r[1]), _word(r[2]), *r[3:]) for r in mine.iter_rows())
        n, paid = int(mine["messages"].sum()), int(mine["paid"].sum())
        worst = cells[0][0].lower()
        title = f"De {n} personas que vieron fallar su pago, {paid} pagaron al final; lo que más falla: {worst}."
        opens = tuple(_failed_opens(now, currency, r[1], r[2]) for r in mine.iter_rows())
        links = tuple(one["messages"] for one in opens)
        tables.append(Table("failures", title, columns, cells, currency, links=links, opens=opens))
    return tables


def _failed_opens(now: Known, currency: str, method: str, device: str) -> dict[str, str]:
    shared = {"de": "friction", "fallo": "1", "moneda": currency, "medio": method, "aparato": device}
    every = address("mensajes", now.start, now.end, **shared)
    return {
        "messages": every, "amount_minor": every, "paid": address("mensajes", now.start, now.end, paso="paid", **shared)
    }  # fmt: skip


def _worst_json(worst: friction_core.Worst) -> dict[str, Any]:
    return {"step": worst.step, "name": friction_core.STEPS[worst.step], "messages": worst.messages,
            "lost": {"minor": worst.lost_minor, "currency": worst.currency}, "days": worst.days,
            "failed": worst.failed, "advice": worst.advice}  # fmt: skip


def _worst_says(worst: friction_core.Worst, creditor: Creditor) -> str:
    step = friction_core.STEPS[worst.step].lower()
    locale = locale_for(creditor.country)
    failed = f", {number_text(worst.failed, locale)} con un pago que falló" if worst.failed else ""
    days = f" desde hace {worst.days} días en promedio" if worst.days is not None else ""
    lost = _money(creditor, worst.lost_minor, worst.currency)
    one = worst.messages == 1
    who = f"{number_text(worst.messages, locale)} {'mensaje se quedó' if one else 'mensajes se quedaron'}"
    return f"Lo que más cuesta: {who} en «{step}»{failed}; son {lost} detenidos{days}. Qué probar: {worst.advice}."


def _no_worst_says(rows: pl.DataFrame) -> str:
    if rows["level"].max() == 0:
        return (
            "Todavía no se sabe qué pasó con los mensajes después de salir: no ha llegado ningún aviso de entrega, "
            "apertura, visita ni pago."
        )
    return "Todos los mensajes terminaron en un pago."


def _funnel(rows: pl.DataFrame, by: str | None, label: str, now: Known, locale: str) -> Table:
    found = friction_core.funnel(rows, by)
    columns = (Column("value", label),)
    columns += tuple(Column(code, name, "count") for code, name in friction_core.STEPS.items())
    columns += (
        Column("failed", "Le falló el pago", "count"), Column("left", "Vio su página y se fue", "count"),
        Column("paid_bp", "Pagó, de los que salieron", "pct"),
    )  # fmt: skip
    lines, links, opens = [], [], []
    for value in found["value"].unique(maintain_order=True).to_list():
        shared = {"de": "friction", **({_MESSAGE[by]: value} if by else {})}
        links.append(address("mensajes", now.start, now.end, **shared))
        steps = friction_core.STEPS
        codes = {**dict.fromkeys(steps, "paso"), "failed": "fin", "left": "fin"}
        opens.append({code: address("mensajes", now.start, now.end, **{word: code}, **shared)
                      for code, word in codes.items()})  # fmt: skip
        mine = {r["step"]: r for r in found.filter(pl.col("value") == value).iter_rows(named=True)}
        reached = tuple(mine[code]["messages"] for code in friction_core.STEPS)
        part = rows if by is None else rows.filter(pl.col(by) == value)
        lines.append((_named(by, value) or label, *reached, *friction_core.stopped(part), mine["paid"]["share_bp"]))
    title = _by_says(lines, label, locale)
    if by is None:
        title = funnel_says(lines[0][1:7], locale)
    name = f"funnel_{by}" if by else "funnel"
    return Table(name, title, columns, tuple(lines), links=tuple(links), opens=tuple(opens))


def funnel_says(reached: Sequence[int], locale: str) -> str:
    """How many of the messages that left ended in the page and in a payment."""
    n = [number_text(reached[step], locale) for step in (0, 3, 5)]
    return f"De {n[0]} mensajes que salieron, {n[1]} llevaron a la página y {n[2]} a un pago."


def _by_says(lines: list[tuple[Any, ...]], label: str, locale: str) -> str:
    """Which value of a dimension ends in a payment most often; of a single one, how often it does."""
    best = max(lines, key=lambda line: (line[-1] or 0, line[1]))
    share = pct(best[-1] or 0, locale)
    if len(lines) == 1:
        return f"Por {label.lower()}: solo «{best[0]}», y pagó el {share}."
    if not best[-1]:
        return f"Por {label.lower()}: ninguno terminó en un pago."
    return f"Por {label.lower()}: donde más se paga es «{best[0]}», el {share}."


def _named(by: str | None, value: str) -> str:
    if by == "channel":
        return capital(channel_name(value))
    return str(STAGES.get(value, value)) if by == "stage" else str(_WORDS.get(value, value))


def agents(creditor: Creditor, start: date, end: date) -> Report:
    """What each person did and what came of it. People are compared with their own past, not ranked."""
    talks = frames_contacts.contacts(books(creditor.pk), creditor, start, end)
    return agents_of(creditor, Known(start=start, end=end, contacts=talks, promises=frames.promises(creditor, end)))


def agents_of(creditor: Creditor, now: Known) -> Report:
    """The same of what was read already."""
    told = attrs.evolve(now, promises=now.promises.filter(pl.col("agent") != ""))
    names = set(told.contacts["agent"].to_list()) | set(told.promises["agent"].to_list())
    lines = [line for name in sorted(names - {""}) if (line := _agent(told.only("agent", name), name)) is not None]
    columns = (
        Column("agent", "Persona"), Column("contacts", "Gestiones", "count"),
        Column("direct", "Con la persona", "count"), Column("contact_bp", "Contactabilidad", "pct"),
        Column("promises", "Promesas", "count"), Column("judged", "Ya juzgadas", "count"),
        Column("kept", "Cumplidas", "count"), Column("kept_bp", "Cumplidas", "pct"),
    )  # fmt: skip
    if not lines:
        return report(
            "agents", creditor, now, sentences=("Ninguna persona registró gestiones ni promesas en el periodo.",)
        )
    talked = sum(line[2] for line in lines)
    opens = tuple(_agent_opens(now, line[0]) for line in lines)
    links = tuple(one["contacts"] for one in opens)
    title = f"{len(lines)} {'persona habló' if len(lines) == 1 else 'personas hablaron'} con {talked} clientes."
    table = Table("agents", title, columns, tuple(lines), links=links, opens=opens)
    return report("agents", creditor, now, tables=(table,))


def _agent_opens(now: Known, name: str) -> dict[str, str]:
    def at(code: str, **more: str) -> str:
        return indicator(code, now.start, now.end, por="agent", valor=name, **more)

    return {
        "contacts": at("contact_rate", que=BELOW), "direct": at("contact_rate"), "promises": at("promise_rate"),
        "judged": at("promises_kept", que=BELOW), "kept": at("promises_kept"),
    }  # fmt: skip


def _agent(mine: Known, name: str) -> tuple[Any, ...] | None:
    contacts = int(mine.contacts["times"].sum())
    direct = int(mine.contacts.filter("direct")["times"].sum())
    made = mine.promises.filter(pl.col("made_on").is_between(mine.start, mine.end)).height
    due = judged(mine)
    kept = due.filter(pl.col("state") == "kept").height
    if not (contacts or made or due.height):
        return None
    return name, contacts, direct, share_bp(direct, contacts), made, due.height, kept, share_bp(kept, due.height)


def harm(creditor: Creditor, start: date, end: date) -> Report:
    """Complaints, wrong persons, opt-outs and refusals by rule, beside what was recovered."""
    now, before = (_harm_known(creditor, *days) for days in ((start, end), registry.before(start, end)))
    return harm_of(creditor, now, before)


def _harm_known(creditor: Creditor, start: date, end: date) -> Known:
    ledger = books(creditor.pk)
    return Known(
        start=start, end=end, contacts=frames_contacts.contacts(ledger, creditor, start, end).drop("day"),
        harm=frames_harm.harm(creditor, start, end), cash=frames.cash(ledger, start - timedelta(days=1), end),
    )  # fmt: skip


def harm_of(creditor: Creditor, now: Known, before: Known | None = None) -> Report:
    """The same of what was read already, beside the period before."""
    codes = tuple(one.code for one in registry.REGISTRY if one.group == "daño")
    rows = frames_plans.refusals(creditor, now.start, now.end)
    cells = tuple(
        ({"defer": "Se pospuso", "deny": "No se permitió"}[verdict], CATALOGUE.get(reason, reason), rule or "—", times)
        for verdict, reason, rule, times in rows.iter_rows()
    )
    columns = (Column("verdict", "Qué pasó"), Column("reason", "Por qué"), Column("rule", "Regla"),
               Column("times", "Veces", "count"))  # fmt: skip
    stopped = int(rows["times"].sum())
    n = number_text(stopped, locale_for(creditor.country))
    title = f"La norma y la política frenaron {n} contactos; lo que más: {cells[0][1]}" if cells else ""
    links = tuple(
        address("frenados", now.start, now.end, de="harm", razon=reason, regla=rule, veredicto=verdict)
        for verdict, reason, rule, _ in rows.iter_rows()
    )
    opens = tuple({"times": link} for link in links)
    tables = (Table("refusals", title, columns, cells, links=links, opens=opens),) if cells else ()
    found = registry.measure(now, before, codes)
    breach = next((m.figure.value for m in found if m.kpi.code == "breaches"), None)
    said = () if breach is None else (_breaches_say(breach),)
    return report("harm", creditor, now, figures=tuple(found), tables=tables, sentences=said)


def _breaches_say(n: Decimal) -> str:
    return (
        "Ningún contacto faltó a la norma."
        if not n
        else "Hay 1 contacto que faltó a la norma: ejecute `puntual check`."
        if n == 1
        else f"Hay {n} contactos que faltaron a la norma: ejecute `puntual check`."
    )
