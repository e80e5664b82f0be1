"""Many messages at once take two people: what is asked of the other one, and which messages it is about.

Many in small pieces are many: what a person let go alone that day counts, and what anybody did of the same batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import attrs
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from puntual.apps.access import write_approvals
from puntual.apps.access.choices import WAITING
from puntual.apps.access.models import Approval
from puntual.apps.access.read_approvals import takes_two
from puntual.apps.access.write_approvals import Asked
from puntual.apps.audit import write as audit
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write import held
from puntual.apps.parties.models import Creditor
from puntual.core.errors import Refused
from puntual.core.time import local_date


@attrs.frozen
class Let:
    """How many left at once, or what now waits for another person."""

    n: int
    waits: Approval | None = None


@transaction.atomic
def let_go(
    *, creditor: Creditor, by: User | None, at: datetime, plan_id: int | None = None, ids: Sequence[int] = ()
) -> Let:
    """Approve a whole plan, or some messages. Too many for one person: none leaves and another is asked. `by` None is
    nobody by name, who lets few go and asks nothing: Refused beyond that."""
    maker, day = _counting(creditor, by, at)
    plan_id = None if ids else plan_id
    batches = _batches(plan_id, ids, day)
    if not takes_two(creditor.pk, maker, day, batches):
        n = held(plan_id=plan_id, ids=ids).update(approved=True)
        write_approvals.count_let_go(creditor_id=creditor.pk, maker=maker, day=day, batches=batches)
        if n:
            detail = {"ids": list(ids), "plan": plan_id, "n": n}
            audit.record(act="send_approved", actor=by, kind="plan" if plan_id else "outbox", pk=plan_id, detail=detail)
        return Let(n)
    if by is None:
        raise Refused("Son muchos mensajes a la vez: los pide una persona por su nombre y los aprueba otra.")
    asked = _of_plan(creditor.pk, plan_id, ids)
    return Let(0, write_approvals.ask_again(asked=asked, by=by, at=at))


@transaction.atomic
def let_all_go(*, plan_id: int) -> int:
    """Approve a whole plan where nobody has an account yet: whoever installs is the whole house. Gives how many."""
    n = held(plan_id=plan_id).update(approved=True)
    audit.record(act="send_approved", kind="plan", pk=plan_id, detail={"n": n})
    return n


def second_yes(*, plan_id: int, by: User, at: datetime) -> int | None:
    """Another person already asked to let this plan go: this is the second yes. None where nobody did."""
    rows = Approval.objects.filter(kind="mass_send", state=WAITING, detail__plan=plan_id, expires_at__gt=at)
    asked = rows.exclude(asked_by=by).order_by("pk").first()
    if asked is None:
        return None
    n = still_held(asked.detail).count()
    write_approvals.approve(approval_id=asked.pk, by=by, at=at)
    return n


@transaction.atomic
def ask_load(*, creditor: Creditor, run: int, n: int, queued: bool, by: User, at: datetime) -> Approval | None:
    """What another person was asked about the documents of a load, to send them or to let go those that wait
    (`queued`). None where so few take one person, whose they count as from here on."""
    maker, day = _counting(creditor, by, at)
    batches = {f"run:{run}": n} if n else {}
    if not takes_two(creditor.pk, maker, day, batches):
        write_approvals.count_let_go(creditor_id=creditor.pk, maker=maker, day=day, batches=batches)
        return None
    asked = _asked(creditor.pk, f"send:run:{run}:{int(queued)}", n, {"run": run, "queued": queued, "n": n})
    return write_approvals.ask_again(asked=asked, by=by, at=at)


def _counting(creditor: Creditor, by: User | None, at: datetime) -> tuple[int, date]:
    """(maker, local day), with the company locked: two halves sent at once are counted one after the other."""
    Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
    return (by.pk if by else 0), local_date(at, creditor.zone)


def _batches(plan_id: int | None, ids: Sequence[int], day: date) -> Mapping[str, int]:
    """batch -> how many of those messages still wait. What is told because something happened has no plan."""
    rows = held(plan_id=plan_id, ids=ids).values_list("plan_id").annotate(n=Count("pk")).order_by()
    return {f"plan:{plan}" if plan else f"events:{day}": n for plan, n in rows}


def takes_two_for(creditor: Creditor, by: User, at: datetime, plan_id: int, n: int) -> bool:
    """Whether letting the rest of a plan go would ask another person, to say so before."""
    return takes_two(creditor.pk, by.pk, local_date(at, creditor.zone), {f"plan:{plan_id}": n})


def _of_plan(creditor_id: int, plan_id: int | None, ids: Sequence[int]) -> Asked:
    """It names the last message there was, so that a yes is about what was asked and not about what came later."""
    rows = held(plan_id=plan_id, ids=ids)
    n = rows.count()
    if plan_id is not None:
        upto = rows.aggregate(last=Max("pk"))["last"]
        return _asked(creditor_id, f"send:plan:{plan_id}:{upto}", n, {"plan": plan_id, "upto": upto, "n": n})
    mark = hashlib.sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:24]
    return _asked(creditor_id, f"send:ids:{mark}", n, {"ids": sorted(ids), "n": n})


def still_held(detail: Mapping[str, object]) -> QuerySet[Outbox]:
    """The messages of a request that still wait."""
    ids, plan, upto = detail.get("ids"), detail.get("plan"), detail.get("upto")
    rows = held(plan_id=plan if isinstance(plan, int) else None, ids=ids if isinstance(ids, list) else ())
    return rows.filter(pk__lte=upto) if upto else rows


def _asked(creditor_id: int, key: str, n: int, detail: dict[str, object]) -> Asked:
    reason = _("Dejar salir %(n)d mensajes a la vez.") % {"n": n}
    return Asked("mass_send", creditor_id, reason, key, detail=detail)
