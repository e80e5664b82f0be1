"""How long each report takes over a portfolio that has lived: the books kept in columns first, then every report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import polars as pl
from django.db import connection

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import read
from puntual.apps.reports.choices import TITLES
from puntual.core.segments.learning import Learner
from puntual.core.time import local_date
from puntual.pipeline.benchmarks import lived
from puntual.pipeline.benchmarks.measure import Measured, part

#: No report may take longer, in seconds: on a PostgreSQL server, and with what comes in the box.
LIMITS_S = {"postgresql": 5.0, "sqlite": 10.0}


def reports(creditor: Creditor, items: int, learner: Learner | None) -> dict[str, object]:
    """Seconds of each report over the last 30 days; `over` names those that took longer than they may."""
    now = datetime.now(UTC)
    today = local_date(now, creditor.zone)
    facts = lived.live(creditor, today)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    parts: list[Measured] = []
    with part("columnas", parts):
        for hours in (1, 2):  # what is newest at the first is old enough at the second
            read.refresh(creditor, now + timedelta(hours=hours))
    end = today - timedelta(days=1)
    start = end - timedelta(days=29)
    for kind in TITLES:
        # Twice: the first one of a morning keeps what all the others of the day will read.
        for name in (f"{kind} (primera vez)", kind) if kind in ("kpis", "forecast") else (kind,):
            with part(name, parts):
                _build(kind, creditor, learner)(start, end)
    limit = LIMITS_S[connection.vendor]
    over = [p.name for p in parts[1:] if p.seconds > limit and "primera" not in p.name]
    return {
        "due_items": items, "facts": facts, "limit_s": limit, "over": over,
        "worst_s": max(p.seconds for p in parts[2:]),
        "threads": pl.thread_pool_size(), "parts": [attrs.asdict(p) for p in parts],
    }  # fmt: skip


def _build(kind: str, creditor: Creditor, learner: Learner | None) -> Callable[..., object]:
    if kind == "forecast":
        from puntual.apps.reports import build_forecast

        return lambda start, end: build_forecast.forecast(creditor, start, end, learner)
    return lambda start, end: read.built(kind, creditor, start, end)
