"""How people answered, by channel and part of their day, and what the run's choices brought. Of one company only."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.core.frames import Column, Schema
from puntual.core.reports.choices_value import CHOICES
from puntual.core.segments.contactability import ATTEMPTS, cells, daypart
from puntual.core.time import local_instant

#: How far back an answer still tells something, and how long a contact is given to be answered before it counts.
SINCE_DAYS, ANSWER_DAYS = 270, 3
#: Money that comes in so many days after a choice counts as its own.
PAID_DAYS = 14
#: What a person does with a message: opens it, visits the page, answers, chooses how to pay, pays.
_ANSWERS = "('opened', 'clicked', 'replied', 'method_chosen', 'paid')"
#: Channels of which the portfolio's rate is always given, tried or not.
_CHANNELS = ("email", "sms", "whatsapp", "voice")

_TRIED: Schema = {
    "party": Column(pl.Int64, "persona"),
    "channel": Column(pl.String, "canal"),
    "at": Column(pl.Datetime("us", "UTC"), "cuándo"),
    "zone": Column(pl.String, "zona de la persona"),
    "answered": Column(pl.Int64, "si contestó"),
}
_CHOSEN: Schema = {
    "party": Column(pl.Int64, "persona"),
    "channel": Column(pl.String, "canal"),
    "at": Column(pl.Datetime("us", "UTC"), "cuándo"),
    "zone": Column(pl.String, "zona de la persona"),
    "propensity": Column(pl.Float64, "probabilidad con que se eligió"),
    "offered": Column(pl.String, "entre qué"),
    "answered": Column(pl.Int64, "si contestó"),
    "paid": Column(pl.Int64, "si pagó algo"),
}


def attempts_frame(creditor: Creditor, today: date, party_id: int | None = None) -> pl.DataFrame:
    """ATTEMPTS: every contact of the last months that had its days to be answered before `today`, and whether it was:
    opened, page visited, answered, paid after, or a person reached. Of one party only if it is named."""
    morning = local_instant(today, time(0), creditor.zone)
    since, until = morning - timedelta(days=SINCE_DAYS), morning - timedelta(days=ANSWER_DAYS)
    counted = "c.counts AND c.direction = 'out'" if bulk.is_postgres() else "c.counts = 1 AND c.direction = 'out'"
    reached = "c.direct_contact" if bulk.is_postgres() else "c.direct_contact = 1"
    one = "" if party_id is None else "AND c.party_id = %s "
    rows = bulk.read_frame(
        f"SELECT c.party_id AS party, c.channel, c.at, COALESCE(NULLIF(p.zone, ''), '{creditor.zone}') AS zone, "
        f"CASE WHEN {reached} OR EXISTS (SELECT 1 FROM outreach_fact f WHERE f.outbox_id = c.outbox_id "
        f"AND f.kind IN {_ANSWERS} AND f.at < '{_text(morning)}') THEN 1 ELSE 0 END AS answered "
        "FROM outreach_contact c JOIN parties_party p ON p.id = c.party_id "
        f"WHERE {counted} AND c.creditor_id = {int(creditor.pk)} {one}"
        f"AND c.at >= '{_text(since)}' AND c.at < '{_text(until)}'",
        _TRIED,
        () if party_id is None else (party_id,),  # few rows for a page: not worth a connection in columns
    )
    return with_daypart(rows).select("party", "channel", "daypart", answered=pl.col("answered") > 0).select(*ATTEMPTS)


def answers_frame(creditor: Creditor, today: date) -> pl.DataFrame:
    """CELLS of a company, as known on the morning of `today`: the same all day long."""
    return cells_of(attempts_frame(creditor, today))


def cells_of(attempts: pl.DataFrame) -> pl.DataFrame:
    """CELLS of some attempts, with every channel that a machine sends by."""
    return cells(attempts, _CHANNELS)


def with_daypart(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `daypart`, by each row's own zone."""
    parts = [
        part.with_columns(daypart=daypart(pl.col("at").dt.convert_time_zone(str(zone)).dt.hour()))
        for (zone,), part in rows.group_by("zone", maintain_order=True)
    ]
    return pl.concat(parts) if parts else rows.with_columns(daypart=pl.lit(None, dtype=pl.String))


def choices_frame(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """core.reports.choices_value.CHOICES: every choice of the plans of [start, end) that was made with a logged chance,
    as it was decided, whether or not it could leave in the end."""
    paid_until = f"p.day + {PAID_DAYS}" if bulk.is_postgres() else f"date(p.day, '+{PAID_DAYS} days')"
    rows = bulk.read_frame(
        f"SELECT a.party_id AS party, r.channel, r.at, COALESCE(NULLIF(q.zone, ''), '{creditor.zone}') AS zone, "
        "r.propensity, r.offered, "
        "CASE WHEN EXISTS (SELECT 1 FROM outreach_outbox o JOIN outreach_fact f ON f.outbox_id = o.id "
        f"WHERE o.plan_id = r.plan_id AND o.account_id = r.account_id AND f.kind IN {_ANSWERS}) "
        "THEN 1 ELSE 0 END AS answered, "
        "CASE WHEN EXISTS (SELECT 1 FROM receivables_event v WHERE v.account_id = r.account_id "
        f"AND v.kind = 'payment' AND v.effective_on >= p.day AND v.effective_on < {paid_until}) "
        "THEN 1 ELSE 0 END AS paid "
        "FROM planning_planrow r JOIN planning_plan p ON p.id = r.plan_id "
        "JOIN parties_account a ON a.id = r.account_id JOIN parties_party q ON q.id = a.party_id "
        f"WHERE p.creditor_id = {int(creditor.pk)} AND p.day >= '{start}' AND p.day < '{end}' "
        "AND r.propensity IS NOT NULL AND r.verdict = 'allow'",
        _CHOSEN,
    )
    return with_daypart(rows).select(
        "party", "propensity", "offered", chosen=pl.format("{}:{}", "channel", "daypart"),
        answered=pl.col("answered").cast(pl.Float64), paid=pl.col("paid").cast(pl.Float64),
    ).select(*CHOICES)  # fmt: skip


def _text(at: datetime) -> str:
    """An instant as both databases compare it with their columns."""
    form = "%Y-%m-%d %H:%M:%S+00:00" if bulk.is_postgres() else "%Y-%m-%d %H:%M:%S"
    return at.astimezone(UTC).strftime(form)
