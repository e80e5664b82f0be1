"""The corrective actions of a company as screens and reports tell them: owner, since when, and what changed."""

from __future__ import annotations

from datetime import date

import attrs
import polars as pl

from puntual.apps.negotiation.choices import DisputeCause
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import frames, frames_people
from puntual.apps.reports.build_money import pct
from puntual.apps.reports.choices import Dimension
from puntual.apps.reports.columns import Books, books
from puntual.apps.reports.models import CorrectiveAction
from puntual.apps.reports.rows_asked import TRAIT_OF
from puntual.apps.reports.tables import Column, Table, rows_address
from puntual.core.reports import corrective
from puntual.core.reports.corrective import Effect, Side
from puntual.ui.formats import locale_for, money_text


@attrs.frozen
class Told:
    """One action with the sentence of its effect and its tone: good, bad or none."""

    row: CorrectiveAction
    about: str
    effect: Effect | None
    sentence: str
    tone: str
    span: str
    #: Where the rows of the days before and of the days after are.
    opens: tuple[str, ...] = ()


def actions(creditor: Creditor, today: date) -> list[Told]:
    """The actions of a creditor, open ones first and the newest first, each with its effect as of today."""
    rows = list(CorrectiveAction.objects.filter(creditor=creditor).order_by("-closed_on", "-begun_on", "-pk"))
    if not rows:
        return []
    ledger = books(creditor.pk)
    return sorted((_told(creditor, ledger, row, today) for row in rows), key=lambda t: t.row.closed_on is not None)


def table(told: list[Told]) -> Table | None:
    """The same as a table, for files and mails."""
    if not told:
        return None
    columns = (
        Column("title", "Acción"), Column("about", "Se mide por"), Column("owner", "Responsable"),
        Column("begun_on", "Desde", "date"), Column("before", "Antes", "pct"), Column("after", "Después", "pct"),
        Column("effect", "Qué cambió"),
    )  # fmt: skip
    cells = tuple(
        (t.row.title, t.about, t.row.owner, t.row.begun_on, t.effect.before.late_bp if t.effect else None,
         t.effect.after.late_bp if t.effect else None, t.sentence)
        for t in told
    )  # fmt: skip
    begun = sum(t.row.closed_on is None for t in told)
    opens = tuple(dict(zip(("before", "after"), t.opens)) for t in told)
    links = tuple(one.get("after", "") for one in opens)
    title = f"Acciones correctivas: {begun} en marcha de {len(told)}."
    return Table("corrective", title, columns, cells, links=links, opens=opens)


def values_of(creditor: Creditor, start: date, end: date) -> list[tuple[str, str]]:
    """("product:tubos", "Producto: tubos") of what the period has: what a new action may be about."""
    delays = frames.delays(books(creditor.pk), start, end)
    found = []
    for dimension in (Dimension.PRODUCT, Dimension.DEPARTMENT, Dimension.SELLER, Dimension.PLANT):
        top = (
            delays.group_by(dimension.value).agg(pl.col("items").sum()).sort("items", dimension.value, descending=True)
        )
        names = [name for name in top[dimension.value].to_list() if name][:40]
        found += [(f"{dimension.value}:{name}", f"{dimension.label}: {name}") for name in names]
    return found + [(f"cause:{code}", f"{Dimension.CAUSE.label}: {label}") for code, label in DisputeCause.choices]


def _told(creditor: Creditor, ledger: Books, row: CorrectiveAction, today: date) -> Told:
    before, after, complete = corrective.spans(row.begun_on, row.window_days, row.closed_on or today)
    value = dict(DisputeCause.choices).get(row.value, row.value) if row.dimension == "cause" else row.value
    about = f"{Dimension(row.dimension).label}: {value}"
    if after[1] < after[0]:
        return Told(row, about, None, f"Empieza el {row.begun_on}: todavía no hay días que comparar.", "", "")
    currency = creditor.currency
    in_currency = pl.col("currency") == currency
    span = f"{(after[1] - after[0]).days + 1} días antes y después"
    if row.dimension == Dimension.CAUSE:
        argued = [frames_people.disputes(creditor, *s).filter(in_currency) for s in (before, after)]
        effect = corrective.dispute_effect(argued[0], argued[1], row.value, after[1], complete=complete)
        opens = tuple(_rows_of("aclaraciones", *s, currency, "motivo", row.value) for s in (before, after))
        return Told(row, about, effect, _dispute_sentence(effect, creditor), _tone(effect), span, opens)
    late = [(frames.delays(ledger, *s).filter(in_currency), s[1]) for s in (before, after)]
    effect = corrective.delay_effect(late[0], late[1], row.dimension, row.value, complete=complete)
    opens = tuple(_rows_of("atrasados", *s, currency, TRAIT_OF[row.dimension], row.value) for s in (before, after))
    return Told(row, about, effect, _delay_sentence(effect, creditor), _tone(effect), span, opens)


def _rows_of(what: str, start: date, end: date, currency: str, word: str, value: str) -> str:
    return rows_address(what, start, end, de="causes", **{"moneda": currency, word: value})


def _tone(effect: Effect) -> str:
    return "" if not effect.change_bp else "good" if effect.change_bp < 0 else "bad"


def _pct(bp: int | None, locale: str) -> str:
    return "—" if bp is None else pct(bp, locale)


def _money(creditor: Creditor, side: Side) -> str:
    return money_text(side.minor, creditor.currency, locale_for(creditor.country), with_code=True)


def _delay_sentence(effect: Effect, creditor: Creditor) -> str:
    if effect.change_bp is None:
        return (
            f"Todavía no se puede decir: antes vencieron {effect.before.items} documentos y después "
            f"{effect.after.items}; hacen falta {corrective.ENOUGH} de cada lado."
        )
    before, after = effect.before, effect.after
    locale = locale_for(creditor.country)
    points = pct(abs(effect.change_bp), locale).rstrip("%").strip()
    word = "mejoró" if effect.change_bp < 0 else "empeoró" if effect.change_bp > 0 else "no cambió"
    moved = f"{word} {points} puntos frente al resto" if effect.change_bp else "no cambió frente al resto"
    partial = "" if effect.complete else " Aún faltan días por comparar."
    return (
        f"Lo atrasado pasó del {_pct(before.late_bp, locale)} al {_pct(after.late_bp, locale)} "
        f"({_money(creditor, before)} y {_money(creditor, after)}) y sus días de {before.days} a "
        f"{after.days}; el resto, del "
        f"{_pct(effect.rest_before.late_bp, locale)} al {_pct(effect.rest_after.late_bp, locale)}: {moved}. "
        f"Es un antes y después, no un experimento.{partial}"
    )


def _dispute_sentence(effect: Effect, creditor: Creditor) -> str:
    before, after = effect.before, effect.after
    partial = "" if effect.complete else " Aún faltan días por comparar."
    if not before.items and not after.items:
        return f"No hubo aclaraciones por este motivo ni antes ni después.{partial}"
    return (
        f"Aclaraciones por este motivo: {before.items} antes ({_money(creditor, before)}) y {after.items} después "
        f"({_money(creditor, after)}); por los demás, {effect.rest_before.items} y {effect.rest_after.items}. "
        f"Es un antes y después, no un experimento.{partial}"
    )
