"""What an agent notes while holding a person: results, promises, plans, disputes, call-backs, notes; and undoing it.

Each is one transaction with a key (the same form twice is one) and needs the hold. A result ends the handling; a note
does not. What the person decided about being contacted (opt-out, wrong number) is never undone by us.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import attrs
from django.db import transaction

from puntual.apps.compliance import write as compliance
from puntual.apps.negotiation import write as promises
from puntual.apps.negotiation import write_deals, write_disputes
from puntual.apps.outreach import write_calls
from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import ContactPoint
from puntual.apps.workbench import read, write
from puntual.apps.workbench.models import Act, CallBack, DeskLock, QueueRow
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation.quote import Terms
from puntual.core.negotiation.rules import NegotiationRules
from puntual.core.time import local_date, local_instant
from puntual.core.workbench import results

#: A delicate situation is looked at again after so many days.
DELICATE_DAYS = 60
_SITUATION = {"lawyer": "legal_representation", "delicate": "vulnerable", "deceased": "deceased"}


@attrs.frozen(kw_only=True)
class By:
    """Who acts, on which account, when, and the key that makes the same form twice one."""

    agent: int
    account: int
    at: datetime
    key: str
    zone: str
    text: str = ""

    @property
    def today(self) -> date:
        return local_date(self.at, self.zone)


@attrs.frozen
class Noted:
    """The act, and whether it is new (False: the same form again)."""

    act: Act
    new: bool = True


def _same(by: By) -> Noted | None:
    known = Act.objects.filter(key=by.key).first()
    return None if known is None else Noted(known, new=False)


@transaction.atomic
def note_result(*, by: By, code: str, point: int | None = None) -> Noted:
    """A result by itself: what followed from the conversation."""
    if (known := _same(by)) is not None:
        return known
    one = results.result(code)
    if one.needs:
        raise UnusableInput(f"«{one.name}» se anota con sus datos: use su propio botón.", field="result")
    if one.hard and not by.text.strip():
        raise UnusableInput("Escriba en pocas palabras qué dijo la persona: esto no se puede deshacer.", field="text")
    lock = write.holding(agent_id=by.agent, now=by.at, account_id=by.account)
    _hard(code, lock, by, point)
    return Noted(_finish(lock, by, code))


def _hard(code: str, lock: DeskLock, by: By, point: int | None) -> None:
    """What the person decided, or what happened to them, written where everybody obeys it."""
    if code == "wrong_number":
        found = ContactPoint.objects.filter(pk=point, party_id=lock.party_id, kind="phone").first()
        if found is None:
            raise UnusableInput("Diga cuál de los teléfonos no es de esta persona.", field="point")
        parties_write.silence_point(point=found, reason="wrong_party", at=by.at)
    elif code == "opt_out":
        for channel in ("call", "voice"):
            compliance.opt_out(
                party_id=lock.party_id, channel=channel, at=by.at, source="person", proof=f"llamada: {by.text}"[:200]
            )
    elif code in _SITUATION:
        until = (
            None if code == "deceased" else by.today + timedelta(days=DELICATE_DAYS * (3 if code == "lawyer" else 1))
        )
        reason = _SITUATION[code]
        compliance.add_situation(party_id=lock.party_id, reason=reason, since=by.today, until=until, note="gestión")


@transaction.atomic
def note_promise(*, by: By, amount_minor: int, promised_on: date, rules: NegotiationRules) -> Noted:
    """A promise ends the conversation: nobody writes until that day, but for the eve."""
    if (known := _same(by)) is not None:
        return known
    lock = write.holding(agent_id=by.agent, now=by.at, account_id=by.account)
    new = promises.NewPromise(
        by.account, by.today, promised_on, "agent", f"desk:{by.key}", amount_minor=amount_minor, by=by.agent
    )
    row = promises.make_promise(promise=new, at=by.at, rules=rules.promise)
    until = local_instant(promised_on + timedelta(days=1), time(9, 0), by.zone)
    return Noted(_finish(lock, by, "promise", until=until, was={"promise": row.pk}))


@transaction.atomic
def note_agreement(*, by: By, terms: Terms, rules: NegotiationRules, role: str = "agent") -> Noted:
    """A plan is offered, within the authority of the role; beyond it, it waits for another person's approval."""
    if (known := _same(by)) is not None:
        return known
    lock = write.holding(agent_id=by.agent, now=by.at, account_id=by.account)
    offer = write_deals.Offer(
        account=by.account, offered_on=by.today, expires_on=by.today + timedelta(days=rules.offer_days),
        source="agent", key=f"desk:{by.key}", role=role, limits=rules.limits, by=by.agent,
    )  # fmt: skip
    deal = write_deals.offer_agreement(offer=offer, terms=terms, at=by.at)
    return Noted(_finish(lock, by, "agreement", was={"deal": deal.pk, "needs": deal.needs_role}))


