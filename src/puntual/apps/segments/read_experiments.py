"""Reads of experiments: who is not contacted, who follows the other policy, and what came of everybody in them."""

from __future__ import annotations

from datetime import date

import polars as pl
from django.db.models import Avg

from puntual.apps import bulk
from puntual.apps.compliance.read import REALLY_ASKED
from puntual.apps.segments.models import AccountScore, Experiment
from puntual.core.frames import HOLDS, Column, Schema

_RUNNING = "x.starts_on <= '{day}' AND x.ends_on > '{day}' AND (x.stopped_on IS NULL OR x.stopped_on > '{day}')"

CHALLENGER: Schema = {
    "account": Column(pl.Int64, "cuenta"),
    "challenger": Column(pl.Int64, "política que se prueba"),
}


def holds_frame(day: date) -> pl.DataFrame:
    """The control groups of the hold-outs that run on a day, as pauses of their accounts (frames.HOLDS)."""
    running = _RUNNING.format(day=day.isoformat())
    treated = "NOT g.treated" if bulk.is_postgres() else "g.treated = 0"
    return bulk.read_frame(
        "SELECT NULL AS due_item, a.id AS account, g.party_id AS party, 'hold_out' AS reason, NULL AS held_minor, "
        "x.ends_on AS until, NULL AS remind_on FROM segments_experiment x "
        "JOIN segments_assigned g ON g.experiment_id = x.id "
        "JOIN parties_account a ON a.party_id = g.party_id AND a.creditor_id = x.creditor_id "
        f"WHERE x.kind = 'hold_out' AND {treated} AND {running}",
        HOLDS,
    )


def challenger_frame(creditor_id: int, day: date) -> pl.DataFrame:
    """account and the policy that it follows because an experiment drew it so."""
    running = _RUNNING.format(day=day.isoformat())
    treated = "g.treated" if bulk.is_postgres() else "g.treated = 1"
    return bulk.read_frame(
        "SELECT a.id AS account, MIN(x.policy_id) AS challenger FROM segments_experiment x "
        "JOIN segments_assigned g ON g.experiment_id = x.id "
        "JOIN parties_account a ON a.party_id = g.party_id AND a.creditor_id = x.creditor_id "
        f"WHERE x.kind = 'policies' AND x.creditor_id = {int(creditor_id)} AND {treated} AND {running} GROUP BY a.id",
        CHALLENGER,
    )


_PARTIES: Schema = {
    "party": Column(pl.Int64, "persona"),
    "forecast_minor": Column(pl.Int64, "lo que se espera en 30 días"),
}
_ASSIGNED: Schema = {
    "party": Column(pl.Int64, "persona"),
    "treated": Column(pl.Boolean, "con el cambio"),
    "since": Column(pl.Date, "desde cuándo"),
    "forecast_minor": Column(pl.Int64, "lo que se esperaba"),
}
_DATED: Schema = {
    "party": Column(pl.Int64, "persona"),
    "what": Column(pl.String, "qué pasó"),
    "on": Column(pl.Date, "cuándo"),
    "n": Column(pl.Int64, "cuánto"),
}


def paying_share(creditor_id: int) -> float:
    """The share of scored customers that is expected to pay within 30 days: the base of a comparison."""
    mean = AccountScore.objects.filter(scoring__creditor_id=creditor_id, scoring__current=True).aggregate(
        m=Avg("p_paid_30")
    )["m"]
    return float(mean or 0.0)


def expected_frame(creditor_id: int, currency: str) -> pl.DataFrame:
    """party and what is expected of it in 30 days, in one currency, of everybody with something open."""
    return bulk.read_frame(
        "SELECT s.party_id AS party, "
        f"CAST(SUM(CASE WHEN s.currency = '{currency}' THEN s.amount_minor * s.p_paid_30 ELSE 0 END) AS BIGINT) "
        "AS forecast_minor FROM segments_accountscore s JOIN segments_scoring c ON c.id = s.scoring_id "
        f"WHERE c.creditor_id = {int(creditor_id)} AND c.current GROUP BY s.party_id",
        _PARTIES,
    )


def assigned_frame(experiment_id: int) -> pl.DataFrame:
    """Who is in it, in which group and since when."""
    return bulk.read_frame(
        "SELECT party_id AS party, treated, since, forecast_minor FROM segments_assigned "
        f"WHERE experiment_id = {int(experiment_id)}",
        _ASSIGNED,
    )


def outcomes_frame(experiment: Experiment, until: date, cash_days: int) -> pl.DataFrame:
    """core.reports.trial.OUTCOMES: what came of each customer from its draw, over `cash_days`, before `until`."""
    drawn = assigned_frame(experiment.pk)
    happened = bulk.read_frame(_happened(experiment), _DATED).join(drawn.select("party", "since"), on="party")
    mine = (pl.col("on") >= pl.col("since")) & (pl.col("on") < until)
    cash = mine & (pl.col("on") < pl.col("since") + pl.duration(days=cash_days)) & (pl.col("what") == "cash")
    sums = happened.group_by("party").agg(
        cash_minor=pl.col("n").filter(cash).sum(),
        complaints=(mine & (pl.col("what") == "complaint")).any().cast(pl.Float64),
        opt_outs=(mine & (pl.col("what") == "opt_out")).any().cast(pl.Float64),
        contacts=(mine & (pl.col("what") == "contact")).sum().cast(pl.Float64),
    )
    zeros = {"cash_minor": 0, "complaints": 0.0, "opt_outs": 0.0, "contacts": 0.0}
    joined = drawn.join(sums, on="party", how="left").with_columns(pl.col(n).fill_null(v) for n, v in zeros.items())
    return joined.select("party", "treated", *zeros, "forecast_minor")


def _happened(experiment: Experiment) -> str:
    """Cash, complaints, opt-outs and contacts of a company's customers since the experiment began."""
    creditor, since = int(experiment.creditor_id), experiment.starts_on.isoformat()
    day = "CAST({} AS DATE)" if bulk.is_postgres() else "substr({}, 1, 10)"
    counted = "c.counts" if bulk.is_postgres() else "c.counts = 1"
    of_account = f"JOIN parties_account a ON a.id = {{}}.account_id AND a.creditor_id = {creditor}"
    return (
        "SELECT a.party_id AS party, 'cash' AS what, v.effective_on AS \"on\", e.amount_minor AS n "
        "FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 3 "
        f"{of_account.format('v')} WHERE v.creditor_id = {creditor} AND v.currency = '{experiment.currency}' "
        f"AND v.kind IN ('payment', 'reversal', 'chargeback', 'refund', 'recovery') AND v.effective_on >= '{since}' "
        f"UNION ALL SELECT a.party_id, 'complaint', q.opened_on, 1 FROM negotiation_complaint q "
        f"{of_account.format('q')} WHERE q.opened_on >= '{since}' "
        f"UNION ALL SELECT t.party_id, 'opt_out', {day.format('t.at')}, 1 FROM compliance_consent t "
        f"WHERE t.status = 'withdrawn' AND t.at >= '{since}' AND {REALLY_ASKED.format('t')} "
        f"UNION ALL SELECT c.party_id, 'contact', {day.format('c.at')}, 1 FROM outreach_contact c "
        f"WHERE c.creditor_id = {creditor} AND c.direction = 'out' AND {counted} AND c.at >= '{since}'"
    )
