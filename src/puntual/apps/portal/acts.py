"""What people tell through their page: «Ya pagué», «Recuérdenme», a word, a talk, how it went. One act per key."""

from __future__ import annotations

import base64
import hashlib
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import attrs
from django.db import models, transaction
from django.utils.translation import gettext as _

from puntual.apps.compliance import write as compliance
from puntual.apps.outreach import facts
from puntual.apps.parties import read as parties
from puntual.apps.policies.models import PolicyVersion
from puntual.apps.portal import read
from puntual.apps.portal.choices import (
    CLAIM_PAUSE_DAYS,
    CLAIM_PAUSE_DAYS_AFTER_REJECTION,
    DELICATE_DAYS,
    FILES_A_DAY,
    REMIND_DAYS_AHEAD,
    REMINDERS_IN_60_DAYS,
    SLIP_MAX,
    ClaimState,
)
from puntual.apps.portal.models import (
    Attachment,
    PaymentClaim,
    ReminderRequest,
    Satisfaction,
    TalkRequest,
    TermsAccepted,
    Told,
    Word,
)
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput

T = TypeVar("T", bound=Told)

#: First bytes of the files that we take for a slip.
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


@attrs.frozen
class Slip:
    """A checked file: its bytes and what they really are, whatever its name said."""

    data: bytes
    kind: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def check_slip(data: bytes) -> Slip:
    """A PDF, JPEG, PNG or WebP of at most 5 MB, told by its own bytes. UnusableInput otherwise."""
    if len(data) > SLIP_MAX:
        raise UnusableInput(_("El archivo pesa más de 5 MB: envíe una foto más pequeña."), field="slip")
    kind = next((kind for start, kind in _SIGNATURES if data.startswith(start)), "")
    if not kind and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp"
    if not kind:
        raise UnusableInput(_("Ese archivo no es una foto ni un PDF: envíe un PDF, JPG, PNG o WebP."), field="slip")
    return Slip(data, kind)


def sealed(party_id: int, text: str) -> bytes | None:
    """Free text under the person's key; nothing for an empty one."""
    key = parties.key_of(party_id)
    if not text.strip() or key is None:
        return None
    return parties.vault.seal(key, text.strip())


def _once(model: type[T], key: str, **values: Any) -> tuple[T, bool]:
    """The act of that form, and whether it is new. A key of somebody else's form is nobody's."""
    manager: models.Manager[T] = model._default_manager
    row, created = manager.get_or_create(key=key, defaults=values)
    if row.account_id != values["account"].pk:
        raise UnusableInput(_("Este formulario ya no sirve: ábralo otra vez desde su página."))
    return row, created


@attrs.frozen
class Claim:
    """A «Ya pagué» as it was told, checked."""

    amount_minor: int
    currency: str
    paid_on: date
    method: str
    note: str = ""
    due_items: tuple[int, ...] = ()
    slip: Slip | None = None


def hold_of_claim(visit: read.Visit, at: datetime) -> date:
    """Until when reminders pause for a payment told at `at`: less where an earlier one was not found in the bank."""
    recent = at - timedelta(days=90)
    doubtful = PaymentClaim.objects.filter(account=visit.account, state=ClaimState.REJECTED, at__gt=recent).exists()
    return visit.today(at) + timedelta(days=CLAIM_PAUSE_DAYS_AFTER_REJECTION if doubtful else CLAIM_PAUSE_DAYS)


