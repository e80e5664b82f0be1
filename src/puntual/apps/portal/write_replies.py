"""What people tell by answering a message, kept exactly as if they had told it on their page."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from puntual.apps.parties import read as parties
from puntual.apps.parties.models import ContactPoint
from puntual.apps.portal import acts, papers, read, write
from puntual.apps.portal.acts import Claim, check_slip, claim_paid, packed
from puntual.apps.portal.choices import ClaimState
from puntual.apps.portal.models import PaymentClaim, WrongPerson
from puntual.core.errors import Refused, UnusableInput


@transaction.atomic
def claim_of_reply(
    *, account_id: int, amount_minor: int, currency: str, paid_on: date, key: str, at: datetime, file: bytes = b"",
    note: str = "",
) -> PaymentClaim:  # fmt: skip
    """«Ya pagué» in an answer: reminders pause within the limits of the page. A file that is no slip is left out: it is
    in the conversation all the same."""
    visit = _visit(account_id)
    try:
        slip = check_slip(file) if file else None
    except UnusableInput:
        slip = None
    told = Claim(amount_minor, currency, paid_on, "other", note=note[:1000], slip=slip)
    try:
        return claim_paid(visit=visit, claim=told, key=key, at=at)
    except Refused:
        # Too many files today: the payment is looked for without this one.
        return claim_paid(visit=visit, claim=Claim(amount_minor, currency, paid_on, "other"), key=key, at=at)


def hold_of_claim(*, account_id: int, at: datetime) -> date:
    """Until when reminders would pause for a payment told now in an answer."""
    return acts.hold_of_claim(_visit(account_id), at)


def _visit(account_id: int) -> read.Visit:
    """The account as its page would see it, without anybody having come by a link."""
    account = parties.account(f"cta_{account_id}")
    return read.Visit("", None, account, account.creditor, account.party)  # type: ignore[arg-type]


@transaction.atomic
def forget_claim(*, claim_id: int) -> bool:
    """We had read it wrong: nobody claimed to have paid, so nothing is held against them later. False once somebody
    looked for the payment."""
    return PaymentClaim.objects.filter(pk=claim_id, state=ClaimState.OPEN).delete()[0] > 0


@transaction.atomic
def not_this_person(*, account_id: int, point: ContactPoint, key: str, at: datetime) -> str:
    """«No soy yo» in an answer: the contact point is silenced everywhere and for ever, every link that was sent there
    closes, and the certificate is issued. Gives its address."""
    link = write.link_for(account_id, point=point.pk, now=at)
    visit = read.resolve(link.rstrip("/").rpartition("/")[2], at=at)
    if visit is None:
        raise ValueError("a link just made does not resolve")
    told = write.not_this_person(visit=visit, key=key[:80], at=at)
    papers.wrong_person_paper(visit=visit, at=told.at)
    return f"{link}no-soy/constancia/"


@transaction.atomic
def was_this_person(*, key: str, at: datetime) -> datetime | None:
    """We had read «no soy yo» where it was not said: what was told is marked as annulled, and the certificate that was
    issued says since when it holds no more. Gives the instant from which it was silenced; None if nothing was told."""
    told = WrongPerson.objects.filter(key=key[:80], annulled_at=None).first()
    if told is None:
        return None
    WrongPerson.objects.filter(pk=told.pk).update(annulled_at=at)
    return told.at


@transaction.atomic
def add_slip(*, account_id: int, data: bytes) -> PaymentClaim | None:
    """The slip of a payment that was told before without one, now that it came. None when none waits for it, or the
    file is no slip."""
    rows = PaymentClaim.objects.select_for_update().filter(account_id=account_id, state=ClaimState.OPEN, slip_size=0)
    claim = rows.order_by("-pk").first()
    try:
        slip = check_slip(data) if claim is not None else None
    except UnusableInput:
        return None
    if claim is None or slip is None:
        return None
    claim.sealed_slip = packed(claim.account.party_id, slip)
    claim.slip_type, claim.slip_size, claim.slip_sha256 = slip.kind, len(slip.data), slip.sha256
    claim.save(update_fields=["sealed_slip", "slip_type", "slip_size", "slip_sha256"])
    return claim
