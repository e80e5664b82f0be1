"""Amounts of money in a reply, in the currency of its country: marked, slang («2 lucas», «quinientos varos», «palo
y medio») or bare after a verb of paying. Document numbers, telephone numbers, days, instalments and percentages are
no amounts.
"""

from __future__ import annotations

import re
from decimal import Decimal

import attrs

from puntual.adapters.classifier_offline.countries import Country, all_currency_words
from puntual.adapters.classifier_offline.numbers import Number, find_numbers, joined
from puntual.core.money import MAX_MINOR, Money, exponent, round_major

MARKED, SCALED, AFTER_VERB, BARE = 4, 3, 2, 1

_LUCA = r"(?:lucas?|luquitas?|luquillas?|lukas?|luks?)"
_PALO = r"(?:palos?|palitos?|melon(?:es)?)"
_SLANG_HALF = re.compile(rf"\b(?:(media)\s+({_LUCA})|(medio)\s+({_PALO}|millon(?:es)?))\b")
_AND_HALF = re.compile(rf"\b({_LUCA}|{_PALO}|millon(?:es)?|mil)\s+y\s+medi[oa]\b")
_SLANG_ONE = re.compile(rf"\b(?:un|una|1|el|la)\s+({_LUCA}|{_PALO})\b|(?<![a-z0-9] )\b(luca|palo)\s+y\s+medi[oa]\b")
_PAY_VERB = re.compile(
    r"\b(?:pag\w+|deposit\w*|abon\w+|transfier\w*|transferi\w*|mand\w+|envi\w+|gir\w+|yape\w*|plin\w*|consign\w+|"
    r"paso|pase|pasar|"
    r"doy|dar|dare|tiro|tirar|junt\w+|complet\w+|cancel\w+|liquid\w+|caigo|tengo|tener|echo|echar|sinpe|nequi|"
    r"adelant\w+|cubr\w+|"
    r"ofre[zc]\w+|ingres\w+|aport\w+|amortiz\w+|debit\w+|pix|passo|mando|quit\w+|deposit\w+|send|pay|paid|"
    r"transfer\w*|deposit|"
    r"de a|unos|unas|solo|nomas|cobr\w+|deb[oe]\w*|otros|resto|faltan?|saldo|dia\w*|son|por|con|give|put|hice|hago|"
    r"dejo|quedo)\b"
)
_NOT_BEFORE = re.compile(
    r"(?:\b|^)(?:recibo|comprobante|guia|voucher|facturas?|fact|fac|folios?|no|nro|num|numero|n[o°º]|#|ticket|"
    r"tiket|operacion|op|contrato|codigo|cod|"
    r"pedido|orden|oc|remision|"
    r"boleta|letra|guia|cuenta|clabe|telefono|celular|dpi|dni|ci|rut|cedula|cedula|nit|rfc|ruc|reclamo|ref|"
    r"referencia|invoice|"
    r"[a-z]+-|a las|las|plan|articulo|art|escribe|opcion|calle|km|ley|piso|depto|f00\d-|ficha|caso|expediente|poliza|"
    r"desde hace|hace|dentro de|terminacion|termina en|el ano|de|la|autorizacion|los proximos|usted|aprobacion|"
    r"papeleta|padron|region|id|terminad[oa] en)[ .:]*$"
)
_DE_AMOUNT = re.compile(r"(?:\bde a|\babono de|\bpago de|\btransferencia de|\bdeposito de|\bpix de|\bsinpe de|"
                        r"\byappy de|\bbizum de|"
                        r"\babonito de|\bcuota de|\bcuotas de|\bminimo de|\bmenos de|\bmas de|\bcerca de|\bmonto de|"
                        r"\bsuma de|"
                        r"\bimporte de|\bvalor de|\bentrega de|\baporte de|\badelanto de|\bparte de|\bsaldo de|"
                        r"\bfactura de|\bgiro de"
                        r"|\bpagos de|\babonos de|\bpayment of|\btransfer of|\bde)[ .:]*$")  # fmt: skip
