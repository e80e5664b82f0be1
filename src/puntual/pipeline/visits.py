"""Visits inside the law: the hours of a day in which each may be made, and its place in the caps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

import polars as pl
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.compliance import read as compliance_read
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach import write_visits
from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as receivables
from puntual.core import compliance, reasons
from puntual.core.compliance import GateKnown, GateRules
from puntual.core.errors import Refused
from puntual.core.frames import CANDIDATES
from puntual.core.time import local_date, local_instant
from puntual.core.visits import Window, lawful
from puntual.core.visits.windows import STEP
from puntual.core.workbench.pauses import FOR_A_PERSON, stops_call
from puntual.pipeline import load
from puntual.pipeline.law_in_force import law_in_force

_FIRST, _LAST = time(6, 0), time(22, 0)


def windows(accounts: Sequence[Account], day: date) -> dict[int, tuple[Window, ...]]:
    """account -> the stretches of that day in which the gate allows a visit, half hour by half hour."""
    people = parties.people(a.party_id for a in accounts)
    rows = [
        {**_candidate(account, people[account.party_id], at), "candidate": n * 100 + i}
        for n, account in enumerate(accounts)
        for i, at in enumerate(_half_hours(day, account.creditor.zone))
    ]
    gated = _gate(rows, [a.party_id for a in accounts], day)
    allowed = gated.filter(pl.col("verdict") == "allow")
    by = {n: [] for n in range(len(accounts))}  # type: dict[int, list[datetime]]
    for candidate, at in allowed.select("candidate", "at").iter_rows():
        by[candidate // 100].append(at)
    return {account.pk: lawful(by[n]) for n, account in enumerate(accounts)}


def _half_hours(day: date, zone: str) -> list[datetime]:
    start, end = local_instant(day, _FIRST, zone), local_instant(day, _LAST, zone)
    return [start + STEP * n for n in range((end - start) // STEP)]


def _candidate(account: Account, person: parties.Person, at: datetime) -> dict[str, object]:
    return {
        "party": account.party_id, "creditor": account.creditor_id, "debt": None, "channel": "visit",
        "purpose": "reminder_overdue", "at": at, "country": person.country or None,
        "creditor_country": account.creditor.country, "subdivision": person.subdivision or None,
        "zones": [person.zone] if person.zone else [], "debtor": person.debtor, "recipient": "debtor",
    }  # fmt: skip


def _gate(rows: list[dict[str, object]], party_ids: Sequence[int], day: date) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={n: c.dtype for n, c in CANDIDATES.items()})
    if frame.is_empty():
        return frame.with_columns(verdict=pl.lit("allow"))
    contacts = pl.concat([outreach.contacts_frame_of(pk) for pk in sorted(set(party_ids))])
    known = GateKnown(
        contacts=contacts,
        consents=compliance_read.consents_of_many(party_ids),
        contact_flags=compliance_read.flags_of_many(party_ids, day),
    )
    return compliance.gate(frame, known, GateRules(law_in_force()), frame["at"].min())


def _delicate(holds: pl.DataFrame, party_id: int, day: date) -> str:
    """A situation that a colleague may speak of by telephone, but that nobody takes to somebody's door."""
    mine = holds.filter(
        (pl.col("party") == party_id)
        & pl.col("reason").is_in(list(FOR_A_PERSON))
        & (pl.col("until").is_null() | (pl.col("until") > day))
    )
    return str(mine["reason"][0]) if mine.height else ""


def take_slot(account: Account, at: datetime, now: datetime, user_id: int) -> int:
    """Look at balance, pauses and law for that moment, and take the visit's place in the caps, in one short
    transaction. Refused with reason, rule and citation; then nothing is recorded."""
    with transaction.atomic():
        parties_write.lock_parties(party_ids=[account.party_id])
        day = local_date(at, account.creditor.zone)
        items = [(b.due_item_id, b.open_minor) for b in receivables.open_items(account.pk) if b.open_minor > 0]
        holds = load.holds(day)
        why = _delicate(holds, account.party_id, day) or stops_call(
            items, holds, party=account.party_id, account=account.pk, day=day, asked=False
        )
        if why:
            raise Refused(reasons.sentence(why), reason=why)
        row = {**_candidate(account, parties.person(account.party_id), at), "candidate": 0}
        ruling = _gate([row], [account.party_id], day).row(0, named=True)
        if ruling["verdict"] != "allow":
            cite = f" ({ruling['cite']})" if ruling["cite"] else ""
            raise Refused(reasons.sentence(ruling["reason"]) + cite, reason=ruling["reason"], rule=ruling["rule"] or "")
        contact = write_visits.record_visit(
            party_id=account.party_id, account_id=account.pk, creditor_id=account.creditor_id, at=at, by_id=user_id
        )
        decided = audit.Decided(
            "verdict", account.creditor_id, account.party_id, account.pk, 0, "visit", "allow", reason=ruling["reason"]
        )
        audit.record_decisions(rows=[decided], at=now)
    return contact.pk
