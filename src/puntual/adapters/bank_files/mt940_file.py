"""SWIFT MT940 with the `mt-940` library: one line for each :61:, with its :86: as text."""

from __future__ import annotations

import logging
from datetime import date
from decimal import Decimal
from typing import Any

import mt940

from puntual.adapters.bank_files.ids import Turns
from puntual.adapters.tabular.sniff import decode
from puntual.core.errors import UnusableInput
from puntual.core.money import round_major
from puntual.ports.einvoice import Place, Record, RowError, StatementLine

MAX_BYTES = 50 * 1024 * 1024
_NOTHING = ("", "NONREF", "NOTPROVIDED")
#: The library writes movements that it cannot read, names and all, to the log: that must not happen.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)


def read_mt940(data: bytes, filename: str) -> tuple[list[Record], list[RowError], list[str]]:
    """Movements, none set apart, no warnings. UnusableInput if the file cannot be read as MT940."""
    if len(data) > MAX_BYTES:
        raise UnusableInput(f"El archivo mide {len(data):,} bytes; el máximo es {MAX_BYTES:,}.")
    text, _ = decode(data)
    lines: list[Record] = []
    turns = Turns()
    for part in _statements(text):
        try:
            statement = mt940.parse(part)
        except Exception as error:
            raise UnusableInput(f"El archivo no se puede leer como MT940 ({type(error).__name__}: {error}).") from None
        account = str(statement.data.get("account_identification") or "")
        for found in statement:
            lines.append(_line(found.data, account, turns, Place(filename, len(lines) + 1)))
    if not lines and ":61:" in text:
        raise UnusableInput("El archivo parece MT940, pero sus movimientos (:61:) no se pueden leer.")
    return lines, [], []


def _statements(text: str) -> list[str]:
    """One text for each statement: the library gives all movements of a file to its last account."""
    pieces = [":20:" + piece for piece in text.split(":20:")[1:]]
    return pieces or [text]


def _line(told: dict[str, Any], account: str, turns: Turns, place: Place) -> StatementLine:
    money = told.get("amount")
    if money is None or not told.get("date"):
        raise UnusableInput("Un movimiento (:61:) no trae fecha o importe.")
    currency = str(money.currency or told.get("currency") or "")
    minor = round_major(Decimal(money.amount), currency).minor
    booked = told.get("entry_date") or told["date"]
    reference = _known(told.get("customer_reference"))
    bank = _known(told.get("bank_reference"))
    words = " ".join(str(told.get(k) or "") for k in ("transaction_details", "extra_details", "purpose")).split()
    text = " ".join(words)[:500]
    unique = (account, booked.isoformat(), minor, currency, reference, bank, text)
    return StatementLine(
        bank_id=turns.id_of(*unique),
        booked_on=date(booked.year, booked.month, booked.day),
        amount_minor=minor,
        currency=currency,
        account=account,
        reference=reference or bank,
        end_to_end_id=str(told.get("end_to_end_reference") or ""),
        counterparty_name=str(told.get("applicant_name") or "").strip(),
        counterparty_account=str(told.get("applicant_iban") or "").strip(),
        text=text,
        place=place,
    )


def _known(value: Any) -> str:
    told = str(value or "").strip()
    return "" if told in _NOTHING else told
