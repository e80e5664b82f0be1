"""Which field a heading means, from the words of `headings.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from puntual.core.customers.identity import plain

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
EXACT = 100


def normal_heading(text: str) -> str:
    """Words only, without accents: «InvoiceDate» and «invoice_date» are «invoice date».

    >>> normal_heading("Fecha de Emisión:"), normal_heading("customerID")
    ('fecha de emision', 'customer id')
    """
    return _NOT_WORD.sub(" ", plain(_CAMEL.sub(" ", text))).strip()


@lru_cache(maxsize=1)
def words() -> Mapping[str, tuple[str, ...]]:
    """field -> its headings, in order of preference."""
    return {field: tuple(found) for field, found in _data()["words"].items()}


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Mapping[str, Any]]:
    """kind of table -> its `fields` and what is `required` of it."""
    found: Mapping[str, Mapping[str, Any]] = _data()["kinds"]
    return found


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    text = files("puntual.adapters.tabular").joinpath("headings.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


def field_score(heading: str, field: str) -> int:
    """How well a (normal) heading names a field: up to 100 for an exact word, less for a part of one, or 0."""
    best = 0
    tokens = set(heading.split())
    for rank, word in enumerate(words()[field]):
        if heading == word:
            return EXACT - min(rank, 40)
        parts = set(word.split())
        if len(word) > 3 and parts <= tokens and len(tokens) - len(parts) <= 3:
            best = max(best, 20 * len(parts) - 3 * (len(tokens) - len(parts)) - min(rank, 10) // 5)
    return max(0, min(best, EXACT - 45))


@lru_cache(maxsize=4096)
def heading_score(text: str) -> int:
    """How much a cell reads like a heading of anything at all."""
    heading = normal_heading(text)
    return max((field_score(heading, field) for field in words()), default=0) if heading and len(heading) < 60 else 0
