"""In which order a payment that names nothing pays what is owed: by policy, or by the order that the country's law
gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.ledger.allocation import CAPITAL_FIRST, COSTS_FIRST, Applied, OpenItem, in_order, oldest_first
from puntual.core.ledger.books import Component

Order = Sequence[Component]


@attrs.frozen
class LegalOrder:
    """What the law says when the payer names nothing. A policy that is kinder to the person may always be used
    instead.
    """

    order: tuple[Component, ...]
    cite: str


INTEREST_FIRST = (Component.INTEREST, Component.FEE, Component.PRINCIPAL)
LEGAL: Mapping[str, LegalOrder] = {
    "MX": LegalOrder(INTEREST_FIRST, "Código de Comercio, art. 364"),
    "CO": LegalOrder(INTEREST_FIRST, "Código Civil, art. 1653"),
    "CL": LegalOrder(INTEREST_FIRST, "Código Civil, art. 1595"),
    "PE": LegalOrder(COSTS_FIRST, "Código Civil, art. 1257"),
    "AR": LegalOrder(INTEREST_FIRST, "Código Civil y Comercial, art. 903"),
    "EC": LegalOrder(INTEREST_FIRST, "Código Civil, art. 1611"),
    "BR": LegalOrder(INTEREST_FIRST, "Código Civil, art. 354"),
    "ES": LegalOrder(INTEREST_FIRST, "Código Civil, art. 1173"),
}


def order_of(country: str | None) -> Order:
    """The country's order of the parts; capital first where no law is known, which is kinder to the person."""
    legal = LEGAL.get(country or "")
    return legal.order if legal else CAPITAL_FIRST


def _charges_first(amount: int, items: Sequence[OpenItem], order: Order) -> tuple[list[Applied], int]:
    """Every charge of every item before any principal."""
    applied: list[Applied] = []
    left = amount
    charges = [c for c in order if c is not Component.PRINCIPAL]
    for parts in (charges, [Component.PRINCIPAL]):
        more, left = oldest_first(left, items, parts)
        applied += more
    return applied, left


def _newest_first(amount: int, items: Sequence[OpenItem], order: Order) -> tuple[list[Applied], int]:
    return in_order(amount, sorted(items, key=lambda i: (i.due_on, i.due_item), reverse=True), order)


def _smallest_first(amount: int, items: Sequence[OpenItem], order: Order) -> tuple[list[Applied], int]:
    """Closes the most documents with the same money."""
    return in_order(amount, sorted(items, key=lambda i: (i.open_minor, i.due_on, i.due_item)), order)


Strategy = Callable[[int, Sequence[OpenItem], Order], tuple[list[Applied], int]]
STRATEGIES: Mapping[str, Strategy] = {
    "oldest_first": oldest_first,
    "charges_first": _charges_first,
    "newest_first": _newest_first,
    "smallest_first": _smallest_first,
}


def spread(
    amount_minor: int, items: Sequence[OpenItem], *, strategy: str = "oldest_first", country: str | None = None
) -> tuple[list[Applied], int]:
    """The applications of a payment that names nothing, and what is left over. UnusableInput for an unknown
    strategy.
    """
    if strategy not in STRATEGIES:
        raise UnusableInput(f"«{strategy}» no es una estrategia de aplicación: use {', '.join(STRATEGIES)}.")
    return STRATEGIES[strategy](amount_minor, items, order_of(country))
