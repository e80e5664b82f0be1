"""One line of time for an account: money, messages, facts, decisions, consents and situations, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from puntual.apps.compliance import read as compliance
from puntual.apps.negotiation import read as negotiation
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach.choices import DeliveryFact
from puntual.apps.parties.models import Account
from puntual.apps.planning import read as planning
from puntual.apps.receivables import read
from puntual.apps.receivables.models import Event
from puntual.core.reasons import CATALOGUE
from puntual.ui.channels import channel_name, method_name
from puntual.ui.formats import date_text

#: How an event of the books looks: icon and tone.
_MONEY_LOOKS = {
    "invoice": ("file", ""),
    "credit_note": ("file", "good"),
    "payment": ("coin", "good"),
    "discount": ("coin", "good"),
    "waiver": ("coin", "good"),
    "withholding": ("coin", "good"),
    "interest": ("clock", "warn"),
    "fee": ("clock", "warn"),
    "chargeback": ("undo", "bad"),
    "reversal": ("undo", "bad"),
    "write_off": ("archive", ""),
}
_FACT_LOOKS = {
    DeliveryFact.OPENED: ("eye", "info"),
    DeliveryFact.CLICKED: ("eye", "info"),
    DeliveryFact.BOUNCED: ("alert", "bad"),
    DeliveryFact.COMPLAINED: ("alert", "bad"),
    DeliveryFact.REPLIED: ("talk", "info"),
    DeliveryFact.PAY_FAILED: ("alert", "warn"),
    DeliveryFact.PAID: ("coin", "good"),
}
_CASH, _RECEIVABLE = 3, 1


@attrs.frozen
class Moment:
    """One thing that happened. `at` is a day when only the day is known."""

    at: date | datetime
    title: str | Promise
    icon: str = "info"
    tone: str = ""
    detail: str | Promise = ""
    amount_minor: int | None = None
    currency: str = ""

    def sort_key(self, zone: ZoneInfo) -> datetime:
        """Days count as their last instant, so that a payment of a day reads above the message that asked for it."""
        if isinstance(self.at, datetime):
            return self.at
        return datetime.combine(self.at, time.max, tzinfo=zone)


def of_account(account: Account, zone_name: str, limit: int = 60) -> list[Moment]:
    """The newest moments of an account. Another creditor's contacts are not told."""
    zone = ZoneInfo(zone_name)
    moments = [
        *_money(account, limit),
        *_contacts(account, limit),
        *_facts(account, limit),
        *_decisions(account),
        *_register(account),
        *_said(account),
    ]
    return sorted(moments, key=lambda m: m.sort_key(zone), reverse=True)[:limit]


def _money(account: Account, limit: int) -> Iterator[Moment]:
    for event in read.events_of(account.pk, limit):
        if event.kind == "allocation":
            continue
        icon, tone = _MONEY_LOOKS.get(event.kind, ("info", ""))
        title = _("%(what)s, por confirmar con el banco") if event.provisional else "%(what)s"
        amount = _amount(event)
        yield Moment(
            event.effective_on,
            title % {"what": event.get_kind_display()},
            icon,
            tone,
            event.note,
            amount,
            event.currency,
        )


def _amount(event: Event) -> int:
    """What the event is about: the money that came, or what it moved of the receivable, without sign."""
    legs = list(event.entries.all())
    cash = sum(leg.amount_minor for leg in legs if leg.ledger == _CASH)
    return abs(cash) if cash else abs(sum(leg.amount_minor for leg in legs if leg.ledger == _RECEIVABLE))


def _contacts(account: Account, limit: int) -> Iterator[Moment]:
    for contact in outreach.contacts_of(account.party_id, limit):
        if contact.creditor_id != account.creditor_id:
            continue
        name = channel_name(contact.channel)
        if contact.direction == "in":
            yield Moment(contact.at, _("Escribió por %(channel)s") % {"channel": name}, "talk", "info", contact.note)
        elif contact.outbox and contact.outbox.state == "unknown":
            yield Moment(
                contact.at,
                _("Mensaje por %(channel)s, sin confirmar") % {"channel": name},
                "alert",
                "warn",
                CATALOGUE["unknown_outcome"],
            )
        else:
            detail = _("Hubo contacto directo.") if contact.direct_contact else contact.note
            yield Moment(contact.at, _("Contacto por %(channel)s") % {"channel": name}, "mail", "", detail)


def _facts(account: Account, limit: int) -> Iterator[Moment]:
    for fact in outreach.facts_of(account.pk, limit):
        if fact.kind in (DeliveryFact.SENT, DeliveryFact.DELIVERED):
            continue
        icon, tone = _FACT_LOOKS.get(DeliveryFact(fact.kind), ("info", ""))
        yield Moment(
            fact.at,
            fact.get_kind_display(),
            icon,
            tone,
            fact.detail or method_name(fact.method),
            fact.amount_minor,
            fact.currency,
        )


def _decisions(account: Account) -> Iterator[Moment]:
    """What was wanted and not allowed, with its rule. Days on which nothing was due are not news."""
    for row in planning.rows_of_account(account.pk):
        if row.verdict in ("deny", "defer"):
            why = CATALOGUE.get(row.reason, row.reason)
            yield Moment(row.plan.day, _("No se escribió"), "stop", "clay", f"{why} {row.rule or ''}".strip())


def _register(account: Account) -> Iterator[Moment]:
    for consent in compliance.consents_of(account.party_id):
        channel = _("todos los canales") if consent.channel == "*" else channel_name(consent.channel)
        if consent.status == "granted":
            title = _("Autorizó %(channel)s") % {"channel": channel}
            yield Moment(consent.at, title, "shield", "good", consent.basis)
        elif consent.status == "misread":
            title = _("Una persona lo revisó: no había pedido que no se use: %(channel)s") % {"channel": channel}
            yield Moment(consent.at, title, "undo", "", consent.proof)
        else:
            title = _("Pidió que no se use: %(channel)s") % {"channel": channel}
            yield Moment(consent.at, title, "stop", "bad", consent.proof)
    for situation in compliance.situations_of(account.party_id):
        yield Moment(situation.since, CATALOGUE.get(situation.reason, situation.reason), "pause", "clay")


_PROMISE_LOOKS = {
    "open": ("promise", "info"),
    "kept": ("promise", "good"),
    "broken": ("broken", "bad"),
    "withdrawn": ("undo", ""),
}


def _said(account: Account) -> Iterator[Moment]:
    """Promises, agreements and disputes: when they were made, and how they stand."""
    for promise in negotiation.promises_of(account.pk):
        icon, tone = _PROMISE_LOOKS[promise.state]
        words = {"day": date_text(promise.promised_on), "source": promise.get_source_display()}
        detail = _("Para el %(day)s. %(source)s.") % words
        yield Moment(
            promise.made_on, promise.get_state_display(), icon, tone, detail, promise.amount_minor, promise.currency
        )
    for deal in negotiation.deals_of(account.pk):
        title = f"{deal.get_kind_display()}: {deal.get_state_display().lower()}"
        yield Moment(deal.accepted_on or deal.offered_on, title, "calendar", "info")
    for dispute in negotiation.disputes_of(account.pk):
        title = _("Aclaración: %(cause)s") % {"cause": dispute.get_cause_display().lower()}
        yield Moment(
            dispute.opened_on,
            title,
            "talk",
            "clay",
            dispute.get_state_display(),
            dispute.disputed_minor,
            dispute.currency,
        )
