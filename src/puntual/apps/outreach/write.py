"""The only writer of the outbox: from a plan's decisions to rows that will leave, and back when a payment settles
them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
import polars as pl
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from puntual.apps import bulk
from puntual.apps.outreach.choices import OPEN_STATES, SendState
from puntual.apps.outreach.models import Outbox
from puntual.core.errors import Refused

#: How long after its hour a message may still leave. The provider's own queue gets the same limit.
TIME_TO_LIVE = timedelta(hours=10)


@attrs.frozen
class Refreshed:
    """What a run did to the outbox: rows added, rows withdrawn because they are no longer wanted."""

    added: int
    withdrawn: int


@transaction.atomic
def refresh(
    *, plan_id: int, creditor_id: int, day: str, decision: pl.DataFrame, templates: dict[str, str]
) -> Refreshed:
    """Make the outbox of a plan agree with its decisions.

    Wanted contacts that have no row get one (`once` = creditor, day, account: a second run adds nothing). Rows that
    are no longer wanted and have not begun to leave are withdrawn with their reason. What left stays as it is.
    """
    wanted = decision.filter(pl.col("verdict") == "allow")
    tasks = pl.col("channel") == "task"
    once = (
        pl.when(tasks)
        .then(pl.format("task:{}:{}", "account", "step"))
        .otherwise(pl.format("{}:{}:{}", pl.lit(creditor_id), pl.lit(day), "account"))
    )
    rows = wanted.select(
        once=once,
        plan_id=pl.lit(plan_id, dtype=pl.Int64),
        account_id="account",
        party_id="party",
        creditor_id="creditor",
        channel="channel",
        contact_point_id="contact_point",
        purpose=pl.when(pl.col("reason") == "promise_reminder")
        .then(pl.lit("reminder_preventive"))
        .otherwise("purpose"),
        stage="stage",
        step=pl.when(pl.col("reason") == "promise_reminder").then(pl.lit("promesa")).otherwise("step"),
        template=_template(templates),
        policy_version_id="policy_version",
        currency="currency",
        amount_minor="amount_minor",
        scheduled_at="at",
        expires_at=pl.col("at") + TIME_TO_LIVE,
    )
    withdrawn = _withdraw_unwanted(plan_id, decision, rows)
    fresh = _without_known(plan_id, creditor_id, day, rows)
    bulk.insert_frame(
        Outbox,
        fresh.with_columns(
            state=pl.lit(SendState.PLANNED.value),
            reason=pl.lit(""),
            rule=pl.lit(""),
            detail=pl.lit(""),
            approved=pl.lit(False),
            attempts=pl.lit(0, dtype=pl.Int16),
            reserved_by=pl.lit(""),
        ),
    )
    return Refreshed(fresh.height, withdrawn)


def _template(templates: dict[str, str]) -> pl.Expr:
    """version:step -> template name, a literal table because there are few."""
    key = pl.concat_str(pl.col("policy_version").cast(pl.String), pl.lit(":"), pl.col("step").fill_null(""))
    named = key.replace_strict(templates, default="recordatorio", return_dtype=pl.String)
    return pl.when(pl.col("reason") == "promise_reminder").then(pl.lit("promesa_recordatorio")).otherwise(named)


def _without_known(plan_id: int, creditor_id: int, day: str, rows: pl.DataFrame) -> pl.DataFrame:
    known = set(Outbox.objects.filter(plan_id=plan_id).values_list("once", flat=True))
    asks = rows.filter(pl.col("channel") == "task")["once"].to_list()
    for piece in bulk.chunks(asks):
        known |= set(Outbox.objects.filter(once__in=piece).values_list("once", flat=True))
    return rows.filter(~pl.col("once").is_in(list(known))) if known else rows


def _withdraw_unwanted(plan_id: int, decision: pl.DataFrame, rows: pl.DataFrame) -> int:
    """Planned rows whose account is no longer to be contacted, or by another channel, or for another amount."""
    planned = Outbox.objects.filter(plan_id=plan_id, state__in=OPEN_STATES, reserved_at=None)
    if not planned.exists():
        return 0
    keep = dict(rows.select("once", "amount_minor").iter_rows())
    now_open = set(decision.filter(pl.col("amount_minor") > 0)["account"].to_list())
    gone: dict[str, list[int]] = {}
    for pk, once, account, amount in planned.values_list("pk", "once", "account_id", "amount_minor"):
        if once.partition(">")[0] not in keep:
            # An account that is not in the decision any more owes nothing; the contact itself counts as said.
            gone.setdefault("withdrawn_changed" if account in now_open else "withdrawn_paid", []).append(pk)
        elif keep[once.partition(">")[0]] != amount:
            Outbox.objects.filter(pk=pk).update(amount_minor=keep[once.partition(">")[0]])
    for reason, ids in gone.items():
        for piece in bulk.chunks(ids):
            Outbox.objects.filter(pk__in=piece).update(state=SendState.WITHDRAWN, reason=reason)
    return sum(len(ids) for ids in gone.values())


@transaction.atomic
def approve(*, plan_id: int | None = None, ids: Sequence[int] = ()) -> int:
    """Let held messages go. Gives how many were waiting."""
    return held(plan_id=plan_id, ids=ids).update(approved=True)


def held(*, plan_id: int | None = None, ids: Sequence[int] = ()) -> QuerySet[Outbox]:
    """The messages of a plan, or some messages, that wait for somebody's yes."""
    waiting = Outbox.objects.filter(state=SendState.PLANNED, approved=False).exclude(channel="task")
    return waiting.filter(pk__in=list(ids)) if ids else waiting.filter(plan_id=plan_id)


