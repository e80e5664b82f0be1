"""The queue of a creditor, written from a frame: what was put off, kept or finished today stays so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
import polars as pl
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.workbench import read
from puntual.apps.workbench.choices import RowState
from puntual.apps.workbench.models import DeskSettings, Handling, QueueRow
from puntual.core.frames import Column, Schema, check_frame
from puntual.core.reasons import sentence
from puntual.core.workbench.queue import QUEUE

#: Whoever was attended within these days is not brought before people again because of a bad relation.
ATTENDED_DAYS = 7
RELATION = "relation_attend"
#: Handlings in which nobody was attended.
_NOTHING_DONE = ("", "released", "expired")


@attrs.frozen
class Damaged:
    """A relation bad enough for a person: of whom, what is open, and the causes as sentences."""

    party: int
    account: int
    currency: str
    amount_minor: int
    causes: tuple[str, ...]


#: What the desk adds to the core's queue.
PUBLISHED: Schema = {
    **QUEUE,
    "segment": Column(pl.String, "segmento"),
    "language": Column(pl.String, "idioma"),
    "skill": Column(pl.String, "destreza que pide"),
}


#: Rows in each short transaction of a publication: an agent who notes something waits for one of them, not for all.
PIECE = 2_000
#: A row that an agent touched since it was read keeps what the agent left. SQLite keeps instants as text.
_UNTOUCHED = "workbench_queuerow.touched_at IS NOT DISTINCT FROM excluded.touched_at"
_UNTOUCHED_TEXT = (
    "replace(coalesce(workbench_queuerow.touched_at, ''), '.000000', '') = "
    "replace(coalesce(excluded.touched_at, ''), '.000000', '')"
)


def publish(
    *, creditor_id: int, queue: pl.DataFrame, now: datetime, since: datetime, damaged: Sequence[Damaged] = ()
) -> int:
    """Replace the queue of a creditor; gives how many rows it has. `since`: when the creditor's local day began.
    `damaged`: relations that a person must attend, worst first: they go before everything but call-backs.

    A row worked today keeps its state; one put off keeps its hour; a call-back keeps its owner and the head of the
    queue; a desk keeps its people until Reparto deals them again. Written piece by piece in short transactions: agents
    take and note meanwhile, and what they touch is theirs. Every piece leaves a queue that can be worked.
    """
    check_frame(queue, PUBLISHED, "queue")
    before = set(QueueRow.objects.filter(creditor_id=creditor_id).values_list("party_id", flat=True))
    rows = _kept(queue, read.kept_frame(creditor_id), now, since)
    table = rows.select(
        creditor_id=pl.lit(creditor_id, dtype=pl.Int64),
        party_id="party",
        account_id="account",
        built_at=pl.lit(now).cast(pl.Datetime("us", "UTC")),
        fruitless="fruitless",
        desk="desk",
        because="because",
        touched_at="touched_at",
        **{n: pl.col(n) for n in PUBLISHED if n not in ("party", "account")},
    )
    for piece in table.iter_slices(PIECE):
        with transaction.atomic():
            untouched = _UNTOUCHED if bulk.is_postgres() else _UNTOUCHED_TEXT
            bulk.upsert_frame(QueueRow, ("creditor_id", "party_id"), piece, untouched)
    for gone in bulk.chunks(sorted(before.difference(table["party_id"].to_list()))):
        QueueRow.objects.filter(creditor_id=creditor_id, party_id__in=gone)._raw_delete("default")
    groups = {str(g): n for g, n in rows.group_by("grp").len().iter_rows()}
    with transaction.atomic():
        _call_backs(creditor_id, now)
        _relations(creditor_id, damaged, now)
        DeskSettings.objects.update_or_create(creditor_id=creditor_id, defaults={"built_at": now, "built": groups})
    return table.height


def _kept(queue: pl.DataFrame, kept: pl.DataFrame, now: datetime, since: datetime) -> pl.DataFrame:
    """The new queue with what the one before must not forget."""
    rows = queue.join(kept, on="party", how="left", maintain_order="left")
    put_off = (pl.col("was_state") == "later") & pl.col("was_touched_at").is_not_null()
    asleep = put_off & (pl.col("was_not_before") > now)
    today = pl.col("was_touched_at") >= since
    # A bad relation is looked at anew each time; whoever asked for a call or was handed over stays at the head.
    head = (pl.col("was_grp") == 0) & (pl.col("was_reason") != RELATION)
    done = today & pl.col("was_state").is_in(["done", "route"])
    hold = (done | asleep | (head & pl.col("was_state").is_not_null())).fill_null(False)
    return rows.with_columns(
        grp=pl.when(head.fill_null(False)).then(pl.lit(0, dtype=pl.Int16)).otherwise("grp"),
        state=pl.when(hold).then("was_state").otherwise("state"),
        not_before=pl.when(hold).then("was_not_before").otherwise("not_before"),
        reason=pl.when(head.fill_null(False)).then("was_reason").otherwise("reason"),
        sentence=pl.when(head.fill_null(False)).then("was_sentence").otherwise("sentence"),
        fruitless=pl.col("was_fruitless").fill_null(0),
        desk=pl.col("was_desk").fill_null(0),
        because=pl.col("was_because").fill_null(""),
        touched_at="was_touched_at",
    )


def _call_backs(creditor_id: int, now: datetime) -> None:
    """Everybody who asked to be called has a row, at the head of the queue of whoever noted it."""
    from puntual.apps.workbench import write

    have = set(QueueRow.objects.filter(creditor_id=creditor_id, grp=0).values_list("party_id", flat=True))
    for one in read.open_call_backs(creditor_id):
        if one.party_id not in have:
            write.front(
                creditor_id=creditor_id, party_id=one.party_id, account_id=one.account_id, desk=one.owner_id or 0,
                reason="call_back_due", at=one.at if one.at > now else None, now=now,
            )  # fmt: skip


def _relations(creditor_id: int, damaged: Sequence[Damaged], now: datetime) -> None:
    """Bad relations at the head of the queue, unless somebody attended them these days or is about to."""
    parties = [one.party for one in damaged]
    worked = Handling.objects.filter(
        creditor_id=creditor_id, party_id__in=parties, closed_at__gte=now - timedelta(days=ATTENDED_DAYS)
    ).exclude(outcome__in=_NOTHING_DONE)
    attended = set(worked.values_list("party_id", flat=True))
    rows = {row.party_id: row for row in QueueRow.objects.filter(creditor_id=creditor_id, party_id__in=parties)}
    for place, one in enumerate(damaged, start=1):
        row = rows.get(one.party)
        busy = row is not None and (row.grp == 0 or row.state in (RowState.DONE, RowState.ROUTE))
        if one.party in attended or busy:
            continue
        causes = " ".join(one.causes)
        told = {"grp": 0, "place": place, "reason": RELATION, "sentence": sentence(RELATION, causes=causes)[:200]}
        if row is not None:
            QueueRow.objects.filter(pk=row.pk).update(**told)
        else:
            QueueRow.objects.create(
                creditor_id=creditor_id, party_id=one.party, account_id=one.account, amount_minor=one.amount_minor,
                currency=one.currency, days_past_due=0, stage="preventive", built_at=now, **told,
            )  # fmt: skip


@transaction.atomic
def assign(*, creditor_id: int, assigned: pl.DataFrame, now: datetime) -> int:
    """Put each party on its desk (core.workbench.assignment.ASSIGNED); gives how many changed desk."""
    before = dict(QueueRow.objects.filter(creditor_id=creditor_id).values_list("party_id", "desk"))
    moved: dict[tuple[int, str], list[int]] = {}
    for party, agent, because in assigned.select("party", "agent", "because").iter_rows():
        if before.get(party) != agent:
            moved.setdefault((agent, because), []).append(party)
    for (agent, because), parties in moved.items():
        for piece in bulk.chunks(parties):
            QueueRow.objects.filter(creditor_id=creditor_id, party_id__in=piece).update(desk=agent, because=because)
    return sum(len(parties) for parties in moved.values())
