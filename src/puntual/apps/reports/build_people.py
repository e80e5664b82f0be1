"""The reports about people and about ourselves: the funnel, causes inside the company, each person's day, the harm."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from puntual.apps.negotiation.choices import DisputeCause
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import corrective, frames, frames_contacts, frames_harm, frames_people, frames_plans
from puntual.apps.reports.build_money import report
from puntual.apps.reports.columns import books
from puntual.apps.reports.tables import Column, Report, Table
from puntual.core.reasons import CATALOGUE
from puntual.core.reports import causes as causes_core
from puntual.core.reports import delivery as delivery_core
from puntual.core.reports import friction as friction_core
from puntual.core.reports import registry
from puntual.core.reports.inputs import Known
from puntual.core.reports.kpis_people import judged
from puntual.core.reports.roll_rates import share_bp
from puntual.ui.channels import STAGES, channel_name
from puntual.ui.formats import locale_for, money_text

#: Methods and devices as people say them; any other keeps its own name (OXXO, SPEI, PSE...).
_WORDS = {
    "card": "Tarjeta", "cash": "Efectivo", "transfer": "Transferencia", "wallet": "Billetera", "debit": "Domiciliación",
    "phone": "Teléfono", "computer": "Computadora", "tablet": "Tableta",
}  # fmt: skip
_NOTHING_SENT = "No salió ningún mensaje en el periodo: el embudo se llena con los envíos de cada día."


def _money(creditor: Creditor, minor: int, currency: str) -> str:
    return money_text(minor, currency, locale_for(creditor.country), with_code=True)


def friction(creditor: Creditor, start: date, end: date) -> Report:
    """How far messages take people towards paying, by channel, stage, method and device."""
    return friction_of(creditor, start, end, frames_people.journeys(creditor, start, end))


def friction_of(creditor: Creditor, start: date, end: date, rows: pl.DataFrame) -> Report:
    """The same of journeys that were read already."""
    now, first = Known(start=start, end=end), _delivery(creditor, start, end)
    if not rows.height:
        return report("friction", creditor, now, sentences=(_NOTHING_SENT,), tables=(first,) if first else ())
    worst = friction_core.worst(rows, end)
    tables = [_funnel(rows, None, "Toda la empresa")]
    for by, label in (
        ("channel", "Canal"),
        ("stage", "Etapa"),
        ("campaign", "Campaña"),
        ("method", "Medio"),
        ("device", "Aparato"),
    ):
        mine = rows.filter(pl.col(by) != "")
        if mine.height:
            tables.append(_funnel(mine, by, label))
    tables += [*([first] if first else []), *_failures(rows)]
    waiting = frames_people.unanswered(creditor, end)
    said = [
        _worst_says(worst, creditor) if worst else _no_worst_says(rows),
        *_waiting_say(waiting),
    ]
    more = {"worst_step": {creditor.code: _worst_json(worst)}} if worst else {}
    return report("friction", creditor, now, tables=tuple(tables), sentences=tuple(said), more=more)


def _word(code: str) -> str:
    return _WORDS.get(code, code) or "Sin dato"


def _failures(rows: pl.DataFrame) -> list[Table]:
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
        tables.append(Table("failures", title, columns, cells, currency))
    return tables


def _delivery(creditor: Creditor, start: date, end: date) -> Table | None:
    """From the invoice to the hands of the customer, in days."""
    ledger = books(creditor.pk)
    issued = frames.issued(ledger, start, end)
    if not issued.height:
        return None
    told = frames_contacts.contacts(ledger, creditor, start, end).select("account", "day")
    found = delivery_core.steps(issued, told, frames_people.arrived(creditor, start, end), end)
    columns = (
        Column("step", "Desde que se emitió hasta que…"), Column("reached", "Documentos", "count"),
        Column("waiting", "Todavía no", "count"), Column("mean", "Días en promedio", "days"),
        Column("median", "Días, la mitad en menos de", "days"),
    )  # fmt: skip
    cells = tuple((delivery_core.STEPS[s.code], s.reached, s.waiting, s.mean_days, s.median_days) for s in found)
    worst = delivery_core.slowest(found)
    title = "Las facturas del periodo se registraron y llegaron sin demora."
    if worst is not None:
        title = f"Lo que más tarda desde la factura: «{delivery_core.STEPS[worst[0]].lower()}», {worst[1]} días más."
    elif found[-1].waiting:
        title = f"De {found[-1].waiting} documentos no consta todavía que le hayan llegado al cliente."
    return Table("delivery", title, columns, cells)


def _worst_json(worst: friction_core.Worst) -> dict[str, Any]:
    return {"step": worst.step, "name": friction_core.STEPS[worst.step], "messages": worst.messages,
            "lost": {"minor": worst.lost_minor, "currency": worst.currency}, "days": worst.days,
            "failed": worst.failed, "advice": worst.advice}  # fmt: skip


def _worst_says(worst: friction_core.Worst, creditor: Creditor) -> str:
    step = friction_core.STEPS[worst.step].lower()
    failed = f", {worst.failed} con un pago que falló" if worst.failed else ""
    days = f" desde hace {worst.days} días en promedio" if worst.days is not None else ""
    lost = _money(creditor, worst.lost_minor, worst.currency)
    one = worst.messages == 1
    who = f"{worst.messages} {'mensaje se quedó' if one else 'mensajes se quedaron'}"
    return f"Lo que más cuesta: {who} en «{step}»{failed}; son {lost} detenidos{days}. Qué probar: {worst.advice}."


def _no_worst_says(rows: pl.DataFrame) -> str:
    if rows["level"].max() == 0:
        return (
            "Todavía no se sabe qué pasó con los mensajes después de salir: no ha llegado ningún aviso de entrega, "
            "apertura, visita ni pago."
        )
    return "Todos los mensajes terminaron en un pago."


def _waiting_say(waiting: dict[str, int]) -> list[str]:
    names = {"dispute": "aclaraciones fuera de plazo", "complaint": "quejas fuera de plazo",
             "question": "conversaciones sin respuesta a tiempo",
             "talk": "personas que pidieron hablar con alguien"}  # fmt: skip
    asked = [f"{n} {names[what]}" for what, n in waiting.items() if n]
    return [f"Esperan respuesta: {', '.join(asked)}."] if asked else ["Nadie espera una respuesta fuera de plazo."]


def _funnel(rows: pl.DataFrame, by: str | None, label: str) -> Table:
    found = friction_core.funnel(rows, by)
    columns = (Column("value", label),)
    columns += tuple(Column(code, name, "count") for code, name in friction_core.STEPS.items())
    columns += (Column("paid_bp", "Pagó, de los que salieron", "pct"),)
    lines = []
    for value in found["value"].unique(maintain_order=True).to_list():
        mine = {r["step"]: r for r in found.filter(pl.col("value") == value).iter_rows(named=True)}
        reached = tuple(mine[code]["messages"] for code in friction_core.STEPS)
        lines.append((_named(by, value) or label, *reached, mine["paid"]["share_bp"]))
    title = "Hasta dónde llegan los mensajes." if by is None else f"Por {label.lower()}."
    if by is None:
        left, page, paid = lines[0][1], lines[0][4], lines[0][6]
        title = f"De {left} mensajes que salieron, {page} llevaron a la página y {paid} a un pago."
    return Table(f"funnel_{by}" if by else "funnel", title, columns, tuple(lines))


def _named(by: str | None, value: str) -> str:
    if by == "channel":
        return channel_name(value).capitalize()
    return str(STAGES.get(value, value)) if by == "stage" else _WORDS.get(value, value)


def causes(creditor: Creditor, start: date, end: date) -> Report:
    """Delay and dispute by product, department, seller and kind of error, in money and days."""
    now = Known(start=start, end=end)
    delays = frames.delays(books(creditor.pk), start, end)
    disputes = frames_people.disputes(creditor, start, end)
    tables = []
    for currency in sorted(set(delays["currency"].to_list()) | set(disputes["currency"].to_list())):
        late, argued = (f.filter(pl.col("currency") == currency) for f in (delays, disputes))
        for dimension, label in (("product", "Producto"), ("department", "Área"), ("seller", "Vendedor")):
            if late.filter(pl.col(dimension) != "").height:
                tables.append(_late(causes_core.late_by(late, dimension, end), dimension, label, currency, creditor))
        for dimension, label in (("cause", "Motivo"), ("department", "Responsable"), ("product", "Producto")):
            if argued.height:
                tables.append(_disputed(causes_core.disputed_by(argued, dimension, end), dimension, label, currency))
    mended = corrective.table(corrective.actions(creditor, end + timedelta(days=1)))
    if mended is not None:
        tables.append(mended)
    empty = "Ningún documento que venciera en el periodo dice su producto, área o vendedor, y no hubo aclaraciones."
    return report("causes", creditor, now, tables=tuple(tables), sentences=() if tables else (empty,))


def _late(rows: pl.DataFrame, dimension: str, label: str, currency: str, creditor: Creditor) -> Table:
    columns = (
        Column("value", label), Column("items", "Documentos", "count"), Column("late_items", "Atrasados", "count"),
        Column("amount_minor", "Vencía", "money"), Column("late_minor", "Se atrasó", "money"),
        Column("late_bp", "Parte atrasada", "pct"), Column("days", "Días de atraso", "days"),
    )  # fmt: skip
    cells = tuple((r[0] or "Sin dato", *r[1:]) for r in rows.iter_rows())
    first = rows.row(0, named=True)
    title = f"Por {label.lower()}, nada se atrasó."
    if first["late_minor"]:
        late = _money(creditor, first["late_minor"], currency)
        name = first["value"] or "sin dato"
        title = f"Por {label.lower()}, lo que más cuesta es «{name}»: {late} con {first['days']} días."
    return Table(f"late_{dimension}", title, columns, cells, currency)


def _disputed(rows: pl.DataFrame, dimension: str, label: str, currency: str) -> Table:
    columns = (
        Column("value", label), Column("disputes", "Aclaraciones", "count"),
        Column("disputed_minor", "En aclaración", "money"), Column("credited_minor", "Acreditado", "money"),
        Column("days", "Días", "days"), Column("late", "Fuera de plazo", "count"),
    )  # fmt: skip
    names = dict(DisputeCause.choices) if dimension == "cause" else {}
    cells = tuple((str(names.get(r[0], r[0])) or "Sin dato", *r[1:]) for r in rows.iter_rows())
    title = f"Aclaraciones por {label.lower()}: pesa más «{cells[0][0]}»."
    return Table(f"disputes_{dimension}", title, columns, cells, currency)


def agents(creditor: Creditor, start: date, end: date) -> Report:
    """What each person did and what came of it. People are compared with their own past, not ranked."""
    promises = frames.promises(creditor, end).filter(pl.col("agent") != "")
    talks = frames_contacts.contacts(books(creditor.pk), creditor, start, end).drop("day")
    now = Known(start=start, end=end, contacts=talks, promises=promises)
    names = set(now.contacts["agent"].to_list()) | set(promises["agent"].to_list())
    lines = [line for name in sorted(names - {""}) if (line := _agent(now.only("agent", name), name)) is not None]
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
    title = f"{len(lines)} {'persona habló' if len(lines) == 1 else 'personas hablaron'} con {talked} clientes."
    return report("agents", creditor, now, tables=(Table("agents", title, columns, tuple(lines)),))


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
    ledger = books(creditor.pk)
    now = Known(
        start=start, end=end, contacts=frames_contacts.contacts(ledger, creditor, start, end).drop("day"),
        harm=frames_harm.harm(creditor, start, end), cash=frames.cash(ledger, registry.before(start, end)[1], end),
    )  # fmt: skip
    return harm_of(creditor, now)


def harm_of(creditor: Creditor, now: Known) -> Report:
    """The same of what was read already."""
    codes = tuple(one.code for one in registry.REGISTRY if one.group == "daño")
    rows = frames_plans.refusals(creditor, now.start, now.end)
    cells = tuple(
        ({"defer": "Se pospuso", "deny": "No se permitió"}[verdict], CATALOGUE.get(reason, reason), rule or "—", times)
        for verdict, reason, rule, times in rows.iter_rows()
    )
    columns = (Column("verdict", "Qué pasó"), Column("reason", "Por qué"), Column("rule", "Regla"),
               Column("times", "Veces", "count"))  # fmt: skip
    stopped = int(rows["times"].sum())
    title = f"La norma y la política frenaron {stopped} contactos; lo que más: {cells[0][1]}" if cells else ""
    tables = (Table("refusals", title, columns, cells),) if cells else ()
    found = registry.measure(now, codes=codes)
    breach = next((m.figure.value for m in found if m.kpi.code == "breaches"), None)
    said = () if breach is None else (_breaches_say(breach),)
    return report("harm", creditor, now, figures=tuple(found), tables=tables, sentences=said)


def _breaches_say(n: Decimal) -> str:
    return (
        "Ningún contacto faltó a la norma."
        if not n
        else f"Hay {n} contactos que faltaron a la norma: ejecute `puntual check`."
    )
