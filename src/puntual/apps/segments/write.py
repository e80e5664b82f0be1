"""The only writer of scores, models, rules and lists: set by set, in short transactions, shown when they are whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import connection, transaction
from django.db.models import Max, Min, Model

from puntual.apps import bulk
from puntual.apps.segments.choices import ModelState
from puntual.apps.segments.models import (
    AccountScore,
    ItemScore,
    LearntModel,
    Reason,
    RuleSet,
    Scoring,
    SegmentChange,
    SegmentDay,
    Watched,
    WorkRow,
)
from puntual.core.segments.rules import read_rules

#: Rows a transaction: well under 200 ms on the embedded database.
PIECE = 20_000

ITEM_COLUMNS = ("due_item_id", "account_id", "p_late", "p_paid_7", "p_paid_14", "p_paid_30", "self_cure",
                "expected_on", "earliest_on", "latest_on")  # fmt: skip
ACCOUNT_COLUMNS = ("account_id", "party_id", "currency", "amount_minor", "items", "p_paid_30", "self_cure", "p_late",
                   "expected_on", "n_paid", "late_usual", "delay_usual", "at_stake_minor", "segment", "segment_rule",
                   "historia", "situacion", "capacidad", "disposicion", "cause", "cause_confidence", "cause_signals",
                   "health", "health_why")  # fmt: skip


def begin_scoring(**fields: Any) -> Scoring:
    """A scoring that nobody reads yet. What an earlier one left half done is taken away."""
    for stale in Scoring.objects.filter(creditor_id=fields["creditor_id"], current=False):
        drop_scoring(stale)
    return Scoring.objects.create(current=False, **fields)


def add_scores(scoring: Scoring, items: pl.DataFrame, accounts: pl.DataFrame) -> None:
    """The scores of items and accounts (columns of ITEM_COLUMNS and ACCOUNT_COLUMNS), piece by piece."""
    mine = pl.lit(scoring.pk, dtype=pl.Int64).alias("scoring_id")
    for model, frame, columns in (
        (ItemScore, items, ITEM_COLUMNS),
        (AccountScore, accounts, ACCOUNT_COLUMNS),
    ):
        rows = frame.sort("account_id").select(mine, *columns)
        for start in range(0, rows.height, PIECE):
            with transaction.atomic():
                bulk.insert_frame(model, rows.slice(start, PIECE))


def add_reasons(scoring: Scoring, told: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
    """due item -> why its prediction says what it says."""
    rows = [Reason(scoring=scoring, due_item_id=item, told=list(why)) for item, why in told.items()]
    for piece in bulk.chunks(rows, 2_000):
        Reason.objects.bulk_create(piece)


def publish(scoring: Scoring, *, sizes: Iterable[tuple[str, str, int, int]], changes: pl.DataFrame) -> None:
    """From here on everybody reads this scoring. `sizes`: segment, currency, accounts, amount; `changes`: account,
    origin and destination of those that moved."""
    creditor, day = scoring.creditor_id, scoring.day
    with transaction.atomic():
        old = list(Scoring.objects.select_for_update().filter(creditor_id=creditor, current=True))
        Scoring.objects.filter(pk__in=[one.pk for one in old]).update(current=False)
        Scoring.objects.filter(pk=scoring.pk).update(current=True, seconds=scoring.seconds)
        SegmentDay.objects.filter(creditor_id=creditor, day=day).delete()
        SegmentDay.objects.bulk_create(
            SegmentDay(creditor_id=creditor, day=day, segment=s, currency=c, accounts=n, amount_minor=m)
            for s, c, n, m in sizes
        )
    moved = changes.select(
        pl.lit(creditor, dtype=pl.Int64).alias("creditor_id"), pl.col("account").alias("account_id"),
        pl.lit(day).alias("day"), pl.col("origin").fill_null(""), pl.col("destination").fill_null(""),
    )  # fmt: skip
    with transaction.atomic():
        SegmentChange.objects.filter(creditor_id=creditor, day=day).delete()
        for start in range(0, moved.height, PIECE):
            bulk.insert_frame(SegmentChange, moved.slice(start, PIECE))
    for one in old:
        drop_scoring(one)


def drop_scoring(scoring: Scoring) -> None:
    """Take a scoring that nobody reads away, in pieces."""
    for model in (ItemScore, AccountScore, Reason):
        _drop(model, scoring.pk)
    scoring.delete()


def _drop(model: type[Model], scoring_id: int) -> None:
    ends = model._default_manager.filter(scoring_id=scoring_id).aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return
    for start in range(ends["low"], ends["high"] + 1, PIECE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{model._meta.db_table}" WHERE id >= %s AND id < %s AND scoring_id = %s',
                [start, start + PIECE, scoring_id],
            )


@transaction.atomic
def keep_model(
    *, creditor_id: int, cut: date, at: datetime, text: str, learner: str, better: bool, why: str,
    card: Mapping[str, Any], measured: Mapping[str, Any], seconds: float,
) -> LearntModel:  # fmt: skip
    """A model that was learnt: it takes the champion's place if it is `better`, else it stays on file with its why."""
    if better:
        LearntModel.objects.filter(creditor_id=creditor_id, state=ModelState.CHAMPION).update(
            state=ModelState.RETIRED, text=b""
        )
    return LearntModel.objects.create(
        creditor_id=creditor_id, cut=cut, learnt_at=at, learner=learner, why=why, card=dict(card),
        state=ModelState.CHAMPION if better else ModelState.REJECTED, measured=dict(measured), seconds=seconds,
        text=zlib.compress(text.encode()) if better else b"",
    )  # fmt: skip


