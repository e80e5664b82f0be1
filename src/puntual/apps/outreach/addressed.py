"""To whom a row of the outbox goes: what answers, documents and events have in common."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Addressed:
    """One message to one account, by one contact point of its person. `key`: the same again is the same row."""

    key: str
    account: int
    party: int
    creditor: int
    channel: str
    point: int
    currency: str

    def columns(self) -> dict[str, Any]:
        """The columns of the outbox that say so."""
        return {
            "account_id": self.account, "party_id": self.party, "creditor_id": self.creditor, "channel": self.channel,
            "contact_point_id": self.point, "currency": self.currency,
        }  # fmt: skip
