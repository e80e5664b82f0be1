"""What each country asks for a tax write-off, from `law/write_off.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from puntual.core.escalation.write_off import CHECKS
from puntual.core.ledger.charge_rules import check_choice
from puntual.law.charges_loader import read_yaml, well_formed


@lru_cache(maxsize=1)
def load_write_off() -> Mapping[str, Any]:
    """The document, checked. UnusableInput names what is wrong."""
    document: Mapping[str, Any] = read_yaml(Path(__file__).parent / "write_off.yaml")
    with well_formed("law/write_off.yaml"):
        for row in document["countries"].values():
            for asked in (one for way in row["ways"] for one in way["all"]):
                check_choice(asked if isinstance(asked, str) else next(iter(asked)), CHECKS, "un requisito")
    return document


def indexes(country: str) -> tuple[str, ...]:
    """The published values that a country's write-off measures debts against."""
    ways = load_write_off()["countries"].get(country, {}).get("ways", ())
    asked = [one for way in ways for one in way["all"] if not isinstance(one, str)]
    return tuple(dict.fromkeys(str(one["below"]["index"]) for one in asked if "below" in one))
