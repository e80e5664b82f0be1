"""Chains of records and digests of tables: what makes a removed, edited or invented row show.

A chain links each record to the one before: `SHA-256(previous chain + the record written one way only)`. A digest of a
table does not depend on the order of its rows, nor on the database that kept it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

#: What stands before the first record.
ROOT = "0" * 64


def link(previous: str, record: Mapping[str, Any]) -> str:
    """The chain after a record: 64 hexadecimal digits."""
    return hashlib.sha256((previous + canonical(record)).encode()).hexdigest()


def canonical(record: Mapping[str, Any]) -> str:
    """The record as one text: keys in order, instants in UTC to the microsecond, nothing that depends on the place."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def broken(records: Iterable[tuple[int, str, Mapping[str, Any]]], limit: int = 5) -> list[int]:
    """The ids of records (id, chain, record), oldest first, whose chain does not follow from the one before. At most
    `limit`; a record that was removed shows in the one after it."""
    found: list[int] = []
    previous = ROOT
    for pk, chain, record in records:
        if link(previous, record) != chain:
            found.append(pk)
            if len(found) >= limit:
                return found
        previous = chain
    return found


def table_digest(frame: pl.DataFrame, columns: Sequence[str], by: Sequence[str]) -> str:
    """SHA-256 of those columns, rows in the order of `by` (unique together), instants as microseconds."""
    plain = [
        pl.col(name).dt.timestamp("us") if isinstance(frame.schema[name], pl.Datetime) else pl.col(name)
        for name in columns
    ]
    text = frame.select(plain).sort(by).write_csv(null_value="\\N")
    return hashlib.sha256(text.encode()).hexdigest()
