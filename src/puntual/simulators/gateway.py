"""What every stand-in of a payment gateway shares: a clock that each act moves, numbers, who may ask, what is not
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from puntual.simulators.loopback import Loopback, Problem, Request

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class GatewaySimulator(Loopback):
    """Subclasses say which `bearer` may ask, and the bodies with which the real one refuses a stranger or a lost id."""

    bearer = ""
    stranger: Mapping[str, Any] = {}
    missing: Mapping[str, Any] = {}
    #: What stands between the kind of thing and its number in an id.
    between = "_"

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.number = START, 1000

    def authorise(self, request: Request) -> None:
        """Refuses, with the gateway's own words, whoever does not bring the account's token."""
        if request.headers.get("authorization") != f"Bearer {self.bearer}":
            raise Problem(401, dict(self.stranger))

    def find(self, things: Mapping[str, dict[str, Any]], one: str) -> dict[str, Any]:
        """The thing of that id; the gateway's 404 when there is none."""
        if one not in things:
            raise Problem(404, dict(self.missing))
        return things[one]

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{self.between}{self.next_number()}"

    def tick(self) -> datetime:
        """A minute later: no two facts happen at one instant."""
        self.clock += timedelta(minutes=1)
        return self.clock
