"""What follows from an answer: understood by the classifier, proposed by `core.customers.acts`, and only then done.

A stop and «no soy yo» are honoured at once and confirmed once. What is clear and within the rules is done alone, with
undo; everything else waits for a person. However much follows, one message answers one message.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
from django.db.models import Q

from puntual.apps.compliance import read as consents
from puntual.apps.compliance import write as compliance
from puntual.apps.inbox import doing, read, slips, speaking
from puntual.apps.inbox.choices import ProposalState
from puntual.apps.inbox.identify import Sender
from puntual.apps.inbox.models import Conversation, Proposal, ThreadMessage
from puntual.apps.inbox.speaking import Way
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation.choices import DisputeState
from puntual.apps.outreach.choices import SendState
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import ContactPoint, Creditor
from puntual.apps.portal import write_replies as portal
from puntual.apps.receivables import read as receivables
from puntual.core.customers import acts, follow_up, topics
from puntual.core.customers.acts import ActRules, Proposed, Situation
from puntual.core.customers.understanding import DECEASED, INTENTS, OTRO, THANKED, Understanding
from puntual.core.errors import Refused, UnusableInput
from puntual.core.money import Money
from puntual.core.time import local_date
from puntual.ports.classifier import Classifier
from puntual.ports.inbound import InboundMessage

_DISPUTED = (DisputeState.OPEN, DisputeState.IN_REVIEW, DisputeState.WAITING_CUSTOMER)
#: A question of ours is answered by what comes within this time.
_ASKED_WITHIN = timedelta(days=3)
#: Somebody who wrote so often was answered so often: what comes after waits for a person. Two machines never talk on.
_ANSWERS_A_DAY = 4


def answer(
    *,
    row: ThreadMessage,
    said: InboundMessage,
    who: Sender,
    creditor: Creditor,
    classifier: Classifier,
    rules: ActRules,
    at: datetime,
) -> None:
    """Understand one message and do, or propose, what follows. Inside the caller's transaction."""
    country = parties.person(who.party).country if who.party is not None else ""
    understood = understand(said, country or creditor.country, classifier)
    understood = follow_up.complete(understood, _asked(row))
    if understood.intents == (OTRO,) and topics.only_thanks(said.text):
        understood = attrs.evolve(understood, flags=(*understood.flags, THANKED))
    row.intents, row.confidence = list(understood.intents), understood.confidence
    row.save(update_fields=["intents", "confidence"])
    known = situation(who.account, creditor, said.at)
    if not who.sure or _talked_enough(row, at):
        rules = attrs.evolve(rules, automatic=frozenset())
    made = [_kept(row, act, known) for act in acts.propose(understood, known, rules)]
    for proposal in made:
        if proposal.act in acts.AT_ONCE:
            _at_once(proposal, row, who, said, at, DECEASED in understood.flags)
    _act(row, [p for p in made if p.who == acts.AUTOMATIC and p.act not in acts.AT_ONCE], who, at)
    Conversation.objects.filter(pk=row.conversation_id).update(last_intent=understood.intent)
    attended_if_nothing_left(row)
    slips.take(row=row, at=at)


def attended_if_nothing_left(row: ThreadMessage) -> None:
    """A conversation in which nothing of a message, nor of another, waits for a decision is attended."""
    asks = Q(state=ProposalState.WAITING) | Q(review=True) | Q(outbox__state=SendState.PLANNED, outbox__approved=False)
    left = row.proposals.filter(asks).exists()
    if not left and not row.conversation.messages.exclude(pk=row.pk).filter(proposals__state="waiting").exists():
        Conversation.objects.filter(pk=row.conversation_id).update(waiting_since=None, answer_by=None)


def understand(said: InboundMessage, country: str, classifier: Classifier) -> Understanding:
    """What was said. A button of ours is certain; a photo without words is for a person to look at."""
    if said.button in INTENTS:
        return Understanding((said.button,), 1.0)
    words = said.text.strip() or said.subject.strip()
    if not words:
        return Understanding((OTRO,), 0.0)
    try:
        return classifier.classify(words, country, said.at)
    except UnusableInput:
        # A country whose way of speaking it does not know: a person reads it.
        return Understanding((OTRO,), 0.0)


def _asked(row: ThreadMessage) -> follow_up.Asked | None:
    """The question that was put to the same person just before."""
    rows = Proposal.objects.filter(
        message__conversation_id=row.conversation_id, message__at__lt=row.at, message__at__gt=row.at - _ASKED_WITHIN,
        message__account_id=row.account_id, act__in=(acts.ASK_DATE, acts.ASK_AMOUNT), state=ProposalState.DONE,
    )  # fmt: skip
    last = rows.order_by("-message__at", "pk").first()
    if last is None or row.account_id is None:
        return None
    later = Proposal.objects.filter(message__conversation_id=row.conversation_id, act=acts.RECORD_PROMISE)
    if later.filter(message__at__gt=last.message.at, state=ProposalState.DONE).exists():
        return None
    amount = Money(last.amount_minor, last.currency) if last.amount_minor is not None and last.currency else None
    return follow_up.Asked(last.act, last.date, amount)


def _talked_enough(row: ThreadMessage, at: datetime) -> bool:
    """Whether this thread already got as many automatic answers today as is sane."""
    rows = row.conversation.replies.filter(by=None, created_at__gt=at - timedelta(days=1))
    return int(rows.count()) >= _ANSWERS_A_DAY


def situation(account: int | None, creditor: Creditor, at: datetime) -> Situation:
    """What is known of the account when somebody wrote."""
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
        payment_seen=not items and any(e.kind == "payment" for e in receivables.events_of(account, 50)),
    )


