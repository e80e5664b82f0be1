"""What PayPal is asked so that a person allows later charges once (its vault, v3), and to make one of them."""

from __future__ import annotations

from typing import Any

from puntual.adapters.paypal import payment as payments
from puntual.ports.payments import MandateCharge, MandateRequest


def setup(request: MandateRequest) -> dict[str, Any]:
    """A setup token: the person says yes on PayPal's page, for this seller and nobody else."""
    context = {
        "return_url": request.success_url,
        "cancel_url": request.cancel_url,
        "shipping_preference": "NO_SHIPPING",
        "locale": "es-MX",
    }
    wallet = {
        "usage_type": "MERCHANT",
        "customer_type": "CONSUMER",
        "permit_multiple_payment_tokens": True,
        "description": "Pagos de su convenio",
        "experience_context": context,
    }
    return {"payment_source": {"paypal": wallet}, "customer": {"merchant_customer_id": request.reference}}


def exchange(setup_token: str) -> dict[str, Any]:
    """What was allowed, for the token that charges."""
    return {"payment_source": {"token": {"id": setup_token, "type": "SETUP_TOKEN"}}}


def order(charge: MandateCharge) -> dict[str, Any]:
    """An order that is captured as it is made: nobody has to be there."""
    unit = {
        "custom_id": charge.reference,
        "description": charge.description[:127],
        "amount": payments.major(charge.amount_minor, charge.currency),
    }
    allowed = {"payment_initiator": "MERCHANT", "usage": "SUBSEQUENT"}
    wallet = {"vault_id": charge.token, "stored_credential": allowed}
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": {"paypal": wallet}}
