"""What waits for another person in each app, for the one list, and what an approval does. Bound here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puntual.apps.access.models import Approval
from puntual.apps.access.read_approvals import Waiting, name_of
from puntual.apps.audit import write as audit
from puntual.apps.escalation import write_legal as legal
from puntual.apps.imports import read as imports
from puntual.apps.negotiation import write_granted
from puntual.apps.negotiation.models import Deal
from puntual.apps.outreach import mass, write_documents
from puntual.apps.outreach import read_screens as outreach
from puntual.apps.payments.models import RefundOrder
from puntual.apps.planning import read as planning
from puntual.apps.receivables import read as books
from puntual.apps.receivables import write as books_write
from puntual.core.errors import Refused
from puntual.core.ledger.books import Component
from puntual.core.time import local_date
from puntual.pipeline import send_documents


def deals(creditor_id: int) -> list[Waiting]:
    """Agreements and settlements beyond the authority of whoever offered them."""
    rows = Deal.objects.filter(creditor_id=creditor_id, state="to_approve").select_related("by", "account")
    return [
        Waiting(
            kind=row.get_kind_display(), act="deals.approve", url=f"/convenios/{row.pk}/", asked_at=row.created_at,
            text=_("Cliente %(code)s; se deja de cobrar lo que aquí se ve.") % {"code": row.account.code},
            asked_by_id=row.by_id, asked_by=name_of(row.by) or _("el cliente, en su página"),
            amount_minor=row.waived_principal_minor + row.waived_interest_minor + row.waived_fee_minor,
            currency=row.currency,
        )
        for row in rows
    ]  # fmt: skip


def refunds(creditor_id: int) -> list[Waiting]:
    """Money to give back through a gateway."""
    rows = RefundOrder.objects.filter(payment__gateway__creditor_id=creditor_id, state="to_approve")
    return [
        Waiting(
            kind=_("Devolución"), act="refunds.approve", text=row.reason, url=f"/pagos/en-linea/{row.payment_id}/",
            asked_at=row.asked_at, asked_by_id=row.asked_by_id, asked_by=name_of(row.asked_by),
            amount_minor=row.amount_minor, currency=row.payment.currency,
        )
        for row in rows.select_related("payment", "asked_by")
    ]  # fmt: skip


def sends(creditor_id: int) -> list[Waiting]:
    """The messages of the day that wait for a yes, as one."""
    plan = planning.latest(creditor_id)
    n = outreach.needs(creditor_id, plan.pk)["approve"].count() if plan else 0
    if not n:
        return []
    text = ngettext("%(n)d mensaje del día por aprobar.", "%(n)d mensajes del día por aprobar.", n) % {"n": n}
    by = _("la decisión del día")
    return [Waiting(kind=_("Envíos"), act="sends.approve", text=text, url="/envios/?estado=waiting", asked_by=by)]


def mass_send(row: Approval, by: User, at: datetime) -> None:
    """Let many messages go, or send the documents of a whole load. Refused when none of them waits any more."""
    run = row.detail.get("run")
    if run is None:
        n = mass.still_held(row.detail).update(approved=True)
    elif row.detail["queued"]:
        n = write_documents.approve(prefix=f"r{run}:")
    else:
        invoices = imports.loaded_invoices(run)
        n = send_documents.send(creditor=row.creditor, invoice_ids=invoices, key=f"r{run}", now=at).queued
    if not n:
        raise Refused("Ya no queda ningún mensaje que enviar: salieron, vencieron o alguien los detuvo.")
    audit.record(act="send_approved", actor=by, kind="approval", pk=row.pk, detail={**row.detail, "n": n})


def legal_step(row: Approval, by: User, at: datetime) -> None:
    """Authorise a step before a judge or an agency. Refused if the debt no longer allows it."""
    legal.authorise(
        account_id=row.account_id or 0, kind=row.detail["step"], currency=row.currency, reason=row.reason,
        approval_id=row.pk, asked_by=row.asked_by, by=by, today=local_date(at, row.creditor.zone), at=at,
    )  # fmt: skip


def waive(row: Approval, by: User, at: datetime) -> None:
    """Book a waiver that was approved."""
    _reduce(row, "waiver", at)


def write_off(row: Approval, by: User, at: datetime) -> None:
    """Book a write-off that was approved."""
    _reduce(row, "write_off", at)


def incentive(row: Approval, by: User, at: datetime) -> None:
    """Offer an incentive that passed the authority of whoever asked it. Refused if it passes this person's too."""
    creditor: Any = row.creditor
    write_granted.give_approved(
        account_id=row.account_id or 0, detail=row.detail, key=f"approval:{row.pk}", asked_by=row.asked_by_id,
        approver=by, on=local_date(at, creditor.zone), at=at,
    )  # fmt: skip


def _reduce(row: Approval, kind: str, at: datetime) -> None:
    """Less owed on the parts that were asked. Refused if any of them is no longer open: it must be asked again."""
    parts = [(int(item), Component(component), int(minor)) for item, component, minor in row.detail["parts"]]
    open_now: dict[tuple[int, Component], int] = {}
    for balance in books.open_items(row.account_id or 0):
        open_now[balance.due_item_id, Component.PRINCIPAL] = balance.principal_minor
        open_now[balance.due_item_id, Component.INTEREST] = balance.interest_minor
        open_now[balance.due_item_id, Component.FEE] = balance.fee_minor
    if any(open_now.get((item, component), 0) < minor for item, component, minor in parts):
        raise Refused("El saldo cambió desde que se pidió: retírelo y pídalo otra vez.")
    creditor: Any = row.creditor
    reduction = books_write.Reduction(
        row.account_id or 0, kind, row.currency, local_date(at, creditor.zone), f"approval:{row.pk}", "staff",
        tuple(parts), note=row.reason[:100],
    )  # fmt: skip
    books_write.post_reductions(creditor_id=row.creditor_id, rows=[reduction])
