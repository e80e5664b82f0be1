"""Money in: what gateways and banks tell becomes entries, and entries decide promises. Before every collection day.

In this order, because each step feeds the next: notices that wait, what notices lost, the bank's lines, the judgement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from puntual.apps.debits import read as debits
from puntual.apps.debits import write_charges
from puntual.apps.negotiation import write_judge
from puntual.apps.parties.models import Creditor
from puntual.apps.payments import read, write, write_alerts, write_bank, write_mandates, write_payouts, write_refunds
from puntual.core.ledger.evidence import Similar
from puntual.core.ledger.statement import MatchRules
from puntual.core.time import local_date
from puntual.ports.payments import GatewayError, PaymentGateway


@attrs.frozen
class MoneyOutside:
    """What stands outside: gateways by provider, how alike two names are, and who hears of a gateway that fails."""

    gateways: Mapping[str, PaymentGateway]
    similar: Similar
    say: Callable[[str], None] = lambda _: None


@attrs.frozen
class MoneyRound:
    """What a round did."""

    notices: int
    booked: int
    lines: int
    applied: int
    suggested: int
    judged: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        return attrs.asdict(self)


def money_round(
    *, creditor: Creditor, as_of: datetime, outside: MoneyOutside, rules: MatchRules | None = None
) -> MoneyRound:
    """One round for a creditor. Run as often as one likes: what was done is not done again. A gateway that does not
    answer is told and skipped; the rest goes on."""
    worked = write.work(gateways=outside.gateways, at=as_of)
    polled = sum(_poll(account.pk, account.provider, as_of, outside) for account in read.gateways(creditor.pk))
    write_refunds.send_waiting(creditor_id=creditor.pk, gateways=outside.gateways, at=as_of)
    write_mandates.charge_due(
        creditor_id=creditor.pk, gateways=outside.gateways, as_of=local_date(as_of, creditor.zone), at=as_of,
        elsewhere=debits.charged_accounts(creditor.pk),
    )  # fmt: skip
    write_payouts.keep_parts(creditor_id=creditor.pk, gateways=outside.gateways, at=as_of)
    write_alerts.keep(creditor_id=creditor.pk, at=as_of)
    matched = write_bank.match_lines(creditor_id=creditor.pk, similar=outside.similar, at=as_of, rules=rules)
    write_charges.plan(creditor_id=creditor.pk, as_of=local_date(as_of, creditor.zone), at=as_of)
    judged = write_judge.judge_all(
        creditor_id=creditor.pk,
        as_of=local_date(as_of, creditor.zone),
        at=as_of,
        bank_through=read.bank_through(creditor.pk),
    )
    booked = worked.booked + polled
    return MoneyRound(worked.processed, booked, matched.lines, matched.applied, matched.suggested, judged)


def _poll(gateway_id: int, provider: str, at: datetime, outside: MoneyOutside) -> int:
    try:
        return write.poll(gateway_id=gateway_id, gateways=outside.gateways, at=at).booked
    except GatewayError as error:
        outside.say(error.sentence)
        return 0
