"""OFX 1 (SGML) and 2 (XML) with `ofxparse`. FITID identifies a movement in its account for ever."""

from __future__ import annotations

import io
import warnings
from typing import Any

import ofxparse

from puntual.adapters.bank_files.ids import Turns
from puntual.core.errors import UnusableInput
from puntual.core.money import exponent, round_major
from puntual.ports.einvoice import Place, Record, RowError, StatementLine

MAX_BYTES = 50 * 1024 * 1024


def read_ofx(data: bytes, filename: str) -> tuple[list[Record], list[RowError], list[str]]:
    """Movements, transactions set apart and warnings. UnusableInput if the file is hostile or no OFX."""
    if len(data) > MAX_BYTES:
        raise UnusableInput(f"El archivo mide {len(data):,} bytes; el máximo es {MAX_BYTES:,}.")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnusableInput("El OFX declara un DOCTYPE o entidades: por seguridad no se lee.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parsed = ofxparse.OfxParser.parse(io.BytesIO(data), fail_fast=False)
        except Exception as error:
            raise UnusableInput(f"El archivo no se puede leer como OFX ({type(error).__name__}: {error}).") from None
    lines: list[Record] = []
    errors: list[RowError] = []
    turns = Turns()
    for account in parsed.accounts:
        statement = account.statement
        if statement is None:
            continue
        currency = (account.curdef or getattr(statement, "currency", "") or "").upper()
        exponent(currency)
        for found in statement.transactions:
            lines.append(_line(found, account.account_id or "", currency, turns, Place(filename, len(lines) + 1)))
        for broken in getattr(statement, "discarded_entries", []):
            sentence = f"El movimiento no se puede leer ({broken.get('error')})."
            errors.append(RowError(filename, 0, "STMTTRN", str(broken.get("content", ""))[:200], sentence))
    if not lines and not errors:
        raise UnusableInput("El OFX no trae ningún movimiento.")
    return lines, errors, []


def _line(found: Any, account: str, currency: str, turns: Turns, place: Place) -> StatementLine:
    minor = round_major(found.amount, currency).minor
    name, memo, check = (str(v or "").strip() for v in (found.payee, found.memo, found.checknum))
    content = (account, found.date.date().isoformat(), minor, name, memo)
    return StatementLine(
        bank_id=f"{account}:{found.id}"[:160] if found.id else turns.id_of(*content),
        booked_on=found.date.date(),
        amount_minor=minor,
        currency=currency,
        account=account,
        reference=check,
        counterparty_name=name,
        text=" ".join(part for part in (name, memo) if part),
        place=place,
    )
