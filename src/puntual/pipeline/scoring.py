"""The night's understanding of a portfolio: load -> learn if it is time -> understand -> store, watch and judge.

Runs before the collection day; the day, the worklist and every screen read what it stored. Nothing is sent here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import attrs
import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.segments import read as segments
from puntual.apps.segments import read_watch as watch
from puntual.apps.segments import said, write
from puntual.apps.segments import write_experiments as experiments
from puntual.core.segments import calibration
from puntual.core.segments.draw import uniform
from puntual.core.segments.exam import WATCHED_DAYS
from puntual.core.segments.facts import as_known, at_issue, open_on, some_accounts
from puntual.core.segments.features import features
from puntual.core.segments.health import health
from puntual.core.segments.learning import Learner
from puntual.core.segments.portfolio import Understood, explain, portfolio_sums, understand
from puntual.core.segments.reminders import pays_after
from puntual.core.segments.rules import read_rules
from puntual.core.segments.score import plain_curve, scored_features
from puntual.core.segments.training import Trained
from puntual.core.time import local_date
from puntual.pipeline import learning
from puntual.pipeline.words import learn_words

#: Reasons are stored for so many items, those with most money at risk; the rest are told when somebody asks.
EXPLAINED = 3_000
#: Predictions kept each week to be judged.
WATCHED = 1_500
#: Facts that drift is measured on.
DRIFT_ITEMS = 20_000


@attrs.frozen
class Scored:
    """What a night's scoring came to."""

    day: date
    items: int
    accounts: int
    line: str
    short_history: bool
    model_cut: date | None
    seconds: float

    def as_json(self) -> dict[str, object]:
        return attrs.asdict(self)


def score_day(
    *, creditor: Creditor, as_of: datetime, learner: Learner | None, say: Callable[[str], None] = lambda _: None
) -> Scored:
    """Score everything that is open of a company on the morning of its local date, and store it."""
    started, day = time.perf_counter(), local_date(as_of, creditor.zone)
    contacts = said.contacts_frame(creditor.pk, creditor.zone, day)
    facts = learning.facts_of(creditor, day, contacts)
    if not open_on(facts, day).height:
        return Scored(day, 0, 0, "shrinkage", True, None, round(time.perf_counter() - started, 3))
    _judge(creditor, facts, day)
    trouble = watch.verdict(creditor.pk, day).line == "naive"
    kept = learning.model_for(creditor, facts, day, as_of, learner, trouble=trouble)
    line = watch.verdict(creditor.pk, day).line  # asked again: a model learnt this very morning is another one
    say(f"{creditor.name}: calificando lo abierto...")
    told = said.said_frame(creditor.pk, day, contacts).join(
        pays_after(facts, contacts), on="account", how="full", coalesce=True
    )
    rules = read_rules(segments.rules_of(creditor.pk))
    found = understand(facts, day, kept.trained, said=told, rules=rules, line=line)
    scoring = write.begin_scoring(
        creditor_id=creditor.pk, model=kept.row, day=day, at=as_of, items=found.items.height,
        line=line if kept.trained.hazard is not None else "shrinkage", short_history=kept.trained.short_history,
        accounts=found.accounts.height, drift=_drift(facts, day, kept.trained),
        portfolio=_sums(facts, day, kept.trained),
    )  # fmt: skip
    store(creditor, scoring, found, told, facts, kept.trained, day)
    _watch(creditor, facts, day, kept.trained)
    scoring.seconds = round(time.perf_counter() - started, 3)
    write.publish(scoring, **moves(creditor.pk, found.accounts, scoring))
    experiments.night(creditor.pk, day)
    learn_words(creditor, as_of)
    return Scored(
        day, scoring.items, scoring.accounts, scoring.line, scoring.short_history, kept.trained.cut, scoring.seconds
    )


def store(
    creditor: Creditor, scoring: Any, found: Understood, told: pl.DataFrame, facts: pl.DataFrame, trained: Trained,
    day: date,
) -> None:  # fmt: skip
    """Store the scores of items and accounts, and the reasons of those with most money at risk."""
    table = account_table(found, told)
    items = found.items.rename({"due_item": "due_item_id", "account": "account_id"})
    write.add_scores(scoring, items, table)
    risk = pl.col("amount_minor") * (1 - pl.col("p_paid_30"))
    top = found.items.sort(risk, descending=True, maintain_order=True)["due_item"].head(EXPLAINED).to_list()
    accounts = found.items.filter(pl.col("due_item").is_in(top))["account"].unique().implode()
    own = facts.filter(pl.col("account").is_in(accounts))
    reasons = explain(own, day, trained, top, portfolio_sums(facts, day, trained))
    write.add_reasons(scoring, dict(reasons.select("due_item", "drivers").iter_rows()))


