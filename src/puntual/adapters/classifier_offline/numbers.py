"""Numbers in a reply: figures with either decimal mark, words in Spanish, Portuguese and English, and mixtures («2
mil 500»)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import attrs

_ONES = {
    "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "um": 1, "uma": 1, "dois": 2, "duas": 2, "quatro": 4, "sete": 7, "oito": 8, "nove": 9, "one": 1,
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "sinco": 5, "kuatro": 4,
}  # fmt: skip
_TEENS = {
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19, "veintiuno": 21, "veintiun": 21, "veintidos": 22, "veintitres": 23,
    "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "dez": 10, "onze": 11, "doze": 12, "treze": 13, "quatorze": 14, "quinze": 15, "dezesseis": 16, "dezessete": 17,
    "dezoito": 18, "dezenove": 19, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "dies": 10, "kinse": 15, "quinse": 15, "dose": 12,
}  # fmt: skip
_TENS = {
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
    "noventa": 90, "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "sessenta": 60, "oitenta": 80,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "veintecito": 20, "treintita": 30, "cuarentita": 40, "cincuentita": 50, "sesentita": 60, "setentita": 70,
    "ochentita": 80, "noventita": 90, "beinte": 20, "sincuenta": 50, "cinkuenta": 50,
}  # fmt: skip
_HUNDREDS = {
    "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500,
    "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900, "doscientas": 200,
    "trescientas": 300,
    "cuatrocientas": 400, "quinientas": 500, "seiscientas": 600, "setecientas": 700, "ochocientas": 800,
    "novecientas": 900,
    "cem": 100, "cento": 100, "duzentos": 200, "trezentos": 300, "quatrocentos": 400, "quinhentos": 500,
    "seiscentos": 600,
    "setecentos": 700, "oitocentos": 800, "novecentos": 900, "dosientos": 200, "docientos": 200, "tresientos": 300,
    "trecientos": 300, "kinientos": 500, "quinentos": 500, "seicientos": 600, "sien": 100, "siento": 100,
    "sietecientos": 700, "nuevecientos": 900,
}  # fmt: skip
_THOUSAND = {"mil": 1000, "thousand": 1000, "k": 1000, "miles": 1000}
_MILLION = {"millon": 10**6, "millones": 10**6, "milhao": 10**6, "milhoes": 10**6, "million": 10**6, "mill": 10**6,
            "mlls": 10**6, "mm": 10**6, "millonsito": 10**6, "milloncito": 10**6}  # fmt: skip
_LINKS = {"y", "e", "and", "i"}
#: Words that stretch a number only in some sentences; alone they are no number («un», «siento», «sete»).
_WEAK = {"un", "uno", "una", "um", "uma", "one", "siento", "dose", "sien"}

_FIGURE = r"\d+(?:[.,]\d+)*"
_TOKEN = re.compile(rf"(?P<figure>{_FIGURE})(?P<k>k\b|mil\b)?|(?P<word>[a-z]+)|(?P<space> +)|(?P<other>.)", re.S)


@attrs.frozen
class Number:
    """A number that stands at [start, end) of the normalized text. `written` is figures, words or scaled (mil,
    millón)."""

    value: Decimal
    start: int
    end: int
    written: str


def joined(text: str, numbers: list[Number], *, cents: bool, thousands_short: bool) -> list[Number]:
    """The numbers with those that are one amount in two pieces made one: «142 000», «28 con 50» where the currency
    has `cents`, and «ciento veinte quinientos» (120,500) where `thousands_short`."""
    out: list[Number] = []
    for number in numbers:
        whole = _one_of_two(text, out[-1], number, cents, thousands_short) if out else None
        if whole:
            out[-1] = whole
        else:
            out.append(number)
    return out


def _one_of_two(text: str, a: Number, b: Number, cents: bool, thousands_short: bool) -> Number | None:
    gap, said, after = text[a.end : b.start], text[b.start : b.end], text[b.end :]
    grouped = re.fullmatch(r"\d{1,3}(?: \d{3})*", text[a.start : a.end]) and re.fullmatch(r"\d{3}", said)
    if gap == " " and grouped and not re.match(r"[.,:/-]?\d", after):
        marked = re.search(r"[$¢₡€₲/]\s?$", text[: a.start]) or re.match(r" ?(?:colon|peso|guarani|gs\b)", after)
        return Number(a.value * 1000 + b.value, a.start, b.end, a.written) if said == "000" or marked else None
    if cents and re.fullmatch(r" (?:[a-z]{2,10} )?con ", gap) and a.value == int(a.value):
        if (
            10 <= b.value < 100
            and b.value == int(b.value)
            and not re.match(
                r"\d|[.,:/]\d| (?!cent)[a-z]+s\b|"
                r" de\b",
                after,
            )
        ):
            return Number(a.value + b.value / 100, a.start, b.end, "scaled")
    if thousands_short and gap == " " and a.written == b.written == "words" and a.value < 1000 and b.value >= 100:
        return Number(a.value * 1000 + b.value, a.start, b.end, "scaled") if a.value % 100 else None
    return None


@attrs.define
class _Sum:
    """A number being read, word by word."""

    start: int
    end: int
    total: Decimal = Decimal(0)
    current: Decimal = Decimal(0)
    scaled: int = 0
    figures: bool = False
    words: list[str] = attrs.field(factory=list)

    def value(self) -> Decimal:
        # "un millón doscientos" is 1.200.000: what follows millions without "mil" counts thousands when it is in
        # hundreds
        after_million = self.scaled == 10**6 and self.current >= 100 and self.current < 1000 and self.current % 50 == 0
        return self.total + (self.current * 1000 if after_million else self.current)


def parse_figure(figure: str, decimal_comma: bool) -> Decimal:
    """«1.234,56», «1,234.56», «1.250.000», «15,5» or «99.90» as a Decimal.

    With both marks the last one is the decimal mark; with one, three digits after it mean thousands.
    `decimal_comma` settles what stays open: nothing but «0,500» and the like.
    """
    marks = [char for char in figure if char in ".,"]
    if not marks:
        return Decimal(figure)
    last = marks[-1]
    whole, _, tail = figure.rpartition(last)
    digits = re.sub(r"[.,]", "", whole)
    if len(set(marks)) == 1:
        zero_led = whole == "0" and (last == ",") == decimal_comma
        if len(marks) > 1 or (len(tail) == 3 and not zero_led):
            return Decimal(digits + tail) if len(tail) == 3 else Decimal(f"{digits}.{tail}")
    return Decimal(f"{digits}.{tail}")


def find_numbers(text: str, decimal_comma: bool) -> list[Number]:
    """Every number of the normalized text, from left to right, the longest reading of each."""
    found: list[Number] = []
    reading: _Sum | None = None
    link: int | None = None
    for kind, token, start, end in _tokens(text):
        if kind == "space":
            continue
        if kind == "word" and token in _LINKS and reading is not None and link is None:
            link = end
            continue
        if reading is not None and _extends(reading, kind, token, linked=link is not None, decimal_comma=decimal_comma):
            reading.end, link = end, None
            continue
        if reading is not None:
            found.extend(_close(reading))
        link = None
        reading = _begin(kind, token, start, end, decimal_comma)
    if reading is not None:
        found.extend(_close(reading))
    return found


def _tokens(text: str) -> Iterator[tuple[str, str, int, int]]:
    for match in _TOKEN.finditer(text):
        if match.group("figure"):
            yield "figure", match.group("figure"), match.start("figure"), match.end("figure")
            if match.group("k"):
                yield "word", match.group("k"), match.start("k"), match.end("k")
        else:
            kind = match.lastgroup or "other"
            yield kind, match.group(), match.start(), match.end()


def _begin(kind: str, token: str, start: int, end: int, decimal_comma: bool) -> _Sum | None:
    if kind == "figure":
        return _Sum(start, end, current=parse_figure(token, decimal_comma), figures=True, words=[token])
    if kind != "word":
        return None
    small = _small(token)
    if small:
        return _Sum(start, end, current=Decimal(small), words=[token])
    if token in ("mil", "millon", "milhao"):
        scale = _THOUSAND.get(token) or _MILLION[token]
        return _Sum(start, end, total=Decimal(scale), scaled=scale, words=[token])
    return None


def _small(token: str) -> int:
    return _ONES.get(token) or _TEENS.get(token) or _TENS.get(token) or _HUNDREDS.get(token) or 0


def _extends(reading: _Sum, kind: str, token: str, *, linked: bool, decimal_comma: bool) -> bool:
    if kind == "figure":
        # "2 mil 500": figures go on only after a scale, and must be below it
        value = parse_figure(token, decimal_comma)
        if reading.scaled and not reading.current and reading.figures and value < reading.scaled and not linked:
            reading.current = value
            return True
        return False
    if kind != "word":
        return False
    scale = _THOUSAND.get(token) or _MILLION.get(token)
    if scale and not linked:
        return _scale(reading, scale, token)
    if token == "hundred" and 0 < reading.current < 10:
        reading.current *= 100
        return True
    small = _small(token)
    if not small or reading.figures and not reading.scaled or not _fits(reading.current, small, linked):
        return False
    reading.current += small
    reading.words.append(token)
    return True


def _scale(reading: _Sum, scale: int, token: str) -> bool:
    if (
        reading.scaled
        and scale >= reading.scaled
        and not (reading.scaled == 1000 and scale == 10**6 and not reading.current)
    ):
        return False
    if reading.scaled == 1000 and scale == 10**6:
        reading.total *= 10**6
    elif reading.scaled and not reading.current:
        return False
    else:
        reading.total += max(reading.current, Decimal(1)) * scale
    reading.current, reading.scaled = Decimal(0), scale
    reading.words.append(token)
    return True


def _fits(current: Decimal, small: int, linked: bool) -> bool:
    """Whether a smaller number may be added: «treinta y cinco», «doscientos diez», never «dos tres»."""
    if current == 0:
        return not linked or small < 100
    if small >= 100:
        return False
    if small < 10:
        return current % 100 >= 20 and current % 10 == 0 or current % 100 == 0 and current >= 100
    return current >= 100 and current % 100 == 0


def _close(reading: _Sum) -> list[Number]:
    if not reading.figures and not reading.scaled and len(reading.words) == 1 and reading.words[0] in _WEAK:
        return []
    written = "scaled" if reading.scaled else "figures" if reading.figures else "words"
    return [Number(reading.value(), reading.start, reading.end, written)]
