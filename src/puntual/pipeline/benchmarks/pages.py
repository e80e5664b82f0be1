"""How long the screens that people open all day take, on a large portfolio: the server's own time, without the
network."""

from __future__ import annotations

import statistics
import time

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from puntual.apps.parties.models import Creditor
from puntual.apps.receivables.models import AccountBalance

TIMES = 15


def pages(creditor: Creditor, rows: int) -> dict[str, object]:
    """Median milliseconds of Hoy, Cartera (several filters) and Cliente, as a signed-in person."""
    user = get_user_model().objects.create_superuser("banco", password=None)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    account = AccountBalance.objects.filter(creditor=creditor).order_by("-open_minor").values_list("account_id").first()
    addresses = {
        "hoy": "/",
        "cartera": reverse("receivables:portfolio"),
        "cartera_lo_mas_viejo": reverse("receivables:portfolio") + "?orden=antiguedad",
        "cartera_buscar": reverse("receivables:portfolio") + "?q=C77",
        "cliente": reverse("receivables:account", args=[account[0]]),
    }
    found = {name: _median_ms(client, address) for name, address in addresses.items()}
    return {"rows": rows, "milliseconds": found, "worst_ms": max(found.values())}


def _median_ms(client: Client, address: str) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
    return round(statistics.median(taken), 1)
