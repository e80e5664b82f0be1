"""A chart as one SVG that says by itself what it finds: title, description, legend, scale and every value in words.

On a page it is as wide as its card and its words never shrink; on paper, in a file or in a mail it is 1,000 units wide.
Colours come from the page's style sheet, or from INK where there is none.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from puntual.apps.reports.charts import HEIGHT, WIDTH, Band, Bars, Columns, Curves
from puntual.ui.formats import date_text, money_text, number_text

#: For who sees the drawing without our style sheet: on white.
INK = (
    ".paper{fill:#fff}"
    "text{font:13px 'Liberation Sans','Noto Sans',Arial,sans-serif;fill:#1d1b2e}.says{font-size:15px;font-weight:600}"
    ".scale{fill:#555}.mark-due,.bar-back{fill:#d9d6e3}.mark-came,.bar-step{fill:#4b3fb5}.bar-paid{fill:#2f7d4f}"
    ".bar-age-1{fill:#c9a227}.bar-age-2{fill:#d07b2a}.bar-age-3{fill:#c2502f}.bar-age-4{fill:#9c2f2f}"
    ".mark-band{fill:#dcd8f3}.mark-line,.mark-line-0{fill:none;stroke:#4b3fb5;stroke-width:3}"
    ".mark-line-1{fill:none;stroke:#8d84d6;stroke-width:2.5;stroke-dasharray:6 4}"
    ".mark-line-2{fill:none;stroke:#bbb6d9;stroke-width:2}.axis{stroke:#555;stroke-width:1}"
    ".key-line,.key-line-0{fill:#4b3fb5}.key-line-1{fill:#8d84d6}.key-line-2{fill:#bbb6d9}"
)
#: Height of a line of the finding, of small words, and of the drawing itself.
_SAYS, _LINE, _PLOT = 20, 18, 176
_WIDE, _NARROW = 84, 32
#: A row of a bar chart: its name, then its bar beside its value. A bar never reaches its value.
_ROW, _BAR, _BAR_SHARE, _BAR_NARROW = 42, 14, 62, 36
_NAME, _NAME_NARROW = 90, 34
#: Around what is drawn for paper or a file.
_MARGIN = 12
#: So many names of a legend fit in a line of a telephone; each takes so much room for a letter.
_KEYS, _LETTER = 2, 7.4


class _Page:
    """Words and marks of one drawing, with places told in percent of its width."""

    def __init__(self, *, fixed: bool) -> None:
        self.fixed = fixed
        self.parts: list[str] = []

    def x(self, percent: float) -> str:
        return f"{percent * WIDTH / 100:g}" if self.fixed else f"{percent:g}%"

    def text(
        self, words: str, y: float, *, percent: float = 0, shift: float = 0, look: str = "", end: bool = False
    ) -> None:
        anchor = ' text-anchor="end"' if end else ""
        moved = f' dx="{shift:g}"' if shift else ""
        style = f' class="{look}"' if look else ""
        self.parts.append(f'<text x="{self.x(percent)}" y="{y:g}"{moved}{anchor}{style}>{escape(words)}</text>')

    def plot(self, inside: str, y: float) -> None:
        """The drawing in its own units, stretched to the width of the page."""
        if self.fixed:
            made = f'<g transform="translate(0 {y:g}) scale(1 {_PLOT / HEIGHT:.4f})">{inside}</g>'
        else:
            made = (f'<svg y="{y:g}" width="100%" height="{_PLOT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
                    f'preserveAspectRatio="none">{inside}</svg>')  # fmt: skip
        self.parts.append(made)


def svg(kind: str, chart: Any, locale: str, *, fixed: bool = False) -> SafeString:
    """The drawing. `fixed`: with its own colours and size, for paper and files."""
    page = _Page(fixed=fixed)
    wide, narrow = textwrap.wrap(chart.title, _WIDE), textwrap.wrap(chart.title, _NARROW)
    lines = len(wide) if fixed else max(len(wide), len(narrow))
    _say(page, wide, lines, "" if fixed else " says-wide")
    if not fixed:
        _say(page, narrow, lines, " says-narrow")
    height, described = _DRAW[kind](page, chart, locale, lines * _SAYS + 4)
    size, style = 'width="100%"', ""
    if fixed:
        sheet = (-_MARGIN, -_MARGIN, WIDTH + 2 * _MARGIN, height + 2 * _MARGIN)
        height = sheet[3]
        size = f'viewBox="{" ".join(f"{n:g}" for n in sheet)}" width="{sheet[2]}"'
        paper = f'<rect class="paper" x="{sheet[0]}" y="{sheet[1]}" width="{sheet[2]}" height="{sheet[3]:g}"/>'
        style = f"<style>{INK}</style>{paper}"
    return mark_safe(  # every word in it was escaped above
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart-svg extra-{min(lines - len(wide), 6)}" {size} '
        f'height="{height:g}" role="img" aria-label="{escape(chart.title)}"><title>{escape(chart.title)}</title>'
        f"<desc>{escape(described)}</desc>{style}{''.join(page.parts)}</svg>"
    )


def _say(page: _Page, lines: Sequence[str], room: int, look: str) -> None:
    """The finding, down to where the drawing begins."""
    for n, line in enumerate(lines):
        page.text(line, (room - len(lines) + n + 1) * _SAYS - 5, look=f"says{look}")


def _legend(page: _Page, names: Sequence[tuple[str, str]], y: float) -> float:
    """Names beside their colours, some in each line; the place after them."""
    for n, (look, name) in enumerate(names):
        column, line = n % _KEYS, n // _KEYS
        left = sum(24 + _LETTER * len(other) for _, other in names[line * _KEYS : line * _KEYS + column])
        top = y + line * _LINE
        page.parts.append(f'<rect class="{look.replace("mark-line", "key-line")}" x="{left:g}" y="{top + 4:g}" '
                          'width="12" height="12"/>')  # fmt: skip
        page.text(name, top + 14, shift=left + 17)
    return y + _LINE * (1 + (len(names) - 1) // _KEYS) + 4


def _feet(page: _Page, first: str, last: str, y: float) -> float:
    page.text(first, y + 14, look="scale")
    page.text(last, y + 14, percent=100, look="scale", end=True)
    return y + _LINE + 2


def _axis() -> str:
    return f'<line class="axis" x1="0" y1="{HEIGHT}" x2="{WIDTH}" y2="{HEIGHT}"/>'


def _amount(value: int, currency: str, locale: str) -> str:
    return money_text(value, currency, locale) if currency else number_text(value, locale)


def _pairs(page: _Page, c: Columns, locale: str, top: float) -> tuple[float, str]:
    y = _legend(page, [("mark-due", c.names[0]), ("mark-came", c.names[1])], top)
    highest = max(max(row[2], row[3]) for row in c.table)
    page.text(_amount(highest, c.currency, locale), y + 13, look="scale")
    marks = "".join(
        f'<rect class="mark-{m.look}" x="{m.x}" y="{m.y}" width="{m.width}" height="{m.height}">'
        f"<title>{escape(m.tip)}</title></rect>"
        for m in c.marks
    )
    page.plot(marks + _axis(), y + _LINE)
    told = "; ".join(
        f"{date_text(row[0], locale)}: {c.names[0].lower()} {_amount(row[2], c.currency, locale)}, "
        f"{c.names[1].lower()} {_amount(row[3], c.currency, locale)}"
        for row in c.table
    )
    foot = _feet(page, date_text(c.first, locale), date_text(c.last, locale), y + _LINE + _PLOT)
    return foot, f"{c.names[0]} y {c.names[1].lower()}. {told}."


def _band(page: _Page, c: Band, locale: str, top: float) -> tuple[float, str]:
    y = _legend(page, [("mark-line", _("Acumulado")), ("mark-band", _("Intervalo del 80 %"))], top)
    last = c.table[-1]
    page.text(_amount(last[4], c.currency, locale), y + 13, look="scale")
    drawn = f'<polygon class="mark-band" points="{c.area}"/><polyline class="mark-line" points="{c.line}"/>'
    page.plot(drawn + _axis(), y + _LINE)
    foot = _feet(page, date_text(c.first, locale), date_text(c.last, locale), y + _LINE + _PLOT)
    amounts = [_amount(last[n], c.currency, locale) for n in (2, 3, 4)]
    return foot, f"{date_text(last[0], locale)}: {amounts[0]}, entre {amounts[1]} y {amounts[2]}."


def _curves(page: _Page, c: Curves, locale: str, top: float) -> tuple[float, str]:
    y = _legend(page, [(f"mark-{line.look}", line.name) for line in c.lines], top)
    page.text(c.top, y + 13, look="scale")
    drawn = "".join(f'<polyline class="mark-{line.look}" points="{line.points}"><title>{escape(line.name)}</title>'
                    "</polyline>" for line in c.lines)  # fmt: skip
    page.plot(drawn + _axis(), y + _LINE)
    foot = _feet(page, c.steps[0], c.steps[-1], y + _LINE + _PLOT)
    return foot, f"{', '.join(line.name for line in c.lines)}: {c.steps[0]} a {c.steps[-1]}, hasta {c.top}."


def _bars(page: _Page, c: Bars, locale: str, top: float) -> tuple[float, str]:
    for n, row in enumerate(c.rows):
        y = top + 4 + n * _ROW
        page.text(_short(row.name, _NAME), y + 14, look="" if page.fixed else "says-wide")
        if not page.fixed:
            page.text(_short(row.name, _NAME_NARROW), y + 14, look="says-narrow")
        _bar(page, row.look, row.width, y + 20)
        page.text(row.text, y + 20 + _BAR - 2, percent=100, end=True)
    return top + 4 + len(c.rows) * _ROW, "; ".join(f"{row.name}: {row.text}" for row in c.rows) + "."


def _bar(page: _Page, look: str, width: int, y: float) -> None:
    inside = (
        f'<rect class="bar-back" width="{WIDTH}" height="20"/><rect class="bar-{look}" width="{width}" height="20"/>'
    )
    if page.fixed:
        scaled = f"translate(0 {y:g}) scale({_BAR_SHARE / 100:g} {_BAR / 20:g})"
        page.parts.append(f'<g transform="{scaled}">{inside}</g>')
        return
    # Beside its value in a narrow place, where the same words take more of the width.
    for look, share in (("says-wide", _BAR_SHARE), ("says-narrow", _BAR_NARROW)):
        page.parts.append(f'<svg class="{look}" y="{y:g}" width="{share}%" height="{_BAR}" viewBox="0 0 {WIDTH} 20" '
                          f'preserveAspectRatio="none">{inside}</svg>')  # fmt: skip


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


_DRAW: dict[str, Callable[[_Page, Any, str, float], tuple[float, str]]] = {
    "pairs": _pairs, "band": _band, "curves": _curves, "bars": _bars,
}  # fmt: skip
