"""Reads for charges: until when interest was decided, which fees exist, and the proof of each."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from puntual.apps import bulk
from puntual.apps.receivables.models_charges import ChargeRecord
from puntual.core.frames import ID, Column

_MARKS = {"due_item": Column(ID, "documento"), "through": Column(pl.Date, "último día decidido")}
_PAID = {"due_item": Column(ID, "documento"), "on": Column(pl.Date, "día del abono")}


def marks_frame(creditor_id: int) -> pl.DataFrame:
    """due item -> the last day whose interest was decided."""
    return bulk.read_frame(
        "SELECT m.due_item_id AS due_item, m.through FROM receivables_accrualmark m "
        f"JOIN receivables_dueitem d ON d.id = m.due_item_id WHERE d.creditor_id = {int(creditor_id)}",
        _MARKS,
    )


def with_fee(creditor_id: int, kind: str) -> set[int]:
    """Due items that already bear a fee of that kind."""
    rows = ChargeRecord.objects.filter(due_item__creditor_id=creditor_id, kind=kind)
    return set(rows.values_list("due_item_id", flat=True))


def proofs_of(due_items: Iterable[int]) -> list[ChargeRecord]:
    """The proof of every charge of those due items, oldest first."""
    found: list[ChargeRecord] = []
    for piece in bulk.chunks(sorted(set(due_items))):
        found += ChargeRecord.objects.filter(due_item_id__in=piece).select_related("event").order_by("pk")
    return found


def part_payments(due_items: Iterable[int]) -> pl.DataFrame:
    """The days on which money was applied to those due items and stands: what may start a clock anew."""
    frames = [pl.DataFrame(schema={n: c.dtype for n, c in _PAID.items()})]
    for piece in bulk.chunks(sorted(set(due_items))):
        marks = ", ".join(["%s"] * len(piece))
        frames.append(
            bulk.read_frame(
                'SELECT e.due_item_id AS due_item, v.effective_on AS "on" FROM receivables_entry e '
                "JOIN receivables_event v ON v.id = e.event_id "
                "LEFT JOIN receivables_event r ON r.reverses_id = v.id "
                f"WHERE e.ledger = 1 AND v.kind = 'allocation' AND r.id IS NULL AND e.due_item_id IN ({marks})",
                _PAID,
                tuple(piece),
            )
        )
    return pl.concat(frames).unique().sort("due_item", "on")
