"""Incentives as a policy writes them, in Spanish, and which of them a person is offered today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.negotiation.incentive import EARLY_DISCOUNT, INTEREST_REDUCTION, SETTLEMENT, Incentive, Offer, offer
from puntual.core.negotiation.quote import Debt

KINDS = {"pronto_pago": EARLY_DISCOUNT, "intereses": INTEREST_REDUCTION, "quita": SETTLEMENT}
_KEYS = frozenset({"tipo", "pct", "dias", "piso_pct", "segmentos", "desde_dia", "hasta_dia"})


@attrs.frozen
class PolicyIncentive:
    """One incentive of a policy: `days` to pay after the offer; for these segments (empty: all) and days past due."""

    kind: str
    pct: Decimal
    days: int
    floor_pct: Decimal = Decimal(0)
    segments: tuple[str, ...] = ()
    from_day: int = -90
    to_day: int = 3650


def read(rows: Iterable[Mapping[str, Any]]) -> tuple[PolicyIncentive, ...]:
    """The incentives of a policy document. UnusableInput names the row and how to mend it."""
    return tuple(_read_one(number, row) for number, row in enumerate(rows, 1))


def _read_one(number: int, row: Mapping[str, Any]) -> PolicyIncentive:
    where = f"incentivos[{number}]"
    strange = sorted(set(row) - _KEYS)
    if strange:
        raise UnusableInput(
            f"{where}: no se conoce «{strange[0]}»; use {', '.join(sorted(_KEYS))}.", field="incentivos"
        )
    if row.get("tipo") not in KINDS:
        raise UnusableInput(f"{where}: «tipo» debe ser {', '.join(sorted(KINDS))}.", field="incentivos")
    made = PolicyIncentive(
        KINDS[row["tipo"]],
        _pct(where, "pct", row.get("pct")),
        _whole(where, "dias", row.get("dias", 7)),
        _pct(where, "piso_pct", row.get("piso_pct", 0)),
        tuple(str(s) for s in row.get("segmentos", ())),
        _whole(where, "desde_dia", row.get("desde_dia", -90)),
        _whole(where, "hasta_dia", row.get("hasta_dia", 3650)),
    )
    if made.pct <= 0 or made.days < 0:
        raise UnusableInput(f"{where}: «pct» debe ser mayor que 0 y «dias» no puede ser negativo.", field="incentivos")
    return made


def _pct(where: str, key: str, value: Any) -> Decimal:
    try:
        pct = Decimal(str(value))
    except InvalidOperation:
        raise UnusableInput(f"{where}: «{key}» debe ser un porcentaje, por ejemplo 2.5.", field="incentivos") from None
    if not pct.is_finite() or not 0 <= pct <= 100:
        raise UnusableInput(f"{where}: «{key}» debe estar entre 0 y 100.", field="incentivos")
    return pct


def _whole(where: str, key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnusableInput(f"{where}: «{key}» debe ser un número entero de días.", field="incentivos")
    return value


def offers(
    incentives: Iterable[PolicyIncentive], *, debt: Debt, segment: str, days_past_due: int, as_of: date
) -> tuple[Offer, ...]:
    """What this person may be offered today, the best for the person first. Deterministic: the page, the message and
    the simulation offer the same."""
    found = []
    for one in incentives:
        if one.segments and segment not in one.segments:
            continue
        if not one.from_day <= days_past_due <= one.to_day:
            continue
        made = offer(Incentive(one.kind, one.pct, as_of + timedelta(days=one.days), one.floor_pct), debt, as_of)
        if made:
            found.append(made)
    return tuple(sorted(found, key=lambda o: (o.pay_minor, o.incentive.kind)))
