"""Who reads what people answer: our own reader, and beside it a language model if this installation has one.

The model sees the words only and proposes: it fills gaps for a person to confirm, never acts, never undoes a stop.
Down, the reading is ours.
"""

from __future__ import annotations

import logging
from datetime import datetime

import attrs
from django.conf import settings
from django.utils.module_loading import import_string

from puntual.adapters.classifier_offline.classifier import OfflineClassifier
from puntual.core.customers.understanding import AUTO_REPLY, STOPPING, Understanding, combine
from puntual.ports.classifier import Classifier, Proposer

_log = logging.getLogger(__name__)
#: From here on our own reading needs no second opinion: it acts by itself within the rules.
SURE = 0.80


@attrs.frozen
class Assisted:
    """`ports.classifier.Classifier`: our reading, completed by what a model proposes where ours is not sure."""

    own: Classifier
    model: Proposer

    def classify(self, text: str, country: str, at: datetime) -> Understanding:
        read = self.own.classify(text, country, at)
        if read.confidence >= SURE or AUTO_REPLY in read.flags or set(read.intents) & set(STOPPING):
            return read
        try:
            proposed = self.model.propose(text, country, at)
        except Exception:  # whatever a model of somebody else raises, an answer is read all the same
            _log.exception("the language model failed; the answer was read without it")
            return read
        return combine(read, proposed)


def classifier() -> Classifier:
    """What understands answers: without any service outside, unless `PUNTUAL_REPLY_PROPOSER` names a model."""
    own = OfflineClassifier()
    if not settings.REPLY_PROPOSER:
        return own
    return Assisted(own, import_string(settings.REPLY_PROPOSER)())
