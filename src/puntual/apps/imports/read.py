"""The only reader of loads, originals, layouts and bank movements."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import attrs

from puntual.apps.imports import originals
from puntual.apps.imports.models import BankLine, Document, ImportRun, LoadedInvoice, Mapping, RejectedRow, Waiting
from puntual.apps.parties import vault
from puntual.ports.einvoice import Layout, StatementLine

#: So many of a bank's movements tell how its customers pay.
LATEST = 5000


def runs(creditor_id: int, limit: int = 30) -> list[ImportRun]:
    """The latest loads of a creditor."""
    return list(ImportRun.objects.filter(creditor_id=creditor_id).order_by("-pk")[:limit])


def run(pk: int, creditor_id: int) -> ImportRun | None:
    return ImportRun.objects.filter(pk=pk, creditor_id=creditor_id).first()


def rejected(run_id: int) -> list[RejectedRow]:
    """The rows that a load set apart, in their order."""
    return list(RejectedRow.objects.filter(run_id=run_id).order_by("file", "row", "pk"))


def loaded_invoices(run_id: int) -> list[int]:
    """The invoices that a load brought, in the order in which they came."""
    return list(LoadedInvoice.objects.filter(run_id=run_id).order_by("pk").values_list("invoice_id", flat=True))


def remembered_layout(creditor_id: int, fingerprint: str, kind: str | None = None) -> Layout | None:
    """The layout learnt for these headings, the latest if there are several kinds."""
    found = Mapping.objects.filter(creditor_id=creditor_id, fingerprint=fingerprint)
    if kind:
        found = found.filter(kind=kind)
    latest = found.order_by("-updated_at").first()
    if latest is None:
        return None
    f: dict[str, Any] = latest.fields
    return Layout(latest.kind, f["columns"], f.get("options", {}), tuple(f.get("headings", ())), fingerprint)


@attrs.frozen
class OriginalFile:
    """A file as it came. `data` is None once the person it was about was erased."""

    name: str
    kind: str
    sha256: str
    data: bytes | None


def original(document_id: int, creditor_id: int) -> OriginalFile | None:
    """The original of a document, to look at or to send on."""
    document = Document.objects.filter(pk=document_id, creditor_id=creditor_id).first()
    if document is None:
        return None
    return OriginalFile(document.name, document.kind, document.sha256, originals.content(document))


def waiting(creditor_id: int) -> list[Waiting]:
    """Payments and credit notes whose invoice has not come."""
    return list(Waiting.objects.filter(creditor_id=creditor_id, applied_at=None).order_by("on", "pk"))


def bank_lines(creditor_id: int, since: date | None = None) -> list[tuple[int, StatementLine]]:
    """(id, movement) of the creditor's bank accounts, unsealed, oldest first."""
    found = BankLine.objects.filter(creditor_id=creditor_id).order_by("booked_on", "pk")
    if since is not None:
        found = found.filter(booked_on__gte=since)
    return [(b.pk, _movement(b)) for b in found]


def bank_line(pk: int) -> StatementLine:
    """One movement, unsealed."""
    return _movement(BankLine.objects.get(pk=pk))


def movements(ids: Iterable[int]) -> dict[int, StatementLine]:
    """The movements of a page, unsealed."""
    return {b.pk: _movement(b) for b in BankLine.objects.filter(pk__in=sorted(set(ids)))}


def days_and_amounts(creditor_id: int, ids: Iterable[int]) -> list[tuple[int, date, int, str]]:
    """(id, day, amount, currency) of those among the latest movements of a creditor: nothing is unsealed."""
    wanted = set(ids)
    rows = BankLine.objects.filter(creditor_id=creditor_id).order_by("-booked_on", "-pk")
    told = rows.values_list("pk", "booked_on", "amount_minor", "currency")[:LATEST]
    return [row for row in told if row[0] in wanted]


def bank_line_count(creditor_id: int) -> int:
    """How many movements of the bank were ever loaded."""
    return BankLine.objects.filter(creditor_id=creditor_id).count()


def _movement(b: BankLine) -> StatementLine:
    told = json.loads(vault.unseal_file(bytes(b.sealed)))
    return StatementLine(b.bank_id, b.booked_on, b.amount_minor, b.currency, **told)


def last_bank_day(creditor_id: int) -> date | None:
    """The date of the latest bank movement known: how fresh the bank is."""
    latest = BankLine.objects.filter(creditor_id=creditor_id).order_by("-booked_on").first()
    return latest.booked_on if latest else None


def documents_about(party_id: int, documents: Iterable[int]) -> set[int]:
    """Those of the documents that are about that person and nobody else, and so may be shown to the person."""
    return set(Document.objects.filter(party_id=party_id, pk__in=sorted(set(documents))).values_list("pk", flat=True))
