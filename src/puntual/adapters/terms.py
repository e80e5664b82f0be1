"""Credit days said in free text: «Crédito 30 días», «NETO 15», «Contado». Anything else says nothing."""

from __future__ import annotations

import re

_DAYS = re.compile(r"\b(\d{1,3})\s*(?:d[ií]as?|days?|dd?\b|d\.)", re.IGNORECASE)
_NET = re.compile(r"\b(?:neto|net|cr[eé]dito|n)\s*(?:a\s*)?[-/]?\s*(\d{1,3})\b", re.IGNORECASE)
_CASH = re.compile(r"\b(?:contado|cash|[aà] vista|inmediato|immediate|contra ?entrega)\b", re.IGNORECASE)


def credit_days(text: str) -> int | None:
    """The credit days that the text states, 0 for cash, None if it does not say.

    >>> credit_days("CREDITO A 45 DIAS"), credit_days("Contado"), credit_days("Según contrato")
    (45, 0, None)
    """
    if not text:
        return None
    found = _DAYS.search(text) or _NET.search(text)
    if found:
        return int(found.group(1))
    return 0 if _CASH.search(text) else None
