"""The only writer of what takes two people: ask, approve, refuse, withdraw. Whoever asked never approves; what is
approved is done in the same transaction, or nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from puntual.apps.access.choices import APPROVABLES, APPROVED, EXPIRED, REFUSED, WAITING, WITHDRAWN
from puntual.apps.access.models import Approval, ApprovalRules, LetGo
from puntual.apps.access.read import grants_of
from puntual.apps.access.read_approvals import rules_of
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
    expire(creditor_id=asked.creditor, at=at)
    _demand(by, APPROVABLES[asked.kind].ask, asked.creditor)
    if not asked.reason.strip():
        raise UnusableInput("Escriba por qué: quien lo apruebe y el auditor lo leerán.", field="reason")
    row = Approval.objects.create(
        kind=asked.kind, creditor_id=asked.creditor, account_id=asked.account, key=asked.key,
        amount_minor=asked.amount_minor, currency=asked.currency, reason=asked.reason.strip()[:300],
        detail=dict(asked.detail), asked_by=by, asked_at=at,
        expires_at=at + timedelta(days=rules_of(asked.creditor).waits_days),
    )  # fmt: skip
    _note("approval_asked", row, by)
    return row


@transaction.atomic
def ask_again(*, asked: Asked, by: User, at: datetime) -> Approval:
    """Like `ask`, where the same may be asked anew once it was answered: while it waits, it is the same request."""
    before = Approval.objects.filter(key__startswith=f"{asked.key}:")
    alive = before.filter(state=WAITING, expires_at__gt=at).first()
    if alive:
        return alive
    return ask(asked=attrs.evolve(asked, key=f"{asked.key}:{before.count() + 1}"), by=by, at=at)


@transaction.atomic
def expire(*, creditor_id: int | None = None, at: datetime) -> int:
    """What nobody answered in time is over. Gives how many."""
    rows = Approval.objects.filter(state=WAITING, expires_at__lte=at)
    rows = rows if creditor_id is None else rows.filter(creditor_id=creditor_id)
    return rows.update(state=EXPIRED, decided_at=at)


def count_let_go(*, creditor_id: int, maker: int, day: date, batches: Mapping[str, int]) -> None:
    """Remember what a person let go alone. Inside the caller's transaction."""
    for batch, n in batches.items():
        row, _new = LetGo.objects.get_or_create(
            creditor_id=creditor_id, maker=maker, day=day, batch=batch, defaults={"n": 0}
        )
        LetGo.objects.filter(pk=row.pk).update(n=F("n") + n)


@transaction.atomic
def set_rules(*, creditor_id: int, mass_from: int, waits_days: int, by: User) -> None:
    """From how many messages at once another person says yes, and how long what was asked waits."""
    if not 2 <= mass_from <= 1_000_000 or not 1 <= waits_days <= 60:
        raise UnusableInput("Los mensajes van de 2 a 1 000 000 y los días de 1 a 60.", field="mass_from")
    ApprovalRules.objects.update_or_create(
        creditor_id=creditor_id, defaults={"mass_from": mass_from, "waits_days": waits_days}
    )
    detail = {"creditor": creditor_id, "mass_from": mass_from, "waits_days": waits_days}
    audit.record(act="approval_rules_changed", actor=by, kind="creditor", pk=creditor_id, detail=detail)


@transaction.atomic
def approve(*, approval_id: int, by: User, at: datetime, answer: str = "") -> Approval:
    """Another person, with the act of approving, says yes: it is done now. Refused otherwise, and nothing changes."""
    row = _waiting(approval_id, at)
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
    row = _waiting(approval_id, at)
    if row.asked_by_id == by.pk:
        raise Refused("Lo pidió usted: puede retirarlo.", reason="same_person")
    _demand(by, APPROVABLES[row.kind].approve, row.creditor_id)
    if not answer.strip():
        raise UnusableInput("Diga por qué no, a quien lo pidió.", field="answer")
    return _decided(row, REFUSED, by, at, answer)


@transaction.atomic
def withdraw(*, approval_id: int, by: User, at: datetime) -> Approval:
    """Whoever asked changes their mind."""
    row = _waiting(approval_id, at)
    if row.asked_by_id != by.pk:
        raise Refused("Solo lo retira quien lo pidió.")
    return _decided(row, WITHDRAWN, by, at, "")


def _waiting(approval_id: int, at: datetime) -> Approval:
    row = Approval.objects.select_for_update(of=("self",)).get(pk=approval_id)
    if row.state != WAITING:
        raise Refused("Eso ya se había decidido.")
    if row.expires_at and row.expires_at <= at:
        raise Refused("Venció sin respuesta: si sigue haciendo falta, pídalo otra vez.", reason="approval_expired")
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
