"""The only reader of rounds, visits and their proofs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

import attrs
from django.db.models import QuerySet

from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties.models import Account, ContactPoint
from puntual.apps.receivables import read as receivables
from puntual.apps.visits.models import Place, Proof, Round, Visit
from puntual.core.visits import Stop

SUGGESTED = 30


def rounds(creditor_id: int, since: date, agent_id: int | None = None) -> list[Round]:
    """The rounds of a creditor from a day on; of one person only, when said."""
    rows = Round.objects.filter(creditor_id=creditor_id, day__gte=since).select_related("agent")
    if agent_id is not None:
        rows = rows.filter(agent_id=agent_id)
    return list(rows.prefetch_related("visits").order_by("day", "agent_id"))


def round_of(pk: int, creditor_id: int) -> Round | None:
    return Round.objects.select_related("agent", "creditor").filter(pk=pk, creditor_id=creditor_id).first()


def visit(pk: int) -> Visit | None:
    return Visit.objects.select_related("round", "account", "round__creditor").filter(pk=pk).first()


@attrs.frozen
class Shown:
    """A stop as the phone shows it."""

    visit: Visit
    name: str
    address: str
    phone: str
    owed: tuple[tuple[str, int], ...]
    proof: Proof | None


def shown(row: Round) -> list[Shown]:
    """The stops of a round, in order, with what one needs at the door and no more."""
    visits = list(row.visits.select_related("account", "proof").order_by("position"))
    people = parties.people(v.party_id for v in visits)
    points = parties.points({v.party_id for v in visits})
    owed: dict[int, list[tuple[str, int]]] = {}
    for (account, currency), balance in receivables.open_balance([v.account_id for v in visits]).items():
        owed.setdefault(account, []).append((currency, balance.open_minor))
    return [
        Shown(
            v,
            people[v.party_id].name,
            _first(points[v.party_id], "address"),
            _first(points[v.party_id], "phone"),
            tuple(owed.get(v.account_id, ())),
            getattr(v, "proof", None),
        )
        for v in visits
    ]


def _first(points: Iterable[parties.Point], kind: str) -> str:
    return next((p.value for p in points if p.kind == kind and p.status == "active"), "")


def addressed(account_ids: Iterable[int]) -> set[int]:
    """Of these accounts, those whose party has an address that may be used."""
    rows = Account.objects.filter(pk__in=list(account_ids))
    have = ContactPoint.objects.filter(kind="address", status="active", party_id__in=rows.values("party_id"))
    return set(rows.filter(party_id__in=have.values("party_id")).values_list("pk", flat=True))


def suggested(creditor_id: int) -> QuerySet[Account]:
    """Whom to visit: those who owe most since longest, with an address."""
    have = ContactPoint.objects.filter(kind="address", status="active").values("party_id")
    rows = Account.objects.filter(creditor_id=creditor_id, party_id__in=have, balances__open_minor__gt=0)
    return rows.select_related("party").order_by("balances__oldest_due_on", "-balances__open_minor")[:SUGGESTED]


def places(party_ids: Iterable[int]) -> dict[int, Stop]:
    """party -> where its address turned out to be, for those of whom it is known."""
    wanted = sorted(set(party_ids))
    keys = parties.keys_of(wanted)
    found: dict[int, Stop] = {}
    for row in Place.objects.filter(party_id__in=wanted):
        if row.party_id in keys:
            told = json.loads(vault.unseal_bytes(keys[row.party_id], bytes(row.sealed)))
            found[row.party_id] = Stop(row.party_id, told["lat"], told["lon"])
    return found


@attrs.frozen
class Evidence:
    """What proves a visit, opened: photo and signature are bytes of an image, None if there is none."""

    note: str
    place: dict[str, float] | None
    photo: bytes | None
    signature: bytes | None


def evidence(proof: Proof) -> Evidence:
    """The sealed part of a proof; empty once the person was erased."""
    key = parties.key_of(proof.visit.party_id)
    if key is None:
        return Evidence("", None, None, None)

    def opened(blob: bytes | None) -> bytes | None:
        return vault.unseal_bytes(key, bytes(blob)) if blob else None

    place, note = opened(proof.sealed_place), opened(proof.sealed_note)
    return Evidence(
        (note or b"").decode(), json.loads(place) if place else None, opened(proof.sealed_photo),
        opened(proof.sealed_signature),
    )  # fmt: skip
