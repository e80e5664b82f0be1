"""The offline reader of replies: normalize, find dates and amounts, hear cues, score, decide. No network, no state,
no clock."""

from __future__ import annotations

import re
from datetime import date, datetime

import attrs

from puntual.adapters.classifier_offline import model as models
from puntual.adapters.classifier_offline import network as networks
from puntual.adapters.classifier_offline.amounts import AFTER_VERB, BARE, MARKED, SCALED, Amount, find_amounts
from puntual.adapters.classifier_offline.choose_amount import choose_amount
from puntual.adapters.classifier_offline.choose_date import choose as choose_date
from puntual.adapters.classifier_offline.countries import Country, country_of
from puntual.adapters.classifier_offline.cue import Heard, hear
from puntual.adapters.classifier_offline.dates import EXACT, PERIOD, WEAK, Found, find_dates
from puntual.adapters.classifier_offline.decide import decide
from puntual.adapters.classifier_offline.features import Facts, Sparse, featurize
from puntual.adapters.classifier_offline.normal import Normal, normalize
from puntual.core.customers.understanding import (
    CLEAR_STOP,
    CONDITIONAL,
    DECEASED,
    PROMESA,
    STOPPING,
    THREAT_OF_COMPLAINT,
    VAGUE_DATE,
    Span,
    Understanding,
)  # fmt: skip
from puntual.core.errors import UnusableInput
from puntual.core.time import local_date

#: What is read of a reply, in characters: a long e-mail says what it wants before this.
MAX_TEXT = 2_500
_CONDITIONAL = re.compile(
    r"\b(?:cuando|apenas|en cuanto|ni bien|si me|as soon as|assim que|quando|tan pronto|hasta que|una vez que)\b"
)
_VAGUE = re.compile(
    r"\b(?:esta semana|estos dias|unos dias|en estos dias|pronto|un dia de estos|mas adelante|luego|despues|a ver "
    r"si|poco a poco|"
    r"lo antes posible|soon|um tempinho)\b"
)
_QUOTED = re.compile(r"\n\s*(?:>|-{2,}|El .{0,80}escribi[oó]:|On .{0,80}wrote:|Em .{0,80}escreveu:|De: |From: )", re.S)


@attrs.frozen
class Read:
    """Everything that is known of a text before its intents."""

    normal: Normal
    country: Country
    today: date
    dates: tuple[Found, ...]
    amounts: tuple[Amount, ...]
    heard: Heard

    def facts(self) -> Facts:
        exact = [one for one in self.dates if one.strength in (EXACT, PERIOD)]
        return Facts(
            ahead=any(one.ahead and one.ahead >= self.today for one in exact),
            behind=any(one.ahead is None or one.ahead < self.today for one in exact),
            weak=any(one.strength == WEAK for one in self.dates),
            amount=any(one.strength in (MARKED, SCALED, AFTER_VERB) for one in self.amounts),
            marked=any(one.strength == MARKED for one in self.amounts),
            bare=sum(one.end - one.start for one in self.dates) > 0.6 * len(self.normal.text.strip(" .!?")),
        )

    def row(self, cue_scale: float) -> Sparse:
        return featurize(self.normal.text, self.normal.original, self.heard, self.facts(), cue_scale)


def read(text: str, country: str, at: datetime) -> Read:
    """The text, looked at without judging it. UnusableInput for an empty text, an unknown country, a naive instant."""
    if not text or not text.strip():
        raise UnusableInput("El texto está vacío: escriba la respuesta que quiere entender.", field="text")
    if at.tzinfo is None:
        raise UnusableInput("El instante no dice su huso: añada el desplazamiento, por ejemplo -06:00.", field="at")
    where = country_of(country)
    normal = normalize(_own_words(text)[:MAX_TEXT])
    today = local_date(at, where.zone)
    dates = tuple(find_dates(normal.text, today, portuguese=where.code == "BR"))
    taken = tuple((one.start, one.end) for one in dates)
    return Read(normal, where, today, dates, tuple(find_amounts(normal.text, where, taken)), hear(normal.text))


def _own_words(text: str) -> str:
    """An e-mail answer without the quoted message below it, if that leaves anything."""
    quoted = _QUOTED.search(text)
    own = text[: quoted.start()] if quoted else text
    return own if own.strip() else text


class OfflineClassifier:
    """`ports.classifier.Classifier` with rules, a linear model and a small network; a few milliseconds a text."""

    def __init__(self, model: models.Model | None = None, network: networks.Network | None = None) -> None:
        self._model = model or models.load()
        self._network = network or networks.load()

    def classify(self, text: str, country: str, at: datetime) -> Understanding:
        seen = read(text, country, at)
        deep = self._network.scores(seen.normal.text)
        probabilities = self._model.probabilities(seen.row(self._model.cue_scale), deep)
        decision = decide(probabilities, seen.heard, seen.facts(), self._model)
        intents = set(decision.intents)
        day, where_date, date_flags = choose_date(seen.normal.text, list(seen.dates), intents, seen.today)
        amount, where_amount, amount_flags = choose_amount(seen.normal.text, list(seen.amounts), intents)
        return Understanding(
            intents=decision.intents,
            confidence=round(decision.confidence, 3),
            date=day,
            amount=amount,
            flags=decision.flags + date_flags + amount_flags + _other_flags(seen, intents, day),
            spans=_spans(seen, intents, where_date, where_amount),
            reasons=tuple(f"understood_{intent}" for intent in decision.intents),
        )


def _other_flags(seen: Read, intents: set[str], day: date | None) -> tuple[str, ...]:
    text = seen.normal.text
    holds = (
        (CONDITIONAL, PROMESA in intents and bool(_CONDITIONAL.search(text))),
        (VAGUE_DATE, PROMESA in intents and day is None and bool(_VAGUE.search(text))),
        (DECEASED, "equivocado" in intents and seen.heard.has("deceased")),
        (THREAT_OF_COMPLAINT, seen.heard.has("anger_threat")),
        (CLEAR_STOP, any(seen.heard.strong(i) and not seen.heard.braked(i) for i in STOPPING if i in intents)),
    )
    return tuple(flag for flag, yes in holds if yes)


def _spans(seen: Read, intents: set[str], day: Found | None, amount: Amount | None) -> tuple[Span, ...]:
    marks = [
        (cue.intent, start, end)
        for _, cue, start, end in seen.heard.hits
        if cue.intent in intents and not cue.brake and end > start
    ]
    longest: dict[str, tuple[int, int]] = {}
    for intent, start, end in marks:
        if intent not in longest or end - start > longest[intent][1] - longest[intent][0]:
            longest[intent] = (start, end)
    found = [(kind, *stretch) for kind, stretch in longest.items()]
    found += [("date", day.start, day.end)] if day else []
    found += [("amount", amount.start, amount.end)] if amount else []
    spans = []
    for kind, start, end in found:
        first, last = seen.normal.back(start, end)
        spans.append(Span(kind, first, last, seen.normal.original[first:last]))
    return tuple(spans)


__all__ = ["BARE", "OfflineClassifier", "Read", "read"]
