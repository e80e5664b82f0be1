"""The words that come with Puntual: per message, channel and language, in the creditor's form of address.

A message of a stage says its subject, its opening and its SMS; the frame of each channel brings the rest. One of an
event says its own text. `[usted|tú|vos]` is chosen when it is read, so that whoever edits sees plain words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "messages"
LANGUAGES = ("es", "pt", "en")
FORMS = ("usted", "tu", "vos")
#: channel -> the part of a message that serves it.
PART_OF: Mapping[str, str] = {
    "email": "correo", "whatsapp": "whatsapp", "sms": "sms", "voice": "voz", "letter": "carta",
}  # fmt: skip
CHANNELS = tuple(PART_OF)
#: What a message is about, in the order of a debt's life; the stages in which each may leave.
STAGES: Mapping[str, tuple[str, ...]] = {
    "bienvenida": ("preventive",),
    "documento": ("preventive", "administrative"),
    "oferta_previa": ("preventive",),
    "recordatorio_previo": ("preventive",),
    "vence_hoy": ("preventive",),
    "recordatorio": ("administrative",),
    "propuesta_de_plan": ("administrative", "extrajudicial"),
    "aviso_formal": ("administrative", "extrajudicial"),
    "promesa_confirmada": ("preventive",),
    "promesa_recordatorio": ("preventive",),
    "promesa_incumplida": ("administrative", "extrajudicial"),
    "gracias": ("preventive",),
    "recibo": ("preventive",),
    "oferta": ("administrative", "extrajudicial"),
    "plan_acordado": ("preventive",),
    "aclaracion_respondida": ("preventive",),
}
#: An event's own confirmation is no reminder: it goes by writing only, never by voice or on paper.
EVENTS = frozenset(("bienvenida", "promesa_confirmada", "gracias", "recibo", "plan_acordado", "aclaracion_respondida"))
#: Said in usted to everybody: what is formal has one form of address.
FORMAL = frozenset(("aviso_formal",))
_FORM = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)(?:\|([^\[\]|]*))?\]")
_SLOT = re.compile(r"<<(\w+)>>\n?")


@lru_cache(maxsize=8)
def _document(language: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return document


def language_of(language: str) -> str:
    """The language of ours nearest to that tag; Spanish when there is none."""
    two = (language or "es").lower()[:2]
    return two if two in LANGUAGES else "es"


def names() -> list[str]:
    """The messages that come with the product."""
    return list(STAGES)


def label(name: str, language: str = "es") -> str:
    """What people call it."""
    message = _document(language_of(language))["mensajes"].get(name)
    return str(message["nombre"]) if message else ""


def channels_of(name: str) -> tuple[str, ...]:
    """The channels for which it has words."""
    return ("email", "whatsapp", "sms") if name in EVENTS else CHANNELS


@lru_cache(maxsize=1024)
def shipped(name: str, part: str, language: str = "es", form: str = "usted") -> str:
    """The words of one part (asunto, correo, whatsapp, sms, voz, carta; with or without .txt). Of a message that we do
    not bring, those of the reminder."""
    part = part.removesuffix(".txt")
    document = _document(language_of(language))
    message = document["mensajes"].get(name) or document["mensajes"]["recordatorio"]
    frames = document["marcos"]
    text = str(message.get(part) or frames[part])
    for _depth in range(3):
        text = _SLOT.sub(lambda slot: _filled(slot, message, frames), text)
    return spoken(text, "usted" if name in FORMAL else form).strip("\n") + (
        "\n" if part in ("correo", "whatsapp", "carta") else ""
    )


def _filled(slot: re.Match[str], message: Mapping[str, Any], frames: Mapping[str, Any]) -> str:
    """What stands in a slot; its own line break stays unless it ends with one already."""
    words = str(message.get(slot[1]) or frames.get(slot[1]) or "")
    ends = slot[0].endswith("\n")
    return words if words.endswith("\n") and ends else words.rstrip("\n") + ("\n" if ends else "")


def spoken(text: str, form: str) -> str:
    """The words in one form of address: of each `[usted|tú|vos]`, what that form says."""
    place = FORMS.index(form) if form in FORMS else 0
    return _FORM.sub(lambda found: (found[1], found[2], found[3] if found[3] is not None else found[2])[place], text)
