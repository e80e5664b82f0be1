"""Rows about people: customers and their contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from puntual.adapters.contact_fields import contacts, split_phones
from puntual.adapters.emails import parse_email, split_emails
from puntual.adapters.phones import parse_phone
from puntual.adapters.tabular import cells
from puntual.adapters.tabular.columns import Columns
from puntual.ports.einvoice import ContactRecord, CustomerRecord, Place, Record, WithdrawalRecord

_SUBDIVISION = re.compile(r"(?:[A-Z]{2}-)?([A-Z0-9]{1,3})")


def customers(c: Columns, filename: str) -> Iterator[Record]:
    """Customers. A contact that is not usable is left out with a warning: the customer is loaded all the same."""
    currencies, countries = c.currencies() if c.has("credit_limit") else [""] * c.size, c.countries()
    code, tax, name = c.text("customer_code", limit=64), c.text("tax_id", limit=40), c.text("name")
    days = c.days("credit_days")
    limit = c.amounts("credit_limit", currencies) if c.has("credit_limit") else [None] * c.size
    debtor = cells.mapped(c.raw("debtor"), cells.debtor)
    segment, address, person = c.text("segment", limit=40), c.text("address"), c.text("contact_name", limit=80)
    zone, language = c.text("zone", limit=64), c.text("language", limit=8)
    state = cells.mapped(c.raw("subdivision"), subdivision)
    emails, phones, whatsapps = c.raw("email"), c.raw("phone"), c.raw("whatsapp")
    for i in range(c.size):
        if not c.blank[i] and i not in c.bad and not (code[i] or tax[i] or name[i]):
            c.reject(i, "customer_code", "", "Falta el cliente: su código, su identificación fiscal o su nombre.")
        if c.blank[i] or i in c.bad:
            continue
        place = Place(filename, c.row_number(i))
        _warn_contacts(c, i, emails[i], (phones[i], whatsapps[i]), countries[i])
        yield CustomerRecord(
            customer_code=code[i],
            tax_id=tax[i],
            name=name[i],
            country=countries[i],
            subdivision=state[i],
            zone=zone[i],
            language=language[i].lower(),
            debtor=debtor[i],
            segment=segment[i],
            address=address[i],
            credit_days=days[i],
            credit_limit_minor=limit[i],
            currency=currencies[i],
            contacts=contacts(
                emails=[emails[i]], phones=[phones[i]], whatsapps=[whatsapps[i]], country=countries[i], name=person[i],
                customer_code=code[i], tax_id=tax[i], place=place,
            ),
            place=place,
        )  # fmt: skip


def _warn_contacts(c: Columns, i: int, email: str, phones: tuple[str, str], country: str) -> None:
    row = c.row_number(i)
    if email.strip() and not all(parse_email(e) for e in split_emails(email) or [email]):
        c.warn(f"Fila {row}: el correo «{email.strip()[:60]}» no es válido y no se cargó.")
    for cell in phones:
        if cell.strip() and not all(parse_phone(p, country) for p in split_phones(cell)):
            c.warn(f"Fila {row}: el teléfono «{cell.strip()[:40]}» no es válido y no se cargó.")


def subdivision(text: str) -> str:
    """The code of a state without its country («MX-JAL» is «JAL»); empty for what is no code."""
    found = _SUBDIVISION.fullmatch(text.strip().upper())
    return found.group(1) if found else ""


def contacts_of(c: Columns, filename: str) -> Iterator[Record]:
    """Contacts of known customers. A row without a usable one is set apart."""
    code, tax = c.text("customer_code", limit=64), c.text("tax_id", limit=40)
    name, role = c.text("contact_name", limit=80), cells.mapped(c.raw("role"), cells.role)
    emails, phones, whatsapps = c.raw("email"), c.raw("phone"), c.raw("whatsapp")
    country = c.defaults.country
    for i in range(c.size):
        if c.blank[i] or i in c.bad:
            continue
        if not (code[i] or tax[i]):
            c.reject(i, "customer_code", "", "Falta el cliente: su código o su identificación fiscal.")
            continue
        found: tuple[ContactRecord, ...] = contacts(
            emails=[emails[i]], phones=[phones[i]], whatsapps=[whatsapps[i]], country=country, name=name[i],
            role=role[i], customer_code=code[i], tax_id=tax[i], place=Place(filename, c.row_number(i)),
        )  # fmt: skip
        if not found:
            told = next((x.strip() for x in (emails[i], phones[i], whatsapps[i]) if x.strip()), "")
            sentence = (
                f"«{told[:60]}» no es un correo ni un teléfono válido." if told else "La fila no trae ningún contacto."
            )
            c.reject(i, "email" if emails[i].strip() else "phone", told, sentence)
            continue
        _warn_contacts(c, i, emails[i], (phones[i], whatsapps[i]), country)
        yield from found


def withdrawals(c: Columns, filename: str) -> Iterator[Record]:
    """Accounts that a client takes back. Without a date, the day of the file rules."""
    code, tax = c.text("customer_code", limit=64), c.text("tax_id", limit=40)
    on, reason = c.dates("withdrawn_on"), c.text("reason", limit=120)
    for i in range(c.size):
        if not c.blank[i] and i not in c.bad and not (code[i] or tax[i]):
            c.reject(i, "customer_code", "", "Falta el cliente: su código o su identificación fiscal.")
        if c.blank[i] or i in c.bad:
            continue
        yield WithdrawalRecord(
            customer_code=code[i], tax_id=tax[i], withdrawn_on=on[i], reason=reason[i],
            place=Place(filename, c.row_number(i)),
        )  # fmt: skip
