"""Which of the amounts of a reply is the one it is about, and what it says of the amount without naming it."""

from __future__ import annotations

import re

from puntual.adapters.classifier_offline.amounts import AFTER_VERB, BARE, Amount
from puntual.core.customers.understanding import (
    DISPUTA,
    FULL_AMOUNT,
    HALF_AMOUNT,
    INFO,
    NO_PUEDE,
    OTHER_CURRENCY,
    PAGADO,
    PROMESA,
    SEVERAL_AMOUNTS,
)  # fmt: skip
from puntual.core.money import Money

_HALF = re.compile(
    r"\b(?:la|una|otra|a) (?:otra )?mitad\b|\bmetade\b|\bhalf\b|\b(?:pago|doy|deposito|abono|mando|paso|deme) (?:el "
    r")?medio\b|\b50 ?%"
)
_FULL = re.compile(
    r"\b(?:todo|todito|completo|total|de una vez|everything|in full|tudo|de jalon|el saldo|la totalidad)\b"
)
_ABOUT = {PROMESA, PAGADO, NO_PUEDE, DISPUTA}
#: What makes an amount an offer of who cannot pay it all: «puedo darle», «de a 20 diarios».
_OFFER = re.compile(
    r"\b(?:pued[oa]|podria|podriamos|podemos|doy|dar\w*|dando|abon\w+|pag(?:o|ar\w*|ando\w*)|paso|pase\w*|"
    r"junt[eo]|ofre\w+|"
    r"mand[oa]\w*|transf\w+|deposit\w+|acept\w+|tengo|propon\w+|cuotas?|consigo|de a|voy|pay|reuni|sino|dejan?|"
    r"recib\w+|aunque sea|like|lower|solo|solamente|nomas|apenas|alcanza|cuento con|llego a|cubr\w+|cancel\w+|"
    r"entreg\w+|"
    r"adelant\w+|liquid\w+|gir\w+|yape\w*|consign\w+|ha[cg]\w+|ayud\w+|queda\w*|rebaj\w+|baj\w+|cerr\w+|"
    r"arregl\w+|dejar\w*|meter|poner|pong\w+|separ\w+|quit\w+|lleva\w*|complet\w+|aport\w+)\b"
)
_RATE = re.compile(
    r"^\W*(?:[a-z]+ )?(?:al (?:mes|dia)|por mes|mensual\w*|semanal\w*|a la semana|por semana|cada|diari\w+|"
    r"quincenal\w*|a month|a week|per)\b"
)
_LIVING_BEFORE = re.compile(
    r"\b(?:gano|gana|ganamos|sac[oa]|sacando|vino|cuesta|vale|pide[ns]?|subio|debe[ns]?|alquiler|renta|pension|sueldo|"
    r"bencina|luz|esta|caja|cobra[ns]?)\b(?: \w+){0,3}\W*$"
)
_LIVING_AFTER = re.compile(
    r"^\W*(?:(?:soles|pesos|dolares|lucas) )?(?:(?:de|del|pa|para) (?:la |el |mi )?(?:luz|agua|gas|alquiler|"
    r"arriendo|renta|pension|colegio|medicinas?|bencina|comida|propinas?|fiado)\b)"
)
#: What is disputed is not what is paid: «me quitan ese recargo de 38 mil», «500 pesos que no van».
_CLAIMED_BEFORE = re.compile(
    r"\b(?:quit\w+|recargos?|cobr[aeo]\w*|factur\w+|me ponen?|interes(?:es)?|gastos?|mora|multas?|apareciendo|"
    r"aparecen?|"
    r"sobran?|de mas|no reconozco|no acepto)\b(?: \w+){0,4}\W*$"
)
_CLAIMED_AFTER = re.compile(
    r"^\W*(?:(?:soles|pesos|dolares|lucas|mil) )*(?:de (?:recargo|mora|interes\w*|gastos?|mas|multa|comision)|"
    r"que no (?:van|"
    r"son|debo|pedi|reconozco|corresponden))\b"
)
_DOING = re.compile(
    r"\b(?:pag\w+|deposit\w+|transf\w+|mand\w+|abon\w+|yap\w+|consign\w+|gir\w+|envi\w+|liquid\w+|cancel\w+|paso|doy|"
    r"tiro|hago|hice|respondo|completo|meto|pongo|di|puse|(?:te|le|les) \w+)\b"
)
_REFUSED = re.compile(r"\bno (?:puedo|tengo|alcanzo|completo|llego|me alcanza|junto)(?: \w+){0,4}\W*$")
_PAST = re.compile(r"\b(?:pague|pagamos|deposite|abone|consigne|transferi|gire|yapee|di|mande|pase|hice)\b")
_OWED = re.compile(
    r"\b(?:debo|debia|me cobran|me estan cobrando|dice|adeudo|la factura|el total|la cuota|faltan|en vez "
    r"de)\W*(?:\w+\W+)?$"
)
_DISPUTED = re.compile(
    r"\b(?:cobr\w+|cargo|recargo|cuota|monto|compra|consumo|valor|charge\w*|cargaron|facturaron)\b(?: \w+){0,3} *$|"
    r"\bes[oa]s *$"
)


