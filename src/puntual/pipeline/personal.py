"""Everything that is held about a person, for the answer that the law gives them a right to."""

from __future__ import annotations

from typing import Any

from puntual.apps.compliance import read as compliance
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Party
from puntual.apps.portal import read_person as portal
from puntual.apps.receivables import export


def everything(party: Party) -> dict[str, Any]:
    """Who they are, how they are reached, their accounts, consents, situations and contacts."""
    person = parties.person(party.pk)
    return {
        "party": f"per_{party.pk}",
        "name": person.name,
        "tax_id": person.tax_id,
        "debtor": person.debtor,
        "country": person.country,
        "subdivision": person.subdivision,
        "zone": person.zone,
        "language": person.language,
        "contact_points": [
            {"kind": p.kind, "value": p.value, "status": p.status, "role": p.role}
            for p in parties.points([party.pk])[party.pk]
        ],
        "consents": [
            {"channel": c.channel, "status": c.status, "at": c.at, "source": c.source, "basis": c.basis, "text": c.text}
            for c in compliance.consents_of(party.pk)
        ],
        "situations": [
            {"reason": s.reason, "since": s.since, "until": s.until} for s in compliance.situations_of(party.pk)
        ],
        "contacts": [
            {"channel": c.channel, "direction": c.direction, "at": c.at, "purpose": c.purpose}
            for c in outreach.contacts_of(party.pk, limit=10_000)
        ],
        "told_on_their_page": portal.about_party(party.pk),
        "accounts": [export.account(a) for a in party.accounts.select_related("creditor")],
    }
