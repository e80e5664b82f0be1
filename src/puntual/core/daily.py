"""The heart: from what is known to what is decided, for one collection day. Pure; the same lines run at night, for the
debtor's page, in a simulation and for the model's training table.

    position  who owes what, how late           core/ledger/position.py
    scored    history, situation, probabilities core/segments (joined in when a scorer is bound)
    wanted    what the policy asks for          core/policy/due.py
    gated     what the law allows, and when     core/compliance
    planned   the channel that goes, per account, with its reason, rule and instant

`planning.choose` then picks over the whole, within people, lines and money.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs
import polars as pl

from puntual.core import compliance, ledger, policy
from puntual.core.channels import choice, learnt, order
from puntual.core.frames import CANDIDATES, Column, Schema
from puntual.core.policy.due import WANTED, PolicyInForce
from puntual.core.time import check_aware, local_date, local_instant


@attrs.frozen(eq=False)
class Known:
    """Everything known of a partition of parties, as frames (core/frames.py). Contacts and consents cover every
    creditor."""

    entries: pl.DataFrame
    accounts: pl.DataFrame
    parties: pl.DataFrame
    contact_points: pl.DataFrame
    contacts: pl.DataFrame
    consents: pl.DataFrame
    holds: pl.DataFrame
    products: pl.DataFrame | None = None
    contact_flags: pl.DataFrame | None = None
    #: account, p_late and cell (its segment by the visible rules), where a policy asks for them.
    scores: pl.DataFrame | None = None
    #: By which channel and when each person prefers to be written to (core.channels.choice.PREFERENCES).
    preferences: pl.DataFrame | None = None
    #: By which channels the last message of a person did not arrive (core.channels.order.UNDELIVERED).
    undelivered: pl.DataFrame | None = None
    #: How people answered by channel and part of the day (core.segments.contactability.CELLS), where a policy learns.
    answers: pl.DataFrame | None = None


@attrs.frozen(eq=False)
class CreditorRules:
    """What one creditor wants: its policies by account policy id (None is the default one), country and zone."""

    creditor: int
    country: str
    zone: str
    policies: Mapping[int | None, PolicyInForce]
    #: The channels by which it can send; None: by any that its policies name.
    channels: frozenset[str] | None = None


@attrs.frozen(eq=False)
class Rules:
    """What the law and the creditors say."""

    law: Any
    creditors: tuple[CreditorRules, ...]


DECISION: Schema = {
    **WANTED,
    "verdict": Column(pl.String, "allow, defer, deny o skip", choices=("allow", "defer", "deny", "skip")),
    "channel": Column(pl.String, "canal elegido", null=True),
    "contact_point": Column(pl.Int64, "punto de contacto", null=True),
    "at": Column(pl.Datetime("us", "UTC"), "cuándo saldría", null=True),
    "rule": Column(pl.String, "regla de la norma", null=True),
    "cite": Column(pl.String, "cita", null=True),
    "pack": Column(pl.String, "norma y versión", null=True),
    "warnings": Column(pl.List(pl.String), "avisos"),
    "next_allowed_at": Column(pl.Datetime("us", "UTC"), "cuándo se puede", null=True),
    "propensity": Column(pl.Float64, "probabilidad con que se eligió, donde se aprende", null=True),
    "offered": Column(pl.String, "entre qué se eligió; lo primero, lo que haría la política sola", null=True),
}


def decide(*, known: Known, rules: Rules, as_of: datetime) -> pl.DataFrame:
    """One row per account with something open: act, defer, deny or skip, each with its reason (columns of DECISION)."""
    check_aware(as_of)
    parts = [_decide_one(known, creditor, rules, as_of) for creditor in rules.creditors]
    parts = [part for part in parts if part.height]
    if not parts:
        return pl.DataFrame(schema={name: spec.dtype for name, spec in DECISION.items()})
    return pl.concat(parts)


def _decide_one(known: Known, creditor: CreditorRules, rules: Rules, as_of: datetime) -> pl.DataFrame:
    day = local_date(as_of, creditor.zone)
    mine = pl.col("creditor") == creditor.creditor
    position = ledger.position(known.entries.filter(mine), day)
    if known.products is not None:
        position = position.join(known.products, on="due_item", how="left")
    if known.scores is not None:
        position = position.join(known.scores, on="account", how="left")
    said = known.contacts.filter(mine & (pl.col("direction") == "out") & pl.col("account").is_not_null()).select(
        "account", on=pl.col("at").dt.convert_time_zone(creditor.zone).dt.date()
    )
    wanted = policy.due(position, known.accounts.filter(mine), said, known.holds, creditor.policies, day)
    candidates = _candidates(wanted, known, creditor, day, as_of)
    asks = pl.col("channel") == "task"
    gated = compliance.gate(candidates.filter(~asks), known, rules, as_of)
    # A task asks one of our own people to decide: it contacts nobody, so there is nothing for the law to say.
    tasks = candidates.filter(asks).with_columns(verdict=pl.lit("allow"), reason=pl.lit("decision_needed"))
    return _planned(wanted, pl.concat([gated, tasks], how="diagonal"), day, creditor, known.answers)


def _candidates(
    wanted: pl.DataFrame, known: Known, creditor: CreditorRules, day: date, as_of: datetime
) -> pl.DataFrame:
    """One candidate per wanted account and channel of its step, with the best usable contact point of the person."""
    channels = _channel_table(creditor.policies)
    usable = (
        known.contact_points.filter(pl.col("status") == "active")
        .sort("party", "channel", "rank", "contact_point")
        .unique(["party", "channel"], keep="first", maintain_order=True)
        .select("party", "channel", "contact_point")
    )
    rows = (
        wanted.filter("wanted")
        .select("account", "party", "creditor", "purpose", "policy_version", "step_index")
        .join(channels, on=["policy_version", "step_index"])
    )
    rows = choice.preferred_first(choice.sendable(rows, creditor.channels), known.preferences)
    rows = order.undelivered_last(rows, known.undelivered)
    learns = known.answers is not None
    rows = learnt.with_hours(rows, creditor.policies if learns else {})
    rows = rows.join(usable, on=["party", "channel"], how="left").filter(
        pl.col("contact_point").is_not_null() | (pl.col("channel") == "task")
    )
    rows = rows.join(known.parties.select("party", "country", "subdivision", "zones", "debtor"), on="party", how="left")
    hours = {p.version: p.policy.hour for p in creditor.policies.values()}
    zoned = _with_instants(rows, hours, creditor, day, as_of)
    return zoned.with_columns(
        candidate=pl.int_range(pl.len(), dtype=pl.Int64),
        debt=pl.lit(None, dtype=pl.Int64),
        creditor_country=pl.lit(creditor.country),
        recipient=pl.lit("debtor"),
    ).select([*CANDIDATES.keys(), "account", "contact_point", "order", "hour", "zone", "policy_version"])


def _channel_table(policies: Mapping[int | None, PolicyInForce]) -> pl.DataFrame:
    rows = {
        (p.version, number, order): channel
        for p in policies.values()
        for number, step in enumerate(p.policy.steps)
        for order, channel in enumerate(step.channels)
    }
    return pl.DataFrame(
        [(*key, channel) for key, channel in rows.items()],
        schema={"policy_version": pl.Int64, "step_index": pl.Int32, "order": pl.Int32, "channel": pl.String},
        orient="row",
    )


def _with_instants(
    rows: pl.DataFrame, hours: Mapping[int, Any], creditor: CreditorRules, day: date, as_of: datetime
) -> pl.DataFrame:
    """Adds `at`: the policy's hour on that day in the person's own zone (the creditor's if unknown), within the hours
    that the person prefers, never before now."""
    zone = pl.col("zones").list.first().fill_null(creditor.zone)
    rows = rows.with_columns(zone=zone)
    keys = ["zone", "policy_version", "hour_from", "hour_to", "hour"]
    now = check_aware(as_of)
    table = [
        (z, v, a, b, h, learnt.instant(day, h, z, now) if h is not None
         else max(now, local_instant(day, choice.hour_within(hours[v], a, b), z)))
        for z, v, a, b, h in rows.select(keys).unique().iter_rows()
    ]  # fmt: skip
    schema: dict[str, Any] = {"zone": pl.String, "policy_version": pl.Int64, "hour_from": pl.Int32, "hour_to": pl.Int32,
                              "hour": pl.Int32, "at": pl.Datetime("us", "UTC")}  # fmt: skip
    instants = pl.DataFrame(table, schema=schema, orient="row")
    return rows.join(instants, on=keys, nulls_equal=True).filter(pl.col("at").is_not_null())


def _planned(
    wanted: pl.DataFrame, gated: pl.DataFrame, day: date, creditor: CreditorRules, answers: pl.DataFrame | None
) -> pl.DataFrame:
    """The channel that goes for each wanted account: the first allowed in the policy's order (or, where the policy
    learns, one picked among those allowed), else the soonest deferred, else the first refusal; an account without any
    usable contact point is skipped with that reason."""
    end = local_instant(day + timedelta(days=1), datetime.min.time(), creditor.zone)
    # A deferral that opens again today is simply a later hour of today.
    later_today = (pl.col("verdict") == "defer") & (pl.col("next_allowed_at") < end)
    gated = gated.with_columns(
        verdict=pl.when(later_today).then(pl.lit("allow")).otherwise("verdict"),
        at=pl.when(later_today).then("next_allowed_at").otherwise("at"),
        deferred=later_today.fill_null(False),
    )
    rank = pl.col("verdict").replace_strict({"allow": 0, "defer": 1, "deny": 2}, return_dtype=pl.Int8)
    # Other hours than the policy's are for learning alone: without it, or deferred, they say nothing.
    best = (
        gated.filter(pl.col("hour").is_null())
        .with_columns(rank=rank)
        .sort("account", "rank", "order")
        .unique("account", keep="first", maintain_order=True)
    ).with_columns(propensity=pl.lit(None, dtype=pl.Float64), offered=pl.lit(None, dtype=pl.String))
    law = ["verdict", "channel", "contact_point", "at", "rule", "cite", "pack", "warnings", "next_allowed_at",
           "propensity", "offered"]  # fmt: skip
    lawful = (pl.col("verdict") == "allow") & (pl.col("hour").is_null() | ~pl.col("deferred"))
    # Only what the choice looks at: options are many, and their reasons and citations are long.
    options = gated.lazy().filter(lawful).select("candidate", *learnt.LOOKED_AT).collect()
    chance = learnt.chosen(options, answers, creditor.policies, f"aprende:{creditor.creditor}:{day}")
    if chance is not None:
        picked = gated.join(chance.select("candidate", "propensity", "offered"), on="candidate", how="inner")
        rest = best.join(picked, on="account", how="anti")
        best = pl.concat([rest.select("account", "reason", *law), picked.select("account", "reason", *law)])
    rows = wanted.join(best.select("account", *law, law_reason="reason"), on="account", how="left")
    nowhere = pl.col("wanted") & pl.col("verdict").is_null()
    decision = (pl.col("channel") == "task").fill_null(False)
    return rows.with_columns(
        reason=pl.when(nowhere)
        .then(pl.lit("no_contact_point"))
        .when(decision)
        .then(pl.lit("decision_needed"))
        .when(pl.col("verdict").is_in(["defer", "deny"]))
        .then("law_reason")
        .otherwise("reason"),
        verdict=pl.col("verdict").fill_null("skip"),
        warnings=pl.col("warnings").fill_null([]),
    ).select(DECISION.keys())
