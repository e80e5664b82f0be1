"""«Enviar el documento cargado ahora»: each customer gets its new documents by its own channel, with how to pay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import attrs

from puntual.apps.outreach import write_documents
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write_documents import NewDocument
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read as receivables
from puntual.core.time import local_date
from puntual.pipeline import load
from puntual.pipeline.ways import first_lawful, orders


@attrs.frozen
class Outcome:
    """Messages put in the outbox; those that were there; accounts with nothing open; accounts that nothing reaches, or
    that the norm lets nothing reach."""

    queued: int
    already: int
    paid: int
    unreachable: int


def send(*, creditor: Creditor, invoice_ids: Sequence[int], key: str, now: datetime) -> Outcome:
    """One message an account, once per `key`. The norm is asked for every channel, and again when it leaves."""
    today = local_date(now, creditor.zone)
    open_ones = [found for found in receivables.to_send(invoice_ids) if found[0].creditor_id == creditor.pk]
    rows = _rows(open_ones, creditor, key, today)
    reached = _by_lawful_channel(rows, creditor, now)
    queued = write_documents.enqueue(rows=reached, now=now, approved=creditor.approve_first == 0)
    paid = len(set(invoice_ids)) - len(open_ones)
    return Outcome(queued, len(reached) - queued, paid, len(rows) - len(reached))


def _rows(open_ones: Sequence[tuple], creditor: Creditor, key: str, today: date) -> list[NewDocument]:  # type: ignore[type-arg]
    by_account: dict[tuple[int, str], list[tuple]] = {}  # type: ignore[type-arg]
    for found in open_ones:
        by_account.setdefault((found[0].account_id, found[0].currency), []).append(found)
    return [
        NewDocument(
            key=f"{key}:{account}:{currency}",
            account=account,
            party=mine[0][0].account.party_id,
            creditor=creditor.pk,
            channel="",
            point=0,
            currency=currency,
            amount_minor=sum(minor for _, minor, _ in mine),
            late=min(due for _, _, due in mine) < today,
            invoices=tuple(invoice.pk for invoice, _, _ in mine),
            documents=tuple(invoice.document_id for invoice, _, _ in mine if invoice.document_id),
        )
        for (account, currency), mine in by_account.items()
    ]


def _by_lawful_channel(rows: Sequence[NewDocument], creditor: Creditor, now: datetime) -> list[NewDocument]:
    """Mail first, because it carries the original, but for a declared preference; each by the first channel by which
    its person can be reached and that the norm does not refuse. What a person has of several accounts goes by the
    same one."""
    points = parties.usable_points({row.party for row in rows})
    can = load.channels_of(creditor)
    by_party = {row.party: row for row in rows}
    reach = {party: {c for c in points.get(party, {}) if c in can} for party in by_party}
    ways = orders({party: party for party in by_party}, reach, creditor.pk, now)
    asks = {
        party: [_trial(row, channel, points[party][channel]) for channel in ways[party]]
        for party, row in by_party.items()
    }
    chosen = {party: trial for party, (trial, _ruling) in first_lawful(asks, now).items()}
    return [
        attrs.evolve(row, channel=chosen[row.party].channel, point=chosen[row.party].contact_point_id or 0)
        for row in rows
        if row.party in chosen
    ]


def _trial(row: NewDocument, channel: str, point: int) -> Outbox:
    """What would be sent, to ask the norm; it is not kept."""
    return Outbox(
        account_id=row.account, party_id=row.party, creditor_id=row.creditor, channel=channel, contact_point_id=point,
        purpose="reminder_overdue" if row.late else "reminder_preventive", step=write_documents.STEP,
    )  # fmt: skip
