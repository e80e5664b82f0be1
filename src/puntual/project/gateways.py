"""Which adapter stands behind each payment gateway, and the doors by which their notices come in."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from puntual.adapters.mercadopago import MercadoPago
from puntual.adapters.mercadopago.transport import API as MERCADOPAGO
from puntual.adapters.names import similar
from puntual.adapters.paypal import PayPal
from puntual.adapters.stripe import Stripe
from puntual.apps.payments import read, write
from puntual.ports.payments import Forged, GatewayError, Notice, PaymentGateway, Received
from puntual.project import sandbox

__all__ = ["gateways", "similar", "webhook"]

#: No gateway sends more than this in one notice.
LARGEST = 512 * 1024


@lru_cache(maxsize=1)
def gateways() -> dict[str, PaymentGateway]:
    """provider -> what speaks to it."""
    made: list[PaymentGateway] = [MercadoPago(sandbox.base_url() or MERCADOPAGO), Stripe(), PayPal()]
    return {gateway.provider: gateway for gateway in made}


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, provider: str, ref: str = "") -> HttpResponse:
    """Verify, store, answer. 401 for what nobody signed, 503 when it could not be verified now: it will be sent
    again.
    """
    bound = gateways().get(provider)
    if bound is None:
        raise Http404
    if int(request.headers.get("content-length") or 0) > LARGEST:
        return HttpResponse(status=413)
    received = Received({k.lower(): v for k, v in request.headers.items()}, request.GET.dict(), request.body)
    try:
        found = _verified(bound, received, provider, ref)
    except GatewayError:
        return HttpResponse(status=503)
    if found is None:
        return HttpResponse(status=401)
    account, notice = found
    write.receive(gateway_id=account, notice=notice, body=received.body, at=timezone.now())
    return HttpResponse(status=200)


def _verified(bound: PaymentGateway, received: Received, provider: str, ref: str) -> tuple[int, Notice] | None:
    """The account whose secret signed it. An unsigned one is only taken at an account's own address."""
    for account in read.gateways_of_provider(provider, ref):
        try:
            notice = bound.read_notice(received, read.credentials(account), timezone.now())
        except (Forged, ValueError, KeyError):
            continue
        if notice.trusted or ref:
            return account.pk, notice
    return None
