"""Learning alone: a model from so many closed invoices, and a model kept and read back."""

from __future__ import annotations

from datetime import date

import attrs

from puntual.core.segments import keeping
from puntual.core.segments.learning import Learner
from puntual.core.segments.training import train
from puntual.pipeline.benchmarks.measure import Measured, part
from puntual.pipeline.benchmarks.payers import facts

TODAY = date(2026, 1, 1)


def learning(items: int, learner: Learner | None) -> dict[str, object]:
    """Train on `items` invoices of a 25th as many accounts, and keep the model."""
    parts: list[Measured] = []
    history = facts(items, max(items // 25, 1), TODAY, still_open=False)
    with part("train", parts):
        trained = train(history, TODAY, learner)
    with part("keep", parts):
        keeping.loads(keeping.dumps(trained), learner)
    cpu = sum(p.cpu_s for p in parts)
    return {
        "rows": items, "closed": trained.closed, "learner": trained.learner, "cpu_s": round(cpu, 2),
        "rows_per_s": round(items / max(sum(p.seconds for p in parts), 1e-9)),
        "peak_mib": max(p.peak_mib for p in parts), "parts": [attrs.asdict(p) for p in parts],
    }  # fmt: skip