@transaction.atomic
def claim_paid(*, visit: read.Visit, claim: Claim, key: str, at: datetime) -> PaymentClaim:
    """Record a «Ya pagué». Reminders pause at once, for fewer days where an earlier claim was not found in the bank."""
    today = visit.today(at)
    if claim.amount_minor <= 0:
        raise UnusableInput(_("Escriba cuánto pagó, mayor que cero."), field="amount")
    if claim.paid_on > today + timedelta(days=1):  # the person's own day may already be tomorrow
        raise UnusableInput(
            _("Esa fecha todavía no llega: si va a pagar después, use «Elegir fecha»."), field="paid_on"
        )
    if claim.paid_on < today - timedelta(days=400):
        raise UnusableInput(_("Esa fecha es de hace más de un año: revísela."), field="paid_on")
    if not PaymentClaim.objects.filter(key=key).exists():
        _room_for(visit, claim.slip, at)
    slip = claim.slip
    row, created = _once(
        PaymentClaim,
        key,
        account=visit.account,
        at=at,
        due_items=list(claim.due_items),
        amount_minor=claim.amount_minor,
        currency=claim.currency,
        paid_on=claim.paid_on,
        method=claim.method,
        sealed_note=sealed(visit.party.pk, claim.note),
        sealed_slip=packed(visit.party.pk, slip),
        slip_type=slip.kind if slip else "",
        slip_size=len(slip.data) if slip else 0,
        slip_sha256=slip.sha256 if slip else "",
        hold_until=hold_of_claim(visit, at),
    )
    if created:
        facts.record_fact(
            account_id=visit.account.pk, kind="method_chosen", at=at, key=f"portal:claim:{row.pk}", method=claim.method,
            amount_minor=claim.amount_minor, currency=claim.currency, detail="ya_pague",
        )  # fmt: skip
    return row


def packed(party_id: int, slip: Slip | None) -> bytes | None:
    """A checked file under the person's key; nothing for none."""
    return sealed(party_id, base64.b85encode(slip.data).decode()) if slip else None


def _room_for(visit: read.Visit, slip: Slip | None, at: datetime) -> None:
    """Refused when the account sent too many files today: a link is not a store."""
    since = {"account": visit.account, "at__gt": at - timedelta(days=1)}
    sent = Attachment.objects.filter(**since).count() + PaymentClaim.objects.filter(slip_size__gt=0, **since).count()
    if slip and sent >= FILES_A_DAY:
        raise Refused(_("Ya recibimos varios archivos hoy: envíelo sin archivo o mándelo por correo a la empresa."))


def attach(*, visit: read.Visit, about: str, about_id: int, slip: Slip, key: str, at: datetime) -> Attachment:
    """Keep a file that came with a dispute or a complaint."""
    _room_for(visit, slip, at)
    return _once(
        Attachment, f"file:{key}"[:80], account=visit.account, at=at, about=about, about_id=about_id,
        sealed=packed(visit.party.pk, slip), kind=slip.kind, size=len(slip.data), sha256=slip.sha256,
    )[0]  # fmt: skip


def file_of(row: Attachment) -> bytes | None:
    """The file again; None when its key was destroyed."""
    key = parties.key_of(row.account.party_id)
    return base64.b85decode(parties.vault.unseal(key, row.sealed)) if row.sealed is not None and key else None


def slip_of(claim: PaymentClaim) -> bytes | None:
    """The file that came with a claim; None when there was none or its key was destroyed."""
    key = parties.key_of(claim.account.party_id)
    if claim.sealed_slip is None or key is None:
        return None
    return base64.b85decode(parties.vault.unseal(key, claim.sealed_slip))


def text_of(party_id: int, blob: bytes | memoryview | None) -> str:
    """Free text that somebody sent, for whoever attends it."""
    return parties.vault.unseal(parties.key_of(party_id), blob)


@transaction.atomic
def resolve_claim(*, claim_id: int, found: bool, at: datetime, book: bool = False) -> PaymentClaim:
    """Somebody looked for the payment, and the pause ends. Once: Refused the second time.

    `book`: it is not in the books yet, so it is booked provisionally; the bank's own fact replaces it later: the same
    money never counts twice.
    """
    row = PaymentClaim.objects.select_for_update().select_related("account").get(pk=claim_id)
    if row.state != ClaimState.OPEN:
        raise Refused("Ese aviso de pago ya se había resuelto.")
    row.state, row.resolved_at = (ClaimState.CONFIRMED if found else ClaimState.REJECTED), at
    row.save(update_fields=["state", "resolved_at"])
    if found and book:
        told = books.NewPayment(
            row.account_id, row.amount_minor, row.currency, row.paid_on, f"claim:{row.pk}", "portal", provisional=True,
            note="Lo avisó en su página",
        )  # fmt: skip
        books.post_payments(creditor_id=row.account.creditor_id, payments=[told])
    return row