def text_of(model: LearntModel) -> str:
    """The text of a model in use."""
    return zlib.decompress(bytes(model.text)).decode()


@transaction.atomic
def save_rules(*, creditor_id: int, document: Mapping[str, Any], at: datetime, by: Any = None) -> RuleSet:
    """New rules of segments, in force from the next scoring on. UnusableInput names the rule that cannot be read."""
    read_rules(document)
    last = RuleSet.objects.filter(creditor_id=creditor_id).aggregate(n=Max("number"))["n"] or 0
    return RuleSet.objects.create(
        creditor_id=creditor_id, number=last + 1, document=dict(document), created_at=at, by=by
    )


def add_watched(creditor_id: int, day: date, rows: pl.DataFrame) -> None:
    """Predictions kept to be judged: due_item, account, p_model, p_naive."""
    Watched.objects.bulk_create(
        (
            Watched(creditor_id=creditor_id, said_on=day, due_item_id=i, account_id=a, p_model=m, p_naive=n)
            for i, a, m, n in rows.select("due_item", "account", "p_model", "p_naive").iter_rows()
        ),
        ignore_conflicts=True,
    )


def judge_watched(creditor_id: int, day: date, outcomes: Mapping[int, bool]) -> None:
    """row of Watched -> whether it was paid in time, known on that day."""
    for paid in (True, False):
        rows = [pk for pk, was in outcomes.items() if was is paid]
        for piece in bulk.chunks(rows):
            Watched.objects.filter(pk__in=piece).update(judged_on=day, paid=paid)


def save_worklist(creditor_id: int, day: date, rows: pl.DataFrame) -> None:
    """The day's list (account, group, channel, currency, amount_minor, value_minor, pays_alone, reason), whole."""
    mine = (pl.lit(creditor_id, dtype=pl.Int64).alias("creditor_id"), pl.lit(day).alias("day"))
    columns = ("group", "channel", "currency", "amount_minor", "value_minor", "pays_alone", "reason")
    table = rows.select(*mine, pl.col("account").alias("account_id"), *columns)
    with transaction.atomic():
        WorkRow.objects.filter(creditor_id=creditor_id)._raw_delete("default")
        bulk.insert_frame(WorkRow, table)
