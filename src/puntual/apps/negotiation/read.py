"""The only reader of promises, deals, disputes and complaints. `holds_frame` is what pauses the daily run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs
import polars as pl
from django.db.models import QuerySet

from puntual.apps import bulk
from puntual.apps.negotiation import judging, records
from puntual.apps.negotiation.choices import DealState, DisputeState, IncentiveState, PromiseState, Source
from puntual.apps.negotiation.models import Complaint, Deal, Dispute, GivenIncentive, Promise, Step
from puntual.apps.parties import read as parties
from puntual.core.errors import UnusableInput
from puntual.core.frames import HOLDS, Column, conform
from puntual.core.negotiation import agreement, dispute, incentive_policy
from puntual.core.negotiation.incentive import Offer

_PROMISES = """
SELECT c.due_item_id AS due_item, p.account_id AS account, a.party_id AS party, 'promise_open' AS reason,
       p.made_on AS made_on, p.promised_on AS promised_on
FROM negotiation_promise p
JOIN negotiation_cover c ON c.promise_id = p.id
JOIN parties_account a ON a.id = p.account_id
WHERE p.state = 'open'
"""
_PROMISE_COLUMNS = {
    "due_item": HOLDS["due_item"],
    "account": HOLDS["account"],
    "party": HOLDS["party"],
    "reason": HOLDS["reason"],
    "made_on": Column(pl.Date, "hecha el"),
    "promised_on": Column(pl.Date, "prometida para el"),
}
_DEALS = """
SELECT c.due_item_id AS due_item, d.account_id AS account, a.party_id AS party, 'agreement_current' AS reason,
       i.due_on AS due_on
FROM negotiation_deal d
JOIN negotiation_cover c ON c.deal_id = d.id
JOIN negotiation_instalment i ON i.deal_id = d.id
JOIN parties_account a ON a.id = d.account_id
WHERE d.state = 'current'
"""
_DISPUTES = """
SELECT d.due_item_id AS due_item, d.account_id AS account, a.party_id AS party, 'dispute_open' AS reason,
       d.disputed_minor - d.credited_minor AS held_minor, NULL AS until, NULL AS remind_on
FROM negotiation_dispute d JOIN parties_account a ON a.id = d.account_id
WHERE d.state IN ({states}) AND d.disputed_minor > d.credited_minor
"""
_COMPLAINTS = """
SELECT c.due_item_id AS due_item, c.account_id AS account, a.party_id AS party, 'complaint_open' AS reason,
       NULL AS held_minor, NULL AS until, NULL AS remind_on