_NOT_AFTER = re.compile(
    r"^\s*(?:%|por ?ciento|dias?\b|horas?\b|hrs?\b|h\b|semanas?\b(?! falta)|mes(?:es)?\b|anos?\b|anitos\b|"
    r"veces\b|vez\b|"
    r"cuotas?\b|llamadas?\b|"
    r"mensajes?\b|cajas?\b|am\b|pm\b|kg\b|kilos?\b(?! de plata)|minutos?\b|min\b|pagos?\b|partes?\b|"
    r"mensualidades?\b|productos?\b|"
    r"unidades\b|personas?\b|hijos?\b|pelaos\b|facturas?\b|recibos?\b|bultos?\b|metros?\b|piezas?\b|quincenas?\b|"
    r"tarjetas?\b|"
    r"days?\b|weeks?\b|months?\b|times?\b|parcelas?\b|vezes\b|dias\b|gracias\b|disculpas\b|perdones\b|bendiciones\b|"
    r"de (?:la |el )?"
    r"(?:manana|tarde|noche)\b|[:/]\d|-\d|o'?clock|creditos?\b|meses?\b|aboneros?\b|abonos?\b|exhibicion\w*|"
    r"documentos?\b|"
    r"de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep\w+|octubre|noviembre|diciembre)\b|compras?\b|"
    r"puntos\b|chavos\b|centimos?\b|centavos?\b|off\b|grados?\b)"
)
#: What may follow an amount and ends as a plural without being a thing that is counted.
_NO_GOODS = re.compile(
    r"(?:acordados|ademas|adicionales|amigos|andres|antes|apenas|atras|bolas|buenas|buenos|cabales|carlos|cerrados|"
    r"completas|completitas|completitos|completos|crees|demas|despues|diarias|diarios|dios|dolores|dos|ellas|"
    r"ellos|encima|enteras|enteros|entiendes|entonces|eres|esas|esos|estas|estos|exactas|exactos|extras|"
    r"faltantes|fijos|gracias|hermanos|iniciales|is|jefas|jefes|jesus|jueves|juntas|juntos|justas|justos|lanas|"
    r"las|les|less|limpios|los|luis|luks|lunes|martes|mas|menos|mensuales|mercedes|mes|miercoles|mis|netos|"
    r"nomas|nos|nuestros|otras|otros|pactados|parciales|pelados|pendientes|pes|plus|prometidos|puedes|pues|"
    r"quieres|quincenales|quizas|redondos|restante|restantes|sabes|seguras|seguros|seis|semanales|senores|sus|"
    r"this|todas|todos|tomas|totales|tres|tus|unas|unos|ustedes|varas|vecinos|ves|viernes|vos|was)"
)
_RATE = re.compile(r"\s*(?:al|por|cada|a la|mensual\w*|semanal\w*|diari\w+|quincenal\w*|nomas|no mas)\b")
#: Small numbers after these are places in a list, months or days: «la cuota 7», «voy en 5», «me quitan el 40».
_ORDINAL = re.compile(
    r"(?<!quedamos )(?<!quedo )(?<!dejamos )(?<!dejo )(?<!dejar )\b(?:en|a|el|al|bono|cuota|lote)\s+$"
)
#: Any way of naming money that has a plural, besides those that a country's list knows.
_MONEY_WORD = re.compile(
    r"(?:var|bar|sol|pes|luc|luk|dolar|quetzal|lempir|bolivian|cordob|colon|balbo|mang|cont|euro|real|rea)\w*s|"
    r"morlacos|"
    r"billetes|cobres|papeles|tucos|chelines|maracas|pavos|bucks|melones|palitos|sopes|lanitas|reales"
)
#: «las facturas 981 y 982», «a 30, 60 y 90»: the list goes on.
_LISTED = re.compile(
    r"\b(?:facturas?|letras?|recibos?|folios?|boletas?|cuotas?|guias|pedidos|remitos?|"
    r"a) (?:\d+(?:,| y| e) )+$"
)
_OTHER_MARK = re.compile(r"(?:us\$|u\$s|usd|€|£|r\$)\s*$")
_LONG_DIGITS = 8


