"""What each account's policy asks for today: one wanted contact per account, or the reason why there is none.

A step is wanted when its day has come for some due item and the account has not been contacted since. Every message
covers
all that the account owes, so a contact after a step's day has covered that step; an old debt begins at the step of
its age.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs
import polars as pl

from puntual.core import money
from puntual.core.frames import Column, Schema
from puntual.core.policy.document import Condition, Policy

WANTED: Schema = {
    "account": Column(pl.Int64, "cuenta"),
    "party": Column(pl.Int64, "persona"),
    "creditor": Column(pl.Int64, "acreedor"),
    "currency": Column(pl.String, "moneda del documento que manda"),
    "amount_minor": Column(pl.Int64, "lo que se pide: abierto, sin lo pausado y menos lo que hay a favor"),
    "items": Column(pl.Int32, "documentos abiertos"),
    "oldest_days": Column(pl.Int32, "días de atraso del más antiguo"),
    "stage": Column(pl.String, "etapa del paso, o de la deuda más antigua si no hay paso"),
    "step": Column(pl.String, "paso de la política", null=True),
    "step_index": Column(pl.Int32, "orden del paso en la política", null=True),
    "purpose": Column(pl.String, "para qué"),
    "wanted": Column(pl.Boolean, "si toca contactar"),
    "reason": Column(pl.String, "por qué sí o por qué no"),
    "held_minor": Column(pl.Int64, "importe en pausa"),
    "held_reason": Column(pl.String, "por qué está en pausa", null=True),
    "policy_version": Column(pl.Int64, "versión de la política", null=True),
}


@attrs.frozen
class PolicyInForce:
    """A policy and the version that is in force."""

    version: int
    policy: Policy


def due(
    position: pl.DataFrame,
    accounts: pl.DataFrame,
    contacts: pl.DataFrame,
    holds: pl.DataFrame,
    policies: Mapping[int | None, PolicyInForce],
    day: date,
) -> pl.DataFrame:
    """One row per account with something open, with the columns of WANTED.

    `position` of one creditor's accounts at `day`; `accounts` as frames.ACCOUNTS; `contacts` with `account` and `on`
    (local date) of what was said to each account; `policies` by account policy id, None for the creditor's default.
    """
    items = position.filter(pl.col("open_minor") != 0).join(
        accounts.select("account", "segment", "policy").unique("account"), on="account", how="left"
    )
    if "product" not in items.columns:
        items = items.with_columns(product=pl.lit(None, dtype=pl.String))
    if "p_late" not in items.columns:
        items = items.with_columns(p_late=pl.lit(None, dtype=pl.Float64), cell=pl.lit(None, dtype=pl.String))
    items = _held(items, holds, day)
    parts = [_steps_due(part, policies.get(key, policies.get(None)), day) for key, part in _by_policy(items, policies)]
    if not parts:
        return pl.DataFrame(schema={n: c.dtype for n, c in WANTED.items()})
    return _per_account(pl.concat(parts), accounts, contacts, policies, day)


def _by_policy(
    items: pl.DataFrame, policies: Mapping[int | None, PolicyInForce]
) -> list[tuple[int | None, pl.DataFrame]]:
    own = [key for key in policies if key is not None]
    rest = items.filter(pl.col("policy").is_null() | ~pl.col("policy").is_in(own))
    parts: list[tuple[int | None, pl.DataFrame]] = [(key, items.filter(pl.col("policy") == key)) for key in own]
    return [(key, part) for key, part in [*parts, (None, rest)] if part.height]


def _held(items: pl.DataFrame, holds: pl.DataFrame, day: date) -> pl.DataFrame:
    """Adds what is paused of each item: `held` (minor units), `held_reason`, `remind` (the one reminder of a
    promise)."""
    active = holds.filter(pl.col("until").is_null() | (pl.col("until") > day))
    zero = items.with_columns(
        held=pl.lit(0, dtype=pl.Int64), held_reason=pl.lit(None, dtype=pl.String), remind=pl.lit(False)
    )
    if active.height == 0:
        return zero
    keyed = active.with_columns(remind=(pl.col("remind_on") == day).fill_null(False))
    scopes = [
        (keyed.filter(pl.col("due_item").is_not_null()), "due_item"),
        (keyed.filter(pl.col("due_item").is_null() & pl.col("account").is_not_null()), "account"),
        (keyed.filter(pl.col("due_item").is_null() & pl.col("account").is_null()), "party"),
    ]
    whole = money.MAX_MINOR
    for number, (rows, key) in enumerate(scopes):
        paused = rows.group_by(key).agg(
            pl.col("held_minor").fill_null(whole).max().alias(f"h{number}"),
            pl.col("reason").sort().first().alias(f"r{number}"),
            pl.col("remind").all().alias(f"m{number}"),
        )
        items = items.join(paused, on=key, how="left")
    most = pl.max_horizontal(*(pl.col(f"h{n}").fill_null(0) for n in range(3)))
    return items.with_columns(
        held=pl.min_horizontal(most, pl.col("open_minor")).clip(lower_bound=0),
        held_reason=pl.coalesce("r2", "r1", "r0"),
        # Only when every pause that touches the item allows it may the one reminder go.
        remind=pl.all_horizontal(*(pl.col(f"m{n}").fill_null(True) for n in range(3)))
        & pl.any_horizontal(*(pl.col(f"m{n}").is_not_null() for n in range(3))),
    ).drop([f"{c}{n}" for c in "hrm" for n in range(3)])


def _steps_due(items: pl.DataFrame, bound: PolicyInForce | None, day: date) -> pl.DataFrame:
    """Adds the step of each item's age and the date on which it came due. Without a policy, or one that says nothing:
    none."""
    steps = bound.policy.steps if bound and not bound.policy.do_nothing else ()
    index = pl.lit(None, dtype=pl.Int32)
    offset = pl.lit(None, dtype=pl.Int32)
    for number, step in enumerate(steps):
        applies = (pl.col("days_past_due") >= step.day) & _holds(step.condition)
        index = pl.when(applies).then(pl.lit(number, dtype=pl.Int32)).otherwise(index)
        offset = pl.when(applies).then(pl.lit(step.day, dtype=pl.Int32)).otherwise(offset)
    version = bound.version if bound else None
    return items.with_columns(step_index=index, offset=offset).with_columns(
        step_on=pl.col("due_on") + pl.duration(days=pl.col("offset")),
        policy_version=pl.lit(version, dtype=pl.Int64),
        contactable=pl.col("open_minor") - pl.col("held"),
    )


def _holds(condition: Condition) -> pl.Expr:
    """A step's condition as an expression over due items."""
    if condition.always():
        return pl.lit(True)
    tests = [pl.lit(True)]
    if condition.segments:
        # A segment is the label that the company gave the account, or the cell in which the visible rules put it.
        named = [pl.col(c).is_in(condition.segments).fill_null(False) for c in ("segment", "cell")]
        tests.append(pl.any_horizontal(named))
    if condition.products:
        tests.append(pl.col("product").is_in(condition.products).fill_null(False))
    if condition.max_days is not None:
        tests.append(pl.col("days_past_due") <= condition.max_days)
    if condition.min_late is not None:
        tests.append((pl.col("p_late") >= condition.min_late).fill_null(False))
    for currency, minor in condition.min_minor.items():
        tests.append((pl.col("currency") != currency) | (pl.col("open_minor") >= minor))
    for currency, minor in condition.max_minor.items():
        tests.append((pl.col("currency") != currency) | (pl.col("open_minor") <= minor))
    return pl.all_horizontal(tests)


