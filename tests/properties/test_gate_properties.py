"""Random histories, driven step by step through the gate for many people at once, against a naive reading of law."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta

import gate_oracle as oracle
import polars as pl
import pytest

from puntual.core import frames
from puntual.core.compliance import GateKnown, GateRules, gate
from puntual.law.loader import available, load_law

SOAK = os.environ.get("PUNTUAL_SOAK") == "1"
PARTIES, STEPS = (10_000, 10) if SOAK else (30, 10)
US = timedelta(microseconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHANNELS = ("email", "sms", "whatsapp", "call", "voice", "letter", "visit")
REGIONS = {"BR": ["SP", "AL", "RJ", "ES", "AM"], "CL": ["AP", "RM"], "ES": ["CT", "MD"], "AR": ["C"], "GB": ["SCT"]}
#: Jumps that land on the edges of windows, days, spacings and weeks as well as anywhere.
JUMPS = (0 * HOUR, HOUR, 5 * HOUR, DAY - US, DAY, DAY + US, 2 * DAY - US, 2 * DAY, 3 * DAY, 7 * DAY - US, 7 * DAY,
         7 * DAY + US)  # fmt: skip


def _people(draw: random.Random, country: str) -> list[dict]:
    every = available()
    people = []
    for party in range(PARTIES):
        zones = oracle.ZONES[country]
        region = draw.choice([None, *REGIONS.get(country, [])])
        known = draw.choice([[], [draw.choice(zones)], draw.sample(zones, min(2, len(zones)))])
        people.append({
            "party": party, "country": country, "subdivision": region,
            "zones": known or ([draw.choice(zones)] if region else []),
            "debtor": draw.choices(["consumer", "business", "financial", "unknown"], [7, 1, 1, 3])[0],
            "creditor_country": draw.choice(every) if draw.random() < 0.15 else None,
            "clock": datetime(2026, 1, 1, tzinfo=UTC) + draw.random() * 330 * DAY,
            "past": [], "consents": _first_consents(draw),
        })  # fmt: skip
        people[-1]["past"] = _inherited(draw, people[-1]["clock"])
    return people


def _inherited(draw: random.Random, clock: datetime) -> list[dict]:
    """What others did before, lawful or not, and what is already reserved for the days to come."""
    return [
        {
            "creditor": draw.choice([1, 2, None]), "debt": draw.choice([10, 11, None]),
            "channel": draw.choice(CHANNELS),
            "at": clock + draw.randrange(-8 * 24, 8 * 24) * HOUR, "direction": draw.choice(["out", "out", "in"]),
            "direct_contact": draw.random() < 0.3,
        }
        for _ in range(draw.choice([0, 0, 1, 3]))
    ]  # fmt: skip


def _first_consents(draw: random.Random) -> list[dict]:
    if draw.random() < 0.2:
        return []
    channel = draw.choice(["*", "*", *CHANNELS])
    source = draw.choice(["person", "contract", None])
    return [{"channel": channel, "status": "granted", "at": datetime(2025, 1, 1, tzinfo=UTC), "source": source}]


def _instant(draw: random.Random, person: dict) -> datetime:
    """Later than before: by a jump from the last contact, or on the edge of an hour."""
    base = draw.choice(person["past"])["at"] if person["past"] and draw.random() < 0.5 else person["clock"]
    at = max(base, person["clock"]) if draw.random() < 0.3 else base + draw.choice(JUMPS)
    if draw.random() < 0.4:
        edge = at.replace(minute=0, second=0, microsecond=0) + draw.randrange(-12, 13) * HOUR
        at = edge - draw.choice([0 * US, US])
    return at


def _wish(draw: random.Random, person: dict, number: int) -> dict:
    return {
        "candidate": number, "party": person["party"], "creditor": draw.choice([1, 2, None]),
        "debt": draw.choice([10, 11, None]), "channel": draw.choice(CHANNELS),
        "purpose": draw.choice(frames.PURPOSES), "at": _instant(draw, person), "country": person["country"],
        "creditor_country": person["creditor_country"], "subdivision": person["subdivision"],
        "zones": person["zones"], "debtor": person["debtor"],
        "recipient": draw.choices(["debtor", "guarantor", "third_party"], [8, 1, 1])[0],
    }  # fmt: skip


def _frame(rows: list[dict], schema: frames.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in schema.items()}, orient="row")


def _known(people: list[dict], until: list[datetime] | None = None) -> GateKnown:
    """What is known of everybody; of consents, with `until`, only what each had said by then."""
    contacts = [{"party": p["party"], **row} for p in people for row in p["past"]]
    limits = until or [datetime.max.replace(tzinfo=UTC)] * len(people)
    consents = [{"party": p["party"], **c} for p, by in zip(people, limits) for c in p["consents"] if c["at"] <= by]
    return GateKnown(_frame(contacts, frames.CONTACTS), _frame(consents, frames.CONSENTS))


def _live(draw: random.Random, person: dict, wish: dict, allowed: bool) -> None:
    """What happens after the verdict: the contact goes out, the person calls, stops, grants again, or time passes."""
    at = wish["at"]
    if allowed:
        person["past"].append({
            "creditor": wish["creditor"], "debt": wish["debt"], "channel": wish["channel"], "at": at,
            "direction": "out", "direct_contact": draw.random() < 0.3,
        })  # fmt: skip
    if draw.random() < 0.1:
        person["past"].append({
            "creditor": draw.choice([1, None]), "debt": None, "channel": draw.choice(CHANNELS), "at": at + HOUR,
            "direction": "in", "direct_contact": draw.random() < 0.5,
        })  # fmt: skip
    if draw.random() < 0.08:
        status, source = draw.choice([("withdrawn", "person"), ("granted", "person"), ("granted", "import")])
        said = {"channel": draw.choice(["*", *CHANNELS]), "status": status, "at": at, "source": source}
        person["consents"].append(said)
    person["clock"] = max(person["clock"], at) + draw.choice([HOUR, 6 * HOUR, DAY])


def _check_verdicts(people: list[dict], wishes: list[dict], gated: pl.DataFrame) -> None:
    for person, wish, row in zip(people, wishes, gated.iter_rows(named=True)):
        deny, defer = oracle.objections(wish, person["past"], person["consents"])
        wanted = "deny" if deny else "defer" if defer else "allow"
        if row["reason"] == "never_allowed":
            assert wanted == "defer", wish
            continue
        assert row["verdict"] == wanted, (wish, person["past"], deny, defer, row["reason"], row["rule"])
        assert (row["next_allowed_at"] is not None) == (wanted == "defer")


def _check_next(wishes: list[dict], gated: pl.DataFrame, known: GateKnown, rules: GateRules) -> None:
    """At the instant that the gate gives the contact is allowed, and not a microsecond before."""
    later = [
        (wish, row["next_allowed_at"])
        for wish, row in zip(wishes, gated.iter_rows(named=True))
        if row["verdict"] == "defer"
    ]
    if not later:
        return
    then = gate(_frame([{**w, "at": at} for w, at in later], frames.CANDIDATES), known, rules, later[0][1])
    before = gate(_frame([{**w, "at": at - US} for w, at in later], frames.CANDIDATES), known, rules, later[0][1])
    assert then["verdict"].unique().to_list() == ["allow"], then.filter(pl.col("verdict") != "allow").row(0, named=True)
    early = before.filter(pl.col("verdict") == "allow")
    assert early.is_empty(), early.row(0, named=True)


@pytest.mark.parametrize("country", available())
def test_no_history_ever_breaks_the_law_and_no_lawful_contact_is_refused(country: str) -> None:
    _drive(country, seed=20261121)


@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="la cuenta completa va con `make soak` (PUNTUAL_SOAK=1)")
@pytest.mark.parametrize("country", available())
def test_ten_thousand_more_histories(country: str) -> None:
    _drive(country, seed=7)


def _drive(country: str, seed: int) -> None:
    draw = random.Random(f"{country}{seed}")
    rules = GateRules(load_law())
    people = _people(draw, country)
    seen = set()
    for step in range(STEPS):
        wishes = [_wish(draw, person, step * PARTIES + n) for n, person in enumerate(people)]
        known = _known(people)
        gated = gate(_frame(wishes, frames.CANDIDATES), known, rules, datetime(2026, 12, 1, tzinfo=UTC))
        _check_verdicts(people, wishes, gated)
        _check_next(wishes, gated, _known(people, [wish["at"] for wish in wishes]), rules)
        seen |= set(gated["verdict"])
        for person, wish, verdict in zip(people, wishes, gated["verdict"]):
            _live(draw, person, wish, verdict == "allow")
    assert seen == {"allow", "defer", "deny"}
