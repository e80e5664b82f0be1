"""A template as the eye of its reader sees it, and where each of its words stands in the file."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

import attrs

#: A datum of the template in readable text: `{{ persona.nombre }}` reads as one unknown word.
DATUM = " _ "
#: End of a paragraph, list item or table cell: a sentence does not go on after it.
BREAK = " ¶ "

_HEADERS = re.compile(r"(?i)^(asunto|assunto|subject|preheader|vista[_ ]previa|preview|buz[oó]n|voicemail)\s*:\s*(.*)$")
_ANY_HEADER = re.compile(r"^[^\W\d][\w .-]{0,30}\s*:(?:\s.*)?$")
_TOKEN = re.compile(
    r"(?P<comment>\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}|<!--.*?-->|\{#.*?#\}"
    r"|<(?:style|script)\b.*?</(?:style|script)>)"
    r"|(?P<datum>\{\{.*?\}\})"
    r"|(?P<assign>\{%-?\s*(?:assign|capture)\b.*?%\})"
    r"|(?P<tag>\{%.*?%\})"
    r"|(?P<block></?(?:p|div|br|hr|li|ul|ol|td|th|tr|table|h[1-6]|section|header|footer|center)\b[^<>]*>)"
    r"|(?P<inline></?[a-zA-Z][^<>]*>)"
    r"|(?P<paragraph>\n[ \t]*\n\s*)"
    r"|(?P<entity>&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);)",
    re.DOTALL | re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")


@attrs.frozen
class Readable:
    """Readable text and, for each of its characters, the offset in the file that it comes from."""

    text: str
    offsets: tuple[int, ...]

    def offset(self, index: int) -> int:
        return self.offsets[min(index, len(self.offsets) - 1)] if self.offsets else 0


@attrs.frozen
class Header:
    """A line that shows before the message is opened: the subject or the preview."""

    name: str
    value: str
    offset: int


@attrs.frozen
class Template:
    """The file cut in what shows before opening it and what shows after."""

    source: str
    headers: tuple[Header, ...]
    body_offset: int

    @property
    def body(self) -> str:
        return self.source[self.body_offset :]

    def line(self, offset: int) -> int:
        """The line of the file, from 1, that holds the offset."""
        return self.source.count("\n", 0, offset) + 1


def split(source: str) -> Template:
    """Front matter (`asunto: ...` lines closed by `---`, or a first line `asunto: ...`) and body."""
    lines = source.splitlines(keepends=True)
    head = _front_matter(lines)
    offset, headers = 0, []
    for line in lines[:head]:
        found = _HEADERS.match(line.strip())
        if found:
            value = line.index(":") + 1
            value += len(line[value:]) - len(line[value:].lstrip())
            headers.append(Header(found[1].casefold(), found[2], offset + value))
        offset += len(line)
    return Template(source, tuple(headers), offset)


def _front_matter(lines: list[str]) -> int:
    """How many lines belong to the front matter."""
    start = 1 if lines and lines[0].strip() == "---" else 0
    for n, line in enumerate(lines[start:], start=start):
        if line.strip() == "---":
            return n + 1
        if line.strip() and not _ANY_HEADER.match(line.strip()):
            break
    leading = 0
    while leading < len(lines) and _HEADERS.match(lines[leading].strip()):
        leading += 1
    return leading


@lru_cache(maxsize=16)
def readable(source: str, start: int = 0) -> Readable:
    """Without markup, template code, accents or repeated spaces, but with capitals. `start` is added to the offsets.

    What a template tag prints literally (`{{ "..." }}`, `assign`) stays; comments, styles and conditions do not.
    """
    pieces: list[tuple[str, int]] = []
    cursor = 0
    for token in _TOKEN.finditer(source):
        pieces += [(char, start + i) for i, char in enumerate(source[cursor : token.start()], start=cursor)]
        pieces += [(char, start + token.start()) for char in _shown(token)]
        cursor = token.end()
    pieces += [(char, start + i) for i, char in enumerate(source[cursor:], start=cursor)]
    return _plain(pieces)


def _shown(token: re.Match[str]) -> str:
    text, kind = token.group(), token.lastgroup
    if kind == "entity":
        return html.unescape(text)
    if kind in ("datum", "assign"):
        literals = " ".join(a or b for a, b in _QUOTED.findall(text.partition("|")[0] if "date" in text else text))
        return f" {literals} " if kind == "assign" else f"{DATUM}{literals} " if literals else DATUM
    if kind in ("block", "paragraph"):
        return BREAK
    return "" if kind in ("inline", "comment") else " "


def _plain(pieces: list[tuple[str, int]]) -> Readable:
    text: list[str] = []
    offsets: list[int] = []
    for char, offset in pieces:
        for base in strip_accents(char):
            if base.isspace():
                if not text or text[-1] == " ":
                    continue
                base = " "
            text.append(base)
            offsets.append(offset)
    return Readable("".join(text), tuple(offsets))


@lru_cache(maxsize=4096)
def strip_accents(text: str) -> str:
    """The letters without accents, look-alike widths or invisible characters."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))
