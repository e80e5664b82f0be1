"""What each channel costs a creditor: read and written here only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import attrs
import polars as pl
from django.db import transaction
from django.db.models import Sum

from puntual.apps.outreach import wording
from puntual.apps.outreach.models import ChannelPrice, Message
from puntual.apps.parties.models import Creditor
from puntual.core.channels import Price
from puntual.core.channels.prices import UNITS, expected, minor_of
from puntual.core.channels.sms_text import as_sent, measure
from puntual.core.errors import UnusableInput
from puntual.core.money import exponent

#: Channels that cost something outside, in the order of the screen.
PRICED = ("email", "sms", "whatsapp", "voice", "letter", "visit")
#: What one unit of each is, for people.
UNIT_OF: Mapping[str, str] = {
    "email": "correo", "sms": "parte", "whatsapp": "conversación", "voice": "minuto", "letter": "carta",
    "visit": "visita",
}  # fmt: skip
_LARGEST_MILLI = 10**12


def prices_of(creditor_id: int) -> tuple[Price, ...]:
    """Every price that a creditor told."""
    rows = ChannelPrice.objects.filter(creditor_id=creditor_id).order_by("channel", "prefix", "category")
    return tuple(Price(r.channel, r.unit_milli, r.currency, r.prefix, r.category) for r in rows)


def prices_of_all() -> dict[int, tuple[Price, ...]]:
    """creditor -> its prices."""
    found: dict[int, list[Price]] = {}
    for r in ChannelPrice.objects.all():
        found.setdefault(r.creditor_id, []).append(Price(r.channel, r.unit_milli, r.currency, r.prefix, r.category))
    return {creditor: tuple(rows) for creditor, rows in found.items()}


def rows_of(creditor_id: int) -> list[ChannelPrice]:
    return list(ChannelPrice.objects.filter(creditor_id=creditor_id).order_by("channel", "prefix", "category"))


def to_milli(text: str, currency: str) -> int:
    """Thousandths of a minor unit of a price as people write it. UnusableInput says what is wrong with it.

    >>> to_milli("0.0075", "USD")
    750
    """
    try:
        value = Decimal(text.replace(",", ".").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise UnusableInput(f"«{text}» no es un precio: escriba, por ejemplo, 0.0075.", field="price")
    milli = (value.scaleb(exponent(currency) + 3)).quantize(Decimal(1), ROUND_HALF_UP)
    if milli > _LARGEST_MILLI:
        raise UnusableInput(f"«{text}» es demasiado para un solo mensaje: revise la coma y la moneda.", field="price")
    return int(milli)


def as_major(milli: int, currency: str) -> str:
    """A price as people write it, without zeros that say nothing."""
    value = Decimal(milli).scaleb(-exponent(currency) - 3)
    return f"{value.normalize():f}"


@transaction.atomic
def save_price(
    *, creditor_id: int, channel: str, text: str, currency: str, prefix: str = "", category: str = "", at: datetime
) -> ChannelPrice:
    """The price from now on; what left before keeps what it cost. UnusableInput says what is wrong."""
    if channel not in PRICED:
        raise UnusableInput(f"«{channel}» no es un canal con precio: use {', '.join(PRICED)}.", field="channel")
    prefix = prefix.strip()
    if prefix and not (prefix.startswith("+") and prefix[1:].isdigit() and len(prefix) <= 6):
        raise UnusableInput("El prefijo se escribe con su más, por ejemplo +52.", field="prefix")
    row, _new = ChannelPrice.objects.update_or_create(
        creditor_id=creditor_id, channel=channel, prefix=prefix, category=category.strip().upper(),
        defaults={"unit_milli": to_milli(text, currency), "currency": currency, "updated_at": at},
    )  # fmt: skip
    return row


@transaction.atomic
def forget_price(*, creditor_id: int, pk: int) -> int:
    return ChannelPrice.objects.filter(creditor_id=creditor_id, pk=pk).delete()[0]


@attrs.frozen
class Spent:
    """What was paid for messages: how many, and how many of them without a known price."""

    channel: str
    currency: str
    messages: int
    minor: int


def spent(creditor_id: int, since: datetime) -> list[Spent]:
    """What the messages that left since an instant cost, by channel and currency."""
    rows = Message.objects.filter(
        outbox__creditor_id=creditor_id, outbox__state__in=("sent", "unknown"), outbox__finished_at__gte=since,
        cost_milli__isnull=False,
    )  # fmt: skip
    found: dict[tuple[str, str], list[int]] = {}
    for channel, currency, milli in rows.values_list("outbox__channel", "cost_currency").annotate(Sum("cost_milli")):
        found.setdefault((channel, currency), []).append(milli)
    counts = {}
    for channel, currency in rows.values_list("outbox__channel", "cost_currency"):
        counts[channel, currency] = counts.get((channel, currency), 0) + 1
    return [Spent(c, m, counts[c, m], minor_of(sum(milli))) for (c, m), milli in sorted(found.items())]


#: So many messages back say what one costs today.
_LATELY = 2_000


def cost_of_one(creditor_id: int) -> dict[str, int]:
    """channel -> what one contact by it costs in the creditor's own currency, in minor units, half up: the mean of the
    last messages that left, and where none did its general price. Channels without a price are not there."""
    currency = Creditor.objects.values_list("currency", flat=True).get(pk=creditor_id)
    found = {}
    for row in ChannelPrice.objects.filter(creditor_id=creditor_id, currency=currency, prefix="", category=""):
        found[row.channel] = minor_of(row.unit_milli)
    sent = Message.objects.filter(
        outbox__creditor_id=creditor_id, outbox__state__in=("sent", "unknown"), cost_currency=currency,
        cost_milli__isnull=False,
    )  # fmt: skip
    for channel in PRICED:
        last = list(sent.filter(outbox__channel=channel).order_by("-pk").values_list("cost_milli", flat=True)[:_LATELY])
        if last:
            found[channel] = minor_of(round(sum(last) / len(last)))
    return found


#: A person, an amount and a link like any other, to count the parts of a message before it has an addressee.
_SAMPLE = {
    "{{ persona.nombre }}": "María Fernanda López", "{{ acreedor.nombre }}": "Ferretera del Norte",
    "{{ total }}": "$12,345.67 MXN", "{{ enlace.pagar }}": "https://cobranza.example/p/AbCdEfGhIjKlMnOpQrStUv/",
}  # fmt: skip


def usual_units(names: list[str], *, accents: bool = False) -> pl.DataFrame:
    """(UNITS) how many parts an SMS of each template takes, measured on usual data; one of everything else."""
    rows = []
    for name in names:
        text = wording.shipped(name, "sms.txt")
        for mark, value in _SAMPLE.items():
            text = text.replace(mark, value)
        rows.append(("sms", name, max(measure(as_sent(text, accents=accents)).parts, 1)))
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in UNITS.items()}, orient="row")


def expected_cost(creditor_id: int, decision: pl.DataFrame, templates: Mapping[str, str]) -> dict[str, int]:
    """currency -> what the messages of a decision would cost, in minor units. `templates`: «version:step» -> its
    template. Empty when nobody told a price."""
    prices = prices_of(creditor_id)
    goes = decision.filter((pl.col("verdict") == "allow") & (pl.col("channel") != "task"))
    if not prices or goes.is_empty():
        return {}
    key = pl.concat_str(pl.col("policy_version").cast(pl.String), pl.lit(":"), pl.col("step").fill_null(""))
    named = goes.with_columns(template=key.replace_strict(dict(templates), default="recordatorio"))
    return expected(named, prices, usual_units(sorted(set(templates.values()) | {"recordatorio"})))
