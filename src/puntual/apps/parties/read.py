"""The only reader of parties, accounts and contact points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import polars as pl
from django.db import models
from django.db.models import QuerySet

from puntual.apps import bulk
from puntual.apps.parties import vault
from puntual.apps.parties.models import Account, ContactPoint, Creditor, Party, PartyKey, PartyToken
from puntual.core.errors import UnusableInput
from puntual.core.frames import CONTACT_POINTS, PARTIES, Column


@attrs.frozen
class Person:
    """A party as people read it."""

    pk: int
    name: str
    tax_id: str
    debtor: str
    country: str
    subdivision: str
    zone: str
    language: str


@attrs.frozen
class Point:
    """A contact point as people read it."""

    pk: int
    kind: str
    value: str
    status: str
    role: str
    label: str


def creditors() -> QuerySet[Creditor]:
    return Creditor.objects.order_by("name")


def creditor(ref: str | None = None) -> Creditor:
    """The creditor of that code; without one, the only one. UnusableInput says which there are."""
    if ref:
        found = Creditor.objects.filter(code=ref).first() or Creditor.objects.filter(tax_id=ref).first()
        if found is None and ref.startswith("acr_") and ref[4:].isdigit():
            found = Creditor.objects.filter(pk=int(ref[4:])).first()
        if found:
            return found
        codes = ", ".join(Creditor.objects.values_list("code", flat=True)[:10]) or "ninguna todavía"
        raise UnusableInput(f"No hay una empresa «{ref}». Las que hay: {codes}.", field="creditor")
    every = list(Creditor.objects.all()[:2])
    if not every:
        raise UnusableInput("Todavía no hay ninguna empresa: cree la primera con `puntual init --preset mx`.")
    if len(every) > 1:
        codes = ", ".join(Creditor.objects.values_list("code", flat=True)[:10])
        raise UnusableInput(f"Hay varias empresas: diga cuál con --creditor ({codes}).", field="creditor")
    return every[0]


def people(ids: Iterable[int]) -> dict[int, Person]:
    """party id -> person, unsealed. A person whose key was destroyed reads «(datos borrados)»."""
    wanted = sorted(set(ids))
    keys = _keys(wanted)
    result = {}
    for piece in bulk.chunks(wanted):
        for p in Party.objects.filter(pk__in=piece):
            result[p.pk] = _person(p, keys.get(p.pk))
    return result


def _person(p: Party, key: bytes | None) -> Person:
    name, tax = vault.unseal(key, p.sealed_name), vault.unseal(key, p.sealed_tax_id)
    return Person(p.pk, name, tax, p.debtor, p.country, p.subdivision, p.zone, p.language)


def person(pk: int) -> Person:
    return people([pk])[pk]


def points(party_ids: Iterable[int]) -> dict[int, list[Point]]:
    """party id -> contact points, unsealed, in order of preference."""
    wanted = sorted(set(party_ids))
    keys = _keys(wanted)
    result: dict[int, list[Point]] = {pk: [] for pk in wanted}
    for piece in bulk.chunks(wanted):
        for p in ContactPoint.objects.filter(party_id__in=piece).order_by("rank", "pk"):
            result[p.party_id].append(_point(p, keys.get(p.party_id)))
    return result


def _point(p: ContactPoint, key: bytes | None) -> Point:
    return Point(p.pk, p.kind, vault.unseal(key, p.sealed_value), p.status, p.role, p.label)


@attrs.frozen
class Card:
    """One person with what a screen about them opens at once: their points, and the key that opens what is sealed."""

    person: Person
    points: tuple[Point, ...]
    key: bytes | None


def card(party: Party) -> Card:
    """The person of a party that came with its key (`select_related("party__key")`): one query, for the points."""
    held = getattr(party, "key", None)
    key = vault.unwrap(bytes(held.wrapped)) if held is not None else None
    points = ContactPoint.objects.filter(party_id=party.pk).order_by("rank", "pk")
    return Card(_person(party, key), tuple(_point(p, key) for p in points), key)


def family(account_id: int) -> list[Account]:
    """An account, first, and the other accounts of the same person with the same creditor; empty if there is none."""
    own = Account.objects.filter(pk=account_id)
    rows = Account.objects.select_related("creditor", "party__key").filter(
        party_id=models.Subquery(own.values("party_id")), creditor_id=models.Subquery(own.values("creditor_id"))
    )
    return sorted(rows.order_by("pk")[:40], key=lambda one: one.pk != account_id)


def key_of(party_id: int) -> bytes | None:
    """The key that seals a person's data; None once destroyed."""
    return _keys([party_id]).get(party_id)


