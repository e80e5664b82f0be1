"""Late interest as ledger entries: one per due item and period, with a key that makes posting it twice impossible.

The entry of a period is the rounded interest up to its end less the rounded interest up to its start, so the entries
of a debt always add up to what one calculation over the whole time gives. `accrue` says it of one due item,
`accrue_frame` of a portfolio.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import polars as pl

from puntual.core import reasons
from puntual.core.frames import ID, MINOR, Column, Schema, check_frame
from puntual.core.ledger.charge_rules import ChargeRule, CountryCharges
from puntual.core.ledger.charges import Debt, charge, interest_formula, interest_terms, interest_warnings, missing_index
from puntual.core.ledger.interest import (
    Factor,
    RatePeriod,
    ceiling_known,
    charged_factor,
    first_overdue_day,
    legal_factor,
    periods,
)
from puntual.core.ledger.rates import ONE_DAY, RateTables
from puntual.core.money import MAX_MINOR, Money, div_half_up, narrow, prorate_expr, wide
from puntual.core.time import Period

#: What `accrue_frame` takes: one row per open due item, its capital constant over the period.
DEBTS: Schema = {
    "due_item": Column(ID, "documento o cuota"),
    "country": Column(pl.String, "país cuya norma rige los cargos"),
    "debtor": Column(pl.String, "tipo de deudor", choices=("consumer", "business", "financial")),
    "currency": Column(pl.String, "moneda"),
    "due_on": Column(pl.Date, "vencimiento"),
    "principal_minor": Column(MINOR, "capital vencido"),
    "disputed_minor": Column(MINOR, "parte en aclaración: no genera interés"),
    "agreed_pct": Column(pl.Decimal(18, 6), "tasa pactada, nominal, por ciento anual; vacía: no se pactó", null=True),
}
#: What it adds.
ACCRUED: Schema = {
    "key": Column(pl.String, "llave del asiento: documento y periodo"),
    "interest_minor": Column(MINOR, "interés del periodo"),
    "legal_maximum_minor": Column(
        MINOR, "máximo legal del periodo; vacío: la norma no lo fija o no se conoce", null=True
    ),
    "rule": Column(pl.String, "regla que lo permite", null=True),
    "cite": Column(pl.String, "cita de la norma", null=True),
    "formula": Column(pl.String, "la cuenta, con § en el lugar del capital; vacía si no se cobra nada", null=True),
    "alert": Column(pl.String, "código de `reasons` si no se cobró por falta de norma o de tasa", null=True),
}
Picker = Callable[[tuple[RatePeriod, ...]], Factor]
_TERMS = ["country", "debtor", "currency", "due_on", "agreed_pct"]


@attrs.frozen
class CapitalStep:
    """The overdue capital from a day on, until the next step: a partial payment or a dispute begins a new one."""

    start: date
    capital_minor: int
    disputed_minor: int = 0

    def chargeable(self) -> int:
        return max(0, self.capital_minor - max(0, self.disputed_minor))


@attrs.frozen
class Accrual:
    """The interest entry of one due item for one period, ready to be posted once under its key."""

    key: str
    due_item: int
    amount: Money
    legal_maximum: Money | None
    effective_on: date
    rate: Decimal | None
    formula: str
    rule: str
    cite: str
    warnings: tuple[str, ...]
    kind: str = "interest"
    component: str = "interest"


def accrual_key(due_item: int, period: Period) -> str:
    """`late_interest:ITEM:FROM:TO`, both days included: the same period of the same due item always has the same
    key."""
    return f"late_interest:{due_item}:{period.start}:{_end(period) - ONE_DAY}"


def accrue(
    due_item: int, debt: Debt, steps: Sequence[CapitalStep], law: CountryCharges, tables: RateTables, period: Period
) -> Accrual:
    """The interest entry of `period` (its end is not in it). Zero, with its reason, where nothing may be charged."""
    end, currency = _end(period), debt.principal.currency
    rule = _rule(law, debt, currency, end - ONE_DAY)
    this = _parts(rule, debt, tables, period.start, end) if rule else ()
    why = _refusal(rule, debt, this, end - ONE_DAY)
    if rule is None or why:
        return _zero(due_item, debt, period, rule, why)
    history = _parts(rule, debt, tables, debt.due_on, end)
    charged, legal = (_between(steps, history, period.start, pick) for pick in (charged_factor, legal_factor))
    ceiling = Money(legal, currency) if ceiling_known(rule, debt.agreed_pct, this) else None
    rates = [part.charged.pct for part in this if part.charged]
    return Accrual(
        accrual_key(due_item, period), due_item, Money(charged, currency), ceiling, end - ONE_DAY,
        rates[-1] if rates else None, _formula(steps, this, currency), rule.id, rule.cite,
        (*interest_warnings(debt, rule, this), *rule.notes),
    )  # fmt: skip


def accrue_fee(due_item: int, kind: str, debt: Debt, law: CountryCharges, tables: RateTables, as_of: date) -> Accrual:
    """The entry of a charge that exists once per due item (collection_fee or fixed_sum): its key has no date.

    An amount of zero is not posted, so the fee may still come on the day on which the law begins to allow it.
    """
    if kind == "late_interest":
        raise ValueError("late interest accrues by period: use accrue")
    found = charge(kind, debt, law, tables, as_of)
    return Accrual(
        f"{kind}:{due_item}", due_item, found.charged, found.legal_maximum, as_of, found.rate, found.formula,
        found.rule, found.cite, found.warnings, kind="fee", component="fee",
    )  # fmt: skip


def _end(period: Period) -> date:
    if period.end is None or period.end <= period.start:
        raise ValueError("an accrual period has an end after its start")
    return period.end


def _rule(law: CountryCharges, debt: Debt, currency: str, on: date) -> ChargeRule | None:
    return law.rule(
        "late_interest", debtor=debt.debtor, currency=currency, credit=debt.credit, nature=debt.nature, on=on
    )


def _parts(rule: ChargeRule, debt: Debt, tables: RateTables, start: date, end: date) -> tuple[RatePeriod, ...]:
    first = first_overdue_day(debt.due_on, debt.grace_days)
    begin = max(first, start, rule.valid_from or first)
    return periods(rule, tables, debt.agreed_pct, first, begin, end)


def _refusal(rule: ChargeRule | None, debt: Debt, this: tuple[RatePeriod, ...], last: date) -> str:
    """The code of why this period bears no interest, or empty."""
    if rule is None:
        return "charge_no_rule"
    if debt.prescribes_on and last >= debt.prescribes_on:
        return "charge_prescribed"
    if not this:
        return "charge_not_late"
    return "charge_missing_rate" if this[-1].charged is None else ""


def _zero(due_item: int, debt: Debt, period: Period, rule: ChargeRule | None, code: str) -> Accrual:
    last, zero = _end(period) - ONE_DAY, Money(0, debt.principal.currency)
    index = missing_index(rule) if rule else ""
    why = reasons.sentence(code, index=index, day=debt.prescribes_on if code == "charge_prescribed" else last)
    legal = None if code == "charge_missing_rate" else zero
    name, cite = (rule.id, rule.cite) if rule else ("", "")
    return Accrual(accrual_key(due_item, period), due_item, zero, legal, last, None, f"0: {why}", name, cite, (why,))


def _between(steps: Sequence[CapitalStep], history: tuple[RatePeriod, ...], start: date, pick: Picker) -> int:
    """Rounded interest of the whole history less that of the part before `start`."""
    before = tuple(p for p in (_clip(part, part.start, start) for part in history) if p)
    return _cumulative(steps, history, pick) - _cumulative(steps, before, pick)


def _cumulative(steps: Sequence[CapitalStep], parts: tuple[RatePeriod, ...], pick: Picker) -> int:
    total = Fraction(0)
    for capital, run in _runs(steps, parts):
        share = pick(run)
        total += Fraction(capital * share.num, share.den)
    return div_half_up(total.numerator, total.denominator)


def _runs(steps: Sequence[CapitalStep], parts: tuple[RatePeriod, ...]) -> list[tuple[int, tuple[RatePeriod, ...]]]:
    """The rate periods under each step of the capital. The first step also speaks for the days before it."""
    if not parts:
        return []
    ordered = sorted(steps, key=lambda step: step.start)
    starts = [min(ordered[0].start, parts[0].start), *(step.start for step in ordered[1:])]
    runs = []
    for n, step in enumerate(ordered):
        stop = starts[n + 1] if n + 1 < len(ordered) else parts[-1].end
        clipped = tuple(p for p in (_clip(part, starts[n], stop) for part in parts) if p)
        if clipped:
            runs.append((step.chargeable(), clipped))
    return runs


def _clip(part: RatePeriod, start: date, end: date) -> RatePeriod | None:
    start, end = max(part.start, start), min(part.end, end)
    return attrs.evolve(part, start=start, end=end) if start < end else None


def _formula(steps: Sequence[CapitalStep], this: tuple[RatePeriod, ...], currency: str) -> str:
    return " + ".join(interest_formula(Money(capital, currency), run) for capital, run in _runs(steps, this) if capital)


def accrue_frame(
    debts: pl.DataFrame, laws: Mapping[str, CountryCharges], tables: RateTables, period: Period
) -> pl.DataFrame:
    """`accrue` for every row of a frame of DEBTS: the same amounts, found once per set of terms and multiplied in
    columns.

    Adds the columns of ACCRUED. A country without law charges nothing (`charge_no_rule`).
    """
    check_frame(debts, DEBTS, "debts")
    terms = debts.select(_TERMS).unique()
    factors = [_frame_terms(row, laws, tables, period) for row in terms.iter_rows(named=True)]
    known = pl.concat([terms.select(_TERMS), pl.DataFrame(factors, schema=_FACTORS, orient="row")], how="horizontal")
    joined = debts.join(known, on=_TERMS, how="left", nulls_equal=True, maintain_order="left")
    capital = pl.max_horizontal(
        wide("principal_minor") - wide(pl.col("disputed_minor").clip(0, MAX_MINOR)), pl.lit(0, pl.Int128)
    )
    key = pl.format(
        "late_interest:{}:{}:{}", "due_item", pl.lit(str(period.start)), pl.lit(str(_end(period) - ONE_DAY))
    )
    return joined.with_columns(
        key.alias("key"), _amount(narrow(capital), "charged").alias("interest_minor"),
        pl.when("ceiling").then(_amount(narrow(capital), "legal")).alias("legal_maximum_minor"),
    ).drop([name for name in _FACTORS if name not in ACCRUED])  # fmt: skip


_FACTORS = {
    **{
        f"{what}_{when}_{part}": pl.Int64
        for what in ("charged", "legal")
        for when in ("to", "from")
        for part in ("num", "den")
    },
    "ceiling": pl.Boolean,
    "rule": pl.String,
    "cite": pl.String,
    "formula": pl.String,
    "alert": pl.String,
}


def _amount(capital: pl.Expr, what: str) -> pl.Expr:
    until_end = prorate_expr(capital, f"{what}_to_num", f"{what}_to_den")
    until_start = prorate_expr(capital, f"{what}_from_num", f"{what}_from_den")
    return until_end - until_start


def _frame_terms(
    row: Mapping[str, object], laws: Mapping[str, CountryCharges], tables: RateTables, period: Period
) -> list[object]:
    """The factors of one set of terms, in the order of `_FACTORS`."""
    end = _end(period)
    debt = Debt(Money(0, str(row["currency"])), row["due_on"], str(row["debtor"]), row["agreed_pct"])  # type: ignore[arg-type]
    law = laws.get(str(row["country"]))
    rule = _rule(law, debt, debt.principal.currency, end - ONE_DAY) if law else None
    this = _parts(rule, debt, tables, period.start, end) if rule else ()
    alert = _refusal(rule, debt, this, end - ONE_DAY)
    if rule is None or alert:
        nothing: list[object] = [0, 1] * 4
        names = [rule.id, rule.cite] if rule else [None, None]
        return [*nothing, alert != "charge_missing_rate", *names, None, alert]
    history = _parts(rule, debt, tables, debt.due_on, end)
    before = tuple(p for p in (_clip(part, part.start, period.start) for part in history) if p)
    pairs = [pick(run) for pick in (charged_factor, legal_factor) for run in (history, before)]
    numbers = [number for factor in pairs for number in (factor.num, factor.den)]
    return [*numbers, ceiling_known(rule, debt.agreed_pct, this), rule.id, rule.cite, interest_terms("§", this), None]
