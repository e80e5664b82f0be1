"""E-mails and phones of a document or a row as ContactRecords. What is not usable is left out, never half loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable

from puntual.adapters.emails import parse_email, split_emails
from puntual.adapters.phones import parse_phone
from puntual.ports.einvoice import ContactRecord, Place


def contacts(
    *,
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    whatsapps: Iterable[str] = (),
    country: str = "",
    name: str = "",
    role: str = "debtor",
    customer_code: str = "",
    tax_id: str = "",
    place: Place = Place(),  # noqa: B008  (frozen)
) -> tuple[ContactRecord, ...]:
    """The usable ones, each once, in order: e-mails, WhatsApp numbers, phones (channel `call`)."""
    found: dict[tuple[str, str], None] = {}
    for cell in emails:
        for one in split_emails(cell):
            normal = parse_email(one)
            if normal:
                found["email", normal] = None
    for channel, cells in (("whatsapp", whatsapps), ("call", phones)):
        for cell in cells:
            for one in split_phones(cell):
                phone = parse_phone(one, country)
                if phone:
                    found[channel, phone.e164] = None
    return tuple(ContactRecord(c, v, name, role, customer_code, tax_id, place) for c, v in found)


def split_phones(text: str) -> list[str]:
    """Several numbers in one cell, separated by semicolons, commas, slashes, bars or «y»."""
    return [p for p in re.split(r"[;,/|]| y | o ", text) if p.strip()]
