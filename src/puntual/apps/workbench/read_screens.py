"""What the screens of the desk show: the head of the queue, and everything about one person in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from django.utils.translation import gettext as _

from puntual.apps.compliance import read as compliance
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation.choices import DealState, PromiseState
from puntual.apps.negotiation.models import Deal, Dispute, Promise
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import read_charges, timeline
from puntual.apps.receivables.models import DueBalance
from puntual.apps.receivables.models_charges import ChargeRecord
from puntual.apps.receivables.timeline import Moment
from puntual.apps.segments import read as segments
from puntual.apps.segments.choices import CAUSE_NAMES, FAR_DAYS, segment_name
from puntual.apps.workbench import read
from puntual.apps.workbench.choices import GROUPS
from puntual.apps.workbench.models import CallBack, QueueRow
from puntual.core.negotiation.dispute import PAUSING
from puntual.core.workbench import results
from puntual.ui.formats import date_text, locale_for, money_text
from puntual.ui.states import due_state

#: Moments on the desk; the customer's page has the rest.
MOMENTS = 20


@attrs.frozen
class Line:
    """A row of the queue with its name, and who is attending it now."""

    row: QueueRow
    name: str
    holder: str


@attrs.frozen
class Group:
    """One group of the queue: its head, and how many there are in all."""

    code: int
    name: str
    lines: tuple[Line, ...]
    count: int


def groups(creditor: Creditor, agent_id: int, now: datetime, built: Mapping[str, int], limit: int = 12) -> list[Group]:
    """The heads of the groups: one walk of an index each, names unsealed once. `built`: how many each had then."""
    held = {lock.party_id: str(lock.agent.get_full_name() or lock.agent) for lock in read.locks_of(creditor.pk, now)}
    found = {code: read.shown(creditor.pk, code, limit) for code in GROUPS}
    # The head of the queue is somebody's own: call-backs and what was handed over to them.
    found[0] = [row for row in found[0] if row.desk in (0, agent_id)]
    names = parties.people(row.party_id for rows in found.values() for row in rows)
    return [
        Group(
            code, str(GROUPS[code]),
            tuple(Line(r, names[r.party_id].name or r.account.code, held.get(r.party_id, "")) for r in rows),
            max(int(built.get(str(code), 0)), len(rows)),
        )
        for code, rows in found.items()
    ]  # fmt: skip


def named(call_backs: Sequence[CallBack]) -> list[tuple[CallBack, str]]:
    """Call-backs with the name of who asked."""
    names = parties.people(one.party_id for one in call_backs) if call_backs else {}
    return [(one, names[one.party_id].name or one.account.code) for one in call_backs]


@attrs.frozen
class Owed:
    """A due item with how it stands, and the proof of each charge on it."""

    balance: DueBalance
    days: int
    state: str
    charges: tuple[ChargeRecord, ...]


def owed(balances: Iterable[DueBalance], today: date, held: Mapping[int, str]) -> list[Owed]:
    """What is owed and why: oldest first, with the formula and the norm of every charge. `held`: due item -> pause."""
    rows = [b for b in balances if b.open_minor > 0]
    charged = [b.due_item_id for b in rows if b.interest_minor or b.fee_minor]
    proofs: dict[int, list[ChargeRecord]] = {}
    for proof in read_charges.proofs_of(charged) if charged else ():
        proofs.setdefault(proof.due_item_id, []).append(proof)
    found = []
    for b in rows:
        days = (today - b.due_on).days
        state = due_state(days, b.open_minor, b.due_item.original_minor, held.get(b.due_item_id))
        found.append(Owed(b, days, state, tuple(proofs.get(b.due_item_id, ()))[-3:]))
    return found


def moments(account: Account, zone: str, limit: int = MOMENTS) -> list[Moment]:
    """One line of time of the account, with what agents noted, newest first."""
    key = parties.key_of(account.party_id)
    own: list[Moment] = []
    for act in read.acts_of(account.pk, limit):
        who = act.agent.get_full_name() or act.agent.get_username() if act.agent else ""
        words = parties.vault.unseal(key, act.sealed_text) if act.sealed_text else ""
        detail = f"{words} · {who}" if words and who else words or who
        if act.kind == "note":
            own.append(Moment(act.at, _("Nota"), "note", "", detail))
        elif act.kind == "transfer":
            own.append(Moment(act.at, _("Se pasó a otra persona"), "arrow", "info", detail))
        else:
            own.append(Moment(act.at, results.RESULTS[act.code].name, "phone", "", detail))
    rows = [*timeline.of_account(account, zone, limit), *own]
    return sorted(rows, key=lambda m: m.sort_key(ZoneInfo(zone)), reverse=True)[:limit]


def together(allowed: Sequence[Any]) -> list[tuple[list[str], Any]]:
    """Channels of which the norm says the same, on one line: (channels, what is said of them)."""
    found: dict[tuple[Any, ...], tuple[list[str], Any]] = {}
    for one in allowed:
        found.setdefault((one.verdict, one.reason, one.until, one.cite), ([], one))[0].append(one.channel)
    return list(found.values())


@attrs.frozen
class Risk:
    """What is likely, and why; `short` when there is little history to say it from. No day: further than a year."""

    pays_anyway: int | None
    pays_30: int | None
    expected_on: date | None
    segment: str
    cause: str
    health: int | None
    reasons: tuple[str, ...]
    short: bool


def risk(account: Account, due_items: Sequence[int]) -> Risk:
    """The scores of the account with their reasons; «poca historia» where nothing was scored."""
    score = segments.scores_of([account.pk]).get(account.pk)
    if score is None:
        return Risk(None, None, None, account.segment, "", None, (), True)
    told = segments.reasons_of(score.scoring_id, list(due_items))
    # One document's reasons, of that which is least likely to be paid: all together they repeat themselves.
    items = sorted(segments.items_of([account.pk]).get(account.pk, []), key=lambda i: i.p_paid_30)
    worst = next((told[i.due_item_id] for i in items if told.get(i.due_item_id)), [])
    lines = [str(one["text"]) for one in worst]
    lines += [line for line in (score.cause_signals, score.health_why) for line in line.splitlines() if line]
    far = (score.expected_on - score.scoring.day).days > FAR_DAYS
    return Risk(
        round(score.self_cure * 100), round(score.p_paid_30 * 100), None if far else score.expected_on,
        segment_name(score.segment), CAUSE_NAMES.get(score.cause, score.cause), score.health,
        tuple(dict.fromkeys(lines))[:6], score.scoring.short_history,
    )  # fmt: skip


@attrs.frozen
class Said:
    """What a person promised, agreed and contested, read once for the whole screen."""

    promises: tuple[Promise, ...]
    deals: tuple[Deal, ...]
    disputes: tuple[Dispute, ...]

    def held(self) -> dict[int, str]:
        """due item -> why it is paused: a dispute before an agreement, an agreement before a promise."""
        found: dict[int, str] = {}
        for promise in self.promises:
            if promise.state == PromiseState.OPEN:
                found |= {c.due_item_id: "promise_open" for c in promise.covers.all()}
        for deal in self.deals:
            if deal.state == DealState.CURRENT:
                found |= {c.due_item_id: "agreement_current" for c in deal.covers.all()}
        return found | {d.due_item_id: "dispute_open" for d in self.disputes if d.state in PAUSING}

    def told(self, account: Account) -> dict[str, Any]:
        """What matters in a conversation: what is open, and how the last ones ended."""
        return {
            "promises": self.promises[:4],
            "deals": [d for d in self.deals if d.state in ("current", "offered", "to_approve")][:3],
            "disputes": [d for d in self.disputes if d.state not in ("told", "withdrawn")][:4],
            "situations": compliance.situations_of(account.party_id),
            "call_backs": read.call_backs_of(account.pk),
        }


def said_of(account: Account) -> Said:
    """Promises, plans and disputes of an account, newest first."""
    return Said(
        tuple(negotiation.promises_of(account.pk)), tuple(negotiation.deals_of(account.pk)),
        tuple(negotiation.disputes_of(account.pk)),
    )  # fmt: skip


def facts(account: Account, name: str, items: Sequence[Owed], agent: str, today: date) -> dict[str, str]:
    """The facts that a script may say."""
    creditor = account.creditor
    locale = locale_for(creditor.country)
    currency = items[0].balance.currency if items else creditor.currency
    mine = [i for i in items if i.balance.currency == currency]
    late = [i for i in mine if i.days > 0]
    count = len(mine)
    return {
        "persona": name, "acreedor": creditor.name, "asesor": agent,
        "saldo": money_text(sum(i.balance.open_minor for i in mine), currency, locale, with_code=True),
        "vencido": money_text(sum(i.balance.open_minor for i in late), currency, locale, with_code=True),
        "documentos": _("1 documento") if count == 1 else _("%(n)d documentos") % {"n": count},
        "dias": str(max((i.days for i in mine), default=0)),
        "vencimiento": _("el %(day)s") % {"day": date_text(mine[0].balance.due_on, locale)} if mine else "",
        "oficina_quejas": creditor.complaint_office or creditor.name,
    }  # fmt: skip


def open_items(account: Account) -> list[DueBalance]:
    return receivables.open_items(account.pk)