@transaction.atomic
def remind_on(*, visit: read.Visit, on: date, key: str, at: datetime) -> ReminderRequest:
    """«Recuérdenme el ...»: silence until that day. Refused beyond the days and the times that are allowed."""
    today = visit.today(at)
    same = ReminderRequest.objects.filter(key=key, account=visit.account).first()
    if same:
        return same
    if not today < on <= today + timedelta(days=REMIND_DAYS_AHEAD):
        raise UnusableInput(
            _("Elija un día de los próximos %(n)d días.") % {"n": REMIND_DAYS_AHEAD}, field="on"
        )  # fmt: skip
    recent = ReminderRequest.objects.filter(account=visit.account, at__gt=at - timedelta(days=60)).count()
    if recent >= REMINDERS_IN_60_DAYS:
        raise Refused(
            _("Ya pidió dos veces que se le recuerde después. Puede elegir una fecha o hablar con una persona."),
            reason="asked_later",
        )
    return _once(ReminderRequest, key, account=visit.account, at=at, on=on)[0]


@attrs.frozen
class NewWord:
    """What somebody chose to tell; any part may be missing, not all."""

    text: str = ""
    can_pay_minor: int | None = None
    currency: str = ""
    every: str = ""
    delicate: bool = False


@transaction.atomic
def tell(*, visit: read.Visit, word: NewWord, key: str, at: datetime) -> Word:
    """Keep it. Whoever says that the situation is delicate is left to a person: automation stops for two months."""
    if not (word.text.strip() or word.can_pay_minor or word.delicate):
        raise UnusableInput(_("Cuéntenos algo o díganos cuánto puede pagar."), field="text")
    row, created = _once(
        Word,
        key,
        account=visit.account,
        at=at,
        sealed_text=sealed(visit.party.pk, word.text),
        can_pay_minor=word.can_pay_minor,
        currency=word.currency if word.can_pay_minor else "",
        every=word.every if word.can_pay_minor else "",
        delicate=word.delicate,
    )
    if created and word.delicate:
        today = visit.today(at)
        until = today + timedelta(days=DELICATE_DAYS)
        compliance.add_situation(
            party_id=visit.party.pk, reason="vulnerable", since=today, until=until, note="Lo dijo en su página"
        )
    return row


def ask_to_talk(*, visit: read.Visit, text: str, channel: str, hours: str, key: str, at: datetime) -> TalkRequest:
    """«Hablar con una persona»: somebody of the company will answer, by the channel and hours asked."""
    return _once(
        TalkRequest, key, account=visit.account, at=at, sealed_text=sealed(visit.party.pk, text), channel=channel,
        hours=hours,
    )[0]  # fmt: skip


def attended(*, talk_id: int, at: datetime) -> None:
    """Somebody answered."""
    TalkRequest.objects.filter(pk=talk_id, done_at=None).update(done_at=at)


def rate(*, visit: read.Visit, score: int, text: str, key: str, at: datetime) -> Satisfaction:
    """How easy it was to pay, from 1 to 5."""
    if score not in range(1, 6):
        raise UnusableInput(_("Elija una de las cinco respuestas."), field="score")
    return _once(
        Satisfaction, key, account=visit.account, at=at, score=score, sealed_text=sealed(visit.party.pk, text)
    )[0]  # fmt: skip


def accepted(account_id: int, version_id: int) -> TermsAccepted | None:
    """The «Acepto» of an account for a version of the policy, if it was given."""
    return TermsAccepted.objects.filter(account_id=account_id, version_id=version_id).first()


@transaction.atomic
def accept_terms(*, visit: read.Visit, version: PolicyVersion, language: str, key: str, at: datetime) -> TermsAccepted:
    """«Acepto las condiciones»: kept with the digest of the policy's own text, once a version."""
    told = {"at": at, "sha256": hashlib.sha256(version.text.encode()).hexdigest(), "language": language[:8]}
    row, _new = TermsAccepted.objects.get_or_create(
        account=visit.account, version=version, defaults={**told, "key": key}
    )
    return row
