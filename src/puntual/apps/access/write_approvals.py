"""The only writer of what takes two people: ask, approve, refuse, withdraw. Whoever asked never approves; what is
approved is done in the same transaction, or nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.module_loading import import_string

from puntual.apps.access.choices import APPROVABLES, APPROVED, REFUSED, WAITING, WITHDRAWN
from puntual.apps.access.models import Approval
from puntual.apps.access.read import grants_of
from puntual.apps.audit import write as audit
from puntual.core.errors import Refused, UnusableInput


@attrs.frozen
class Asked:
    """What somebody asks another person to approve."""

    kind: str
    creditor: int
    reason: str
    key: str
    account: int | None = None
    amount_minor: int = 0
    currency: str = ""
    detail: Mapping[str, Any] = attrs.field(factory=dict)


@transaction.atomic
def ask(*, asked: Asked, by: User, at: datetime) -> Approval:
    """Refused without the act of asking; the same key again is the same request."""
    known = Approval.objects.filter(key=asked.key).first()
    if known:
        return known
    _demand(by, APPROVABLES[asked.kind].ask, asked.creditor)
    if not asked.reason.strip():
        raise UnusableInput("Escriba por qué: quien lo apruebe y el auditor lo leerán.", field="reason")
    row = Approval.objects.create(
        kind=asked.kind, creditor_id=asked.creditor, account_id=asked.account, key=asked.key,
        amount_minor=asked.amount_minor, currency=asked.currency, reason=asked.reason.strip()[:300],
        detail=dict(asked.detail), asked_by=by, asked_at=at,
    )  # fmt: skip
    _note("approval_asked", row, by)
    return row


@transaction.atomic
def approve(*, approval_id: int, by: User, at: datetime, answer: str = "") -> Approval:
    """Another person, with the act of approving, says yes: it is done now. Refused otherwise, and nothing changes."""
    row = _waiting(approval_id)
    if row.asked_by_id == by.pk:
        raise Refused("Quien lo pide no puede aprobarlo: debe hacerlo otra persona.", reason="same_person")
    _demand(by, APPROVABLES[row.kind].approve, row.creditor_id)
    does = settings.APPROVAL_DOES.get(row.kind)
    if does is None:
        raise Refused(f"Todavía no hay quien haga «{APPROVABLES[row.kind].name}»: no se aprobó nada.")
    import_string(does)(row, by, at)
    return _decided(row, APPROVED, by, at, answer)


@transaction.atomic
def refuse(*, approval_id: int, by: User, at: datetime, answer: str) -> Approval:
    """Another person says no, and why."""
    row = _waiting(approval_id)
    if row.asked_by_id == by.pk:
        raise Refused("Lo pidió usted: puede retirarlo.", reason="same_person")
    _demand(by, APPROVABLES[row.kind].approve, row.creditor_id)
    if not answer.strip():
        raise UnusableInput("Diga por qué no, a quien lo pidió.", field="answer")
    return _decided(row, REFUSED, by, at, answer)


@transaction.atomic
def withdraw(*, approval_id: int, by: User, at: datetime) -> Approval:
    """Whoever asked changes their mind."""
    row = _waiting(approval_id)
    if row.asked_by_id != by.pk:
        raise Refused("Solo lo retira quien lo pidió.")
    return _decided(row, WITHDRAWN, by, at, "")


def _waiting(approval_id: int) -> Approval:
    row = Approval.objects.select_for_update(of=("self",)).get(pk=approval_id)
    if row.state != WAITING:
        raise Refused("Eso ya se había decidido.")
    return row


def _decided(row: Approval, state: str, by: User, at: datetime, answer: str) -> Approval:
    row.state, row.decided_by, row.decided_at, row.answer = state, by, at, answer.strip()[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    _note(f"approval_{state}", row, by)
    return row


def _demand(by: User, act: str, creditor_id: int) -> None:
    if not grants_of(by).may(act, creditor_id):
        raise Refused("Su papel no alcanza para esto.", reason="no_authority")


def _note(act: str, row: Approval, by: User) -> None:
    detail = {"kind": row.kind, "amount_minor": row.amount_minor, "currency": row.currency, "creditor": row.creditor_id}
    audit.record(act=act, actor=by, kind="approval", pk=row.pk, detail=detail)
