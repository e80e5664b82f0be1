"""Which of the dates of a reply is the one it is about: what will be done, or what was done, not what is merely
mentioned."""

from __future__ import annotations

import re
from datetime import date

from puntual.adapters.classifier_offline.dates import EXACT, PERIOD, WEAK, Found
from puntual.core.customers.understanding import DATE_IS_PERIOD, DISPUTA, INFO, NO_PUEDE, PAGADO, PROMESA

_CLAUSE = re.compile(
    r"[,;!?\n]|\.(?!\d)|\b(?:pero|y|e|and|but|mas|aunque|entonces|asi que|para que|pa que|de ahi|so)\b"
)
_PAID = re.compile(
    r"\b(?:pague|deposite|transferi|hice|hizo|hicimos|abone|consigne|mande|gire|yapee|plinee|envie|pagamos|"
    r"depositamos|"
    r"liquide|cancele|pase|ya|se pago|pago hecho|paguei|fiz|paid|sent|made|did|pagaron|depositaron|cobraron|quedo|"
    r"quedaron|realice|realizo|efectue|efectuo|ingrese|ingreso|di|dio|deje|dejo|dejamos|entregue|entrego|puse|"
    r"meti|tire|solte|"
    r"lleve|sali[oe]|cayo|fu[ei] al?|acab\w+|mandamos|transferimos|abonamos|cancelamos|consignamos|pagou|pagad[oa]s?|"
    r"abonad[oa]s?|depositad[oa]s?|cancelad[oa]s?|cubiert[oa]s?|liquidad[oa]s?|transferid[oa]s?|done|listo|ejecut\w+|"
    r"debit\w+|(?:te|le|les) \w+(?:e|i|amos|imos))\b"
)
_WILL = re.compile(
    r"\b(?:pago|pagar\w*|deposito|depositar\w*|abono|abonar\w*|transfiero|transferir\w*|mando|giro|yapeo|consigno|"
    r"paso|doy|dare|cubro|cancelo|cancelar\w*|liquido|caigo|resuelvo|hago|hacer|realizare|quedo|pay|transfer|send|"
    r"deposit|podria|puedo|tendria|tengo (?:el|la|los?|tu|sus?|dinero|plata|todo|listo|como pagar|para)|"
    r"paga|ate|hasta|pague|deposite|espera|espere|quito|arreglamos|"
    r"regularizo|(?:te|le|les|se lo|se los|te lo|te los|se la|te la) (?:\w+o|estoy|voy|vamos|estar\w+|ir[ae]\w*)|"
    r"tienen|tienes|tenes|te caen?|les? caen?|"
    r"te llega|les? llegan?|queda|quedas|me pongo|voy|vamos|llevo|lleva|ire|iremos|debit\w+|si que si|si puedo)\b"
)
#: Money that the person will get, or what they will do for it: when that happens is not yet when they pay.
_INCOME = re.compile(
    r"\b(?:junt(?:o|a|amos|e|emos)|sac[oa]|sacamos|hago buen\w*|hago bastante|cobro|cobramos|cobre|cobrar|vendo|"
    r"vender|vendemos|rayo|rayan|raya|trabajo|trabajamos|toco|juego|coron[aeo]|"
    r"(?:me|nos) (?:\w+ )?(?:pagan?|paguen?|caen?|cae|caiga|depositan?|depositen?|transfieren?|dan|entregan?|"
    r"liquidan?|"
    r"llega|entra|sueltan?|giran?|consignan?|pagam|cancelan?|abonan?))\b"
)
#: A month alone is too wide to note a day; «lo del finde», «era el 20» speak of other things that had a day.
_BARE_MONTH = re.compile(r"(?:en|para|hasta|hasta en|em|until|in) (?:el mes de )?[a-z]+")
_MENTIONED = re.compile(r"\b(?:lo del?|era|eran|era para|vencia|vencio|quede) (?:el )?$")
_LATER = re.compile(r"\b(?:resto|lo demas|los otros|la otra|el saldo)\b")
_SINCE = re.compile(
    r"\bno (?:he|hemos|ha|han)\b|\bllevo\b|\b(?:asaltaron|robaron|robar|murio|enfermo|despidieron|corrieron|operaron|"
    r"chocaron|quemo|afanaron|rajaron|echaron)\b|\bsin (?:trabajo|pega|chamba|servicio|ingresos|nada)\b|\bdesde el $"
)
_REFUSED = re.compile(
    r"\bno (?:hay|llego|puedo|alcanzo|pude|podre|voy a poder|me alcanza|tengo|completo|sera|va a ser|junto)?\b|\bno$|"
    r"\bfestivo no\b|\bni (?:pa|para|sacar|loco|modo)\b|\bimposible\b"
)
#: «no puedo ir hoy», unlike «no puedo hasta el viernes».
_CANNOT = re.compile(
    r"\bno (?:puedo|pude|podre|alcanzo|llego|tengo|voy a poder|me alcanza)\b(?: (?!hasta|sino|antes|mas)\w+){0,3}\W*$"
)
_JOIN = re.compile(r"^\W*(?:o|u|y|al|a|ou|or|hasta|-|o a mas tardar|o mas tardar)?\W*(?:el|a|mas tardar|para)?\W*$")
#: «hoy no», «el viernes imposible»: that day is the one it will not be.
_DENIED_AFTER = re.compile(
    r"\s*,? (?:(?:no|nones|nop)\b(?! mas\b)(?=\W*(?:$|[,;.]|pero|el|la|manana|puedo|tengo|hay|alcanzo|me alcanza|"
    r"llego))|"
    r"(?:me )?(?:es |esta )?(?:imposible|tampoco|ni modo|ni loc[oa]|complicado|dificil|feo)\b|festivo (?:no|"
    r"tampoco)\b)"
)
_PAST_ONLY = re.compile(
    r"\b(?:ayer|anoche|antier|anteayer|(?<!o )pasad[oa](?! (?:de )?manana)|hace|ontem|yesterday|ago)\b"
)
#: «¿a qué hora abren el sábado?» asks for a timetable, it names no day of payment.
_TIMETABLE = re.compile(
    r"\b(?:abren?|abre|atienden?|atencion|cierran?|abierto|abiertos|horarios?|open|close|hasta que horas?|"
    r"a que horas?|"
    r"que horas?)\b"
)
_DATED = {PROMESA, PAGADO, NO_PUEDE, INFO}


