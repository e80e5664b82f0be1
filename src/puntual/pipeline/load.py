"""Load: everything that is known, as frames. Columns straight from the database; nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

from puntual.apps.clients import read as clients
from puntual.apps.compliance import read as compliance
from puntual.apps.escalation import read_legal as legal
from puntual.apps.inbox import read as inbox
from puntual.apps.inbox import read_holds as inbox_holds
from puntual.apps.inbox.choices import Adapter
from puntual.apps.negotiation import read as negotiation
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.payments import read as payments
from puntual.apps.policies import read as policies
from puntual.apps.portal import read as portal
from puntual.apps.receivables import read as receivables
from puntual.apps.segments import read as segments
from puntual.apps.segments import read_answers
from puntual.apps.segments import read_experiments as experiments
from puntual.core.daily import CreditorRules, Known, Rules
from puntual.core.frames import (
    ACCOUNTS,
    CONSENTS,
    CONTACT_POINTS,
    CONTACTS,
    ENTRIES,
    HOLDS,
    PARTIES,
    check_frame,
    conform,
)
from puntual.core.policy import PolicyInForce
from puntual.core.time import local_date
from puntual.pipeline.law_in_force import law_in_force

#: No rule of any pack looks further back; policies look at whatever was said since a step came due.
HISTORY_DAYS = 400


def rules_for(
    creditors: Sequence[Creditor], as_of: datetime, policy_override: dict[int | None, PolicyInForce] | None = None
) -> Rules:
    """Law packs and the policies in force at that instant."""
    return Rules(
        law=law_in_force(),
        creditors=tuple(
            CreditorRules(c.pk, c.country, c.zone, policy_override or policies.in_force(c.pk, as_of), channels_of(c))
            for c in creditors
        ),
    )


def channels_of(creditor: Creditor) -> frozenset[str]:
    """The channels by which a creditor's messages leave: mail always (to files while there is no server), WhatsApp at
    least as a prepared message, SMS and voice with an account that carries them."""
    account = inbox.channel_account(creditor.pk, "sms")
    speaks = creditor.test_mode or (account is not None and account.adapter == Adapter.TWILIO)
    return frozenset({"email", "whatsapp"} | ({"sms"} if account else set()) | ({"voice"} if speaks else set()))


def known_at(*, creditor: Creditor, as_of: datetime, from_entries: bool = False) -> Known:
    """What is known of one creditor's accounts, with contacts and consents over every creditor.

    From the projection (entries brought forward) for the present; from every entry when `as_of` is past or asked.
    """
    day = local_date(as_of, creditor.zone)
    entries = (
        receivables.entries_frame(creditor_id=creditor.pk, until=day)
        if from_entries
        else receivables.brought_forward(as_of=day, creditor_id=creditor.pk)
    )
    contacts = outreach.contacts_frame(since=as_of - timedelta(days=HISTORY_DAYS)).filter(pl.col("at") <= as_of)
    learns = any(p.policy.learning.chooses for p in policies.in_force(creditor.pk, as_of).values())
    return Known(
        entries=check_frame(entries, ENTRIES, "entries"),
        accounts=check_frame(_accounts(creditor, day), ACCOUNTS, "accounts"),
        parties=check_frame(parties.parties_frame(), PARTIES, "parties"),
        contact_points=check_frame(parties.contact_points_frame(), CONTACT_POINTS, "contact_points"),
        contacts=check_frame(contacts, CONTACTS, "contacts"),
        consents=check_frame(compliance.consents_frame(), CONSENTS, "consents"),
        holds=holds(day) if from_entries else pl.concat([holds(day), conform(segments.relations_frame(), HOLDS)]),
        products=receivables.products_frame(creditor_id=creditor.pk) if _asks_products(creditor, as_of) else None,
        contact_flags=compliance.flags_frame(day),
        # What is scored is of today: a day of the past is decided without it.
        scores=None if from_entries else segments.conditions_frame(creditor.pk),
        preferences=None if from_entries else portal.preferences_frame(),
        answers=read_answers.answers_frame(creditor, day) if learns and not from_entries else None,
        undelivered=None if from_entries else outreach.undelivered_frame(since=as_of - timedelta(days=30)),
    )


def _accounts(creditor: Creditor, day: date) -> pl.DataFrame:
    """Accounts with the policy that each follows: its own, or the one that an experiment drew for it."""
    accounts = receivables.accounts_frame(creditor_id=creditor.pk)
    drawn = experiments.challenger_frame(creditor.pk, day)
    if drawn.is_empty():
        return accounts
    joined = accounts.join(drawn, on="account", how="left", maintain_order="left")
    return joined.with_columns(policy=pl.coalesce("policy", "challenger")).drop("challenger")


def holds(day: date) -> pl.DataFrame:
    """Everything that pauses reminders, from every app that knows of a pause."""
    frames = [
        compliance.situations_frame(),
        negotiation.holds_frame(day),
        payments.stale_holds_frame(day),
        portal.claims_holds_frame(),
        inbox_holds.holds_frame(day),
        clients.holds_frame(),
        legal.holds_frame(),
        experiments.holds_frame(day),
    ]
    return check_frame(pl.concat([conform(frame, HOLDS) for frame in frames]), HOLDS, "holds")


def _asks_products(creditor: Creditor, as_of: datetime) -> bool:
    bound = policies.in_force(creditor.pk, as_of).values()
    return any(step.condition.products for p in bound for step in p.policy.steps)
