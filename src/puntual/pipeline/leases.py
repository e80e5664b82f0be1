"""Which senders are alive. Of this machine, those that hold their lock file: the system lets go of it at the very
instant of a kill -9. Of others, those that gave a sign of life lately.

A lease speaks of processes, not of the business: it goes by the machine's own time, whatever clock decides the sends.
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from django.conf import settings
from django.db import transaction

from puntual.apps.outreach import dispatchers

try:
    import fcntl
except ImportError:  # no such locks here: signs of life decide
    fcntl = None  # type: ignore[assignment]

#: Longer than any message takes to be handed over (mail servers are given 20 s a step).
LEASE = timedelta(seconds=180)
_BEAT_S = 10.0


class Lease:
    """The mark of one sender while it works: `with Lease() as lease`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.worker = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._folder = folder or Path(settings.DATA) / "despacho"
        self._file: int | None = None
        self._beaten = 0.0

    def __enter__(self) -> Lease:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path(self.worker), os.O_CREAT | os.O_RDWR, 0o600)
        if fcntl is not None:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever was killed with nothing in its hands is asked about by nobody else.
        self.dead(dispatchers.everybody())
        dispatchers.begins(worker=self.worker, host=platform.node(), at=datetime.now(UTC))
        self._beaten = time.monotonic()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        dispatchers.ends(workers=[self.worker])
        if self._file is not None:
            os.close(self._file)
            self._path(self.worker).unlink(missing_ok=True)

    def beat(self) -> None:
        """A sign of life, at most every ten seconds."""
        if time.monotonic() - self._beaten >= _BEAT_S:
            dispatchers.lives(worker=self.worker, at=datetime.now(UTC))
            self._beaten = time.monotonic()

    def dead(self, workers: Collection[str]) -> set[str]:
        """Those of these workers that live no more; their marks are swept away.

        The files go after the marks are gone for good: whoever dies in between must not leave a mark without its file,
        which would pass for a living one until its time is over.
        """
        known = dispatchers.of(workers)
        gone = {worker for worker in workers if worker not in known or not self._alive(known[worker])}
        dispatchers.ends(workers=gone)
        transaction.on_commit(lambda: self._sweep(gone))
        return gone

    def _sweep(self, workers: Collection[str]) -> None:
        for worker in workers:
            self._path(worker).unlink(missing_ok=True)

    def _alive(self, mark: dispatchers.Mark) -> bool:
        locked = self._locked(mark.worker) if mark.host == platform.node() else None
        return datetime.now(UTC) - mark.seen_at < LEASE if locked is None else locked

    def _locked(self, worker: str) -> bool | None:
        """Whether somebody holds its lock; None when there is no way to tell."""
        if fcntl is None or "/" in worker:
            return None
        try:
            file = os.open(self._path(worker), os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def _path(self, worker: str) -> Path:
        return self._folder / f"{worker.replace('/', '_') or '_'}.lock"
