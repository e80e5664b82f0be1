"""Out of time: trained on what was known at each cut, judged on what came after, with plain lines beside the model.

Features roll to each row's own date (a later payment is used once it has happened); the model is frozen at the cut.
Rows are items at their issue; the cash and the open-book figures are of the open items on each seventh morning after
the cut. Lines: `naive` (the payer's own late rate; the portfolio's curve for 7/14/30 days; due date and the payer's
own median delay for the date, own mean for the cash), `shrinkage` (empirical Bayes and Kaplan-Meier) and `logistic`
(one logistic regression per question).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import attrs
import numpy as np
import polars as pl

from puntual.core.errors import UnusableInput
from puntual.core.segments.baselines import Line, fit_logistic, naive, own_cash, portfolio_delays
from puntual.core.segments.calibration import auc, brier, by_account, ece, ece_by_chance, wape
from puntual.core.segments.cash_line import cash_weekly, fit_weight
from puntual.core.segments.facts import at_issue, open_weekly
from puntual.core.segments.features import features
from puntual.core.segments.learning import Floats, Learner
from puntual.core.segments.score import HORIZONS, scored_features
from puntual.core.segments.survival import outcome
from puntual.core.segments.training import Settings, Trained, limit_days, train

#: Buckets of known payments in the cold-start table: [from, to).
KNOWN_PAYMENTS = ((0, 1), (1, 3), (3, 6), (6, 16), (16, 10**9))


@attrs.frozen(eq=False)
class Truth:
    """What happened to each row: days to payment (infinite: none seen), days observed, days left until late."""

    paid_after: Floats
    seen: Floats
    limit: Floats


def backtest(
    facts: pl.DataFrame, cuts: Sequence[date], learner: Learner | None, settings: Settings | None = None
) -> dict[str, Any]:
    """The document of `puntual backtest`: `{"cuts": [...], "seed": ...}`. UnusableInput if a cut leaves nothing."""
    settings = settings or Settings()
    last = facts.select(pl.max_horizontal(pl.col("issued_on").max(), pl.col("paid_on").max())).item()
    until = last + timedelta(days=1)
    return {"cuts": [_one_cut(facts, cut, until, learner, settings) for cut in cuts], "seed": settings.seed}


def _one_cut(
    facts: pl.DataFrame, cut: date, until: date, learner: Learner | None, settings: Settings
) -> dict[str, Any]:
    before = facts.filter(pl.col("issued_on") < cut).height
    if not before or before == facts.height:
        raise UnusableInput(
            f"El corte {cut} no deja documentos antes y después: elija una fecha dentro de la historia."
        )
    weight = fit_weight(facts, cut, learner, settings)
    return measure(facts, train(facts, cut, learner, settings), until, weight)


def measure(facts: pl.DataFrame, trained: Trained, until: date, weight: float = 1.0) -> dict[str, Any]:
    """The figures of one model, frozen at its cut, over what came from then to `until`, with the lines beside it.

    `weight`: the model's share in the cash of a month, as `cash_line` decided it before the cut.
    """
    cut, settings = trained.cut, trained.settings
    logistic = fit_logistic(facts, trained)
    issue = features(facts, at_issue(facts, cut), trained.shrink, settings.grace_days)
    book = features(facts, open_weekly(facts, cut, until), trained.shrink, settings.grace_days)
    models = {"model": trained, "shrinkage": attrs.evolve(trained, hazard=None)}
    delays = portfolio_delays(facts, cut)
    truths = {"issue": _truth(issue, until, settings), "book": _truth(book, until, settings)}

    def line(name: str, rows: pl.DataFrame) -> Line:
        if name == "naive":
            return naive(rows, delays)
        return logistic.line(rows) if name == "logistic" else _by_model(rows, models[name])

    def measured(name: str) -> dict[str, Any]:
        in_book = line(name, book)
        cash = own_cash(book) if name == "naive" else in_book.paid[30]
        if name == "model":
            cash = weight * cash + (1 - weight) * own_cash(book)
        return _measures(issue, line(name, issue), truths["issue"]) | {
            "cash_30_wape": _rounded(_cash_error(book, cash, until)),
            "open_book": {"n": book.height, **_paid_measures(in_book, truths["book"])},
        }

    model_line = _by_model(issue, trained)
    return {
        "cut": cut.isoformat(), "n": issue.height, **measured("model"), "naive": measured("naive"),
        "baselines": {name: measured(name) for name in ("shrinkage", "logistic")},
        "cash_30_weight": weight,
        "cold_start": _cold_start(issue, model_line, truths["issue"]),
        "model": model_card(trained, facts),
    }  # fmt: skip


def model_card(trained: Trained, facts: pl.DataFrame) -> dict[str, Any]:
    """What was learnt from what: the part of the model card that belongs to one training."""
    known = facts.filter(pl.col("issued_on") < trained.cut)
    return {
        "learner": trained.learner, "cut": trained.cut.isoformat(), "items": known.height, "closed": trained.closed,
        "accounts": known["account"].n_unique(), "rows": trained.rows, "short_history": trained.short_history,
        "first_issue": known["issued_on"].min(), "grace_days": trained.settings.grace_days,
        "seed": trained.settings.seed, "k_late": round(trained.shrink.k_late, 2),
        "k_delay": round(trained.shrink.k_delay, 2), "features": len(trained.profile.columns),
    }  # fmt: skip


def _by_model(rows: pl.DataFrame, trained: Trained) -> Line:
    scores = scored_features(rows, trained)
    days = (scores["expected_on"] - scores["as_of"]).dt.total_days().cast(pl.Float64).to_numpy()
    return Line(scores["p_late"].to_numpy(), {h: scores[f"p_paid_{h}"].to_numpy() for h in HORIZONS}, days)


def _truth(rows: pl.DataFrame, until: date, settings: Settings) -> Truth:
    paid_after, seen = outcome(rows, pl.lit(until))
    return Truth(paid_after, seen, limit_days(rows, settings.grace_days))


def _measures(rows: pl.DataFrame, line: Line, truth: Truth) -> dict[str, Any]:
    told = truth.seen > truth.limit
    late, p = (truth.paid_after > truth.limit)[told].astype(np.float64), line.late[told]
    paid = truth.paid_after < np.inf
    interval = by_account(auc, p, late, rows["account"].to_numpy()[told])
    error = np.abs(line.days - truth.paid_after)[paid]
    return {
        "late": {"auc": _rounded(auc(p, late)), "brier": _rounded(brier(p, late)), "ece": _rounded(ece(p, late)),
                 "ece_by_chance": _rounded(ece_by_chance(p)), "n": len(late),
                 "auc_interval": [_rounded(v) for v in interval] if interval else None},
        **_paid_measures(line, truth),
        "mae_days": _rounded(float(error.mean())) if len(error) else None,
    }  # fmt: skip


def _paid_measures(line: Line, truth: Truth) -> dict[str, Any]:
    result = {}
    for h in HORIZONS:
        told = truth.seen >= h  # whoever was watched for less is left out, paid or not
        y, p = (truth.paid_after <= h)[told].astype(np.float64), line.paid[h][told]
        result[f"paid_{h}"] = {
            "brier": _rounded(brier(p, y)), "ece": _rounded(ece(p, y)), "auc": _rounded(auc(p, y)),
            "ece_by_chance": _rounded(ece_by_chance(p)),
        }  # fmt: skip
    return result


def _cash_error(rows: pl.DataFrame, share: Floats, until: date) -> float | None:
    """Weighted error of the cash of 30 days over the weekly mornings that are 30 days old."""
    weekly = cash_weekly(rows, {"said": share}, until)
    return wape(weekly["said"].to_numpy(), weekly["came"].to_numpy())


def _cold_start(rows: pl.DataFrame, line: Line, truth: Truth) -> list[dict[str, Any]]:
    """Brier of late by how many payments of the payer were known at issue: own rate, shrunken rate, model."""
    known = rows["n_paid"].to_numpy()
    told = truth.seen > truth.limit
    late = (truth.paid_after > truth.limit).astype(np.float64)
    table = []
    for low, high in KNOWN_PAYMENTS:
        i = told & (known >= low) & (known < high)
        table.append({
            "known_payments": _span(low, high), "n": int(i.sum()),
            "own": _rounded(brier(rows["own_late"].to_numpy()[i], late[i])),
            "shrinkage": _rounded(brier(rows["eb_late"].to_numpy()[i], late[i])),
            "model": _rounded(brier(line.late[i], late[i])),
        })  # fmt: skip
    return table


def _span(low: int, high: int) -> str:
    """How a bucket [low, high) is called."""
    if high >= 10**9:
        return f"{low}+"
    return str(low) if high == low + 1 else f"{low}-{high - 1}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
