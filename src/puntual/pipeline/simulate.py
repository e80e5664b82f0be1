"""`simulate`: a policy replayed over the company's own past, day by day, by the very lines that decide at night.

Contacts, refusals and skips are what would have happened. What people would have paid cannot be known: it is an
estimate from how often, in this company's past, a debt of that age was paid within fourteen days, and is labelled so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import attrs
import polars as pl

from puntual.apps.outreach import read as outreach
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read as receivables
from puntual.apps.reports import read as reports
from puntual.core import daily
from puntual.core.daily import CreditorRules, Known, Rules
from puntual.core.money import Money
from puntual.core.policy import Policy, PolicyInForce
from puntual.core.time import each_day, local_instant
from puntual.pipeline import load
from puntual.pipeline.law_in_force import law_in_force

HORIZON_DAYS = 14
#: Age in days -> label of the band in which the estimate is taken.
_BANDS = (-10_000, 0, 15, 30, 60, 90)


@attrs.define
class Replay:
    """What a policy would have done in a period."""

    policy: str
    contacts: Counter[str] = attrs.field(factory=Counter)
    skips: Counter[str] = attrs.field(factory=Counter)
    legal_refusals: Counter[str] = attrs.field(factory=Counter)
    tasks: int = 0
    parties: set[int] = attrs.field(factory=set)
    estimated: Counter[str] = attrs.field(factory=Counter)
    #: channel -> cost of one contact in minor units of `currency`, as the company wrote it; empty if it did not.
    costs: Mapping[str, int] = attrs.field(factory=dict)
    currency: str = ""

    @property
    def cost_minor(self) -> int:
        """What the contacts would have cost; channels of which no cost is written count as nothing."""
        return sum(n * self.costs.get(channel, 0) for channel, n in self.contacts.items())

    def as_json(self) -> dict[str, object]:
        return {
            "policy": self.policy,
            "contacts": dict(sorted(self.contacts.items())),
            "parties_contacted": len(self.parties),
            "tasks": self.tasks,
            "skips": dict(sorted(self.skips.items())),
            "legal_refusals": dict(sorted(self.legal_refusals.items())),
            "cost": [Money(self.cost_minor, self.currency).as_json()] if self.costs else [],
            "expected_recovery": {
                "amounts": [Money(minor, currency).as_json() for currency, minor in sorted(self.estimated.items())],
                "label": "estimación: lo contactado por la frecuencia con que deudas de esa edad se pagaron en 14 días",
            },
        }


def replay(*, creditor: Creditor, policy: Policy, start: date, end: date) -> Replay:
    """Replay every day of [start, end]. Contacts before the period are the real ones; inside it, only the replay's
    own."""
    first = local_instant(start, time(6), creditor.zone)
    known = load.known_at(creditor=creditor, as_of=local_instant(end, time(23), creditor.zone), from_entries=True)
    real = outreach.contacts_frame().filter(pl.col("at") < first)
    rules = Rules(
        law=law_in_force(),
        creditors=(CreditorRules(creditor.pk, creditor.country, creditor.zone, {None: PolicyInForce(0, policy)}),),
    )
    result = Replay(policy.name, costs=reports.contact_cost(creditor.pk), currency=creditor.currency)
    rates = payment_rates(creditor, start)
    said = real
    for day in each_day(start, end + timedelta(days=1)):
        moment = local_instant(day, time(6), creditor.zone)
        decision = daily.decide(known=_as_of(known, said), rules=rules, as_of=moment)
        said = pl.concat([said, _tally(decision, result, rates)])
    return result


def _as_of(known: Known, said: pl.DataFrame) -> Known:
    return attrs.evolve(known, contacts=said)


def _tally(decision: pl.DataFrame, result: Replay, rates: dict[int, float]) -> pl.DataFrame:
    """Count a day's decisions and give the contacts that it would have made."""
    acts = decision.filter((pl.col("verdict") == "allow") & (pl.col("channel") != "task"))
    result.contacts.update(acts["channel"].to_list())
    result.parties.update(acts["party"].to_list())
    result.tasks += decision.filter(pl.col("channel") == "task").height
    result.skips.update(decision.filter(pl.col("verdict") == "skip")["reason"].to_list())
    result.legal_refusals.update(decision.filter(pl.col("verdict").is_in(["deny", "defer"]))["reason"].to_list())
    for days, amount, currency in acts.select("oldest_days", "amount_minor", "currency").iter_rows():
        result.estimated[currency] += round(amount * rates.get(_band(days), 0.0))
    return acts.select(
        "party", "creditor", pl.lit(None, dtype=pl.Int64).alias("debt"), "channel", "at",
        pl.lit("out").alias("direction"), pl.lit(False).alias("direct_contact"), "account",
    )  # fmt: skip


def _band(days: int) -> int:
    return max(i for i, low in enumerate(_BANDS) if days >= low)


def payment_rates(creditor: Creditor, until: date) -> dict[int, float]:
    """band of age -> share of debts of that age that were paid within fourteen days, from what was known before
    `until`.

    One observation a week per due item while it was open; shrunk towards the overall share with the weight of twenty.
    """
    history = receivables.payment_history_frame(creditor_id=creditor.pk, until=until)
    weeks = [until - timedelta(days=HORIZON_DAYS + 7 * i) for i in range(26)]
    seen: list[tuple[int, int]] = []
    for week in weeks:
        opened = history.filter(
            (pl.col("issued_on") <= week) & (pl.col("paid_on").is_null() | (pl.col("paid_on") > week))
        ).select(
            age=(pl.lit(week) - pl.col("due_on")).dt.total_days(),
            paid=(pl.col("paid_on") <= week + timedelta(days=HORIZON_DAYS)).fill_null(False).cast(pl.Int8),
        )
        seen += [(_band(age), paid) for age, paid in opened.iter_rows()]
    if not seen:
        return {}
    overall = sum(paid for _, paid in seen) / len(seen)
    bands: dict[int, list[int]] = {}
    for band, paid in seen:
        bands.setdefault(band, []).append(paid)
    return {band: (sum(paid) + 20 * overall) / (len(paid) + 20) for band, paid in bands.items()}


def compare(*, creditor: Creditor, a: Policy, b: Policy, moment: datetime) -> dict[str, object]:
    """What changes for whom on one day if policy `b` took the place of `a`."""
    known = load.known_at(creditor=creditor, as_of=moment)
    law = law_in_force()

    def decided(policy: Policy) -> pl.DataFrame:
        rule = CreditorRules(creditor.pk, creditor.country, creditor.zone, {None: PolicyInForce(0, policy)})
        columns = ["account", "verdict", "reason", "channel", "step", "amount_minor", "currency"]
        return daily.decide(known=known, rules=Rules(law, (rule,)), as_of=moment).select(columns)

    before, after = decided(a), decided(b)
    both = before.join(after, on="account", how="full", coalesce=True, suffix="_b")
    differ = pl.any_horizontal(*(pl.col(c).ne_missing(pl.col(f"{c}_b")) for c in ("verdict", "channel", "step")))
    changed = both.filter(differ).sort("account")
    count = lambda frame: frame.filter(pl.col("verdict") == "allow").height  # noqa: E731
    return {
        "accounts": both.height,
        "changed": changed.height,
        "contacts_before": count(before),
        "contacts_after": count(after),
        "changes": [
            {
                "account": f"cta_{row['account']}",
                "before": {k: row[k] for k in ("verdict", "reason", "channel", "step")},
                "after": {k: row[f"{k}_b"] for k in ("verdict", "reason", "channel", "step")},
            }
            for row in changed.head(200).iter_rows(named=True)
        ],
    }
