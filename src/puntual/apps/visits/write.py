"""The only writer of rounds, visits and their proofs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import attrs
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.compliance import write as compliance
from puntual.apps.outreach import write_visits
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.visits import outside, read
from puntual.apps.visits.choices import RoundState, VisitState
from puntual.apps.visits.models import Place, Proof, Round, Visit
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_instant
from puntual.core.visits import RESULTS, Stop, VisitResult, Window, in_order, planned_at
from puntual.core.visits.windows import PER_STOP

MOST = 40
PHOTO_MAX = 6 * 1024 * 1024
#: Pictures that a phone's camera or our own canvas makes, by their first bytes.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")


@transaction.atomic
def plan(
    *, creditor: Creditor, agent_id: int, day: date, account_ids: Sequence[int], first: time = time(10, 0)
) -> Round:
    """A round in a good order, each stop at its first lawful moment. Again replaces what has not been released.

    UnusableInput when somebody has no address, or when there are too many.
    """
    accounts = list(Account.objects.filter(pk__in=account_ids, creditor=creditor).select_related("creditor", "party"))
    if not accounts:
        raise UnusableInput("Elija al menos un cliente que visitar.")
    if len(accounts) > MOST:
        raise UnusableInput(f"Una ruta lleva hasta {MOST} visitas: reparta las demás.")
    lacking = {a.pk for a in accounts} - read.addressed(a.pk for a in accounts)
    if lacking:
        names = ", ".join(a.code for a in accounts if a.pk in lacking)
        raise UnusableInput(f"No tienen dirección: {names}. Cárguela en sus contactos o quítelos de la ruta.")
    row, _ = Round.objects.get_or_create(creditor=creditor, agent_id=agent_id, day=day)
    if row.state != RoundState.DRAFT:
        raise Refused("Esa ruta ya salió: lo que falte va en la de otro día.")
    row.visits.all().delete()
    ways = outside.windows(accounts, day)
    at = local_instant(day, first, creditor.zone)
    for position, account in enumerate(_ordered(accounts), 1):
        found = planned_at(ways[account.pk], at)
        Visit.objects.create(round=row, account=account, party_id=account.party_id, position=position, **_when(found))
        at = (found[0] if found else at) + PER_STOP
    return row


def _when(found: tuple[datetime, Window] | None) -> dict[str, Any]:
    if found is None:
        return {"state": VisitState.REFUSED, "reason": "outside_window"}
    at, window = found
    return {"planned_at": at, "opens": window.opens, "closes": window.closes}


def _ordered(accounts: Sequence[Account]) -> list[Account]:
    known = read.places(a.party_id for a in accounts)
    by_party = {a.party_id: a for a in accounts}
    stops = [known.get(a.party_id, Stop(a.party_id)) for a in by_party.values()]
    return [by_party[stop.key] for stop in in_order(stops)]


def release(*, round_id: int, creditor_id: int, now: datetime, user_id: int) -> Round:
    """Go out: each stop passes the gate and takes its place in the caps, or stays out with its reason."""
    row = read.round_of(round_id, creditor_id)
    if row is None:
        raise UnusableInput("Esa ruta no existe.")
    if row.state != RoundState.DRAFT:
        return row
    for visit in row.visits.filter(state=VisitState.PLANNED).select_related("account__creditor").order_by("position"):
        _release_one(visit, max(visit.planned_at or now, now), now, user_id)
    row.state, row.released_at = RoundState.RELEASED, now
    row.save(update_fields=["state", "released_at"])
    return row


def _release_one(visit: Visit, at: datetime, now: datetime, user_id: int) -> None:
    try:
        visit.contact = outside.take_slot(visit.account, at, now, user_id)
        visit.state = VisitState.RELEASED
    except Refused as no:
        visit.state, visit.reason, visit.rule = VisitState.REFUSED, no.reason or "", no.rule or ""
    visit.save(update_fields=["state", "contact", "reason", "rule"])


@attrs.frozen
class Found:
    """What the phone tells of a visit. `place`: lat, lon and accuracy in metres."""

    result: str
    happened_at: datetime
    note: str = ""
    place: Mapping[str, float] | None = None
    photo: bytes = b""
    signature: bytes = b""


@transaction.atomic
def report(*, visit_id: int, found: Found, now: datetime, actor: Any = None) -> Proof:
    """Keep what was found. The same visit told twice (a phone that was not sure) is one: the first stays."""
    visit = Visit.objects.select_for_update().select_related("round", "account").get(pk=visit_id)
    before = Proof.objects.filter(visit=visit).first()
    if before is not None:
        return before
    result = RESULTS.get(found.result)
    if result is None:
        raise UnusableInput("Diga qué se encontró: elija un resultado de la lista.")
    if visit.state != VisitState.RELEASED:
        raise Refused("Esta visita no salió en ruta: no hay nada que anotar en ella.")
    for picture in (found.photo, found.signature):
        _is_picture(picture)
    at = min(found.happened_at, now)
    proof = _sealed(visit, found, at, now, actor)
    if result.happened:
        _happened(visit, at, result.reached, result.name)
        _remember_place(visit.party_id, None if result.wrong_address else found.place, now)
        _consequences(visit, result, at)
    elif visit.contact:
        write_visits.free_visit(contact_id=visit.contact)
    visit.state = VisitState.DONE if result.happened else VisitState.NOT_GONE
    visit.save(update_fields=["state"])
    detail = {"result": result.code, "out_of_hours": proof.out_of_hours, "digest": proof.digest}
    audit.record(act="visit_told", actor=actor, kind="account", pk=visit.account_id, detail=detail)
    _close_if_done(visit.round)
    return proof


def _is_picture(data: bytes) -> None:
    if not data:
        return
    if len(data) > PHOTO_MAX:
        raise UnusableInput("La foto pesa más de 6 MB: tómela de nuevo con menos detalle.")
    if not data.startswith(_PICTURES):
        raise UnusableInput("Eso no es una foto: envíe una imagen JPG, PNG o WebP.")


def _sealed(visit: Visit, found: Found, at: datetime, now: datetime, actor: Any) -> Proof:
    key = parties.key_of(visit.party_id)
    if key is None:
        raise Refused("Los datos de esta persona se borraron: ya no se anota nada de ella.")

    def seal(data: bytes) -> bytes | None:
        return vault.seal_bytes(key, data) if data else None

    place = json.dumps(dict(found.place), sort_keys=True).encode() if found.place else b""
    note = " ".join(found.note.split())[:500].encode()
    body = b"\n".join([found.result.encode(), at.isoformat().encode(), note, place, found.photo, found.signature])
    inside = visit.opens is None or visit.closes is None or visit.opens <= at < visit.closes + timedelta(minutes=1)
    return Proof.objects.create(
        visit=visit, result=found.result, happened_at=at, received_at=now, out_of_hours=not inside,
        sealed_note=seal(note), sealed_place=seal(place), sealed_photo=seal(found.photo),
        sealed_signature=seal(found.signature), digest=hashlib.sha256(body).hexdigest(),
        by_id=getattr(actor, "pk", None),
    )  # fmt: skip


def _happened(visit: Visit, at: datetime, reached: bool, note: str) -> None:
    if visit.contact:
        write_visits.tell_visit(contact_id=visit.contact, at=at, direct_contact=reached, note=note)


def _consequences(visit: Visit, result: VisitResult, at: datetime) -> None:
    """An address where the person does not live is used no more; who asks not to be visited is not."""
    if result.wrong_address:
        for point in parties.points([visit.party_id])[visit.party_id]:
            if point.kind == "address":
                parties_write.mark_bounced(point_id=point.pk)
    if result.code == "stop":
        compliance.opt_out(party_id=visit.party_id, channel="visit", at=at, source="person", proof=f"visita {visit.pk}")


def _remember_place(party_id: int, place: Mapping[str, float] | None, now: datetime) -> None:
    """Where the address turned out to be, so that tomorrow's route is shorter."""
    key = parties.key_of(party_id)
    if not place or key is None:
        return
    sealed = vault.seal_bytes(key, json.dumps({"lat": place["lat"], "lon": place["lon"]}).encode())
    Place.objects.update_or_create(party_id=party_id, defaults={"sealed": sealed, "told_at": now})


def _close_if_done(row: Round) -> None:
    if not row.visits.filter(state__in=(VisitState.PLANNED, VisitState.RELEASED)).exists():
        Round.objects.filter(pk=row.pk).update(state=RoundState.CLOSED)
