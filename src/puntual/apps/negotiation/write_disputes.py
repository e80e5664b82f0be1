"""The only writer of disputes and complaints: opened with an owner and a deadline, resolved, and the customer told."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import attrs
from django.contrib.auth import get_user_model
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.negotiation import records
from puntual.apps.negotiation.choices import RootCause
from puntual.apps.negotiation.models import Complaint, Dispute, SaidFile
from puntual.apps.parties import read as parties
from puntual.apps.receivables import write as receivables
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import allocation
from puntual.core.negotiation import dispute as core

#: Files of evidence that one dispute or complaint holds.
FILES_MAX = 40


@attrs.frozen
class NewDispute:
    """Who contests what. `disputed_minor` None: the whole document. `text` is sealed under the person's key."""

    account: int
    due_item: int
    cause: str
    opened_on: date
    source: str
    key: str
    disputed_minor: int | None = None
    text: str = ""
    department: str = ""
    answer_days: int = 10
    by: int | None = None


@transaction.atomic
def open_dispute(*, dispute: NewDispute, at: datetime) -> Dispute:
    """From now on the disputed part is not collected; the rest is."""
    known = Dispute.objects.filter(key=dispute.key).first()
    if known:
        return known
    if dispute.cause not in core.CAUSES:
        raise UnusableInput("Elija el motivo de la lista.", field="cause")
    cover = records.covered(dispute.account, [dispute.due_item])
    amount = cover.debt.open_minor if dispute.disputed_minor is None else dispute.disputed_minor
    core.split(cover.debt.open_minor, amount)
    if Dispute.objects.filter(due_item_id=dispute.due_item, state__in=core.PAUSING).exists():
        raise Refused("Ese documento ya está en aclaración.", reason="dispute_open")
    return Dispute.objects.create(
        account_id=dispute.account, creditor_id=cover.creditor, source=dispute.source, by_id=dispute.by,
        key=dispute.key, created_at=at, due_item_id=dispute.due_item, disputed_minor=amount,
        currency=cover.debt.currency, cause=dispute.cause, opened_on=dispute.opened_on,
        department=dispute.department or core.OWNERS[dispute.cause],
        deadline_on=core.deadline(dispute.opened_on, dispute.answer_days),
        sealed_text=sealed(cover.party, dispute.text),
    )  # fmt: skip


@transaction.atomic
def step_dispute(*, dispute_id: int, event: str, at: datetime, by: int | None = None) -> Dispute:
    """take, ask_customer, customer_answered, withdraw, tell_customer, reopen. Outcomes go by `resolve_dispute`."""
    if event.startswith("resolve"):
        raise ValueError("an outcome goes by resolve_dispute")
    row = Dispute.objects.select_for_update().get(pk=dispute_id)
    records.advance(row, event, at=at, by=by)
    return row


@transaction.atomic
def resolve_dispute(
    *, dispute_id: int, credited_minor: int, outcome: str, on: date, at: datetime, by: int | None = None
) -> Dispute:
    """What is credited decides the outcome. The credit is booked as a discount of its own on the due item."""
    row = Dispute.objects.select_for_update().get(pk=dispute_id)
    change = core.resolve(row.state, row.disputed_minor, credited_minor)
    words = sealed(records.party_of(row.account_id), outcome)
    figures = {"credited_minor": credited_minor, "disputed_minor": row.disputed_minor}
    records.advance(
        row, change.event, at=at, by=by, figures=figures, credited_minor=credited_minor, sealed_outcome=words
    )
    if credited_minor:
        items = receivables.open_items_of([row.account_id]).get((row.account_id, row.currency), [])
        applied, left = allocation.named([(row.due_item_id, credited_minor)], items)
        if left:
            raise Refused("El documento ya debe menos que lo que se quiere acreditar.", reason="dispute_amount")
        parts = tuple((a.due_item, a.component, a.amount_minor) for a in applied)
        key = f"dispute:{row.pk}"
        credit = receivables.Reduction(row.account_id, "discount", row.currency, on, key, "dispute", parts)
        receivables.post_reductions(creditor_id=row.creditor_id, rows=[credit])
    return row


@attrs.frozen
class NewComplaint:
    account: int
    opened_on: date
    source: str
    key: str
    text: str
    department: str = "servicio"
    answer_days: int = 10
    by: int | None = None
    #: The document that it is about: then only that one waits. None: the whole account does.
    due_item: int | None = None


