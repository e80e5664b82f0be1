"""What the demonstration tells of the company itself: through the product's own writers, and quickly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from puntual.apps.access import write as access
from puntual.apps.access.models import Approval, Membership
from puntual.apps.clients.models import Placement, ReturnFile
from puntual.apps.escalation.models import LegalStep
from puntual.apps.negotiation.models import Complaint, Dispute
from puntual.apps.parties import write as parties
from puntual.apps.receivables import write as books
from puntual.apps.reports.models import CorrectiveAction
from puntual.apps.supervision import read as supervision
from puntual.apps.supervision.models import Review
from puntual.pipeline import demo, demo_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def aurora():
    one = parties.create_creditor(
        code="aurora-mx", name="Aurora", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    rows = [parties.NewAccount(f"MX{n:04d}", f"Cliente {n}", "", "business", "MX") for n in range(1, 51)]
    accounts = parties.register_accounts(creditor=one, rows=rows).accounts
    today = timezone.localdate()
    invoices = []
    for n, (code, pk) in enumerate(accounts.items()):
        due = today - timedelta(days=140 if n >= 44 else 20)
        invoices.append(books.NewInvoice(
            pk, code, code, due - timedelta(days=30), "MXN", 1_000_00 + n, ((due, 1_000_00 + n),)
        ))  # fmt: skip
    books.post_invoices(creditor_id=one.pk, invoices=invoices, source="test")
    for name, title, role in demo.PEOPLE:
        user = get_user_model().objects.create_user(name, first_name=title)
        access.grant(user_id=user.pk, role=role)
    return one


def test_it_is_full_of_what_a_company_lives_and_cheap(aurora):
    start = process_time()
    demo_company.fill([aurora], datetime.now(UTC))
    assert process_time() - start < 5
    told = {
        "disputes": Dispute.objects.filter(creditor=aurora).count(),
        "found": Dispute.objects.exclude(root_cause="").count(),
        "complaints": Complaint.objects.count(),
        "actions": CorrectiveAction.objects.count(),
        "over": CorrectiveAction.objects.exclude(closed_on=None).count(),
        "placed": Placement.objects.count(),
        "returned": ReturnFile.objects.count(),
        "steps": LegalStep.objects.count(),
    }
    assert told == {"disputes": 12, "found": 8, "complaints": 4, "actions": 3, "over": 1, "placed": 8, "returned": 1,
                    "steps": 1}  # fmt: skip
    assert sorted(Approval.objects.filter(state="waiting").values_list("kind", flat=True)) == [
        "legal_step", "waiver", "write_off"
    ]  # fmt: skip
    assert Review.objects.filter(disputed_at__isnull=False, resolved_at=None).count() == 1
    assert len(supervision.gaps(aurora.pk)) == 1
    assert Membership.objects.get(role="seller").areas == ["ventas", "logística"]


def test_without_the_people_of_the_demonstration_it_does_nothing(aurora):
    get_user_model().objects.filter(username="abogada").update(is_active=False)
    demo_company.fill([aurora], datetime.now(UTC))
    assert Dispute.objects.count() == Approval.objects.count() == 0
