"""How charges reach the books: the entry, its proof, and the day until which interest was decided, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import attrs
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.receivables import posting
from puntual.apps.receivables.models_charges import AccrualMark, ChargeRecord
from puntual.apps.receivables.write import Posted, Reduction, post_reductions
from puntual.core.ledger.books import Component

INTEREST = "late_interest"


@attrs.frozen
class NewCharge:
    """A charge with its arithmetic. `kind` late_interest, collection_fee or fixed_sum; `key` makes it happen once."""

    account: int
    due_item: int
    kind: str
    currency: str
    key: str
    first_on: date | None
    last_on: date
    capital_minor: int
    charged_minor: int
    legal_maximum_minor: int | None
    formula: str
    rule: str
    cite: str

    @property
    def event_kind(self) -> str:
        return "interest" if self.kind == INTEREST else "fee"


@transaction.atomic
def post_charges(*, creditor_id: int, rows: Sequence[NewCharge], marks: Mapping[int, date], source: str) -> Posted:
    """Book charges above zero with their proof and note until when interest was decided (also where it was zero).

    One whose key is in the books already changes nothing.
    """
    wanted = [row for row in rows if row.charged_minor > 0]
    posted = post_reductions(creditor_id=creditor_id, rows=[_entry(row, source) for row in wanted])
    proofs = [(posted.ids[key], row) for row in wanted if (key := f"{row.event_kind}:{row.key}") in posted.ids]
    names = ["event_id", "due_item_id", "kind", "first_on", "last_on", "capital_minor", "charged_minor"]
    bulk.insert_rows(
        ChargeRecord,
        [*names, "legal_maximum_minor", "formula", "rule", "cite"],
        [
            (event, r.due_item, r.kind, r.first_on and posting.day_param(r.first_on), posting.day_param(r.last_on))
            + (r.capital_minor, r.charged_minor, r.legal_maximum_minor, r.formula[:600], r.rule[:60], r.cite[:300])
            for event, r in proofs
        ],
    )
    lines = [(item, posting.day_param(day)) for item, day in sorted(marks.items())]
    bulk.upsert_rows(AccrualMark, ["due_item_id"], ["through"], lines)
    return posted


def _entry(row: NewCharge, source: str) -> Reduction:
    component = Component.INTEREST if row.kind == INTEREST else Component.FEE
    part = (row.due_item, component, row.charged_minor)
    note = f"{row.formula} · {row.cite}" if row.cite else row.formula
    return Reduction(row.account, row.event_kind, row.currency, row.last_on, row.key, source, (part,), note[:300])
