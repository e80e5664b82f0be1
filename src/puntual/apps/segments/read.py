"""The only reader of scores, segments, worklists and experiments. Stable: other apps rely on the shapes here.

scores_of([account ids])   -> {account id: AccountScore}        (with segment, cause, health; absent: not scored)
items_of([account ids])    -> {account id: [ItemScore, ...]}    most money at risk is the caller's to sort
worklist(creditor id, group=..., after=..., limit=...) -> [Work]   the day's list, best value first
work_of([account ids])     -> {account id: Work}
relations_to_attend(creditor id) -> [AccountScore]              relations that worsen, with their cause
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs
import polars as pl
from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.module_loading import import_string

from puntual.apps import bulk
from puntual.apps.segments.choices import GROUP_NAMES, GROUPS, ModelState
from puntual.apps.segments.models import (
    AccountScore,
    Economics,
    Experiment,
    ItemScore,
    LearntModel,
    Reason,
    Resources,
    RuleSet,
    Scoring,
    SegmentDay,
    WorkRow,
)
from puntual.core.frames import HOLDS, Column, Schema
from puntual.core.planning import Capacity
from puntual.core.planning.worklist import told
from puntual.core.segments.rules import DEFAULT

#: A relation at or under this health goes to a person.
POOR_HEALTH = 40


def scoring(creditor_id: int) -> Scoring | None:
    """The scoring that everybody reads now; None while nothing was scored."""
    return Scoring.objects.filter(creditor_id=creditor_id, current=True).select_related("model").first()


def scores_of(account_ids: Iterable[int]) -> dict[int, AccountScore]:
    """account -> its score. An account without anything open, or never scored, is absent."""
    found: dict[int, AccountScore] = {}
    for piece in bulk.chunks(sorted(set(account_ids))):
        rows = AccountScore.objects.filter(scoring__current=True, account_id__in=piece).select_related("scoring")
        found |= {row.account_id: row for row in rows}
    return found


def items_of(account_ids: Iterable[int]) -> dict[int, list[ItemScore]]:
    """account -> the scores of its open items."""
    found: dict[int, list[ItemScore]] = {}
    for piece in bulk.chunks(sorted(set(account_ids))):
        for row in ItemScore.objects.filter(scoring__current=True, account_id__in=piece).order_by("due_item_id"):
            found.setdefault(row.account_id, []).append(row)
    return found


def reasons_of(scoring_id: int, due_items: Sequence[int]) -> dict[int, list[dict[str, object]]]:
    """due item -> why its prediction says so (code, text, effect, weight): as kept at night, else told now."""
    rows = Reason.objects.filter(scoring_id=scoring_id, due_item_id__in=list(due_items))
    kept = {row.due_item_id: row.told for row in rows}
    missing = [item for item in due_items if item not in kept]
    if missing and (one := Scoring.objects.filter(pk=scoring_id).first()) is not None:
        kept |= import_string(settings.REASON_TELLER)(one, missing)
    return kept


@attrs.frozen
class Work:
    """One line of the day's list. `group` is at_risk, low_hanging or wait; `sentence` says why, for people."""

    account: int
    group: str
    group_name: str
    channel: str
    currency: str
    amount_minor: int
    value_minor: int
    pays_alone: float
    reason: str
    sentence: str
    day: date


def worklist(creditor_id: int, *, group: str = "", limit: int = 50, after: tuple[int, int] | None = None) -> list[Work]:
    """The list of the last run, most valuable first; of one group if asked. `after` is (value_minor, account) of the
    last line seen."""
    rows = WorkRow.objects.filter(creditor_id=creditor_id)
    rows = rows.filter(group=group) if group else rows.exclude(group="wait")
    if after:
        value, account = after
        rows = rows.filter(Q(value_minor__lt=value) | Q(value_minor=value, account_id__gt=account))
    return [_work(row) for row in rows.order_by("-value_minor", "account_id")[:limit]]


def work_of(account_ids: Iterable[int]) -> dict[int, Work]:
    """account -> its line in the list of the last run; absent where the run had nothing to say."""
    found: dict[int, Work] = {}
    for piece in bulk.chunks(sorted(set(account_ids))):
        found |= {row.account_id: _work(row) for row in WorkRow.objects.filter(account_id__in=piece)}
    return found


def work_groups(creditor_id: int) -> list[tuple[str, str, int, int]]:
    """(group, its name, accounts, value) of the last run, in the order in which people work."""
    rows = WorkRow.objects.filter(creditor_id=creditor_id).values("group").annotate(n=Count("pk"), v=Sum("value_minor"))
    have = {row["group"]: (row["n"], row["v"]) for row in rows}
    return [(g, GROUP_NAMES[g], *have.get(g, (0, 0))) for g in GROUPS]