def keys_of(party_ids: Iterable[int]) -> dict[int, bytes]:
    """party id -> key, for those whose key was not destroyed."""
    return _keys(sorted(set(party_ids)))


def _keys(ids: Sequence[int]) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for piece in bulk.chunks(ids):
        keys |= vault.keys_of(PartyKey.objects.filter(party_id__in=piece).values_list("party_id", "wrapped"))
    return keys


def parties_matching(text: str, limit: int = 500) -> list[int]:
    """Parties whose name has the words of a search or whose tax id or contact is exactly it. At most `limit`."""
    found = list(Party.objects.filter(tax_digest__in=vault.tax_digests(text)).values_list("pk", flat=True))
    value = text.strip().lower()
    for kind in ("email", "phone"):
        digest = vault.digest(kind, value)
        found += ContactPoint.objects.filter(digest=digest).values_list("party_id", flat=True)[:limit]
    words = vault.query_tokens(text)
    if words:
        hits = PartyToken.objects.filter(token=words[0]).values_list("party_id", flat=True)
        for word in words[1:]:
            hits = hits.filter(party_id__in=PartyToken.objects.filter(token=word).values("party_id"))
        found += hits[:limit]
    return list(dict.fromkeys(found))[:limit]


def account(ref: str, creditor: Creditor | None = None) -> Account:
    """The account of a REF: `cta_<id>`, the creditor's own code or a tax id. UnusableInput if there is none or
    several."""
    base = Account.objects.select_related("creditor", "party")
    if creditor:
        base = base.filter(creditor=creditor)
    if ref.startswith("cta_") and ref[4:].isdigit():
        found = list(base.filter(pk=int(ref[4:]))[:2])
    else:
        found = list(base.filter(code=ref)[:2])
        if not found:
            found = list(base.filter(party__tax_digest__in=vault.tax_digests(ref))[:2])
    if not found:
        raise UnusableInput(f"No hay un cliente «{ref}»: use su código, su identificación fiscal o cta_<número>.")
    if len(found) > 1:
        raise UnusableInput(f"«{ref}» es cliente de varias empresas: diga cuál con --creditor.")
    return found[0]


def party(ref: str) -> Party:
    """The party of a REF: `per_<id>`, a tax id, or the code of one of its accounts."""
    if ref.startswith("per_") and ref[4:].isdigit():
        found = Party.objects.filter(pk=int(ref[4:])).first()
    else:
        found = Party.objects.filter(tax_digest__in=vault.tax_digests(ref)).first()
        found = found or account(ref).party
    if found is None:
        raise UnusableInput(f"No hay una persona «{ref}».")
    return found


#: Channels that each kind of contact point serves.
CHANNELS_OF = {
    "email": ("email",),
    "phone": ("whatsapp", "sms", "call", "voice"),
    "address": ("letter", "visit"),
    # Whoever hides the phone behind a user name is written to by the id that WhatsApp gives us.
    "whatsapp": ("whatsapp",),
}


def customers_among(creditor_id: int, party_ids: Iterable[int]) -> set[int]:
    """Of these parties, those that have an account with a creditor."""
    rows = Account.objects.filter(creditor_id=creditor_id, party_id__in=list(party_ids))
    return set(rows.values_list("party_id", flat=True))


def parties_frame() -> pl.DataFrame:
    """Everybody, as the core sees them (frames.PARTIES): no personal data, an empty zone means all of the country's."""
    return bulk.read_frame(
        "SELECT id AS party, NULLIF(country, '') AS country, NULLIF(subdivision, '') AS subdivision, zone AS zones, "
        "debtor, NULLIF(language, '') AS language FROM parties_party",
        PARTIES,
    )


def contact_points_frame() -> pl.DataFrame:
    """Every contact point once per channel that it serves (frames.CONTACT_POINTS)."""
    raw = bulk.read_frame(
        "SELECT id AS contact_point, party_id AS party, kind AS channel, status, role, rank FROM parties_contactpoint",
        {n: Column(c.dtype, c.meaning) for n, c in CONTACT_POINTS.items()},
    )
    pairs = [(kind, channel) for kind, channels in CHANNELS_OF.items() for channel in channels]
    serves = pl.DataFrame(pairs, schema=["kind", "serves"], orient="row")
    served = raw.rename({"channel": "kind"}).join(serves, on="kind").rename({"serves": "channel"})
    return served.select(CONTACT_POINTS.keys())


