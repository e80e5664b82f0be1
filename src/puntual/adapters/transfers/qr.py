"""QR codes as SVG: no image library, no network, sharp on paper and on the cheapest telephone."""

from __future__ import annotations

import io

import segno


def svg(content: str, *, scale: int = 4) -> str:
    """The code of a text (a BR Code, a link, a reference) as an SVG element with its quiet zone. Error correction M."""
    code = segno.make(content, error="m", micro=False)
    out = io.BytesIO()
    code.save(out, kind="svg", scale=scale, border=4, xmldecl=False, svgns=True, nl=False, title=None)
    return out.getvalue().decode()
