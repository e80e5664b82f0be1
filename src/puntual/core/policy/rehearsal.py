"""A policy rehearsed against the law: one invented customer per weekday of due date, contacted step by step as it says.

What the gate would refuse or put off because of the policy itself (caps, spacing, channel, hour) is a finding.
Put-offs by a weekend or a holiday are not: the run moves those by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs
import polars as pl

from puntual.core import compliance
from puntual.core.compliance import GateKnown, GateRules
from puntual.core.frames import CANDIDATES, CONSENTS, CONTACTS
from puntual.core.policy.document import Policy, Step
from puntual.core.time import local_instant

#: Why a refusal is the policy's own doing. A closed hour is, when it is closed for every weekday.
_OF_THE_POLICY = {
    "frequency_cap", "spacing", "channel_exclusivity", "forbidden_channel", "forbidden_recipient", "never_allowed",
}  # fmt: skip
WEEK = 7


@attrs.frozen
class Finding:
    """One thing that the law would not let this policy do as it is written."""

    step: str
    channel: str
    reason: str
    rule: str | None
    cite: str | None
    text: str


def rehearse(policy: Policy, law: Any, *, country: str, zone: str, debtor: str, monday: date) -> list[Finding]:
    """Findings of a policy for one kind of debtor. `monday`: a week without holidays to begin in."""
    if policy.do_nothing:
        return []
    found: list[Finding] = []
    said = pl.DataFrame(schema={n: c.dtype for n, c in CONTACTS.items()})
    for step in policy.steps:
        if step.is_task:
            continue
        verdicts = _ask(policy, step, law, country, zone, debtor, monday, said)
        found += _findings(step, verdicts)
        said = pl.concat([said, _said(verdicts)])
    return found


def _ask(
    policy: Policy, step: Step, law: Any, country: str, zone: str, debtor: str, monday: date, said: pl.DataFrame
) -> pl.DataFrame:
    rows: list[Mapping[str, Any]] = []
    for party in range(WEEK):
        day = monday + timedelta(days=party + step.day)
        rows.append(
            {
                "candidate": party, "party": party, "creditor": 0, "debt": None, "channel": step.channels[0],
                "purpose": _purpose(step.day), "at": local_instant(day, policy.hour, zone), "country": country,
                "creditor_country": country, "subdivision": None, "zones": [zone], "debtor": debtor,
                "recipient": "debtor",
            }
        )  # fmt: skip
    candidates = pl.DataFrame(rows, schema={n: c.dtype for n, c in CANDIDATES.items()})
    early: datetime = local_instant(monday - timedelta(days=400), policy.hour, zone)
    consents = pl.DataFrame(
        {"party": list(range(WEEK)), "channel": ["*"] * WEEK, "status": ["granted"] * WEEK, "at": [early] * WEEK,
         "source": ["person"] * WEEK},
        schema={n: c.dtype for n, c in CONSENTS.items()},
    )  # fmt: skip
    gated: pl.DataFrame = compliance.gate(candidates, GateKnown(said, consents), GateRules(law), rows[0]["at"])
    return gated


def _purpose(day: int) -> str:
    return "reminder_preventive" if day <= 0 else "reminder_overdue" if day <= 30 else "collection"


def _findings(step: Step, verdicts: pl.DataFrame) -> list[Finding]:
    bad = verdicts.filter(pl.col("reason").is_in(list(_OF_THE_POLICY)))
    shut = verdicts.filter(pl.col("reason") == "outside_window")
    if shut.height == WEEK:
        bad = pl.concat([bad, shut])
    firsts = bad.unique(["reason", "rule"], keep="first", maintain_order=True)
    return [
        Finding(step.id, row["channel"], row["reason"], row["rule"], row["cite"], f"{step.id} (día {step.day:+d})")
        for row in firsts.iter_rows(named=True)
    ]


def _said(verdicts: pl.DataFrame) -> pl.DataFrame:
    """What would have been said: at its hour (a weekend or holiday is nobody's fault), or when a limit opens again."""
    went = verdicts.filter(pl.col("verdict") != "deny")
    limited = (pl.col("verdict") == "defer") & ~pl.col("reason").is_in(["outside_window", "holiday"])
    at = pl.when(limited).then("next_allowed_at").otherwise("at")
    return went.select(
        "party",
        "creditor",
        pl.lit(None, dtype=pl.Int64).alias("debt"),
        "channel",
        at.alias("at"),
        pl.lit("out").alias("direction"),
        pl.lit(False).alias("direct_contact"),
    )
