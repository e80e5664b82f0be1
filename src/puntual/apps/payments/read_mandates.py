"""The only reader of mandates: what a person allowed to be charged, for the pages that show it and take it back."""

from __future__ import annotations

from puntual.apps.payments.choices import MandateState
from puntual.apps.payments.models import Mandate


def standing(account_id: int) -> Mandate | None:
    """The active one, else the last that waits to be granted."""
    rows = Mandate.objects.filter(account_id=account_id).select_related("gateway")
    active = rows.filter(state=MandateState.ACTIVE).first()
    return active or rows.filter(state=MandateState.ASKED).order_by("-pk").first()
