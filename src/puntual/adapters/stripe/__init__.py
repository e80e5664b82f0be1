"""Stripe: Checkout sessions, PaymentIntents read again, refunds, disputes, events. The library is imported on first
use.
"""

from puntual.adapters.stripe.transport import Stripe

__all__ = ["Stripe"]
