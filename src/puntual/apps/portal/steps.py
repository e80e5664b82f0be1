"""The one extra step before private papers: the end of one's tax id, or a short code given by the company."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from puntual.apps.parties import read as parties
from puntual.apps.portal import read
from puntual.apps.portal.models import PortalLink

#: Wrong answers before the door closes for LOCKED; a code lives for CODE_LIFE; an opened door for OPEN_FOR.
TRIES, LOCKED, CODE_LIFE, OPEN_FOR = 5, timedelta(hours=1), timedelta(hours=24), timedelta(minutes=30)
TAX_ID_TAIL = 4
_SALT = "puntual.portal.step"


def issue_code(*, link_id: int, at: datetime) -> str:
    """A new six-digit code for a link, to be told by somebody who knows who the person is. Only its digest stays."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    PortalLink.objects.filter(pk=link_id).update(
        code_digest=_digest(link_id, code), code_expires_at=at + CODE_LIFE, failures=0, locked_until=None
    )
    return code


def _digest(link_id: int, code: str) -> str:
    return salted_hmac(_SALT, f"{link_id}:{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def answer(*, visit: read.Visit, text: str, at: datetime) -> bool:
    """Whether the answer opens the door. Wrong ones are counted in the database: no number of processes helps."""
    link = PortalLink.objects.select_for_update().get(pk=visit.link.pk)
    if link.locked_until and link.locked_until > at:
        return False
    given = "".join(c for c in text.upper() if c.isalnum())
    if _is_code(link, given, at) or _is_tax_tail(visit, given):
        PortalLink.objects.filter(pk=link.pk).update(failures=0, locked_until=None)
        return True
    link.failures = link.failures + 1
    PortalLink.objects.filter(pk=link.pk).update(failures=F("failures") + 1)
    if link.failures >= TRIES:
        PortalLink.objects.filter(pk=link.pk).update(failures=0, locked_until=at + LOCKED)
    return False


def _is_code(link: PortalLink, given: str, at: datetime) -> bool:
    alive = bool(link.code_digest) and link.code_expires_at is not None and link.code_expires_at > at
    return alive and len(given) == 6 and constant_time_compare(_digest(link.pk, given), link.code_digest)


def _is_tax_tail(visit: read.Visit, given: str) -> bool:
    tax_id = tax_id_of(visit)
    return len(tax_id) > TAX_ID_TAIL and hmac.compare_digest(given.encode(), tax_id[-TAX_ID_TAIL:].encode())


def tax_id_of(visit: read.Visit) -> str:
    """The tax id that we hold of the person, as it is compared; empty when there is none."""
    if visit.party.sealed_tax_id is None or visit.party.tax_digest is None:
        return ""
    return parties.vault.normal_tax_id(parties.person(visit.party.pk).tax_id)


def is_locked(link: PortalLink, at: datetime) -> bool:
    return bool(link.locked_until and link.locked_until > at)


def stamp(link_id: int) -> str:
    """What the browser keeps while the door is open, for this link only."""
    return signing.TimestampSigner(salt=_SALT).sign(str(link_id))


def is_open(link_id: int, kept: str) -> bool:
    """Whether what the browser kept still opens this link's door."""
    try:
        return signing.TimestampSigner(salt=_SALT).unsign(kept, max_age=OPEN_FOR) == str(link_id)
    except signing.BadSignature:
        return False
