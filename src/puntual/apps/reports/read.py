"""The only reader of reports: what is known of a creditor, and each report built from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import attrs
import polars as pl
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

from puntual.apps.outreach import prices
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import (
    build_causes,
    build_forecast,
    build_money,
    build_people,
    columns,
    frames,
    frames_contacts,
    frames_harm,
    frames_people,
    kept,
    parts,
    write,
)
from puntual.apps.reports.columns import Books
from puntual.apps.reports.models import ContactCost, MissedTarget, Round, Target
from puntual.apps.reports.tables import Report
from puntual.core.errors import UnusableInput
from puntual.core.reports import registry
from puntual.core.reports.inputs import BY_NAME, Known
from puntual.core.reports.measure import Kpi
from puntual.core.reports.registry import Measured
from puntual.core.segments.learning import Learner

#: The cash of so many days is shown by week.
WEEKS_SHOWN = 91
_FORECAST_KEPT_S = 6 * 3600
Builder = Callable[[Creditor, date, date], Report]


def known(creditor: Creditor, start: date, end: date) -> Known:
    """Everything that the indicators need of one creditor over [start, end]."""
    return with_previous(creditor, start, end)[0]


def with_previous(
    creditor: Creditor, start: date, end: date, *, needs: Sequence[str] = tuple(BY_NAME), books: Books | None = None
) -> tuple[Known, Known]:
    """What is known over [start, end], and over the period of the same length just before, from the same books.

    `needs` names the frames of core.reports.inputs that will be asked: no other is read.
    """
    books = books or columns.books(creditor.pk)
    first, last = registry.before(start, end)
    shared = {
        "movements": lambda: frames.movements(books, end),
        "settled": lambda: frames.settled(books, first, end),
        "cash": lambda: frames.cash(books, min(first, end - timedelta(days=WEEKS_SHOWN)) - timedelta(days=1), end),
        "promises": lambda: frames.promises(creditor, end),
    }
    one = Known(
        start=start, end=end, contact_cost=contact_cost(creditor.pk), told_currencies=frames.currencies(books),
        **{name: read() for name, read in shared.items() if name in needs},
    )  # fmt: skip
    before = attrs.evolve(one, start=first, end=last)
    if "standing" in needs:
        earlier, now = frames.standings(books, first - timedelta(days=1), last, end)
        one, before = attrs.evolve(one, standing=now), attrs.evolve(before, standing=earlier)
    if "contacts" in needs:
        talks = frames_contacts.contacts(books, creditor, first, end)
        one, before = (_with_contacts(known, talks) for known in (one, before))
    return _of_period(creditor, one, needs), _of_period(creditor, before, needs)


def _with_contacts(known: Known, talks: pl.DataFrame) -> Known:
    return attrs.evolve(known, contacts=talks.filter(pl.col("day").is_between(known.start, known.end)))


def _of_period(creditor: Creditor, known: Known, needs: Sequence[str]) -> Known:
    """The same with what is read for its own days alone."""
    own = {"instalments": frames.instalments, "harm": frames_harm.harm, "handlings": frames_people.handlings}
    return attrs.evolve(
        known, **{name: read(creditor, known.start, known.end) for name, read in own.items() if name in needs}
    )


def split(creditor: Creditor, one: Kpi, now: Known, by: str, books: Books) -> list[Measured]:
    """A KPI for each value of a dimension, from what is known already and what it needs besides."""
    return registry.split(one, parts.by_parts(books, creditor, now, by, one.needs, one.counts), by)


def refresh(creditor: Creditor, now: datetime) -> None:
    """Keep in columns what happened since the last time, if it is much. Called after an import and a day's run."""
    columns.refresh(creditor_id=creditor.pk, now=now)
    kept.refresh(creditor_id=creditor.pk, now=now)


def warm(creditor: Creditor, today: date) -> None:
    """What takes seconds in a large company is thought of at night: its forecast, and what past ones said."""
    if columns.valid_index(creditor.pk).pieces:
        end = today - timedelta(days=1)
        _forecast(creditor, end - timedelta(days=29), end)


