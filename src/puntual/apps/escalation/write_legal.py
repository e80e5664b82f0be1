"""The only writer of steps before a judge or with an agency: asked by one person, authorised by another, given."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from puntual.apps.access.models import Approval
from puntual.apps.access.write_approvals import Asked, ask_again
from puntual.apps.audit import write as audit
from puntual.apps.escalation import read, read_legal
from puntual.apps.escalation.models import LegalStep
from puntual.apps.parties.models import Account
from puntual.core import reasons
from puntual.core.errors import Refused, UnusableInput
from puntual.core.escalation import steps

#: A proof is where it can be found.
_SHORT = 4


@transaction.atomic
def propose(*, account: Account, kind: str, currency: str, reason: str, today: date, at: datetime, by: Any) -> Approval:
    """Ask another person for a step. Refused, with its reason, where the debt does not allow it yet."""
    _check(account, kind, currency, today)
    owed = next(d.overdue_minor for d in read.overdue(account.pk, today) if d.currency == currency)
    asked = Asked(
        "legal_step", account.creditor_id, f"{steps.KINDS[kind].name}: {reason.strip()}" if reason.strip() else "",
        f"legal:{account.pk}:{currency}:{kind}", account.pk, owed, currency, {"step": kind},
    )  # fmt: skip
    return ask_again(asked=asked, by=by, at=at)


@transaction.atomic
def authorise(
    *, account_id: int, kind: str, currency: str, reason: str, approval_id: int, asked_by: Any, by: Any, today: date,
    at: datetime,
) -> LegalStep:  # fmt: skip
    """What an approval does: from now on our own reminders wait and whoever carries the step may give it."""
    account = Account.objects.select_related("creditor", "party").select_for_update(of=("self",)).get(pk=account_id)
    _check(account, kind, currency, today)
    owed = next(d.overdue_minor for d in read.overdue(account_id, today) if d.currency == currency)
    row = LegalStep.objects.create(
        creditor_id=account.creditor_id, account=account, kind=kind, currency=currency, amount_minor=owed,
        reason=reason[:300], approval_id=approval_id, asked_by=asked_by.get_username(),
        authorised_by=by.get_username(), authorised_on=today, recorded_at=at,
    )  # fmt: skip
    _note("legal_authorised", row, by)
    return row


@transaction.atomic
def give(*, step_id: int, on: date, reference: str, today: date, by: Any) -> LegalStep:
    """It was done, on a day, with its proof: a docket, a guide number, the agency's receipt."""
    row = _row(step_id)
    if len(reference.strip()) < _SHORT:
        raise UnusableInput("Diga dónde está la prueba: juzgado y expediente, guía o recibo.", field="reference")
    if not row.authorised_on <= on <= today:
        raise UnusableInput("El día va desde que se autorizó hasta hoy.", field="on")
    row.state, row.done_on, row.reference = _next(row, "do"), on, reference.strip()[:120]
    row.save(update_fields=["state", "done_on", "reference"])
    _note("legal_done", row, by, on=str(on))
    return row


@transaction.atomic
def end(*, step_id: int, on: date, reason: str, by: Any) -> LegalStep:
    """It is dropped before it was given, or it is over: the account goes back to friendly ways."""
    row = _row(step_id)
    if not reason.strip():
        raise UnusableInput("Diga por qué termina: quien la atienda después lo leerá.", field="reason")
    row.state = _next(row, "drop" if row.state == steps.AUTHORISED else "close")
    row.ended_on, row.end_reason = on, reason.strip()[:120]
    row.save(update_fields=["state", "ended_on", "end_reason"])
    _note(f"legal_{row.state}", row, by)
    return row


def _next(row: LegalStep, event: str) -> str:
    return steps.MACHINE.advance(row.state, event).target


def _row(step_id: int) -> LegalStep:
    row = LegalStep.objects.select_for_update().filter(pk=step_id).first()
    if row is None:
        raise UnusableInput("Ese paso ya no está.")
    return row


def _check(account: Account, kind: str, currency: str, today: date) -> None:
    if kind not in steps.KINDS:
        raise UnusableInput(f"Los pasos son {', '.join(steps.KINDS)}.", field="step")
    no = read_legal.why_not(account, kind, currency, today)
    if no:
        raise Refused(reasons.sentence(no), reason=no)


def _note(act: str, row: LegalStep, by: Any, **detail: Any) -> None:
    told = {"account": row.account_id, "kind": row.kind, "amount_minor": row.amount_minor, "currency": row.currency}
    audit.record(act=act, actor=by, kind="legal_step", pk=row.pk, detail={**told, **detail})
