"""The only writer of direct debit's mandates and of how a creditor charges. Charges: write_charges; files: write_files;
what the bank says: write_answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from puntual.apps.debits import read
from puntual.apps.debits.choices import CollectionState, MandateState
from puntual.apps.debits.models import Collection, DebitMandate, DebitSettings
from puntual.apps.parties import read as parties
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation import direct_debit as core
from puntual.core.time import local_date
from puntual.ports.debits import DebitFiles


def bank_files() -> DebitFiles:
    """What writes and reads the bank's files; bound in project."""
    made: DebitFiles = import_string(settings.DEBIT_FILES)()
    return made


@attrs.frozen
class NewSettings:
    """How a creditor charges."""

    form: str
    scheme_id: str
    account: str
    bic: str
    notice_days: int
    lead_days: int
    active: bool = True


@transaction.atomic
def keep_settings(*, creditor_id: int, new: NewSettings) -> DebitSettings:
    """Say how the creditor charges, or that it no longer does. UnusableInput names what is wrong."""
    creditor = parties.creditor(f"acr_{creditor_id}")
    if new.form not in bank_files().formats():
        raise UnusableInput(_("Elija el formato del archivo de su banco."), field="form")
    core.Terms(new.notice_days, new.lead_days)
    kind, sepa = read.kind_of(creditor.country), new.form.startswith("pain.")
    if sepa and (kind != "iban" or creditor.currency != "EUR"):
        raise UnusableInput(_("SEPA cobra en euros de un IBAN a otro: elija el formato de su banco."), field="form")
    account = checked(kind, new.account)[0]
    if sepa and not new.scheme_id.strip():
        raise UnusableInput(_("SEPA pide el identificador de acreedor que le dio su banco."), field="scheme_id")
    values = attrs.asdict(new) | {"account": account, "scheme_id": new.scheme_id.strip()[:35], "bic": new.bic[:11]}
    row, _made = DebitSettings.objects.update_or_create(creditor_id=creditor_id, defaults=values)
    return row


def checked(kind: str, number: str) -> tuple[str, str]:
    """(digits, bank) of an account number of that class. UnusableInput says what is wrong with it."""
    plain = "".join(ch for ch in number if ch.isalnum()).upper()
    if kind == "number":
        if not plain.isdigit() or not 6 <= len(plain) <= 20:
            raise UnusableInput(_("El número de cuenta lleva de 6 a 20 cifras."), field="number")
        return plain, ""
    try:
        found = import_string(settings.ACCOUNT_CHECK)(kind, plain)
    except UnusableInput as error:
        # What was typed is an account number: it is not said back.
        raise UnusableInput(_("Ese número de cuenta no es válido: revise las cifras."), field="number") from error
    return found.number, found.bank


@attrs.frozen
class NewMandate:
    """Whom, from which account, within which limits, and how it is known that the person wants it."""

    account: int
    number: str = attrs.field(repr=False)
    holder: str = attrs.field(repr=False)
    source: str
    key: str
    evidence: Mapping[str, Any]
    max_minor: int | None = None
    through: date | None = None
    by: int | None = None
    paper: tuple[bytes, str] | None = attrs.field(default=None, repr=False)


@transaction.atomic
def sign(*, new: NewMandate, at: datetime) -> DebitMandate:
    """Keep a mandate, in the place of an earlier one. The same form twice is one. UnusableInput, Refused."""
    known = DebitMandate.objects.filter(key=new.key).first()
    if known:
        return known
    account = parties.account(f"cta_{new.account}")
    if read.settings_of(account.creditor_id) is None:
        raise Refused(_("Esta empresa todavía no cobra por domiciliación."))
    key = parties.key_of(account.party_id)
    if key is None:
        raise Refused(_("Esta persona pidió que se la olvidara: ya no se guardan sus datos."))
    kind = read.kind_of(account.creditor.country)
    number, bank = checked(kind, new.number)
    today = local_date(at, account.creditor.zone)
    _check(new, today)
    for old in DebitMandate.objects.select_for_update().filter(account=account).exclude(state=MandateState.REVOKED):
        _end(old, at, new.by)
    paper = new.paper
    evidence = dict(new.evidence) | ({"paper_sha256": hashlib.sha256(paper[0]).hexdigest()} if paper else {})
    return DebitMandate.objects.create(
        account=account, creditor_id=account.creditor_id, key=new.key, source=new.source, kind=kind, tail=number[-4:],
        reference=_reference(account.pk, new.key), bank=bank[:60], signed_on=today, max_minor=new.max_minor,
        currency=account.creditor.currency, through=new.through, evidence=evidence, by_id=new.by, created_at=at,
        sealed_number=parties.vault.seal(key, number), sealed_holder=parties.vault.seal(key, new.holder.strip()[:70]),
        sealed_paper=parties.vault.seal_bytes(key, paper[0]) if paper else None, paper_kind=paper[1] if paper else "",
    )  # fmt: skip


def _check(new: NewMandate, today: date) -> None:
    if not new.holder.strip():
        raise UnusableInput(_("Escriba el nombre del titular de la cuenta."), field="holder")
    if new.max_minor is not None and new.max_minor <= 0:
        raise UnusableInput(_("El máximo por cargo debe ser mayor que cero."), field="max")
    if new.through is not None and new.through < today:
        raise UnusableInput(_("Esa fecha ya pasó: elija otra, o déjela en blanco."), field="through")


def _reference(account: int, key: str) -> str:
    """Unique, in the letters that every bank takes: it tells nothing of the person."""
    return f"PNT-{account}-{hashlib.sha256(key.encode()).hexdigest()[:12].upper()}"


@transaction.atomic
def revoke(*, mandate_id: int, at: datetime, by: int | None = None) -> DebitMandate:
    """The person takes it back: what is not at the bank yet is not charged. Pressed twice, nothing more."""
    row = DebitMandate.objects.select_for_update().get(pk=mandate_id)
    if row.state != MandateState.REVOKED:
        _end(row, at, by)
    return row


def _end(row: DebitMandate, at: datetime, by: int | None) -> None:
    step = core.MANDATE.advance(row.state, "revoke")
    row.state, row.reason, row.ended_at, row.ended_by_id = step.target, step.reason, at, by
    row.save(update_fields=["state", "reason", "ended_at", "ended_by"])
    waiting = Collection.objects.filter(mandate=row, state=CollectionState.PLANNED)
    waiting.update(state=CollectionState.CANCELLED, reason="debit_mandate_revoked", ended_on=at.date())


@transaction.atomic
def suspend(*, mandate_id: int, reason: str) -> None:
    """The bank said that it cannot work: nothing more is sent until a person looks."""
    row = DebitMandate.objects.select_for_update().get(pk=mandate_id)
    if row.state != MandateState.ACTIVE:
        return
    row.state, row.reason = core.MANDATE.advance(row.state, "suspend").target, reason
    row.save(update_fields=["state", "reason"])
    waiting = Collection.objects.filter(mandate=row, state=CollectionState.PLANNED)
    waiting.update(state=CollectionState.CANCELLED, reason="debit_mandate_suspended")


@transaction.atomic
def resume(*, mandate_id: int) -> DebitMandate:
    """Somebody looked, and it works again. Refused unless it is suspended."""
    row = DebitMandate.objects.select_for_update().get(pk=mandate_id)
    step = core.MANDATE.advance(row.state, "resume")
    row.state, row.reason = step.target, step.reason
    row.save(update_fields=["state", "reason"])
    return row
