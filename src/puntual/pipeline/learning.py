"""Learning from a company's own payments: the facts, the examination, and which model is in use."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

import attrs
import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.policies import read as policies
from puntual.apps.receivables import read as receivables
from puntual.apps.segments import read as segments
from puntual.apps.segments import said
from puntual.apps.segments import write as segments_write
from puntual.apps.segments.models import LearntModel
from puntual.core.errors import UnusableInput
from puntual.core.segments import keeping
from puntual.core.segments.backtest import model_card
from puntual.core.segments.exam import RETRIAL_DAYS, Exam, examine
from puntual.core.segments.facts import as_known, in_banking_days, some_accounts
from puntual.core.segments.learning import Learner
from puntual.core.segments.reminders import with_first_contact
from puntual.core.segments.training import Settings, Trained, train
from puntual.law.loader import bank_holidays

#: Learnt from the accounts that make about so many items, and examined on fewer: more teach nothing new.
LEARN_ITEMS, EXAM_ITEMS = 250_000, 60_000
#: A model that loses to the plain line is learnt anew after so many days, not every night.
TROUBLE_DAYS = 7


@attrs.frozen(eq=False)
class Kept:
    """The model in use, with its row."""

    row: LearntModel
    trained: Trained


def facts_of(creditor: Creditor, day: date, contacts: pl.DataFrame | None = None) -> pl.DataFrame:
    """The payment history of a company (schema FACTS, in banking days of its country) with the day of the first contact
    about each item."""
    said_to = said.contacts_frame(creditor.pk, creditor.zone, day) if contacts is None else contacts
    return with_first_contact(counted(receivables.payment_history_frame(creditor_id=creditor.pk), creditor), said_to)


def counted(facts: pl.DataFrame, creditor: Creditor) -> pl.DataFrame:
    """The facts as delays are counted: what falls due while the banks of its country are closed waits for them."""
    return in_banking_days(facts, bank_holidays(creditor.country))


def model_for(
    creditor: Creditor, facts: pl.DataFrame, day: date, at: datetime, learner: Learner | None, *, trouble: bool = False
) -> Kept:
    """The champion, learnt first if there is none, if it is time, or if it is in trouble."""
    kept = in_use(creditor, learner)
    if kept is None or _other_lateness(kept, settings_of(creditor, at)) or _is_time(kept, facts, day, trouble):
        return learn(creditor, facts, day, at, learner, kept)
    return kept


def settings_of(creditor: Creditor, at: datetime) -> Settings:
    """How a company's payments are learnt: what its own policy gives as grace is not late."""
    own = policies.in_force(creditor.pk, at).get(None)
    return Settings(grace_days=own.policy.grace_days if own else 0, banking_days=True)


def _other_lateness(kept: Kept, settings: Settings) -> bool:
    """Whether «late» was another thing when it was learnt."""
    before = kept.trained.settings
    return (before.grace_days, before.banking_days) != (settings.grace_days, settings.banking_days)


def in_use(creditor: Creditor, learner: Learner | None) -> Kept | None:
    """The champion as it was kept; None if there is none, or if this installation can no longer read it."""
    row = segments.champion(creditor.pk)
    if row is None:
        return None
    try:
        return Kept(row, keeping.loads(segments_write.text_of(row), learner))
    except (UnusableInput, ValueError, KeyError):
        return None


def learn(
    creditor: Creditor, facts: pl.DataFrame, day: date, at: datetime, learner: Learner | None, kept: Kept | None = None
) -> Kept:
    """Learn a challenger and examine it; the champion keeps its place unless the challenger is better."""
    started, settings = time.perf_counter(), settings_of(creditor, at)
    known = as_known(facts, day)
    changed = kept is not None and _other_lateness(kept, settings)
    rival = kept.trained if kept and not changed and kept.trained.hazard is not None else None
    exam = examine(some_accounts(known, EXAM_ITEMS), day, learner, settings, rival)
    better, why = _verdict(kept, rival, exam, changed)
    trained = train(some_accounts(known, LEARN_ITEMS), day, learner, settings) if better else None
    card = model_card(trained or rival or _only(kept), known)
    measured = {**exam.measured, "said": exam.said.to_dicts()} if exam else {}
    row = segments_write.keep_model(
        creditor_id=creditor.pk, cut=day, at=at, text=keeping.dumps(trained) if trained else "", better=better,
        learner=trained.learner if trained else str(card["learner"]), why=why, card=_plain(card),
        measured=_plain(measured), seconds=round(time.perf_counter() - started, 1),
    )  # fmt: skip
    return Kept(row, trained) if trained else _only_kept(kept)


def _verdict(kept: Kept | None, rival: Trained | None, exam: Exam | None, changed: bool) -> tuple[bool, str]:
    if kept is None:
        return True, "Es el primero."
    if changed:
        return True, "Cambió lo que cuenta como tarde: los días de gracia de la política, o los días hábiles."
    if rival is None:
        return True, "Hay más historia que la vez anterior."
    if exam is None or exam.better is None:
        return False, "Todavía no hay días nuevos bastantes para compararlo con el que está en uso."
    if exam.better:
        return True, "En días que ninguno había visto se equivocó menos que el anterior, sin duda estadística."
    return False, "En días que ninguno había visto no fue mejor, sin duda estadística, que el que está en uso."


def _is_time(kept: Kept, facts: pl.DataFrame, day: date, trouble: bool) -> bool:
    if kept.trained.hazard is None:
        return kept.trained.cut < day
    tried = kept.row.cut
    newest = segments.models(kept.row.creditor_id, 1)
    if newest:
        tried = max(tried, newest[0].cut)
    age = (day - tried).days
    # Until so many days that the model in use has not seen went by, nothing could be compared with it.
    comparable = day - kept.trained.cut >= timedelta(days=RETRIAL_DAYS)
    return age >= RETRIAL_DAYS or (trouble and comparable and age >= TROUBLE_DAYS)


def _only(kept: Kept | None) -> Trained:
    return _only_kept(kept).trained


def _only_kept(kept: Kept | None) -> Kept:
    assert kept is not None, "sin modelo en uso, el aprendido siempre toma su lugar"
    return kept


def _plain(document: object) -> dict:
    """The document with dates as text, for a JSON column."""
    if isinstance(document, dict):
        return {k: _plain(v) for k, v in document.items()}
    if isinstance(document, list | tuple):
        return [_plain(v) for v in document]  # type: ignore[return-value]
    return document.isoformat() if isinstance(document, date) else document  # type: ignore[return-value]
