"""What the desk asks of the whole house: its queue, what is allowed with one person now, and a call inside the law."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import attrs
import polars as pl
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.compliance import read as compliance_read
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach import write_calls
from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables import read as receivables
from puntual.apps.segments import read as segments
from puntual.apps.workbench import read as workbench
from puntual.apps.workbench import write as workbench_write
from puntual.apps.workbench import write_queue
from puntual.core import compliance, reasons
from puntual.core.compliance import GateKnown, GateRules
from puntual.core.errors import Refused, UnusableInput
from puntual.core.frames import CANDIDATES, conform
from puntual.core.time import local_date, local_instant, zone
from puntual.core.workbench import queue
from puntual.core.workbench.pauses import FOR_A_PERSON, own_request, paused_share, stops_call
from puntual.pipeline import load
from puntual.pipeline.law_in_force import law_in_force

#: What the screen tells of, in this order.
CHANNELS = ("call", "whatsapp", "sms", "email", "visit", "letter")
#: Bad relations brought before people at once: more than a team attends on a day.
RELATIONS = 100


@attrs.frozen
class Allowed:
    """What the gate says of one channel with one person at one moment."""

    channel: str
    verdict: str
    reason: str
    rule: str
    cite: str
    until: datetime | None
    warnings: tuple[str, ...] = ()


def build_queue(*, creditor: Creditor, now: datetime) -> int:
    """Everybody with something overdue, in the day's groups. Set-based; gives how many people."""
    day = local_date(now, creditor.zone)
    open_on = local_instant(day, time.min, creditor.zone)
    end = local_instant(day + timedelta(days=1), time.min, creditor.zone)
    owed = _owed(creditor, now)
    built = queue.build(owed, segments.capacity(creditor.pk), end)
    accounts = receivables.accounts_frame(creditor_id=creditor.pk).unique("account").select("account", "segment")
    spoken = parties.parties_frame().select("party", "language")
    rows = built.join(accounts, on="account", how="left", maintain_order="left").join(
        spoken, on="party", how="left", maintain_order="left"
    )
    own = "pt" if creditor.country == "BR" else "es"
    language = pl.col("language").fill_null("").str.slice(0, 2)
    rows = rows.with_columns(
        segment=pl.col("segment").fill_null(""),
        # Only another language than the company's own asks for somebody who speaks it.
        language=pl.when(language == own).then(pl.lit("")).otherwise(language),
        skill=pl.lit(""),
    )
    return write_queue.publish(
        creditor_id=creditor.pk, queue=rows, now=now, since=open_on, damaged=_damaged(creditor, owed, day)
    )


def _damaged(creditor: Creditor, owed: pl.DataFrame, day: date) -> list[write_queue.Damaged]:
    """Relations for a person to attend, worst first. Whoever is paused whole (a complaint, a dispute, a situation) has
    somebody who sees to that already."""
    now = (pl.col("until").is_null() | (pl.col("until") > day)) & ~pl.col("reason").is_in(list(FOR_A_PERSON))
    holds = load.holds(day).filter(pl.col("due_item").is_null() & now)
    parties_held = set(holds.filter(pl.col("account").is_null())["party"].to_list())
    held = parties_held | set(owed.filter(pl.col("paused").is_not_null())["party"].to_list())
    accounts_held = set(holds["account"].drop_nulls().to_list())
    return [
        write_queue.Damaged(
            row.party_id, row.account_id, row.currency, row.amount_minor, tuple(row.health_why.splitlines())
        )
        for row in segments.relations_to_attend(creditor.pk, RELATIONS)
        if row.party_id not in held and row.account_id not in accounts_held
    ]


def _owed(creditor: Creditor, now: datetime) -> pl.DataFrame:
    """OWED of a creditor: balances less pauses, scores, and what the gate says of a call."""
    day = local_date(now, creditor.zone)
    entries = receivables.brought_forward(as_of=day, creditor_id=creditor.pk)
    overdue = entries.filter(pl.col("due_on") < day)
    items = overdue.group_by("due_item", "account", "party", "currency", "due_on").agg(
        open_minor=pl.col("amount_minor").sum()
    )
    by_account = paused_share(items, load.holds(day), day)
    scores = segments.stakes_frame(creditor.pk).select("account", "pays_anyway")
    favour = receivables.accounts_frame(creditor_id=creditor.pk).select("account", "currency", "unapplied_minor")
    # Money that already came in and was not applied yet is not claimed again.
    scored = (
        by_account.join(scores, on="account", how="left")
        .join(favour.drop_nulls("currency"), on=["account", "currency"], how="left")
        .with_columns(
            amount_minor=(pl.col("amount_minor") - pl.col("unapplied_minor").fill_null(0)).clip(lower_bound=0)
        )
    )
    # The account with most to speak of stands for the person; the others are on the same screen.
    one_each = scored.sort("party", "amount_minor", "account", descending=[False, True, False]).unique(
        "party", keep="first", maintain_order=True
    )
    ruled = _rulings(one_each.select("party"), creditor, now)
    joined = one_each.join(ruled, on="party", how="left", maintain_order="left")
    return conform(joined, queue.OWED)


