"""What is known by parts: by stage of the account, or by the channel, the person or the campaign that spoke last.

Read only when somebody asks for a figure by parts; core.reports.attribution tells what that says and what it does not.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import frames, frames_contacts, frames_harm
from puntual.apps.reports.columns import Books
from puntual.core.reports import attribution
from puntual.core.reports.inputs import PARTS, Known

#: What happened on a day to an account, and is told beside the contact before it.
_DAY = {"cash": "on", "promises": "made_on", "harm": "on"}


def by_parts(
    books: Books, creditor: Creditor, known: Known, by: str, needs: tuple[str, ...], counts: tuple[str, ...] = ()
) -> Known:
    """The same with the column `by` in every frame of `needs` that can have it."""
    if by not in PARTS:
        return known
    told: dict[str, pl.DataFrame] = {}
    if "harm" in needs:
        told["harm"] = frames_harm.parts(books, creditor, known.start, known.end, *([counts] if counts else []))
    if "cash" in needs and by != "segment":
        told["cash"] = frames.cash(books, known.opening, known.end, by_account=True)
    wider = attrs.evolve(known, **_typed(told))
    if by in attribution.SAID:
        return _after_contacts(books, creditor, wider, by, needs)
    return _staged(books, wider, needs) if by == "stage" else wider


def _typed(found: dict[str, pl.DataFrame]) -> dict[str, Any]:
    return dict(found)


def _after_contacts(books: Books, creditor: Creditor, known: Known, by: str, needs: tuple[str, ...]) -> Known:
    """Payments, promises and harm with what the last contact before them says."""
    asked = [name for name in _DAY if name in needs]
    if not asked:
        return known
    since = known.start - timedelta(days=attribution.WINDOW_DAYS)
    talks = frames_contacts.contacts(books, creditor, since, known.end)
    found = {}
    for name in asked:
        rows = getattr(known, name)
        if name == "promises":
            # Of promises, the person who took each is known; only those of the period are told.
            rows = rows.filter(pl.col("promised_on").is_between(known.start, known.end)
                               | pl.col("made_on").is_between(known.start, known.end))  # fmt: skip
        # Who took a promise is known; a promise that nobody took is the customer's own.
        found[name] = rows if name == "promises" and by == "agent" else attribution.after(rows, talks, _DAY[name], by)
    return attrs.evolve(known, **_typed(found))


def _staged(books: Books, known: Known, needs: tuple[str, ...]) -> Known:
    stages = attribution.stages(frames.oldest(books, known.opening), known.opening, known.bounds)
    found = {}
    for name in needs:
        rows = getattr(known, name)
        if "account" in rows.columns and name not in ("movements", "settled"):
            found[name] = attribution.staged(rows, stages)
    return attrs.evolve(known, **_typed(found))


def stages_of(books: Books, day: date) -> pl.DataFrame:
    """account, stage of the accounts with something overdue on an evening."""
    return attribution.stages(frames.oldest(books, day), day, Known(start=day, end=day).bounds)