@attrs.frozen
class Amount:
    """An amount found at [start, end) of the normalized text; `strength` says how plainly it is one. `money` is
    None when it is in a currency that is not the country's."""

    money: Money | None
    start: int
    end: int
    strength: int


def find_amounts(text: str, country: Country, taken: tuple[tuple[int, int], ...] = ()) -> list[Amount]:
    """The amounts of the normalized text, from left to right. `taken` are stretches that dates already explained."""
    found = [*_slang_halves(text, country)]
    taken = taken + tuple((amount.start, amount.end) for amount in found)
    short = country.says_thousands_short
    numbers = find_numbers(text, country.decimal_comma)
    for number in joined(text, numbers, cents=exponent(country.currency) > 0 and not short,
                         thousands_short=short or country.code == "CR"):  # fmt: skip
        if any(number.start < end and start < number.end for start, end in taken):
            continue
        amount = _amount(text, number, country)
        if amount is not None:
            found.append(amount)
    return sorted(found, key=lambda amount: amount.start)


def _slang_halves(text: str, country: Country) -> list[Amount]:
    """«media luca», «medio palo», «un palo», «luca y media»: slang where the number is not a number."""
    found: list[Amount] = []
    for match in _SLANG_HALF.finditer(text):
        unit = _slang_unit(match.group(2) or match.group(4), country)
        found.append(_made(unit / 2, match.start(), match.end(), country))
    for match in re.finditer(r"\bpalo y medio\b|\bluca y media\b", text):
        if re.search(r"(?:[0-9]|dos|tres|cuatro|cinco|un|una)s?\s*$", text[: match.start()]):
            continue
        unit = _slang_unit(match.group().split()[0], country)
        found.append(_made(unit * Decimal("1.5"), match.start(), match.end(), country))
    for match in _SLANG_ONE.finditer(text):
        if match.group(1) and not any(a.start < match.end() and match.start() < a.end for a in found):
            half = Decimal("1.5") if re.match(r"\s+y medi[oa]\b", text[match.end() :]) else Decimal(1)
            found.append(_made(_slang_unit(match.group(1), country) * half, match.start(), match.end(), country))
    return found


def _slang_unit(word: str, country: Country) -> Decimal:
    if word in country.slang:
        return country.slang[word]
    if word.startswith(("luc", "luk", "luq")):
        return country.luca
    return Decimal(1_000_000)


def _made(value: Decimal, start: int, end: int, country: Country) -> Amount:
    return Amount(round_major(value, country.currency), start, end, MARKED)


def _amount(text: str, number: Number, country: Country) -> Amount | None:
    before, after = text[: number.start], text[number.end :]
    value, end, strength = _unit(number, before, after, country)
    if strength == 0:
        return Amount(None, number.start, end, MARKED)
    if strength == MARKED:
        start = number.start - _symbol_length(before, country)
        return _bounded(value, start, end, strength, country)
    if _is_something_else(text, number, before, after):
        return None
    if number.written == "scaled" and not re.match(r"\s+(?:gracias|disculpas|perdones|veces|maravillas)", after):
        return _bounded(value, number.start, end, SCALED, country)
    clause = re.split(r"[;!?]|[.,](?!\d)", before)[-1]
    if country.says_thousands_short and value < 1000 and value == int(value):
        value *= 1000
    if number.value >= 5 and _PAY_VERB.search(clause):
        return _bounded(value, number.start, end, AFTER_VERB, country)
    if number.value >= 10:
        return _bounded(value, number.start, end, BARE, country)
    return None


def _bounded(value: Decimal, start: int, end: int, strength: int, country: Country) -> Amount | None:
    if value <= 0 or value.scaleb(exponent(country.currency)) > MAX_MINOR:
        return None
    return Amount(round_major(value, country.currency), start, end, strength)