def _per_account(
    items: pl.DataFrame,
    accounts: pl.DataFrame,
    contacts: pl.DataFrame,
    policies: Mapping[int | None, PolicyInForce],
    day: date,
) -> pl.DataFrame:
    last = contacts.group_by("account").agg(last_on=pl.col("on").max())
    items = items.join(last, on="account", how="left").with_columns(
        pending=(pl.col("contactable") > 0)
        & pl.col("step_on").is_not_null()
        & (pl.col("last_on").is_null() | (pl.col("last_on") < pl.col("step_on")))
    )
    rank = pl.when(pl.col("pending")).then(pl.col("step_index")).otherwise(None)
    # What is far from due is not asked for: only items that have reached some step of the policy count in the amount.
    reached = pl.col("step_index").is_not_null()
    per_currency = items.group_by("account", "party", "creditor", "currency").agg(
        open_minor=money.total(pl.col("open_minor").filter(reached)),
        held_minor=money.total(pl.col("held").filter(reached | pl.col("remind"))),
        held_reason=pl.col("held_reason").drop_nulls().sort().first(),
        remind=(pl.col("remind") & (pl.col("held") > 0)).any(),
        items=pl.len().cast(pl.Int32),
        oldest_days=pl.col("days_past_due").filter(pl.col("open_minor") > 0).max(),
        pending_rank=rank.max(),
        any_step=pl.col("step_index").max(),
        last_on=pl.col("last_on").first(),
        policy_version=pl.col("policy_version").first(),
    )
    favour = accounts.filter(pl.col("unapplied_minor") != 0).select(
        "account", "currency", pl.col("unapplied_minor").alias("favour")
    )
    per_currency = per_currency.join(favour, on=["account", "currency"], how="left").with_columns(
        amount_minor=pl.col("open_minor") - pl.col("held_minor") - pl.col("favour").fill_null(0),
        oldest_days=pl.col("oldest_days").fill_null(0),
    )
    return _judged(_one_currency(per_currency), policies, day)


