"""What the customer's page asks of the law packs."""

from __future__ import annotations

from datetime import date

from puntual.pipeline.law_in_force import law_in_force

#: What is not raised where no pack tells: unknown law fails closed.
UNKNOWN = frozenset({"ask_default_reason"})


def forbidden_topics(country: str, debtor: str, on: date) -> frozenset[str]:
    """Topics that the country's pack forbids with that kind of person on that day."""
    pack = law_in_force([country]).packs.get(country) if country else None
    if pack is None:
        return UNKNOWN
    return frozenset(
        rule.topic
        for rule in pack.content_rules
        if rule.kind == "forbidden_content"
        and (not rule.debtors or debtor in rule.debtors or debtor == "unknown")
        and rule.valid_from <= on
        and (rule.valid_to is None or on < rule.valid_to)
    )