@transaction.atomic
def open_complaint(*, complaint: NewComplaint, at: datetime) -> Complaint:
    """A complaint about how we behave. Automation stops until it is answered: for its document, or for the account."""
    known = Complaint.objects.filter(key=complaint.key).first()
    if known:
        return known
    account = parties.account(f"cta_{complaint.account}")
    if not complaint.text.strip():
        raise UnusableInput("Cuéntenos qué pasó.", field="text")
    if complaint.due_item is not None:
        records.covered(complaint.account, [complaint.due_item])
    return Complaint.objects.create(
        account=account, creditor_id=account.creditor_id, source=complaint.source, by_id=complaint.by,
        key=complaint.key, created_at=at, department=complaint.department, opened_on=complaint.opened_on,
        deadline_on=core.deadline(complaint.opened_on, complaint.answer_days), due_item_id=complaint.due_item,
        sealed_text=sealed(account.party_id, complaint.text),
    )  # fmt: skip


@transaction.atomic
def step_complaint(
    *, complaint_id: int, event: str, at: datetime, by: int | None = None, answer: str = ""
) -> Complaint:
    """acknowledge, escalate, answer (with its words), reopen, close."""
    row = Complaint.objects.select_for_update().get(pk=complaint_id)
    if event == "answer" and not answer.strip():
        raise UnusableInput("Escriba la respuesta que recibirá la persona.", field="answer")
    words = {"sealed_answer": sealed(records.party_of(row.account_id), answer)} if event == "answer" else {}
    records.advance(row, event, at=at, by=by, **words)
    return row


@attrs.frozen
class Inside:
    """What was found in the company behind a dispute or a complaint. `founded` and `agent` only of a complaint."""

    root_cause: str
    cost_minor: int = 0
    founded: bool | None = None
    agent: int | None = None


@transaction.atomic
def note_inside(*, row: Dispute | Complaint, found: Inside, by: int | None, at: datetime) -> Dispute | Complaint:
    """Keep the cause inside the company and what it cost; again changes it. The audit keeps every version."""
    if found.root_cause not in RootCause.values:
        raise UnusableInput("Elija la causa de la lista.", field="root_cause")
    if not 0 <= found.cost_minor < 10**15:
        raise UnusableInput("El costo es cero o más.", field="cost")
    row.root_cause, row.cost_minor, row.found_by_id, row.found_at = found.root_cause, found.cost_minor, by, at
    fields = ["root_cause", "cost_minor", "found_by", "found_at"]
    if isinstance(row, Complaint):
        row.founded, row.agent_id = found.founded, found.agent
        fields += ["founded", "agent"]
    row.save(update_fields=fields)
    kind = "dispute" if isinstance(row, Dispute) else "complaint"
    detail = {"cause": found.root_cause, "cost_minor": found.cost_minor, "founded": found.founded, "about": found.agent}
    audit.record(act="cause_found", actor=get_user_model().objects.filter(pk=by).first(), kind=kind, pk=row.pk,
                 detail=detail)  # fmt: skip
    return row


@transaction.atomic
def add_file(*, row: Dispute | Complaint, data: bytes, kind: str, by: int | None, at: datetime) -> SaidFile:
    """Evidence of the company's own, sealed under the person's key. The same file twice is one; forty are the most."""
    digest = hashlib.sha256(data).hexdigest()
    mine = {"dispute": row} if isinstance(row, Dispute) else {"complaint": row}
    known = SaidFile.objects.filter(**mine, sha256=digest).first()
    if known:
        return known
    if SaidFile.objects.filter(**mine).count() >= FILES_MAX:
        raise Refused("Ya tiene cuarenta archivos: júntelos en uno.")
    key = parties.key_of(records.party_of(row.account_id))
    if key is None:
        raise Refused("Esta persona pidió que se la olvidara: ya no se le guardan archivos.")
    return SaidFile.objects.create(
        account_id=row.account_id, **mine, sealed=parties.vault.seal_bytes(key, data), kind=kind, size=len(data),
        sha256=digest, by_id=by, at=at,
    )  # fmt: skip


def sealed(party_id: int, text: str) -> bytes | None:
    """Words under the person's key; nothing for none."""
    key = parties.key_of(party_id)
    return parties.vault.seal(key, text.strip()) if key and text.strip() else None
