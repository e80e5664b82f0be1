"""The only writer of the logs: acts of people, and decisions of the product. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs
import polars as pl

from puntual.apps.audit import chains
from puntual.apps.audit.models import AccessRecord, AuditRecord, Evidence
from puntual.apps.audit.read import PLAN_COLUMNS, PLAN_ORDER
from puntual.core.evidence import table_digest

COMMAND_LINE = "línea de órdenes"


def record(
    *,
    act: str,
    actor: Any = None,
    kind: str = "",
    pk: int | None = None,
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Note an act of a person (`actor`: a user; None is the command line). `detail`: ids, counts and codes only."""
    known = actor is not None and getattr(actor, "pk", None) is not None
    chains.append(
        AuditRecord,
        [
            {
                "at": at or datetime.now(UTC), "actor_id": actor.pk if known else None,
                "actor_name": actor.get_username() if known else COMMAND_LINE, "act": act, "object_kind": kind,
                "object_id": pk, "detail": detail or {},
            }
        ],
    )  # fmt: skip


def note_access(
    *,
    verb: str,
    act: str,
    actor: Any = None,
    key: Any = None,
    object_id: int | None = None,
    creditor_id: int | None = None,
    status: int = 200,
) -> None:
    """Note that somebody saw, did or was refused something: a user, an API key, or the command line. One insert."""
    name = f"llave: {key.name}" if key is not None else actor.get_username() if actor is not None else COMMAND_LINE
    AccessRecord.objects.create(
        at=datetime.now(UTC), verb=verb, act=act[:60], actor_id=getattr(actor, "pk", None),
        api_key_id=getattr(key, "pk", None), actor_name=name[:150], object_id=object_id, creditor_id=creditor_id,
        status=status,
    )  # fmt: skip


@attrs.frozen
class Decided:
    """One decision about one message: at the last look (`verdict`) or what became of it (`outcome`)."""

    kind: str
    creditor: int
    party: int
    account: int
    outbox: int
    channel: str
    verdict: str
    reason: str = ""
    rule: str = ""
    pack: str = ""
    policy_version: int | None = None
    plan: int | None = None
    digest: str = ""


def record_decisions(*, rows: Sequence[Decided], at: datetime) -> None:
    """Note what was decided about messages. In the caller's transaction, last."""
    chains.append(
        Evidence,
        [
            {
                "at": at, "kind": r.kind, "creditor_id": r.creditor, "plan_id": r.plan, "party_id": r.party,
                "account_id": r.account, "outbox_id": r.outbox, "verdict": r.verdict, "reason": r.reason,
                "rule": r.rule, "pack": r.pack, "policy_version_id": r.policy_version, "channel": r.channel,
                "digest": r.digest,
            }
            for r in rows
        ],
    )  # fmt: skip


def record_plan(*, creditor_id: int, plan_id: int, at: datetime, decision: pl.DataFrame) -> str:
    """Note a whole day: one row with the digest of every decision in it, contacts and non-contacts. Gives the
    digest."""
    digest = table_digest(decision, PLAN_COLUMNS, PLAN_ORDER)
    row = {
        "at": at, "kind": "plan", "creditor_id": creditor_id, "plan_id": plan_id, "verdict": "decided",
        "rows": decision.height, "digest": digest,
    }  # fmt: skip
    chains.append(Evidence, [row])
    return digest


def record_purge(*, creditor_id: int, plan_id: int, at: datetime, reason: str) -> None:
    """Note that the rows of a plan were destroyed because the law wants it: its digest is no longer compared."""
    row = {
        "at": at, "kind": "purge", "creditor_id": creditor_id, "plan_id": plan_id, "verdict": "purged", "reason": reason
    }  # fmt: skip
    chains.append(Evidence, [row])
