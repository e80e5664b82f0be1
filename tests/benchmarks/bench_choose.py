"""Cost of choosing: `python tests/benchmarks/bench_choose.py [candidates]`. CPU seconds, gap to the bound, memory.

A million candidates must be chosen within 0.1 % of the bound in under 10 CPU s.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import polars as pl

from puntual.core.planning import Capacity, decide

CHANNELS = np.array(["email", "whatsapp", "sms", "call"])


def candidates(rows: int, *, tied: bool, seed: int = 0) -> pl.DataFrame:
    """Four channels for each party; `tied`: values in coarse steps, so that thousands are worth the same."""
    random = np.random.default_rng(seed)
    parties = rows // 4
    channel = np.tile(np.arange(4), parties)
    worth = random.lognormal(8, 1.2, parties).repeat(4) * np.array([0.3, 0.6, 0.4, 1.0])[channel]
    value = (worth * random.uniform(0.3, 1.7, len(channel))).astype(np.int64)
    return pl.DataFrame(
        {
            "party": np.arange(parties).repeat(4),
            "action": np.arange(len(channel)),
            "channel": CHANNELS[channel],
            "expected_value_minor": value // 2000 * 2000 if tied else value,
            "cost_minor": np.array([1, 60, 40, 300])[channel] * random.integers(1, 3, len(channel)),
            "minutes": np.where(channel == 3, random.integers(3, 12, len(channel)), 0),
        }
    )


def main(rows: int) -> None:
    parties = rows // 4
    tight = Capacity(
        minutes=parties * 0.5,
        lines=max(parties // 1500, 1),
        budget_minor=parties * 40,
        channel_counts={"whatsapp": parties // 5, "sms": parties // 8, "email": parties // 3},
        channel_budget_minor={"call": parties * 20},
    )
    loose = Capacity(minutes=parties * 2.0, channel_counts={"whatsapp": parties // 2})
    for name, tied in (("distintas", False), ("empatadas", True)):
        frame = candidates(rows, tied=tied)
        for label, capacity in (("estrecha", tight), ("amplia", loose)):
            started = time.process_time()
            choice = decide(frame, capacity)
            seconds = time.process_time() - started
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{rows} {name}, capacidad {label}: {seconds:.2f} s CPU, brecha {100 * choice.gap:.5f} %, {peak} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
