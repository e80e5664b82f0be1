"""What a reply says, as values: intents, date, amount, and where in the text each was read.

`INTENTS` is in the order of importance: the first of an understanding is what must be looked after first. Whatever
stops us comes before whatever keeps talking.
"""

from __future__ import annotations

from datetime import date

import attrs

from puntual.core.money import Money

BAJA, EQUIVOCADO, PAGADO, DISPUTA = "baja", "equivocado", "pagado", "disputa"
PROMESA, NO_PUEDE, INFO, ENOJO, OTRO = "promesa", "no_puede", "info", "enojo", "otro"

#: Every intent, most important first.
INTENTS = (BAJA, EQUIVOCADO, PAGADO, DISPUTA, PROMESA, NO_PUEDE, INFO, ENOJO, OTRO)

#: Intents that stop contacts: a doubt about them is settled by stopping.
STOPPING = (BAJA, EQUIVOCADO)

AUTO_REPLY = "auto_reply"
CONDITIONAL = "conditional"
HALF_AMOUNT = "half_amount"
FULL_AMOUNT = "full_amount"
OTHER_CURRENCY = "other_currency"
SEVERAL_AMOUNTS = "several_amounts"
DATE_IS_PERIOD = "date_is_period"
VAGUE_DATE = "vague_date"
DECEASED = "deceased"
THREAT_OF_COMPLAINT = "threat_of_complaint"
MODEL_PROPOSED = "model_proposed"
DISAGREEMENT = "disagreement"
THANKED = "thanked"
#: The stop is said in words that leave no doubt, whatever else the reply says.
CLEAR_STOP = "clear_stop"

#: What a reply may carry besides its intents.
FLAGS = (
    AUTO_REPLY, CONDITIONAL, HALF_AMOUNT, FULL_AMOUNT, OTHER_CURRENCY, SEVERAL_AMOUNTS, DATE_IS_PERIOD, VAGUE_DATE,
    DECEASED, THREAT_OF_COMPLAINT, MODEL_PROPOSED, DISAGREEMENT, THANKED,
    CLEAR_STOP,
)  # fmt: skip


@attrs.frozen
class Span:
    """`text[start:end]` of the original message, and what it meant: an intent, a date or an amount."""

    kind: str
    start: int
    end: int
    text: str

    def as_json(self) -> dict[str, str | int]:
        return {"kind": self.kind, "start": self.start, "end": self.end, "text": self.text}


@attrs.frozen
class Understanding:
    """A reply, understood. `confidence` in [0, 1] is of the whole set of intents, not of the date or the amount.

    `date` is in the zone of the person's country; `amount` in the country's currency. `reasons` are codes of the
    catalogue.
    """

    intents: tuple[str, ...]
    confidence: float
    date: date | None = None
    amount: Money | None = None
    flags: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    reasons: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not self.intents or any(intent not in INTENTS for intent in self.intents):
            raise ValueError(f"an understanding has at least one known intent: {self.intents}")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence is between 0 and 1: {self.confidence}")

    @property
    def intent(self) -> str:
        """The most important intent."""
        return self.intents[0]

    @property
    def amount_minor(self) -> int | None:
        return self.amount.minor if self.amount else None

    @property
    def currency(self) -> str | None:
        return self.amount.currency if self.amount else None


def by_importance(intents: set[str]) -> tuple[str, ...]:
    """The intents in the order of `INTENTS`; `otro` only when there is nothing else."""
    ordered = tuple(intent for intent in INTENTS if intent in intents and intent != OTRO)
    return ordered or (OTRO,)


def combine(read: Understanding, proposed: Understanding | None) -> Understanding:
    """What we read ourselves, completed by what a language model proposes.

    The model only proposes: it can never take away a stop, its date and amount fill only gaps, and wherever it adds
    or disagrees the confidence falls under every automatic threshold, so that a person decides.
    """
    if proposed is None or (set(proposed.intents) == set(read.intents) and proposed.date in (None, read.date)
                            and proposed.amount in (None, read.amount)):  # fmt: skip
        return read
    intents = by_importance(set(read.intents) | set(proposed.intents))
    differs = set(read.intents) != set(proposed.intents)
    return attrs.evolve(
        read,
        intents=intents,
        confidence=min(read.confidence, proposed.confidence, 0.49),
        date=read.date or proposed.date,
        amount=read.amount or proposed.amount,
        flags=read.flags + ((DISAGREEMENT,) if differs else ()) + (MODEL_PROPOSED,),
        reasons=read.reasons + ("understood_model_proposes",),
    )
