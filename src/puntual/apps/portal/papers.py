"""Papers for people: statement, receipts and certificates, as values; and the PDF of any of them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import attrs
from django.db import transaction

from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.portal import read
from puntual.apps.portal.choices import PaperKind
from puntual.apps.portal.models import Paper
from puntual.apps.receivables import read as receivables
from puntual.core.errors import Refused
from puntual.core.ledger.books import Ledger

#: Letters and figures that nobody confuses when read aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Movements that a statement shows; the ones before are its opening balance.
MOVEMENTS = 300
#: What happened to an account's money that is looked at: nightly interest makes many small events.
EVENTS_READ = 4000


@attrs.frozen
class Movement:
    """One thing that changed what is owed. `receipt`: the event, when it is a payment that stands."""

    on: date
    kind: str
    about: str
    change_minor: int
    balance_minor: int
    provisional: bool
    receipt: int | None
    #: The kind of charge that it is, when it is one: those of a month are told together.
    charge: str = ""


@attrs.frozen
class Statement:
    """The movements of one currency, oldest first, from `opening_minor` to `closing_minor`."""

    currency: str
    opening_minor: int
    movements: tuple[Movement, ...]
    closing_minor: int


def statements(account_id: int, most: int = MOVEMENTS) -> tuple[Statement, ...]:
    """One statement a currency, of the last `most` movements. What is owed is the receivable less what was received
    and not applied yet."""
    events = list(reversed(receivables.events_of(account_id, EVENTS_READ)))
    undone = {e.reverses_id for e in events if e.reverses_id}
    numbers = {b.due_item_id: b.due_item.invoice.number for b in receivables.all_items(account_id)}
    closing = {
        currency: b.open_minor - b.unapplied_minor
        for (_, currency), b in receivables.open_balance([account_id]).items()
    }
    found = []
    for currency in sorted({e.currency for e in events} | set(closing)):
        own = [(e, _change(e)) for e in events if e.currency == currency]
        opening = closing.get(currency, 0) - sum(change for _, change in own)
        rows, balance = [], opening
        for event, change in own:
            balance += change
            if change:
                rows.append(_movement(event, change, balance, numbers, undone))
        shown = _folded(rows)[-most:]
        before = shown[0].balance_minor - shown[0].change_minor if shown else opening
        found.append(Statement(currency, before, tuple(shown), balance))
    return tuple(found)


def _folded(rows: list[Movement]) -> list[Movement]:
    """Charges of one kind and month that follow each other, as one movement: interest is booked night by night."""
    found: list[Movement] = []
    for row in rows:
        last = found[-1] if found else None
        if last and row.charge and row.charge == last.charge and row.on.replace(day=1) == last.on.replace(day=1):
            about = list(dict.fromkeys([*last.about.split(", "), *row.about.split(", ")]))
            many = ", ".join(about[:3]) + (" …" if len(about) > 3 and not about[2].endswith("…") else "")
            found[-1] = attrs.evolve(row, change_minor=last.change_minor + row.change_minor, about=many)
        else:
            found.append(row)
    return found


def _change(event: receivables.Event) -> int:
    owed = (Ledger.RECEIVABLE, Ledger.UNAPPLIED)
    return sum(e.amount_minor for e in event.entries.all() if e.ledger in owed)


def _movement(
    event: receivables.Event, change: int, balance: int, numbers: dict[int, str], undone: set[int]
) -> Movement:
    about = dict.fromkeys(numbers.get(e.due_item_id, "") for e in event.entries.all() if e.due_item_id)
    receipt = event.pk if event.kind == "payment" and event.pk not in undone else None
    return Movement(
        event.effective_on,
        str(event.get_kind_display()),
        ", ".join(n for n in about if n),
        change,
        balance,
        event.provisional,
        receipt,
        event.kind if event.kind in ("interest", "fee") else "",
    )


@attrs.frozen
class Receipt:
    """One payment and what it paid. `reversed_on`: it was undone (returned, or replaced by the bank's own)."""

    event: int
    on: date
    currency: str
    amount_minor: int
    applied: tuple[tuple[str, int], ...]
    spare_minor: int
    provisional: bool
    reversed_on: date | None
    recorded_at: datetime


def receipt(account_id: int, event_id: int) -> Receipt | None:
    """The receipt of a payment of that account; None for anything else."""
    events = {e.pk: e for e in receivables.events_of(account_id, EVENTS_READ)}
    paid = events.get(event_id)
    if paid is None or paid.kind != "payment":
        return None
    name = paid.key.removeprefix("payment:")
    own = f"allocation:{name}"
    applied = [e for e in events.values() if e.key == own or e.key.startswith(f"{own}:moved")]
    undone = next((e for e in events.values() if e.reverses_id == paid.pk), None)
    numbers = {b.due_item_id: b.due_item.invoice.number for b in receivables.all_items(account_id)}
    parts: dict[str, int] = {}
    for entry in (entry for event in applied for entry in event.entries.all()):
        if entry.due_item_id:
            number = numbers.get(entry.due_item_id, "")
            parts[number] = parts.get(number, 0) - entry.amount_minor
    total = sum(e.amount_minor for e in paid.entries.all() if e.ledger == Ledger.CASH)
    return Receipt(
        paid.pk, paid.effective_on, paid.currency, total, tuple(parts.items()), total - sum(parts.values()),
        paid.provisional, undone.effective_on if undone else None, paid.recorded_at,
    )  # fmt: skip


@transaction.atomic
def issue_no_debt(*, visit: read.Visit, at: datetime) -> Paper:
    """The certificate that nothing is owed today, once a day. Refused while anything is open.

    The creditor's row is held meanwhile, so that no posting to its books slips in between the look and the paper.
    """
    parties_write.lock_creditor(creditor_id=visit.creditor.pk)
    if not read.bill(visit.account.pk, visit.today(at)).clear:
        raise Refused("Todavía hay documentos por pagar: la constancia se da cuando no queda ninguno.")
    today = visit.today(at)
    for known in Paper.objects.filter(account=visit.account, kind=PaperKind.NO_DEBT).order_by("-pk")[:1]:
        if visit.today(known.at) == today:
            return known
    return _issue(visit, PaperKind.NO_DEBT, at)


def wrong_person_paper(*, visit: read.Visit, at: datetime) -> Paper:
    """The paper of a «No soy esta persona», once a link."""
    number = number_for(f"wrong:{visit.link.pk}:{bytes(visit.link.nonce).hex()}")
    known = Paper.objects.filter(number=number).first()
    return known or _issue(visit, PaperKind.WRONG_PERSON, at, number)


def _issue(visit: read.Visit, kind: str, at: datetime, number: str = "") -> Paper:
    number = number or "".join(secrets.choice(_ALPHABET) for _ in range(12))
    words = "|".join((kind, number, visit.creditor.code, str(visit.account.pk), at.isoformat()))
    digest = hashlib.sha256(words.encode()).hexdigest()
    row, _new = Paper.objects.get_or_create(
        number=number, defaults={"account": visit.account, "kind": kind, "sha256": digest, "at": at}
    )
    return row


def number_for(secret: str) -> str:
    """A number that always comes out of the same secret and tells nothing of it."""
    value = int.from_bytes(hashlib.sha256(secret.encode()).digest(), "big")
    return "".join(_ALPHABET[value // len(_ALPHABET) ** i % len(_ALPHABET)] for i in range(12))


def person_for(visit: read.Visit) -> parties.Person:
    """Name and tax id for a private paper."""
    return parties.person(visit.party.pk)


@lru_cache(maxsize=1)
def _style() -> str:
    return (Path(__file__).parent / "paper.css").read_text(encoding="utf-8")


def pdf(html: str) -> bytes:
    """The PDF of a paper. It fetches nothing: no file, no address, whatever the text says."""
    import weasyprint
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):
        """Refuses every address."""

        def fetch(self, url: str, headers: object = None) -> object:
            raise ValueError("a paper fetches nothing")

    sheet = weasyprint.CSS(string=_style(), url_fetcher=Nothing())
    made: bytes = weasyprint.HTML(string=html, url_fetcher=Nothing()).write_pdf(stylesheets=[sheet])
    return made
