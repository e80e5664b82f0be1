"""What an SMS costs before it leaves: its alphabet, its parts, and the words «sin acentos».

GSM 03.38 (3GPP TS 23.038): 160 units in one part, 153 in each of several; a character of the extension table takes two
units that are never split. Anything else makes the whole message UCS-2: 70 units alone, 67 in each of several. Of
Spanish, ñ é ü ¿ ¡ are in GSM-7 and á í ó ú are not: one such letter more than halves the room of a message.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import attrs

GSM7, UCS2 = "gsm7", "ucs2"
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
#: (units of a message of one part, units of each part of a longer one)
_ROOM = {GSM7: (160, 153), UCS2: (70, 67)}
#: What word processors and Babel write where a telephone has something plainer.
_PLAINER = {
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": "", "\ufe0f": "", "\t": " ",
    "«": '"', "»": '"', "“": '"', "”": '"', "‘": "'", "’": "'", "´": "'", "`": "'",
    "–": "-", "—": "-", "−": "-", "·": "-", "•": "-", "…": "...", "ç": "c", "ª": "a", "º": "o", "°": "o",
}  # fmt: skip


@attrs.frozen
class SmsSize:
    """How much an SMS takes. `left`: units that still fit without one more part."""

    alphabet: str
    units: int
    parts: int
    left: int


def measure(text: str) -> SmsSize:
    """The alphabet and the parts of a text as it is. An empty text has no part.

    >>> measure("Pagó mañana").alphabet, measure("Pago mañana").alphabet
    ('ucs2', 'gsm7')
    """
    alphabet = GSM7 if all(c in _BASIC or c in _EXTENSION for c in text) else UCS2
    widths = [_width(c, alphabet) for c in text]
    units, (alone, each) = sum(widths), _ROOM[alphabet]
    if units <= alone:
        return SmsSize(alphabet, units, min(units, 1), alone - units)
    parts, used = _fill(widths, each)
    return SmsSize(alphabet, units, parts, each - used)


def _width(char: str, alphabet: str) -> int:
    if alphabet == GSM7:
        return 2 if char in _EXTENSION else 1
    return 2 if ord(char) > 0xFFFF else 1


def _fill(widths: Iterable[int], room: int) -> tuple[int, int]:
    """(parts, units used of the last one), never splitting a character over two parts."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts, used


def without_accents(text: str) -> str:
    """The text in GSM-7: á í ó ú lose their accent, ñ é ü ¿ ¡ stay, what has no plainer form (emojis) is left out.

    >>> without_accents("¿Pagó su año? Así está «bien» 🙂")
    '¿Pago su año? Asi esta "bien" '
    """
    return "".join(_plainer(c) for c in unicodedata.normalize("NFC", text))


def _plainer(char: str) -> str:
    if char in _BASIC or char in _EXTENSION:
        return char
    if char in _PLAINER:
        return _PLAINER[char]
    return "".join(c for c in unicodedata.normalize("NFKD", char) if c in _BASIC)


def as_sent(text: str, *, accents: bool) -> str:
    """The words as they will leave: as they are when `accents`, else in GSM-7. Blank space at the ends is not paid."""
    said = text.strip()
    return said if accents else without_accents(said)


def cost(parts: int, price_per_part: Decimal) -> Decimal:
    """What a message costs in the provider's currency, to the ten-thousandth, in which providers price a part."""
    return (parts * price_per_part).quantize(Decimal("0.0001"), ROUND_HALF_UP)
