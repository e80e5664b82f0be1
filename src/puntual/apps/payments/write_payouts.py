"""The only writer of deposits: what each is made of, asked of its gateway once, and its movement of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from puntual.apps.parties import read as parties
from puntual.apps.payments import read, write
from puntual.apps.payments.choices import Provider
from puntual.apps.payments.models import GatewayAccount, GatewayFact, Payout, PayoutPart
from puntual.core.errors import UnusableInput
from puntual.core.ledger import payouts as core
from puntual.core.ledger.statement import Line
from puntual.core.time import local_date
from puntual.ports.payments import GatewayError, TellsPayouts

#: How banks write each gateway.
WORDS = {
    Provider.STRIPE: ("stripe",),
    Provider.MERCADOPAGO: ("mercado pago", "mercadopago", "mercado libre", "mercadolibre"),
    Provider.PAYPAL: ("paypal",),
}
#: A gateway is asked for the parts of its deposits of so long.
ASKED_FOR = timedelta(days=60)


def keep_parts(*, creditor_id: int, gateways: write.Gateways, at: datetime) -> int:
    """Ask for the parts of each deposit that has none yet. Gives how many were told. A gateway that fails is asked
    again the next time; one that never tells them is not asked."""
    facts = GatewayFact.objects.filter(
        gateway__creditor_id=creditor_id, kind="payout", deposit__parts_at=None, at__gt=at - ASKED_FOR
    )
    told = 0
    for fact in facts.select_related("gateway"):
        bound = gateways.get(fact.provider)
        if not isinstance(bound, TellsPayouts):
            continue
        try:
            parts = bound.payout_parts(fact.external_id, fact.currency, read.credentials(fact.gateway))
        except GatewayError as error:
            Payout.objects.update_or_create(fact=fact, defaults={"error": error.sentence[:300]})
            continue
        _keep(fact, parts, at)
        told += 1
    return told


@transaction.atomic
def take_report(*, gateway: GatewayAccount, data: bytes, filename: str, at: datetime) -> int:
    """What a gateway's own report says of its deposits. Gives how many; read again, it says the same."""
    reader = settings.PAYOUT_REPORTS.get(gateway.provider)
    if reader is None:
        raise UnusableInput("Esa pasarela dice por su conexión de qué es cada depósito: no hace falta un reporte.")
    told = import_string(reader)(data, filename, gateway.creditor.currency)
    write.keep(gateway=gateway, events=[one.event for one in told])
    for one in told:
        fact = GatewayFact.objects.get(
            provider=gateway.provider, kind="payout", external_id=one.event.payment_id, gateway=gateway
        )
        _keep(fact, one.parts, at)
    return len(told)


@transaction.atomic
def _keep(fact: GatewayFact, parts: Sequence[core.Part], at: datetime) -> None:
    row, _ = Payout.objects.update_or_create(fact=fact, defaults={"parts_at": at, "error": ""})
    row.parts.all().delete()
    PayoutPart.objects.bulk_create(
        [
            PayoutPart(
                payout=row, kind=p.kind, external_id=p.payment_id[:80], part_id=p.part_id[:80],
                gross_minor=p.gross_minor, fee_minor=p.fee_minor,
            )
            for p in parts
        ], batch_size=500,
    )  # fmt: skip


@transaction.atomic
def claim(*, creditor_id: int, lines: Sequence[Line]) -> set[int]:
    """The movements that are deposits of the creditor's gateways; each deposit remembers its own."""
    zone = parties.creditor(f"acr_{creditor_id}").zone
    facts = GatewayFact.objects.filter(gateway__creditor_id=creditor_id, kind="payout", deposit__line=None)
    deposits = [
        core.Deposit(
            f.pk, f.external_id, Line(0, local_date(f.at, zone), f.amount_minor, f.currency),
            WORDS.get(Provider(f.provider), ()),
        )
        for f in facts.order_by("at", "pk")
    ]  # fmt: skip
    if not deposits:
        return set()
    found = core.find_lines(deposits, lines)
    days = {line.line: line.on for line in lines}
    for payout, line in found.items():
        Payout.objects.update_or_create(fact_id=payout, defaults={"line_id": line, "on": days[line]})
    return set(found.values())
