"""What the customer's page asks of the law packs and of the adapters that write codes to pay with."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

from puntual.adapters.pix import PixCharge, br_code
from puntual.adapters.transfers import svg
from puntual.apps.parties.models import Creditor
from puntual.core.errors import Refused, UnusableInput
from puntual.pipeline.law_in_force import law_in_force
from puntual.ports.channels import ChannelError, Outgoing

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


#: A message that somebody asked for a moment ago is of no use later.
SOON_S = 900


def send(creditor: Creditor, channel: str, address: str, subject: str, text: str) -> None:
    """Hand over at once what a person asked for on the own page. It answers that person, so no reminder's rule counts
    it. Refused, with what to do instead, when nothing carries it.
    """
    from puntual.project import bindings

    carrier = bindings.channel_for(bindings.now)(creditor.pk, channel)
    if carrier is None:
        raise Refused("Por ese medio no podemos enviarlo: pida el código a la empresa por teléfono.")
    message = Outgoing(
        f"codigo-{uuid4()}@puntual", address, "", creditor.email, creditor.name, subject, text, "", "", SOON_S
    )
    try:
        carrier.send(message)
    except ChannelError:
        raise Refused("No pudimos enviarlo ahora: inténtelo otra vez o llame a la empresa.") from None
    finally:
        carrier.close()
