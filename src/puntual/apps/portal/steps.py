"""The one extra step before private papers: the end of one's tax id, or a short code given by the company."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

import attrs
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from puntual.apps.parties import read as parties
from puntual.apps.portal import limits, read
from puntual.apps.portal.models import PortalLink
from puntual.core.errors import Refused

#: Wrong answers before the door closes for LOCKED; a code lives for CODE_LIFE; an opened door for OPEN_FOR.
TRIES, LOCKED, CODE_LIFE, OPEN_FOR = 5, timedelta(hours=1), timedelta(hours=24), timedelta(minutes=30)
#: A code that was sent, not told, lives shorter.
SENT_LIFE = timedelta(minutes=15)
TAX_ID_TAIL = 4
_SALT = "puntual.portal.step"


def issue_code(*, link_id: int, at: datetime, life: timedelta = CODE_LIFE) -> str:
    """A new six-digit code for a link, to be told by somebody who knows who the person is. Only its digest stays."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    PortalLink.objects.filter(pk=link_id).update(
        code_digest=_digest(link_id, code), code_expires_at=at + life, failures=0, locked_until=None
    )
    return code


@attrs.frozen
class Other:
    """Another contact of the person, where a code may be sent: as its owner recognises it, and by which channel."""

    point: int
    shown: str
    value: str
    channel: str


def others(visit: read.Visit, sent_to: int | None) -> list[Other]:
    """The person's own contacts but the one where the link came: who only reads that mailbox gets no code.

    Contacts that are silenced, bounced, not verified or of somebody else (a guarantor, a boss) are not among them.
    """
    mine = parties.points([visit.party.pk])[visit.party.pk]
    found = []
    for point in mine:
        if point.pk == sent_to or point.status != "active" or point.role != "debtor" or sent_to is None:
            continue
        channel = {"email": "email", "phone": "sms"}.get(point.kind)
        if channel:
            found.append(Other(point.pk, masked(point.value), point.value, channel))
    return found


def send_code(*, visit: read.Visit, to: Other, at: datetime) -> None:
    """A new code by another channel than the link's. Refused when no channel carries it, or too many were asked."""
    if not limits.count("code", str(visit.link.pk)):
        raise Refused(_("Ya se enviaron varios códigos: inténtelo otra vez dentro de una hora."))
    code = issue_code(link_id=visit.link.pk, at=at, life=SENT_LIFE)
    text = _("Su código para ver sus papeles con %(name)s: %(code)s. Vale %(minutes)d minutos. No lo comparta.") % {
        "name": visit.creditor.name, "code": code, "minutes": int(SENT_LIFE.total_seconds()) // 60,
    }  # fmt: skip
    import_string(settings.PORTAL_SENDER)(visit.creditor, to.channel, to.value, _("Su código"), text)


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


def masked(value: str) -> str:
    """A contact as its owner recognises it and nobody else: «a•••@correo.mx», «•••• 4321»."""
    if "@" in value:
        name, _at, domain = value.partition("@")
        return f"{name[:1]}•••@{domain}"
    return f"•••• {value[-4:]}"
