"""Prescription terms from `law/prescription.yaml` to the values of `core.escalation.prescription`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from puntual.core.escalation.prescription import ACTIONS, EVENTS, KINDS, CountryTerms, Term
from puntual.core.frames import DEBTOR_KINDS
from puntual.core.ledger.charge_rules import check_choice
from puntual.law.charges_loader import read_yaml, well_formed


@lru_cache(maxsize=1)
def load_prescription() -> Mapping[str, CountryTerms]:
    """The terms of every country. UnusableInput names the rule that is wrong."""
    document = read_yaml(Path(__file__).parent / "prescription.yaml")
    with well_formed("law/prescription.yaml"):
        return {code: _country(code, row, document) for code, row in document["countries"].items()}


def _country(code: str, row: Mapping[str, Any], document: Mapping[str, Any]) -> CountryTerms:
    interrupts = row["interrupts"]
    return CountryTerms(
        country=code,
        terms=tuple(_term(term) for term in row["terms"]),
        events=tuple(check_choice(event, EVENTS, f"un hecho ({code})") for event in interrupts["events"]),
        events_cite=interrupts["cite"],
        once=bool(interrupts.get("once", False)),
        warn_days=int(document["warn_days"]),
        note=row.get("note", ""),
        reviewer=document["reviewer"],
    )


def _term(row: Mapping[str, Any]) -> Term:
    return Term(
        id=row["id"],
        kind=check_choice(row["kind"], KINDS, f"una clase de documento ({row['id']})"),
        action=check_choice(row["action"], ACTIONS, f"una acción ({row['id']})"),
        cite=row["cite"],
        evidence=row["evidence"],
        years=int(row.get("years", 0)),
        months=int(row.get("months", 0)),
        debtors=tuple(row.get("debtors", DEBTOR_KINDS)),
        interruptible=bool(row.get("interruptible", True)),
    )
