"""What collecting did to people, counted whole: no list is cut before it is counted."""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.apps import bulk
from puntual.apps.compliance.read import REALLY_ASKED
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.reports import frames_plans, kept
from puntual.apps.reports.columns import Books
from puntual.apps.reports.sql import date_of, day, instants
from puntual.core.compliance import breaches
from puntual.core.frames import CONSENTS, ID, Column
from puntual.core.reports import inputs

_HARM = f"""
SELECT 'complaint' AS what, COUNT(*) AS times FROM negotiation_complaint
 WHERE creditor_id = %s AND opened_on >= %s AND opened_on <= %s
UNION ALL SELECT 'wrong_person', COUNT(*) FROM portal_wrongperson w JOIN parties_account a ON a.id = w.account_id
 WHERE a.creditor_id = %s AND w.at >= %s AND w.at < %s AND w.annulled_at IS NULL
UNION ALL SELECT 'opt_out', COUNT(*) FROM compliance_consent c WHERE c.status = 'withdrawn' AND c.source = 'person'
 AND {REALLY_ASKED.format("c")}
 AND EXISTS (SELECT 1 FROM parties_account a WHERE a.party_id = c.party_id AND a.creditor_id = %s)
 AND c.at >= %s AND c.at < %s
"""
_SENT_TO_STOPPED = """
SELECT x.party_id AS party, x.outbox_id AS outbox, x.channel, x.direction, x.at FROM outreach_contact x
WHERE x.creditor_id = %s AND x.at >= %s AND x.at < %s AND x.step <> 'confirma_baja'
  AND x.party_id IN (SELECT w.party_id FROM compliance_consent w WHERE w.status = 'withdrawn')
"""
_ACTS = """
SELECT party_id AS party, channel, status, at, source FROM compliance_consent c
WHERE EXISTS (SELECT 1 FROM compliance_consent w WHERE w.party_id = c.party_id AND w.status = 'withdrawn') AND 1 = %s
"""
_SENT = {
    "party": Column(ID, "persona", null=True),
    "outbox": Column(ID, "mensaje", null=True),
    "channel": Column(pl.String, "canal"),
    "direction": Column(pl.String, "out o in"),
    "at": CONSENTS["at"],
}


