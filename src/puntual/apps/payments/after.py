"""What follows at once when money was applied or taken back: the promises of those accounts are judged anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from puntual.apps.negotiation import write_judge
from puntual.apps.parties import read as parties
from puntual.apps.payments import read
from puntual.core.time import local_date


def judge(creditor_id: int, accounts: Iterable[int | None], at: datetime) -> None:
    """By the books of this moment: who paid is thanked now, not tomorrow. The night judges everybody again."""
    mine = sorted({account for account in accounts if account})
    if not mine:
        return
    creditor = parties.creditor(f"acr_{creditor_id}")
    write_judge.judge_accounts(
        creditor_id=creditor_id, accounts=mine, as_of=local_date(at, creditor.zone), at=at,
        bank_through=read.bank_through(creditor_id),
    )  # fmt: skip
