"""The only writer of links, and of what people do through their page. Keyword-only commands, one transaction each.

Whatever a person does carries the key of the form that was shown: the same form sent twice is one act.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from puntual.apps import bulk
from puntual.apps.compliance import read as compliance_read
from puntual.apps.compliance import write as compliance
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.portal import read, tokens
from puntual.apps.portal.acts import attended, file_of, resolve_claim, slip_of, text_of
from puntual.apps.portal.choices import HOUR_BOUNDS, LINK_DAYS, RENEW_DAYS, RevokedFor
from puntual.apps.portal.models import PortalLink, Preference, StandingPayday, WrongPerson
from puntual.apps.portal.steps import issue_code
from puntual.core.errors import UnusableInput
from puntual.core.time import check_aware

#: What other apps may do, whichever file of this one it is in.
__all__ = [
    "attended", "file_of", "forget_payday", "issue_code", "link_for", "links_for", "next_payday", "not_this_person",
    "prefer", "resolve_claim", "reviewed", "revoke_links", "sent_to", "set_payday", "slip_of", "stop", "text_of",
    "url_of",
]  # fmt: skip

# --- links -----------------------------------------------------------------------------------------------------------


def url_of(token: str) -> str:
    """The whole address of a page."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/p/{token}/"


def link_for(account: int, *, point: int | None = None, now: datetime | None = None) -> str:
    """The private address of an account's page: its live one, or a new one. `point`: where it will be sent."""
    return links_for([account], points={account: point} if point else None, now=now)[account]


