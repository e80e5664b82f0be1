"""The nightly charges: late interest and fees as entries, within what was agreed and what the law allows.

Only where the policy in force says so (`interes_moratorio_pct`, `gastos_de_cobranza`). Nothing is charged on what is
in dispute, under an agreement, under a legal stay or prescribed, nor afterwards for those days. A missing published
rate charges nothing and says so. Twice the same day adds nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import attrs
import polars as pl
from django.conf import settings

from puntual.apps.compliance import read_prescription
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.policies import read as policies
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import read_charges
from puntual.apps.receivables.write_charges import NewCharge, post_charges
from puntual.core import ledger
from puntual.core.escalation.prescription import prescription_frame
from puntual.core.ledger.accrual import DEBTS, accrue_fee, accrue_frame
from puntual.core.ledger.charge_rules import CountryCharges
from puntual.core.ledger.charges import Debt
from puntual.core.ledger.fees import plain
from puntual.core.ledger.rates import RateTables
from puntual.core.money import Money
from puntual.core.policy import PolicyInForce
from puntual.core.time import Period, local_date
from puntual.law.charges_loader import countries, load_charges, load_tables
from puntual.law.prescription_loader import load_prescription
from puntual.pipeline import late_money, load

#: Pauses under which nothing accrues, and whose days are never charged afterwards.
FREEZING = ("dispute_open", "agreement_current", "settlement_current", "moratorium", "insolvency", "deceased")
#: Due items of one transaction: short, so that nobody waits.
BATCH = 400
#: How soon a free notice must come for the law to count it as useful (Chile, law 19.496 art. 37).
NOTICE_DAYS = 15
FEES = ("collection_fee", "fixed_sum")
#: No document prescribes sooner than this, so younger ones are not asked.
_YOUNG = timedelta(days=180)


@attrs.frozen
class Accrued:
    """What a night charged."""

    as_of: date
    items: int
    interest: Mapping[str, int]
    fees: Mapping[str, int]
    posted: int
    corrected: int
    alerts: Mapping[str, int]
    seconds: float

    def as_json(self) -> dict[str, object]:
        def money(amounts: Mapping[str, int]) -> list[object]:
            return [Money(minor, currency).as_json() for currency, minor in sorted(amounts.items())]

        return {**attrs.asdict(self), "interest": money(self.interest), "fees": money(self.fees)}


def accrue_day(*, creditor: Creditor, as_of: datetime, dry_run: bool = False, past: bool = False) -> Accrued:
    """Charge what is due up to and including the creditor's local date. `past`: balances as they were known then."""
    started, day = time.perf_counter(), local_date(as_of, creditor.zone)
    bound = policies.in_force(creditor.pk, as_of)
    items, rows, marks, alerts, corrected = 0, list[NewCharge](), dict[int, date](), Counter[str](), 0
    tables = load_tables(Path(settings.DATA))
    law = load_charges(creditor.country) if creditor.country in countries() else None
    if not dry_run:
        late = late_money.correct_late(creditor=creditor, law=law, tables=tables)
        corrected, left = late.accounts, late.left
        alerts.update({"charge_not_corrected": left} if left else {})
    if any(p.policy.late_interest_pct or p.policy.collection_fee for p in bound.values()):
        debts = overdue(creditor, bound, day, past=past)
        items = debts.height
        rows, marks, missing = _interest(debts, creditor, law, tables, day)
        alerts.update(missing)
        rows += _fees(debts, creditor, law, tables, day) if law else []
    posted = 0 if dry_run else _post(creditor, rows, marks)
    sums = {kind: Counter[str]() for kind in ("interest", "fee")}
    for row in rows:
        sums[row.event_kind][row.currency] += row.charged_minor
    seconds = round(time.perf_counter() - started, 3)
    return Accrued(day, items, sums["interest"], sums["fee"], posted, corrected, alerts, seconds)


