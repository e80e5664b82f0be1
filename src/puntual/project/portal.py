"""What the customer's page asks of the law packs and of the adapters that write codes to pay with."""

from __future__ import annotations

import re
from datetime import date

from puntual.adapters.pix import PixCharge, br_code
from puntual.adapters.transfers import svg
from puntual.core.errors import UnusableInput
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


#: Lines of «Cómo pagar» that say where a PIX goes: «PIX: the key», and «Cidade: the town» if it is wanted in the code.
_KEY, _TOWN = re.compile(r"(?im)^\s*pix\s*:\s*(\S+)\s*$"), re.compile(r"(?im)^\s*cidade\s*:\s*(.+?)\s*$")


def pix_code(instructions: str, name: str, amount_minor: int, currency: str, reference: str) -> tuple[str, str] | None:
    """The BR Code of a payment to the creditor's own key, and its QR as SVG; None where there is no key to pay to."""
    found = _KEY.search(instructions)
    if currency != "BRL" or found is None:
        return None
    town = _TOWN.search(instructions)
    charge = PixCharge(name, town[1] if town else "BRASIL", amount_minor, reference, key=found[1])
    try:
        code = br_code(charge)
    except UnusableInput:
        return None
    return code, svg(code, scale=4)
