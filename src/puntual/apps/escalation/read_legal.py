"""The only reader of steps before a judge or with an agency: what may be asked, what stands, and its pause."""

from __future__ import annotations

from datetime import date

import attrs
import polars as pl
from django.db.models import QuerySet

from puntual.apps import bulk
from puntual.apps.compliance import read_prescription
from puntual.apps.escalation import read
from puntual.apps.escalation.models import LegalStep
from puntual.apps.negotiation.models import Dispute
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as receivables
from puntual.core.escalation import steps
from puntual.core.frames import HOLDS
from puntual.core.negotiation import dispute

_HOLDS = """
SELECT NULL AS due_item, s.account_id AS account, a.party_id AS party, 'legal_step' AS reason,
       NULL AS held_minor, NULL AS until, NULL AS remind_on
FROM escalation_legalstep s JOIN parties_account a ON a.id = s.account_id
WHERE s.state IN ({states}) AND s.kind IN ({kinds})
"""


@attrs.frozen
class Askable:
    """A step as somebody who might ask it sees it: `no` is the reason why not, empty if it can be asked."""

    kind: str
    name: str
    does: str
    no: str


@attrs.frozen
class Debt:
    """What is overdue of an account in one currency, where it stands and what may be asked."""

    currency: str
    overdue_minor: int
    days_late: int
    standing: str
    askable: tuple[Askable, ...]


def holds_frame() -> pl.DataFrame:
    """Accounts in the hands of a lawyer or an agency (frames.HOLDS): our own reminders wait."""
    states = ", ".join(f"'{s}'" for s in steps.PAUSING_STATES)
    kinds = ", ".join(f"'{k}'" for k, one in steps.KINDS.items() if one.pauses)
    return bulk.read_frame(_HOLDS.format(states=states, kinds=kinds), HOLDS)


def steps_of(account_id: int) -> list[LegalStep]:
    """Every step of an account, newest first."""
    return list(LegalStep.objects.filter(account_id=account_id).order_by("-pk"))


def alive(creditor_id: int) -> QuerySet[LegalStep]:
    """The steps that are authorised or given, those to be given first."""
    rows = LegalStep.objects.filter(creditor_id=creditor_id, state__in=steps.PAUSING_STATES)
    return rows.select_related("account__party").order_by("state", "authorised_on", "pk")


def step(pk: int) -> LegalStep | None:
    return LegalStep.objects.select_related("account", "creditor").filter(pk=pk).first()


def facts(account: Account, currency: str, today: date) -> steps.Facts:
    """The debt of an account as `steps.why_not` judges it."""
    found = next((d for d in read.overdue(account.pk, today) if d.currency == currency), None)
    if found is None:
        return steps.Facts(overdue_minor=0, days_late=0)
    late = [b for b in receivables.open_items(account.pk) if b.currency == currency and b.due_on < today]
    clocks = read_prescription.clocks(account, late, today)
    mine = {s.kind: s.state for s in _standing(account.pk, currency)}
    return steps.Facts(
        overdue_minor=found.overdue_minor, days_late=(today - found.oldest_due_on).days,
        in_dispute=Dispute.objects.filter(account_id=account.pk, state__in=dispute.PAUSING).exists(),
        stayed=read.stayed(account.party_id, today),
        prescribed=bool(clocks) and all(c.told.status == "prescribed" for c in clocks),
        suit=mine.get("suit") == steps.DONE,
    )  # fmt: skip


def why_not(account: Account, kind: str, currency: str, today: date) -> str:
    """The reason for which a step cannot be asked or authorised now; empty if it can."""
    taken = any(s.kind == kind for s in _standing(account.pk, currency))
    return steps.why_not(kind, attrs.evolve(facts(account, currency, today), standing=taken))


def debts(account: Account, today: date) -> list[Debt]:
    """What is overdue, by currency, with what may be asked of each."""
    found = []
    for one in read.overdue(account.pk, today):
        known = facts(account, one.currency, today)
        mine = {s.kind: s.state for s in _standing(account.pk, one.currency)}
        askable = tuple(
            Askable(code, kind.name, kind.does, steps.why_not(code, attrs.evolve(known, standing=code in mine)))
            for code, kind in steps.KINDS.items()
        )
        found.append(Debt(one.currency, known.overdue_minor, known.days_late, steps.standing(mine), askable))
    return found


def _standing(account_id: int, currency: str) -> QuerySet[LegalStep]:
    return LegalStep.objects.filter(account_id=account_id, currency=currency, state__in=steps.PAUSING_STATES)
