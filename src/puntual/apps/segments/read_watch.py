"""Reads for whoever scores and judges the model: what was said and came, and where accounts were."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import polars as pl
from django.db.models import Count, Max, Sum

from puntual.apps import bulk
from puntual.apps.segments.choices import ModelState
from puntual.apps.segments.models import AccountScore, LearntModel, Watched
from puntual.core.frames import Column, Schema
from puntual.core.segments import calibration
from puntual.core.segments.calibration import reliability
from puntual.core.segments.exam import loses

_SEGMENTS: Schema = {
    "account": Column(pl.Int64, "cuenta"),
    "segment": Column(pl.String, "segmento"),
}
_WAITING: Schema = {
    "watched": Column(pl.Int64, "predicción guardada"),
    "due_item": Column(pl.Int64, "documento"),
    "said_on": Column(pl.Date, "cuándo se dijo"),
}
_JUDGED: Schema = {
    "said_on": Column(pl.Date, "cuándo se dijo"),
    "judged_on": Column(pl.Date, "cuándo se supo"),
    "p_model": Column(pl.Float64, "lo que dijo el modelo"),
    "p_naive": Column(pl.Float64, "lo que dijo la línea simple"),
    "outcome": Column(pl.Int64, "si se pagó"),
}


def segments_frame(creditor_id: int) -> pl.DataFrame:
    """account and segment as everybody reads them now."""
    return bulk.read_frame(
        "SELECT s.account_id AS account, s.segment FROM segments_accountscore s "
        f"JOIN segments_scoring c ON c.id = s.scoring_id WHERE c.creditor_id = {int(creditor_id)} AND c.current",
        _SEGMENTS,
    )


def sizes_of(scoring_id: int) -> list[tuple[str, str, int, int]]:
    """(segment, currency, accounts, amount) of a scoring."""
    rows = AccountScore.objects.filter(scoring_id=scoring_id).values("segment", "currency")
    counted = rows.annotate(n=Count("pk"), m=Sum("amount_minor")).order_by("segment", "currency")
    return [(r["segment"], r["currency"], r["n"], r["m"]) for r in counted]


def last_watched(creditor_id: int) -> date | None:
    return Watched.objects.filter(creditor_id=creditor_id).aggregate(d=Max("said_on"))["d"]


def waiting_frame(creditor_id: int, said_before: date) -> pl.DataFrame:
    """Predictions said before a day that nobody judged yet."""
    return bulk.read_frame(
        "SELECT id AS watched, due_item_id AS due_item, said_on FROM segments_watched "
        f"WHERE creditor_id = {int(creditor_id)} AND judged_on IS NULL AND said_on < '{said_before.isoformat()}'",
        _WAITING,
    )


def judged_frame(creditor_id: int, since: date) -> pl.DataFrame:
    """Predictions judged since a day, with when they were said and what both lines had said."""
    return bulk.read_frame(
        "SELECT said_on, judged_on, p_model, p_naive, CASE WHEN paid THEN 1 ELSE 0 END AS outcome "
        f"FROM segments_watched WHERE creditor_id = {int(creditor_id)} AND judged_on >= '{since.isoformat()}'",
        _JUDGED,
    )


def verdict(creditor_id: int, day: date) -> calibration.Verdict:
    """Which line speaks on the morning of a day: by what was judged in the last weeks of what the model in use said
    itself; while that is too little, by its examination. What an earlier model said is not held against it."""
    judged = judged_frame(creditor_id, day - timedelta(weeks=calibration.WATCH_WEEKS))
    one = LearntModel.objects.filter(creditor_id=creditor_id, state=ModelState.CHAMPION).only("cut", "measured").first()
    if one is None:
        return calibration.champion(judged, day)
    found = calibration.champion(judged.filter(pl.col("said_on") >= one.cut), day)
    return attrs.evolve(found, line="naive") if found.model_brier is None and loses(one.measured) else found


def live_calibration(creditor_id: int, since: date, bins: int = 5) -> pl.DataFrame:
    """What was said and what happened, live: said, happened, rows, low, high by bins of equal mass; empty if nothing
    was judged yet."""
    rows = judged_frame(creditor_id, since)
    if not rows.height:
        return reliability(rows["p_model"].to_numpy(), rows["outcome"].to_numpy()).clear()
    return reliability(rows["p_model"].to_numpy(), rows["outcome"].cast(pl.Float64).to_numpy(), bins)