def _one_currency(rows: pl.DataFrame) -> pl.DataFrame:
    """Of an account that owes in several currencies, the row with the most urgent step leads; the message lists them
    all."""
    return rows.sort(
        ["account", "pending_rank", "oldest_days", "amount_minor", "currency"],
        descending=[False, True, True, True, False],
        nulls_last=True,
    ).unique("account", keep="first", maintain_order=True)


def _judged(rows: pl.DataFrame, policies: Mapping[int | None, PolicyInForce], day: date) -> pl.DataFrame:
    """Why each account is or is not wanted today."""
    table = _step_table(policies)
    gap, minimum, nothing = _limits(policies)
    version = pl.col("policy_version")
    gap_days = version.replace_strict(gap, default=0, return_dtype=pl.Int32) if gap else pl.lit(0)
    min_key = pl.concat_str(version.cast(pl.String), pl.lit(":"), pl.col("currency"))
    floor = min_key.replace_strict(minimum, default=0, return_dtype=pl.Int64) if minimum else pl.lit(0)
    too_soon = (pl.lit(day) - pl.col("last_on")).dt.total_days() < gap_days
    reason = (
        pl.when(version.is_null())
        .then(pl.lit("no_policy"))
        .when(version.is_in(nothing))
        .then(pl.lit("do_nothing_policy"))
        .when(pl.col("remind"))
        .then(pl.lit("promise_reminder"))
        .when(pl.col("any_step").is_null())
        .then(pl.lit("not_due_yet"))
        .when((pl.col("held_minor") > 0) & (pl.col("amount_minor") <= 0))
        .then(pl.col("held_reason"))
        .when(pl.col("amount_minor") <= 0)
        .then(pl.lit("covered_by_unapplied"))
        .when(pl.col("pending_rank").is_null())
        .then(pl.lit("already_contacted"))
        .when(pl.col("amount_minor") < floor)
        .then(pl.lit("below_minimum"))
        .when(too_soon.fill_null(False))
        .then(pl.lit("min_gap"))
        .otherwise(pl.lit("step_due"))
    )
    reminder = pl.col("reason") == "promise_reminder"
    rows = rows.with_columns(reason=reason).with_columns(
        # The reminder of a promise speaks of what was promised, by the channels of the step of its age (or the first
        # one).
        step_index=pl.coalesce("pending_rank", "any_step", pl.when(reminder).then(pl.lit(0, dtype=pl.Int32))),
        amount_minor=pl.when(reminder).then("held_minor").otherwise("amount_minor"),
    )
    rows = rows.join(table, on=["policy_version", "step_index"], how="left")
    return rows.with_columns(
        wanted=pl.col("reason").is_in(["step_due", "promise_reminder"]),
        stage=pl.coalesce("stage", pl.lit("preventive")),
        purpose=pl.when(pl.col("oldest_days") <= 0)
        .then(pl.lit("reminder_preventive"))
        .when(pl.col("oldest_days") <= 30)
        .then(pl.lit("reminder_overdue"))
        .otherwise(pl.lit("collection")),
    ).select(WANTED.keys())


def _step_table(policies: Mapping[int | None, PolicyInForce]) -> pl.DataFrame:
    rows = {
        (p.version, number): (step.id, p.policy.stage_of(step.day))
        for p in policies.values()
        for number, step in enumerate(p.policy.steps)
    }
    return pl.DataFrame(
        [(version, number, *row) for (version, number), row in rows.items()],
        schema={"policy_version": pl.Int64, "step_index": pl.Int32, "step": pl.String, "stage": pl.String},
        orient="row",
    )


def _limits(policies: Mapping[int | None, PolicyInForce]) -> tuple[dict[int, int], dict[str, int], list[int]]:
    every = list(policies.values())
    gap = {p.version: p.policy.min_gap_days for p in every}
    minimum = {f"{p.version}:{c}": minor for p in every for c, minor in p.policy.minimum_minor.items()}
    return gap, minimum, [p.version for p in every if p.policy.do_nothing]
