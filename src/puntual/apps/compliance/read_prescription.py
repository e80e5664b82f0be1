"""The prescription clocks of due items: until when each may be claimed, and which need that a person looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs
import polars as pl

from puntual.apps import bulk
from puntual.apps.negotiation.models import Cover
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read_charges
from puntual.apps.receivables.models import DueBalance
from puntual.core.escalation.prescription import INTERRUPTIONS, CountryTerms, Event, Prescription, prescription
from puntual.law.prescription_loader import load_prescription


@attrs.frozen
class ItemClock:
    """A due item with what its clocks say today."""

    balance: DueBalance
    number: str
    told: Prescription


def interruptions(due_items: Iterable[int]) -> pl.DataFrame:
    """Documented facts that may start a clock anew (prescription.INTERRUPTIONS): money applied, agreements accepted."""
    wanted = sorted(set(due_items))
    paid = read_charges.part_payments(wanted).with_columns(event=pl.lit("partial_payment"))
    rows: list[tuple[int, date]] = []
    for piece in bulk.chunks(wanted):
        covers = Cover.objects.filter(due_item_id__in=piece, deal__accepted_on__isnull=False)
        rows += covers.values_list("due_item_id", "deal__accepted_on")
    agreed = pl.DataFrame(rows, schema={"due_item": pl.Int64, "on": pl.Date}, orient="row")
    both = pl.concat([paid, agreed.with_columns(event=pl.lit("acknowledgement"))])
    return both.with_columns(documented=pl.lit(True)).select(INTERRUPTIONS.keys())


def clocks(account: Account, balances: Sequence[DueBalance], today: date) -> list[ItemClock]:
    """One clock per open due item of an account, the soonest to prescribe first; those nobody knows, before."""
    law = load_prescription().get(account.creditor.country) or CountryTerms(account.creditor.country, (), (), "")
    opened = [b for b in balances if b.open_minor > 0]
    events: dict[int, list[Event]] = {}
    for row in interruptions(b.due_item_id for b in opened).iter_rows(named=True):
        events.setdefault(row["due_item"], []).append(Event(row["event"], row["on"], row["documented"]))
    found = [
        ItemClock(
            b,
            b.due_item.invoice.number,
            prescription(b.due_on, "invoice", account.party.debtor, events.get(b.due_item_id, []), law, today),
        )
        for b in opened
    ]
    return sorted(found, key=lambda clock: clock.told.prescribes_on or date.min)
