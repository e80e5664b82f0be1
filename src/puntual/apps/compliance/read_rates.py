"""Published rates as people read them: what each country needs, what is missing, what a new value changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
from django.conf import settings

from puntual.apps.audit.models import AuditRecord
from puntual.core.ledger.charge_rules import RateSpec
from puntual.core.ledger.interest import rate_on
from puntual.core.ledger.rates import RateRow, RateTables, faults
from puntual.law import rate_files
from puntual.law.charges_loader import load_tables
from puntual.law.rate_files import Missing, Use

LOADED = "rates_loaded"


def tables() -> RateTables:
    """Every table as it rules in this installation."""
    return load_tables(Path(settings.DATA))


@attrs.frozen
class IndexView:
    """An index of a country: its value today, since and until when, and whether it lacks one."""

    name: str
    current: RateRow | None
    last: RateRow | None
    rows: int

    @property
    def is_missing(self) -> bool:
        return self.current is None


def indexes_of(country: str, day: date) -> list[IndexView]:
    """What the rules of that country read, those without a value first."""
    found = tables()
    views = [
        IndexView(name, found.on(name, day), rows[-1] if (rows := found.tables.get(name, ())) else None, len(rows))
        for name in (*rate_files.indexes([country]), *rate_files.notice_indexes(country))
    ]
    return sorted(views, key=lambda v: (not v.is_missing, v.name))


def missing(countries: Iterable[str], day: date) -> list[Missing]:
    """What keeps those countries from charging that day."""
    return rate_files.missing(tables(), day, sorted(set(countries)))


def index_faults(index: str, day: date) -> list[str]:
    """What a person should mend in one table."""
    rows = tables().tables.get(index, ())
    return faults(RateTables({index: rows}), day) if rows else []


@attrs.frozen
class Effect:
    """What a rule gives with the tables of now and with the new ones. None: it could not charge."""

    use: Use
    role: str
    before: Decimal | None
    after: Decimal | None


def effects(index: str, new: Sequence[RateRow], day: date) -> list[Effect]:
    """What loading those rows changes in each rule that reads the index, on a day that they cover."""
    now = tables()
    then = now.extended_by(RateTables({index: tuple(new)}))
    on = day if any(row.covers(day) for row in new) else new[-1].start
    return [
        Effect(use, role, _pct(spec, on, now), _pct(spec, on, then))
        for use in rate_files.uses(index, on)
        for role, spec in (("unagreed", use.rule.unagreed), ("cap", use.rule.cap))
        if spec is not None and index in spec.indexes()
    ]


def _pct(spec: RateSpec, day: date, with_tables: RateTables) -> Decimal | None:
    found = rate_on(spec, day, day, with_tables, None)
    return found.pct if found else None


def loads(limit: int = 20) -> list[AuditRecord]:
    """Who loaded what, newest first."""
    return list(AuditRecord.objects.filter(act=LOADED).order_by("-pk")[:limit])
