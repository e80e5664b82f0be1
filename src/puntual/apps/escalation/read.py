"""The only reader of what is decided after friendly ways: where each negative report stands and its evidence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
from django.conf import settings
from django.db.models import QuerySet

from puntual.apps.compliance import read as compliance
from puntual.apps.escalation.models import BureauNotice, BureauReport
from puntual.apps.negotiation.models import Dispute
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as receivables
from puntual.core.compliance.rulebook import Pack
from puntual.core.escalation import bureau
from puntual.core.money import round_major
from puntual.core.negotiation import dispute
from puntual.law.charges_loader import load_tables
from puntual.law.loader import load_law

#: Situations under which nobody is reported.
STAYS = ("moratorium", "insolvency", "deceased")


@attrs.frozen
class Debt:
    """What is overdue of an account in one currency."""

    currency: str
    overdue_minor: int
    oldest_due_on: date


@attrs.frozen
class Standing:
    """A report with what the norm says of it today."""

    report: BureauReport
    name: str
    terms: bureau.Terms | None
    clock: bureau.Clock
    notices: tuple[BureauNotice, ...]
    overdue_minor: int
    keep_until: date | None


def pack_of(account: Account) -> Pack | None:
    """The norm of the person's country, else the creditor's, as this installation has it."""
    country = account.party.country or account.creditor.country
    return load_law([country], compliance.soft_overrides()).pack(country)


def speaks(account: Account) -> bool:
    """Whether that norm regulates the notice before a negative report."""
    pack = pack_of(account)
    return bool(pack and any(r.kind == "notice" and r.data.get("before") == bureau.REPORT for r in pack.rules))


def overdue(account_id: int, today: date) -> list[Debt]:
    """What is overdue of an account, by currency."""
    found: dict[str, list[tuple[date, int]]] = {}
    for b in receivables.open_items(account_id):
        if b.due_on < today and b.open_minor > 0:
            found.setdefault(b.currency, []).append((b.due_on, b.open_minor))
    return [
        Debt(currency, sum(m for _, m in rows), min(d for d, _ in rows)) for currency, rows in sorted(found.items())
    ]


def reports(creditor_id: int, *, open_only: bool = True) -> QuerySet[BureauReport]:
    """The reports of a creditor, newest first."""
    rows = BureauReport.objects.filter(creditor_id=creditor_id).select_related("account__party", "account__creditor")
    if open_only:
        rows = rows.filter(state__in=[BureauReport.State.NOTICING, BureauReport.State.REPORTED])
    return rows.order_by("-pk")


def report(pk: int, creditor_id: int | None = None) -> BureauReport | None:
    rows = BureauReport.objects.select_related("account__party", "account__creditor")
    return rows.filter(pk=pk, **({"creditor_id": creditor_id} if creditor_id else {})).first()


def standing(row: BureauReport, today: date) -> Standing:
    """Where it stands on a day: what the norm asks, what was given, and from when it may be made."""
    pack = pack_of(row.account)
    wage = _wage(pack, row.currency, today)
    asked = bureau.terms(pack, amount_minor=row.amount_minor, wage_minor=wage, on=today) if pack else None
    notices = tuple(row.notices.order_by("sent_on", "pk"))
    owed = next((d.overdue_minor for d in overdue(row.account_id, today) if d.currency == row.currency), 0)
    told = [bureau.Notice(n.sent_on, n.state) for n in notices]
    found = bureau.clock(
        asked, told, today, open_minor=owed, in_dispute=_disputed(row), stayed=stayed(row.account.party_id, today)
    )
    kept = _kept(pack, row, today)
    return Standing(row, parties.person(row.account.party_id).name, asked, found, notices, owed, kept)


def _wage(pack: Pack | None, currency: str, today: date) -> int | None:
    index = bureau.wage_index(pack) if pack else None
    row = load_tables(Path(settings.DATA)).on(index, today) if index else None
    return round_major(Decimal(row.value), currency).minor if row else None


def _disputed(row: BureauReport) -> bool:
    return Dispute.objects.filter(account_id=row.account_id, state__in=dispute.PAUSING).exists()


def stayed(party_id: int, today: date) -> bool:
    """Whether something about the person stops every step: a moratorium, an insolvency, a death."""
    held = (s for s in compliance.situations_of(party_id) if s.until is None or s.until > today)
    return any(s.reason in STAYS for s in held)


def _kept(pack: Pack | None, row: BureauReport, today: date) -> date | None:
    if pack is None or row.reported_on is None:
        return None
    paid_on = row.ended_on if row.state == BureauReport.State.REMOVED else None
    found = bureau.keep_until(pack, defaulted_on=row.oldest_due_on, paid_on=paid_on, on=today)
    return found[0] if found else None


def words_of(notice: BureauNotice, party_id: int) -> tuple[str, str, str]:
    """The text of a notice, the proof that it was sent and that of its delivery, unsealed."""
    key = parties.key_of(party_id)
    return tuple(  # type: ignore[return-value]
        parties.vault.unseal(key, sealed)
        for sealed in (notice.sealed_text, notice.sealed_proof, notice.sealed_delivery)
    )
