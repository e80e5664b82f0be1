"""What the plans of each day wanted, and what the law or the policy stopped."""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.apps.planning.models import Plan
from puntual.core.frames import Column

REFUSALS = {
    "verdict": Column(pl.String, "defer o deny"),
    "reason": Column(pl.String, "código de `reasons`"),
    "rule": Column(pl.String, "regla de la norma"),
    "times": Column(pl.Int64, "cuántas veces"),
}
#: Of plans whose summary does not tell what was stopped.
_ROWS = """
SELECT verdict, reason, COALESCE(rule, '') AS rule, COUNT(*) AS times FROM planning_planrow
WHERE plan_id = %s AND verdict IN ('allow', 'defer', 'deny') GROUP BY verdict, reason, COALESCE(rule, '')
"""


def wanted(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The contacts that the policy wanted in the plans of [start, end], by verdict, reason and rule (REFUSALS).

    Each plan keeps its own sums, so a month of plans is read as some dozens of rows; allowed ones carry no reason.
    """
    found = [pl.DataFrame(schema={n: c.dtype for n, c in REFUSALS.items()})]
    for pk, told in Plan.objects.filter(creditor=creditor, day__range=(start, end)).values_list("pk", "summary"):
        if "refused" not in told:
            found.append(bulk.read_frame(_ROWS, REFUSALS, (pk,)))
            continue
        lines = [("allow", "", "", n) for n in told.get("planned", {}).values()]
        lines += [(r["verdict"], r["reason"], r["rule"] or "", r["n"]) for r in told["refused"]]
        found.append(pl.DataFrame(lines, schema=found[0].schema, orient="row"))
    return pl.concat(found).group_by("verdict", "reason", "rule").agg(pl.col("times").sum())


def refusals(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """What the law or the policy did not let happen in the plans of [start, end], by reason and rule."""
    stopped = wanted(creditor, start, end).filter(pl.col("verdict") != "allow")
    return stopped.sort(["times", "reason", "rule"], descending=[True, False, False])
