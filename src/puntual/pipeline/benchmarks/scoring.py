"""The night's scoring over a large open portfolio: learn from a smaller one, then read, understand and store it all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.segments import read as segments
from puntual.apps.segments import said, write
from puntual.core.segments import keeping
from puntual.core.segments.learning import Learner
from puntual.core.segments.portfolio import understand
from puntual.core.segments.rules import read_rules
from puntual.core.segments.training import train
from puntual.core.time import local_date
from puntual.pipeline import learning
from puntual.pipeline import scoring as night
from puntual.pipeline.benchmarks import portfolio
from puntual.pipeline.benchmarks.measure import Measured, part
from puntual.pipeline.benchmarks.payers import facts

#: Closed invoices that the model of the benchmark learns from.
CLOSED = 40_000


def scoring(invoices: int, learner: Learner | None, say: Callable[[str], None]) -> dict[str, object]:
    """train -> read -> understand -> store, part by part; the whole night's `score_day` does the same and watches."""
    parts: list[Measured] = []
    at = datetime.now(UTC)
    creditor = portfolio.build(invoices, at.date())
    day = local_date(at, creditor.zone)
    say("Midiendo...")
    with part("train", parts):
        trained = train(facts(CLOSED, CLOSED // 25, day, still_open=False), day, learner)
    with part("read", parts):
        contacts = said.contacts_frame(creditor.pk, creditor.zone, day)
        known = learning.facts_of(creditor, day, contacts)
        told = said.said_frame(creditor.pk, day, contacts)
    with part("understand", parts):
        found = understand(known, day, trained, said=told, rules=read_rules(segments.rules_of(creditor.pk)))
    with part("store", parts):
        _store(creditor, found, told, known, trained, day, at)
    cpu = sum(p.cpu_s for p in parts)
    return {
        "rows": found.items.height, "accounts": found.accounts.height, "cpu_s": round(cpu, 2),
        "scored_cpu_s": round(cpu - parts[0].cpu_s, 2),
        "server_cpu_s": round(sum(p.server_cpu_s or 0 for p in parts), 2),
        "rows_per_s": round(found.items.height / max(sum(p.seconds for p in parts[1:]), 1e-9)),
        "peak_mib": max(p.peak_mib for p in parts), "parts": parts,
    }  # fmt: skip


def _store(creditor: Creditor, found, told: pl.DataFrame, known: pl.DataFrame, trained, day, at) -> None:  # noqa: ANN001
    row = write.keep_model(
        creditor_id=creditor.pk, cut=day, at=at, text=keeping.dumps(trained), learner=trained.learner, better=True,
        why="Medición.", card={}, measured={}, seconds=0,
    )  # fmt: skip
    one = write.begin_scoring(
        creditor_id=creditor.pk, model=row, day=day, at=at, line="model", items=found.items.height,
        accounts=found.accounts.height,
    )  # fmt: skip
    night.store(creditor, one, found, told, known, trained, day)
    write.publish(one, **night.moves(creditor.pk, found.accounts, one))
