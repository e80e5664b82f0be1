"""What a composed message costs: its parts counted, by the price that its creditor told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import attrs

from puntual.apps.inbox import read as inbox
from puntual.apps.outreach import prices
from puntual.apps.outreach.models import Outbox
from puntual.core.channels import Price, cost_milli, price_for
from puntual.core.channels.sms_text import as_sent, measure

#: Words a voice says in a minute.
_WORDS_A_MINUTE = 140


@attrs.define
class Tariff:
    """The prices of every creditor, and how each writes its SMS. Read once for a batch."""

    prices: Mapping[int, Sequence[Price]] = attrs.field(factory=prices.prices_of_all)
    _accents: dict[int, bool] = attrs.field(factory=dict)

    def cost(
        self, row: Outbox, *, recipient: str, text: str, category: str = "", accents: bool | None = None
    ) -> tuple[int, int | None, str]:
        """(units, thousandths of a minor unit or None when no price is known, currency). `accents`: what the words of
        an SMS say of themselves."""
        units = self.units(row, text, accents)
        price = price_for(
            self.prices.get(row.creditor_id, ()), channel=row.channel, recipient=recipient, category=category
        )
        return units, cost_milli(price, units), price.currency if price else ""

    def units(self, row: Outbox, text: str, accents: bool | None = None) -> int:
        """Parts of an SMS, minutes of a voice message, one of anything else."""
        if row.channel == "sms":
            with_them = self.accents(row.creditor_id) if accents is None else accents
            return max(measure(as_sent(text, accents=with_them)).parts, 1)
        if row.channel == "voice":
            return max(math.ceil(len(text.split()) / _WORDS_A_MINUTE), 1)
        return 1

    def accents(self, creditor_id: int) -> bool:
        """Whether a creditor chose to send its SMS with accents."""
        if creditor_id not in self._accents:
            account = inbox.channel_account(creditor_id, "sms")
            self._accents[creditor_id] = bool(account and account.accents)
        return self._accents[creditor_id]
