"""Documents sent on as soon as they are loaded: rows of the same outbox, approved like every other message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs
from django.db import transaction
from django.db.models import Count

from puntual.apps.outreach.addressed import Addressed
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write import TIME_TO_LIVE

STEP = TEMPLATE = "documento"


@attrs.frozen
class NewDocument(Addressed):
    """One message to one account with the documents that it has not seen."""

    amount_minor: int
    late: bool
    invoices: tuple[int, ...]
    documents: tuple[int, ...]


@transaction.atomic
def enqueue(*, rows: Sequence[NewDocument], now: datetime, approved: bool) -> int:
    """Put them in the outbox; those that were there already stay as they are. Gives how many are new."""
    keys = {f"{STEP}:{row.key}"[:80]: row for row in rows}
    known = set(Outbox.objects.filter(once__in=list(keys)).values_list("once", flat=True))
    fresh = [(once, row) for once, row in keys.items() if once not in known]
    Outbox.objects.bulk_create(
        Outbox(
            once=once, **row.columns(), purpose="reminder_overdue" if row.late else "reminder_preventive",
            stage="administrative" if row.late else "preventive", step=STEP, template=TEMPLATE,
            amount_minor=row.amount_minor, scheduled_at=now, expires_at=now + TIME_TO_LIVE, approved=approved,
            tells={"invoices": list(row.invoices), "documents": list(row.documents)},
        )
        for once, row in fresh
    )  # fmt: skip
    return len(fresh)


def sent_of(prefix: str) -> dict[str, int]:
    """state -> how many messages with documents of that key there are; «waiting» are those nobody approved yet."""
    rows = Outbox.objects.filter(once__startswith=f"{STEP}:{prefix}")
    found: dict[str, int] = {}
    for state, approved, n in rows.values_list("state", "approved").annotate(n=Count("pk")):
        name = "waiting" if state == "planned" and not approved else state
        found[name] = found.get(name, 0) + n
    return found


@transaction.atomic
def approve(*, prefix: str) -> int:
    """Let those of a key go. Gives how many waited."""
    return Outbox.objects.filter(once__startswith=f"{STEP}:{prefix}", state="planned", approved=False).update(
        approved=True
    )
