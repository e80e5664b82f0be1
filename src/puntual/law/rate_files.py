"""The tables of rates that an installation loads: written whole or not at all, and what the rules still miss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import yaml

from puntual.core.ledger.charge_rules import ChargeRule
from puntual.core.ledger.rates import RateRow, RateTables
from puntual.law.charges_loader import LOADED, countries, load_charges, loaded_tables
from puntual.law.loader import FOLDER, available, read_pack


def save(data: Path, new: RateTables) -> None:
    """Add those rows to the tables of the data folder; a row that starts the same day is replaced."""
    whole = loaded_tables(data).extended_by(new)
    for index in new.tables:
        _write(data / LOADED, index, whole.tables[index])


def _write(folder: Path, index: str, rows: Sequence[RateRow]) -> None:
    """Through a draft: a half-written table would be read as a missing rate."""
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({index: [as_row(row) for row in rows]}, allow_unicode=True, sort_keys=False)
    draft = folder / f".{index}.draft"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / f"{index}.yaml")


def as_row(row: RateRow) -> dict[str, str | None]:
    """A row as the files write it."""
    end = str(row.end) if row.end else None
    return {"from": str(row.start), "to": end, "value": str(row.value), "source": row.source}


@attrs.frozen
class Use:
    """A rule that reads an index."""

    country: str
    rule: ChargeRule


def uses(index: str, on: date | None = None) -> list[Use]:
    """The rules of every country that read that index, those in force on a day if one is given."""
    return [use for use, name in _reads(countries(), on) if name == index]


def indexes(wanted: Iterable[str] | None = None) -> tuple[str, ...]:
    """Every index that the rules of those countries (all, if None) may read."""
    return tuple(sorted({name for _use, name in _reads(wanted or countries(), None)}))


def notice_indexes(country: str) -> tuple[str, ...]:
    """What the notices of that country measure debts against (a minimum wage)."""
    return tuple(dict.fromkeys(row["below"]["index"] for row in _measured(country)))


def notice_uses(index: str) -> list[tuple[str, str, str]]:
    """(country, rule, citation) of the notices that measure debts against that index."""
    found = [(country, row) for country in available() for row in _measured(country) if row["below"]["index"] == index]
    return [(country, row["id"], row["cite"]) for country, row in found]


def _measured(country: str) -> list[dict[str, Any]]:
    if country not in available():
        return []
    rows = read_pack(FOLDER / f"{country.lower()}.yaml")["rules"]
    return [row for row in rows if "below" in row]


def _reads(wanted: Iterable[str], on: date | None) -> Iterator[tuple[Use, str]]:
    for country in wanted:
        for rule in load_charges(country).rules if country in countries() else ():
            if on is None or rule.valid_on(on):
                for name in _names(rule):
                    yield Use(country, rule), name


def _names(rule: ChargeRule) -> list[str]:
    specs = [spec for spec in (rule.unagreed, rule.cap) if spec]
    own = [name for spec in specs for name in spec.indexes()] + ([rule.fee.unit] if rule.fee else [])
    return [name for name in dict.fromkeys(own) if name]


@attrs.frozen
class Missing:
    """An index without a value for a day that rules in force need. `last`: until when its table reaches."""

    index: str
    countries: tuple[str, ...]
    last: date | None


def missing(tables: RateTables, day: date, wanted: Iterable[str] | None = None) -> list[Missing]:
    """What those countries (all, if None) cannot charge with that day: no rule is served by another index instead."""
    needed: dict[str, set[str]] = {}
    for country in wanted or countries():
        for rule in load_charges(country).rules if country in countries() else ():
            if rule.valid_on(day) and _names(rule) and not _served(rule, tables, day):
                for name in _names(rule):
                    if tables.on(name, day) is None:
                        needed.setdefault(name, set()).add(country)
    return [Missing(name, tuple(sorted(who)), _last(tables, name)) for name, who in sorted(needed.items())]


def _served(rule: ChargeRule, tables: RateTables, day: date) -> bool:
    """Whether each rate of the rule can be found, by its index or by the one it may use instead."""
    for spec in (rule.unagreed, rule.cap):
        while spec is not None:
            if all(tables.on(name, day) for name in (spec.index, spec.minus) if name):
                break
            spec = spec.otherwise
            if spec is None:
                return False
    return rule.fee is None or not rule.fee.unit or tables.on(rule.fee.unit, day) is not None


def _last(tables: RateTables, index: str) -> date | None:
    rows = tables.tables.get(index, ())
    return max((row.end or row.start for row in rows), default=None)
