"""The only reader of consents and situations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db.models import Exists, OuterRef, Q, QuerySet

from puntual.apps import bulk
from puntual.apps.compliance import read_law, soft
from puntual.apps.compliance.models import Consent, PartyFlag, Situation, SoftValue
from puntual.apps.parties.models import Account
from puntual.core.compliance import CONTACT_FLAGS
from puntual.core.compliance.rulebook import Rule
from puntual.core.frames import CONSENTS, HOLDS
from puntual.law.loader import load_law


def consents_frame() -> pl.DataFrame:
    """Every grant and withdrawal of everybody (frames.CONSENTS): the gate judges which one rules."""
    return bulk.read_frame("SELECT party_id AS party, channel, status, at, source FROM compliance_consent", CONSENTS)


def situations_frame() -> pl.DataFrame:
    """Situations that stop automation, as holds over the whole person (frames.HOLDS)."""
    return bulk.read_frame(
        "SELECT NULL AS due_item, NULL AS account, party_id AS party, reason, NULL AS held_minor, until, "
        "NULL AS remind_on FROM compliance_situation",
        HOLDS,
    )


def consents_of(party_id: int) -> list[Consent]:
    """The register of one person, newest first."""
    return list(Consent.objects.filter(party_id=party_id).order_by("-at", "-pk"))


def standing_of(party_id: int) -> list[Consent]:
    """The register without what was misread: acts that were really the person's, or somebody's, newest first."""
    rows = consents_of(party_id)
    never = {(row.channel, row.proof) for row in rows if row.status == "misread"}
    return [
        row
        for row in rows
        if row.status != "misread" and not (row.status == "withdrawn" and (row.channel, row.proof) in never)
    ]


def withdrawn_by(*, proofs: Iterable[str], at: datetime) -> list[Consent]:
    """The withdrawals that one message brought, over everybody: by its proof and its instant."""
    found = Consent.objects.filter(proof__in=[p for p in proofs if p], at=at, status="withdrawn")
    return list(found.order_by("pk"))


#: SQL: the withdrawal of the alias `{0}` was really asked for; nobody found later that it had been misread.
REALLY_ASKED = (
    "NOT EXISTS (SELECT 1 FROM compliance_consent m WHERE m.party_id = {0}.party_id AND m.status = 'misread' "
    "AND m.channel = {0}.channel AND m.proof = {0}.proof)"
)


def final_stop(country: str, day: date) -> Rule | None:
    """The rule of that country by which a stop, however doubtful its words, is lifted by the person alone. A country
    without a norm has none."""
    if country not in read_law.countries():
        return None
    rules = load_law([country], soft_overrides()).packs[country].rules
    return next((r for r in rules if r.kind == "opt_out" and r.data.get("final") and r.applies.on(day)), None)


def situations_of(party_id: int) -> list[Situation]:
    return list(Situation.objects.filter(party_id=party_id).order_by("-since"))


def consents_of_many(party_ids: Iterable[int]) -> pl.DataFrame:
    """The register of a few people (frames.CONSENTS), for the gate at the moment of a send."""
    wanted = sorted(set(party_ids))
    marks = ", ".join(["%s"] * len(wanted))
    return bulk.read_frame(
        f"SELECT party_id AS party, channel, status, at, source FROM compliance_consent WHERE party_id IN ({marks})",
        CONSENTS,
        tuple(wanted),
    )


def soft_overrides() -> dict[str, dict[str, Any]]:
    """The soft values that this installation changed, as `load_law` takes them."""
    return soft.overrides(soft.in_force())


def review_of(pack: str) -> SoftValue | None:
    """Who answers for a norm here, while its version is the one that was read."""
    row = SoftValue.objects.filter(pack=pack, rule="", field=soft.REVIEWER, ended_at=None).last()
    return row if row is not None and row.value["version"] == soft.version_of(pack) else None


def reviewer_of(label: str) -> str:
    """Who answers for the norms of a verdict («CO 2026.11.0», several joined by «+»); empty if any is unsigned."""
    here = soft_overrides()
    found = [
        str(here.get(code, {}).get("reviewer") or read_law.file_reviewer(code))
        for part in label.split("+")
        if part.split() and (code := part.split()[0]) in read_law.countries()
    ]
    return ", ".join(found) if found and all(found) else ""


def reviewed() -> frozenset[str]:
    """The countries whose norm a lawyer has signed, here or in its file."""
    here = soft_overrides()
    return frozenset(c for c in read_law.countries() if here.get(c, {}).get("reviewer") or read_law.file_reviewer(c))


def soft_values(*, pack: str | None = None) -> list[SoftValue]:
    """The changes that rule now, newest first."""
    rows = SoftValue.objects.filter(ended_at=None).exclude(rule="").select_related("by").order_by("-pk")
    return list(rows.filter(pack=pack) if pack else rows)


def flags_frame(day: date) -> pl.DataFrame:
    """The circumstances that hold on a day (compliance.CONTACT_FLAGS)."""
    return bulk.read_frame(
        "SELECT party_id AS party, flag FROM compliance_partyflag "
        f"WHERE since <= '{day.isoformat()}' AND (until IS NULL OR until > '{day.isoformat()}')",
        CONTACT_FLAGS,
    )


def flags_of_many(party_ids: Iterable[int], day: date) -> pl.DataFrame:
    """The circumstances of a few people, for the gate at the moment of a send."""
    return _flags(PartyFlag.objects.filter(party_id__in=sorted(set(party_ids))), day)


def _flags(rows: Any, day: date) -> pl.DataFrame:
    held = rows.filter(since__lte=day).filter(Q(until=None) | Q(until__gt=day)).values_list("party_id", "flag")
    return pl.DataFrame(list(held), schema={n: c.dtype for n, c in CONTACT_FLAGS.items()}, orient="row")


def party_flags(party_id: int) -> list[PartyFlag]:
    """Every circumstance noted of a person, newest first."""
    return list(PartyFlag.objects.filter(party_id=party_id).order_by("-since", "-pk"))


def register(
    *, creditor_id: int, channel: str = "", status: str = "", parties: Iterable[int] | None = None
) -> QuerySet[Consent]:
    """The acts of everybody who is a customer of that creditor, newest first."""
    rows = Consent.objects.filter(
        Exists(Account.objects.filter(party_id=OuterRef("party_id"), creditor_id=creditor_id))
    )
    if channel:
        rows = rows.filter(channel=channel)
    if status:
        rows = rows.filter(status=status)
    if parties is not None:
        rows = rows.filter(party_id__in=list(parties))
    return rows.order_by("-pk")
