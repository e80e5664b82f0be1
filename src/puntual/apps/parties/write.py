"""The only writer of parties, accounts and contact points. Keyword-only commands, one transaction each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
from django.db import transaction
from django.db.models import F

from puntual.apps import bulk
from puntual.apps.parties import vault
from puntual.apps.parties.choices import PointRole
from puntual.apps.parties.models import Account, ContactPoint, Creditor, Party, PartyKey, PartyToken, SilencedPoint
from puntual.core.errors import UnusableInput


@attrs.frozen
class NewPoint:
    """A contact as it came, already normalised (lower-case e-mail, E.164 phone)."""

    kind: str
    value: str
    role: str = "debtor"
    label: str = ""
    status: str = "active"


@attrs.frozen
class NewAccount:
    """A customer as it came. `code` is the creditor's own code for it (or its tax id where there is none)."""

    code: str
    name: str
    tax_id: str = ""
    debtor: str = "unknown"
    country: str = ""
    subdivision: str = ""
    zone: str = ""
    language: str = ""
    credit_days: int | None = None
    segment: str = ""
    points: tuple[NewPoint, ...] = ()


@attrs.frozen
class Registered:
    """account code -> account id, and how many rows were new, changed or already so."""

    accounts: dict[str, int]
    created: int
    updated: int
    unchanged: int


def create_creditor(*, code: str, name: str, country: str, zone: str, currency: str, **more: object) -> Creditor:
    """A new creditor. UnusableInput when the code is taken."""
    if Creditor.objects.filter(code=code).exists():
        raise UnusableInput(f"Ya hay una empresa con el código «{code}»: elija otro.", field="code")
    return Creditor.objects.create(code=code, name=name, country=country, zone=zone, currency=currency, **more)


@transaction.atomic
def register_accounts(*, creditor: Creditor, rows: Sequence[NewAccount], source: str = "import") -> Registered:
    """Create the accounts that are new, complete the known ones, and add contact points not seen before.

    A party is recognised by its tax id (never by a generic one), else by its account code with this creditor. What a
    row leaves empty is never erased. Set-based: a handful of statements for any number of rows.
    """
    rows = list({row.code: row for row in rows}.values())
    _no_third_parties(rows)
    known = _accounts_by_code(creditor, [row.code for row in rows])
    fresh = [row for row in rows if row.code not in known]
    parties = _parties_for(creditor, fresh)
    ids = bulk.next_ids(Account, len(fresh))
    now = datetime.now(UTC)
    bulk.insert_rows(
        Account,
        ["id", "party_id", "creditor_id", "code", "credit_days", "segment", "created_at"],
        [
            (i, parties[row.code], creditor.pk, row.code, row.credit_days, row.segment, _stamp(now))
            for i, row in zip(ids, fresh)
        ],
    )
    known.update({row.code: (i, parties[row.code]) for i, row in zip(ids, fresh)})
    changed = _complete(known, [row for row in rows if row.code in known and row.code not in parties])
    added = _add_points(known, rows, source)
    touched = {row.code for row in rows if row.code in changed or (row.code in added and row.code not in parties)}
    return Registered(
        {code: account for code, (account, _) in known.items()},
        created=len(fresh),
        updated=len(touched),
        unchanged=len(rows) - len(fresh) - len(touched),
    )


def _no_third_parties(rows: Sequence[NewAccount]) -> None:
    """References, relatives and neighbours are not kept: the law forbids to speak to them of the debt."""
    for row in rows:
        strange = next((p.role for p in row.points if p.role not in PointRole.values), None)
        if strange is not None:
            raise UnusableInput(
                f"El cliente «{row.code}» trae un contacto con papel «{strange}»: los datos de terceros no se guardan. "
                f"Quítelo; los papeles que hay son {', '.join(PointRole.values)}.",
                field="role",
            )


