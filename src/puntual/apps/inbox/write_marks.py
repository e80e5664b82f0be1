"""How far the loops over rows that are only added went."""

from __future__ import annotations

from django.db import transaction

from puntual.apps.inbox.models import Mark


@transaction.atomic
def advance(*, name: str, to: int) -> None:
    """A loop looked at everything up to there. It never goes back."""
    row, _new = Mark.objects.select_for_update().get_or_create(name=name, defaults={"value": to})
    if row.value < to:
        row.value = to
        row.save(update_fields=["value"])
