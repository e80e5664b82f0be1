"""Mail that no person wrote in answer: automatic replies, newsletters, lists. Told by its headers first (RFC 3834)."""

from __future__ import annotations

import re
from email.message import Message

from puntual.adapters.email_imap.headers import text_of

_BULK = frozenset({"bulk", "list", "junk"})
_MARKS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Response-Suppress-Reply")
_SUBJECTS = re.compile(
    r"^\s*(re:|rv:|fw:|fwd:)?\s*("
    r"respuesta autom[aá]tica|auto(m[aá]tica)?[- ]?respuesta|autom[aá]tic reply|automatic reply|auto[- ]?reply|"
    r"autoreply|out of (the )?office|fuera de (la )?oficina|ausente|ausencia|estoy de vacaciones|vacaciones|"
    r"resposta autom[aá]tica|aus[eê]ncia|fora do escrit[oó]rio|de f[eé]rias|abwesen"
    r")",
    re.IGNORECASE,
)


def reason(mail: Message) -> str:
    """The code of why this is no answer of a person; empty when it may be one."""
    submitted = text_of(mail, "Auto-Submitted", 60).split(";")[0].strip().lower()
    precedence = text_of(mail, "Precedence", 40).strip().lower()
    if submitted.startswith("auto-replied"):
        return "mail_auto_reply"
    if submitted and submitted != "no":
        return "mail_automatic"
    if any(mail.get(name) for name in _MARKS) or precedence == "auto_reply":
        return "mail_auto_reply"
    # The tools with which some companies write add a way out to every mail: an answer of theirs is still an answer.
    unasked = not mail.get("In-Reply-To")
    if precedence in _BULK or mail.get("List-Id") or (unasked and mail.get("List-Unsubscribe")):
        return "mail_bulk"
    if _SUBJECTS.match(text_of(mail, "Subject", 200)):
        return "mail_auto_reply"
    return ""
