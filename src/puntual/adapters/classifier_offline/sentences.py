"""The labelled sentences that the reader is trained and measured on: `data/entrenamiento.tsv`, `desarrollo.tsv` and
`autores.tsv`, which are learnt; `prueba_novena.tsv` and `prueba_decima.tsv`, which are only measured.

A persona and a sentence family live in one part only, so that near-copies never straddle what is learnt and what is
measured.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import attrs

from puntual.adapters.classifier_offline.countries import country_of
from puntual.core.money import Money, parse_major

DATA = Path(__file__).with_name("data")
LEARNT = ("entrenamiento", "desarrollo", "autores")
MEASURED = ("prueba_novena", "prueba_decima")
PARTS = LEARNT + MEASURED
COLUMNS = ("text", "country", "at", "intents", "date", "amount", "persona", "family")


@attrs.frozen
class Sentence:
    """One labelled reply. `amount` is in the country's currency."""

    text: str
    country: str
    at: datetime
    intents: frozenset[str]
    date: date | None
    amount: Money | None
    persona: str
    family: str


def sentences(part: str) -> list[Sentence]:
    """All sentences of a part, in the order of its file."""
    lines = (DATA / f"{part}.tsv").read_text(encoding="utf-8").splitlines()
    if tuple(lines[0].split("\t")) != COLUMNS:
        raise ValueError(f"{part}.tsv does not begin with {COLUMNS}")
    return [_sentence(dict(zip(COLUMNS, line.split("\t"), strict=True))) for line in lines[1:] if line]


def _sentence(row: dict[str, str]) -> Sentence:
    currency = country_of(row["country"]).currency
    return Sentence(
        text=row["text"],
        country=row["country"],
        at=datetime.fromisoformat(row["at"]),
        intents=frozenset(row["intents"].split(",")),
        date=date.fromisoformat(row["date"]) if row["date"] else None,
        amount=parse_major(Decimal(row["amount"]), currency) if row["amount"] else None,
        persona=row["persona"],
        family=row["family"],
    )
