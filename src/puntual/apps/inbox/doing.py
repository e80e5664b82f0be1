"""Acts done: what follows from an answer becomes a promise, a claim, a dispute, an answer. Each has its way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import attrs

from puntual.apps.inbox import read
from puntual.apps.inbox.choices import FileState
from puntual.apps.inbox.models import MessageFile, Proposal, ThreadMessage
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write as promises
from puntual.apps.negotiation import write_disputes as disputes
from puntual.apps.outreach import write_answers
from puntual.apps.outreach.wording import amount, day_text
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties.models import Account
from puntual.apps.portal import write_replies as portal
from puntual.apps.receivables import read as receivables
from puntual.core.customers import acts, topics
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_date


@attrs.frozen
class Said:
    """What follows to be said: a template of this app and its values."""

    template: str
    values: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class _Case:
    """One proposal at the moment of doing it. `today` is the creditor's."""

    row: Proposal
    message: ThreadMessage
    account: Account
    at: datetime
    by: int | None
    due_item: int | None = None

    @property
    def today(self) -> date:
        return local_date(self.message.at, self.account.creditor.zone)

    def money(self, minor: int | None, currency: str = "") -> str | None:
        """None, not empty: to a template of Liquid an empty text is still something to say."""
        country = self.account.creditor.country
        return amount(minor, currency or self.account.creditor.currency, country) if minor is not None else None

    def day(self, on: date | None) -> str | None:
        return day_text(on, self.account.creditor.country) if on else None


def do(row: Proposal, *, at: datetime, by: int | None = None, due_item: int | None = None) -> Said | None:
    """Do what is proposed and keep on the proposal what it made. Gives what to say, if anything. `due_item`: the
    document that a person chose, where the words do not tell it.

    Refused or UnusableInput when it does not go: then nothing was done, and a person decides.
    """
    message = row.message
    account = Account.objects.select_related("creditor").filter(pk=message.account_id).first()
    if account is None:
        raise UnusableInput("Falta el cliente: diga primero a quién pertenece la conversación.")
    what = _HOW.get(row.act)
    return what(_Case(row, message, account, at, by, due_item)) if what else None


def _promise(case: _Case) -> Said:
    row = case.row
    if row.date is None:
        raise UnusableInput("Falta la fecha de la promesa: complétela antes de anotarla.")
    new = promises.NewPromise(
        account=case.account.pk, made_on=case.today, promised_on=row.date, source="reply",
        key=f"answer:{case.message.pk}", amount_minor=row.amount_minor, by=case.by,
    )  # fmt: skip
    made = promises.make_promise(promise=new, at=case.at)
    row.promise = made
    money, day = case.money(made.amount_minor, made.currency), case.day(made.promised_on)
    return Said("promesa", {"promesa": {"importe": money, "dia": day}})


def _claim(case: _Case) -> Said:
    """«Ya pagué»: looked for, and reminders pause meanwhile. Without an amount it speaks of all that is open."""
    row = case.row
    items = receivables.open_items(case.account.pk)
    currency = items[0].currency if items else case.account.creditor.currency
    much = row.amount_minor or sum(i.open_minor for i in items if i.currency == currency)
    if much <= 0:
        raise Refused("No queda nada por pagar: agradézcale y dé la conversación por atendida.")
    paid_on = row.date if row.date is not None and row.date <= case.today else case.today
    paper = slip(case.message)
    claim = portal.claim_of_reply(
        account_id=case.account.pk, amount_minor=much, currency=currency, paid_on=paid_on,
        key=f"answer:{case.message.pk}", at=case.at, file=paper or b"", note=read.text_of(case.message),
    )  # fmt: skip
    row.claim = claim
    told = {"importe": case.money(row.amount_minor, currency), "pausa": case.day(claim.hold_until),
            "con_comprobante": paper is not None}  # fmt: skip
    return Said("pago_por_verificar", {"pago": told})


def slip(message: ThreadMessage) -> bytes | None:
    """The first picture or PDF that came with it."""
    files = MessageFile.objects.filter(message=message, state=FileState.STORED, sealed__isnull=False)
    for file in files.order_by("position"):
        if file.mime_type == "application/pdf" or file.mime_type.startswith("image/"):
            return bytes_of(file)
    return None


def bytes_of(file: MessageFile) -> bytes | None:
    """A file again; None when its key was destroyed."""
    party = file.conversation.party_id
    if file.sealed is None:
        return None
    if party is None:
        return vault.unseal_file(file.sealed)
    key = parties.key_of(party)
    return vault.unseal_bytes(key, bytes(file.sealed)) if key is not None and file.sealed else None


