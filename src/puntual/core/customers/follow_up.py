"""An answer to a question of ours: «¿qué día?» — «el viernes». Alone it says little; with the question, a promise."""

from __future__ import annotations

from datetime import date

import attrs

from puntual.core.customers import understanding as u
from puntual.core.customers.acts import ASK_AMOUNT, ASK_DATE
from puntual.core.customers.understanding import Understanding
from puntual.core.money import Money

#: What was missing is enough for this, once it is given: the person already said that they would pay.
CONFIDENCE = 0.9


@attrs.frozen
class Asked:
    """What we asked lately, and what of the promise was known then."""

    act: str
    date: date | None
    amount: Money | None


def complete(said: Understanding, asked: Asked | None) -> Understanding:
    """What was said, read together with the question that it answers. Whatever stops us, disputes or gets angry stays
    as it is."""
    if asked is None or not set(said.intents) <= _heard_as(said) or u.AUTO_REPLY in said.flags:
        return said
    if asked.act == ASK_DATE and said.date is not None:
        amount = said.amount or asked.amount
        return _promise(said, said.date, amount)
    whole = u.FULL_AMOUNT in said.flags
    if asked.act == ASK_AMOUNT and (said.amount is not None or whole) and asked.date is not None:
        return _promise(said, said.date or asked.date, said.amount)
    return said


def _heard_as(said: Understanding) -> set[str]:
    """What an answer may sound like. «Los 500» alone may sound like a payment that was made: in doubt, it answers."""
    doubtful = {u.PAGADO} if said.confidence < CONFIDENCE else set()
    return {u.PROMESA, u.INFO, u.OTRO} | doubtful


def _promise(said: Understanding, day: date, amount: Money | None) -> Understanding:
    return attrs.evolve(
        said,
        intents=(u.PROMESA,),
        confidence=max(said.confidence, CONFIDENCE),
        date=day,
        amount=amount,
        reasons=("understood_promesa",),
    )
