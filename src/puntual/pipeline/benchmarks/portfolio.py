"""A large portfolio, made straight in columns: double entries, projections and past contacts, the same from the same
seed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.outreach.models import Contact
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import Account, ContactPoint, Creditor, Party, PartyKey
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies_write
from puntual.apps.receivables.models import AccountBalance, DayTotal, DueBalance, DueItem, Entry, Event, Invoice

SEED = 20261121
ITEMS_PER_ACCOUNT = 4
CONTACTS_PER_ITEM = 0.4
#: What the policy says where the run is measured with everything that it may learn.
LEARNS = "\naprender: {canal: true, hora: true, texto: true, explorar: 15}\n"
#: Of the past contacts, how many were answered, where there is something to learn from.
ANSWERED = 0.3


def build(invoices: int, today: date, *, learning: bool = False) -> Creditor:
    """A creditor in Mexico with `invoices` open due items of a quarter as many accounts, due from 100 days ago to 40
    ahead. `learning`: its policy learns channel and hour, people have a telephone too, and some answered."""
    rng = np.random.default_rng(SEED)
    now = datetime.now(UTC)
    creditor = parties_write.create_creditor(
        code=f"banco-{invoices}", name="Banco de pruebas", country="MX", zone="America/Mexico_City", currency="MXN",
        credit_days=30,
    )  # fmt: skip
    version = policies_write.save_version(creditor_id=creditor.pk, text=presets.text_for("MX") + LEARNS * learning)
    policies_write.activate(version=version, at=now - timedelta(days=400))
    accounts = max(invoices // ITEMS_PER_ACCOUNT, 1)
    with transaction.atomic():
        _people(creditor, accounts, now, ("email", "phone") if learning else ("email",))
        _books(creditor, invoices, accounts, today, rng, now)
        _contacts(creditor, int(invoices * CONTACTS_PER_ITEM), accounts, rng, now, ANSWERED * learning)
    return creditor


def _people(creditor: Creditor, count: int, now: datetime, kinds: tuple[str, ...]) -> None:
    """One key for all: sealing is measured by the imports, not here."""
    key, wrapped = vault.new_key()
    name, email = vault.seal(key, "Cliente de prueba"), vault.seal(key, "cliente@prueba.invalid")
    ids = pl.int_range(1, count + 1, eager=True, dtype=pl.Int64)
    bulk.insert_frame(
        Party,
        pl.DataFrame({"id": ids}).with_columns(
            debtor=pl.lit("business"), country=pl.lit("MX"), subdivision=pl.lit(""), zone=pl.lit("America/Mexico_City"),
            language=pl.lit("es"), sealed_name=pl.lit(name), created_at=pl.lit(now),
        ),
    )  # fmt: skip
    bulk.insert_frame(PartyKey, pl.DataFrame({"party_id": ids}).with_columns(wrapped=pl.lit(wrapped)))
    bulk.insert_frame(
        Account,
        pl.DataFrame({"id": ids, "party_id": ids}).with_columns(
            creditor_id=pl.lit(creditor.pk), code=pl.format("C{}", "id"), segment=pl.lit(""), created_at=pl.lit(now)
        ),
    )
    for n, kind in enumerate(kinds):
        bulk.insert_frame(
            ContactPoint,
            pl.DataFrame({"id": ids + n * count, "party_id": ids}).with_columns(
                kind=pl.lit(kind), sealed_value=pl.lit(email), digest=pl.lit(bytes([48 + n]) * 16),
                status=pl.lit("active"), role=pl.lit("debtor"), label=pl.lit(""), rank=pl.lit(0),
                source=pl.lit("bench"), created_at=pl.lit(now),
            ),
        )  # fmt: skip


def _books(creditor: Creditor, count: int, accounts: int, today: date, rng: np.random.Generator, now: datetime) -> None:
    frame = pl.DataFrame(
        {
            "id": np.arange(1, count + 1),
            "account_id": (np.arange(count) % accounts) + 1,
            "offset": rng.integers(-100, 41, count),
            "amount": rng.lognormal(8.5, 1.0, count).astype(np.int64) * 10 + 5_000,
        }
    ).with_columns(
        creditor_id=pl.lit(creditor.pk, dtype=pl.Int64),
        currency=pl.lit("MXN"),
        due_on=pl.lit(today) + pl.duration(days="offset"),
    )
    frame = frame.with_columns(issued_on=pl.col("due_on") - pl.duration(days=30))
    bulk.insert_frame(
        Invoice,
        frame.select("id", "creditor_id", "account_id", "issued_on", "currency", total_minor="amount").with_columns(
            number=pl.format("F-{}", "id"), fiscal_id=pl.format("F-{}", "id"), product=pl.lit(""),
            department=pl.lit(""), seller=pl.lit(""), payment_method=pl.lit("PPD"), assumed_terms=pl.lit(False),
        ),
    )  # fmt: skip
    bulk.insert_frame(
        DueItem,
        frame.select(
            "id", "account_id", "creditor_id", "due_on", "currency", invoice_id="id", original_minor="amount"
        ).with_columns(seq=pl.lit(1)),
    )
    bulk.insert_frame(
        Event,
        frame.select("id", "creditor_id", "account_id", "currency", effective_on="issued_on").with_columns(
            kind=pl.lit("invoice"), source=pl.lit("bench"), key=pl.format("invoice:{}", "id"),
            provisional=pl.lit(False), note=pl.lit(""), recorded_at=pl.lit(now),
        ),
    )  # fmt: skip
    owed = frame.select(
        "account_id", event_id="id", ledger=pl.lit(1), due_item_id="id", component=pl.lit(1), amount_minor="amount"
    )
    none = pl.lit(None, dtype=pl.Int64)
    sales = owed.with_columns(
        ledger=pl.lit(2), due_item_id=none, component=pl.lit(None, dtype=pl.Int32), amount_minor=-pl.col("amount_minor")
    )
    bulk.insert_frame(Entry, pl.concat([owed, sales.select(owed.columns)]))
    _projections(frame)


def _projections(frame: pl.DataFrame) -> None:
    bulk.insert_frame(
        DueBalance,
        frame.select(
            "account_id", "creditor_id", "currency", "due_on", due_item_id="id", principal_minor="amount",
            interest_minor=pl.lit(0), fee_minor=pl.lit(0), open_minor="amount",
        ),
    )  # fmt: skip
    bulk.insert_frame(
        AccountBalance,
        frame.group_by("account_id", "creditor_id", "currency").agg(
            open_minor=pl.col("amount").sum(), items_open=pl.len(), oldest_due_on=pl.col("due_on").min()
        ).with_columns(unapplied_minor=pl.lit(0)),
    )  # fmt: skip
    bulk.insert_frame(
        DayTotal,
        frame.group_by("creditor_id", "currency", "due_on").agg(open_minor=pl.col("amount").sum(), items=pl.len()),
    )


def _contacts(
    creditor: Creditor, count: int, accounts: int, rng: np.random.Generator, now: datetime, answered: float
) -> None:
    who = rng.integers(1, accounts + 1, count)
    ago = rng.integers(2 * 86_400, 60 * 86_400, count)
    frame = pl.DataFrame({"party_id": who, "account_id": who, "ago": ago})
    reached = pl.Series(rng.random(count) < answered)
    bulk.insert_frame(
        Contact,
        frame.select("party_id", "account_id", at=pl.lit(now) - pl.duration(seconds="ago")).with_columns(
            creditor_id=pl.lit(creditor.pk), channel=pl.lit("email"), direction=pl.lit("out"),
            direct_contact=reached, counts=pl.lit(True), purpose=pl.lit("reminder_overdue"), step=pl.lit(""),
            note=pl.lit(""),
        ),
    )  # fmt: skip