def point_values(ids: Iterable[int]) -> dict[int, str]:
    """contact point id -> its value, unsealed, for those that are active."""
    points = list(ContactPoint.objects.filter(pk__in=sorted(set(ids)), status="active"))
    keys = keys_of(p.party_id for p in points)
    return {p.pk: vault.unseal(keys[p.party_id], p.sealed_value) for p in points if p.party_id in keys}


def segments_of(rows: Iterable[Any]) -> dict[int, str]:
    """account -> its segment, for rows that name an account."""
    wanted = {row.account_id for row in rows}
    return dict(Account.objects.filter(pk__in=wanted).exclude(segment="").values_list("pk", "segment"))


def segments_in_use(creditor_id: int) -> list[str]:
    """The segments that a creditor's accounts are in."""
    rows = Account.objects.filter(creditor_id=creditor_id).exclude(segment="")
    return sorted(rows.values_list("segment", flat=True).distinct())


def usable_points(party_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """party -> channel -> the contact point that serves it: active, the person's own, the preferred one first."""
    found: dict[int, dict[str, int]] = {}
    rows = ContactPoint.objects.filter(party_id__in=sorted(set(party_ids)), status="active").order_by("rank", "pk")
    for point in rows.only("party_id", "kind"):
        for channel in CHANNELS_OF.get(point.kind, ()):
            found.setdefault(point.party_id, {}).setdefault(channel, point.pk)
    return found


def points_of_value(kind: str, value: str) -> list[ContactPoint]:
    """Every contact point with exactly that (normal) value: several people may share a phone."""
    return list(ContactPoint.objects.filter(kind=kind, digest=vault.digest(kind, value)).order_by("pk"))


def point_digests(party_id: int) -> set[bytes]:
    """The blind indexes of a person's contact points."""
    return {bytes(d) for d in ContactPoint.objects.filter(party_id=party_id).values_list("digest", flat=True)}


def point_states(ids: Iterable[int | None]) -> dict[int, str]:
    """contact point id -> its status."""
    wanted = sorted({i for i in ids if i is not None})
    return dict(ContactPoint.objects.filter(pk__in=wanted).values_list("pk", "status"))


@attrs.frozen
class KnownAccount:
    """An account as an import recognises it."""

    pk: int
    party: int
    code: str
    credit_days: int | None


def accounts_after(pk: int, limit: int) -> list[Account]:
    """Accounts that were added after that one, oldest first."""
    return list(Account.objects.filter(pk__gt=pk).select_related("creditor").order_by("pk")[:limit])


def last_account() -> int:
    return Account.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def accounts_by_code(creditor_id: int, codes: Iterable[str]) -> dict[str, KnownAccount]:
    """code -> account, for those that the creditor has."""
    found: dict[str, KnownAccount] = {}
    for piece in bulk.chunks(sorted(set(codes))):
        rows = Account.objects.filter(creditor_id=creditor_id, code__in=piece)
        for row in rows.values_list("pk", "party_id", "code", "credit_days"):
            found[row[2]] = KnownAccount(*row)
    return found


def accounts_by_tax_id(creditor_id: int, tax_ids: Iterable[str]) -> dict[str, KnownAccount]:
    """tax id -> its oldest account with the creditor. Generic ids never find anybody."""
    digests = {d: t for t in set(tax_ids) if (d := vault.tax_digest(t))}
    found: dict[str, KnownAccount] = {}
    for piece in bulk.chunks(sorted(digests)):
        rows = Account.objects.filter(creditor_id=creditor_id, party__tax_digest__in=piece).order_by("-pk")
        for *row, digest in rows.values_list("pk", "party_id", "code", "credit_days", "party__tax_digest"):
            found[digests[bytes(digest)]] = KnownAccount(*row)
    return found


def accounts_without_points(account_ids: Iterable[int]) -> int:
    """How many of these accounts have no e-mail or phone of their party at all."""
    wanted = sorted(set(account_ids))
    reachable = 0
    for piece in bulk.chunks(wanted):
        rows = Account.objects.filter(pk__in=piece, party__points__kind__in=("email", "phone"))
        reachable += rows.values("pk").distinct().count()
    return len(wanted) - reachable


def accounts_of(creditor_id: int) -> list[tuple[int, int]]:
    """(account, party) of every account of a creditor."""
    return list(Account.objects.filter(creditor_id=creditor_id).order_by("pk").values_list("pk", "party_id"))
