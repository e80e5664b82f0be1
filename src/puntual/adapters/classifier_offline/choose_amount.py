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


def _rank(text: str, order: int, amount: Amount, intents: set[str]) -> float:
    before = text[max(0, amount.start - 40) : amount.start]
    rank = min(amount.strength, 3) * 1.0 - 0.1 * order
    if {PROMESA, PAGADO} <= intents and _PAST.search(re.split(r"[,;.]| y ", before)[-1]):
        rank -= 1.5
    if _REFUSED.search(before):
        rank -= 2.5
    if intents & {PROMESA, PAGADO} and _OWED.search(before):
        rank -= 2.5
    return rank