@transaction.atomic
def links_for(
    accounts: Iterable[int],
    *,
    points: Mapping[int, int | None] | None = None,
    now: datetime | None = None,
    days: int = LINK_DAYS,
) -> dict[int, str]:
    """account -> the address of its page, for any number of accounts in a handful of statements.

    A link that still has a month left (or half its life, if it is shorter) is used again, one per account and contact
    point. `points` says where each will be sent, so that «No soy esta persona» silences just that.
    """
    at = check_aware(now or datetime.now(UTC))
    wanted = {account: (points or {}).get(account) for account in sorted(set(accounts))}
    alive = read.live_links(wanted, at=at + timedelta(days=min(RENEW_DAYS, days // 2)))
    rows = {a: alive[(a, p)] for a, p in wanted.items() if (a, p) in alive}
    known = [(a, link.pk, bytes(link.nonce)) for a, link in rows.items()]
    missing = [account for account in wanted if account not in rows]
    fresh = list(zip(missing, bulk.next_ids(PortalLink, len(missing)), (secrets.token_bytes(12) for _ in missing)))
    names = ["id", "account_id", "contact_point_id", "purpose", "nonce", "created_at", "expires_at"]
    names += ["revoked_for", "code_digest", "failures"]
    start, end = _stamp(at), _stamp(at + timedelta(days=days))
    bulk.insert_rows(
        PortalLink, names, [(pk, a, wanted[a], "account", nonce, start, end, "", "", 0) for a, pk, nonce in fresh]
    )
    every = known + fresh
    made = tokens.make_many([(pk, nonce) for _, pk, nonce in every])
    return {account: url_of(token) for (account, _, _), token in zip(every, made)}


def _stamp(at: datetime) -> object:
    """An instant as the driver takes it in bulk inserts: SQLite wants UTC text."""
    return at if bulk.is_postgres() else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def revoke_links(*, account: int, at: datetime, reason: str = RevokedFor.STAFF) -> int:
    """Every link of an account stops working from this instant on. Gives how many."""
    alive = PortalLink.objects.filter(account_id=account, revoked_at=None)
    return alive.update(revoked_at=at, revoked_for=reason)


# --- «No soy esta persona», «No me escriban más» ---------------------------------------------------------------------


def sent_to(link: PortalLink) -> parties.ContactPoint | None:
    """The contact point where a link arrived: its own, or that of the last message that left for the account."""
    if link.contact_point_id:
        return link.contact_point
    for contact in outreach.contacts_of(link.account.party_id, 30):
        if contact.account_id == link.account_id and contact.outbox and contact.outbox.contact_point_id:
            return contact.outbox.contact_point
    return None


@transaction.atomic
def not_this_person(*, visit: read.Visit, key: str, at: datetime, received_at: str = "") -> WrongPerson:
    """Silence the contact point everywhere and for ever, and close every link that was sent there.

    `received_at`: the address that the person typed, for links of which it is not known where they arrived. What is not
    one of the account's contact points silences nothing: a person of the company looks, and the account waits.
    """
    before = WrongPerson.objects.filter(key=key).first() or read.wrong_person_of(visit.link.pk)
    if before and before.annulled_at is None:
        return before
    point = sent_to(visit.link) or _point_of(visit, received_at)
    silenced = 0
    if point is not None:
        silenced = parties_write.silence_point(point=point, reason="wrong_person", at=at)
        same = PortalLink.objects.filter(contact_point__digest=bytes(point.digest), revoked_at=None)
        same.update(revoked_at=at, revoked_for=RevokedFor.WRONG_PERSON)
    gone = PortalLink.objects.filter(pk=visit.link.pk, revoked_at=None)
    gone.update(revoked_at=at, revoked_for=RevokedFor.WRONG_PERSON)
    told = {"account": visit.account, "link": visit.link, "at": at, "silenced": silenced}
    return WrongPerson.objects.get_or_create(key=key, defaults=told)[0]


def _point_of(visit: read.Visit, typed: str) -> parties.ContactPoint | None:
    """The contact point of this account's person that somebody typed, by its characters alone."""

    def plain(value: str) -> str:
        text = value.strip().lower()
        return text if "@" in text else "".join(c for c in text if c.isdigit())[-8:]

    given = plain(typed)
    if len(given) < 6:
        return None
    for point in parties.points([visit.party.pk])[visit.party.pk]:
        if plain(point.value) == given:
            return visit.party.points.get(pk=point.pk)
    return None


def reviewed(*, wrong_person_id: int, at: datetime) -> None:
    """A person looked at a «No soy esta persona» of which the contact point was not known: the account goes on."""
    WrongPerson.objects.filter(pk=wrong_person_id, reviewed_at=None).update(reviewed_at=at)


@transaction.atomic
def stop(*, visit: read.Visit, channel: str, at: datetime, proof: str) -> bool:
    """«No me escriban más», by one channel or all (*), from now on and over every creditor. False: it already was."""
    acts = [c for c in compliance_read.standing_of(visit.party.pk) if c.channel == channel and c.source == "person"]
    if acts and acts[0].status == "withdrawn":
        return False
    compliance.opt_out(party_id=visit.party.pk, channel=channel, at=at, source="person", proof=proof)
    return True


# --- choices that stand ----------------------------------------------------------------------------------------------


def prefer(*, party_id: int, channel: str, hours: str, at: datetime) -> Preference:
    """Keep by which channel and in which part of the day a person prefers to be written to."""
    row, _created = Preference.objects.update_or_create(
        pk=party_id, defaults={"channel": channel, "hours": hours, "at": at}
    )
    first, last = HOUR_BOUNDS[hours]
    outside = [(a, b) for a, b in ((0, first), (last, 24)) if a < b]
    since = (at - timedelta(hours=12)).date()  # today, in whatever zone the person is
    told = [("mon-sun", f"{a:02}:00-{b:02}:00") for a, b in outside]
    compliance.declare_hours(party_id=party_id, since=since, inconvenient=told)
    return row


def set_payday(*, account: int, kind: str, at: datetime, day: int | None = None, weekday: int | None = None) -> None:
    """Keep the day on which somebody usually is paid. UnusableInput when the kind lacks its day."""
    if kind == "monthly" and not (day and 1 <= day <= 31):
        raise UnusableInput(_("Diga el día del mes, entre 1 y 31."), field="day")
    if kind == "weekly" and weekday not in range(7):
        raise UnusableInput(_("Diga el día de la semana."), field="weekday")
    own = {"monthly": (day, None), "weekly": (None, weekday), "fortnight": (None, None)}[kind]
    StandingPayday.objects.update_or_create(
        pk=account, defaults={"kind": kind, "day": own[0], "weekday": own[1], "at": at}
    )


def forget_payday(*, account: int) -> None:
    """The person no longer wants a day."""
    StandingPayday.objects.filter(pk=account).delete()


def next_payday(payday: StandingPayday, today: date) -> date:
    """The next day, from today on, on which that person is paid."""
    days = (today + timedelta(days=i) for i in range(32))
    return next(day for day in days if _is_payday(payday, day))


def _is_payday(payday: StandingPayday, day: date) -> bool:
    last = (day + timedelta(days=1)).day == 1
    if payday.kind == "weekly":
        return day.weekday() == payday.weekday
    if payday.kind == "fortnight":
        return day.day == 15 or last
    return day.day == payday.day or (last and (payday.day or 0) > day.day)
