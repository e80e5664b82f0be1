"""Phone numbers to E.164, with the traps of Mexico (52 1, 01, 044, 045) and Argentina (the 9 and the 15)."""

from __future__ import annotations

import re
from functools import lru_cache

import attrs
import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_JUNK = re.compile(r"[^\d+]")
_EXTENSION = re.compile(r"(?:ext|x|int|anexo|#)\.?\s*\d+\s*$", re.IGNORECASE)
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@attrs.frozen
class Phone:
    """A phone that can be dialled. `mobile` is also true where the plan does not tell (Mexico)."""

    e164: str
    country: str
    mobile: bool


@lru_cache(maxsize=65536)
def parse_phone(text: str, country: str) -> Phone | None:
    """The number in E.164, or None if it is not a possible, valid number. `country` is ISO 3166, for national forms.

    >>> parse_phone("521 55 1234 5678", "MX").e164, parse_phone("044 55 1234 5678", "MX").e164
    ('+525512345678', '+525512345678')
    >>> parse_phone("011 15-2345-6789", "AR").e164
    '+5491123456789'
    """
    cleaned = _EXTENSION.sub("", text.strip())
    digits = _JUNK.sub("", cleaned)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return _mended(digits, country) if len(digits) >= 7 else None


def _mended(digits: str, country: str) -> Phone | None:
    for candidate in _candidates(digits, country):
        try:
            number = phonenumbers.parse(candidate, country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            kind = phonenumbers.number_type(number)
            return Phone(
                phonenumbers.format_number(number, PhoneNumberFormat.E164),
                phonenumbers.region_code_for_number(number) or country,
                kind in _MOBILE,
            )
    return None


def _candidates(digits: str, country: str) -> list[str]:
    """The number as written, after undoing each country's old habits."""
    bare = digits.lstrip("+")
    found = []
    if country == "MX" or digits.startswith("+52"):
        found += [f"+52{m.group(1)}" for m in [re.fullmatch(r"(?:521|52|044|045|01)?(\d{10})", bare)] if m]
    if country == "AR" or digits.startswith("+54"):
        found += _argentine(bare)
    found.append(digits)
    if not digits.startswith("+"):
        found.append("+" + digits)
    return found


def _argentine(bare: str) -> list[str]:
    """Mobiles are 9 + area + number abroad, area + 15 + number at home; spreadsheets hold every mixture."""
    national = re.sub(r"^(?:54)?9?0?", "", bare)
    found = []
    for area in (2, 3, 4):
        if national[area : area + 2] == "15" and len(national) == 12:
            found.append(f"+549{national[:area]}{national[area + 2 :]}")
    if len(national) == 10 and (bare.startswith(("549", "9"))):
        found.append(f"+549{national}")
    return found