def _work(row: WorkRow) -> Work:
    return Work(
        row.account_id, row.group, GROUP_NAMES[row.group], row.channel, row.currency, row.amount_minor,
        row.value_minor, row.pays_alone, row.reason, told(row.reason, row.pays_alone), row.day,
    )  # fmt: skip


def relations_to_attend(creditor_id: int, limit: int = 50) -> list[AccountScore]:
    """Relations that are bad enough for a person to call, worst first; `health_why` has the causes, one a line."""
    rows = AccountScore.objects.filter(scoring__creditor_id=creditor_id, scoring__current=True, health__lte=POOR_HEALTH)
    return list(rows.select_related("account", "scoring").order_by("health", "-amount_minor")[:limit])


def relations_frame() -> pl.DataFrame:
    """The accounts whose relation is bad enough for a person, as pauses of what is sent by itself (frames.HOLDS). A
    person may still call them: this is no reason not to."""
    current = "g.current" if bulk.is_postgres() else "g.current = 1"
    return bulk.read_frame(
        "SELECT NULL AS due_item, s.account_id AS account, s.party_id AS party, 'relation_person' AS reason, "
        "NULL AS held_minor, NULL AS until, NULL AS remind_on FROM segments_accountscore s "
        f"JOIN segments_scoring g ON g.id = s.scoring_id AND {current} WHERE s.health <= {POOR_HEALTH}",
        HOLDS,
    )


def champion(creditor_id: int) -> LearntModel | None:
    """The model in use."""
    return LearntModel.objects.filter(creditor_id=creditor_id, state=ModelState.CHAMPION).first()


def models(creditor_id: int, limit: int = 12) -> list[LearntModel]:
    """What was learnt lately, newest first, without the text of the models."""
    return list(LearntModel.objects.filter(creditor_id=creditor_id).defer("text").order_by("-pk")[:limit])


def rules_of(creditor_id: int) -> dict[str, object]:
    """The rules of segments in force: the company's own, or the ones that come with the product."""
    own = RuleSet.objects.filter(creditor_id=creditor_id).order_by("-number").first()
    return dict(own.document) if own else dict(DEFAULT)


def rule_sets(creditor_id: int) -> QuerySet[RuleSet]:
    return RuleSet.objects.filter(creditor_id=creditor_id).select_related("by").order_by("-number")


def experiments(creditor_id: int) -> list[Experiment]:
    return list(Experiment.objects.filter(creditor_id=creditor_id).select_related("policy").order_by("-pk"))


def segment_days(creditor_id: int, since: date) -> list[SegmentDay]:
    return list(SegmentDay.objects.filter(creditor_id=creditor_id, day__gte=since).order_by("day"))


#: What the run needs of each account to weigh an act.
STAKES: Schema = {
    "account": Column(pl.Int64, "cuenta"),
    "pays_anyway": Column(pl.Float64, "probabilidad de que pague en 30 días sin contacto"),
    "p_late": Column(pl.Float64, "probabilidad de que pague tarde lo que aún no vence", null=True),
}


def stakes_frame(creditor_id: int) -> pl.DataFrame:
    """account, pays_anyway and p_late of every scored account of a creditor; empty while nothing was scored."""
    return bulk.read_frame(
        "SELECT s.account_id AS account, s.self_cure AS pays_anyway, s.p_late FROM segments_accountscore s "
        f"JOIN segments_scoring c ON c.id = s.scoring_id WHERE c.creditor_id = {int(creditor_id)} AND c.current",
        STAKES,
    )


CONDITIONS: Schema = {
    "account": Column(pl.Int64, "cuenta"),
    "p_late": Column(pl.Float64, "probabilidad de que pague tarde lo que aún no vence", null=True),
    "cell": Column(pl.String, "segmento por las reglas visibles"),
}


def conditions_frame(creditor_id: int) -> pl.DataFrame:
    """What the steps of a policy may look at: account, p_late and cell."""
    return bulk.read_frame(
        "SELECT s.account_id AS account, s.p_late, s.segment AS cell FROM segments_accountscore s "
        f"JOIN segments_scoring c ON c.id = s.scoring_id WHERE c.creditor_id = {int(creditor_id)} AND c.current",
        CONDITIONS,
    )


def capacity(creditor_id: int) -> Capacity:
    """What the company said there is to spend on a day; without limits if it said nothing."""
    row = Resources.objects.filter(creditor_id=creditor_id).first()
    if row is None:
        return Capacity()
    return Capacity(
        minutes=row.minutes, lines=row.lines, budget_minor=row.budget_minor, approvals=row.approvals,
        channel_counts=row.channel_counts,
    )  # fmt: skip


def own_economics(creditor_id: int) -> dict[str, Economics]:
    """channel -> what the company says of it."""
    return {row.channel: row for row in Economics.objects.filter(creditor_id=creditor_id)}
