"""How a channel is looked after: its pace, its pauses, the next try, the next channel, what a message costs.

Pure transitions over frozen values; the moment is always a parameter.
"""

from puntual.core.channels.backoff import next_try
from puntual.core.channels.breaker import Breaker, BreakerRules, Event, after, may_send
from puntual.core.channels.bucket import Bucket, Pace, take
from puntual.core.channels.fallback import next_channel
from puntual.core.channels.prices import Price, cost_milli, price_for

__all__ = [
    "Breaker",
    "BreakerRules",
    "Bucket",
    "Event",
    "Pace",
    "Price",
    "after",
    "cost_milli",
    "may_send",
    "next_channel",
    "next_try",
    "price_for",
    "take",
]