FROM negotiation_complaint c JOIN parties_account a ON a.id = c.account_id
WHERE c.state IN ({states})
"""


def holds_frame(as_of: date) -> pl.DataFrame:
    """Everything here that pauses reminders (frames.HOLDS), with the one day on which each may be reminded.

    An open promise or a current deal holds until it is judged, so a bank that is not up to date never starts a
    reminder.
    """
    promises = bulk.read_frame(_PROMISES, _PROMISE_COLUMNS)
    day_before = pl.col("promised_on").dt.offset_by("-1d")
    promises = promises.with_columns(remind_on=pl.when(day_before > pl.col("made_on")).then(day_before))
    frames = [promises, _deal_holds(as_of)]
    frames.append(bulk.read_frame(_DISPUTES.format(states=_quoted(dispute.PAUSING)), HOLDS))
    frames.append(bulk.read_frame(_COMPLAINTS.format(states=_quoted(dispute.COMPLAINT_OPEN)), HOLDS))
    return pl.concat([conform(frame, HOLDS) for frame in frames])


def _deal_holds(as_of: date) -> pl.DataFrame:
    """One row per covered due item: reminded the day before the next instalment."""
    columns = {**{n: _PROMISE_COLUMNS[n] for n in ("due_item", "account", "party", "reason")}}
    rows = bulk.read_frame(_DEALS, {**columns, "due_on": Column(pl.Date, "vence el pago")})
    upcoming = pl.col("due_on").filter(pl.col("due_on") > as_of).min()
    held = rows.group_by(list(columns)).agg(upcoming.alias("next_on"))
    return held.with_columns(remind_on=pl.col("next_on").dt.offset_by("-1d")).sort("due_item")


def _quoted(states: frozenset[str]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


def open_promises(account_id: int) -> list[Promise]:
    rows = Promise.objects.filter(account_id=account_id, state=PromiseState.OPEN)
    return list(rows.prefetch_related("covers").order_by("promised_on"))


def promises_of(account_id: int) -> list[Promise]:
    """Every promise of an account, newest first."""
    return list(Promise.objects.filter(account_id=account_id).prefetch_related("covers").order_by("-created_at"))


def promises(creditor_id: int, state: str = "", since: date | None = None) -> QuerySet[Promise]:
    """For screens: the promises of a creditor by state, those for the soonest day first."""
    rows = Promise.objects.filter(creditor_id=creditor_id).prefetch_related("covers")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(promised_on__gte=since) if since else rows
    return rows.order_by("promised_on", "pk")


def deals_of(account_id: int) -> list[Deal]:
    """Every agreement and settlement of an account, newest first."""
    rows = Deal.objects.filter(account_id=account_id).prefetch_related("covers", "instalments")
    return list(rows.order_by("-created_at"))


def deals(creditor_id: int, state: str = "") -> QuerySet[Deal]:
    rows = Deal.objects.filter(creditor_id=creditor_id).prefetch_related("covers", "instalments")
    return (rows.filter(state=state) if state else rows).order_by("-created_at")


def deal(pk: int) -> Deal:
    return Deal.objects.prefetch_related("covers", "instalments").get(pk=pk)


def instalment_statuses(
    row: Deal, as_of: date, bank_through: date | None, rules: agreement.AgreementRules | None = None
) -> tuple[agreement.InstalmentStatus, ...]:
    """How each instalment of an accepted agreement stands today; empty before its acceptance."""
    if row.accepted_on is None:
        return ()
    cash = judging.read_books([row], bank_through).cash(row)
    value = records.agreement_value(row)
    paid = cash.total(row.accepted_on, as_of, as_of)
    return agreement.statuses(value, paid, rules or agreement.AgreementRules(), as_of)


def disputes_of(account_id: int) -> list[Dispute]:
    return list(Dispute.objects.filter(account_id=account_id).order_by("-created_at"))


def disputes(creditor_id: int, *, open_only: bool = True) -> QuerySet[Dispute]:
    """Those nearest to their deadline first."""
    rows = Dispute.objects.filter(creditor_id=creditor_id)
    done = (DisputeState.TOLD, DisputeState.WITHDRAWN)
    return (rows.exclude(state__in=done) if open_only else rows).order_by("deadline_on", "pk")


def complaints(creditor_id: int, *, open_only: bool = True) -> QuerySet[Complaint]:
    rows = Complaint.objects.filter(creditor_id=creditor_id)
    return (rows.filter(state__in=dispute.COMPLAINT_OPEN) if open_only else rows).order_by("deadline_on", "pk")


def steps_of(row: Promise | Deal | Dispute | Complaint) -> list[Step]:
    """What became of it, in order."""
    return list(row.steps.order_by("pk"))


def words_of(row: Dispute | Complaint) -> tuple[str, str]:
    """What the person said and what was answered, unsealed."""
    key = parties.key_of(records.party_of(row.account_id))
    answer = row.sealed_outcome if isinstance(row, Dispute) else row.sealed_answer
    return parties.vault.unseal(key, row.sealed_text), parties.vault.unseal(key, answer)


def outcome_of(dispute_id: int) -> str:
    """What was answered to a dispute; empty when there is none any more."""
    row = Dispute.objects.filter(pk=dispute_id).first()
    return words_of(row)[1] if row is not None and row.sealed_outcome else ""


@attrs.frozen
class Kept:
    """How an account keeps its promises: for scores and for the person who talks with them."""

    kept: int
    broken: int
    open: int


def record_of(account_ids: Sequence[int], as_of: date, days: int = 365) -> dict[int, Kept]:
    """account -> its promises of the last `days`."""
    found = {pk: Kept(0, 0, 0) for pk in account_ids}
    since = as_of - timedelta(days=days)
    for piece in bulk.chunks(sorted(set(account_ids))):
        rows = Promise.objects.filter(account_id__in=piece, promised_on__gte=since)
        for account, state in rows.values_list("account_id", "state"):
            if state in ("kept", "broken", "open"):
                found[account] = attrs.evolve(found[account], **{state: getattr(found[account], state) + 1})
    return found


def current_agreements(creditor_id: int) -> list[Deal]:
    """The agreements that are being paid, for whoever charges their instalments."""
    rows = Deal.objects.filter(creditor_id=creditor_id, state=DealState.CURRENT, kind="agreement")
    return list(rows.prefetch_related("covers", "instalments").order_by("pk"))


def current_deal(account_id: int) -> Deal | None:
    rows = Deal.objects.filter(account_id=account_id, state=DealState.CURRENT)
    return rows.prefetch_related("covers", "instalments").first()


def waiting_deal(account_id: int, on: date) -> Deal | None:
    """The offer that waits for the customer's yes, or the proposal that waits for ours; none once it expired."""
    states = (DealState.OFFERED, DealState.TO_APPROVE)
    rows = Deal.objects.filter(account_id=account_id, state__in=states, expires_on__gte=on).order_by("-pk")
    return rows.prefetch_related("covers", "instalments").first()