def _dispute(case: _Case) -> Said:
    """The document that a person chose, that they name, or the only one there is. Between several, a person asks."""
    text = read.text_of(case.message)
    items = receivables.open_items(case.account.pk)
    named = topics.document_named(text, [i.due_item.invoice.number for i in items])
    mine = [i for i in items if i.due_item.invoice.number == named] if named else items
    if case.due_item is not None:
        mine = [i for i in items if i.due_item_id == case.due_item]
    if len(mine) != 1:
        raise UnusableInput("No queda claro de qué documento habla: elija usted cuál está en aclaración.")
    one = mine[0]
    much = case.row.amount_minor
    new = disputes.NewDispute(
        account=case.account.pk, due_item=one.due_item_id, cause=topics.dispute_cause(text), opened_on=case.today,
        source="reply", key=f"answer:{case.message.pk}", text=text, by=case.by,
        disputed_minor=much if much is not None and 0 < much <= one.open_minor else None,
    )  # fmt: skip
    made = disputes.open_dispute(dispute=new, at=case.at)
    case.row.dispute = made
    told = {"numero": one.due_item.invoice.number, "importe": case.money(made.disputed_minor, made.currency),
            "hasta": case.day(made.deadline_on)}  # fmt: skip
    return Said("aclaracion", {"aclaracion": told})


def _asks(case: _Case) -> Said:
    """One question, about all that is missing."""
    others = case.message.proposals.filter(act__in=(acts.ASK_DATE, acts.ASK_AMOUNT)).exclude(pk=case.row.pk)
    told = {"promesa": {"dia": case.day(case.row.date), "importe": case.money(case.row.amount_minor)}}
    if others.exists():
        return Said("pregunta_fecha_importe", told)
    return Said("pregunta_fecha" if case.row.act == acts.ASK_DATE else "pregunta_importe", told)


def _answer(case: _Case) -> Said:
    topic = topics.question(read.text_of(case.message))
    named = {topics.BALANCE: "saldo", topics.HOW_TO_PAY: "como_pagar", topics.INVOICE_COPY: "copia"}.get(topic)
    if named is None:
        raise UnusableInput("Pregunta algo que los datos de la cuenta no responden: respóndale usted.")
    return Said(named, {"como_pagar": case.account.creditor.payment_instructions.strip()})


#: Act -> what doing it means. The others say or change nothing of their own: they are only looked after.
_HOW: Mapping[str, Callable[[_Case], Said]] = {
    acts.RECORD_PROMISE: _promise,
    acts.VERIFY_PAYMENT: _claim,
    acts.OPEN_DISPUTE: _dispute,
    acts.ASK_DATE: _asks,
    acts.ASK_AMOUNT: _asks,
    acts.ANSWER: _answer,
    acts.OFFER_PLAN: lambda case: Said("plan"),
    acts.THANK: lambda case: Said("pago_visto"),
    acts.CALM: lambda case: Said("calma"),
}


def _would_look(case: _Case) -> Said:
    """What follows from looking for a payment, before anybody looks for it."""
    told = {
        "importe": case.money(case.row.amount_minor, case.row.currency),
        "pausa": case.day(portal.hold_of_claim(account_id=case.account.pk, at=case.at)),
        "con_comprobante": slip(case.message) is not None,
    }
    return Said("pago_por_verificar", {"pago": told})


#: Act -> what it would say, for those whose words are a person's to let go on. Nothing is done by asking.
_WORDS: Mapping[str, Callable[[_Case], Said]] = {
    act: _HOW[act] for act in (acts.ASK_DATE, acts.ASK_AMOUNT, acts.ANSWER, acts.OFFER_PLAN, acts.THANK, acts.CALM)
} | {acts.VERIFY_PAYMENT: _would_look}


def preview(row: Proposal, at: datetime) -> Said | None:
    """What would be said if a person let it go on now; nothing is done. None where the answer is a person's alone."""
    account = Account.objects.select_related("creditor").filter(pk=row.message.account_id).first()
    words = _WORDS.get(row.act)
    if words is None or account is None:
        return None
    try:
        return words(_Case(row, row.message, account, at, None))
    except UnusableInput:
        return None


def undo(row: Proposal, *, at: datetime, by: int | None) -> bool:
    """Take back what a proposal did. False when there is nothing that can be taken back any more."""
    account = Account.objects.select_related("creditor").filter(pk=row.message.account_id).first()
    if account is None:
        return False
    today = local_date(at, account.creditor.zone)
    done = False
    if row.promise_id is not None:
        promises.withdraw_promise(promise_id=row.promise_id, at=at, on=today, by=by)
        done = True
    if row.claim_id is not None:
        done = portal.forget_claim(claim_id=row.claim_id) or done
        row.claim = None
    if row.dispute_id is not None and _stands(account.pk, row.dispute_id):
        disputes.step_dispute(dispute_id=row.dispute_id, event="withdraw", at=at, by=by)
        done = True
    if row.outbox_id is not None:
        done = write_answers.take_back(outbox_id=row.outbox_id) or done
    return done


def _stands(account_id: int, dispute_id: int) -> bool:
    return any(d.pk == dispute_id and d.state not in ("withdrawn", "told") for d in negotiation.disputes_of(account_id))
