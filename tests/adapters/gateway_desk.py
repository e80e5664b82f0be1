"""What every gateway's tests share: a checkout for two documents, and the posting of a simulator's notices."""

from __future__ import annotations

from datetime import UTC, datetime

from puntual.core.ledger.gateway import fold_events
from puntual.ports.payments import CheckoutRequest, Credentials, DueAmount, Received

NOW = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)


def checkout(
    credentials: Credentials, currency="MXN", amounts=(100_050, 49_950), key="req-1-try-1", reference="2000000571"
):
    return CheckoutRequest(
        credentials=credentials,
        items=tuple(DueAmount(n, f"Factura FA-{n}", amount) for n, amount in enumerate(amounts, 11)),
        currency=currency,
        description="Ferretería El Clavo",
        reference=reference,
        idempotency_key=key,
        success_url="https://pagos.ejemplo.mx/p/gracias",
        cancel_url="https://pagos.ejemplo.mx/p/volver",
        notify_url="https://pagos.ejemplo.mx/webhooks/pasarela/",
        payer_email="ana@ejemplo.mx",
        payer_name="Ana",
    )


def received(sent) -> Received:
    return Received({k.lower(): v for k, v in sent.headers.items()}, sent.query, sent.body)


def take(gateway, credentials, sent, now=NOW):
    """One notice through both steps: verified, then read again."""
    return gateway.facts(gateway.read_notice(received(sent), credentials, now), sent.body, credentials)


def state_of(events):
    """The state of the only payment in the events."""
    [state] = fold_events(events).values()
    return state
