"""«Por aprobar»: what waits for another person's yes, of every kind, in one list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import attrs
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.module_loading import import_string

from puntual.apps.access.choices import APPROVABLES, EXPIRED, WAITING
from puntual.apps.access.grants import Grants
from puntual.apps.access.models import Approval, ApprovalRules, LetGo


@attrs.frozen
class Waiting:
    """One thing that waits: `url` is where it is looked at and decided; `act` what deciding it takes."""

    kind: str
    act: str
    text: str
    url: str
    asked_at: datetime | None = None
    asked_by_id: int | None = None
    asked_by: str = ""
    amount_minor: int = 0
    currency: str = ""
    approval: Approval | None = None
    expires_at: datetime | None = None


def rules_of(creditor_id: int) -> ApprovalRules:
    """What a creditor asks of two people; what comes with the product while nobody changed it."""
    return ApprovalRules.objects.filter(pk=creditor_id).first() or ApprovalRules(creditor_id=creditor_id)


def is_mass(creditor_id: int, n: int) -> bool:
    """Whether so many messages at once take another person's yes."""
    return n >= rules_of(creditor_id).mass_from


def takes_two(creditor_id: int, maker: int, day: date, batches: Mapping[str, int]) -> bool:
    """Whether so many more messages (batch -> how many) take another person's yes: together with what the person let
    go alone that day, or with what anybody let go alone of the same batch, so that pieces count as the whole."""
    alone = LetGo.objects.filter(creditor_id=creditor_id)
    mine = alone.filter(maker=maker, day=day).aggregate(n=Sum("n"))["n"] or 0
    if is_mass(creditor_id, mine + sum(batches.values())):
        return True
    before = dict(alone.filter(batch__in=list(batches)).values_list("batch").annotate(n=Sum("n")))
    return any(is_mass(creditor_id, n + before.get(batch, 0)) for batch, n in batches.items())


def _alive() -> Q:
    return Q(expires_at=None) | Q(expires_at__gt=timezone.now())


def waiting(creditor_id: int, actor: Grants, me: int) -> list[Waiting]:
    """What waits at a creditor and they asked, or may decide; who reads the log sees all. Requests of this app, and
    what each other app says (APPROVAL_SOURCES: functions of a creditor that give `Waiting`). The oldest first."""
    found = [_own(row) for row in _rows(creditor_id).filter(_alive(), state=WAITING)]
    for source in settings.APPROVAL_SOURCES:
        found += import_string(source)(creditor_id)
    whole = actor.may("log.see", creditor_id)
    seen = [one for one in found if whole or one.asked_by_id == me or actor.may(one.act, creditor_id)]
    return sorted(seen, key=lambda one: (one.asked_at is None, one.asked_at.timestamp() if one.asked_at else 0.0))


def decided(creditor_id: int, actor: Grants, me: int, limit: int = 50) -> list[Approval]:
    """What was decided lately of what they asked or may decide."""
    rows = _rows(creditor_id).exclude(_alive(), state=WAITING).select_related("decided_by")
    rows = rows.order_by(F("decided_at").desc(nulls_first=True), "-pk")
    if not actor.may("log.see", creditor_id):
        mine = [kind for kind, one in APPROVABLES.items() if actor.may(one.approve, creditor_id)]
        rows = rows.filter(Q(asked_by_id=me) | Q(kind__in=mine))
    return list(rows[:limit])


def in_state(creditor_id: int, state: str | None) -> QuerySet[Approval]:
    """Requests of a creditor, of one state as of now if asked."""
    rows = _rows(creditor_id).select_related("decided_by")
    late = Q(state=WAITING) & ~_alive()
    if state == EXPIRED:
        return rows.filter(late | Q(state=EXPIRED))
    return rows.filter(state=state).exclude(late) if state else rows


def approval(pk: int) -> Approval | None:
    return Approval.objects.select_related("account", "asked_by").filter(pk=pk).first()


def name_of(user: User | None) -> str:
    """How a person is called on a screen."""
    return (user.first_name or user.get_username()) if user else ""


def _rows(creditor_id: int) -> QuerySet[Approval]:
    return Approval.objects.filter(creditor_id=creditor_id).select_related("asked_by", "account")


def _own(row: Approval) -> Waiting:
    one = APPROVABLES[row.kind]
    return Waiting(
        kind=one.name, act=one.approve, text=row.reason, url=url_of(row), expires_at=row.expires_at,
        asked_at=row.asked_at, asked_by_id=row.asked_by_id, asked_by=name_of(row.asked_by),
        amount_minor=row.amount_minor, currency=row.currency, approval=row,
    )  # fmt: skip


def url_of(row: Approval) -> str:
    """Where what is asked is looked at."""
    if row.kind == "mass_send":
        run = row.detail.get("run")
        return f"/cargar/{run}/" if run else "/envios/?estado=waiting"
    if row.kind == "legal_step":
        return f"/clientes/{row.account_id}/legal/"
    return f"/clientes/{row.account_id}/" if row.account_id else ""


def state_of(row: Approval) -> str:
    """Its state as of now: what nobody answered in time is over though nobody wrote it yet."""
    late = row.state == WAITING and row.expires_at is not None and row.expires_at <= timezone.now()
    return EXPIRED if late else row.state