def replans_of(account_id: int) -> int:
    """How often the person changed the own plan from the own page, in the chain of what stands today."""
    row, count = current_deal(account_id), 0
    while row is not None and row.replaces_id:
        count += row.source == Source.PORTAL
        row = row.replaces
    return count


def incentives_of(account_id: int) -> list[GivenIncentive]:
    """What an account was offered, newest first."""
    return list(GivenIncentive.objects.filter(account_id=account_id).prefetch_related("covers").order_by("-created_at"))


def standing_incentive(account_id: int, as_of: date) -> GivenIncentive | None:
    """The one that may still be earned: shown on the page and in messages."""
    rows = GivenIncentive.objects.filter(account_id=account_id, state=IncentiveState.OFFERED, through__gte=as_of)
    return rows.order_by("through").first()


def incentives_since(account_ids: Sequence[int], since: datetime) -> dict[int, list[GivenIncentive]]:
    """account -> what it was offered since then, newest first."""
    found: dict[int, list[GivenIncentive]] = {}
    for piece in bulk.chunks(sorted(set(account_ids))):
        rows = GivenIncentive.objects.filter(account_id__in=piece, created_at__gt=since)
        for row in rows.order_by("-created_at"):
            found.setdefault(row.account_id, []).append(row)
    return found


def with_current_deal(account_ids: Sequence[int]) -> frozenset[int]:
    """Of these accounts, those with an agreement or settlement in force."""
    found: set[int] = set()
    for piece in bulk.chunks(sorted(set(account_ids))):
        rows = Deal.objects.filter(account_id__in=piece, state=DealState.CURRENT)
        found.update(rows.values_list("account_id", flat=True))
    return frozenset(found)


def offers_of(
    account_id: int, policy_rows: Sequence[Mapping[str, Any]], segment: str, as_of: date
) -> tuple[Offer, ...]:
    """What the policy's incentives give this account today over everything it owes. Nothing is written."""
    try:
        cover = records.covered(account_id, ())
    except UnusableInput:
        return ()
    late = (as_of - min(b.due_on for b in cover.items)).days
    written = incentive_policy.read(policy_rows)
    return incentive_policy.offers(written, debt=cover.debt, segment=segment, days_past_due=late, as_of=as_of)
