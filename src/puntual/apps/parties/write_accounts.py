"""Bulk changes of accounts asked for on a screen. Each gives what there was before, so that it can be undone."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from puntual.apps import bulk
from puntual.apps.parties.models import Account
from puntual.core.errors import UnusableInput

#: What may be changed for many accounts at once.
FIELDS = ("segment", "policy_id")


@transaction.atomic
def change(*, creditor_id: int, account_ids: Sequence[int], field: str, value: object) -> list[tuple[int, object]]:
    """Set one field of these accounts of the creditor. Gives (account, value before) for those that changed."""
    if field not in FIELDS:
        raise UnusableInput(f"«{field}» no se cambia en bloque: solo {', '.join(FIELDS)}.")
    before: list[tuple[int, object]] = []
    for piece in bulk.chunks(sorted(set(account_ids))):
        rows = Account.objects.select_for_update().filter(creditor_id=creditor_id, pk__in=piece)
        before += [(pk, old) for pk, old in rows.values_list("pk", field) if old != value]
    for piece in bulk.chunks([pk for pk, _old in before]):
        Account.objects.filter(pk__in=piece).update(**{field: value})
    return before


@transaction.atomic
def put_back(*, creditor_id: int, field: str, before: Sequence[tuple[int, object]]) -> int:
    """Undo a change: every account gets the value that it had. Gives how many."""
    by_value: dict[object, list[int]] = {}
    for pk, old in before:
        by_value.setdefault(old, []).append(pk)
    return sum(
        Account.objects.filter(creditor_id=creditor_id, pk__in=piece).update(**{field: old})
        for old, ids in by_value.items()
        for piece in bulk.chunks(ids)
    )
