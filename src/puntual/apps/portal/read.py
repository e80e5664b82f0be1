"""The only reader of links and of what people told us through their page; and the account as that page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs
import polars as pl
from django.db.models import QuerySet

from puntual.apps import bulk
from puntual.apps.negotiation import read as negotiation
from puntual.apps.parties import read as parties
from puntual.apps.portal import tokens
from puntual.apps.portal.choices import CHARGES_SHOWN, HOUR_BOUNDS, ClaimState, PaperKind
from puntual.apps.portal.models import (
    Attachment,
    Paper,
    PaymentClaim,
    PortalLink,
    Preference,
    ReminderRequest,
    StandingPayday,
    TalkRequest,
    Word,
    WrongPerson,
)
from puntual.apps.receivables import read as receivables
from puntual.core.frames import CHANNELS, HOLDS, Column
from puntual.core.ledger.books import Component
from puntual.core.negotiation.dispute import PAUSING
from puntual.core.time import local_date


@attrs.frozen
class Visit:
    """A genuine link that is alive, with whose page it is."""

    token: str
    link: PortalLink
    account: parties.Account
    creditor: parties.Creditor
    party: parties.Party

    def today(self, at: datetime) -> date:
        """The creditor's date: due dates go by it."""
        return local_date(at, self.creditor.zone)


def resolve(token: str, *, at: datetime, even_revoked_for: str = "") -> Visit | None:
    """The page of a token; None for one that is wrong, expired or revoked, without telling which."""
    link_id = tokens.link_id(token)
    if link_id is None:
        return None
    found = PortalLink.objects.filter(pk=link_id).select_related("account__creditor", "account__party", "contact_point")
    link = found.first()
    if link is None or not tokens.is_genuine(token, link.pk, bytes(link.nonce)) or link.expires_at <= at:
        return None
    if link.revoked_at is not None and (not even_revoked_for or link.revoked_for != even_revoked_for):
        return None
    return Visit(token, link, link.account, link.account.creditor, link.account.party)


def links_of(account_id: int) -> list[PortalLink]:
    """Every link that an account ever had, newest first, for the staff's screen."""
    return list(PortalLink.objects.filter(account_id=account_id).select_related("contact_point").order_by("-pk"))


@attrs.frozen
class Charge:
    """One charge booked on a due item, and the formula that the books keep of it."""

    on: date
    component: str
    amount_minor: int
    formula: str


@attrs.frozen
class Line:
    """A due item as its page shows it. `settled_minor`: paid or credited of the original amount."""

    due_item: int
    invoice: int
    number: str
    part: str
    issued_on: date
    due_on: date
    days: int
    currency: str
    original_minor: int
    settled_minor: int
    interest_minor: int
    fee_minor: int
    open_minor: int
    charges: tuple[Charge, ...]
    product: str
    document: int | None

    @property
    def last_charges(self) -> tuple[Charge, ...]:
        """The latest ones, that its line shows; the rest have a page."""
        return self.charges[-CHARGES_SHOWN:]

    @property
    def more_charges(self) -> int:
        """How many its line does not show."""
        return max(len(self.charges) - CHARGES_SHOWN, 0)


@attrs.frozen
class Bill:
    """What an account owes. Totals by currency, the largest first; `late_days` of the oldest line, 0 if none is."""

    lines: tuple[Line, ...]
    totals: tuple[tuple[str, int], ...]
    unapplied: tuple[tuple[str, int], ...]
    late_days: int

    @property
    def clear(self) -> bool:
        """Nothing is open in any currency."""
        return not self.lines

    def total(self, currency: str) -> int:
        return dict(self.totals).get(currency, 0)

    @property
    def overdue(self) -> tuple[tuple[str, int], ...]:
        """What is already late, by currency, where something else is not late yet."""
        late: dict[str, int] = {}
        for line in self.lines:
            if line.days > 0:
                late[line.currency] = late.get(line.currency, 0) + line.open_minor
        return tuple((c, minor) for c, minor in late.items() if minor < self.total(c))

    def of(self, currency: str) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.currency == currency)


def bill(account_id: int, today: date) -> Bill:
    """What is open, line by line, oldest first: three statements for any number of lines, one more with charges."""
    items = [b for b in receivables.open_items(account_id) if b.open_minor > 0]
    parts = _parts_of([b.due_item.invoice_id for b in items])
    charges = _charges_of([b.due_item_id for b in items if b.interest_minor or b.fee_minor])
    lines = tuple(_line(b, today, parts, charges) for b in items)
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.currency] = totals.get(line.currency, 0) + line.open_minor
    spare = {
        currency: b.unapplied_minor
        for (_, currency), b in receivables.open_balance([account_id]).items()
        if b.unapplied_minor > 0
    }
    late = max((line.days for line in lines), default=0)
    ordered = tuple(sorted(totals.items(), key=lambda pair: -pair[1]))
    return Bill(lines, ordered, tuple(sorted(spare.items())), max(late, 0))


