"""Many messages at once take two people: what is asked of the other one, and which messages it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from puntual.apps.access.read_approvals import is_mass
from puntual.apps.access.write_approvals import Asked
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write import held


def of_plan(creditor_id: int, plan_id: int | None, ids: Sequence[int] = ()) -> Asked | None:
    """What to ask to approve a whole plan, or some messages; None where so few take one person only.

    It names the last message there was, so that a yes is about what was asked and not about what came later.
    """
    rows = held(plan_id=plan_id, ids=ids)
    n = rows.count()
    if not is_mass(creditor_id, n):
        return None
    if plan_id is not None:
        upto = rows.aggregate(last=Max("pk"))["last"]
        detail = {"plan": plan_id, "upto": upto, "n": n}
        return _asked(creditor_id, f"send:plan:{plan_id}:{upto}", n, detail)
    mark = hashlib.sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:24]
    return _asked(creditor_id, f"send:ids:{mark}", n, {"ids": sorted(ids), "n": n})


def of_load(creditor_id: int, run: int, n: int, *, queued: bool) -> Asked | None:
    """What to ask to send the documents of a load, or to let go those that wait (`queued`); None where so few."""
    if not is_mass(creditor_id, n):
        return None
    return _asked(creditor_id, f"send:run:{run}:{int(queued)}", n, {"run": run, "queued": queued, "n": n})


def still_held(detail: dict[str, object]) -> QuerySet[Outbox]:
    """The messages of a request that still wait."""
    ids, plan, upto = detail.get("ids"), detail.get("plan"), detail.get("upto")
    rows = held(plan_id=plan if isinstance(plan, int) else None, ids=ids if isinstance(ids, list) else ())
    return rows.filter(pk__lte=upto) if upto else rows


def _asked(creditor_id: int, key: str, n: int, detail: dict[str, object]) -> Asked:
    reason = _("Dejar salir %(n)d mensajes a la vez.") % {"n": n}
    return Asked("mass_send", creditor_id, reason, key, detail=detail)
