"""The books: entries that only grow, and everything that is derived from them."""

from puntual.core.ledger.position import StageBounds, position

__all__ = ["StageBounds", "position"]
