"""Delimited text: its encoding and its delimiter, by evidence."""

from __future__ import annotations

import csv
import io
from collections import Counter

from puntual.core.errors import UnusableInput

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
MAX_FIELD = 1024 * 1024


def decode(data: bytes) -> tuple[str, str]:
    """The text and its encoding: the mark at the start, else UTF-16 by its zeros, else UTF-8, else Windows' Latin."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(data, encoding), encoding
    head = data[:4000]
    if head.count(b"\0") > len(head) // 4:
        encoding = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return _strict(data, encoding), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnusableInput(
            f"El archivo dice ser {encoding} pero tiene caracteres dañados: guárdelo otra vez."
        ) from None


def delimiter(text: str) -> str:
    """The separator that cuts most of the first lines in the same number of columns (at least two); a comma if none."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:_SAMPLE_LINES]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[4]
    best, best_score = ",", 0.0
    for candidate in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=candidate)]
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        if width < 2:
            wide = [w for w in widths if w > 1]
            width, times = Counter(wide).most_common(1)[0] if len(wide) > len(widths) / 2 else (1, 0)
        score = times / len(widths) * min(width, 30) if width > 1 else 0.0
        if score > best_score:
            best, best_score = candidate, score
    return best


def rows(text: str, separator: str) -> list[list[str]]:
    """Every record of the text, in order, empty ones too: their position is the row that the user sees."""
    csv.field_size_limit(MAX_FIELD)
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise UnusableInput(f"El archivo no se puede separar en columnas ({error}): revise sus comillas.") from None
    if found and len(found[0]) == 1 and found[0][0].lower().startswith("sep="):
        found[0] = []
    if found and found[0] and found[0][0].lower() == "sep=":
        found[0] = []
    return found
