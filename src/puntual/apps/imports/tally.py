"""What a load did: counts, rows set apart, warnings, what is missing and what should be asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from puntual.ports.einvoice import Place, RowError

_MAX_WARNINGS = 50


@attrs.define
class Tally:
    """Grows while a load runs. Every row read ends as created, updated, unchanged or rejected."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[RowError] = attrs.field(factory=list)
    warnings: list[str] = attrs.field(factory=list)
    more_warnings: int = 0
    waiting: int = 0
    #: Invoices that say they are paid at once (PUE, contado): they may be paid already.
    cash: int = 0
    vanished: list[dict[str, Any]] = attrs.field(factory=list)
    assumed_terms: set[int] = attrs.field(factory=set)
    accounts: set[int] = attrs.field(factory=set)
    without_contacts: int = 0
    #: The invoices that it brought.
    invoices: list[int] = attrs.field(factory=list)

    def reject(self, place: Place, field: str, value: str, sentence: str) -> None:
        self.rejected.append(RowError(place.file, place.row, field, value, sentence))

    def warn(self, sentences: Iterable[str]) -> None:
        """Each sentence once; beyond fifty they are only counted."""
        for sentence in sentences:
            if sentence in self.warnings:
                continue
            if len(self.warnings) < _MAX_WARNINGS:
                self.warnings.append(sentence)
            else:
                self.more_warnings += 1

    def add(self, other: Tally) -> None:
        """What one more transaction did."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.rejected += other.rejected
        self.warn(other.warnings)
        self.more_warnings += other.more_warnings
        self.waiting += other.waiting
        self.cash += other.cash
        self.vanished += other.vanished
        self.assumed_terms |= other.assumed_terms
        self.accounts |= other.accounts
        self.invoices += other.invoices

    def as_json(self) -> dict[str, Any]:
        """The document of CONTRACT, with what else the screens and the wizard ask."""
        more = [f"... y {self.more_warnings} avisos más."] if self.more_warnings else []
        if self.cash:
            more.append(f"{self.cash} facturas dicen pagarse de contado (PUE): compruebe que no estén pagadas ya.")
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [e.as_json() for e in self.rejected],
            "warnings": self.warnings + more,
            "waiting": self.waiting,
            "vanished": self.vanished,
            "missing": {"credit_days": len(self.assumed_terms), "contacts": self.without_contacts},
        }
