"""Planning: what is worth doing (`value`, `candidates`) and the best use of people, lines and money (`choose`)."""

from puntual.core.planning.capacity import Capacity
from puntual.core.planning.choosing import Choice, choose, decide, dual_bound

__all__ = ["Capacity", "Choice", "choose", "decide", "dual_bound"]
