"""Mercado Pago: Checkout Pro by preferences, payments read again before they are booked, signed notices."""

from puntual.adapters.mercadopago.transport import MercadoPago

__all__ = ["MercadoPago"]
