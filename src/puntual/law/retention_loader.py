"""How long data are kept, from `law/retention.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs

from puntual.law.charges_loader import read_yaml, well_formed


@attrs.frozen
class Retention:
    """Of one country: the least that contacts are kept, the most that a breach is remembered, days to answer."""

    country: str
    keep_contacts_days: int
    purge_breach_months: int | None
    answer_days: int
    working: bool
    cite: str
    evidence: str


def retention(country: str, on: date | None = None) -> Retention:
    """What holds in a country on a day (the newest norm, if none is given); the product's prudent default where no
    file says."""
    changed = _changed_on(country)
    return _retention(country, bool(on and changed and on < changed))


def _changed_on(country: str) -> date | None:
    before = _document()["countries"].get(country, {}).get("before")
    return before and before["day"]


@lru_cache(maxsize=1)
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = read_yaml(Path(__file__).parent / "retention.yaml")
    return document


@lru_cache(maxsize=64)
def _retention(country: str, before: bool) -> Retention:
    document = _document()
    with well_formed("law/retention.yaml"):
        row = document["countries"].get(country, document["default"])
        row = {**row, **row["before"]} if before else row
        months = row["purge_breach_months"]
        return Retention(
            country, int(row["keep_contacts_days"]), None if months is None else int(months), int(row["answer_days"]),
            bool(row["working"]), str(row["cite"]), str(row["evidence"]),
        )  # fmt: skip
