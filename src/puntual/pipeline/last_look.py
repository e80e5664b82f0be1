"""The last look at what is about to leave: balance, pauses and law, as they are at this very moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from puntual.apps.compliance import read as compliance_read
from puntual.apps.outreach import read as outreach_read
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.sending import Verdict
from puntual.apps.parties import read as parties_read
from puntual.core import compliance
from puntual.core.compliance import GateKnown, GateRules
from puntual.core.frames import CANDIDATES, conform
from puntual.core.time import local_date
from puntual.pipeline import answers, compose, load, outdated
from puntual.pipeline.law_in_force import law_in_force


def last_look(rows: Sequence[Outbox], now: datetime) -> dict[int, Verdict]:
    """Balance, pauses and law for each claimed row, as they are at this moment. Rows are of different people."""
    over = outdated.no_longer_so((row.pk, row.template, row.tells) for row in rows)
    owed = compose.still_asked(rows, load.holds(local_date(now, "UTC")), now)
    verdicts: dict[int, Verdict] = {}
    asks = []
    for row in rows:
        if owed.get(row.pk, 0) <= 0 and not answers.asks_no_money(row):
            verdicts[row.pk] = Verdict(False, "withdrawn_paid")
        elif row.pk in over:
            verdicts[row.pk] = Verdict(False, over[row.pk])
        else:
            asks.append(row)
    for row, ruling in zip(asks, gated(asks, now)):
        if ruling["verdict"] == "allow":
            verdicts[row.pk] = Verdict(True, "allowed", pack=str(ruling["pack"] or ""))
        else:
            until = ruling["next_allowed_at"] if ruling["verdict"] == "defer" else None
            verdicts[row.pk] = Verdict(False, ruling["reason"], ruling["rule"] or "", until, str(ruling["pack"] or ""))
    return verdicts


def gated(rows: Sequence[Outbox], now: datetime, planned: pl.DataFrame | None = None) -> list[dict[str, object]]:
    """The gate's word on these rows at this instant. `planned` (outreach.read.HISTORY): contacts that will be, counted
    as if they were."""
    if not rows:
        return []
    ids = [row.party_id for row in rows]
    people = parties_read.people(ids)
    creditors = {c.pk: c for c in parties_read.creditors()}
    points = parties_read.point_states([row.contact_point_id for row in rows])
    candidates = pl.DataFrame(
        [
            {
                "candidate": i, "party": row.party_id, "creditor": row.creditor_id, "debt": None,
                "channel": row.channel,
                "purpose": row.purpose, "at": now, "country": people[row.party_id].country or None,
                "creditor_country": creditors[row.creditor_id].country,
                "subdivision": people[row.party_id].subdivision or None,
                "zones": [people[row.party_id].zone] if people[row.party_id].zone else [],
                "debtor": people[row.party_id].debtor, "recipient": "debtor",
            }
            for i, row in enumerate(rows)
        ],
        schema={n: c.dtype for n, c in CANDIDATES.items()},
    )  # fmt: skip
    history = outreach_read.contacts_frame_of_many(ids)
    known = GateKnown(
        contacts=history if planned is None else pl.concat([history, planned]),
        consents=answers.consents_for(rows, compliance_read.consents_of_many(ids)),
        contact_flags=compliance_read.flags_of_many(ids, local_date(now, "UTC")),
    )
    gated = compliance.gate(conform(candidates, CANDIDATES), known, GateRules(law_in_force()), now)
    rulings = gated.sort("candidate").to_dicts()
    for row, ruling in zip(rows, rulings):
        status = points.get(row.contact_point_id, "active")
        if status != "active" and not answers.closed_may_hear(row):
            reason = "contact_point_silenced" if status == "silenced" else "no_contact_point"
            ruling.update(verdict="deny", reason=reason, rule=None, next_allowed_at=None)
    return rulings
