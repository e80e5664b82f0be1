"""What an address of rows says: its words, and what is read for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs
import polars as pl

from puntual.core.time import parse_date

Given = Mapping[str, str]
#: Word of an address -> column of a frame.
TRAITS = {
    "segmento": "segment", "producto": "product", "area": "department", "vendedor": "seller", "planta": "plant",
    "moneda": "currency", "error": "error", "motivo": "cause",
}  # fmt: skip


@attrs.frozen(eq=False)
class Lines:
    """The rows behind a cell under their heading; `weighs` says what each counts for where their sum is not it."""

    title: str
    found: pl.DataFrame
    weighs: str = ""


def same(given: Given, *without: str) -> list[pl.Expr]:
    """One condition per trait that the address says."""
    return [pl.col(c) == given[w] for w, c in TRAITS.items() if w in given and c not in without]


def day_of(given: Given, word: str) -> date:
    """The day that a word of the address says. UnusableInput when it is none."""
    return parse_date(given.get(word, ""))
