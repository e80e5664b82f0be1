"""Reads of experiments for the run: who is not contacted, and who follows the other policy."""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.apps import bulk
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
