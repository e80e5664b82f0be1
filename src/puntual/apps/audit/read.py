"""The only reader of the logs, and the judge of their chains."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import attrs
import polars as pl
from django.db.models import Count

from puntual.apps import bulk
from puntual.apps.audit import chains
from puntual.apps.audit.models import AccessRecord, AuditRecord, Evidence
from puntual.core import evidence
from puntual.core.daily import DECISION
from puntual.core.frames import Column
from puntual.core.ledger.invariants import Finding

#: What of a day's decision is kept, and so what its digest covers.
PLAN_COLUMNS = (
    "account", "verdict", "reason", "rule", "pack", "stage", "step", "channel", "contact_point", "at",
    "next_allowed_at", "currency", "amount_minor", "items", "held_minor", "held_reason", "policy_version",
)  # fmt: skip
#: Nothing else tells two rows of a day apart.
PLAN_ORDER = ("account", "currency", "verdict", "channel", "step", "amount_minor")

_PLAN_SQL = """
SELECT account_id AS account, verdict, reason, rule, pack, stage, step, channel, contact_point_id AS contact_point,
       at, next_allowed_at, currency, amount_minor, items, held_minor, held_reason, policy_version_id AS policy_version
FROM planning_planrow WHERE plan_id = {plan}
"""


def plan_rows(plan_id: int) -> pl.DataFrame:
    """The decisions of a plan as they are kept, with the types of `daily.DECISION`."""
    schema = {name: Column(DECISION[name].dtype, "", null=True) for name in PLAN_COLUMNS}
    return bulk.read_frame(_PLAN_SQL.format(plan=int(plan_id)), schema)


def findings() -> list[Finding]:
    """Whether both chains hold, and every kept plan is the one that was decided."""
    broken = [{"evidence": pk} for pk in evidence.broken(chains.records(Evidence))]
    audit = [{"audit": pk} for pk in evidence.broken(chains.records(AuditRecord))]
    return [
        Finding("audit_chain", "La bitácora de lo que hizo la gente está entera y sin cambios.", tuple(audit)),
        Finding(
            "evidence_chain",
            "Las pruebas de lo decidido están enteras y cada plan guardado es el que se decidió.",
            (*broken, *_changed_plans()),
        ),
    ]


def chains_hold() -> bool:
    """Whether no link of either chain was touched. The rows of every plan are compared by `findings` only."""
    return not any(evidence.broken(chains.records(model), limit=1) for model in (Evidence, AuditRecord))


def _changed_plans() -> Iterator[dict[str, object]]:
    """Plans whose kept rows are not those whose digest was chained last."""
    latest: dict[int, tuple[str, str]] = {}
    rows = Evidence.objects.filter(kind__in=["plan", "purge"]).order_by("pk")
    for plan, kind, digest in rows.values_list("plan_id", "kind", "digest"):
        if plan is not None:
            latest[plan] = (kind, digest)
    for plan, (kind, digest) in latest.items():
        if kind == "plan" and evidence.table_digest(plan_rows(plan), PLAN_COLUMNS, PLAN_ORDER) != digest:
            yield {"plan": f"plan_{plan}"}


def decisions_of(party_id: int, start: datetime, end: datetime) -> list[Evidence]:
    """Last looks and outcomes about a person in [start, end), oldest first."""
    rows = Evidence.objects.filter(party_id=party_id, at__gte=start, at__lt=end)
    return list(rows.order_by("pk"))


def plan_marks(plan_ids: list[int]) -> dict[int, Evidence]:
    """plan -> the last record that chains its digest."""
    rows = Evidence.objects.filter(kind="plan", plan_id__in=plan_ids).order_by("pk")
    return {row.plan_id: row for row in rows if row.plan_id is not None}


def heads() -> dict[str, str]:
    """The last link of each chain, to print on what leaves the house."""
    return {"evidence": chains.head(Evidence), "audit": chains.head(AuditRecord)}


def acts(limit: int = 200, act: str = "", actors: Collection[int] | None = None) -> list[AuditRecord]:
    """What people did, newest first; only those `actors`, where given."""
    rows = AuditRecord.objects.filter(act=act) if act else AuditRecord.objects.all()
    rows = rows if actors is None else rows.filter(actor_id__in=actors)
    return list(rows.order_by("-pk")[:limit])


def acts_by(act: str, start: datetime, end: datetime, creditor_id: int) -> dict[int, int]:
    """actor -> how often they did that act at a creditor in [start, end)."""
    rows = AuditRecord.objects.filter(
        act=act, at__gte=start, at__lt=end, actor__isnull=False, detail__creditor=creditor_id
    )
    return dict(rows.order_by().values_list("actor_id").annotate(n=Count("pk")))


@attrs.frozen
class Sought:
    """What is looked for among the accesses: `who` is a part of the user, `number` the object's."""

    verb: str = ""
    who: str = ""
    act: str = ""
    number: int | None = None


def accesses(creditor_ids: Collection[int] | None, sought: Sought, limit: int = 200) -> list[AccessRecord]:
    """Who saw, did or was refused what at those creditors (None: anywhere), newest first."""
    rows = AccessRecord.objects.all()
    rows = rows if creditor_ids is None else rows.filter(creditor_id__in=creditor_ids)
    if sought.verb:
        rows = rows.filter(verb=sought.verb)
    if sought.act:
        rows = rows.filter(act=sought.act)
    if sought.number is not None:
        rows = rows.filter(object_id=sought.number)
    if sought.who:
        rows = rows.filter(actor_name__icontains=sought.who)
    return list(rows.order_by("-at")[:limit])