def _accounts_by_code(creditor: Creditor, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for piece in bulk.chunks(codes):
        rows = Account.objects.filter(creditor=creditor, code__in=piece).values_list("code", "pk", "party_id")
        found.update({code: (pk, party) for code, pk, party in rows})
    return found


def _parties_for(creditor: Creditor, rows: Sequence[NewAccount]) -> dict[str, int]:
    """account code -> party id, recognising or creating the party of each row."""
    digests = {row.code: vault.tax_digest(row.tax_id) for row in rows}
    wanted = [d for d in digests.values() if d]
    seen: dict[bytes, int] = {}
    for piece in bulk.chunks(wanted):
        for pk, digest in Party.objects.filter(tax_digest__in=piece).values_list("pk", "tax_digest"):
            seen[bytes(digest)] = pk
    result, make = {}, []
    for row in rows:
        digest = digests[row.code]
        if digest and digest in seen:
            result[row.code] = seen[digest]
        else:
            make.append((row, digest))
            if digest:
                seen[digest] = -1
    unique = [(row, digest) for row, digest in make if not digest or seen[digest] == -1]
    firsts, ids = [], bulk.next_ids(Party, len(unique))
    for pk, (row, digest) in zip(ids, unique):
        if digest and seen[digest] != -1:
            continue
        if digest:
            seen[digest] = pk
        firsts.append((pk, row, digest))
        result[row.code] = pk
    _insert_parties(creditor, firsts)
    for row, digest in make:
        result.setdefault(row.code, seen[digest] if digest else -1)
    return result


def _insert_parties(creditor: Creditor, rows: Sequence[tuple[int, NewAccount, bytes | None]]) -> None:
    stamp = _stamp(datetime.now(UTC))
    people, keys, words = [], [], []
    for pk, row, digest in rows:
        key, wrapped = vault.new_key()
        tax = vault.seal(key, vault.normal_tax_id(row.tax_id)) if row.tax_id else None
        country = row.country or creditor.country
        people.append(
            (
                pk,
                row.debtor,
                country,
                row.subdivision,
                row.zone,
                row.language,
                vault.seal(key, row.name),
                tax,
                digest,
                stamp,
            )
        )
        keys.append((pk, wrapped))
        words += [(pk, token) for token in vault.tokens(row.name)]
    names = ["id", "debtor", "country", "subdivision", "zone", "language", "sealed_name", "sealed_tax_id", "tax_digest"]
    bulk.insert_rows(Party, [*names, "created_at"], people)
    bulk.insert_rows(PartyKey, ["party_id", "wrapped"], keys)
    bulk.insert_rows(PartyToken, ["party_id", "token"], words)


def _complete(known: dict[str, tuple[int, int]], rows: Sequence[NewAccount]) -> set[str]:
    """Fill in or change what known accounts and parties are told anew. Gives the codes of those that changed."""
    changed: set[str] = set()
    by_account = {known[row.code][0]: row for row in rows}
    for piece in bulk.chunks(list(by_account)):
        for account in Account.objects.filter(pk__in=piece).select_related("party", "party__key"):
            row = by_account[account.pk]
            if _complete_account(account, row) | _complete_party(account.party, row):
                changed.add(row.code)
    return changed


def _complete_account(account: Account, row: NewAccount) -> bool:
    fields = []
    if row.credit_days is not None and row.credit_days != account.credit_days:
        account.credit_days = row.credit_days
        fields.append("credit_days")
    if row.segment and row.segment != account.segment:
        account.segment = row.segment
        fields.append("segment")
    if fields:
        account.save(update_fields=fields)
    return bool(fields)


def _complete_party(party: Party, row: NewAccount) -> bool:
    fields = []
    for name in ("debtor", "country", "subdivision", "zone", "language"):
        told = getattr(row, name)
        if told and told != "unknown" and told != getattr(party, name):
            setattr(party, name, told)
            fields.append(name)
    key = vault.unwrap(bytes(party.key.wrapped)) if hasattr(party, "key") else None
    if key and row.name and vault.unseal(key, party.sealed_name) != row.name and row.name != row.code:
        party.sealed_name = vault.seal(key, row.name)
        fields.append("sealed_name")
        PartyToken.objects.filter(party=party).delete()
        bulk.insert_rows(PartyToken, ["party_id", "token"], [(party.pk, t) for t in vault.tokens(row.name)])
    digest = vault.tax_digest(row.tax_id)
    if key and digest and party.tax_digest is None and not Party.objects.filter(tax_digest=digest).exists():
        party.tax_digest, party.sealed_tax_id = digest, vault.seal(key, vault.normal_tax_id(row.tax_id))
        fields += ["tax_digest", "sealed_tax_id"]
    if fields:
        party.save(update_fields=fields)
    return bool(fields)


def _add_points(known: dict[str, tuple[int, int]], rows: Sequence[NewAccount], source: str) -> set[str]:
    """Add contact points not seen before; one that was silenced anywhere arrives silenced. Gives the codes that
    gained."""
    wanted: dict[tuple[int, bytes], tuple[str, NewPoint]] = {}
    for row in rows:
        for point in row.points:
            wanted.setdefault((known[row.code][1], vault.digest(point.kind, point.value)), (row.code, point))
    parties = sorted({party for party, _ in wanted})
    have: set[tuple[int, bytes]] = set()
    for piece in bulk.chunks(parties):
        found = ContactPoint.objects.filter(party_id__in=piece).values_list("party_id", "digest")
        have |= {(party, bytes(digest)) for party, digest in found}
    fresh = [(pair, told) for pair, told in wanted.items() if pair not in have]
    silenced: set[bytes] = set()
    for piece in bulk.chunks([digest for (_, digest), _ in fresh]):
        silenced |= {
            bytes(d)
            for d in SilencedPoint.objects.filter(digest__in=piece, lifted_at=None).values_list("digest", flat=True)
        }
    keys: dict[int, bytes] = {}
    for piece in bulk.chunks(sorted({party for (party, _), _ in fresh})):
        keys |= vault.keys_of(PartyKey.objects.filter(party_id__in=piece).values_list("party_id", "wrapped"))
    stamp = _stamp(datetime.now(UTC))
    lines = []
    for (party, digest), (_, point) in fresh:
        if party not in keys:
            continue
        status = "silenced" if digest in silenced else point.status
        sealed = vault.seal(keys[party], point.value)
        lines.append((party, point.kind, sealed, digest, status, point.role, point.label, 0, source, stamp))
    names = ["party_id", "kind", "sealed_value", "digest", "status", "role", "label", "rank", "source", "created_at"]
    bulk.insert_rows(ContactPoint, names, lines)
    return {code for _, (code, _) in fresh}


@transaction.atomic
def learn_point(*, party_id: int, kind: str, value: str, source: str) -> bool:
    """A contact that the person showed by using it, after those that are known. Says whether it is new; one that was
    silenced anywhere stays silenced."""
    digest, key = vault.digest(kind, value), PartyKey.objects.filter(party_id=party_id).first()
    if key is None or ContactPoint.objects.filter(party_id=party_id, digest=digest).exists():
        return False
    silenced = SilencedPoint.objects.filter(digest=digest, lifted_at=None).exists()
    sealed = vault.seal(vault.keys_of([(party_id, key.wrapped)])[party_id], value)
    ContactPoint.objects.create(
        party_id=party_id, kind=kind, sealed_value=sealed, digest=digest, rank=1, source=source[:40],
        status="silenced" if silenced else "active",
    )  # fmt: skip
    return True


@transaction.atomic
def silence_point(*, point: ContactPoint, reason: str, at: datetime) -> int:
    """«No soy esta persona»: the value is silenced everywhere, for ever. Gives how many points it silenced."""
    return _silence(bytes(point.digest), reason, at)


@transaction.atomic
def silence_value(*, kind: str, value: str, reason: str, at: datetime) -> int:
    """Silence an address or phone of which nobody is known yet, so that a later import finds it silenced."""
    return _silence(vault.digest(kind, value), reason, at)


def _silence(digest: bytes, reason: str, at: datetime) -> int:
    points = ContactPoint.objects.filter(digest=digest)
    row, new = SilencedPoint.objects.select_for_update().get_or_create(
        digest=digest, defaults={"reason": reason, "at": at}
    )
    if new or row.lifted_at is not None:
        row.reason, row.at, row.lifted_at = reason, at, None
        row.before = [list(one) for one in points.exclude(status="silenced").values_list("pk", "status")]
        row.save()
    return points.update(status="silenced")


@transaction.atomic
def unsilence(*, digest: bytes, silenced_at: datetime, at: datetime) -> bool:
    """What was silenced at that instant had been misread: each point is again what it was before. The row stays, as
    lifted. False when it is silenced for another reason, earlier or later."""
    row = SilencedPoint.objects.select_for_update().filter(digest=digest, at=silenced_at, lifted_at=None).first()
    if row is None:
        return False
    SilencedPoint.objects.filter(pk=row.pk).update(lifted_at=at)
    for point, status in row.before:
        ContactPoint.objects.filter(pk=point, status="silenced").update(status=status)
    return True


def _stamp(now: datetime) -> object:
    """An instant as the driver takes it in bulk inserts: SQLite wants UTC text."""
    return now if bulk.is_postgres() else now.strftime("%Y-%m-%d %H:%M:%S.%f")


def lock_creditor(*, creditor_id: int) -> None:
    """Hold this creditor's row until the transaction ends: postings to its books go one after another."""
    Creditor.objects.select_for_update().only("pk").get(pk=creditor_id)


def count_approved_send(*, creditor_id: int) -> None:
    """One of the creditor's first sends, approved by a person, has left."""
    Creditor.objects.filter(pk=creditor_id, approve_first__gt=0).update(approve_first=F("approve_first") - 1)


@transaction.atomic
def set_approve_first(*, creditor_id: int, count: int) -> None:
    """How many of the next sends a person approves one by one before the product sends by itself."""
    Creditor.objects.filter(pk=creditor_id).update(approve_first=count)


@transaction.atomic
def recode_accounts(*, creditor_id: int, codes: dict[int, str]) -> int:
    """Give accounts known only by their tax id or name the code that the creditor uses. Gives how many changed."""
    taken = set(Account.objects.filter(creditor_id=creditor_id, code__in=codes.values()).values_list("code", flat=True))
    free = {pk: code for pk, code in codes.items() if code not in taken}
    for pk, code in free.items():
        Account.objects.filter(pk=pk, creditor_id=creditor_id).update(code=code)
    return len(free)


@transaction.atomic
def mark_bounced(*, point_id: int) -> None:
    """The address does not exist. A silenced point stays silenced."""
    ContactPoint.objects.filter(pk=point_id, status__in=("active", "unverified")).update(status="bounced")


def lock_parties(*, party_ids: Sequence[int]) -> None:
    """Hold these people's rows until the transaction ends, always in the same order: two senders never pass one cap."""
    list(Party.objects.select_for_update().filter(pk__in=sorted(set(party_ids))).order_by("pk").values_list("pk"))