@transaction.atomic
def note_dispute(*, by: By, due_item: int, cause: str, disputed_minor: int | None = None) -> Noted:
    """The person does not recognise a document or its amount: that part stops and its owner answers."""
    if (known := _same(by)) is not None:
        return known
    lock = write.holding(agent_id=by.agent, now=by.at, account_id=by.account)
    new = write_disputes.NewDispute(
        by.account, due_item, cause, by.today, "agent", f"desk:{by.key}", disputed_minor=disputed_minor, text=by.text,
        by=by.agent,
    )  # fmt: skip
    row = write_disputes.open_dispute(dispute=new, at=by.at)
    return Noted(_finish(lock, by, "dispute", was={"dispute": row.pk}))


@transaction.atomic
def note_call_back(*, by: By, when: datetime) -> Noted:
    """The person asked to be called at an hour: it comes back to this agent then. The gate speaks at the call."""
    if (known := _same(by)) is not None:
        return known
    if when <= by.at:
        raise UnusableInput("Esa hora ya pasó: elija una que venga.", field="when")
    lock = write.holding(agent_id=by.agent, now=by.at, account_id=by.account)
    row = CallBack.objects.create(
        creditor_id=lock.creditor_id, account_id=by.account, party_id=lock.party_id, owner_id=by.agent, at=when,
        note=by.text.strip()[:200], created_at=by.at,
    )  # fmt: skip
    act = _finish(lock, by, "call_back", until=when, was={"call_back": row.pk})
    write.front(
        creditor_id=lock.creditor_id, party_id=lock.party_id, account_id=by.account, desk=by.agent,
        reason="call_back_due", at=when, now=by.at,
    )  # fmt: skip
    return Noted(act)


@transaction.atomic
def note_words(*, by: By) -> Noted:
    """A note, sealed under the person's key. The conversation goes on."""
    if (known := _same(by)) is not None:
        return known
    if not by.text.strip():
        raise UnusableInput("La nota está vacía.", field="text")
    lock = write.holding(agent_id=by.agent, now=by.at, account_id=by.account)
    return Noted(_record(lock, by, "note", "", {}))


@transaction.atomic
def note_transfer(*, by: By, to_agent: int | None, department: str, why: str) -> Noted:
    """To a person: the head of their queue. To a department: it leaves the queue until somebody there takes it."""
    if (known := _same(by)) is not None:
        return known
    if to_agent == by.agent:
        raise UnusableInput("Esa persona es usted: elija a quién se lo pasa.", field="to")
    lock = write.holding(agent_id=by.agent, now=by.at, account_id=by.account)
    if to_agent is not None and to_agent not in dict(read.team_names(lock.creditor_id, by.agent)):
        raise Refused("Esa persona no puede recibirla ahora: elija a otra, o un área.", reason="agent_away")
    act = _record(lock, by, "transfer", why[:16], {"to": to_agent, "department": department})
    if to_agent is not None:
        write.hand_over(agent_id=by.agent, to_agent=to_agent, now=by.at)
    else:
        _rows(lock).update(state="route", touched_at=by.at, because=department[:10])
        write.finish(lock=lock, outcome="handed_over", now=by.at)
    return Noted(act)


