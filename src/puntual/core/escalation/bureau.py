"""A negative report to a credit bureau: which notices the law asks for first, when it may be made, until when it stays.

The rules come from the pack of the country (`kind: notice` and `kind: retention` with `before: negative_report`); here
is only the arithmetic. What is not known is read the stricter way: without a minimum wage every debt is a small one,
and a notice that came back was never given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import attrs

from puntual.core.compliance.rulebook import Pack, Rule

REPORT = "negative_report"
#: A notice by what became of it; one that came back gives nobody notice.
SENT, DELIVERED, RETURNED = "sent", "delivered", "returned"
STATES = (SENT, DELIVERED, RETURNED)


@attrs.frozen
class Terms:
    """What the norm asks before the report: how many notices, on different days, and how many whole days after."""

    rule: str
    cite: str
    pack: str
    text: str
    notices: int
    days: int
    warnings: tuple[str, ...] = ()


@attrs.frozen
class Notice:
    """A notice given to the person, on a local day."""

    sent_on: date
    state: str = SENT


@attrs.frozen
class Clock:
    """Where a report stands. `reason`: why it may not be made today, a code of `reasons`; empty when it may."""

    reason: str
    given: int
    needed: int
    ready_on: date | None

    @property
    def ready(self) -> bool:
        return not self.reason


def terms(pack: Pack, *, amount_minor: int, wage_minor: int | None, on: date) -> Terms | None:
    """What that norm asks for a debt of that amount. `wage_minor`: the monthly minimum wage in the same currency, None
    if it is not known. None: the norm that was read asks for no notice, so nobody may say that it was given."""
    rules = [r for r in pack.rules if r.kind == "notice" and r.data.get("before") == REPORT and r.applies.on(on)]
    fitting = [r for r in rules if _fits(r, amount_minor, wage_minor)]
    if not fitting:
        return None
    rule = max(fitting, key=lambda r: (int(r.data.get("notices", 1)), int(r.data["days"])))
    warnings = pack.standing_warnings(on)
    if wage_minor is None and "below" in rule.data:
        index = rule.data["below"]["index"]
        warnings += (f"W-WAGE: falta el valor de {index}; se piden los avisos de una deuda pequeña.",)
    return Terms(
        rule.id, rule.cite, pack.label, rule.text, int(rule.data.get("notices", 1)), int(rule.data["days"]), warnings
    )


def _fits(rule: Rule, amount_minor: int, wage_minor: int | None) -> bool:
    below = rule.data.get("below")
    if below is None or wage_minor is None:
        return True
    return amount_minor * 100 < wage_minor * int(below["pct"])


def wage_index(pack: Pack) -> str | None:
    """The published value against which that norm measures a small debt."""
    return next((r.data["below"]["index"] for r in pack.rules if "below" in r.data), None)


def clock(
    asked: Terms | None, notices: Iterable[Notice], as_of: date, *, open_minor: int, in_dispute: bool, stayed: bool
) -> Clock:
    """Whether the report may be made on `as_of`. Days are whole: with notice on the 1st and twenty days, from the
    22nd. Nothing is reported that is paid, in dispute or under a stay."""
    if asked is None:
        return Clock("report_no_law", 0, 0, None)
    days = sorted({n.sent_on for n in notices if n.state != RETURNED})
    given = len(days)
    ready = days[-1] + timedelta(days=asked.days + 1) if given >= asked.notices else None
    return Clock(_why(asked, given, ready, as_of, open_minor, in_dispute, stayed), given, asked.notices, ready)


def _why(
    asked: Terms, given: int, ready: date | None, as_of: date, open_minor: int, in_dispute: bool, stayed: bool
) -> str:
    if open_minor <= 0:
        return "report_paid"
    if in_dispute:
        return "report_disputed"
    if stayed:
        return "report_stayed"
    if given < asked.notices:
        return "report_second_notice" if given else "report_no_notice"
    return "report_waiting" if ready is None or as_of < ready else ""


def keep_until(pack: Pack, *, defaulted_on: date, paid_on: date | None, on: date) -> tuple[date, Rule] | None:
    """Until when a negative report may stay, with its rule: from the payment if there was one, else from the default.
    None where the norm that was read does not say."""
    rules = (r for r in pack.rules if r.kind == "retention" and r.data.get("before") == REPORT and r.applies.on(on))
    rule = next(rules, None)
    if rule is None:
        return None
    if paid_on is None:
        return defaulted_on + timedelta(days=int(rule.data["days"])), rule
    late = max(0, (paid_on - defaulted_on).days)
    paid = rule.data["paid"]
    stay = late * int(paid["times"]) if late < int(paid["short_days"]) else int(paid["long_days"])
    return paid_on + timedelta(days=stay), rule


def notice_text(*, creditor: str, documents: Sequence[tuple[str, str, str]], total: str, days: int, pay: str) -> str:
    """What the notice says, in plain words and without the look of a court. `documents`: number, due day, amount."""
    lines = [f"- {number}, vencido el {due}: {amount}" for number, due, amount in documents]
    return "\n".join(
        [
            f"{creditor} le informa que tiene valores vencidos a su cargo:",
            *lines,
            f"Total: {total}.",
            f"Si pasados {days} días calendario desde este aviso siguen sin pagarse y usted no los ha objetado, "
            f"{creditor} podrá reportar el incumplimiento a las centrales de riesgo.",
            f"Puede pagar, pedir un acuerdo o decirnos que no está de acuerdo: {pay}",
            "Si ya pagó, avísenos y no haga caso de este mensaje. Tiene derecho a conocer, actualizar y corregir sus "
            "datos, y a reclamar ante la Superintendencia de Industria y Comercio o la Superintendencia Financiera.",
            "Este aviso no es una comunicación judicial.",
        ]
    )
