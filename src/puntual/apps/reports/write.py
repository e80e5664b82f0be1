"""The only writer of targets, costs, scheduled reports and corrective actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from puntual.apps.reports.choices import Cadence
from puntual.apps.reports.models import ContactCost, CorrectiveAction, MissedTarget, Round, ScheduledReport, Target


@transaction.atomic
def set_targets(*, creditor_id: int, targets: Mapping[str, Decimal]) -> None:
    """The creditor's targets are these and no others."""
    Target.objects.filter(creditor_id=creditor_id).exclude(code__in=targets).delete()
    for code, value in targets.items():
        Target.objects.update_or_create(creditor_id=creditor_id, code=code, defaults={"value": value})


@transaction.atomic
def set_contact_costs(*, creditor_id: int, costs: Mapping[str, int]) -> None:
    """The creditor's costs of a contact are these and no others."""
    ContactCost.objects.filter(creditor_id=creditor_id).exclude(channel__in=costs).delete()
    for channel, minor in costs.items():
        ContactCost.objects.update_or_create(creditor_id=creditor_id, channel=channel, defaults={"cost_minor": minor})


def schedule(*, creditor_id: int, report: str, cadence: str, email: str) -> ScheduledReport:
    """A report by mail; asking for the same again changes nothing but wakes it up."""
    row, _ = ScheduledReport.objects.update_or_create(
        creditor_id=creditor_id, report=report, cadence=cadence, email=email, defaults={"active": True}
    )
    return row


def unschedule(*, creditor_id: int, pk: int) -> None:
    ScheduledReport.objects.filter(creditor_id=creditor_id, pk=pk).update(active=False)


def due(*, creditor_id: int, today: date) -> list[tuple[ScheduledReport, date, date]]:
    """The reports that should go out today, each with the period that it tells; one sent for today is not due again."""
    rows = ScheduledReport.objects.filter(creditor_id=creditor_id, active=True).order_by("pk")
    found = []
    for row in rows:
        period = period_of(row.cadence, today)
        if period is not None and (row.done_through is None or row.done_through < period[1]):
            found.append((row, *period))
    return found


def period_of(cadence: str, today: date) -> tuple[date, date] | None:
    """The days that a report of that cadence tells when it goes out today; None when today is not its day."""
    yesterday = today - timedelta(days=1)
    if cadence == Cadence.DAILY:
        return yesterday, yesterday
    if cadence == Cadence.WEEKLY:
        return (today - timedelta(days=7), yesterday) if today.weekday() == 0 else None
    return (yesterday.replace(day=1), yesterday) if today.day == 1 else None


def done(*, pk: int, through: date) -> bool:
    """Take the sending of a report for that day; False if somebody already did. Called before the bytes leave."""
    rows = ScheduledReport.objects.filter(pk=pk)
    return bool(rows.exclude(done_through__gte=through).update(done_through=through))


def give_back(*, pk: int, through: date | None) -> None:
    """It could not be sent: it is due again."""
    ScheduledReport.objects.filter(pk=pk).update(done_through=through)


def add_action(
    *, creditor_id: int, title: str, owner: str, dimension: str, value: str, begun_on: date, window_days: int,
    by_id: int | None,
) -> CorrectiveAction:  # fmt: skip
    """A corrective action; the same one told twice is one, with its last owner."""
    row, _ = CorrectiveAction.objects.update_or_create(
        creditor_id=creditor_id, title=title, dimension=dimension, value=value, begun_on=begun_on,
        defaults={"owner": owner, "window_days": window_days, "by_id": by_id},
    )  # fmt: skip
    return row


def close_action(*, creditor_id: int, pk: int, on: date) -> None:
    CorrectiveAction.objects.filter(creditor_id=creditor_id, pk=pk, closed_on=None).update(closed_on=on)


@transaction.atomic
def set_missed(*, creditor_id: int, day: date, rows: Sequence[tuple[str, str, Decimal, Decimal]]) -> None:
    """The targets that are missed are these (code, currency, value, target) and no others."""
    MissedTarget.objects.filter(creditor_id=creditor_id).delete()
    MissedTarget.objects.bulk_create(
        MissedTarget(creditor_id=creditor_id, day=day, code=code, currency=currency, value=value, target=target)
        for code, currency, value, target in rows
    )
    Round.objects.update_or_create(creditor_id=creditor_id, defaults={"done_on": day})
