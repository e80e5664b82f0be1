"""The only writer of experiments: told beforehand, drawn by chance, judged as often as one likes, stopped by harm."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.apps.segments import read, read_experiments
from puntual.apps.segments.choices import ExperimentKind
from puntual.apps.segments.models import Assigned, Experiment
from puntual.core.errors import UnusableInput
from puntual.core.reports import experiments, trial

#: The figure that decides: cash of so many days from the draw.
CASH_DAYS = 30
#: A hold-out leaves people without reminders: never for longer than this, nor for more than this share.
MOST_DAYS, MOST_CONTROL = 120, 50


def plan(creditor: Creditor, control_pct: int, change_points: float) -> trial.Told:
    """What can be proved with the customers there are, said before anything starts. UnusableInput without scores."""
    stakes = read.stakes_frame(creditor.pk)
    if stakes.height < 4:
        raise UnusableInput("Todavía no hay clientes calificados: haga una corrida y vuelva a mirar.")
    base = read_experiments.paying_share(creditor.pk)
    return trial.told_before(stakes.height, control_pct, base, change_points)


@transaction.atomic
def create(
    *, creditor: Creditor, name: str, kind: str, control_pct: int, starts_on: date, days: int,
    change_points: float, at: datetime, by: Any = None, policy_id: int | None = None,
) -> Experiment:  # fmt: skip
    """A new experiment, with what was told beforehand kept beside it. UnusableInput when it cannot be as asked."""
    _check(creditor, name, kind, control_pct, days, policy_id, starts_on)
    told = plan(creditor, control_pct, change_points)
    return Experiment.objects.create(
        creditor=creditor, name=name.strip(), kind=kind, policy_id=policy_id, control_pct=control_pct,
        salt=f"{creditor.code[:20]}-{secrets.token_hex(6)}", starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days), currency=creditor.currency, told_before=told.as_json(),
        created_at=at, by=by,
    )  # fmt: skip


def _check(
    creditor: Creditor, name: str, kind: str, control_pct: int, days: int, policy_id: int | None, starts_on: date
) -> None:
    if not name.strip():
        raise UnusableInput("Póngale un nombre, para reconocerlo después.", field="name")
    if not 1 <= control_pct <= MOST_CONTROL:
        raise UnusableInput(f"La parte sin el cambio va de 1 a {MOST_CONTROL} de cada 100.", field="control_pct")
    if not 7 <= days <= MOST_DAYS:
        raise UnusableInput(f"Dura de 7 a {MOST_DAYS} días.", field="days")
    if (kind == ExperimentKind.POLICIES) != (policy_id is not None):
        raise UnusableInput("Para comparar políticas elija la que se prueba.", field="policy")
    over = [x for x in read.experiments(creditor.pk) if x.stopped_on is None and x.ends_on > starts_on]
    if any(x.kind == kind for x in over):
        raise UnusableInput("Ya hay un experimento de esa clase en marcha: termínelo antes, o se confundirían.")


def enrol(experiment: Experiment, day: date) -> int:
    """Draw the customers with something open that are not in it yet: control or not, by the hash of who they are."""
    if day < experiment.starts_on or day >= experiment.ends_on or experiment.stopped_on:
        return 0
    rows = read_experiments.expected_frame(experiment.creditor_id, experiment.currency)
    known = read_experiments.assigned_frame(experiment.pk)
    fresh = rows.join(known.select("party"), on="party", how="anti")
    if fresh.is_empty():
        return 0
    share = experiment.control_pct / 100
    arms = experiments.assign(fresh["party"], experiment.salt, {"control": share, "treated": 1 - share})
    table = fresh.select(
        pl.lit(experiment.pk, dtype=pl.Int64).alias("experiment_id"), pl.col("party").alias("party_id"),
        (arms == "treated").alias("treated"), pl.lit(day).alias("since"),
        pl.col("forecast_minor").cast(pl.Int64),
    )  # fmt: skip
    with transaction.atomic():
        bulk.insert_frame(Assigned, table)
    return table.height


def judge(experiment: Experiment, day: date) -> Mapping[str, Any]:
    """Look at it: the effect with its interval, the harm beside it, and what to do. Harm for certain stops it."""
    last = min(day, experiment.ends_on + timedelta(days=CASH_DAYS))
    rows = read_experiments.outcomes_frame(experiment, last, CASH_DAYS)
    seen = trial.look(rows, over=day >= experiment.ends_on)
    experiment.result, experiment.verdict, experiment.judged_on = seen.as_json(), seen.verdict.code, day
    if seen.verdict.code == "stop_harm" and experiment.stopped_on is None:
        experiment.stopped_on = day
    experiment.save(update_fields=["result", "verdict", "judged_on", "stopped_on"])
    return experiment.result


def stop(experiment: Experiment, day: date) -> None:
    """End it now; everybody goes back to the same policy."""
    Experiment.objects.filter(pk=experiment.pk, stopped_on__isnull=True).update(stopped_on=day)


def night(creditor_id: int, day: date) -> None:
    """Enrol who came and look at every experiment that is running or whose last payments are still counted."""
    for one in read.experiments(creditor_id):
        enrol(one, day)
        if one.starts_on < day <= one.ends_on + timedelta(days=CASH_DAYS):
            judge(one, day)