def account_table(found: Understood, told: pl.DataFrame) -> pl.DataFrame:
    """The columns that AccountScore keeps, from what was understood and what people said."""
    amount = pl.col("amount_minor").cast(pl.Float64)
    per_currency = found.items.group_by("account", "currency").agg(
        pl.col("amount_minor").sum(), items=pl.len().cast(pl.Int32), expected_on=pl.col("expected_on").min(),
        self_cure=((pl.col("self_cure") * amount).sum() / amount.sum().clip(lower_bound=1.0)).clip(0, 1),
    )  # fmt: skip
    main = per_currency.sort("account", "amount_minor", "currency", descending=[False, True, False]).unique(
        "account", keep="first", maintain_order=True
    )
    felt = health(found.accounts.select("account").join(told, on="account", how="left"))
    joined = found.accounts.join(main, on="account", how="inner").join(felt, on="account", how="left")
    return joined.select(
        "currency", "amount_minor", "items", pl.col("p_paid_30").fill_nan(0.0).fill_null(0.0).clip(0, 1), "self_cure",
        "p_late", "expected_on", "segment", "segment_rule", "historia", "situacion", "capacidad", "disposicion",
        "cause", "cause_confidence", "health", pl.col("health_why").fill_null(""),
        account_id=pl.col("account"), party_id=pl.col("party"), n_paid=pl.col("n_paid").cast(pl.Int32),
        late_usual=pl.col("eb_late"), delay_usual=pl.col("eb_delay"),
        at_stake_minor=(pl.col("amount_minor") * (1 - pl.col("self_cure"))).round(0).cast(pl.Int64),
        cause_signals=pl.col("cause_signals").list.join("\n"),
    )  # fmt: skip


def moves(creditor_id: int, accounts: pl.DataFrame, scoring: Any) -> dict[str, Any]:
    """Sizes of the segments today and who moved since the last scoring."""
    before = watch.segments_frame(creditor_id)
    table = watch.sizes_of(scoring.pk)
    moved = before.join(
        accounts.select("account", destination="segment"), on="account", how="full", coalesce=True
    ).rename({"segment": "origin"}).filter(pl.col("origin").ne_missing(pl.col("destination")))  # fmt: skip
    if not before.height:
        moved = moved.clear()
    return {"sizes": table, "changes": moved.select("account", "origin", "destination")}


def _drift(facts: pl.DataFrame, day: date, trained: Trained) -> list[list[Any]]:
    """How far what was issued in the last sixty days is from what the model learnt from, the largest first."""
    known = some_accounts(as_known(facts, day), DRIFT_ITEMS)
    rows = at_issue(known, day - timedelta(days=60), day)
    if rows.height < 30:
        return []
    now = features(known, rows, trained.shrink, trained.settings.grace_days)
    return [[name, round(psi, 3)] for name, psi in calibration.drift(trained.profile, now).iter_rows()]


def _sums(facts: pl.DataFrame, day: date, trained: Trained) -> list[dict[str, Any]]:
    rows = portfolio_sums(facts, day, trained).to_dicts()
    return [{k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()} for row in rows]


def _watch(creditor: Creditor, facts: pl.DataFrame, day: date, trained: Trained) -> None:
    """Once a week, keep what the model and the plain line say of some open items, to be judged later."""
    last = watch.last_watched(creditor.pk)
    if last is not None and (day - last).days < 7:
        return
    rows = open_on(facts, day)
    if rows.height > WATCHED:
        rows = rows.filter(pl.Series(uniform(rows["due_item"], f"vigilancia {day}") < WATCHED / rows.height))
    known = features(facts, rows, trained.shrink, trained.settings.grace_days)
    said_of = scored_features(known, trained)[f"p_paid_{WATCHED_DAYS}"]
    plain = pl.Series(plain_curve(known, trained).paid_by(float(WATCHED_DAYS)))
    write.add_watched(creditor.pk, day, rows.select("due_item", "account", p_model=said_of, p_naive=plain))


def _judge(creditor: Creditor, facts: pl.DataFrame, day: date) -> None:
    """Judge what was kept and is known by now."""
    waiting = watch.waiting_frame(creditor.pk, day - timedelta(days=WATCHED_DAYS))
    known = waiting.join(facts.select("due_item", "paid_on"), on="due_item", how="inner")
    paid = (pl.col("paid_on") <= pl.col("said_on") + pl.duration(days=WATCHED_DAYS)).fill_null(False)
    outcomes = dict(known.select("watched", paid).iter_rows())
    if outcomes:
        write.judge_watched(creditor.pk, day, outcomes)
