"""Why an item's prediction says so, told when somebody looks: the night keeps only those with most at risk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from puntual.apps.receivables import read as receivables
from puntual.apps.segments import write as segments_write
from puntual.apps.segments.models import ItemScore, LearntModel, Scoring
from puntual.core.errors import UnusableInput
from puntual.core.segments import keeping
from puntual.core.segments.learning import Learner
from puntual.core.segments.portfolio import explain
from puntual.core.segments.training import Trained
from puntual.pipeline.learning import counted

#: Reasons told at once: those of a page, never those of a whole portfolio.
MOST = 60


def told(scoring: Scoring, due_items: Sequence[int], learner: Learner | None) -> dict[int, list[dict[str, Any]]]:
    """due item -> its reasons, by the same model and morning as its score; empty where that model is gone."""
    rows = list(
        ItemScore.objects.filter(scoring=scoring, due_item_id__in=list(due_items)[:MOST]).values_list(
            "due_item_id", "account_id"
        )
    )
    trained = _model(scoring.model_id, learner) if rows else None
    if trained is None:
        return {}
    accounts = sorted({account for _, account in rows})
    facts = counted(
        receivables.payment_history_frame(creditor_id=scoring.creditor_id, accounts=accounts), scoring.creditor
    )
    portfolio = _portfolio(scoring.portfolio)
    items = [item for item, _ in rows]
    return dict(explain(facts, scoring.day, trained, items, portfolio).select("due_item", "drivers").iter_rows())


def _portfolio(kept: Sequence[dict[str, Any]]) -> pl.DataFrame | None:
    """The portfolio's sums of that morning, as the night wrote them."""
    rows = [{k: date.fromisoformat(v) if k == "on" else v for k, v in row.items()} for row in kept]
    return pl.DataFrame(rows) if rows else None


@lru_cache(maxsize=8)
def _model(model_id: int | None, learner: Learner | None) -> Trained | None:
    row = LearntModel.objects.filter(pk=model_id).first()
    if row is None or not row.text:
        return None
    try:
        return keeping.loads(segments_write.text_of(row), learner)
    except (UnusableInput, ValueError, KeyError):
        return None
