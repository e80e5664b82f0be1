"""The only writer of loads, originals and layouts. The books and the parties are written by their own apps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import attrs
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.imports import read
from puntual.apps.imports.choices import RunState
from puntual.apps.imports.load import Load
from puntual.apps.imports.models import ImportRun, LoadedInvoice, Mapping, RejectedRow
from puntual.apps.imports.originals import Original, keep
from puntual.apps.imports.tally import Tally
from puntual.apps.imports.who import Customers
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Defaults, FileReader, Layout, Place

_REPORT_EVERY = 200
_MAX_REJECTED_KEPT = 10_000


@attrs.frozen
class Source:
    """One file to load. `group` is what the user gave (a folder or archive may hold many files)."""

    name: str
    data: bytes
    group: str = ""


@attrs.frozen
class Wish:
    """How to read the files: what is empty is found out."""

    format: str = "auto"
    kind: str | None = None
    layout: Layout | None = None
    dry_run: bool = False


@attrs.frozen
class Outcome:
    """The run on record (None for a dry run) and what it did."""

    run: int | None
    tally: Tally


Progress = Callable[[int, Tally], None]


def import_files(
    *,
    creditor: Creditor,
    sources: Iterable[Source],
    reader: FileReader,
    as_of: date,
    wish: Wish = Wish(),  # noqa: B008  (frozen)
    by: int | None = None,
    progress: Progress | None = None,
    strict: bool = False,
) -> Outcome:
    """Load files. The same file twice changes nothing; a row is taken whole or set apart.

    With `strict` a file of no use raises UnusableInput; otherwise it is set apart and the others go on. A dry run does
    everything and then undoes it.
    """
    run = None if wish.dry_run else _start(creditor, wish, by)
    loader = _Loader(creditor, reader, wish, as_of, run, progress, strict)
    try:
        if wish.dry_run:
            with transaction.atomic():
                tally = loader.work(sources)
                transaction.set_rollback(True)
        else:
            tally = loader.work(sources)
    except BaseException:
        if run is not None:
            ImportRun.objects.filter(pk=run.pk).update(state=RunState.FAILED, finished_at=datetime.now(UTC))
        raise
    if run is not None:
        _finish(run, tally)
    return Outcome(run.pk if run else None, tally)


def _start(creditor: Creditor, wish: Wish, by: int | None) -> ImportRun:
    return ImportRun.objects.create(
        creditor=creditor, name="", kind=wish.kind or "", format=wish.format, by_id=by, started_at=datetime.now(UTC)
    )


@transaction.atomic
def _finish(run: ImportRun, tally: Tally) -> None:
    result = tally.as_json()
    rejected = result.pop("rejected")
    result["rejected_count"] = len(rejected)
    ImportRun.objects.filter(pk=run.pk).update(
        state=RunState.DONE, done=tally.read, total=tally.read, result=result, finished_at=datetime.now(UTC)
    )
    if tally.invoices:
        rows = ((run.pk, invoice) for invoice in tally.invoices)
        bulk.insert_rows(LoadedInvoice, ["run_id", "invoice_id"], rows)
    RejectedRow.objects.bulk_create(
        RejectedRow(
            run=run, file=e.file[-200:], row=e.row, field=e.field[:60], value=e.value[:200], error=e.error[:300]
        )
        for e in tally.rejected[:_MAX_REJECTED_KEPT]
    )


class _Loader:
    """Reads each file under its layout and hands its batches to a `Load`."""

    def __init__(  # noqa: PLR0913
        self,
        creditor: Creditor,
        reader: FileReader,
        wish: Wish,
        as_of: date,
        run: ImportRun | None,
        progress: Progress | None,
        strict: bool,
    ) -> None:
        self._creditor, self._reader, self._wish, self._run = creditor, reader, wish, run
        self._progress, self._strict = progress, strict
        self._defaults = Defaults(creditor.country, creditor.currency)
        self._load = Load(creditor, Customers(creditor, reader.tax_id, "import"), "import", as_of)

    def work(self, sources: Iterable[Source]) -> Tally:
        files = 0
        for files, source in enumerate(sources, start=1):
            try:
                self._file(source)
            except UnusableInput as error:
                if self._strict:
                    raise
                self._load.tally.read += 1
                self._load.tally.reject(Place(source.name), "", "", error.sentence)
            if files % _REPORT_EVERY == 0:
                self._report(files, source.name)
        tally = self._load.finish()
        tally.without_contacts = parties.accounts_without_points(tally.accounts)
        self._report(files, "")
        return tally

    def _file(self, source: Source) -> None:
        wish = self._wish
        format = self._reader.detect(source.data, source.name) if wish.format == "auto" else wish.format
        if format in ("csv", "xlsx"):
            self._table(source, format)
            return
        original = Original(source.name, format, source.data)
        batches = self._reader.read(
            source.data, source.name, format=format, kind=None, layout=None, defaults=self._defaults
        )
        for batch in batches:
            self._load.take(batch, original)

    def _table(self, source: Source, format: str) -> None:
        headings, fingerprint = self._reader.headings(source.data, source.name)
        layout = self._layout(source, fingerprint)
        tally = self._load.tally
        before = tally.read
        batches = self._reader.read(
            source.data, source.name, format=format, kind=layout.kind, layout=layout, defaults=self._defaults
        )
        for batch in batches:
            self._load.take(batch)
            self._report(tally.read, source.name)
        if self._run is not None and tally.read > before:
            keep(self._creditor.pk, [Original(source.name, format, source.data)])
            if not layout.fixed:
                learnt = attrs.evolve(layout, fingerprint=fingerprint, headings=headings)
                remember_layout(creditor_id=self._creditor.pk, layout=learnt)

    def _layout(self, source: Source, fingerprint: str) -> Layout:
        """The one given, else the one remembered for these headings, else a guess."""
        if self._wish.layout is not None:
            return self._wish.layout
        remembered = read.remembered_layout(self._creditor.pk, fingerprint, self._wish.kind)
        if remembered is not None:
            return remembered
        guessed = self._reader.layout(source.data, source.name, kind=self._wish.kind, defaults=self._defaults)
        assert guessed is not None
        return guessed

    def _report(self, done: int, name: str) -> None:
        if self._run is not None:
            told: dict[str, Any] = {"name": name[-200:]} if name else {}
            ImportRun.objects.filter(pk=self._run.pk).update(done=self._load.tally.read, **told)
        if self._progress is not None:
            self._progress(done, self._load.tally)


@transaction.atomic
def remember_layout(*, creditor_id: int, layout: Layout) -> None:
    """Tables with these headings will be read this way from now on."""
    fields = {"columns": dict(layout.columns), "options": dict(layout.options), "headings": list(layout.headings)}
    Mapping.objects.update_or_create(
        creditor_id=creditor_id, kind=layout.kind, fingerprint=layout.fingerprint, defaults={"fields": fields}
    )


@transaction.atomic
def forget_layout(*, creditor_id: int, fingerprint: str) -> int:
    """Tables with these headings will be guessed again. Gives how many layouts were forgotten."""
    return Mapping.objects.filter(creditor_id=creditor_id, fingerprint=fingerprint).delete()[0]
