"""How money told late is put right in the books: wrong interest reversed, right interest added, payments moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from puntual.apps.receivables import posting
from puntual.apps.receivables.read_late import Application, Interest, LateAccount
from puntual.apps.receivables.write import reverse
from puntual.apps.receivables.write_charges import NewCharge, post_charges
from puntual.core.ledger.allocation import Applied
from puntual.core.ledger.books import Component, Ledger, Leg, Posting

SOURCE = "cargos"
NOTE = "Corregido: el pago se supo después de su día"


@transaction.atomic
def correct(
    *,
    creditor_id: int,
    late: LateAccount,
    wrong: Sequence[Interest],
    right: Sequence[NewCharge],
    moved: Sequence[tuple[Application, Sequence[Applied]]],
) -> None:
    """One account put right in one transaction. Keys name what they correct, so a repetition changes nothing."""
    for row in wrong:
        reverse(event_id=row.event, on=row.booked.last, source=SOURCE, note=NOTE)
    post_charges(creditor_id=creditor_id, rows=right, marks={}, source=SOURCE)
    postings = [p for application, applied in moved if (p := _moved(late, application, applied))]
    posting.post(creditor_id, postings)


def _moved(late: LateAccount, application: Application, applied: Sequence[Applied]) -> Posting | None:
    """The difference between where a payment went and where it goes; what no document takes stays in favour."""
    legs = [
        Leg(Ledger.RECEIVABLE, -minor, item, component)
        for (item, component), minor in _difference(application, applied)
    ]
    if not legs:
        return None
    left = -sum(leg.amount_minor for leg in legs)
    legs += [Leg(Ledger.UNAPPLIED, left)] if left else []
    key = f"{application.key}:moved{application.corrections + 1}"
    on = application.paid.on
    return Posting(late.account, "allocation", late.currency, on, key, SOURCE, tuple(legs), note=NOTE)


def _difference(application: Application, applied: Sequence[Applied]) -> list[tuple[tuple[int, Component], int]]:
    change: dict[tuple[int, Component], int] = {pair: -minor for pair, minor in application.parts.items()}
    for a in applied:
        pair = (a.due_item, a.component)
        change[pair] = change.get(pair, 0) + a.amount_minor
    return [(pair, minor) for pair, minor in change.items() if minor]


def differs(application: Application, applied: Sequence[Applied]) -> bool:
    """Whether the payment goes elsewhere than it went."""
    return bool(_difference(application, applied))


def totals(rows: Sequence[Interest]) -> Mapping[int, int]:
    """due item -> interest in the books."""
    found: dict[int, int] = {}
    for row in rows:
        found[row.booked.due_item] = found.get(row.booked.due_item, 0) + row.charged_minor
    return found
