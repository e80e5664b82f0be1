"""What follows from an answer: understood by the classifier, proposed by `core.customers.acts`, and only then done.

A stop and «no soy yo» are honoured at once. A promise is recorded alone when it is clear and within the rules, with
undo. Everything else waits for a person.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from puntual.apps.compliance import write as compliance
from puntual.apps.inbox.choices import ProposalState
from puntual.apps.inbox.identify import Sender
from puntual.apps.inbox.models import ChannelAccount, Conversation, Proposal, ThreadMessage
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write as promises
from puntual.apps.negotiation.choices import DisputeState
from puntual.apps.negotiation.models import Promise
from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.receivables import read as receivables
from puntual.core.customers import acts
from puntual.core.customers.acts import ActRules, Proposed, Situation
from puntual.core.customers.understanding import INTENTS, OTRO, Understanding
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_date
from puntual.ports.classifier import Classifier
from puntual.ports.inbound import InboundMessage

_DISPUTED = (DisputeState.OPEN, DisputeState.IN_REVIEW, DisputeState.WAITING_CUSTOMER)


def answer(
    *,
    row: ThreadMessage,
    said: InboundMessage,
    who: Sender,
    carrier: ChannelAccount,
    classifier: Classifier,
    rules: ActRules,
    at: datetime,
) -> None:
    """Understand one message and do, or propose, what follows. Inside the caller's transaction."""
    country = parties.person(who.party).country if who.party is not None else ""
    understood = understand(said, country or carrier.creditor.country, classifier)
    row.intents, row.confidence = list(understood.intents), understood.confidence
    row.save(update_fields=["intents", "confidence"])
    known = situation(who.account, carrier, said.at)
    if not who.sure:
        rules = attrs.evolve(rules, automatic=frozenset())
    for act in acts.propose(understood, known, rules):
        _keep(row, act, who, said, known, at)
    left = row.proposals.filter(state=ProposalState.WAITING).exists() or row.proposals.filter(review=True).exists()
    if not left and not row.conversation.messages.exclude(pk=row.pk).filter(proposals__state="waiting").exists():
        Conversation.objects.filter(pk=row.conversation_id).update(waiting_since=None)


def understand(said: InboundMessage, country: str, classifier: Classifier) -> Understanding:
    """What was said. A button of ours is certain; a photo without words is for a person to look at."""
    if said.button in INTENTS:
        return Understanding((said.button,), 1.0)
    if not said.text.strip():
        return Understanding((OTRO,), 0.0)
    return classifier.classify(said.text, country, said.at)


def situation(account: int | None, carrier: ChannelAccount, at: datetime) -> Situation:
    """What is known of the account when somebody wrote."""
    creditor = carrier.creditor
    today = local_date(at, creditor.zone)
    if account is None:
        return Situation(today, 0, creditor.currency)
    items = receivables.open_items(account)
    currency = items[0].currency if items else creditor.currency
    return Situation(
        today=today,
        open_minor=sum(i.open_minor for i in items if i.currency == currency),
        currency=currency,
        promise_open=bool(negotiation.open_promises(account)),
        dispute_open=any(d.state in _DISPUTED for d in negotiation.disputes_of(account)),
    )


def _keep(row: ThreadMessage, act: Proposed, who: Sender, said: InboundMessage, known: Situation, at: datetime) -> None:
    proposal = Proposal(
        message=row, act=act.act, reason=act.reason, who=act.who, undoable=act.undoable, review=act.review,
        date=act.date, amount_minor=act.amount_minor, currency=known.currency if act.amount_minor is not None else "",
    )  # fmt: skip
    if act.act in acts.AT_ONCE:
        _at_once(act.act, row, who, said)
        proposal.state, proposal.decided_at = ProposalState.DONE, at
    elif act.act == acts.RECORD_PROMISE and act.who == acts.AUTOMATIC and who.account is not None:
        _promise(proposal, row, known, at)
    proposal.save()


def _at_once(act: str, row: ThreadMessage, who: Sender, said: InboundMessage) -> None:
    """Stop and silence, on the side of stopping: whoever shares the phone is spared too."""
    if act == acts.STOP:
        people = {p.party_id for p in who.points} | ({who.party} if who.party is not None else set())
        for party in sorted(people):
            honour_stop(party, row)
    if said.phone and (act == acts.SILENCE or (act == acts.STOP and who.party is None)):
        reason = "wrong_person" if act == acts.SILENCE else "stop_unknown"
        parties_write.silence_value(kind="phone", value=said.phone, reason=reason, at=said.at)
    elif act == acts.SILENCE and who.party is not None:
        # The phone is hidden: the one of theirs that was written to is the wrong one, and no other is known.
        compliance.opt_out(party_id=who.party, channel=said.channel, at=said.at, source="person", proof=said.event_id)


def honour_stop(party_id: int, row: ThreadMessage) -> None:
    """«No me escriban más», from the instant it was written, by every channel and over every creditor."""
    compliance.opt_out(party_id=party_id, channel="*", at=row.at, source="person", proof=row.key[:200])


def _promise(proposal: Proposal, row: ThreadMessage, known: Situation, at: datetime) -> None:
    try:
        proposal.promise = record_promise(proposal, row, made_on=known.today, at=at)
    except (Refused, UnusableInput) as error:
        proposal.who, proposal.undoable, proposal.detail = acts.PERSON, False, str(error)[:300]
        return
    proposal.state, proposal.decided_at = ProposalState.DONE, at


def record_promise(
    proposal: Proposal, row: ThreadMessage, *, made_on: date | None, at: datetime, by: int | None = None
) -> Promise:
    """The promise of an answer, once per message. Refused or UnusableInput outside the policy."""
    if row.account_id is None or proposal.date is None or made_on is None:
        raise UnusableInput("Falta el cliente o la fecha de la promesa: complételos antes de anotarla.")
    new = promises.NewPromise(
        account=row.account_id, made_on=made_on, promised_on=proposal.date, source="reply",
        key=f"answer:{row.pk}", amount_minor=proposal.amount_minor, by=by,
    )  # fmt: skip
    return promises.make_promise(promise=new, at=at)