def _unit(number: Number, before: str, after: str, country: Country) -> tuple[Decimal, int, int]:
    """(value, end, strength) with the unit that follows or precedes; strength 0 = another country's currency, -1 =
    no unit."""
    word = re.match(r"\s*(?:de\s+)?([a-z$₡€]+)", after)
    name = word.group(1) if word else ""
    slang = name in country.slang or re.fullmatch(rf"{_LUCA}|{_PALO}", name)
    if word and slang and name not in country.words:
        unit = _slang_unit(name, country)
        half = re.match(r"\s+y\s+medi[oa]\b", after[word.end() :])
        if number.written == "scaled" and unit == 1000 and number.value > 1000:
            unit = Decimal(1)  # «ciento veinte mil barras» says the thousands already
        value = number.value * unit + (unit / 2 if half else 0)
        rest = _rest_of_millions(after[word.end() :], unit, country)
        return value + rest[0], number.end + word.end() + (half.end() if half else rest[1]), MARKED
    if word and name in country.words or name in ("usd", "us") and country.currency == "USD":
        return number.value, number.end + (word.end() if word else 0), MARKED
    if name in all_currency_words() and name not in (
        "real",
        "sol",
        "cop",
        "pen",
        "bolas",
        "bolos",
        "bola",
        "grand",
        "peso",
        "pila",
    ):
        return number.value, number.end + (word.end() if word else 0), 0
    if _symbol_length(before, country):
        return number.value, number.end, MARKED
    if _OTHER_MARK.search(before):
        return number.value, number.end, 0
    half = re.match(r"\s+y\s+medi[oa]\b", after)
    if half and number.written == "scaled":
        scale = Decimal(10) ** (6 if number.value >= 10**6 else 3)
        return number.value + scale / 2, number.end + half.end(), SCALED
    return number.value, number.end, -1


def _rest_of_millions(after: str, unit: Decimal, country: Country) -> tuple[Decimal, int]:
    """(value, length) of what follows millions in slang: «tres palos doscientos» are 3,200,000."""
    numbers = find_numbers(after[:40], country.decimal_comma)
    if unit != 10**6 or not numbers or after[: numbers[0].start].strip() not in ("", "y"):
        return Decimal(0), 0
    rest = numbers[0]
    if rest.written == "scaled" and rest.value < unit:
        return rest.value, rest.end
    return (rest.value * 1000, rest.end) if 100 <= rest.value < 1000 else (Decimal(0), 0)


def _symbol_length(before: str, country: Country) -> int:
    code = country.currency.lower()
    for symbol in sorted({*country.symbols, code, "$"}, key=len, reverse=True):
        match = re.search(rf"(?<![a-z]){re.escape(symbol)}\s*$", before)
        if match and not (
            symbol == "$" and _OTHER_MARK.search(before) and country.currency not in ("USD", "PAB", "BRL")
        ):
            return len(match.group())
    return 0


def _counts_goods(after: str) -> bool:
    """«12 tóners», «300 megas»: a plural noun that is not money makes a count of the number."""
    word = re.match(r"\s+([a-z]{2,}s)\b", after)
    return word is not None and not any(known.fullmatch(word.group(1)) for known in (_NO_GOODS, _MONEY_WORD))


def _is_something_else(text: str, number: Number, before: str, after: str) -> bool:
    digits = text[number.start : number.end]
    if (
        _NOT_AFTER.match(after)
        or re.search(r"[/:\-]$", before)
        or re.search(r"[a-z]-?$", before[-2:].strip() or " ")
        and before[-1:] != " "
    ):
        return True
    if digits.isdigit() and (
        len(digits) >= _LONG_DIGITS or digits.startswith("0") or re.fullmatch(r"20[2-3]\d", digits)
    ):
        return True
    if re.match(r"[a-z]", after):
        return True
    if re.search(r"\bpor $", before) and digits.startswith("cien"):
        return True
    if number.written != "scaled" and number.value < 1000 and _counts_goods(after):
        return True
    if number.value <= 60 and number.written != "scaled" and _ORDINAL.search(before) and not _RATE.match(after):
        return True
    if _LISTED.search(before):
        return True
    if _NOT_BEFORE.search(before) and not _DE_AMOUNT.search(before):
        return True
    return number.written == "words" and number.value < 20
