"""The payment reference of our own: digits that a person can copy into any bank's form, with two check digits.

Shape: kind (1 account, 2 payment request) + id of at least seven digits + two check digits of ISO 7064 MOD 97-10, the
scheme
of IBAN: it finds every wrong digit and every swap of neighbours. Ten digits fit the narrowest concept field we know.
"""

from __future__ import annotations

from puntual.core.errors import UnusableInput

ACCOUNT, REQUEST = "1", "2"
#: Lengths that a reference may have: kind + 7, 9 or 11 digits of id + 2.
LENGTHS = (10, 12, 14)


def make(kind: str, number: int) -> str:
    """The reference of an account or payment request. ValueError if the number does not fit."""
    if kind not in (ACCOUNT, REQUEST):
        raise ValueError(f"unknown kind of reference {kind!r}")
    width = next((n - 3 for n in LENGTHS if number < 10 ** (n - 3)), None)
    if number < 1 or width is None:
        raise ValueError(f"{number} does not fit in a payment reference")
    body = f"{kind}{number:0{width}d}"
    return f"{body}{98 - int(body) * 100 % 97:02d}"


def read(digits: str) -> tuple[str, int] | None:
    """(kind, number) of a reference that checks; None for anything else."""
    if (
        len(digits) not in LENGTHS
        or not digits.isascii()
        or not digits.isdigit()
        or digits[0] not in (ACCOUNT, REQUEST)
    ):
        return None
    if int(digits) % 97 != 1:
        return None
    kind, number = digits[0], int(digits[1:-2])
    # One number has one spelling: a longer form of a small number is not ours.
    return (kind, number) if number and make(kind, number) == digits else None


def check(text: str) -> tuple[str, int]:
    """Like `read`, for what a person typed: blanks and hyphens are forgiven. UnusableInput if it does not check."""
    found = read(text.replace(" ", "").replace("-", ""))
    if found is None:
        raise UnusableInput(f"«{text}» no es una referencia de pago: cópiela otra vez, le falta o le sobra una cifra.")
    return found


def pretty(reference: str) -> str:
    """In groups that are easy to read aloud and to copy: 1000 0123 45."""
    return " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