def rules_for(creditor_id: int) -> ActRules:
    """A creditor's limits for acting alone."""
    chosen = read.rules_of(creditor_id)
    base = ActRules(
        automatic_from=chosen.confidence_pct / 100, promise_max_days=chosen.promise_max_days
    )  # fmt: skip
    return base if chosen.automatic else attrs.evolve(base, automatic=frozenset())


def _kept(row: ThreadMessage, act: Proposed, known: Situation) -> Proposal:
    return Proposal.objects.create(
        message=row, act=act.act, reason=act.reason, who=act.who, undoable=act.undoable, review=act.review,
        date=act.date, amount_minor=act.amount_minor, currency=known.currency if act.amount_minor is not None else "",
    )  # fmt: skip


# --- what stops us ---------------------------------------------------------------------------------------------------


def _at_once(
    proposal: Proposal, row: ThreadMessage, who: Sender, said: InboundMessage, at: datetime, died: bool
) -> None:  # fmt: skip
    """Stop and silence, on the side of stopping: whoever shares the phone is spared too."""
    if proposal.act == acts.STOP:
        proposal.outbox = _stop(row, who, said, at)
    elif proposal.act == acts.SILENCE:
        proposal.outbox = _silence(row, who, said, at, died)
    proposal.state, proposal.decided_at = ProposalState.DONE, at
    proposal.save(update_fields=["state", "decided_at", "outbox"])


def _stop(row: ThreadMessage, who: Sender, said: InboundMessage, at: datetime) -> Outbox | None:
    people = {p.party_id for p in who.points} | ({who.party} if who.party is not None else set())
    first = who.party is not None and not _stopped(who.party)
    for party in sorted(people):
        honour_stop(party, row)
    if who.party is None:
        _silence_value(said, "stop_unknown")
        return None
    way = _way_of(row, who) if first else None
    key = f"{row.pk}"
    return speaking.confirm_stop(row=row, act="baja", values={}, way=way, at=at, key=key) if way else None


def _silence(row: ThreadMessage, who: Sender, said: InboundMessage, at: datetime, died: bool) -> Outbox | None:
    point = _point_of(row, who)
    outbox = None
    if point is not None and who.account is not None and who.party is not None:
        way = _way_of(row, who)
        spared = point.status == "active"
        url = portal.not_this_person(account_id=who.account, point=point, key=f"answer:{row.pk}", at=said.at)
        if way is not None and spared:
            told, key = {"constancia": url, "fallecimiento": died}, f"no-soy:{row.pk}"
            outbox = speaking.confirm_stop(row=row, act="no_soy", values=told, way=way, at=at, key=key)
    if said.phone or said.email:
        _silence_value(said, "wrong_person")
    elif point is None and who.party is not None:
        # The phone is hidden: the one of theirs that was written to is the wrong one, and no other is known.
        compliance.opt_out(party_id=who.party, channel=said.channel, at=said.at, source="person", proof=said.event_id)
    return outbox


def _silence_value(said: InboundMessage, reason: str) -> None:
    kind, value = ("phone", said.phone) if said.phone else ("email", said.email)
    if value:
        parties_write.silence_value(kind=kind, value=value, reason=reason, at=said.at)


def _point_of(row: ThreadMessage, who: Sender) -> ContactPoint | None:
    """The contact point of theirs from which they wrote, or to which the answered message went."""
    mine = [p for p in who.points if p.party_id == who.party]
    answered = row.answers.contact_point if row.answers else None
    return mine[0] if mine else answered


def _way_of(row: ThreadMessage, who: Sender) -> Way | None:
    point = _point_of(row, who)
    usable = point is not None and row.channel in speaking.POINT_OF
    return Way(row.channel, point) if usable and point is not None else None


def _stopped(party_id: int) -> bool:
    """Whether the person's last word was already to stop: nobody is told twice."""
    acts_of = [c for c in consents.standing_of(party_id) if c.channel == "*" and c.source == "person"]
    return bool(acts_of) and acts_of[0].status == "withdrawn"


def honour_stop(party_id: int, row: ThreadMessage) -> None:
    """«No me escriban más», from the instant it was written, by every channel and over every creditor."""
    compliance.opt_out(party_id=party_id, channel="*", at=row.at, source="person", proof=row.key[:200])


# --- what is done ----------------------------------------------------------------------------------------------------


def _act(row: ThreadMessage, made: list[Proposal], who: Sender, at: datetime) -> None:
    """Do the automatic ones in order of importance; the first that has something to say answers for all."""
    to_say: doing.Said | None = None
    done: list[Proposal] = []
    for proposal in made:
        if who.account is None:
            _to_person(proposal, "Todavía no se sabe de qué cliente es.")
            continue
        try:
            said = doing.do(proposal, at=at)
        except (Refused, UnusableInput) as error:
            _to_person(proposal, str(error))
            continue
        to_say = to_say or said
        done.append(proposal)
    outbox = speaking.say(row=row, act=to_say.template, values=to_say.values, at=at) if to_say and done else None
    for proposal in done:
        if outbox is None and proposal.act in acts.SPEAKING:
            _to_person(proposal, "No hay por dónde responderle: búsquele otra forma.")
            continue
        proposal.outbox = outbox
        proposal.state, proposal.decided_at = ProposalState.DONE, at
        proposal.save()


def _to_person(proposal: Proposal, why: str) -> None:
    proposal.who, proposal.undoable, proposal.detail = acts.PERSON, False, why[:300]
    proposal.save()
