"""Which conversations: the filters of the list, in its address and out of it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import attrs

from puntual.apps.inbox.choices import TRAYS
from puntual.core.customers.understanding import INTENTS

CHANNELS = ("email", "whatsapp", "sms", "portal")


@attrs.frozen
class Filters:
    """`tray`: one of TRAYS; `late`: only what should have been looked after by now."""

    tray: str = ""
    channel: str = ""
    intent: str = ""
    assigned: str = ""
    query: str = ""
    late: bool = False


def from_address(params: Mapping[str, str]) -> Filters:
    """The filters that an address asks for; what it asks wrong is not asked."""

    def one(name: str, among: object) -> str:
        value = params.get(name, "")
        return value if value in among else ""  # type: ignore[operator]

    who = params.get("asignada", "")
    return Filters(
        tray=one("bandeja", TRAYS),
        channel=one("canal", CHANNELS),
        intent=one("intencion", INTENTS),
        assigned=who if who.isdigit() else "",
        query=params.get("q", "").strip()[:100],
        late=params.get("tarde", "") == "si",
    )


def to_address(filters: Filters) -> str:
    """The query string of these filters, without what is left as it is."""
    told = {
        "bandeja": filters.tray, "canal": filters.channel, "intencion": filters.intent, "asignada": filters.assigned,
        "q": filters.query, "tarde": "si" if filters.late else "",
    }  # fmt: skip
    return urlencode({name: value for name, value in told.items() if value})
