"""The only reader of what left the house and of the history of contacts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import polars as pl
from django.db.models import Count, QuerySet

from puntual.apps import bulk
from puntual.apps.outreach.models import Contact, Fact, MailServer, Message, Outbox, Template
from puntual.core.channels.order import UNDELIVERED as UNDELIVERED_FRAME
from puntual.core.frames import CONTACTS, Column

HISTORY = {**CONTACTS, "account": Column(pl.Int64, "cuenta por la que se contactó", null=True)}


def contacts_frame(*, since: datetime | None = None) -> pl.DataFrame:
    """The history of contacts over everything (frames.CONTACTS, with `account`), optionally from an instant on.

    A confirmation (thanks, an answer, a promise noted) counts in every cap of the law, but it is no step of a policy:
    it names no account, so that it never stands for the reminder of its day.
    """
    where = f" AND at >= '{since:%Y-%m-%d %H:%M:%S}'" if since else ""
    return bulk.read_frame(
        "SELECT party_id AS party, creditor_id AS creditor, NULL AS debt, channel, at, direction, direct_contact, "
        "CASE WHEN purpose = 'confirmation' THEN NULL ELSE account_id END AS account FROM outreach_contact WHERE "
        + ("counts" if bulk.is_postgres() else "counts = 1")
        + where,
        HISTORY,
    )


def contacts_frame_of(party_id: int) -> pl.DataFrame:
    """The history of one party, for the gate at the moment of a send."""
    return bulk.read_frame(
        "SELECT party_id AS party, creditor_id AS creditor, NULL AS debt, channel, at, direction, direct_contact, "
        "account_id AS account FROM outreach_contact WHERE counts = %s AND party_id = %s",
        HISTORY,
        (True, party_id),
    )


def contacts_frame_of_many(party_ids: Iterable[int]) -> pl.DataFrame:
    """The history of these parties, in as few reads as the database allows."""
    frames = [pl.DataFrame(schema={name: spec.dtype for name, spec in HISTORY.items()})]
    for piece in bulk.chunks(sorted(set(party_ids)), 900):
        holes = ", ".join(["%s"] * len(piece))
        sql = (
            "SELECT party_id AS party, creditor_id AS creditor, NULL AS debt, channel, at, direction, direct_contact, "
            f"account_id AS account FROM outreach_contact WHERE counts = %s AND party_id IN ({holes})"
        )
        frames.append(bulk.read_frame(sql, HISTORY, (True, *piece)))
    return pl.concat(frames)


def contacts_of(party_id: int, limit: int = 100) -> list[Contact]:
    """The last contacts of one party, newest first."""
    return list(Contact.objects.filter(party_id=party_id).select_related("outbox", "creditor").order_by("-at")[:limit])


def asked_since(account_ids: Iterable[int], since: datetime) -> frozenset[int]:
    """Of these accounts, those that were reminded since an instant (a confirmation is no reminder)."""
    rows = Contact.objects.filter(account_id__in=list(account_ids), direction="out", counts=True, at__gte=since)
    return frozenset(rows.exclude(purpose="confirmation").values_list("account_id", flat=True))


def sent_since(party_ids: Iterable[int], since: datetime) -> frozenset[int]:
    """Of these people, those to whom anything went since an instant."""
    rows = Contact.objects.filter(party_id__in=list(party_ids), direction="out", at__gte=since)
    return frozenset(rows.values_list("party_id", flat=True))


def outbox_of_plan(plan_id: int) -> QuerySet[Outbox]:
    return Outbox.objects.filter(plan_id=plan_id)


def states(plan_id: int | None = None) -> dict[str, int]:
    """state -> how many messages are in it."""
    rows = Outbox.objects.all() if plan_id is None else Outbox.objects.filter(plan_id=plan_id)
    return dict(rows.values_list("state").annotate(n=Count("pk")))


def facts_of(account_id: int, limit: int = 100) -> list[Fact]:
    return list(Fact.objects.filter(account_id=account_id).order_by("-at")[:limit])


def template(creditor_id: int, name: str, channel: str, language: str) -> Template | None:
    """The creditor's own words for that template, channel and language, if it wrote any."""
    return Template.objects.filter(
        creditor_id=creditor_id, name=name, channel=channel, language=language, active=True
    ).first()


