"""From the words of letters to one PDF. Nothing outside the page is ever fetched: no file, no address, no network."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

import attrs

#: DIN 5008 form B: the address shows through the window of a DL envelope when the sheet is folded in three.
_STYLE = """
@page { size: A4; margin: 25mm 20mm 20mm 25mm; @bottom-right { content: counter(page); font-size: 8pt } }
body { font: 11pt/1.45 "DejaVu Sans", "Liberation Sans", sans-serif; color: #222 }
.from { font-size: 8pt; color: #555; height: 10mm } .to { height: 42mm; white-space: pre-line }
.on { text-align: right }
p { margin: 0 0 3mm; overflow-wrap: anywhere } ul { margin: 0 0 3mm; padding-left: 5mm }
"""
_BLANK = re.compile(r"\n\s*\n")


@attrs.frozen
class LetterPage:
    """One letter: who sends it, to whom and where, when (as it is written), and its words."""

    sender: str
    recipient: str
    address: str
    date: str
    text: str
    language: str = "es"


def letters_pdf(letters: Sequence[LetterPage], done: Callable[[int], None] = lambda _n: None) -> bytes:
    """One PDF with every letter, each from a page of its own that is its page 1. ValueError without any.

    `done` hears how many are laid out: at a tenth of a second each, a thousand take minutes.
    """
    import weasyprint  # slow to import, and few installations send letters
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        """Refuses every address: files, networks, and even data of a text that somebody wrote."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=set())

    if not letters:
        raise ValueError("no letter to print")
    sheet = weasyprint.CSS(string=_STYLE, url_fetcher=Nothing())
    laid = []
    for n, one in enumerate(letters, 1):
        text = f'<!doctype html><html lang="{one.language}"><meta charset="utf-8"><body>{_article(one)}</body></html>'
        laid.append(weasyprint.HTML(string=text, url_fetcher=Nothing()).render(stylesheets=[sheet]))
        done(n)
    made: bytes = laid[0].copy([page for letter in laid for page in letter.pages]).write_pdf()
    return made


def _article(one: LetterPage) -> str:
    """Everything that a person wrote is text: none of it can be markup."""
    to = html.escape(f"{one.recipient}\n{one.address}")
    head = f'<div class="from">{html.escape(one.sender)}</div><div class="to">{to}</div>'
    body = "".join(_block(block) for block in _BLANK.split(one.text.strip()))
    return f'<article>{head}<p class="on">{html.escape(one.date)}</p>{body}</article>'


def _block(block: str) -> str:
    rows = [row for row in block.split("\n") if row.strip()]
    if rows and all(row.startswith("- ") for row in rows):
        return "<ul>" + "".join(f"<li>{html.escape(row[2:])}</li>" for row in rows) + "</ul>"
    return "<p>" + "<br>".join(html.escape(row) for row in rows) + "</p>" if rows else ""
