"""Sending on what was just loaded, bound for the screens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from puntual.apps.parties.models import Creditor
from puntual.pipeline import send_documents
from puntual.project.bindings import now


def send(creditor: Creditor, invoice_ids: Sequence[int], key: str) -> dict[str, Any]:
    """What became of each account, in figures."""
    return attrs.asdict(send_documents.send(creditor=creditor, invoice_ids=invoice_ids, key=key, now=now()))
