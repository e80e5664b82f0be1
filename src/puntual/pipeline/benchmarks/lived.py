"""What a portfolio has lived through: payments, messages, what became of them, promises, disputes and plans.

On top of `portfolio.build`: of a million due items it leaves some five million facts, for the reports to add up.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
from django.db import connection, transaction

from puntual.apps import bulk
from puntual.apps.negotiation.models import Dispute, Promise
from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties.models import Creditor
from puntual.apps.planning.models import Plan, PlanRow
from puntual.apps.receivables.models import DueItem, Entry, Event

SEED = 20261122
PAID_SHARE = 0.6
#: Of the messages, how many reached each step.
REACHED = {"delivered": 0.9, "opened": 0.5, "clicked": 0.25, "method_chosen": 0.12, "pay_failed": 0.02, "paid": 0.08}
SEGMENTS = ("mayorista", "minorista", "gobierno", "linea", "")
CAUSES = ("price", "quantity", "quality", "date", "order_number")


def live(creditor: Creditor, today: date) -> int:
    """Add the history and give the number of facts: events, contacts, what became of messages, promises, disputes."""
    rng = np.random.default_rng(SEED)
    items = _items(creditor)
    with transaction.atomic():
        _traits(creditor)
        facts = _payments(creditor, items, today, rng)
    with transaction.atomic():
        facts += _messages(creditor, items, rng)
    with transaction.atomic():
        facts += _words(creditor, items, today, rng) + _plans(creditor, items, today)
    return facts + items.height + Contact.objects.filter(creditor=creditor, outbox=None).count()


def _items(creditor: Creditor) -> pl.DataFrame:
    rows = DueItem.objects.filter(creditor=creditor).values_list("id", "account_id", "due_on", "original_minor")
    columns = {"id": pl.Int64, "account_id": pl.Int64, "due_on": pl.Date, "amount": pl.Int64}
    return pl.DataFrame(list(rows.iterator(chunk_size=50_000)), schema=columns, orient="row")


def _traits(creditor: Creditor) -> None:
    """A few segments, products, areas and sellers."""
    parts = " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(SEGMENTS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE parties_account SET segment = CASE id % 5 {parts} END WHERE creditor_id = {creditor.pk}"
        )
        cursor.execute(
            "UPDATE receivables_invoice SET product = 'producto ' || (id % 7), department = 'planta ' || (id % 3), "
            f"seller = 'vendedor ' || (id % 40) WHERE creditor_id = {creditor.pk}"
        )


def _payments(creditor: Creditor, items: pl.DataFrame, today: date, rng: np.random.Generator) -> int:
    paid = items.filter(pl.Series(rng.random(items.height) < PAID_SHARE)).with_row_index("n")
    on = (pl.col("due_on") + pl.duration(days=pl.Series(rng.integers(-10, 40, paid.height)))).clip(upper_bound=today)
    paid = paid.with_columns(on=on, n=pl.col("n").cast(pl.Int64)).sort("on")
    first, now = (Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1, datetime.now(UTC)

    def event(offset: int, kind: str) -> pl.DataFrame:
        return paid.select(
            id=first + offset + pl.int_range(pl.len(), dtype=pl.Int64) * 2, creditor_id=pl.lit(creditor.pk),
            account_id="account_id", currency=pl.lit("MXN"), effective_on="on", kind=pl.lit(kind),
            source=pl.lit("bench"), key=pl.format(kind + ":{}", "id"), provisional=pl.lit(False), note=pl.lit(""),
            recorded_at=pl.lit(now),
        )  # fmt: skip

    def leg(offset: int, ledger: int, sign: int, of_item: bool) -> pl.DataFrame:
        none = pl.lit(None, dtype=pl.Int64)
        return paid.select(
            event_id=first + offset + pl.int_range(pl.len(), dtype=pl.Int64) * 2, account_id="account_id",
            ledger=pl.lit(ledger), due_item_id=pl.col("id") if of_item else none,
            component=pl.lit(1 if of_item else None, dtype=pl.Int32), amount_minor=sign * pl.col("amount"),
        )  # fmt: skip

    bulk.insert_frame(Event, pl.concat([event(0, "payment"), event(1, "allocation")]).sort("id"))
    bulk.insert_frame(Entry, pl.concat([leg(0, 3, 1, False), leg(0, 4, -1, False), leg(1, 4, 1, False),
                                        leg(1, 1, -1, True)]))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE receivables_duebalance SET principal_minor = 0, open_minor = 0 WHERE due_item_id IN (SELECT "
            "e.due_item_id FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 1 "
            f"WHERE v.creditor_id = {creditor.pk} AND v.kind = 'allocation')"
        )
    return 2 * paid.height


def _messages(creditor: Creditor, items: pl.DataFrame, rng: np.random.Generator) -> int:
    n, now = items.height, datetime.now(UTC)
    first = (Outbox.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    sent = items.select(
        id=first + pl.int_range(pl.len(), dtype=pl.Int64), account_id="account_id", party_id="account_id",
        amount_minor="amount", creditor_id=pl.lit(creditor.pk), channel=pl.lit("email"),
        purpose=pl.lit("reminder_overdue"), stage=pl.lit("administrative"), template=pl.lit("recordatorio"),
        step=pl.format("d+{}", pl.col("id") % 5), currency=pl.lit("MXN"), state=pl.lit("sent"), reason=pl.lit(""),
        rule=pl.lit(""), detail=pl.lit(""), approved=pl.lit(True), attempts=pl.lit(1), reserved_by=pl.lit(""),
        once=pl.format("banco:{}", "id"),
        # Messages leave one after another: a later one has a later number.
        finished_at=pl.lit(now) - pl.duration(seconds=pl.Series(np.sort(rng.integers(86_400, 60 * 86_400, n))[::-1])),
    ).with_columns(scheduled_at="finished_at", expires_at="finished_at")  # fmt: skip
    bulk.insert_frame(Outbox, sent)
    contacts = sent.select(
        "party_id", "account_id", "creditor_id", "channel", "purpose", "step", outbox_id="id", at="finished_at",
        direction=pl.lit("out"), direct_contact=pl.lit(False), counts=pl.lit(True), note=pl.lit(""),
    )  # fmt: skip
    bulk.insert_frame(Contact, contacts)
    luck, total = rng.random(n), n
    for kind, share in REACHED.items():
        mine = sent.filter(pl.Series(luck < share)).select(
            "account_id", "channel", outbox_id="id", kind=pl.lit(kind), at=pl.col("finished_at") + pl.duration(hours=2),
            method=pl.lit("spei" if kind in ("method_chosen", "pay_failed", "paid") else ""), device=pl.lit("phone"),
            amount_minor=pl.lit(None, dtype=pl.Int64), currency=pl.lit(""), key=pl.format(kind + ":{}", "id"),
            detail=pl.lit(""),
        )  # fmt: skip
        bulk.insert_frame(Fact, mine)
        total += mine.height
    return total


def _words(creditor: Creditor, items: pl.DataFrame, today: date, rng: np.random.Generator) -> int:
    some, now = items.gather_every(20), datetime.now(UTC)
    said = some.with_columns(ago=pl.Series(rng.integers(5, 90, some.height)), luck=pl.Series(rng.random(some.height)))
    base = said.select(
        "account_id", "luck", due_item_id="id", amount_minor="amount", creditor_id=pl.lit(creditor.pk),
        currency=pl.lit("MXN"), source=pl.lit("portal"), created_at=pl.lit(now),
        made_on=pl.lit(today) - pl.duration(days="ago"),
    )  # fmt: skip
    promises = base.select(
        "account_id", "amount_minor", "creditor_id", "currency", "source", "created_at", "made_on",
        promised_on=pl.col("made_on") + pl.duration(days=4), closed_on=pl.col("made_on") + pl.duration(days=5),
        state=pl.when(pl.col("luck") < 0.6).then(pl.lit("kept")).otherwise(pl.lit("broken")), reason=pl.lit("judged"),
        key=pl.format("banco-p:{}", "due_item_id"), paid_minor=pl.lit(0),
    )  # fmt: skip
    bulk.insert_frame(Promise, promises)
    disputes = base.gather_every(3).select(
        "account_id", "due_item_id", "creditor_id", "currency", "source", "created_at", opened_on="made_on",
        disputed_minor="amount_minor", credited_minor=pl.lit(0), state=pl.lit("open"), department=pl.lit("ventas"),
        deadline_on=pl.col("made_on") + pl.duration(days=10), key=pl.format("banco-d:{}", "due_item_id"),
        cause=pl.Series([CAUSES[i % len(CAUSES)] for i in range(len(range(0, base.height, 3)))]),
    )  # fmt: skip
    bulk.insert_frame(Dispute, disputes)
    return promises.height + disputes.height


def _plans(creditor: Creditor, items: pl.DataFrame, today: date) -> int:
    """A month of plans, each with a row for one account in ten."""
    accounts = items.select("account_id").unique(maintain_order=True).gather_every(10)
    at, total = datetime.now(UTC), 0
    stopped = accounts.filter(pl.col("account_id") % 3 == 0).height
    refused = {"reason": "contact_cap", "rule": "mx.frecuencia", "verdict": "defer", "n": stopped}
    summary = {"planned": {"email": accounts.height - stopped}, "refused": [refused]}
    for back in range(1, 31):
        day = today - timedelta(days=back)
        plan = Plan.objects.create(creditor=creditor, day=day, as_of=at, summary=summary)
        rows = accounts.select(
            "account_id", plan_id=pl.lit(plan.pk), stage=pl.lit("administrative"), currency=pl.lit("MXN"),
            verdict=pl.when(pl.col("account_id") % 3 == 0).then(pl.lit("defer")).otherwise(pl.lit("allow")),
            reason=pl.when(pl.col("account_id") % 3 == 0).then(pl.lit("contact_cap")).otherwise(pl.lit("due")),
            rule=pl.when(pl.col("account_id") % 3 == 0).then(pl.lit("mx.frecuencia")), amount_minor=pl.lit(1000),
            items=pl.lit(1), held_minor=pl.lit(0), channel=pl.lit("email"),
        )  # fmt: skip
        bulk.insert_frame(PlanRow, rows)
        total += rows.height
    return total
