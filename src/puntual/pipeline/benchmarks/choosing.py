"""The best use of a day's capacity over many candidates, and how far from the best possible it is at most."""

from __future__ import annotations

import numpy as np
import polars as pl

from puntual.core.planning import Capacity, decide
from puntual.pipeline.benchmarks.measure import Measured, part

SEED = 0
CHANNELS = np.array(["email", "whatsapp", "sms", "call"])


def candidates(rows: int) -> pl.DataFrame:
    """Four channels for each party, worth what the party's debt is worth through each."""
    random = np.random.default_rng(SEED)
    parties = max(rows // 4, 1)
    channel = np.tile(np.arange(4), parties)
    worth = random.lognormal(8, 1.2, parties).repeat(4) * np.array([0.3, 0.6, 0.4, 1.0])[channel]
    return pl.DataFrame(
        {
            "party": np.arange(parties).repeat(4),
            "action": np.arange(len(channel)),
            "channel": CHANNELS[channel],
            "expected_value_minor": (worth * random.uniform(0.3, 1.7, len(channel))).astype(np.int64),
            "cost_minor": np.array([1, 60, 40, 300])[channel] * random.integers(1, 3, len(channel)),
            "minutes": np.where(channel == 3, random.integers(3, 12, len(channel)), 0),
        }
    )


def choosing(rows: int) -> dict[str, object]:
    """One choice within tight minutes, lines, money and counts."""
    parties, frame, parts = max(rows // 4, 1), candidates(rows), list[Measured]()
    capacity = Capacity(
        minutes=parties * 0.5, lines=max(parties // 1500, 1), budget_minor=parties * 40,
        channel_counts={"whatsapp": parties // 5, "sms": parties // 8, "email": parties // 3},
        channel_budget_minor={"call": parties * 20},
    )  # fmt: skip
    with part("choose", parts):
        choice = decide(frame, capacity)
    return {
        "rows": rows, "chosen": len(choice.rows), "value_minor": choice.value_minor, "bound_minor": choice.bound_minor,
        "gap_pct": round(100 * choice.gap, 5), "cpu_s": parts[0].cpu_s, "peak_mib": parts[0].peak_mib,
        "rows_per_s": round(rows / max(parts[0].seconds, 1e-9)),
    }  # fmt: skip
