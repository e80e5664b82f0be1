"""How long data are kept, from `law/retention.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

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


@lru_cache(maxsize=32)
def retention(country: str) -> Retention:
    """What holds in a country; the product's prudent default where no file says."""
    document = read_yaml(Path(__file__).parent / "retention.yaml")
    with well_formed("law/retention.yaml"):
        row = document["countries"].get(country, document["default"])
        months = row["purge_breach_months"]
        return Retention(
            country, int(row["keep_contacts_days"]), None if months is None else int(months), int(row["answer_days"]),
            bool(row["working"]), str(row["cite"]), str(row["evidence"]),
        )  # fmt: skip
