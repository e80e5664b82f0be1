"""PIX: the BR Code of a charge, static or dynamic, as the Central Bank's manual writes it (EMV MPM: tag, length,
value).
"""

from __future__ import annotations

import unicodedata

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.money import Money

_GUI = "br.gov.bcb.pix"
#: Greatest lengths of the manual: name of the receiver, city, transaction id of a static code.
NAME, CITY, TXID = 25, 15, 25


@attrs.frozen
class PixCharge:
    """What a code asks for. `key`: the receiver's PIX key (static) ; `location`: the provider's address (dynamic).

    `txid` comes back in the bank's statement: letters and digits only.
    """

    name: str
    city: str
    amount_minor: int
    txid: str
    key: str = ""
    location: str = ""


def br_code(charge: PixCharge) -> str:
    """The text to show as QR and as "copia e cola". UnusableInput if a field does not fit."""
    if bool(charge.key) == bool(charge.location):
        raise UnusableInput("Un código PIX lleva una clave o una dirección del proveedor, y no ambas.")
    if not charge.txid.isalnum() or not charge.txid.isascii() or len(charge.txid) > TXID:
        raise UnusableInput(
            f"«{charge.txid}» no sirve de identificador PIX: hasta {TXID} letras y cifras.", field="txid"
        )
    if charge.amount_minor <= 0:
        raise UnusableInput("El importe de un código PIX debe ser mayor que cero.", field="amount")
    receiver = _tlv("00", _GUI) + (_tlv("01", charge.key) if charge.key else _tlv("25", charge.location))
    # A dynamic code's transaction id lives at the provider: the code says so with three stars.
    txid = charge.txid if charge.key else "***"
    fields = [
        _tlv("00", "01"),
        _tlv("01", "12") if charge.location else "",
        _tlv("26", receiver),
        _tlv("52", "0000"),
        _tlv("53", "986"),
        _tlv("54", str(Money(charge.amount_minor, "BRL").major())),
        _tlv("58", "BR"),
        _tlv("59", _plain(charge.name, NAME)),
        _tlv("60", _plain(charge.city, CITY)),
        _tlv("62", _tlv("05", txid)),
    ]
    body = "".join(fields) + "6304"
    return f"{body}{crc16(body):04X}"


def read(code: str) -> dict[str, str]:
    """The fields of a BR Code by tag. UnusableInput if it is cut or its checksum is wrong."""
    if len(code) < 8 or code[-8:-4] != "6304" or f"{crc16(code[:-4]):04X}" != code[-4:]:
        raise UnusableInput("El código PIX está incompleto: cópielo otra vez.")
    fields, at = {}, 0
    while at < len(code):
        size = code[at + 2 : at + 4]
        if not size.isdigit():
            raise UnusableInput("El código PIX está incompleto: cópielo otra vez.")
        fields[code[at : at + 2]] = code[at + 4 : at + 4 + int(size)]
        at += 4 + int(size)
    return fields


def crc16(text: str) -> int:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF), as EMV asks."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _tlv(tag: str, value: str) -> str:
    if len(value) > 99:
        raise UnusableInput(f"Un campo del código PIX es demasiado largo: «{value[:20]}…».")
    return f"{tag}{len(value):02d}{value}"


def _plain(text: str, most: int) -> str:
    """Without accents, cut: many banks' readers refuse anything else."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().strip()
    if not plain:
        raise UnusableInput("El código PIX necesita nombre y ciudad de quien cobra.")
    return plain[:most].strip()
