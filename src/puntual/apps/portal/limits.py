"""How often an address may knock: per link, per internet address, and per wrong link tried.

Counted in Django's cache, so with several processes each counts its own (a cache server makes it exact). What must be
exact, wrong answers to the private step, is counted in the database (`steps`).
"""

from __future__ import annotations

from django.core.cache import cache

#: name -> (how many, in how many seconds). A telephone company puts thousands of people behind one address, so an
#: address may open many pages, and one that tried wrong links is only refused other wrong ones; nobody opens one link
#: so often.
ALLOWED = {"link": (120, 60), "address": (1500, 60), "act": (30, 300), "wrong": (30, 600), "code": (3, 3600)}


def count(name: str, who: str) -> bool:
    """Count one knock and say whether it is still allowed."""
    most, seconds = ALLOWED[name]
    key = f"portal:{name}:{who}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return cache.incr(key) <= most
    except ValueError:  # it expired in between
        return True


def is_over(name: str, who: str) -> bool:
    """Whether that one already used up what is allowed, without counting."""
    return (cache.get(f"portal:{name}:{who}") or 0) >= ALLOWED[name][0]
