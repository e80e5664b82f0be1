"""PayPal: Orders v2 by its own small client, captures, refunds, disputes; notices verified offline."""

from puntual.adapters.paypal.transport import PayPal

__all__ = ["PayPal"]
