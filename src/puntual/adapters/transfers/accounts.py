"""Account numbers with check digits: CLABE (Mexico), CBU/CVU (Argentina), CCI (Peru), IBAN. Others have none to
check.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import clabe
from stdnum import iban
from stdnum.ar import cbu
from stdnum.exceptions import ValidationError

from puntual.core.errors import UnusableInput


@attrs.frozen
class BankAccount:
    """A checked account: digits without blanks, as shown to people, and the bank where the number tells it."""

    kind: str
    number: str
    pretty: str
    bank: str = ""


def check_account(kind: str, text: str) -> BankAccount:
    """The account behind what a person typed. UnusableInput says what is wrong with it."""
    if kind not in _CHECKS:
        raise UnusableInput(f"«{kind}» no es una clase de cuenta: use {', '.join(sorted(_CHECKS))}.", field="kind")
    return _CHECKS[kind]("".join(ch for ch in text if ch not in " -.").upper())


def _wrong(kind: str, number: str, digits: int) -> UnusableInput:
    if len(number) != digits or not number.isdigit():
        return UnusableInput(f"«{number}» no es una {kind}: debe tener {digits} cifras y tiene {len(number)} signos.")
    return UnusableInput(f"«{number}» no es una {kind} válida: revise las cifras, alguna no coincide.")


def _clabe(number: str) -> BankAccount:
    if not clabe.validate_clabe(number):
        raise _wrong("CLABE", number, 18)
    return BankAccount("clabe", number, _groups(number, (3, 3, 11, 1)), clabe.get_bank_name(number).title())


def _cbu(number: str) -> BankAccount:
    """CVU (wallets) are CBU that begin with 000."""
    try:
        number = cbu.validate(number)
    except ValidationError:
        raise _wrong("CBU", number, 22) from None
    return BankAccount("cbu", number, _groups(number, (8, 14)), "billetera (CVU)" if number.startswith("000") else "")


def _cci(number: str) -> BankAccount:
    """20 digits: bank 3, office 3, account 12 and two check digits, of bank and office and of the account, by Luhn."""
    if len(number) != 20 or not number.isascii() or not number.isdigit():
        raise _wrong("CCI", number, 20)
    if number[18:] != _luhn(number[:6]) + _luhn(number[6:18]):
        raise _wrong("CCI", number, 20)
    return BankAccount("cci", number, _groups(number, (3, 3, 12, 2)), _PERU_BANKS.get(number[:3], ""))


def _iban(number: str) -> BankAccount:
    try:
        number = iban.validate(number)
    except ValidationError:
        raise UnusableInput(f"«{number}» no es un IBAN válido: revise las letras y las cifras.") from None
    return BankAccount("iban", number, iban.format(number))


def _luhn(digits: str) -> str:
    """The digit that makes the sum of Luhn's scheme a multiple of ten; the rightmost digit counts double."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def _groups(number: str, sizes: tuple[int, ...]) -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return " ".join(parts)


_PERU_BANKS = {"002": "BCP", "003": "Interbank", "009": "Scotiabank", "011": "BBVA", "018": "Banco de la Nación"}
_CHECKS: dict[str, Callable[[str], BankAccount]] = {"clabe": _clabe, "cbu": _cbu, "cci": _cci, "iban": _iban}