def overdue(
    creditor: Creditor, bound: Mapping[int | None, PolicyInForce], day: date, *, past: bool = False
) -> pl.DataFrame:
    """The overdue due items that may bear a charge: their capital, what of it is frozen, and the terms agreed."""
    entries = (
        receivables.entries_frame(creditor_id=creditor.pk, until=day)
        if past
        else receivables.brought_forward(as_of=day, creditor_id=creditor.pk)
    )
    late = ledger.position(entries, day).filter((pl.col("principal_minor") > 0) & (pl.col("due_on") < day))
    accounts = receivables.accounts_frame(creditor_id=creditor.pk).unique("account").select("account", "policy")
    debtor = pl.when(pl.col("debtor").is_in(["business", "financial"])).then(pl.lit("business"))
    people = parties.parties_frame().select("party", debtor=debtor.otherwise(pl.lit("consumer")))
    joined = (
        late.join(accounts, on="account", how="left")
        .with_columns(policy=pl.when(pl.col("policy").is_in([p for p in bound if p is not None])).then("policy"))
        .join(_terms(bound), on="policy", how="inner", nulls_equal=True)
        .join(people, on="party", how="left")
        .with_columns(country=pl.lit(creditor.country))
    )
    return _unprescribed(_frozen(joined, load.holds(day), day), day)


