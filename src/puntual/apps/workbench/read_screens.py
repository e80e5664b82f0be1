"""What the screens of the desk show: the head of the queue, and everything about one person in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from django.utils.translation import gettext as _

from puntual.apps.compliance import read as compliance
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import read_screens as said
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import read_charges, timeline
from puntual.apps.receivables.models import DueBalance
from puntual.apps.receivables.models_charges import ChargeRecord
from puntual.apps.receivables.timeline import Moment
from puntual.apps.segments import read as segments
from puntual.apps.workbench import read
from puntual.apps.workbench.choices import GROUPS
from puntual.apps.workbench.models import QueueRow
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


def groups(creditor: Creditor, agent_id: int, now: datetime, limit: int = 12) -> list[Group]:
    """The heads of the groups: one walk of an index each, names unsealed once."""
    held = {lock.party_id: str(lock.agent.get_full_name() or lock.agent) for lock in read.locks_of(creditor.pk, now)}
    found = {code: read.shown(creditor.pk, code, limit) for code in GROUPS}
    # The head of the queue is somebody's own: call-backs and what was handed over to them.
    found[0] = [row for row in found[0] if row.desk in (0, agent_id)]
    names = parties.people(row.party_id for rows in found.values() for row in rows)
    built = read.settings_of(creditor.pk).built
    return [
        Group(
            code, str(GROUPS[code]),
            tuple(Line(r, names[r.party_id].name or r.account.code, held.get(r.party_id, "")) for r in rows),
            max(int(built.get(str(code), 0)), len(rows)),
        )
        for code, rows in found.items()
    ]  # fmt: skip


@attrs.frozen
class Owed:
    """A due item with how it stands, and the proof of each charge on it."""

    balance: DueBalance
    days: int
    state: str
    charges: tuple[ChargeRecord, ...]


def owed(balances: Iterable[DueBalance], today: date) -> list[Owed]:
    """What is owed and why: oldest first, with the formula and the norm of every charge."""
    rows = [b for b in balances if b.open_minor > 0]
    ids = [b.due_item_id for b in rows]
    held = said.held_items(ids)
    proofs: dict[int, list[ChargeRecord]] = {}
    for proof in read_charges.proofs_of(ids):
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
    own = []
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


@attrs.frozen
class Risk:
    """What is likely, and why; `short` when there is little history to say it from."""

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
    lines = [str(one["text"]) for item in told.values() for one in item]
    lines += [line for line in (score.cause_signals, score.health_why) for line in line.splitlines() if line]
    return Risk(
        round(score.self_cure * 100), round(score.p_paid_30 * 100), score.expected_on, score.segment, score.cause,
        score.health, tuple(dict.fromkeys(lines))[:5], score.scoring.short_history,
    )  # fmt: skip


def said_of(account: Account) -> dict[str, Any]:
    """Promises, plans and disputes that matter in a conversation: open ones, and how the last ones ended."""
    deals = [d for d in negotiation.deals_of(account.pk) if d.state in ("current", "offered", "to_approve")]
    return {
        "promises": negotiation.promises_of(account.pk)[:4],
        "deals": deals[:3],
        "disputes": [d for d in negotiation.disputes_of(account.pk) if d.state not in ("told", "withdrawn")][:4],
        "situations": compliance.situations_of(account.party_id),
        "call_backs": read.call_backs_of(account.pk),
    }


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


def siblings(account: Account) -> list[Account]:
    """The other accounts of the same person with the same creditor."""
    rows = Account.objects.filter(party_id=account.party_id, creditor_id=account.creditor_id).exclude(pk=account.pk)
    return list(rows[:5])


def open_items(account: Account) -> list[DueBalance]:
    return receivables.open_items(account.pk)
