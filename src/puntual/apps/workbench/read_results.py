"""What calls came to, for whoever handed us its portfolio."""

from __future__ import annotations

from collections.abc import Sequence

from puntual.apps import bulk
from puntual.apps.workbench.models import Handling

#: Outcomes of a handling that are no result of a conversation.
_NO_RESULT = ("released", "expired", "handed_over", "")


def results_of_contacts(contacts: Sequence[int]) -> dict[int, str]:
    """contact -> the code of the result that the agent noted (core.workbench.results)."""
    found: dict[int, str] = {}
    for piece in bulk.chunks(sorted(set(contacts))):
        rows = Handling.objects.filter(contact__in=piece).exclude(outcome__in=_NO_RESULT)
        found |= dict(rows.values_list("contact", "outcome"))
    return found
