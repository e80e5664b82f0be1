"""What the first run asks of the rest: the example portfolio, the first day looked at, the first day put in writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.policies import read as policies
from puntual.core import compliance
from puntual.core.compliance import GateKnown, GateRules
from puntual.core.frames import CANDIDATES
from puntual.core.time import local_date, local_instant
from puntual.law.loader import load_law
from puntual.pipeline import demo, preview
from puntual.pipeline.daily_run import run_day
from puntual.project import bindings, inbox, risk
from puntual.project.screens import first_day, tomorrow

_LOOK_AHEAD = 5


def example(say: Callable[[str], None]) -> None:
    """Build the example portfolio in this installation, without the well-known users of the command line's one."""
    demo.build(
        today=datetime.now(UTC).date(), say=say, outside=bindings.outside, with_users=False, understand=risk.understand,
        hear=inbox.listen,
    )  # fmt: skip


def sending_moment(creditor: Creditor) -> datetime:
    """Now, or the morning of the next day on which something would leave."""
    now = datetime.now(UTC)
    moments = [now, *(tomorrow(creditor) + timedelta(days=n) for n in range(_LOOK_AHEAD))]
    bound = policies.in_force(creditor.pk, now)
    for moment in moments:
        decision = preview.day_as(creditor=creditor, policies=bound, moment=moment)
        if decision.filter((decision["verdict"] == "allow") & (decision["channel"] != "task").fill_null(False)).height:
            return moment
    return now


def look(creditor: Creditor) -> dict[str, Any]:
    """The first day: who, when, by which channel, and why not. Writes nothing."""
    return first_day(creditor, sending_moment(creditor))


def schedule(creditor: Creditor) -> date:
    """Put the first day's plan in writing: its messages wait in Envíos programados. Gives the day."""
    moment = sending_moment(creditor)
    run_day(creditor=creditor, as_of=moment)
    return local_date(moment, creditor.zone)


def asks_consent(country: str) -> bool:
    """Whether the law of a country asks for a person's authorisation before an e-mail about a debt."""
    pack = load_law([country]).packs.get(country) if country else None
    if pack is None:
        return True
    at = local_instant(date(2026, 9, 22), time(11), pack.zones[0])
    row = {
        "candidate": 0, "party": 0, "creditor": 0, "debt": None, "channel": "email", "purpose": "reminder_overdue",
        "at": at, "country": country, "creditor_country": country, "subdivision": None, "zones": [pack.zones[0]],
        "debtor": "consumer", "recipient": "debtor",
    }  # fmt: skip
    candidates = pl.DataFrame([row], schema={n: c.dtype for n, c in CANDIDATES.items()})
    verdict = compliance.gate(candidates, GateKnown(), GateRules(load_law([country])), at)
    return bool(verdict["verdict"][0] == "deny")
