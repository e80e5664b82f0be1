"""The only reader of direct debit: mandates, charges and files, for the screens, the customer's page and `check`."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
from django.db.models import Count, QuerySet, Sum

from puntual.apps.debits.choices import ACCOUNT_KINDS, CollectionState, MandateState
from puntual.apps.debits.models import Collection, DebitFile, DebitMandate, DebitSettings
from puntual.apps.parties import read as parties
from puntual.apps.receivables import read_applied
from puntual.core.ledger.invariants import SHOWN, Finding
from puntual.core.negotiation.direct_debit import Allowed, Terms


def settings_of(creditor_id: int, *, active: bool = True) -> DebitSettings | None:
    """How the creditor charges; None while it does not. Not `active`: also what was switched off."""
    row = DebitSettings.objects.filter(creditor_id=creditor_id).first()
    return row if row is None or row.active or not active else None


def terms_of(row: DebitSettings) -> Terms:
    return Terms(row.notice_days, row.lead_days)


def kind_of(creditor_country: str) -> str:
    """Which class of account number is asked there."""
    return ACCOUNT_KINDS.get(creditor_country, "number")


def standing(account_id: int) -> DebitMandate | None:
    """The mandate that is active or suspended, if any."""
    return DebitMandate.objects.filter(account_id=account_id).exclude(state=MandateState.REVOKED).first()


def allowed(row: DebitMandate) -> Allowed:
    """What the core judges it by."""
    return Allowed(row.state, row.signed_on, row.max_minor, row.through, row.last_used_on)


def collections_of(account_id: int) -> list[Collection]:
    """The charges of an account, the newest first."""
    rows = Collection.objects.filter(mandate__account_id=account_id).select_related("mandate")
    return list(rows.order_by("-on", "-pk")[:60])


def upcoming(account_id: int) -> Collection | None:
    """The next charge that the person should know of."""
    rows = Collection.objects.filter(
        mandate__account_id=account_id, state__in=(CollectionState.PLANNED, CollectionState.IN_FILE)
    )
    return rows.select_related("mandate").order_by("on").first()


def charged_accounts(creditor_id: int) -> frozenset[int]:
    """Those whose instalments are charged at the bank: nobody charges their card as well."""
    standing = DebitMandate.objects.filter(creditor_id=creditor_id, state=MandateState.ACTIVE)
    at_bank = Collection.objects.filter(creditor_id=creditor_id, state=CollectionState.IN_FILE)
    return frozenset([
        *standing.values_list("account_id", flat=True), *at_bank.values_list("mandate__account_id", flat=True)
    ])  # fmt: skip


def of_state(creditor_id: int, *states: str) -> QuerySet[Collection]:
    rows = Collection.objects.filter(creditor_id=creditor_id, state__in=states)
    return rows.select_related("mandate__account", "file").order_by("on", "pk")


def mandates(creditor_id: int, state: str = "") -> QuerySet[DebitMandate]:
    rows = DebitMandate.objects.filter(creditor_id=creditor_id).select_related("account")
    return (rows.filter(state=state) if state in MandateState.values else rows).order_by("-pk")


def files(creditor_id: int, limit: int = 30) -> list[DebitFile]:
    return list(DebitFile.objects.filter(creditor_id=creditor_id).order_by("-made_at")[:limit])


@attrs.frozen
class Part:
    """How many charges of a file are in a state, and their money."""

    state: str
    label: str
    n: int
    minor: int


def parts_of(rows: Iterable[DebitFile]) -> dict[int, list[Part]]:
    """file -> its charges by state."""
    found: dict[int, list[Part]] = {}
    told = Collection.objects.filter(file__in=list(rows)).values_list("file_id", "state")
    for file_id, state, n, minor in told.annotate(n=Count("pk"), minor=Sum("amount_minor")).order_by("state"):
        found.setdefault(file_id, []).append(Part(state, str(CollectionState(state).label), n, minor))
    return found


def number_of(row: DebitMandate) -> tuple[str, str]:
    """(account number, holder), unsealed; blanks once the person was forgotten."""
    key = parties.key_of(row.account.party_id)
    return parties.vault.unseal(key, row.sealed_number), parties.vault.unseal(key, row.sealed_holder)


def booked_key(row: Collection) -> str:
    """The key of its money in the books."""
    return f"debit:{row.pk}"


def findings() -> list[Finding]:
    """Every charge that the bank made is in the books for its amount, and none that it took back."""
    rows = list(Collection.objects.filter(state__in=(CollectionState.PAID, CollectionState.RETURNED)))
    cash = read_applied.cash_by_key([f"payment:{booked_key(row)}" for row in rows])
    wrong = []
    for row in rows:
        held = cash.get(f"payment:{booked_key(row)}", 0)
        due = row.amount_minor if row.state == CollectionState.PAID else 0
        if held != due:
            wrong.append({"collection": row.pk, "books_minor": held, "bank_minor": due})
    sentence = "Cada cargo domiciliado que cobró el banco está en los libros una vez, y ninguno de los devueltos."
    return [Finding("debits_agree", sentence, tuple(wrong)[:SHOWN])]
