"""What happened with promises, plans and disputes since a mark, oldest first, for whoever tells it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from puntual.apps.negotiation.choices import DealState, Source
from puntual.apps.negotiation.models import Deal, Dispute, Promise, Step

#: How a dispute may end before its person is told.
OUTCOMES = ("for_customer", "for_creditor", "partly")
_TOLD = (
    Q(promise__isnull=False, now="broken") | Q(deal__isnull=False, now__in=("current", "offered"))
    | Q(dispute__isnull=False, now__in=OUTCOMES)
)  # fmt: skip


def promises_after(pk: int, limit: int) -> list[Promise]:
    """Promises recorded after that one, whatever became of them."""
    rows = Promise.objects.filter(pk__gt=pk).select_related("account__creditor")
    return list(rows.order_by("pk")[:limit])


def steps_after(pk: int, limit: int) -> list[Step]:
    """Promises broken, plans that began and disputes that were resolved after that step."""
    rows = Step.objects.filter(_TOLD, pk__gt=pk).select_related(
        "promise__account__creditor",
        "deal__account__creditor",
        "dispute__account__creditor",
        "dispute__due_item__invoice",
    )
    return list(rows.prefetch_related("promise__covers__due_item", "deal__instalments").order_by("pk")[:limit])


def deals_after(pk: int, limit: int) -> list[Deal]:
    """Agreements and settlements recorded after that one, whatever became of them."""
    rows = Deal.objects.filter(pk__gt=pk).select_related("account__creditor").prefetch_related("instalments")
    return list(rows.order_by("pk")[:limit])


def last_deal() -> int:
    return Deal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def waits_for_its_person(deal: Deal) -> bool:
    """Whether it is an offer of ours, which its person has not answered."""
    return deal.state == DealState.OFFERED and deal.source != Source.PORTAL


def no_longer_offered(ids: Iterable[int]) -> frozenset[int]:
    """Of these, the ones that wait for nobody's yes any more: accepted, declined, withdrawn, over."""
    rows = Deal.objects.filter(pk__in=list(ids)).exclude(state=DealState.OFFERED)
    return frozenset(rows.values_list("pk", flat=True))


def no_longer_open(ids: Iterable[int]) -> frozenset[int]:
    """Of these promises, the ones that wait for their day no more: kept, broken, withdrawn."""
    return frozenset(Promise.objects.filter(pk__in=list(ids)).exclude(state="open").values_list("pk", flat=True))


def last_promise() -> int:
    return Promise.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def last_step() -> int:
    return Step.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def first_payment(deal: Deal) -> tuple[int, object, int] | None:
    """(how many payments, day of the first, its amount) of a plan; None for one without instalments."""
    rows = list(deal.instalments.all())
    if not rows:
        return None
    first = min(rows, key=lambda row: row.number)
    return len(rows), first.due_on, first.debt_minor + first.finance_minor


def untold() -> dict[str, int]:
    """«dispute-step» of each dispute whose outcome its person was not told yet -> the dispute."""
    rows = Dispute.objects.filter(state__in=OUTCOMES).prefetch_related("steps")
    found = {}
    for row in rows:
        ends = [step.pk for step in row.steps.all() if step.now in OUTCOMES]
        if ends:
            found[f"{row.pk}-{max(ends)}"] = row.pk
    return found
