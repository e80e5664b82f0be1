"""The file for the bank: made once, with its charges locked in it, and handed over again as the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from puntual.apps.debits import read, write, write_charges
from puntual.apps.debits.choices import CollectionState, MandateState
from puntual.apps.debits.models import Collection, DebitFile, DebitMandate, DebitSettings
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.payments import read as payments
from puntual.apps.payments import write as payments_write
from puntual.apps.receivables import read as receivables
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import references
from puntual.core.negotiation import direct_debit as core
from puntual.core.negotiation.quote import allocate_to_items
from puntual.ports.debits import Charge, File, Written

#: Charges of one file.
MOST = 5000


@transaction.atomic
def make(*, creditor_id: int, as_of: date, at: datetime, by: int | None) -> DebitFile:
    """The charges that wait, in one file. Refused when none does, or when the bank is not up to date: who paid by
    transfer must not be charged again."""
    row = DebitSettings.objects.select_for_update().filter(creditor_id=creditor_id, active=True).first()
    if row is None:
        raise Refused(_("Esta empresa todavía no cobra por domiciliación."))
    if payments.is_stale(payments.bank_through(creditor_id), as_of):
        raise Refused(
            _("El banco no está al día: cargue antes el estado de cuenta, para no cobrar lo que ya se pagó."),
            reason="stale_bank",
        )
    write_charges.plan(creditor_id=creditor_id, as_of=as_of, at=at)
    waiting = Collection.objects.select_for_update(of=("self",)).filter(
        creditor_id=creditor_id, state=CollectionState.PLANNED, mandate__state=MandateState.ACTIVE
    )
    ready = [c for c in waiting.select_related("mandate__account").order_by("on", "pk")[:MOST] if _ask(c, at)]
    if not ready:
        raise Refused(_("No hay ningún cargo por enviar."))
    _move_days(ready, row, as_of)
    file = _file(row, ready, at)
    written = write.bank_files().write(row.form, file)
    made = DebitFile.objects.create(
        creditor_id=creditor_id, message=file.message, form=row.form, name=written.name, media_type=written.media_type,
        sealed=vault.seal_file(written.data), sha256=hashlib.sha256(written.data).hexdigest(), charges=len(ready),
        total_minor=file.total_minor, currency=file.currency, made_at=at, by_id=by,
    )  # fmt: skip
    step = core.COLLECTION.advance(CollectionState.PLANNED, "file")
    for one in ready:
        one.state, one.reason, one.file = step.target, step.reason, made
        one.save(update_fields=["state", "reason", "file", "on", "amount_minor", "request", "reference"])
    DebitMandate.objects.filter(pk__in=[one.mandate_id for one in ready]).update(last_used_on=as_of)
    return made


def _ask(one: Collection, at: datetime) -> bool:
    """What the charge pays, as it stands now. Nothing is asked that the documents no longer owe."""
    covered = {c.due_item_id for c in one.deal.covers.all()}
    account = one.mandate.account_id
    opened = [(b.due_item_id, b.open_minor) for b in receivables.open_items(account) if b.due_item_id in covered]
    items = allocate_to_items(one.amount_minor, opened)
    if not items:
        return False
    key = f"debit:{one.pk}"
    one.request = payments_write.request_payment(account_id=account, items=items, key=key, at=at)
    one.amount_minor = one.request.amount_minor
    one.reference = references.make(references.REQUEST, one.request.pk)
    return True


def _move_days(ready: Sequence[Collection], row: DebitSettings, as_of: date) -> None:
    """A day that the bank can no longer meet moves forward, never back: the notice stands."""
    closed = write_charges.closed_days(parties.creditor(f"acr_{row.creditor_id}").country)
    for one in ready:
        one.on = core.charge_day(one.on, told_on=one.told_on, today=as_of, terms=read.terms_of(row), closed=closed)


def _file(row: DebitSettings, ready: Sequence[Collection], at: datetime) -> File:
    creditor = parties.creditor(f"acr_{row.creditor_id}")
    if len({one.currency for one in ready}) > 1:
        raise UnusableInput(_("Hay cargos en varias monedas: el archivo lleva una sola."))
    used = set(
        Collection.objects.filter(mandate__in=[one.mandate_id for one in ready], file__isnull=False).values_list(
            "mandate_id", flat=True
        )
    )
    charges = []
    for one in ready:
        number, holder = read.number_of(one.mandate)
        charges.append(
            Charge(
                str(one.reference), one.amount_minor, one.on, one.mandate.reference, one.mandate.signed_on,
                one.mandate_id not in used, holder, number, f"Cuota {one.number} de su convenio",
            )
        )  # fmt: skip
        used.add(one.mandate_id)
    message = f"PNT{creditor.pk}-{at:%Y%m%d%H%M%S}-{min(one.pk for one in ready)}"[:35]
    name = creditor.legal_name or creditor.name
    return File(message, at, name, row.scheme_id, row.account, row.bic, ready[0].currency, tuple(charges))


def again(*, file: DebitFile) -> Written:
    """The very bytes that were made. Refused once somebody in it was forgotten."""
    if not file.sealed:
        raise Refused(_("Ese archivo ya no se guarda: una persona que iba en él pidió que se la olvidara."))
    return Written(file.name, vault.unseal_file(file.sealed), file.media_type)
