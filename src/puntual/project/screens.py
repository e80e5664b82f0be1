"""What screens ask of the law packs and of the night's own lines. Bound here, so that apps import neither."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from puntual.apps.outreach import prices
from puntual.apps.parties.models import Creditor
from puntual.apps.policies import read as policies
from puntual.core.policy import Policy, PolicyInForce
from puntual.core.time import local_date, local_instant
from puntual.pipeline import preview
from puntual.pipeline.law_in_force import law_in_force
from puntual.pipeline.simulate import replay
from puntual.project.cli.policy import findings_of

_HOUR = time(6)
_SHOWN = 100
#: A long weekend.
_LOOK_AHEAD = 4


def policy_findings(policy: Policy) -> list[dict[str, Any]]:
    """What the law of its country would not let the policy do. UnusableInput where there is no law loaded."""
    return findings_of(policy, law=law_in_force()) if not policy.do_nothing else []


def tomorrow(creditor: Creditor) -> datetime:
    """When tomorrow's day will be decided."""
    day = local_date(datetime.now(UTC), creditor.zone) + timedelta(days=1)
    return local_instant(day, _HOUR, creditor.zone)


def policy_changes(creditor: Creditor, policy_id: int, default: bool, value: Policy) -> dict[str, Any]:
    """What changes, and for whom, if that policy ruled: tomorrow, or the next day on which anything leaves."""
    moment = tomorrow(creditor)
    before = policies.in_force(creditor.pk, moment)
    new = PolicyInForce(-policy_id, value)
    after = {**before, policy_id: new, **({None: new} if default or not before else {})}
    for later in range(_LOOK_AHEAD):
        moment = tomorrow(creditor) + timedelta(days=later)
        found = preview.difference(creditor=creditor, before=before, after=after, moment=moment)
        if totals(found.before)["messages"] or totals(found.after)["messages"]:
            break
    return {
        "is_tomorrow": later == 0,
        "day": local_date(moment, creditor.zone),
        "accounts": max(found.before.height, found.after.height),
        "changed": found.changed.height,
        "before": {**totals(found.before), "cost": cost_of(creditor, found.before, before)},
        "after": {**totals(found.after), "cost": cost_of(creditor, found.after, after)},
        "rows": found.changed.head(_SHOWN).to_dicts(),
    }


def cost_of(
    creditor: Creditor, decision: pl.DataFrame, ruling: Mapping[int | None, PolicyInForce]
) -> list[tuple[str, int]]:
    """(currency, minor units) that the messages of a decision would cost, by the prices that the company told."""
    templates = {f"{b.version}:{step.id}": step.template for b in ruling.values() for step in b.policy.steps}
    return list(prices.expected_cost(creditor.pk, decision, templates).items())


def totals(decision: pl.DataFrame) -> dict[str, Any]:
    """A decision in figures: messages by channel, people who decide, why not, what the law stopped."""
    goes = decision.filter((pl.col("verdict") == "allow") & (pl.col("channel") != "task"))
    stopped = decision.filter(pl.col("verdict").is_in(["deny", "defer"]))
    return {
        "messages": goes.height,
        "channels": _counts(goes, "channel"),
        "tasks": decision.filter(pl.col("channel") == "task").height,
        "skipped": _counts(decision.filter(pl.col("verdict") == "skip"), "reason"),
        "refused": [
            {"reason": r, "rule": rule, "cite": cite, "n": n}
            for r, rule, cite, n in stopped.group_by("reason", "rule", "cite").len().sort("len", descending=True).rows()
        ],
    }


def _counts(frame: pl.DataFrame, column: str) -> list[tuple[str, int]]:
    return frame.group_by(column).len().sort("len", column, descending=[True, False]).rows()


def policy_replay(creditor: Creditor, value: Policy, days: int) -> dict[str, Any]:
    """What a policy would have done over the last days of the company's own past."""
    end = local_date(datetime.now(UTC), creditor.zone) - timedelta(days=1)
    return replay(creditor=creditor, policy=value, start=end - timedelta(days=days - 1), end=end).as_json()


def first_day(creditor: Creditor, moment: datetime | None = None) -> dict[str, Any]:
    """A dry day with the policies in force: figures, and every decision with its hour, channel and reason."""
    moment = moment or datetime.now(UTC)
    decision = preview.day_as(creditor=creditor, policies=policies.in_force(creditor.pk, moment), moment=moment)
    order = pl.col("verdict").replace_strict({"allow": 0, "defer": 1, "deny": 2, "skip": 3}, return_dtype=pl.Int8)
    shown = decision.sort(order, pl.col("amount_minor"), descending=[False, True]).head(_SHOWN)
    day: date = local_date(moment, creditor.zone)
    return {"day": day, **totals(decision), "rows": shown.to_dicts(), "accounts": decision.height}
