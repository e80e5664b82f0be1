"""What the law wants forgotten, forgotten: the record of breaches past their time, country by country.

Contacts, messages, answers and plans older than the limit go, each plan with its link in the chain of evidence; a
person whose every debt was settled that long ago is erased. The books stay: they hold surrogate ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import attrs
from django.db import transaction
from django.db.models import Max, QuerySet

from puntual.apps.audit import write as audit
from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties.models import Creditor, Party
from puntual.apps.planning.models import Plan, PlanRow
from puntual.core.errors import Refused
from puntual.core.escalation.prescription import add_months
from puntual.core.time import local_date, local_instant
from puntual.law.retention_loader import retention
from puntual.pipeline import erasure


@attrs.frozen
class Purged:
    """What one creditor's country wanted forgotten. `before` None: the norm that was read sets no limit."""

    creditor: str
    country: str
    before: date | None
    contacts: int
    messages: int
    facts: int
    plans: int
    parties: int
    cite: str

    def as_json(self) -> dict[str, Any]:
        return {**attrs.asdict(self), "before": self.before and self.before.isoformat()}


def purge(*, now: datetime, dry_run: bool = False) -> list[Purged]:
    """One round over every creditor. Running it again changes nothing."""
    return [_of(creditor, now, dry_run) for creditor in Creditor.objects.order_by("pk")]


def _of(creditor: Creditor, now: datetime, dry_run: bool) -> Purged:
    kept, today = retention(creditor.country), local_date(now, creditor.zone)
    if kept.purge_breach_months is None:
        return Purged(creditor.code, creditor.country, None, 0, 0, 0, 0, 0, kept.cite)
    before = add_months(today, -kept.purge_breach_months)
    limit = local_instant(before, time(0), creditor.zone)
    old = {
        "contacts": Contact.objects.filter(creditor=creditor, at__lt=limit),
        "messages": Outbox.objects.filter(creditor=creditor, scheduled_at__lt=limit),
        "facts": Fact.objects.filter(account__creditor=creditor, at__lt=limit),
    }
    plans = Plan.objects.filter(creditor=creditor, day__lt=before, rows__isnull=False).distinct()
    people = [party for party in _settled_long_ago(creditor, before) if not erasure.holds(party, now)]
    counts = {name: rows.count() for name, rows in old.items()}
    found = Purged(
        creditor.code, creditor.country, before, plans=plans.count(), parties=len(people), cite=kept.cite, **counts
    )
    if not dry_run:
        _destroy(creditor, list(old.values()), list(plans), people, now)
    return found


def _settled_long_ago(creditor: Creditor, before: date) -> Iterator[Party]:
    """People of this creditor who are not erased, and whose last document was due before that day."""
    rows = Party.objects.filter(accounts__creditor=creditor, erased_at=None)
    last = rows.annotate(last_due=Max("accounts__invoices__items__due_on"))
    yield from last.filter(last_due__lt=before).distinct().order_by("pk").iterator()


def _destroy(
    creditor: Creditor, old: list[QuerySet[Any]], plans: list[Plan], people: list[Party], now: datetime
) -> None:
    for rows in old:
        rows.delete()
    for plan in plans:
        with transaction.atomic():
            PlanRow.objects.filter(plan=plan)._raw_delete("default")  # type: ignore[attr-defined]
            audit.record_purge(creditor_id=creditor.pk, plan_id=plan.pk, at=now, reason="retention")
    for party in people:
        try:
            erasure.erase(party_id=party.pk, now=now, reason="retention")
        except Refused:  # something came in since the look: it waits for the next round
            continue
