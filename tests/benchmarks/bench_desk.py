"""The queue of a quarter of a million people (about a million due items): built from a frame, written, and taken from.

Run it by hand: `python tests/benchmarks/bench_desk.py [people]`, on SQLite in a folder of its own or on a DATABASE_URL.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "puntual.project.settings")
os.environ.setdefault("PUNTUAL_DATA", tempfile.mkdtemp(prefix="puntual-cola-"))

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def main(people: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from puntual.apps.parties import vault

    call_command("migrate", verbosity=0)
    vault.make_keyring(fresh=True)
    import polars as pl

    from puntual.apps import bulk
    from puntual.apps.workbench import write, write_queue
    from puntual.core.planning import Capacity
    from puntual.core.workbench import queue

    creditor, agents = _house(people)
    said: dict[str, object] = {"people": people, "engine": connection.vendor}
    began = time.perf_counter()
    built = queue.build(_owed(people), Capacity(minutes=30 * 360.0), NOW + timedelta(hours=13))
    said["core_build_s"] = round(time.perf_counter() - began, 2)
    rows = built.with_columns(segment=pl.lit(""), language=pl.lit(""), skill=pl.lit(""))
    began = time.perf_counter()
    write_queue.publish(creditor_id=creditor, queue=rows, now=NOW, since=NOW - timedelta(hours=11))
    said["publish_s"] = round(time.perf_counter() - began, 2)
    held: list[float] = []
    upsert = bulk.upsert_frame

    def timed(*given, **more):  # noqa: ANN002, ANN003, ANN202
        start = time.perf_counter()
        upsert(*given, **more)
        held.append((time.perf_counter() - start) * 1000)

    bulk.upsert_frame = timed
    began = time.perf_counter()
    later = NOW + timedelta(minutes=5)
    write_queue.publish(creditor_id=creditor, queue=rows, now=later, since=NOW - timedelta(hours=11))
    said["publish_again_s"] = round(time.perf_counter() - began, 2)
    said["longest_lock_ms"] = round(max(held), 1)
    took = []
    for agent in agents:
        began = time.perf_counter()
        assert write.take_next(creditor_id=creditor, agent_id=agent, now=NOW) is not None
        took.append((time.perf_counter() - began) * 1000)
    said["take_median_ms"] = round(statistics.median(took), 2)
    said["take_worst_ms"] = round(max(took), 2)
    print(json.dumps(said))


def _house(people: int) -> tuple[int, list[int]]:
    """A creditor, so many bare parties and accounts with known ids, and two hundred agents."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from puntual.apps.parties import write as parties
    from puntual.apps.parties.models import Account, Party

    creditor = parties.create_creditor(
        code="norte", name="Ferretera", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    now = timezone.now()
    Party.objects.bulk_create((Party(pk=n, sealed_name=b"", created_at=now) for n in range(1, people + 1)), 5000)
    Account.objects.bulk_create(
        (Account(pk=n, party_id=n, creditor=creditor, code=f"C{n}") for n in range(1, people + 1)), 5000
    )
    users = get_user_model()
    return creditor.pk, [users.objects.create(username=f"a{n}").pk for n in range(200)]


def _owed(people: int):  # noqa: ANN202
    import numpy as np
    import polars as pl

    from puntual.core.frames import conform
    from puntual.core.workbench.queue import OWED

    rng = np.random.default_rng(7)
    ids = np.arange(1, people + 1)
    return conform(
        pl.DataFrame(
            {"party": ids, "account": ids, "currency": ["MXN"] * people,
             "amount_minor": rng.integers(1000, 9_000_000, people), "days_past_due": rng.integers(1, 200, people),
             "pays_anyway": rng.random(people), "verdict": ["allow"] * people, "law_reason": ["allowed"] * people}
        ),
        OWED,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 250_000)