def choose_amount(
    text: str, found: list[Amount], intents: set[str]
) -> tuple[Money | None, Amount | None, tuple[str, ...]]:
    """(amount, where, flags). An amount that stands alone counts only when the reply promises, pays or cannot pay."""
    paying = intents & {PROMESA, PAGADO, NO_PUEDE}
    flags = []
    if paying and _HALF.search(text):
        flags.append(HALF_AMOUNT)
    if intents & _ABOUT or INFO in intents:
        if any(one.money is None for one in found):
            flags.append(OTHER_CURRENCY)
    usable = [
        one
        for one in found
        if one.money is not None and (one.strength >= AFTER_VERB or one.strength == BARE and intents & _ABOUT)
    ]
    if NO_PUEDE in intents and not intents & {PROMESA, PAGADO}:
        usable = [one for one in usable if _is_offered(text, one)]
    if DISPUTA in intents and intents & {PROMESA, PAGADO}:
        undisputed = [one for one in usable if not _is_claimed(text, one)]
        usable = undisputed if undisputed or PROMESA in intents else usable
    if not paying:
        usable = [one for one in usable if _DISPUTED.search(text[max(0, one.start - 40) : one.start].rstrip("$ "))]
    if not intents & _ABOUT or not usable:
        if paying and not flags and _FULL.search(text):
            flags.append(FULL_AMOUNT)
        return None, None, tuple(flags)
    chosen = max(enumerate(usable), key=lambda pair: _rank(text, pair[0], pair[1], intents))[1]
    if len({one.money for one in usable if one.money}) > 1:
        flags.append(SEVERAL_AMOUNTS)
    return chosen.money, chosen, tuple(flags)


def _is_offered(text: str, amount: Amount) -> bool:
    before, after = text[max(0, amount.start - 60) : amount.start], text[amount.end :]
    if _LIVING_BEFORE.search(before) or _LIVING_AFTER.match(after):
        return False
    said = before + " " + after[:30]
    return bool(_OFFER.search(said) or _DOING.search(said) or _RATE.match(after))


def _is_claimed(text: str, amount: Amount) -> bool:
    clause = re.split(r"[;!?]|[.,](?!\d)", text[max(0, amount.start - 60) : amount.start])[-1]
    return bool(_CLAIMED_BEFORE.search(clause) or _CLAIMED_AFTER.match(text[amount.end :]))


def _rank(text: str, order: int, amount: Amount, intents: set[str]) -> float:
    before = text[max(0, amount.start - 40) : amount.start]
    rank = min(amount.strength, 3) * 1.0 - 0.1 * order
    if {PROMESA, PAGADO} <= intents and _PAST.search(re.split(r"[,;.]| y ", before)[-1]):
        rank -= 1.5
    if (
        not {PROMESA, PAGADO} <= intents
        and intents & {PROMESA, PAGADO}
        and _DOING.search(
            re.split(
                r"[;!?]|"
                r"[.,](?!\d)| (?:y|pero) ",
                before,
            )[-1]
        )
    ):
        rank += 0.9
    if _REFUSED.search(before):
        rank -= 2.5
    if intents & {PROMESA, PAGADO} and _OWED.search(before):
        rank -= 2.5
    return rank
