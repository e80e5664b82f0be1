"""Seconds of the clock and of the processor, and the most memory, of a piece of work; with PostgreSQL, its server's
too."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
from django.db import connection

_TICK = os.sysconf("SC_CLK_TCK")


@attrs.define
class Measured:
    """What one part took. `server_cpu_s` is None without a PostgreSQL server on this machine."""

    name: str
    seconds: float = 0.0
    cpu_s: float = 0.0
    server_cpu_s: float | None = None
    peak_mib: float = 0.0


@contextmanager
def part(name: str, into: list[Measured]) -> Iterator[Measured]:
    """Measure the block and append what it took."""
    one = Measured(name)
    clock, cpu, server = time.perf_counter(), time.process_time(), _server_cpu()
    yield one
    one.seconds = round(time.perf_counter() - clock, 3)
    one.cpu_s = round(time.process_time() - cpu, 3)
    if server is not None:
        one.server_cpu_s = round((_server_cpu() or server) - server, 2)
    one.peak_mib = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    into.append(one)


def _server_cpu() -> float | None:
    """Processor seconds of all PostgreSQL processes of this machine so far, those that ended included."""
    if connection.vendor != "postgresql":
        return None
    total, found = 0, False
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        name = text[text.index("(") + 1 : text.rindex(")")]
        if name.startswith("postgres"):
            fields = text[text.rindex(")") + 2 :].split()
            own = int(fields[11]) + int(fields[12])
            # The postmaster's children that ended are counted in it.
            total += own + (int(fields[13]) + int(fields[14]))
            found = True
    return total / _TICK if found else None