def _finish(
    lock: DeskLock, by: By, code: str, *, until: datetime | None = None, was: Mapping[str, Any] | None = None
) -> Act:
    """Write the result on the call, the queue and the handling. Inside the caller's transaction."""
    one = results.result(code)
    row = _rows(lock).first()
    before = {"state": row.state, "grp": row.grp, "place": row.place, "desk": row.desk, "fruitless": row.fruitless,
              "reason": row.reason, "sentence": row.sentence} if row else {}  # fmt: skip
    act = _record(lock, by, "result", code, {**(was or {}), "row": before})
    if lock.handling.contact:
        direct = one.reached == results.PERSON
        write_calls.tell_call(contact_id=lock.handling.contact, direct_contact=direct, note=one.name)
    following = results.after(code, by.at, row.fruitless if row else 0, until)
    done_backs = CallBack.objects.filter(account_id=by.account, state="open", at__lte=by.at + timedelta(hours=12))
    if one.reached == results.PERSON:
        done_backs.exclude(pk=(was or {}).get("call_back", 0)).update(state="done")
    _rows(lock).update(
        state=following.state, not_before=following.not_before, fruitless=following.fruitless, touched_at=by.at,
        **({"grp": 2} if row and row.grp == 0 else {}),
    )  # fmt: skip
    write.finish(lock=lock, outcome=code, now=by.at)
    return act


def _rows(lock: DeskLock) -> Any:
    return QueueRow.objects.filter(creditor_id=lock.creditor_id, party_id=lock.party_id)


def _record(lock: DeskLock, by: By, kind: str, code: str, was: dict[str, Any]) -> Act:
    text = by.text.strip()[:2000]
    key = parties.key_of(lock.party_id) if text else None
    return Act.objects.create(
        creditor_id=lock.creditor_id, account_id=by.account, agent_id=by.agent, handling_id=lock.handling_id, kind=kind,
        code=code, sealed_text=parties.vault.seal(key, text) if key else None, was=was, key=by.key, at=by.at,
    )  # fmt: skip


@transaction.atomic
def undo_last(*, agent_id: int, creditor_id: int, at: datetime, zone: str) -> Act:
    """Take back the last thing noted, while there is time. Refused for what only the person may change."""
    act = read.last_act(agent_id, read.undo_since(creditor_id, at))
    if act is None:
        raise Refused("No hay nada reciente que deshacer.", reason="desk_held")
    if act.kind == "result" and results.result(act.code).hard:
        raise Refused("Eso lo decidió la persona: no se deshace aquí.", reason="opted_out")
    if act.kind == "transfer":
        raise Refused("Ya lo tiene otra persona: pídaselo de vuelta.", reason="desk_held")
    on = local_date(at, zone)
    was = act.was
    if "promise" in was:
        promises.withdraw_promise(promise_id=was["promise"], at=at, on=on, by=agent_id)
    if "deal" in was:
        write_deals.close(deal_id=was["deal"], event="withdraw", at=at, on=on, by=agent_id)
    if "dispute" in was:
        write_disputes.step_dispute(dispute_id=was["dispute"], event="withdraw", at=at, by=agent_id)
    if "call_back" in was:
        CallBack.objects.filter(pk=was["call_back"]).update(state="cancelled")
    if was.get("row"):
        party = parties.account(f"cta_{act.account_id}").party_id
        QueueRow.objects.filter(creditor_id=act.creditor_id, party_id=party).update(**was["row"], not_before=None)
    Act.objects.filter(pk=act.pk).update(undone_at=at)
    act.undone_at = at
    return act
