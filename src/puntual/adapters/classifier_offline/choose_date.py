"""Which of the dates of a reply is the one it is about: what will be done, or what was done, not what is merely
mentioned."""

from __future__ import annotations

import re
from datetime import date

from puntual.adapters.classifier_offline.dates import EXACT, PERIOD, WEAK, Found
from puntual.core.customers.understanding import DATE_IS_PERIOD, DISPUTA, INFO, NO_PUEDE, PAGADO, PROMESA

_CLAUSE = re.compile(r"[,;!?\n]|\.(?!\d)|\b(?:pero|y|e|and|but|mas|aunque|entonces|asi que)\b")
_PAID = re.compile(
    r"\b(?:pague|deposite|transferi|hice|abone|consigne|mande|gire|yapee|plinee|envie|pagamos|depositamos|liquide|"
    r"cancele|pase|"
    r"ya|se pago|pago hecho|paguei|fiz|paid|sent|pagaron|depositaron|cobraron|quedo|quedaron|realice|realizo|"
    r"efectue|ingrese|di)\b"
)
_WILL = re.compile(
    r"\b(?:pago|pagar\w*|deposito|depositar\w*|abono|abonar\w*|transfiero|transferir\w*|mando|giro|yapeo|consigno|"
    r"paso|doy|dare|cubro|"
    r"cancelo|cancelar\w*|liquido|caigo|resuelvo|hago|hacer|realizare|quedo|pay|transfer|send|deposit|junto|"
    r"podria|puedo|tendria|tengo|paga|ate|hasta|pague|deposite|espera|espere|quito|arreglamos|regularizo)\b"
)
_LATER = re.compile(r"\b(?:resto|lo demas|los otros|la otra|el saldo)\b")
_SINCE = re.compile(
    r"\bno (?:he|hemos|ha|han)\b|\bllevo\b|\b(?:asaltaron|robaron|murio|enfermo|despidieron|corrieron|operaron|"
    r"chocaron|quemo)\b|\bsin (?:trabajo|pega|chamba|servicio|ingresos|nada)\b"
)
_REFUSED = re.compile(
    r"\bno (?:hay|llego|puedo|alcanzo|pude|podre|voy a poder|me alcanza|tengo|completo|sera|va a ser)?\b|\bno$|"
    r"\bfestivo no\b"
)
_JOIN = re.compile(r"^\W*(?:o|u|y|al|a|ou|or|hasta|-|o a mas tardar|o mas tardar)?\W*(?:el|a|mas tardar|para)?\W*$")
#: «hoy no», «el viernes no»: that day is the one it will not be.
_DENIED_AFTER = re.compile(r"\s*,? no\b(?! mas\b)(?=\W*(?:$|[,;.]|pero|el|la|manana|puedo))")
_PAST_ONLY = re.compile(r"\b(?:ayer|anoche|antier|anteayer|pasad[oa](?! (?:de )?manana)|hace|ontem|yesterday|ago)\b")
_DATED = {PROMESA, PAGADO, NO_PUEDE, INFO}


def choose(
    text: str, found: list[Found], intents: set[str], today: date
) -> tuple[date | None, Found | None, tuple[str, ...]]:
    """(date, where, flags). Only replies that promise, say that they paid, ask for time or ask a question are about
    a date."""
    if not found or not intents & _DATED or (DISPUTA in intents and not intents & {PROMESA, PAGADO}):
        return None, None, ()
    said_paid = PAGADO in intents and PROMESA not in intents
    best: tuple[int, int] | None = None
    chosen: Found | None = None
    for i, one in enumerate(found):
        rank = _rank(text, one, intents, said_paid, today)
        if rank is None:
            continue
        key = (rank, -i)
        if best is None or key > best:
            best, chosen = key, one
    if chosen is None and PAGADO in intents and PROMESA in intents:
        return choose(text, found, intents - {PROMESA}, today)
    if chosen is None:
        return None, None, ()
    if not said_paid:
        chosen = _later_of_alternatives(text, found, chosen)
    day = _read(text, chosen, said_paid)
    return day, chosen, (DATE_IS_PERIOD,) if chosen.strength == PERIOD else ()


def _rank(text: str, one: Found, intents: set[str], said_paid: bool, today: date) -> int | None:
    clause = clause_around(text, one.start, one.end)
    day = _read(text, one, said_paid)
    if day is None:
        return None
    if _DENIED_AFTER.match(text[one.end :]):
        return None
    if said_paid:
        return None if day > today or one.strength != EXACT else 10 * one.strength
    if day < today or _PAST_ONLY.search(text[one.start : one.end]):
        return None
    if one.strength == WEAK and (PROMESA not in intents or NO_PUEDE in intents):
        return None
    if day == today and intents & {NO_PUEDE, INFO} and PROMESA not in intents:
        return None
    if PROMESA not in intents and (_SINCE.search(clause) or one.strength == PERIOD):
        return None
    if not intents & {PROMESA, NO_PUEDE} and not _WILL.search(clause):
        return None
    rank = 10 * one.strength + (3 if _WILL.search(clause) else 0) - (4 if _LATER.search(clause) else 0)
    return rank - (
        25
        if _REFUSED.search(clause) and not re.search(r"\bno mas\b|\bsin falta\b", clause) and NO_PUEDE in intents
        else 0
    )


def _read(text: str, one: Found, said_paid: bool) -> date | None:
    return one.behind if said_paid else one.ahead


def clause_around(text: str, start: int, end: int) -> str:
    """The clause of the text that holds [start, end)."""
    begin = max((match.end() for match in _CLAUSE.finditer(text, 0, start)), default=0)
    stop = _CLAUSE.search(text, end)
    return text[begin : stop.start() if stop else len(text)]


def _later_of_alternatives(text: str, found: list[Found], chosen: Found) -> Found:
    """«mañana o pasado», «entre el lunes y el miércoles»: the last one is the commitment."""
    for one in found:
        gap = text[chosen.end : one.start]
        if (
            one.start >= chosen.end
            and one.ahead
            and chosen.ahead
            and one.ahead > chosen.ahead
            and _JOIN.match(gap)
            and gap.strip()
        ):
            return one
    return chosen
