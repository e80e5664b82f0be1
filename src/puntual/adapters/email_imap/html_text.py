"""The words of an HTML message, without what it quotes, styles or hides. Never rendered, never trusted."""

from __future__ import annotations

import re
from html.parser import HTMLParser

HTML_MAX = 400_000
_BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol"})
_SILENT = frozenset({"script", "style", "head", "title", "noscript", "template", "svg"})
_QUOTES = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|OutlookMessageHeader|divRplyFwdMsg|appendonsend", re.I)
_VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "wbr", "area", "base", "col", "embed", "source"})


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.kept.append("\n")
        if tag in _VOID or len(self._open) > 500:
            return
        told = dict(attrs)
        quoted = tag == "blockquote" or bool(_QUOTES.search(f"{told.get('class') or ''} {told.get('id') or ''}"))
        silent = tag in _SILENT or quoted
        self._open.append((tag, silent))
        self._silent += silent

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _silent in self._open]
        if tag not in names:
            return
        while self._open:
            name, silent = self._open.pop()
            self._silent -= silent
            if name == tag:
                break
        if tag in _BREAKS:
            self.kept.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.kept.append(data.replace("\n", " "))


def words_of(html: str) -> str:
    """Plain text of an HTML message; empty when nothing of it can be read."""
    reader = _Words()
    try:
        reader.feed(html[:HTML_MAX])
        reader.close()
    except (AssertionError, ValueError):
        pass  # what was read until then is what there is
    lines = (" ".join(line.split()) for line in "".join(reader.kept).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