def choose(
    text: str, found: list[Found], intents: set[str], today: date
) -> tuple[date | None, Found | None, tuple[str, ...]]:
    """(date, where, flags). Only replies that promise, say that they paid, ask for time or ask a question are about
    a date."""
    if not found or not intents & _DATED or (DISPUTA in intents and not intents & {PROMESA, PAGADO}):
        return None, None, ()
    if INFO in intents and not intents & {PROMESA, PAGADO} and _TIMETABLE.search(text):
        return None, None, ()
    said_paid = PAGADO in intents and PROMESA not in intents
    chosen = _best(text, found, intents, today)
    if PAGADO in intents and PROMESA in intents and (chosen is None or chosen.strength != EXACT):
        # what was paid has its day, what will be paid has none yet: the day that is known is the one to note
        paid = choose(text, found, intents - {PROMESA}, today)
        if chosen is None or paid[0] is not None:
            return paid
    if chosen is None:
        return None, None, ()
    if not said_paid:
        chosen = _later_of_alternatives(text, found, chosen)
    day = _read(text, chosen, said_paid)
    return day, chosen, (DATE_IS_PERIOD,) if chosen.strength == PERIOD else ()


def _best(text: str, found: list[Found], intents: set[str], today: date) -> Found | None:
    """The date that ranks highest, the first of equals."""
    ranked = []
    for i, one in enumerate(found):
        rank = _rank_paid(text, one, today) if PAGADO in intents and PROMESA not in intents else None
        if PAGADO not in intents or PROMESA in intents:
            rank = _rank_ahead(text, found, i, intents, today)
        if rank is not None:
            ranked.append((rank, -i))
    return found[-max(ranked)[1]] if ranked else None