def _terms(bound: Mapping[int | None, PolicyInForce]) -> pl.DataFrame:
    """What each policy says of charges; the default one is under an empty id."""
    rows = [
        (
            key,
            Decimal(p.policy.late_interest_pct) if p.policy.late_interest_pct else None,
            p.policy.grace_days,
            p.policy.collection_fee,
            p.policy.collection_fee_pct,
        )
        for key, p in bound.items()
        if p.policy.late_interest_pct or p.policy.collection_fee
    ]
    schema = {
        "policy": pl.Int64, "agreed_pct": pl.Decimal(18, 6), "grace": pl.Int32, "fee": pl.Boolean, "fee_pct": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _frozen(debts: pl.DataFrame, holds: pl.DataFrame, day: date) -> pl.DataFrame:
    """Adds `disputed_minor`: the part of the capital under a pause that stops charges (all of it, if not told)."""
    stops = holds.filter(
        pl.col("reason").is_in(FREEZING) & (pl.col("until").is_null() | (pl.col("until") > day))
    ).select("due_item", "account", "party", "held_minor")
    whole = 2**62
    parts = []
    for keys, empty in ((["due_item"], []), (["account"], ["due_item"]), (["party"], ["due_item", "account"])):
        mine = stops.filter(*(pl.col(k).is_not_null() for k in keys), *(pl.col(k).is_null() for k in empty))
        told = pl.when(pl.col("held_minor").is_null().any()).then(whole).otherwise(pl.col("held_minor").sum())
        summed = mine.group_by(keys).agg(held=told)
        parts.append(debts.select("due_item", *keys if keys != ["due_item"] else []).join(summed, on=keys))
    held = pl.concat([p.select("due_item", "held") for p in parts]).group_by("due_item").agg(pl.col("held").max())
    disputed = pl.min_horizontal(pl.col("held").fill_null(0), pl.col("principal_minor"))
    return debts.join(held, on="due_item", how="left").with_columns(disputed_minor=disputed)


def _unprescribed(debts: pl.DataFrame, day: date) -> pl.DataFrame:
    """Without those whose clock has run out: no new charge is added to a prescribed debt."""
    old = debts.filter(pl.col("due_on") < day - _YOUNG)
    if old.is_empty():
        return debts
    laws = load_prescription()
    items = old.select("due_item", "country", "debtor", "due_on", document=pl.lit("invoice"))
    clocks = prescription_frame(items, read_prescription.interruptions(old["due_item"].to_list()), laws, day)
    gone = clocks.filter(pl.col("prescription_status") == "prescribed").select("due_item")
    return debts.join(gone, on="due_item", how="anti")


Found = tuple[list[NewCharge], dict[int, date], Counter[str]]


def _interest(
    debts: pl.DataFrame, creditor: Creditor, law: CountryCharges | None, tables: RateTables, day: date
) -> Found:
    """Interest of every day not decided yet, grouped by the first of them."""
    first = pl.col("due_on") + pl.duration(days=pl.col("grace").cast(pl.Int64) + 1)
    after = pl.col("through") + pl.duration(days=1)
    pending = (
        debts.filter(pl.col("agreed_pct").is_not_null())
        .join(read_charges.marks_frame(creditor.pk), on="due_item", how="left")
        .with_columns(start=pl.max_horizontal(first, after))
        .filter(pl.col("start") <= day)
    )
    laws = {creditor.country: law} if law else {}
    rows: list[NewCharge] = []
    marks: dict[int, date] = {}
    alerts: Counter[str] = Counter()
    for (start,), group in pending.sort("due_item").partition_by("start", as_dict=True, maintain_order=True).items():
        columns = [*DEBTS, "account"]
        found = accrue_frame(group.select(columns), laws, tables, Period(start, day + timedelta(days=1)))
        alerts.update(found.filter(pl.col("alert").is_not_null())["alert"].to_list())
        decided = found.filter(pl.col("alert").is_null() | (pl.col("alert") != "charge_missing_rate"))
        marks |= dict.fromkeys(decided["due_item"].to_list(), day)
        rows += [_interest_row(r, start, day) for r in found.filter(pl.col("interest_minor") > 0).iter_rows(named=True)]
    return rows, marks, alerts


def _interest_row(r: Mapping[str, object], start: date, day: date) -> NewCharge:
    currency = str(r["currency"])
    capital = int(r["principal_minor"]) - int(r["disputed_minor"])  # type: ignore[call-overload]
    formula = str(r["formula"]).replace("§", f"{plain(Money(capital, currency).major())} {currency}")
    return NewCharge(
        r["account"], r["due_item"], "late_interest", currency, str(r["key"]), start, day, capital,  # type: ignore[arg-type]
        r["interest_minor"], r["legal_maximum_minor"], formula, str(r["rule"]), str(r["cite"]),  # type: ignore[arg-type]
    )  # fmt: skip


def _fees(
    debts: pl.DataFrame, creditor: Creditor, law: CountryCharges, tables: RateTables, day: date
) -> Iterator[NewCharge]:
    """The one-off charges that a due item does not bear yet. Where anything is in dispute, they wait."""
    asking = debts.filter(pl.col("fee") & (pl.col("disputed_minor") == 0))
    noticed = _noticed(asking, creditor)
    for kind in FEES:
        have = read_charges.with_fee(creditor.pk, kind)
        for r in asking.filter(~pl.col("due_item").is_in(list(have))).iter_rows(named=True):
            debt = Debt(
                Money(r["principal_minor"], r["currency"]), r["due_on"], r["debtor"], r["agreed_pct"],
                grace_days=r["grace"], useful_notice=r["due_item"] in noticed,
                agreed_fee_pct=Decimal(r["fee_pct"]) if r["fee_pct"] else None,
            )  # fmt: skip
            found = accrue_fee(r["due_item"], kind, debt, law, tables, day)
            if found.amount.minor > 0:
                legal = found.legal_maximum.minor if found.legal_maximum else None
                yield NewCharge(
                    r["account"], r["due_item"], kind, r["currency"], found.key, None, day, r["principal_minor"],
                    found.amount.minor, legal, found.formula, found.rule, found.cite,
                )  # fmt: skip


def _noticed(debts: pl.DataFrame, creditor: Creditor) -> set[int]:
    """Due items of people who were told, free of charge, soon after the due date."""
    if debts.is_empty():
        return set()
    told = outreach.contacts_frame().filter((pl.col("creditor") == creditor.pk) & (pl.col("direction") == "out"))
    days = told.select("account", on=pl.col("at").dt.convert_time_zone(creditor.zone).dt.date())
    near = (pl.col("on") > pl.col("due_on")) & (pl.col("on") <= pl.col("due_on") + pl.duration(days=NOTICE_DAYS))
    return set(debts.select("due_item", "account", "due_on").join(days, on="account").filter(near)["due_item"])


def _post(creditor: Creditor, rows: list[NewCharge], marks: Mapping[int, date]) -> int:
    """Book them in short transactions, each with the marks of its own due items."""
    by_item: dict[int, list[NewCharge]] = {item: [] for item in marks}
    for row in rows:
        by_item.setdefault(row.due_item, []).append(row)
    ids, posted = sorted(by_item), 0
    for begin in range(0, len(ids), BATCH):
        piece = ids[begin : begin + BATCH]
        mine = [row for item in piece for row in by_item[item]]
        done = {item: marks[item] for item in piece if item in marks}
        posted += post_charges(creditor_id=creditor.pk, rows=mine, marks=done, source="cargos").created
    return posted
