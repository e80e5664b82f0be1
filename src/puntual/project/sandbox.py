"""The demonstration's own gateway, on this same machine: shows a payment from the button to the books. Charges nothing.

It answers only while PUNTUAL_SANDBOX is on and the public address is this machine's; anywhere else it is not there.
"""

from __future__ import annotations

import time
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from puntual.simulators.loopback import Page, Request
from puntual.simulators.mercadopago import MercadoPagoSimulator

#: What the demonstration's companies use; the simulator knows no other.
CREDENTIALS = {"access_token": "demo-token", "webhook_secret": "demo-secreto"}
PATH = "/simulador/mercadopago"


def is_on() -> bool:
    """Whether this installation is a demonstration on its own machine."""
    return settings.SANDBOX and urlsplit(settings.PUBLIC_URL).hostname in ("127.0.0.1", "localhost", "::1")


def base_url() -> str | None:
    """Where the adapter of Mercado Pago speaks to in a demonstration; None: to the real one."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{PATH}" if is_on() else None


@lru_cache(maxsize=1)
def _simulator() -> MercadoPagoSimulator:
    made = MercadoPagoSimulator(secret=CREDENTIALS["webhook_secret"], token=CREDENTIALS["access_token"])
    made.base = f"{settings.PUBLIC_URL.rstrip('/')}{PATH}"
    # Its numbers must not repeat those of an earlier session, which are in the books already.
    made.number = int(time.time()) * 100
    return made


@csrf_exempt
def mercadopago(request: HttpRequest, path: str) -> HttpResponse:
    """Every call of the simulated gateway, of the adapter and of people."""
    if not is_on():
        raise Http404
    simulator = _simulator()
    simulator.clock = timezone.now()
    headers = {k.lower(): v for k, v in request.headers.items()}
    asked = Request(request.method or "GET", f"/{path}", request.GET.dict(), headers, request.body)
    status, document = simulator.answer(asked)
    if isinstance(document, Page):
        answer = HttpResponse(document.html, status=status)
        if document.location:
            answer["Location"] = document.location
        return answer
    return JsonResponse(document, status=status, json_dumps_params={"default": float})
