"""The rows of a return file: every contact, promise, dispute and payment of a stretch of time. Private to this app."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from puntual.apps.clients.choices import MESSAGE_RESULTS
from puntual.apps.clients.models import Placement
from puntual.apps.negotiation import read_returns as negotiation
from puntual.apps.outreach import read_returns as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables import read_collected as receivables
from puntual.apps.workbench import read_results as workbench
from puntual.core.clients import ReturnLayout
from puntual.core.workbench.results import RESULTS
from puntual.ui.channels import channel_name


def rows(creditor: Creditor, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """What happened in [start, end) with the accounts that this client placed with us, in order of time."""
    zone = ZoneInfo(creditor.zone)
    found = sorted(_happened(creditor, start, end, zone), key=lambda row: (row["time"], row["account"]))
    placed = set(Placement.objects.filter(creditor=creditor).values_list("account_id", flat=True))
    mine = [row for row in found if row["account"] in placed]
    who = _who({row["account"] for row in mine})
    return [{**who[row["account"]], **row, "result_text": name_of(row["result"])} for row in mine]


def name_of(result: str) -> str:
    """A result in words."""
    told = RESULTS.get(result)
    return told.name if told else str(MESSAGE_RESULTS.get(result, result))


def _happened(creditor: Creditor, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    spoken = outreach.spoken_between(creditor.pk, start, end)
    noted = workbench.results_of_contacts([one.pk for one in spoken if one.channel == "call"])
    for one in spoken:
        local = one.at.astimezone(zone)
        yield {
            "account": one.account, "event": "contact", "result": noted.get(one.pk, one.result), "on": local.date(),
            "time": local, "channel": channel_name(one.channel), "direction": one.direction, "agent": one.agent,
        }  # fmt: skip
    for turn in negotiation.turns_between(creditor.pk, start, end):
        local = turn.at.astimezone(zone)
        yield {
            "account": turn.account, "event": turn.event, "result": turn.result, "on": local.date(), "time": local,
            "amount": turn.amount_minor, "currency": turn.currency, "agent": turn.agent, "state": turn.result,
            "promised_on": turn.promise.promised_on if turn.promise else None,
        }  # fmt: skip
    for money in receivables.movements_between(creditor.pk, start, end):
        yield {
            "account": money.account, "event": "payment", "on": money.on, "time": money.recorded_at.astimezone(zone),
            "result": "payment" if money.amount_minor > 0 else "payment_back", "amount": money.amount_minor,
            "currency": money.currency,
        }  # fmt: skip


def _who(accounts: set[int]) -> dict[int, Mapping[str, Any]]:
    known = {a.pk: a for a in Account.objects.filter(pk__in=accounts)}
    people = parties.people(a.party_id for a in known.values())
    return {
        pk: {"customer_code": a.code, "tax_id": people[a.party_id].tax_id, "customer_name": people[a.party_id].name}
        for pk, a in known.items()
    }


def as_bytes(table: list[list[str]], layout: ReturnLayout) -> bytes:
    """The table as the client wants it: CSV in UTF-8 with its mark, or XLSX with every cell as text."""
    if layout.format == "csv":
        text = io.StringIO()
        csv.writer(text, delimiter=layout.delimiter).writerows(table)
        return text.getvalue().encode("utf-8-sig")
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Gestiones")
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()
