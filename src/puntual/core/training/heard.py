"""What an agent's words do: the acts in them, told by words and never by a model, so that a score can be explained.

Spanish only. An act is a code; several may be in one turn. Amounts and percentages are read to know what was offered.
"""

from __future__ import annotations

import re

import attrs

from puntual.core.customers.identity import plain
from puntual.core.training.words import ACTS

_COMPILED = {act: tuple(re.compile(one) for one in found) for act, found in ACTS.items()}
_AMOUNT = re.compile(r"(?:[$]|s/\.?)\s?\d[\d.,]*|\b\d[\d.,]* (?:pesos|soles|dolares|mil)\b")
_DATE = re.compile(
    r"\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana|quincena|fin de mes|hoy)\b"
    r"|\b\d{1,2} de [a-z]+\b|\b(?:el|dia) \d{1,2}\b|\b\d{1,2}/\d{1,2}\b"
)
_PCT = re.compile(r"(\d{1,3}) ?(?:%|por ?ciento)")
_PAYMENTS = re.compile(r"\b(\d{1,2}) (?:pagos|cuotas|meses|mensualidades|parcialidades|quincenas|plazos)\b")
_NUMBERS = {"dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "doce": "12", "veinticuatro": "24"}
#: These take back what follows them: «no lo vamos a demandar» is no threat.
_NEGATED = re.compile(r"\b(?:no|nunca|jamas|sin|tampoco)\b(?:[^\w,;.!?]+\w+){0,4}[^\w,;.!?]*$")
_HARSH = ("threaten", "pressure", "blame", "tell_third")


@attrs.frozen
class Heard:
    """What one turn of the agent did."""

    acts: frozenset[str]
    words: int
    questions: int
    amount: bool
    date: bool
    discount_pct: int | None = None
    payments: int | None = None


def hear(text: str) -> Heard:
    """The acts of a turn. The same words always give the same acts."""
    flat = plain(text)
    for word, figure in _NUMBERS.items():
        flat = re.sub(rf"\b{word}\b(?= (?:pagos|cuotas|meses|mensualidades|parcialidades|quincenas))", figure, flat)
    acts = {act for act, found in _COMPILED.items() if any(_says(act, one, flat) for one in found)}
    pct, payments = _PCT.search(flat), _PAYMENTS.search(flat)
    offered = int(pct.group(1)) if pct and "offer_discount" in acts else None
    return Heard(
        frozenset(acts),
        len(flat.split()),
        text.count("?"),
        bool(_AMOUNT.search(flat)),
        bool(_DATE.search(flat)),
        offered,
        int(payments.group(1)) if payments else None,
    )


def _says(act: str, expression: re.Pattern[str], flat: str) -> bool:
    found = expression.search(flat)
    if found is None:
        return False
    return act not in _HARSH or not _NEGATED.search(flat[: found.start()])
