"""Credit notes of a period and the invoices issued again in it, as the causes tell them and their rows show them."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import frames, frames_people
from puntual.apps.reports.columns import Books
from puntual.core.reports import reissues


def notes_and_again(creditor: Creditor, ledger: Books, start: date, end: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """reissues.NOTES and reissues.REPLACED of [start, end]: the latter say so, else seem so."""
    notes = frames.notes(ledger, start, end)
    before = frames.notes(ledger, start - timedelta(days=reissues.WITHIN_DAYS), end)
    said = frames_people.replaced(creditor, start, end)
    if not before.height:
        return notes, said
    sold = frames.sold_to(ledger, before, start, end)
    seem = reissues.span(reissues.inferred(before, sold), start, end)
    # One that says which it replaces is not told a second time.
    same = ["currency", "issued_on", "again_on", "original_minor"]
    return notes, pl.concat([said, seem.join(said, on=same, how="anti")])