def contact_cost(creditor_id: int) -> dict[str, int]:
    """channel -> cost of one contact in minor units: what its messages really cost, or would by the prices told in
    «Canales y costos»; else what somebody wrote for it. Empty until there is either."""
    written = dict(ContactCost.objects.filter(creditor_id=creditor_id).values_list("channel", "cost_minor"))
    return written | prices.cost_of_one(creditor_id)


def kpis(creditor: Creditor, start: date, end: date, by: str = "") -> Report:
    """Every indicator with the one of the period before; with `by`, also for each value of that dimension."""
    if by and by not in registry.DIMENSIONS:
        raise UnusableInput(f"No se puede separar por «{by}»: use {', '.join(registry.DIMENSIONS)}.")
    books = columns.books(creditor.pk)
    now, previous = with_previous(creditor, start, end, books=books)
    figures = registry.measure(now, previous)
    wider = parts.by_parts(books, creditor, now, by, tuple(BY_NAME)) if by else now
    for one in registry.REGISTRY if by else ():
        figures += registry.split(one, wider, by) if by in one.by else []
    return attrs.evolve(build_money.kpis(creditor, now, figures), targets=targets_of(creditor))


def targets_of(creditor: Creditor) -> dict[str, Decimal]:
    """code -> target of the creditor."""
    return dict(Target.objects.filter(creditor=creditor).values_list("code", "value"))


def _money(build: Callable[[Creditor, Known], Report]) -> Builder:
    """A report that needs the movements and the cash alone."""

    def built(creditor: Creditor, start: date, end: date) -> Report:
        books = columns.books(creditor.pk)
        now = Known(
            start=start, end=end, movements=frames.movements(books, end),
            cash=frames.cash(books, start - timedelta(days=400), end),
        )  # fmt: skip
        return build(creditor, now)

    return built


#: The reports by the name that the command line and the addresses use. Those of the prediction are bound in project.
REPORTS: Mapping[str, Builder] = {
    "kpis": kpis,
    "ageing": _money(build_money.ageing),
    "roll-rates": _money(build_money.roll_rates),
    "vintages": _money(build_money.vintages),
    "friction": build_people.friction,
    "causes": build_causes.causes,
    "agents": build_people.agents,
    "harm": build_people.harm,
}


def built(kind: str, creditor: Creditor, start: date, end: date) -> Report:
    """Any report by its name, for screens and for what goes out by mail."""
    if kind == "forecast":
        return _forecast(creditor, start, end)
    if kind == "experiments":
        return build_forecast.experiments(creditor, start, end)
    return REPORTS[kind](creditor, start, end)


def _forecast(creditor: Creditor, start: date, end: date) -> Report:
    """Learning takes seconds: kept until something new happens in the books, at most for some hours."""
    key = f"forecast:{creditor.pk}:{start}:{end}:{columns.last_event(creditor.pk)}"
    found: Report | None = cache.get(key)
    if found is None:
        found = build_forecast.forecast(creditor, start, end, _learner())
        cache.set(key, found, _FORECAST_KEPT_S)
    return found


def _learner() -> Learner | None:
    """The learner that the project binds (REPORTS_LEARNER); without one, shrinkage and survival curves speak."""
    name = getattr(settings, "REPORTS_LEARNER", "")
    found: Learner | None = import_string(name)() if name else None
    return found


def waiting(creditor: Creditor, today: date) -> bool:
    """Whether the round of reports has something to do: today's own, a mail whose day it is, or columns to keep."""
    done = Round.objects.filter(creditor=creditor, done_on__gte=today).exists()
    return not done or bool(write.due(creditor_id=creditor.pk, today=today)) or columns.worth_it(creditor.pk)


def missed(creditor_id: int) -> list[MissedTarget]:
    """The targets on whose wrong side the last 30 days were, as the last round found."""
    order = {kpi.code: n for n, kpi in enumerate(registry.REGISTRY)}
    return sorted(MissedTarget.objects.filter(creditor_id=creditor_id), key=lambda m: order.get(m.code, len(order)))