def mail_server(creditor_id: int) -> MailServer | None:
    return MailServer.objects.filter(creditor_id=creditor_id).first()


def sent_frames() -> tuple[pl.DataFrame, pl.DataFrame]:
    """(outbox, contacts) as the invariants of contacts ask for them."""
    i64, text, instant = Column(pl.Int64, ""), Column(pl.String, ""), CONTACTS["at"]
    outbox = bulk.read_frame(
        "SELECT id AS outbox, account_id AS account, party_id AS party, state, channel, finished_at AS at, once "
        "FROM outreach_outbox",
        {"outbox": i64, "account": i64, "party": i64, "state": text, "channel": text, "at": instant, "once": text},
    )
    # What a person decided to repeat («+») stands apart: two on a day are then no mistake of ours.
    day = pl.col("once").str.split(":").list.get(1, null_on_oob=True)
    repeated = pl.col("once").str.contains("+", literal=True)
    outbox = outbox.with_columns(day=pl.when(repeated).then("once").otherwise(day))
    contacts = bulk.read_frame(
        # The one confirmation of a stop is no contact after it: it says that it was heard.
        "SELECT party_id AS party, outbox_id AS outbox, channel, CASE WHEN step = 'confirma_baja' THEN 'ack' "
        "ELSE direction END AS direction, at FROM outreach_contact",
        {"party": i64, "outbox": i64, "channel": text, "direction": text, "at": instant},
    )
    return outbox, contacts


def states_of(ids: Iterable[int]) -> list[tuple[int, str, str]]:
    """(message, state, reason) of these messages."""
    return list(Outbox.objects.filter(pk__in=list(ids)).values_list("pk", "state", "reason"))


def digests_of(ids: Iterable[int]) -> dict[int, str]:
    """message -> SHA-256 of what was said."""
    return dict(Message.objects.filter(pk__in=list(ids)).values_list("pk", "digest"))


#: Reasons of a message that left and reached nobody, before another channel was looked for.
UNDELIVERED = ("not_delivered", "bounced", "bounced_soft")


def not_delivered(*, since: datetime) -> list[Outbox]:
    """Messages that a provider or a mail server took and could not deliver, and after which nothing was done yet."""
    rows = Outbox.objects.filter(state="failed", reason__in=UNDELIVERED, scheduled_at__gte=since - timedelta(days=1))
    return list(rows.order_by("pk")[:500])


def undelivered_frame(*, since: datetime, party_id: int | None = None) -> pl.DataFrame:
    """By which channels the last message of a person did not arrive, and none did since (order.UNDELIVERED); of
    everybody, or of one person.

    Failures are few: they are read, and then only what left for the same people afterwards.
    """
    left = dict[tuple[int, str], datetime]()
    failed = Outbox.objects.filter(state="failed", scheduled_at__gte=since).exclude(
        channel__in=("task", "visit", "call")
    )
    if party_id is not None:
        failed = failed.filter(account__party_id=party_id)
    for party, channel, at in failed.values_list("party_id", "channel", "scheduled_at"):
        left[party, channel] = max(at, left.get((party, channel), at))
    for piece in bulk.chunks(sorted({party for party, _channel in left})):
        sent = Outbox.objects.filter(account__party_id__in=piece, state="sent", scheduled_at__gte=since)
        for party, channel, at in sent.values_list("party_id", "channel", "scheduled_at"):
            if at > left.get((party, channel), at):
                del left[party, channel]
    return pl.DataFrame(
        sorted(left), schema={name: spec.dtype for name, spec in UNDELIVERED_FRAME.items()}, orient="row"
    )


def channels_tried(row: Outbox) -> set[str]:
    """The channels by which this message or those before it went."""
    base = row.once.partition(">")[0]
    return set(
        Outbox.objects.filter(account_id=row.account_id, once__startswith=base).values_list("channel", flat=True)
    )