def _rank_paid(text: str, one: Found, today: date) -> int | None:
    """How likely the payment was made on that day; None if it cannot be the day of a payment."""
    if one.behind is None or one.behind > today or one.strength == PERIOD:
        return None
    paid = bool(_PAID.search(clause_around(text, one.start, one.end)))
    if _DENIED_AFTER.match(text[one.end :]) or (one.strength == WEAK and not paid):
        return None
    return 10 * one.strength + (3 if paid else 0)


def _rank_ahead(text: str, found: list[Found], i: int, intents: set[str], today: date) -> int | None:
    """How likely the payment will be made on that day; None if it cannot be the day of a payment."""
    one, clause = found[i], clause_around(text, found[i].start, found[i].end)
    if one.ahead is None or one.ahead < today or _PAST_ONLY.search(text[one.start : one.end]):
        return None
    if _DENIED_AFTER.match(text[one.end :]):
        return None
    if (
        one.strength == PERIOD
        and _BARE_MONTH.fullmatch(text[one.start : one.end])
        or _MENTIONED.search(text[: one.start])
    ):
        return None
    if one.strength == WEAK and (PROMESA not in intents or NO_PUEDE in intents and not _doing(text, found, i)[0]):
        return None
    if one.ahead == today and intents & {NO_PUEDE, INFO} and PROMESA not in intents:
        return None
    if PROMESA not in intents and (_SINCE.search(clause) or one.strength == PERIOD or _INCOME.search(clause)):
        return None
    will, income = _doing(text, found, i)
    later = text[one.start :] if NO_PUEDE in intents else clause
    if PROMESA not in intents and not (will or _WILL.search(clause) or _WILL.search(later)):
        return None
    refused = _REFUSED.search(clause) and not re.search(r"\bno mas\b|\bsin falta\b", clause)
    if PROMESA not in intents and refused and INFO not in intents:
        return None
    if PAGADO in intents and not will and _PAID.search(clause):
        return None
    rank = 10 * one.strength + will - (4 if income and not will else 0)
    rank -= 5 if _CANNOT.search(text[: one.start]) else 0
    rank -= 4 if _LATER.search(clause) else 0
    return rank - (25 if refused and NO_PUEDE in intents else 0)


def _doing(text: str, found: list[Found], i: int) -> tuple[int, bool]:
    """(pays, earns) on that day: what its own clause says; if the clause names more days, the words before it up to
    the day before (3), and else those after it, which may be of the next day (2)."""
    one = found[i]
    start, stop = clause_bounds(text, one.start, one.end)
    left = max((other.end for other in found[:i] if other.end > start), default=start)
    right = min((other.start for other in found[i + 1 :] if other.start < stop), default=stop)
    alone = (left, right) == (start, stop)
    for worth, stretch in (
        ((3, text[start:stop]),) if alone else ((3, text[left : one.start]), (2, text[one.end : right]))
    ):
        earns = bool(_INCOME.search(stretch))
        pays = bool(_WILL.search(_INCOME.sub(" ", stretch)))
        if earns or pays:
            return worth if pays else 0, earns
    return 0, False


def _read(text: str, one: Found, said_paid: bool) -> date | None:
    return one.behind if said_paid else one.ahead


def clause_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause that holds [start, end) begins and stops."""
    begin = max((match.end() for match in _CLAUSE.finditer(text, 0, start)), default=0)
    stop = _CLAUSE.search(text, end)
    return begin, stop.start() if stop else len(text)


def clause_around(text: str, start: int, end: int) -> str:
    """The clause of the text that holds [start, end)."""
    begin, stop = clause_bounds(text, start, end)
    return text[begin:stop]


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
