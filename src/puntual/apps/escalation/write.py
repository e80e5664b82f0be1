"""The only writer of negative reports. A report before its day is refused, with the rule that says so."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

import attrs
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.escalation import read
from puntual.apps.escalation.models import BureauNotice, BureauReport
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as receivables
from puntual.core import reasons
from puntual.core.errors import Refused, UnusableInput
from puntual.core.escalation import bureau
from puntual.core.money import Money

CHANNELS = ("letter", "email", "sms", "whatsapp")
#: A proof is where it can be found: a guide number, a file, a message id.
_SHORT = 4


@transaction.atomic
def ask(*, account_id: int, currency: str, central: str, today: date, at: datetime, by: Any = None) -> BureauReport:
    """Begin a negative report: from here its notices run. One alive per account and currency; again gives the same."""
    account = Account.objects.select_related("creditor", "party").select_for_update(of=("self",)).get(pk=account_id)
    alive = account.bureau_reports.filter(currency=currency, state__in=["noticing", "reported"]).first()
    if alive is not None:
        return alive
    debt = next((d for d in read.overdue(account_id, today) if d.currency == currency), None)
    if debt is None:
        raise UnusableInput("No hay nada vencido en esa moneda: no hay qué reportar.", field="currency")
    if not central.strip():
        raise UnusableInput("Diga a qué central se reportaría.", field="central")
    if not read.speaks(account):
        raise Refused(reasons.sentence("report_no_law"), reason="report_no_law")
    row = BureauReport.objects.create(
        creditor=account.creditor, account=account, currency=currency, amount_minor=debt.overdue_minor,
        oldest_due_on=debt.oldest_due_on, bureau=central.strip()[:60], asked_at=at, asked_by=_name(by),
    )  # fmt: skip
    _note("bureau_asked", row, by)
    return row


@attrs.frozen
class NewNotice:
    """A notice that went out: when, by which channel and where its proof is."""

    sent_on: date
    channel: str
    proof: str


@transaction.atomic
def give_notice(*, report_id: int, notice: NewNotice, today: date, at: datetime, by: Any = None) -> BureauNotice:
    """Record a notice with its evidence. The same day and channel twice is one."""
    row = _alive(report_id)
    if notice.channel not in CHANNELS:
        raise UnusableInput(f"El medio «{notice.channel}» no vale: use {', '.join(CHANNELS)}.", field="channel")
    if notice.sent_on > today:
        raise UnusableInput("El aviso no puede haberse enviado en el futuro: corrija el día.", field="sent_on")
    if notice.sent_on <= row.oldest_due_on:
        raise UnusableInput("El aviso va después del vencimiento: corrija el día.", field="sent_on")
    if len(notice.proof.strip()) < _SHORT:
        raise UnusableInput("Diga dónde está la prueba del envío: número de guía, archivo o mensaje.", field="proof")
    same = row.notices.filter(sent_on=notice.sent_on, channel=notice.channel).first()
    if same is not None:
        return same
    text = text_of(row, today)
    made = BureauNotice.objects.create(
        report=row, account_id=row.account_id, sent_on=notice.sent_on, channel=notice.channel,
        sealed_text=_seal(row, text), digest=hashlib.sha256(text.encode()).hexdigest(),
        sealed_proof=_seal(row, notice.proof), by_name=_name(by), recorded_at=at,
    )  # fmt: skip
    _note("bureau_notice", row, by, notice=made.pk, on=str(notice.sent_on), digest=made.digest)
    return made


@transaction.atomic
def settle_notice(*, notice_id: int, creditor_id: int, state: str, proof: str, on: date, by: Any = None) -> None:
    """What became of a notice: delivered or returned, with its evidence. One that came back gives nobody notice."""
    row = BureauNotice.objects.select_for_update().filter(pk=notice_id, report__creditor_id=creditor_id).first()
    if row is None:
        raise UnusableInput("Ese aviso ya no está.")
    if state not in (bureau.DELIVERED, bureau.RETURNED):
        raise UnusableInput("Un aviso se entregó (delivered) o se devolvió (returned).", field="state")
    if len(proof.strip()) < _SHORT:
        raise UnusableInput("Diga dónde está la prueba de la entrega o de la devolución.", field="proof")
    row.state, row.settled_on, row.sealed_delivery = state, on, _seal(row.report, proof)
    row.save(update_fields=["state", "settled_on", "sealed_delivery"])
    _note("bureau_notice_settled", row.report, by, notice=row.pk, state=state)


@transaction.atomic
def make_report(*, report_id: int, on: date, reference: str, by: Any = None) -> BureauReport:
    """Record that it was reported. Refused, citing the rule, while anything that the norm asks is missing; and to
    whoever asked for it: a report takes another person."""
    row = _alive(report_id)
    if row.state == BureauReport.State.REPORTED:
        return row
    found = read.standing(row, on)
    if not found.clock.ready:
        raise Refused(
            _why(found), reason=found.clock.reason, rule=found.terms.rule if found.terms else None,
            cite=found.terms.cite if found.terms else None,
        )  # fmt: skip
    if row.asked_by and row.asked_by == _name(by):
        raise Refused("Quien lo pide no puede aprobarlo: debe hacerlo otra persona.", reason="same_person")
    row.state, row.reported_on, row.reported_by = BureauReport.State.REPORTED, on, _name(by)
    row.reference = reference.strip()[:80]
    row.save(update_fields=["state", "reported_on", "reported_by", "reference"])
    _note("bureau_reported", row, by, on=str(on), rule=found.terms.rule if found.terms else "")
    return row


def _why(found: read.Standing) -> str:
    said = reasons.sentence(found.clock.reason)
    if found.clock.ready_on:
        said += f" Se podrá desde el {found.clock.ready_on}."
    return f"{said} ({found.terms.rule}: {found.terms.cite})" if found.terms else said


@transaction.atomic
def end(*, report_id: int, on: date, reason: str, by: Any = None) -> BureauReport:
    """Drop it before it was made, or record that the bureau took it off."""
    row = _alive(report_id)
    made = row.state == BureauReport.State.REPORTED
    row.state = BureauReport.State.REMOVED if made else BureauReport.State.DROPPED
    row.ended_on, row.end_reason = on, reason.strip()[:40]
    row.save(update_fields=["state", "ended_on", "end_reason"])
    _note("bureau_removed" if made else "bureau_dropped", row, by)
    return row


def text_of(row: BureauReport, today: date) -> str:
    """The words of the notice with what is overdue today."""
    items = [b for b in receivables.open_items(row.account_id) if b.due_on < today and b.currency == row.currency]
    lines = [(b.due_item.invoice.number, str(b.due_on), _money(b.open_minor, row.currency)) for b in items]
    total = _money(sum(b.open_minor for b in items), row.currency)
    found = read.standing(row, today)
    days = found.terms.days if found.terms else 0
    creditor = row.creditor
    return bureau.notice_text(
        creditor=creditor.name, documents=lines, total=total, days=days, pay=f"comuníquese con {creditor.name}."
    )


def _money(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).major():,} {currency}"


def _alive(report_id: int) -> BureauReport:
    rows = BureauReport.objects.select_related("account__party", "account__creditor", "creditor")
    row = rows.select_for_update(of=("self",)).filter(pk=report_id).first()
    if row is None or row.state in (BureauReport.State.REMOVED, BureauReport.State.DROPPED):
        raise UnusableInput("Ese reporte ya terminó.")
    return row


def _seal(row: BureauReport, text: str) -> bytes | None:
    key = parties.key_of(row.account.party_id)
    return parties.vault.seal(key, text.strip()) if key and text.strip() else None


def _name(by: Any) -> str:
    return by.get_username() if by is not None else ""


def _note(act: str, row: BureauReport, by: Any, **detail: Any) -> None:
    audit.record(act=act, actor=by, kind="bureau_report", pk=row.pk, detail={"account": row.account_id, **detail})
