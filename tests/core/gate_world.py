"""Short ways to ask the gate about one or more contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from puntual.core import frames
from puntual.core.compliance import CONTACT_FLAGS, GateKnown, GateRules, Law, gate
from puntual.law.loader import load_law

BASE = {
    "candidate": 1, "party": 1, "creditor": 1, "debt": 1, "channel": "email", "purpose": "reminder_overdue",
    "country": "PE", "creditor_country": None, "subdivision": None, "zones": [], "debtor": "consumer",
    "recipient": "debtor",
}  # fmt: skip


def frame(rows: list[dict[str, Any]], schema: frames.Schema) -> pl.DataFrame:
    """A frame of that schema from dictionaries."""
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in schema.items()}, orient="row")


def candidates(*rows: dict[str, Any]) -> pl.DataFrame:
    """Candidates like BASE but for what each row says; `at` as text with offset."""
    return frame([{**BASE, **row, "at": datetime.fromisoformat(row["at"])} for row in rows], frames.CANDIDATES)


def contact(at: str, channel: str = "email", **more: Any) -> dict[str, Any]:
    """A past contact of party 1 with creditor 1."""
    row = {"party": 1, "creditor": 1, "debt": None, "direction": "out", "direct_contact": False}
    return {**row, "channel": channel, "at": datetime.fromisoformat(at), **more}


def consent(at: str, status: str, channel: str = "*", source: str | None = "person", party: int = 1) -> dict[str, Any]:
    """What a person said about being contacted."""
    moment = datetime.fromisoformat(at)
    return {"party": party, "channel": channel, "status": status, "at": moment, "source": source}


def known(
    contacts: list[dict[str, Any]] = (),
    consents: list[dict[str, Any]] = (),
    flags: dict[int, str] | list[str] | None = None,
):
    """What is known of the parties. A list of circumstances is party 1's."""
    pairs = [(1, flag) for flag in flags] if isinstance(flags, list) else (flags or {}).items()
    rows = [{"party": party, "flag": flag} for party, flag in pairs]
    return GateKnown(
        frame(list(contacts), frames.CONTACTS), frame(list(consents), frames.CONSENTS), frame(rows, CONTACT_FLAGS)
    )


def ask(at: str, *, law: Law | None = None, contacts=(), consents=(), flags=None, **row: Any) -> dict[str, Any]:
    """The verdict on one contact."""
    asked = candidates({"at": at, **row})
    moment = datetime.fromisoformat(at)
    return gate(asked, known(contacts, consents, flags), GateRules(law or load_law()), moment).row(0, named=True)