def _line(
    b: receivables.DueBalance, today: date, parts: Mapping[int, int], charges: Mapping[int, Sequence[Charge]]
) -> Line:
    item, invoice = b.due_item, b.due_item.invoice
    of = parts.get(invoice.pk, 1)
    return Line(
        due_item=item.pk,
        invoice=invoice.pk,
        number=invoice.number,
        part=f"{item.seq}/{of}" if of > 1 else "",
        issued_on=invoice.issued_on,
        due_on=item.due_on,
        days=(today - item.due_on).days,
        currency=b.currency,
        original_minor=item.original_minor,
        settled_minor=item.original_minor - b.principal_minor,
        interest_minor=b.interest_minor,
        fee_minor=b.fee_minor,
        open_minor=b.open_minor,
        charges=tuple(charges.get(item.pk, ())),
        product=invoice.product,
        document=invoice.document_id,
    )


def _parts_of(invoices: Sequence[int]) -> dict[int, int]:
    """How many due items each invoice has."""
    return receivables.parts_of_invoices(sorted(set(invoices)))


def _charges_of(items: Sequence[int]) -> dict[int, list[Charge]]:
    """What was charged on those items, by their entries of interest and fees that were not reversed."""
    found: dict[int, list[Charge]] = {}
    for entry in receivables.charges_of(sorted(items)):
        name = "interest" if entry.component == Component.INTEREST else "fee"
        charge = Charge(entry.event.effective_on, name, entry.amount_minor, entry.event.note)
        found.setdefault(entry.due_item_id, []).append(charge)
    return found


# --- what people told us ---------------------------------------------------------------------------------------------


def open_claim(account_id: int) -> PaymentClaim | None:
    """The last «Ya pagué» that waits to be verified."""
    return PaymentClaim.objects.filter(account_id=account_id, state=ClaimState.OPEN).order_by("-pk").first()


@attrs.frozen
class Pause:
    """Something that the person said and that stands: an open promise, a plan, what is being looked at."""

    kind: str
    currency: str
    amount_minor: int
    on: date | None
    row: int
    documents: frozenset[int]


def pauses(account_id: int) -> tuple[Pause, ...]:
    """What stands of an account, for the top of its page."""
    found = []
    for claim in PaymentClaim.objects.filter(account_id=account_id, state=ClaimState.OPEN).order_by("-pk")[:1]:
        found.append(Pause("claim", claim.currency, claim.amount_minor, claim.hold_until, claim.pk, frozenset()))
    for promise in negotiation.open_promises(account_id):
        items = frozenset(c.due_item_id for c in promise.covers.all())
        found.append(Pause("promise", promise.currency, promise.amount_minor, promise.promised_on, promise.pk, items))
    deal = negotiation.current_deal(account_id)
    if deal:
        left = sum(i.debt_minor + i.finance_minor for i in deal.instalments.all())
        items = frozenset(c.due_item_id for c in deal.covers.all())
        found.append(Pause("plan", deal.currency, left, None, deal.pk, items))
    for dispute in negotiation.disputes_of(account_id):
        if dispute.state in PAUSING:
            items = frozenset((dispute.due_item_id,))
            minor = dispute.disputed_minor - dispute.credited_minor
            found.append(Pause("dispute", dispute.currency, minor, dispute.deadline_on, dispute.pk, items))
    return tuple(found)


def attachments_of(about: str, about_id: int) -> list[Attachment]:
    """The files that came with a dispute or a complaint."""
    return list(Attachment.objects.filter(about=about, about_id=about_id).select_related("account").order_by("pk"))


def claims_to_verify(creditor_id: int, limit: int = 200) -> list[PaymentClaim]:
    """The ones that wait, oldest first, for whoever verifies them."""
    rows = PaymentClaim.objects.filter(account__creditor_id=creditor_id, state=ClaimState.OPEN)
    return list(rows.select_related("account").order_by("at")[:limit])


def talks_to_attend(creditor_id: int, limit: int = 200) -> list[TalkRequest]:
    """Who asked to talk with a person and still waits, oldest first."""
    rows = TalkRequest.objects.filter(account__creditor_id=creditor_id, done_at=None)
    return list(rows.select_related("account").order_by("at")[:limit])


def wrong_people_to_review(creditor_id: int) -> list[WrongPerson]:
    """Who said «No soy esta persona» where no contact point could be silenced: the account waits for a look."""
    rows = WrongPerson.objects.filter(account__creditor_id=creditor_id, silenced=0, reviewed_at=None)
    return list(rows.select_related("account", "link").order_by("at")[:200])


def last_words(creditor_id: int, limit: int = 12) -> list[Word]:
    """What people of a creditor chose to tell last."""
    rows = Word.objects.filter(account__creditor_id=creditor_id).select_related("account")
    return list(rows.order_by("-at")[:limit])