def harm(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """How often each kind of harm happened in [start, end] (inputs.HARM); breaches are found, not declared."""
    days, moments = (day(start), day(end)), instants(creditor, start, end)
    given: list[object] = []
    for bounds in (days, moments, moments):
        given += [creditor.pk, *bounds]
    counted = bulk.read_frame(_HARM, inputs.HARM, given)
    left = kept.messages(creditor, start, end).group_by("account", "day").agg(pl.len().cast(pl.Int64)).collect()
    sent, repeated = int(left["len"].sum()), int((left["len"] - 1).sum())
    asked = frames_plans.wanted(creditor, start, end)
    found = {
        "sent": sent,
        "breach": repeated + after_stop(creditor, start, end).height,
        "wanted": int(asked["times"].sum()),
        "refused": int(asked.filter(pl.col("verdict") != "allow")["times"].sum()),
    }
    mine = pl.DataFrame({"what": list(found), "times": list(found.values())})
    return pl.concat([counted, mine.cast({"times": pl.Int64})])


_ASKED = {
    "complaint": """
SELECT 'complaint' AS what, account_id AS account, opened_on AS "on", '' AS channel, '' AS campaign, 1 AS times
FROM negotiation_complaint WHERE creditor_id = %s AND opened_on >= %s AND opened_on <= %s""",
    "wrong_person": """
SELECT 'wrong_person' AS what, w.account_id AS account, {at} AS "on", '' AS channel, '' AS campaign, 1 AS times
FROM portal_wrongperson w JOIN parties_account a ON a.id = w.account_id
WHERE a.creditor_id = %s AND w.at >= %s AND w.at < %s AND w.annulled_at IS NULL""",
    "opt_out": """
SELECT 'opt_out' AS what, MIN(a.id) AS account, {at} AS "on", CASE WHEN w.channel = '*' THEN '' ELSE w.channel END
       AS channel, '' AS campaign, 1 AS times
FROM compliance_consent w JOIN parties_account a ON a.party_id = w.party_id AND a.creditor_id = %s
WHERE w.status = 'withdrawn' AND w.source = 'person' AND w.at >= %s AND w.at < %s AND """
    + REALLY_ASKED.format("w")
    + """
GROUP BY w.id, w.channel, w.at""",
    "wanted": """
SELECT CASE w.verdict WHEN 'allow' THEN 'allowed' ELSE 'refused' END AS what, w.account_id AS account, p.day AS "on",
       COALESCE(w.channel, '') AS channel, COALESCE(w.step, '') AS campaign, 1 AS times
FROM planning_planrow w JOIN planning_plan p ON p.id = w.plan_id
WHERE p.creditor_id = %s AND p.day >= %s AND p.day <= %s AND w.verdict IN ('allow', 'defer', 'deny')""",
    "sent": """
SELECT 'sent' AS what, w.account_id AS account, {at} AS "on", w.channel, w.step AS campaign, 1 AS times
FROM outreach_outbox w WHERE w.creditor_id = %s AND w.state IN ('sent', 'opened', 'unknown') AND w.channel <> 'task'
  AND w.finished_at >= %s AND w.finished_at < %s""",
}
_BY_DAY = ("complaint", "wanted")
#: What is found in which rows.
_READ = {"refused": "wanted"}
_PARTS = {
    "what": Column(pl.String, "qué se cuenta"), "account": Column(ID, "cuenta", null=True),
    "on": Column(pl.Date, "cuándo"), "channel": Column(pl.String, "canal"),
    "campaign": Column(pl.String, "campaña"), "times": Column(pl.Int64, "cuántas veces"),
}  # fmt: skip


def parts(
    books: Books, creditor: Creditor, start: date, end: date, counts: tuple[str, ...] = (*_ASKED, "breach")
) -> pl.DataFrame:
    """The same as `harm` (of `counts`) with account, day, segment, channel and campaign; '' where it does not say."""
    asked = [name for name in _ASKED if name in {_READ.get(count, count) for count in counts}]
    found = [_read_part(name, creditor, start, end) for name in asked]
    whole = pl.concat([pl.DataFrame(schema={n: c.dtype for n, c in _PARTS.items()}), *found])
    stopped = whole.filter(pl.col("what").is_in(("refused", "allowed"))).with_columns(what=pl.lit("wanted"))
    told = [whole.filter(pl.col("what") != "allowed"), stopped]
    if "breach" in counts:
        told.append(_breaches(creditor, start, end))
    rows = pl.concat(told).group_by("what", "account", "on", "channel", "campaign").agg(pl.col("times").sum())
    return rows.join(books.accounts.select("account", "segment"), on="account", how="left").with_columns(
        pl.col("segment").fill_null("")
    )


def _read_part(name: str, creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    column = "w.finished_at" if name == "sent" else "w.at"
    bounds = (day(start), day(end)) if name in _BY_DAY else instants(creditor, start, end)
    return bulk.read_frame(_ASKED[name].format(at=date_of(column)), _PARTS, (creditor.pk, *bounds))


def _breaches(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """Second messages of a day (as its key tells the day, like `harm`), and contacts after a «no»."""
    left = kept.messages(creditor, start, end).filter(pl.int_range(pl.len()).over("account", "day") > 0)
    again = left.select(
        what=pl.lit("breach"), account="account", on=pl.col("at").dt.date(), channel="channel", campaign="campaign",
        times=pl.lit(1, dtype=pl.Int64),
    ).collect()  # fmt: skip
    late = after_stop(creditor, start, end)
    owners = Account.objects.filter(creditor=creditor, party_id__in=late["party"].to_list()).values_list("party", "pk")
    own = dict(owners)
    on = pl.col("at").dt.date()
    stopped = late.select(
        what=pl.lit("breach"), account=pl.col("party").replace_strict(own, default=None, return_dtype=pl.Int64), on=on,
        channel="channel", campaign=pl.lit(""), times=pl.lit(1, dtype=pl.Int64),
    )  # fmt: skip
    return pl.concat([again, stopped])


def after_stop(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """Every contact of [start, end] made after the person's «no»: party, channel, at, stopped."""
    sent = bulk.read_frame(_SENT_TO_STOPPED, _SENT, (creditor.pk, *instants(creditor, start, end)))
    return breaches.after_stop(sent, bulk.read_frame(_ACTS, CONSENTS, (1,)))
