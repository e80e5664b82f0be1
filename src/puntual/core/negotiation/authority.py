"""Limits of authority: who may grant what alone, and when another person has to approve."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs

from puntual.core.errors import Refused


@attrs.frozen
class Limit:
    """What one role may grant alone. Percentages are of the whole debt that the deal covers."""

    role: str
    max_waiver_pct: Decimal
    max_instalments: int
    max_days: int
    max_amount_minor: int | None = None


@attrs.frozen
class Grant:
    """What a deal asks for: how much is given up, over how many instalments and days, on how large a debt."""

    waiver_pct: Decimal
    instalments: int
    days: int
    amount_minor: int


@attrs.frozen
class Need:
    """Whether the deal may stand at once (`role` None) or which role must approve it, and what exceeded the limit."""

    role: str | None
    exceeded: tuple[str, ...] = ()


def exceeded(grant: Grant, limit: Limit) -> tuple[str, ...]:
    """The names of the limits that the grant passes; empty if none."""
    over = {
        "waiver_pct": grant.waiver_pct > limit.max_waiver_pct,
        "instalments": grant.instalments > limit.max_instalments,
        "days": grant.days > limit.max_days,
        "amount": limit.max_amount_minor is not None and grant.amount_minor > limit.max_amount_minor,
    }
    return tuple(name for name, is_over in over.items() if is_over)


def need(grant: Grant, role: str, limits: Sequence[Limit]) -> Need:
    """`limits` go from the least to the most powerful role. Refused if nobody may grant it or the role has none."""
    names = [limit.role for limit in limits]
    if role not in names:
        raise Refused(f"El papel «{role}» no puede negociar.", reason="no_authority")
    own = names.index(role)
    over = exceeded(grant, limits[own])
    if not over:
        return Need(None)
    for limit in limits[own + 1 :]:
        if not exceeded(grant, limit):
            return Need(limit.role, over)
    raise Refused("Nadie en la empresa puede autorizar estas condiciones: bájelas.", reason="over_every_limit")


def check_approval(grant: Grant, *, asked_by: int, approved_by: int, role: str, limits: Sequence[Limit]) -> None:
    """Refused unless the approver is another person and the approver's own limits hold the grant (maker-checker)."""
    if asked_by == approved_by:
        raise Refused("Quien lo pide no puede aprobarlo: debe hacerlo otra persona.", reason="same_person")
    if need(grant, role, limits).role is not None:
        raise Refused(f"El papel «{role}» no alcanza para aprobar estas condiciones.", reason="no_authority")
