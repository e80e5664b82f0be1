"""The law as it rules in this installation: the packs, with the soft values that its people changed."""

from __future__ import annotations

from collections.abc import Iterable

from puntual.apps.compliance import read as compliance
from puntual.core.compliance import Law
from puntual.law.loader import load_law


def law_in_force(countries: Iterable[str] | None = None) -> Law:
    """Compiled once per set of changes; asking again costs one small query."""
    return load_law(countries, compliance.soft_overrides())
