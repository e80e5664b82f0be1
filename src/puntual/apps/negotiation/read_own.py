"""What belongs to somebody who sees only their own areas: the disputes and complaints that those areas own, the
customers behind them, and those whom they sold to. Bound in OWN_DOORS."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from puntual.apps.access.grants import Grants
from puntual.apps.negotiation.models import Complaint, Dispute
from puntual.apps.parties.models import Account
from puntual.apps.receivables.models import Invoice
from puntual.core.errors import UnusableInput
from puntual.core.negotiation.dispute import OWNERS


def disputes(rows: QuerySet[Dispute], areas: Collection[str] | None) -> QuerySet[Dispute]:
    """Those of some areas: owned by them, or about what they sold. None: every one."""
    if areas is None:
        return rows
    sold = Q(due_item__invoice__seller__in=areas) | Q(due_item__invoice__department__in=areas)
    return rows.filter(Q(department__in=areas) | sold)


def complaints(rows: QuerySet[Complaint], areas: Collection[str] | None) -> QuerySet[Complaint]:
    """Those that some areas own. None: every one."""
    return rows if areas is None else rows.filter(department__in=areas)


def is_own(row: Dispute | Complaint, grants: Grants) -> bool:
    """Whether a dispute or a complaint is theirs to see."""
    areas = grants.own_areas(row.creditor_id)
    if isinstance(row, Dispute):
        return disputes(Dispute.objects.filter(pk=row.pk), areas).exists()
    return complaints(Complaint.objects.filter(pk=row.pk), areas).exists()


def account(*, grants: Grants, pk: int) -> bool:
    """Whether a customer is theirs to see."""
    row = Account.objects.filter(pk=pk).first()
    if row is None or not grants.sees(row.creditor_id):
        return False
    areas = grants.own_areas(row.creditor_id)
    sold = Invoice.objects.filter(account_id=pk)
    return (
        areas is None
        or disputes(Dispute.objects.filter(account_id=pk), areas).exists()
        or complaints(Complaint.objects.filter(account_id=pk), areas).exists()
        or sold.filter(Q(seller__in=areas) | Q(department__in=areas)).exists()
    )


def invoice(*, grants: Grants, pk: int) -> bool:
    """Whether a document is theirs to see: that of a customer of theirs."""
    row = Invoice.objects.filter(pk=pk).first()
    return row is not None and account(grants=grants, pk=row.account_id)


def known_areas(creditor_ids: Iterable[int]) -> list[str]:
    """Every department and seller that some creditors have, by name."""
    ids = list(creditor_ids)
    found = set(OWNERS.values()) | {"servicio"}
    for rows, field in (
        (Dispute.objects.all(), "department"), (Complaint.objects.all(), "department"),
        (Invoice.objects.all(), "seller"), (Invoice.objects.all(), "department"),
    ):  # fmt: skip
        found |= set(rows.filter(creditor_id__in=ids).order_by().values_list(field, flat=True).distinct())
    return sorted(found - {""}, key=str.casefold)


def areas_named(text: str, creditor_ids: Iterable[int]) -> list[str]:
    """The areas that somebody typed, as the books write them. UnusableInput names the one that is not there."""
    known = {name.casefold(): name for name in known_areas(creditor_ids)}
    typed = [word.strip() for word in text.split(",") if word.strip()]
    strange = [word for word in typed if word.casefold() not in known]
    if strange:
        raise UnusableInput(
            f"No hay un área ni un vendedor «{strange[0]}». Hay: {', '.join(list(known.values())[:12])}.", field="areas"
        )
    return sorted({known[word.casefold()] for word in typed})