@transaction.atomic
def veto(*, ids: Sequence[int]) -> int:
    """«No enviar»: these will not leave. Refused for what already began to leave; gives how many were stopped."""
    rows = Outbox.objects.filter(pk__in=list(ids))
    if rows.filter(state__in=(SendState.HANDING_OVER, SendState.SENT, SendState.UNKNOWN)).exists():
        raise Refused("Alguno de esos mensajes ya salió o está saliendo: solo se pueden detener los programados.")
    return rows.filter(state__in=OPEN_STATES).update(state=SendState.WITHDRAWN, reason="vetoed", reserved_by="")


@transaction.atomic
def restore(*, ids: Sequence[int]) -> int:
    """Undo a veto while the message's time has not passed."""
    rows = Outbox.objects.filter(pk__in=list(ids), state=SendState.WITHDRAWN, reason="vetoed")
    return rows.update(state=SendState.PLANNED, reason="")


@transaction.atomic
def release(*, creditor_id: int, left: int, now: datetime) -> int:
    """Approve by itself what needs no eyes any more: everything, once the creditor's first sends were all approved."""
    if left > 0:
        return 0
    held = Outbox.objects.filter(creditor_id=creditor_id, state=SendState.PLANNED, approved=False)
    return held.exclude(channel="task").filter(Q(expires_at__gt=now)).update(approved=True)


@transaction.atomic
def follow_by(*, row: Outbox, channel: str, contact_point_id: int, now: datetime) -> bool:
    """A message of its own by another channel, after one that failed. Once per channel; says whether it is new."""
    once = f"{row.once.partition('>')[0]}>{channel}"[:80]
    if Outbox.objects.filter(once=once).exists():
        return False
    _copy(row, once=once, now=now, channel=channel, contact_point_id=contact_point_id, approved=row.approved)
    Outbox.objects.filter(pk=row.pk).update(reason="fell_back")
    return True


def _copy(row: Outbox, *, once: str, now: datetime, **changes: object) -> Outbox:
    kept = (
        "plan_id", "account_id", "party_id", "creditor_id", "channel", "contact_point_id", "purpose", "stage", "step",
        "template", "policy_version_id", "currency", "amount_minor", "tells",
    )  # fmt: skip
    same = {name: getattr(row, name) for name in kept}
    return Outbox.objects.create(
        **{**same, **changes}, once=once, scheduled_at=now, expires_at=now + TIME_TO_LIVE, follows=row
    )


@transaction.atomic
def looked_after(*, ids: Sequence[int]) -> None:
    """Messages that were not delivered and that no other channel follows: a person sees them, with why."""
    for before, after in (("not_delivered", "permanent_failure"), ("bounced", "bounced_last"),
                          ("bounced_soft", "bounced_soft_last")):  # fmt: skip
        Outbox.objects.filter(pk__in=list(ids), reason=before).update(reason=after)


@transaction.atomic
def retry(*, ids: Sequence[int], now: datetime) -> int:
    """«Intentar otra vez»: those that did not leave go again, as any other message. Gives how many.

    One whose outcome nobody knows is repeated only by this act of a person, as a new message; the first keeps counting
    as a contact. One that grew too old gets a new time.
    """
    rows = list(Outbox.objects.select_for_update().filter(pk__in=list(ids)))
    done = 0
    for row in rows:
        if row.state == SendState.UNKNOWN:
            again = f"{row.once[:70]}+{row.pk}"[:80]
            if not Outbox.objects.filter(once=again).exists():
                _copy(row, once=again, now=now, approved=True)
                Outbox.objects.filter(pk=row.pk).update(reason="resent")
                done += 1
        elif row.state == SendState.FAILED or (row.state, row.reason) == (SendState.WITHDRAWN, "expired"):
            done += Outbox.objects.filter(pk=row.pk).update(
                state=SendState.PLANNED, reason="", detail="", approved=True, attempts=row.attempts + 1,
                scheduled_at=now, expires_at=now + TIME_TO_LIVE, reserved_by="", reserved_at=None, finished_at=None,
            )  # fmt: skip
    return done


@transaction.atomic
def arrived(*, ids: Sequence[int], now: datetime) -> int:
    """«Sí llegó»: a person found out what became of messages of which nobody knew."""
    rows = Outbox.objects.filter(pk__in=list(ids), state=SendState.UNKNOWN)
    return rows.update(state=SendState.SENT, reason="arrived_by_person", finished_at=now)


def is_postgres() -> bool:
    """Whether rows can be claimed with SKIP LOCKED."""
    return connection.vendor == "postgresql"
