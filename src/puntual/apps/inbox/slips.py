"""A photo without words, from somebody who had told us of a payment: it is the slip that we asked for."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from puntual.apps.inbox import doing, read, speaking
from puntual.apps.inbox.choices import ProposalState
from puntual.apps.inbox.models import Conversation, ThreadMessage
from puntual.apps.outreach.wording import day_text
from puntual.apps.portal import write_replies as portal
from puntual.core.customers import acts

_DETAIL = "Era el comprobante del pago que avisó: quedó junto a él."


@transaction.atomic
def take(*, row: ThreadMessage, at: datetime) -> bool:
    """Put the file of a message with the payment that waits for it, say so, and leave nothing to decide."""
    if row.account_id is None or read.text_of(row).strip():
        return False
    data = doing.slip(row)
    claim = portal.add_slip(account_id=row.account_id, data=data) if data else None
    if claim is None:
        return False
    asks = row.proposals.filter(act=acts.HAND_OVER, state=ProposalState.WAITING)
    asks.update(state=ProposalState.DONE, who=acts.AUTOMATIC, detail=_DETAIL, decided_at=at)
    country = row.account.creditor.country if row.account else ""
    told = {"importe": "", "pausa": day_text(claim.hold_until, country), "con_comprobante": True}
    if read.rules_of(row.conversation.creditor_id).automatic:
        speaking.say(row=row, act="pago_por_verificar", values={"pago": told}, at=at)
    left = row.conversation.messages.filter(proposals__state=ProposalState.WAITING).exists()
    if not left:
        Conversation.objects.filter(pk=row.conversation_id).update(waiting_since=None, answer_by=None)
    return True
