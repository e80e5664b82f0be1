"""CAMT.053 (and 052, 054) of ISO 20022, versions 02 to 13: keeps who paid, EndToEndId, free text and batches.

An entry that bundles several payments with their own amounts becomes one line for each, all naming their batch.
"""

from __future__ import annotations

from typing import Any

from puntual.adapters.bank_files.ids import Turns
from puntual.adapters.xml_safe import (
    Element,
    FieldError,
    amount,
    child,
    children,
    currency_code,
    iso_date,
    local_name,
    parse,
    text,
)
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Place, Record, RowError, StatementLine

MAX_BYTES = 200 * 1024 * 1024
_STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
_CREDIT, _DEBIT = "CRDT", "DBIT"
_NOTHING = ("", "NOTPROVIDED", "NONREF")


def read_camt(data: bytes, filename: str) -> tuple[list[Record], list[RowError], list[str]]:
    """Movements, entries set apart and warnings. UnusableInput if the file is no account statement."""
    root = parse(data, max_bytes=MAX_BYTES)
    statements = [s for message in root for s in message if local_name(s) in _STATEMENTS]
    if local_name(root) != "Document" or not statements:
        raise UnusableInput("No es un estado de cuenta CAMT: no trae ningún extracto (Stmt).")
    lines: list[Record] = []
    errors: list[RowError] = []
    turns, pending, number = Turns(), 0, 0
    for statement in statements:
        account = _account(statement)
        for entry in children(statement, "Ntry"):
            number += 1
            if _status(entry) not in ("BOOK", ""):
                pending += 1
                continue
            try:
                lines += _lines(entry, account, turns, Place(filename, number))
            except FieldError as error:
                errors.append(RowError(filename, number, error.field, error.value, error.sentence))
    warnings = [f"{pending} movimientos aún no contabilizados por el banco se dejaron fuera."] if pending else []
    return lines, errors, warnings


def _account(statement: Element) -> str:
    holder = child(statement, "Acct", "Id")
    return text(holder, "IBAN") or text(holder, "Othr", "Id")


def _status(entry: Element) -> str:
    """Versions up to 07 write the code in Sts itself, later ones in Sts/Cd."""
    return text(entry, "Sts", "Cd") or text(entry, "Sts")


def _lines(entry: Element, account: str, turns: Turns, place: Place) -> list[StatementLine]:
    holder = child(entry, "Amt")
    if holder is None:
        raise FieldError("Amt", "", "Falta el importe del movimiento.")
    currency = currency_code(holder.get("Ccy"), "Ccy")
    total = amount(holder.text, currency, "Amt")
    sign = _sign(text(entry, "CdtDbtInd"))
    details = [d for group in children(entry, "NtryDtls") for d in children(group, "TxDtls")]
    parts = [_detail_amount(d, currency) for d in details]
    common = {
        "booked_on": _day(entry),
        "currency": currency,
        "account": account,
        "place": place,
    }
    own = text(entry, "AcctSvcrRef") or text(entry, "NtryRef")
    bundled = len(details) > 1 and all(p is not None for p in parts) and sum(p or 0 for p in parts) == total
    if not bundled:
        told = _detail(details[0], sign) if len(details) == 1 else {"text": text(entry, "AddtlNtryInf")}
        return [_line(entry, sign * total, own, told, common, turns)]
    batch = own or _batch(entry)
    return [
        _line(
            entry, sign * (minor or 0), f"{own}/{i}" if own else "", _detail(d, sign) | {"batch": batch}, common, turns
        )
        for i, (d, minor) in enumerate(zip(details, parts), start=1)
    ]


def _line(  # noqa: PLR0913
    entry: Element, minor: int, own: str, told: dict[str, str], common: dict[str, Any], turns: Turns
) -> StatementLine:
    told = {"text": text(entry, "AddtlNtryInf")} | {k: v for k, v in told.items() if v}
    told.setdefault("batch", _batch(entry))
    told.setdefault("reference", own)
    account = common["account"]
    unique = (account, common["booked_on"], minor, common["currency"], own, *sorted(told.items()))
    bank_id = f"{account}:{own}"[:160] if own and own not in _NOTHING else turns.id_of(*unique)
    return StatementLine(bank_id=bank_id, amount_minor=minor, **common, **told)


def _sign(indicator: str) -> int:
    if indicator not in (_CREDIT, _DEBIT):
        raise FieldError("CdtDbtInd", indicator, "El movimiento no dice si es cargo o abono.")
    return 1 if indicator == _CREDIT else -1


def _day(entry: Element):  # type: ignore[no-untyped-def]
    for holder in ("BookgDt", "ValDt"):
        stated = text(entry, holder, "Dt") or text(entry, holder, "DtTm")
        if stated:
            return iso_date(stated, holder)
    raise FieldError("BookgDt", "", "Falta la fecha del movimiento.")


def _detail_amount(detail: Element, currency: str) -> int | None:
    """A payment's own amount inside a bundle, if it is stated in the account's currency."""
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt")):
        holder = child(detail, *path)
        if holder is not None and holder.get("Ccy", currency) == currency:
            return amount(holder.text, currency, "TxAmt")
    return None


def _detail(detail: Element, sign: int) -> dict[str, str]:
    """Who, from where and why. Money in was sent by the debtor; money out goes to the creditor."""
    side = "Dbtr" if sign > 0 else "Cdtr"
    parties = child(detail, "RltdPties")
    account = child(parties, f"{side}Acct", "Id")
    remittance = child(detail, "RmtInf")
    free = " ".join((u.text or "").strip() for u in children(remittance, "Ustrd")).strip()
    structured = next((r for s in children(remittance, "Strd") if (r := text(s, "CdtrRefInf", "Ref"))), "")
    end_to_end = text(detail, "Refs", "EndToEndId")
    return {
        "counterparty_name": text(parties, side, "Pty", "Nm") or text(parties, side, "Nm"),
        "counterparty_account": text(account, "IBAN") or text(account, "Othr", "Id"),
        "end_to_end_id": "" if end_to_end in _NOTHING else end_to_end,
        "reference": structured or text(detail, "Refs", "TxId") or text(detail, "Refs", "AcctSvcrRef"),
        # Why the bank gave a charge back is told apart from what was written on it.
        "text": " ".join(filter(None, (free or text(detail, "AddtlTxInf"), text(detail, "RtrInf", "Rsn", "Cd")))),
    }


def _batch(entry: Element) -> str:
    for group in children(entry, "NtryDtls"):
        found = text(group, "Btch", "MsgId") or text(group, "Btch", "PmtInfId")
        if found:
            return found
    return ""