def needs(creditor_id: int) -> dict[str, QuerySet[Any]]:
    """What asks for a person, for «Hoy»: payments to look for, people to answer, contacts of somebody else."""
    mine = {"account__creditor_id": creditor_id}
    return {
        "claims": PaymentClaim.objects.filter(state=ClaimState.OPEN, **mine),
        "talks": TalkRequest.objects.filter(done_at=None, **mine),
        "wrong_people": WrongPerson.objects.filter(silenced=0, reviewed_at=None, **mine),
    }


def words_of(account_id: int) -> list[Word]:
    return list(Word.objects.filter(account_id=account_id).order_by("-at"))


def payday_of(account_id: int) -> StandingPayday | None:
    return StandingPayday.objects.filter(pk=account_id).first()


def preference_of(party_id: int) -> Preference | None:
    return Preference.objects.filter(pk=party_id).first()


def reminder_asked(account_id: int, today: date) -> ReminderRequest | None:
    """The «Recuérdenme el ...» that stands."""
    return ReminderRequest.objects.filter(account_id=account_id, on__gt=today).order_by("-pk").first()


def wrong_person_of(link_id: int) -> WrongPerson | None:
    return WrongPerson.objects.filter(link_id=link_id).order_by("-pk").first()


def paper(number: str) -> Paper | None:
    """A paper by its number, so that whoever receives it can check that it is genuine."""
    return Paper.objects.filter(number=number).select_related("account__creditor").first()


def annulled_on(row: Paper) -> datetime | None:
    """Since when a certificate of «No soy esta persona» holds no more: its answer had been misread."""
    if row.kind != PaperKind.WRONG_PERSON:
        return None
    told = WrongPerson.objects.filter(account_id=row.account_id, at=row.at).exclude(annulled_at=None)
    return told.values_list("annulled_at", flat=True).first()


# --- for the daily decision ------------------------------------------------------------------------------------------

_HOLDS_SQL = """
SELECT NULL AS due_item, c.account_id AS account, a.party_id AS party, 'payment_to_verify' AS reason,
       NULL AS held_minor, c.hold_until AS until, NULL AS remind_on
FROM portal_paymentclaim c JOIN parties_account a ON a.id = c.account_id WHERE c.state = 'open'
UNION ALL
SELECT NULL, r.account_id, a.party_id, 'asked_later', NULL, MAX(r."on"), NULL
FROM portal_reminderrequest r JOIN parties_account a ON a.id = r.account_id GROUP BY r.account_id, a.party_id
UNION ALL
SELECT NULL, w.account_id, a.party_id, 'wrong_party', NULL, NULL, NULL
FROM portal_wrongperson w JOIN parties_account a ON a.id = w.account_id
WHERE w.silenced = 0 AND w.reviewed_at IS NULL
"""


def claims_holds_frame() -> pl.DataFrame:
    """What people said on their page that pauses contacts (frames.HOLDS): paid, remind me later, not this person."""
    return bulk.read_frame(_HOLDS_SQL, HOLDS)


PREFERENCES = {
    "party": Column(pl.Int64, "persona"),
    "channel": Column(pl.String, "canal que prefiere; vacío: cualquiera", null=True, choices=CHANNELS),
    "hour_from": Column(pl.Int32, "primera hora de su día en que prefiere que se le escriba"),
    "hour_to": Column(pl.Int32, "hora en que termina"),
}


def preferences_frame() -> pl.DataFrame:
    """Channel and hours that each person prefers, for the planner; the law's own hours still rule."""
    cases = {0: "", 1: ""}
    for side in (0, 1):
        cases[side] = " ".join(f"WHEN '{name}' THEN {bounds[side]}" for name, bounds in HOUR_BOUNDS.items())
    return bulk.read_frame(
        f"SELECT party_id AS party, NULLIF(channel, '') AS channel, CASE hours {cases[0]} END AS hour_from, "
        f"CASE hours {cases[1]} END AS hour_to FROM portal_preference",
        PREFERENCES,
    )


PAYDAYS = {
    "account": Column(pl.Int64, "cuenta"),
    "kind": Column(pl.String, "monthly, fortnight o weekly"),
    "day": Column(pl.Int32, "día del mes; 31 es el último", null=True),
    "weekday": Column(pl.Int32, "día de la semana, lunes es 0", null=True),
}


def paydays_frame() -> pl.DataFrame:
    """The standing paydays that people told, for the planner."""
    return bulk.read_frame("SELECT account_id AS account, kind, day, weekday FROM portal_standingpayday", PAYDAYS)


def live_links(accounts: Iterable[int], *, at: datetime) -> dict[tuple[int, int | None], PortalLink]:
    """(account, contact point) -> its newest link that is alive after `at`."""
    found: dict[tuple[int, int | None], PortalLink] = {}
    for piece in bulk.chunks(sorted(set(accounts))):
        rows = PortalLink.objects.filter(account_id__in=piece, revoked_at=None, expires_at__gt=at).order_by("pk")
        found |= {(link.account_id, link.contact_point_id): link for link in rows}
    return found
