"""What Reparto reads: the cases of a creditor as a frame, and its team as values."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.contrib.auth import get_user_model

from puntual.apps import bulk
from puntual.apps.access import read as access
from puntual.apps.workbench import read, read_presence
from puntual.core.frames import INSTANT, Column, Schema
from puntual.core.workbench.assignment import CASES, Agent

#: Minutes that one person is taken to ask for (core.workbench.queue.CALL).
MINUTES = 6.0
_ROWS: Schema = {
    "party": Column(pl.Int64, "persona"),
    "place": Column(pl.Int32, "orden"),
    "skill": Column(pl.String, "destreza"),
    "language": Column(pl.String, "idioma"),
    "segment": Column(pl.String, "segmento"),
    "desk": Column(pl.Int64, "escritorio"),
    "touched_at": Column(INSTANT, "última vez", null=True),
}
_PAIR: Schema = {"party": Column(pl.Int64, "persona"), "agent": Column(pl.Int64, "asesor")}


def cases_frame(creditor_id: int, now: datetime) -> pl.DataFrame:
    """Everybody to be attended (core.workbench.assignment.CASES), best first."""
    rows = bulk.read_frame(
        "SELECT party_id AS party, place, skill, language, segment, desk, touched_at FROM workbench_queuerow "
        f"WHERE creditor_id = {int(creditor_id)} AND grp < 3 AND state IN ('waiting', 'later')",
        _ROWS,
    )
    named = bulk.read_frame("SELECT party_id AS party, agent_id AS agent FROM workbench_namedagent", _PAIR)
    kept = bulk.read_frame(
        "SELECT party_id AS party, MIN(owner_id) AS agent FROM workbench_callback "
        f"WHERE creditor_id = {int(creditor_id)} AND state = 'open' AND owner_id IS NOT NULL GROUP BY party_id",
        _PAIR,
    )
    idle = (pl.lit(now).cast(INSTANT) - pl.col("touched_at")).dt.total_days().cast(pl.Int32)
    joined = rows.join(named.rename({"agent": "named"}), on="party", how="left").join(
        kept.rename({"agent": "kept"}), on="party", how="left"
    )
    return (
        joined.with_columns(
            minutes=pl.lit(MINUTES),
            current=pl.when(pl.col("desk") > 0).then("desk"),
            # Nobody has touched it yet: it was dealt, so it is not idle.
            idle_days=idle.fill_null(0),
        )
        .sort("place", "party")
        .select(CASES.keys())
    )


def team(creditor_id: int, now: datetime) -> list[tuple[Agent, str]]:
    """(agent, name) of everybody on duty who may work that creditor's queue and is not away now."""
    gone = read_presence.away(now)
    names = {pk: (name, profile) for pk, name, profile in read.agents(creditor_id)}
    found = []
    for user in get_user_model().objects.filter(pk__in=names, is_active=True).order_by("pk"):
        name, profile = names[user.pk]
        if user.pk in gone or not profile.on_duty or not access.grants_of(user).may("workbench.use", creditor_id):
            continue
        agent = Agent(
            id=user.pk, minutes=float(profile.minutes), skills=frozenset(profile.skills),
            languages=frozenset(profile.languages), segments=frozenset(profile.segments),
        )  # fmt: skip
        found.append((agent, name))
    return found