def _rulings(people: pl.DataFrame, creditor: Creditor, now: datetime) -> pl.DataFrame:
    """party -> what the gate says of calling it now, for those with a telephone that may be used."""
    phones = parties.contact_points_frame().filter((pl.col("channel") == "call") & (pl.col("status") == "active"))
    rows = (
        people.join(phones.select("party").unique(), on="party", how="semi")
        .join(parties.parties_frame(), on="party", how="left")
        .with_columns(
            candidate=pl.int_range(pl.len(), dtype=pl.Int64), creditor=pl.lit(creditor.pk, dtype=pl.Int64),
            channel=pl.lit("call"), purpose=pl.lit("reminder_overdue"), at=pl.lit(now).cast(pl.Datetime("us", "UTC")),
            creditor_country=pl.lit(creditor.country), recipient=pl.lit("debtor"),
        )
    )  # fmt: skip
    known = GateKnown(
        contacts=outreach.contacts_frame(since=now - timedelta(days=load.HISTORY_DAYS)),
        consents=compliance_read.consents_frame(),
        contact_flags=compliance_read.flags_frame(local_date(now, creditor.zone)),
    )
    gated = compliance.gate(conform(rows, CANDIDATES), known, GateRules(law_in_force()), now)
    return gated.select("party", "verdict", "rule", "next_allowed_at", law_reason="reason")


def allowed_now(
    *, account: Account, now: datetime, channels: Sequence[str] = CHANNELS, person: parties.Person | None = None
) -> list[Allowed]:
    """What may be done with this person at this moment, channel by channel, with rule and citation."""
    person = person or parties.person(account.party_id)
    base = {
        "party": account.party_id, "creditor": account.creditor_id, "debt": None, "purpose": "reminder_overdue",
        "at": now, "country": person.country or None, "creditor_country": account.creditor.country,
        "subdivision": person.subdivision or None, "zones": [person.zone] if person.zone else [],
        "debtor": person.debtor, "recipient": "debtor",
    }  # fmt: skip
    rows = pl.DataFrame(
        [{**base, "candidate": i, "channel": channel} for i, channel in enumerate(channels)],
        schema={n: c.dtype for n, c in CANDIDATES.items()},
    )
    known = GateKnown(
        contacts=outreach.contacts_frame_of(account.party_id),
        consents=compliance_read.consents_of_many([account.party_id]),
        contact_flags=compliance_read.flags_of_many([account.party_id], local_date(now, account.creditor.zone)),
    )
    gated = compliance.gate(rows, known, GateRules(law_in_force()), now).sort("candidate")
    return [_allowed(row) for row in gated.to_dicts()]


def _allowed(row: dict[str, object]) -> Allowed:
    return Allowed(
        str(row["channel"]), str(row["verdict"]), str(row["reason"]), str(row["rule"] or ""), str(row["cite"] or ""),
        row["next_allowed_at"], tuple(row["warnings"] or ()),
    )  # fmt: skip


def place_call(*, account: Account, point_id: int, now: datetime, user_id: int) -> str:
    """Look at pauses, balance and law at this very moment, take the slot in the caps, and give the number to dial.

    One short transaction. Refused with reason, rule and citation; then nothing is recorded as a call.
    """
    number = parties.point_values([point_id]).get(point_id)
    points = {p.pk: p for p in parties.points([account.party_id])[account.party_id]}
    if number is None or point_id not in points or points[point_id].kind != "phone":
        raise UnusableInput("Ese teléfono no se puede usar: está silenciado o ya no es de esta persona.")
    with transaction.atomic():
        parties_write.lock_parties(party_ids=[account.party_id])
        workbench_write.holding(agent_id=user_id, now=now, account_id=account.pk)
        _not_paused(account, now)
        [ruling] = allowed_now(account=account, now=now, channels=("call",))
        if ruling.verdict != "allow":
            raise Refused(_why_not(ruling, account), reason=ruling.reason, rule=ruling.rule)
        contact = write_calls.record_call(
            party_id=account.party_id, account_id=account.pk, creditor_id=account.creditor_id,
            purpose="reminder_overdue", at=now, by_id=user_id,
        )  # fmt: skip
        workbench_write.mark_called(agent_id=user_id, account_id=account.pk, contact_id=contact.pk, now=now)
        audit.record_decisions(rows=[_decided(account, ruling)], at=now)
    return number


def _not_paused(account: Account, now: datetime) -> None:
    """Refused when everything is paused or nothing is owed, unless the person asked for this call."""
    day = local_date(now, account.creditor.zone)
    items = [(b.due_item_id, b.open_minor) for b in receivables.open_items(account.pk) if b.open_minor > 0]
    asked = any(own_request(one.at, now) for one in workbench.call_backs_of(account.pk))
    why = stops_call(items, load.holds(day), party=account.party_id, account=account.pk, day=day, asked=asked)
    if why:
        raise Refused(f"{reasons.sentence(why)} No se le llama.", reason=why)


def _why_not(ruling: Allowed, account: Account) -> str:
    """The sentence of a refusal, with until when and where the law says so."""
    said = [reasons.sentence(ruling.reason)]
    if ruling.until:
        local = ruling.until.astimezone(zone(account.creditor.zone))
        said.append(f"Se podrá desde el {local:%d/%m a las %H:%M}.")
    if ruling.cite:
        said.append(f"({ruling.cite})")
    return " ".join(said)


def _decided(account: Account, ruling: Allowed) -> audit.Decided:
    return audit.Decided(
        "verdict", account.creditor_id, account.party_id, account.pk, 0, "call", "allow", reason=ruling.reason
    )
