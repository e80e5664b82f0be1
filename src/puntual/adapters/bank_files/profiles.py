"""Banks by name: which one a table comes from, by its headings, and what each of its columns is (`profiles.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import attrs
import yaml

#: Between the headings of a field that several columns tell.
JOIN = " + "


@attrs.frozen
class Profile:
    """A bank's download. Headings and columns are normal (see `headings.normal_heading`)."""

    bank: str
    country: str
    headings: tuple[str, ...]
    columns: Mapping[str, str]
    debits: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def options(self) -> dict[str, str]:
        """What a layout keeps of it beside the columns."""
        told = {"bank": self.bank, "debits": ",".join(self.debits), "skip": ",".join(self.skip)}
        return {name: value for name, value in told.items() if value}

    def columns_in(self, headings: Mapping[str, str]) -> dict[str, str]:
        """field -> heading as the file writes it; `headings`: normal -> written. What the file lacks is left out."""
        found = {}
        for field, names in self.columns.items():
            written = [headings[name] for name in names.split(JOIN) if name in headings]
            if written:
                found[field] = JOIN.join(written)
        return found


@lru_cache(maxsize=1)
def profiles() -> tuple[Profile, ...]:
    """Every bank known, as its file says."""
    text = files("puntual.adapters.bank_files").joinpath("profiles.yaml").read_text(encoding="utf-8")
    rows: Sequence[Mapping[str, Any]] = yaml.safe_load(text)["profiles"]
    return tuple(
        Profile(
            row["bank"], row["country"], tuple(row["headings"]), row["columns"],
            tuple(str(d) for d in row.get("debits", ())), tuple(row.get("skip", ())),
        )
        for row in rows
    )  # fmt: skip


def profile_of(normal_headings: Sequence[str]) -> Profile | None:
    """The bank whose every heading is there; of several, the one that explains most of them. None: no bank we know."""
    there = set(normal_headings)
    fitting = [p for p in profiles() if there.issuperset(p.headings)]
    return max(fitting, key=lambda p: len(p.headings), default=None)
