"""Dates in a reply: every way of naming a day, read against the day on which the person wrote.

Each pattern gives a reading ahead and, where it can be told, one behind ("pagué el viernes"). `choose` takes the
one that the sentence is about: what the person will do, or did, rather than what is merely mentioned.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import attrs

from puntual.adapters.classifier_offline import date_words as w

EXACT, PERIOD, WEAK = 3, 2, 1


@attrs.frozen
class Found:
    """A date at [start, end) of the normalized text, as it would be ahead of and behind the day of writing."""

    ahead: date | None
    behind: date | None
    start: int
    end: int
    strength: int = EXACT


#: (today, match) -> (ahead, behind); None for "no such day".
Reading = Callable[[date, "re.Match[str]"], tuple[date | None, date | None]]

_WD, _MO, _N, _DW = w.one_of(w.WEEKDAYS), w.one_of(w.MONTHS), w.one_of(w.COUNTS), w.one_of(w.DAY_WORDS)
_COUNT = rf"(\d{{1,2}}|{_N})"
_NEXT_WEEK = (r"(?:(?:la |a )?(?:proxima|prox|otra|siguiente) semana|(?:la )?semana (?:que (?:viene|entra|vem)|"
              r"entrante|proxima|"
              r"siguiente|que sigue)|next week)")  # fmt: skip
_NEXT_MONTH = (r"(?:(?:el |del |o |do )?(?:proximo|prox|otro|siguiente) mes|(?:el |del |do |o )?mes (?:que (?:viene|"
               r"entra|vem|sigue)|entrante|proximo|siguiente)|next month)")  # fmt: skip
_NOT_MONEY = (
    r"(?! ?(?:mil\b|k\b|millon|luca|luqu|palo|barra|peso|varo|baro|sol(?:es|cit)|dolar|quetzal|colon|real|reais|euro|"
    r"bolivian|guaran|conto|mango|rojos|por ?ciento|%|cuotas|pagos|veces|pesit|bolas)|[.,:/]\d|\d)"
)


def _both(day: date | None) -> tuple[date | None, date | None]:
    return day, day


def _count(text: str) -> int:
    return int(text) if text.isdigit() else w.COUNTS[text]


def _day(text: str) -> int:
    return int(text) if text.isdigit() else w.DAY_WORDS[text]


def _slashed(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    return w.in_month(today, int(m.group(2)), int(m.group(1)), int(m.group(3)) if m.group(3) else None)


def _named_month(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    return w.in_month(today, w.MONTHS[m.group(2)], _day(m.group(1)), int(m.group(3)) if m.group(3) else None)


def _month_first(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    return w.in_month(today, w.MONTHS[m.group(1)], int(m.group(2)))


def _day_next_month(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    following = w.add_months(today.replace(day=1), 1)
    return _both(w.clamped(following.year, following.month, _day(m.group(1))))


def _day_of_month(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    day = _day(next(group for group in m.groups() if group))
    return w.next_day_of_month(today, day), w.last_day_of_month_numbered(today, day)


def _weekday(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    weekday = w.WEEKDAYS[m.group("wd")] if m.group("wd") in w.WEEKDAYS else w.WEEKDAYS_BR[m.group("wd")]
    whole = m.group()
    if re.search(r"pasad[oa]|last ", whole):
        return _both(w.last_weekday(today, weekday))
    if re.search(r"\botro\b|semana (?:que|entr|prox|sig)|(?:prox\w*|otra|siguiente) semana|next week", whole):
        return _both(w.weekday_of_next_week(today, weekday))
    if re.search(r"en ocho", whole):
        return _both(w.next_weekday(today, weekday) + timedelta(days=7))
    number = m.groupdict().get("n")
    if number:
        ahead, behind = (
            w.next_day_of_month(today - timedelta(days=1), int(number)),
            w.last_day_of_month_numbered(today, int(number)),
        )
        if ahead and ahead.weekday() == weekday or behind and behind.weekday() == weekday:
            return (ahead if ahead and ahead.weekday() == weekday else None,
                    behind if behind and behind.weekday() == weekday else None)  # fmt: skip
    return w.next_weekday(today, weekday), w.last_weekday(today, weekday)


def _after(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    count, unit = _count(m.group("n")), m.group("unit")
    if unit.startswith(("dia", "day")):
        business = re.search(r"habil|laborabl|busines|util|uteis", m.group())
        return _both(w.add_business_days(today, count) if business else today + timedelta(days=count))
    if unit.startswith(("sem", "week")):
        return _both(today + timedelta(days=7 * count))
    if unit.startswith(("hora", "hr", "hour")):
        return _both(today + timedelta(days=count // 24))
    if unit.startswith("quin"):
        return _both(today + timedelta(days=15 * count))
    return _both(w.add_months(today, count))


def _ago(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    count, unit = _count(m.group("n")), m.group("unit")
    if unit.startswith(("dia", "day")):
        return _both(today - timedelta(days=count))
    if unit.startswith(("sem", "week")):
        return _both(today - timedelta(days=7 * count))
    return _both(w.add_months(today, -count))


def _end_of(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    month = next((group for group in m.groups() if group in w.MONTHS), None)
    if month:
        ahead, behind = w.in_month(today, w.MONTHS[month], 31)
        return ahead, behind
    if re.search(_NEXT_MONTH, m.group()):
        following = w.add_months(today.replace(day=1), 1)
        return _both(w.last_day(following.year, following.month))
    before = today.replace(day=1) - timedelta(days=1)
    return w.last_day(today.year, today.month), before


def _start_of(day: int) -> Reading:
    def read(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
        month = next((group for group in m.groups() if group in w.MONTHS), None)
        if month:
            return w.in_month(today, w.MONTHS[month], day)
        if re.search(_NEXT_MONTH, m.group()):
            following = w.add_months(today.replace(day=1), 1)
            return _both(following.replace(day=day))
        return w.next_day_of_month(today, day), w.last_day_of_month_numbered(today, day)

    return read


def _payday(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    groups = m.groupdict()
    if groups.get("month"):
        second = (groups.get("which") or "").startswith("seg")
        return w.in_month(today, w.MONTHS[groups["month"]], 31 if second else 15)
    behind = date(today.year, today.month, 15) if today.day > 15 else today.replace(day=1) - timedelta(days=1)
    if "pasada" in m.group():
        return _both(behind)
    return w.next_payday(today), behind


def _later_today(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    return today, None


def _earlier_today(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    return None, today


def _shift(days: int) -> Reading:
    return lambda today, m: _both(today + timedelta(days=days))


def _week_end(weekday: int, next_week: bool) -> Reading:
    def read(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
        if next_week:
            return _both(w.weekday_of_next_week(today, weekday))
        return _both(today if today.weekday() == weekday else w.next_weekday(today, weekday))

    return read


def _iso(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    return _both(w.clamped(int(m.group(1)), int(m.group(2)), int(m.group(3))))


def _month_only(today: date, m: re.Match[str]) -> tuple[date | None, date | None]:
    return w.in_month(today, w.MONTHS[m.group(1)], 1)


_TAIL = rf"(?: (?:de |en )?{_NEXT_WEEK}| (?:que viene|proximo|siguiente|entrante|pasado|que entra|que vem)\b)?"
_EN = r"(?:en|dentro de|de aqui a|de aca a|em|daqui a|in|within)"

#: (pattern, reading, strength), the more particular first: a stretch of text is explained once.
_PATTERNS: tuple[tuple[str, Reading, int], ...] = (
    (r"\b(20\d\d)-(\d{1,2})-(\d{1,2})\b", _iso, EXACT),
    (r"(?<![\d/.,-])(\d{1,2})[/-](\d{1,2})(?:[/-](20\d\d|\d\d))?(?![\d/-])", _slashed, EXACT),
    (r"(?<![\d.,])(\d{1,2})\.(\d{1,2})\.(20\d\d)\b", _slashed, EXACT),
    (rf"(?<![a-z\d])(\d{{1,2}}|{_DW})(?:ro|ero|er|o|º|°|st|nd|rd|th|ª)?[ /-](?:de |del? mes de |of |/ "
     rf")?({_MO})\b(?:,? (?:de |del )?(20\d\d))?",
     _named_month, EXACT),
    (rf"\b({_MO}) (\d{{1,2}})(?:st|nd|rd|th)?\b{_NOT_MONEY}", _month_first, EXACT),
    (r"\b(?:manana o (?:pasado|despues)\b(?: manana)?|pasado (?:de )?manana|depois de amanha|"
     r"day after tomorrow)\b", _shift(2), EXACT),
    (r"\b(?:antes? de ayer|antier|antiayer|antayer|anteayer|anteontem|antes de anoche|day before yesterday)\b",
    _shift(-2), EXACT),
    (r"\b(?:ayer|anoche|ontem|yesterday|last night|last evening)\b(?: \d{1,2}\b(?! ?(?:mil|k|lucas|soles|pesos|"
     r"[.,]\d)))?",
    _shift(-1), EXACT),
    (r"\bde hoy en ocho\b", _shift(7), EXACT),
    (r"\bde manana en ocho\b", _shift(8), EXACT),
    (r"\bde hoy en quince\b", _shift(15), EXACT),
    (rf"\b(?:hace|hara|ha|faz) (?:como |unos |ya )?(?P<n>\d{{1,2}}|{_N}) (?P<unit>dias?|diitas|semanas?)\b",
    _ago, EXACT),
    (rf"\b(?:hace|hara|ha|faz) (?:ya |como |unos |unas |apenas |solo )*(?:\d{{1,2}} |{_N} |media |par de )?"
     r"(?:min\b|mins\b|minut\w+|segund\w+|ratito|moment\w+|horas?\b|horitas?\b|hrs?\b)|\bhace (?:nada\b|"
     r"un rato\b|ratito\b)|"
     r"\ba (?:few|couple of) (?:minutes|mins|hours) ago\b|\b(?:\d{1,2}|an?) (?:minutes?|mins?|hours?|hrs?) ago\b",
     _earlier_today, EXACT),
    (r"\b(?:esta|this) (?:misma )?(?:manana|madrugada|morning)\b|\ben la fecha(?! (?:de|que|limite|indicad|acordad|"
     r"pactad|senalad|prevista))|\bhoje (?:de|pela) manha\b", _earlier_today, EXACT),
    (r"\b(?P<n>\d{1,2}|one|two|three|a) (?P<unit>days?|weeks?) ago\b", _ago, EXACT),
    (rf"\b(?:{_EN}|plazo de|(?:d[ea]me|deme|espereme|aguanteme|aguantame|necesito|dejeme|pido|esperen?me|me da|"
     rf"unos)) (?:como |unos |otros )?"
     rf"(?P<n>\d{{1,2}}|{_N}) (?P<unit>dias?|diitas|semanas?|semanitas?|mes(?:es)?|quincenas?|horas?|hrs?|days?|"
     rf"weeks?|months?|hours?)\b"
     r"(?: (?:habiles|laborables|uteis|mas))?(?! (?:de|sin))", _after, EXACT),
    (rf"\b(?P<n>\d{{1,2}}|{_N}) (?P<unit>dias?|semanas?|mes(?:es)?|days?|weeks?) mas\b", _after, WEAK),
    (rf"\b(?:el |este |para el |dia )?(\d{{1,2}}|{_DW}) de(?:l)? {_NEXT_MONTH}", _day_next_month, EXACT),
    (rf"\b(?P<which>primera|segunda)? ?quincena (?:de|del mes de) (?P<month>{_MO})\b", _payday, EXACT),
    (r"\b(?:(?:esta|la|proxima|otra|siguiente|primera|segunda) )*quincen(?:a|ita)\b(?: (?:que viene|pasada|"
     r"entrante))?", _payday, EXACT),
    (rf"(?<!llego a )(?<!llegar a )\b(?:fin|fines|finales|final|ultimos?(?: dias?)?|cierre|termino|end|fim|final do|"
     rf"ultimo dia)"
     rf"(?: de| del| do| of| de este| do este)? (?:(?:el |the )?mes(?: de)? ({_MO})\b|({_MO})\b|{_NEXT_MONTH}|"
     rf"(?:este |the |el )?(?:mes|month)\b)"
     rf"(?: (?:de ({_MO})|que viene|entrante|proximo))?", _end_of, EXACT),
    (r"\b(?:(?:fin|fines|finales|final) de(?:l)? ano|(?:se )?(?:acabe|termine) el ano|end of the year|fim do ano)\b",
     lambda today, m: _both(date(today.year, 12, 31)), EXACT),
    (r"\b(?:(?:se )?(?:acabe|termine|cierre|finalice)|antes de (?:acabar|terminar|cerrar|"
     r"finalizar)(?:se)?) (?:el|este) mes\b|\bel (?:dia ultimo|ultimo dia|ultimo)\b(?! (?:peso|centavo|sol|"
     r"cent\w+|real|quetzal|dia habil|pago|aviso|mensaje|recibo|bulto))", _end_of, EXACT),
    (rf"\b(?:principios?|inicios?|primeros(?: dias)?|comienzos?|comienzo|inicio|start|beginning|comeco)(?: de(?:l)?|"
     rf" do| of)? "
     rf"(?:{_NEXT_MONTH}|({_MO})\b|(?:the )?(?:mes|month)\b)", _start_of(1), PERIOD),
    (rf"\b(?:mediados?|mitad|meados)(?: de(?:l)?| do)? (?:{_NEXT_MONTH}|({_MO})\b|mes\b|este mes\b)", _start_of(15),
    EXACT),
    (rf"\bprimera semana de(?:l)? (?:({_MO})\b|{_NEXT_MONTH})", _start_of(1), PERIOD),
    (rf"\b(?:fin|fines|finales|final) de {_NEXT_WEEK}", _week_end(4, True), EXACT),
    (rf"\b(?:principios?|inicios?|comienzos?) de {_NEXT_WEEK}", _week_end(0, True), EXACT),
    (rf"\bmediados de {_NEXT_WEEK}", _week_end(2, True), EXACT),
    (r"\b(?:(?:fin|finales) de (?:la |esta )?semana|finde|weekend|fim de semana|finsito de semana)\b", _week_end(5,
    False), EXACT),
    (r"\b(?:del?|al|el) (?P<wd>" + _WD + r") en ocho\b", _weekday, EXACT),
    (rf"(?<!\bde )(?:(?:{_NEXT_WEEK},? )?(?:\b(?:el|este|proximo|otro|next|last|this|de este|na|no|on|para) )*"
     rf"|\b(?:tarde|noche|dia) de )\b(?P<wd>{_WD})\b(?:,? (?:dia |el )?(?P<n>[0-3]?\d)\b{_NOT_MONEY})?{_TAIL}",
     _weekday, EXACT),
    (
        r"\b(?:el|este|para el|proximo) vienes\b",
        lambda today, m: (w.next_weekday(today, 4), w.last_weekday(today, 4)),
        EXACT,
    ),
    (r"\b(?:antes|partir|desde) del? (?P<wd>" + _WD + r")\b", _weekday, EXACT),
    (rf"(?<!\bla )(?<!\besta )(?<!\bmisma )(?<!\bpor )(?<!\ben )(?<!\bde )(?<!\ba )\b(?:manana|amanha|"
     rf"tomorrow)\b(?: (?:mismo|"
     rf"\d{{1,2}}\b{_NOT_MONEY}|{_WD}))?", _shift(1),
     EXACT),
    (r"\b(?:para|desde|hasta|tardar|entre|de) manana\b(?: mismo)?", _shift(1), EXACT),
    (r"\bmanana (?:por|en|a|de) (?:la|el)\b", _shift(1), EXACT),
    (rf"\b(?!el primero (?:se l|que|ya|va|sale|es|fue|vence))(?:el|dia|al|del|este|the|no dia|"
     rf"para el|hasta el|on the|los dias?)(?: dia)? (?:(\d{{1,2}})(?:th|st|nd|"
     rf"rd)?|({_DW}))\b{_NOT_MONEY}"
     r"(?! (?:de ella|eleven|once))(?: de(?:l)? (?:este mes|presente|corriente|mes|mes en curso))?", _day_of_month,
     EXACT),
    (r"\b(\d{1,2})(?:th|st|nd|rd)\b", _day_of_month, EXACT),
    (r"\bdia (\d{1,2})\b", _day_of_month, EXACT),
    (r"^\W*(?:para |hasta )?(?:el )?dia (\d{1,2})\W*$", _day_of_month, EXACT),
    (_NEXT_WEEK, _week_end(0, True), PERIOD),
    (_NEXT_MONTH, lambda today, m: _both(w.add_months(today.replace(day=1), 1)), PERIOD),
    (r"\b(?:nochebuena|noche buena)\b", lambda today, m: w.in_month(today, 12, 24), EXACT),
    (r"\bnavidad\b", lambda today, m: w.in_month(today, 12, 25), EXACT),
    (rf"\b(?:en|para|hasta|hasta en|em|until|in) (?:el mes de )?({_MO})\b(?! \d)", _month_only, PERIOD),
    (r"(?<!\blo de )\b(?<!hoy por )(?:hoy(?! por hoy)|hoje|today|tonight|oggi)\b(?: mismo| \d{1,2}\b(?! ?(?:mil|"
     r"k|lucas|soles|pesos|[.,]\d)))?", _shift(0),
    EXACT),
    (r"\b(?:esta (?:noche|tarde)|hoy dia|this (?:afternoon|evening))\b", _shift(0), EXACT),
    (r"\b(?:a )?(?:media|mediados de|mitad de) (?:la )?semana\b", _week_end(2, False), PERIOD),
    (r"\b(?:recien(?:cito)?|acab(?:o|amos|a|aron) de (?:te |le )?(?:pag|deposit|transfer|mand|hacer|envi|yape|plin|"
     r"abon|gir|consign|cancel|pasar|tir|liquid|ingres|realiz|efectu)\w*|acabei de|just (?:now|sent|paid|did|made)|"
     r"(?:en|por|a) la (?:manana|mananita|madrugada)|endenantes|denantes|nantes)\b", _earlier_today, WEAK),
    (r"\b(?:a|desde) las? (?:\d{1,2}|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|"
     r"doce)\b(?:[:.]\d\d)?(?: y (?:\d\d?|media|cuarto)\b)?|"
     r"\b\d{1,2}:\d\d ?(?:horas?|hrs?|h|am|pm)\b", _shift(0), WEAK),
    (r"\b(?:al rato|al ratito|en un rat(?:o|ito)|mas tarde|mas tardecito|mas rato|ya mismo|al tiro|altiro|"
     r"a la (?:noche|"
     r"salida)|en un momento|en unos minutos|en (?:una|unas|dos|\d) horas?|in a bit|mais tarde|enseguida|en seguida|"
     r"en breve|ya le|ya te)\b", _later_today, WEAK),
    (r"(?<!\blo de )\b(?:(?:ahorit\w+|(?<!por )ahora)\b(?: mismo)?(?! que)|en la (?:tarde|tardecita|noche|"
     r"nochecita)|"
     r"(?:a|por) la (?:tarde|tardecita)|por la noche|al mediodia|right now|agora|esta mananita)\b", _shift(0), WEAK),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), reading, strength) for pattern, reading, strength in _PATTERNS)
_BR = re.compile(rf"(?:\b(?:na|ate|ate a|esta|proxima|nessa|de)\s)?\b(?P<wd>segunda|terca|quarta|quinta|sexta)\b(?! "
                 rf"(?:via|vez|parcela|feira))"
                 rf"(?P<n>)?{_TAIL}")  # fmt: skip
_RECURRING = re.compile(r"(?:\b(?:los|todos los|cada|un|de lunes a|every|toda) )$")
_NEXT_DAY = re.compile(r"\b(?:al|el) (?:otro dia|dia siguiente|siguiente dia)\b")
#: «los primeros días de febrero», «los últimos días del mes» are said in the plural and come once.
_ONCE = re.compile(r"(?:primer|ultim|fin|principio|inicio|proxim)")


def _recurs(text: str, start: int) -> bool:
    return bool(_RECURRING.search(text[:start])) and not _ONCE.match(text[start:])


def find_dates(text: str, today: date, portuguese: bool = False) -> list[Found]:
    """The dates of the normalized text, from left to right, each stretch read once by the most particular pattern."""
    found: list[Found] = []
    patterns = _COMPILED + ((_BR, _weekday, EXACT),) if portuguese else _COMPILED
    for pattern, reading, strength in patterns:
        for match in pattern.finditer(text):
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            if any(start < one.end and one.start < match.end() for one in found) or _recurs(text, start):
                continue
            try:
                ahead, behind = reading(today, match)
            except (ValueError, OverflowError):
                continue
            if ahead is not None or behind is not None:
                found.append(Found(ahead, behind, start, match.end(), strength))
    found += [day for match in _NEXT_DAY.finditer(text) for day in _day_after(match, found)]
    return sorted(found, key=lambda one: one.start)


def _day_after(match: re.Match[str], found: list[Found]) -> list[Found]:
    """«cobro el 3 y al otro día le pago»: the day after the one named before it."""
    before = [one for one in found if one.end <= match.start() and one.ahead and one.strength == EXACT]
    if not before:
        return []
    day = max(before, key=lambda one: one.end).ahead
    assert day is not None
    return [Found(day + timedelta(days=1), None, match.start(), match.end())]
