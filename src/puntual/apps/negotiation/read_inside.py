"""What is behind disputes and complaints: their evidence, and the causes inside the company with what they cost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import attrs
from django.db.models import Count, Q, Sum

from puntual.apps.negotiation import read_own, records
from puntual.apps.negotiation.choices import RootCause
from puntual.apps.negotiation.models import Complaint, Dispute, SaidFile
from puntual.apps.parties import read as parties


@attrs.frozen
class Cost:
    """A cause inside the company: how many disputes and complaints it brought, what was credited and what it cost."""

    cause: str
    name: str
    disputes: int
    complaints: int
    credited_minor: int
    cost_minor: int

    @property
    def total_minor(self) -> int:
        return self.credited_minor + self.cost_minor


def files_of(row: Dispute | Complaint) -> list[SaidFile]:
    """The company's own evidence, in order."""
    return list(row.files.select_related("by").order_by("pk"))


def file(pk: int) -> SaidFile | None:
    return SaidFile.objects.select_related("account", "dispute", "complaint").filter(pk=pk).first()


def bytes_of(row: SaidFile) -> bytes | None:
    """The file again; None once its person was forgotten."""
    key = parties.key_of(records.party_of(row.account_id))
    return parties.vault.unseal_bytes(key, bytes(row.sealed)) if key and row.sealed else None


def costs(creditor_id: int, currency: str, since: date, areas: Collection[str] | None = None) -> list[Cost]:
    """Causes that were found behind what was opened since a day, the dearest first. What is in another currency than
    the creditor's is left out of the money, not of the count."""
    disputes = read_own.disputes(Dispute.objects.filter(creditor_id=creditor_id, opened_on__gte=since), areas)
    complaints = read_own.complaints(Complaint.objects.filter(creditor_id=creditor_id, opened_on__gte=since), areas)
    mine = Q(currency=currency)
    argued = disputes.exclude(root_cause="").order_by().values_list("root_cause").annotate(
        n=Count("pk"), credited=Sum("credited_minor", filter=mine, default=0), cost=Sum("cost_minor", default=0)
    )  # fmt: skip
    told = complaints.exclude(root_cause="").order_by().values_list("root_cause").annotate(
        n=Count("pk"), cost=Sum("cost_minor", default=0)
    )  # fmt: skip
    by = {code: [n, 0, credited, cost] for code, n, credited, cost in argued}
    for code, n, cost in told:
        row = by.setdefault(code, [0, 0, 0, 0])
        row[1], row[3] = n, row[3] + cost
    names = dict(RootCause.choices)
    found = [Cost(code, str(names.get(code, code)), *row) for code, row in by.items()]
    return sorted(found, key=lambda c: (-c.total_minor, -c.disputes - c.complaints, c.cause))


def about_agents(creditor_id: int, start: date, end: date) -> dict[int, int]:
    """agent -> complaints about them, received in [start, end), that were right."""
    rows = Complaint.objects.filter(
        creditor_id=creditor_id, founded=True, agent__isnull=False, opened_on__gte=start, opened_on__lt=end
    )
    return dict(rows.order_by().values_list("agent_id").annotate(n=Count("pk")))
