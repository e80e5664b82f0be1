"""How alike two names are, for cash application: whole words in any order, and names that a bank cut short."""

from __future__ import annotations

from rapidfuzz import fuzz

#: A bank field of fewer letters cuts almost everybody's name: a cut name of this length or more still says something.
_CUT_FROM = 18


def similar(one: str, other: str) -> float:
    """0 to 1. A name that begins like the longer one and was cut by the bank is compared with that beginning."""
    whole = fuzz.token_sort_ratio(one, other)
    short, long = sorted((one, other), key=len)
    if len(short) >= _CUT_FROM and len(long) > len(short):
        whole = max(whole, fuzz.ratio(short, long[: len(short)]))
    return float(whole) / 100
