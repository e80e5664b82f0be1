"""What somebody really wrote: without what was quoted below, without signature, without the phone's own line."""

from __future__ import annotations

import re

TEXT_MAX = 20_000

#: Where a reply ends and what it answers begins. A line of attribution may be folded in two or three.
_STARTS = (
    re.compile(
        r"(?im)^[ \t>]*(el|on|em|le|am|no dia)\b[^\n]{0,200}(?:\n[^\n]{0,200}){0,2}?"
        r"(escribi[óo]|wrote|escreveu|a écrit|schrieb)\s*:[ \t]*$"
    ),
    re.compile(r"(?im)^[ \t]*-{2,}[ \t]*(mensaje original|mensaje reenviado|original message|forwarded message|"
               r"mensagem original|mensagem encaminhada)[ \t]*-{2,}"),
    re.compile(r"(?im)^[ \t]*\*?(de|from)\*?:[^\n]{1,200}\n[ \t]*\*?(enviado|enviada|sent|fecha|date|data)"
               r"[^:\n]{0,20}\*?:"),
    re.compile(r"(?m)^[ \t]*_{20,}[ \t]*$"),
)  # fmt: skip
_SIGNATURE = re.compile(r"(?m)^--[ \t]?$")
_PHONE = re.compile(
    r"(?im)^[ \t]*(enviado desde|enviado do|enviado de mi|sent from|obtener outlook|obtén outlook|get outlook|"
    r"obter o outlook)[^\n]{0,120}$"
)


def own_words(text: str) -> str:
    """The words of the reply alone. Of a message that is all quotation, the lines that are not; at last, all of it."""
    whole = text[:TEXT_MAX].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    cut = min([m.start() for one in _STARTS if (m := one.search(whole))] or [len(whole)])
    kept = _tidy(whole[:cut])
    if not kept:
        kept = _tidy(whole)
    return kept or whole.strip()


def _tidy(text: str) -> str:
    lines = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    signature = _SIGNATURE.search(lines)
    if signature and lines[: signature.start()].strip():
        lines = lines[: signature.start()]
    return re.sub(r"\n{3,}", "\n\n", _PHONE.sub("", lines)).strip()
