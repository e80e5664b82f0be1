"""pain.008.001.02 and .08 of ISO 20022: a collection by SEPA direct debit, as the EPC's guidelines ask for it
(EPC130-08). Charges of one day and one sequence go together."""

from __future__ import annotations

import unicodedata
from datetime import date
from itertools import groupby
from xml.etree import ElementTree as ET

from puntual.core.errors import UnusableInput
from puntual.core.money import Money
from puntual.ports.debits import Charge, File, Written

VERSIONS = {"pain.008.001.08": "BICFI", "pain.008.001.02": "BIC"}
#: What every bank of the scheme must read (EPC217-08); anything else becomes its plain letter, or a blank.
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")


def write(version: str, file: File) -> Written:
    """The document. UnusableInput when the currency is not the euro, or the creditor lacks what the scheme asks."""
    if file.currency != "EUR":
        raise UnusableInput(f"SEPA solo cobra en euros, y estos cargos son en {file.currency}: elija otro formato.")
    if not file.creditor_id or not file.account:
        raise UnusableInput("Falta el identificador de acreedor SEPA o el IBAN de la empresa: complételos.")
    root = ET.Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:{version}")
    body = ET.SubElement(root, "CstmrDrctDbtInitn")
    head = ET.SubElement(body, "GrpHdr")
    _put(head, "MsgId", file.message)
    _put(head, "CreDtTm", file.made_at.strftime("%Y-%m-%dT%H:%M:%S"))
    _totals(head, file.charges)
    _put(_under(head, "InitgPty"), "Nm", plain(file.creditor, 70))
    ordered = sorted(file.charges, key=_together)
    for number, (key, rows) in enumerate(groupby(ordered, _together), 1):
        _payment(body, file, key, list(rows), f"{file.message}-{number}"[:35], VERSIONS[version])
    ET.indent(root)
    data = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Written(f"{file.message}.xml", data, "application/xml")


def _together(charge: Charge) -> tuple[date, bool]:
    return charge.on, charge.first


def _totals(holder: ET.Element, charges: tuple[Charge, ...] | list[Charge]) -> None:
    _put(holder, "NbOfTxs", str(len(charges)))
    _put(holder, "CtrlSum", _major(sum(c.amount_minor for c in charges)))


def _payment(body: ET.Element, file: File, key: tuple[date, bool], rows: list[Charge], name: str, bic: str) -> None:
    on, first = key
    info = _under(body, "PmtInf")
    _put(info, "PmtInfId", name)
    _put(info, "PmtMtd", "DD")
    _put(info, "BtchBookg", "true")
    _totals(info, rows)
    kind = _under(info, "PmtTpInf")
    _put(_under(kind, "SvcLvl"), "Cd", "SEPA")
    _put(_under(kind, "LclInstrm"), "Cd", "CORE")
    _put(kind, "SeqTp", "FRST" if first else "RCUR")
    _put(info, "ReqdColltnDt", on.isoformat())
    _put(_under(info, "Cdtr"), "Nm", plain(file.creditor, 70))
    _put(_under(info, "CdtrAcct", "Id"), "IBAN", file.account)
    agent = _under(info, "CdtrAgt", "FinInstnId")
    if file.bic:
        _put(agent, bic, file.bic)
    else:
        _put(_under(agent, "Othr"), "Id", "NOTPROVIDED")
    _put(info, "ChrgBr", "SLEV")
    scheme = _under(info, "CdtrSchmeId", "Id", "PrvtId", "Othr")
    _put(scheme, "Id", file.creditor_id)
    _put(_under(scheme, "SchmeNm"), "Prtry", "SEPA")
    for charge in rows:
        _charge(info, charge, file.currency)


def _charge(info: ET.Element, charge: Charge, currency: str) -> None:
    one = _under(info, "DrctDbtTxInf")
    _put(_under(one, "PmtId"), "EndToEndId", charge.reference)
    _put(one, "InstdAmt", _major(charge.amount_minor)).set("Ccy", currency)
    mandate = _under(one, "DrctDbtTx", "MndtRltdInf")
    _put(mandate, "MndtId", charge.mandate)
    _put(mandate, "DtOfSgntr", charge.signed_on.isoformat())
    _put(_under(one, "DbtrAgt", "FinInstnId", "Othr"), "Id", "NOTPROVIDED")
    _put(_under(one, "Dbtr"), "Nm", plain(charge.holder, 70))
    _put(_under(one, "DbtrAcct", "Id"), "IBAN", charge.account)
    _put(_under(one, "RmtInf"), "Ustrd", plain(charge.concept, 140))


def plain(text: str, longest: int) -> str:
    """In the letters of the scheme: «Peña & Cía.» is «Pena   Cia.» with single blanks."""
    bare = "".join(ch for ch in unicodedata.normalize("NFKD", text) if not unicodedata.combining(ch))
    return " ".join("".join(ch if ch in _LETTERS else " " for ch in bare).split())[:longest].strip()


def _under(parent: ET.Element, *names: str) -> ET.Element:
    for name in names:
        parent = ET.SubElement(parent, name)
    return parent


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, name)
    made.text = text
    return made


def _major(minor: int) -> str:
    return f"{Money(minor, 'EUR').major():.2f}"
