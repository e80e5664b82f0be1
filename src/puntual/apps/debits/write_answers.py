"""What the bank says of charges: in its answer file, or by its movements. Each is booked once, and taken back once."""

from __future__ import annotations

import re
from collections.abc import Collection as AnyOf
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import attrs
from django.db import transaction
from django.utils.translation import gettext as _

from puntual.apps.debits import read, write
from puntual.apps.debits.choices import CollectionState
from puntual.apps.debits.models import Collection, DebitFile
from puntual.apps.payments import after
from puntual.apps.receivables import write as books
from puntual.core.errors import UnusableInput
from puntual.core.ledger.statement import Line
from puntual.core.negotiation import direct_debit as core
from puntual.core.reasons import sentence
from puntual.ports import debits as port
from puntual.ports.debits import Answer

SOURCE = "direct_debit"
#: The bank pays a file within these days of its charges' day.
PAID_WITHIN = timedelta(days=7)
_CODE = re.compile(r"\b[A-Z]{2}\d{2}\b")


@attrs.frozen
class Taken:
    """What an answer came to: charges paid, refused, returned; mandates suspended; lines about nothing of ours."""

    paid: int = 0
    rejected: int = 0
    returned: int = 0
    suspended: int = 0
    unknown: int = 0


def take_file(*, creditor_id: int, data: bytes, filename: str, on: date, at: datetime) -> Taken:
    """Read the bank's answer and do what it says. Read twice, it changes nothing more."""
    answers = write.bank_files().read(data, filename)
    if not answers:
        raise UnusableInput(_("Ese archivo no dice nada de ningún cargo."))
    return take(creditor_id=creditor_id, answers=answers, on=on, at=at)


@transaction.atomic
def take(*, creditor_id: int, answers: Iterable[Answer], on: date, at: datetime) -> Taken:
    """Each answer on the charge it names; one about a whole file on every charge of it that is still at the bank."""
    mine = Collection.objects.select_for_update(of=("self",)).filter(creditor_id=creditor_id, file__isnull=False)
    tally = dict.fromkeys(("paid", "rejected", "returned", "suspended", "unknown"), 0)
    touched: set[int] = set()
    for one in answers:
        rows = mine.filter(reference=one.reference) if one.reference else mine.filter(
            file__message=one.message, state=CollectionState.IN_FILE
        )  # fmt: skip
        found = list(rows.select_related("mandate"))
        tally["unknown"] += not found
        for row in found:
            for what in _apply(row, one, on):
                tally[what] += 1
                touched.add(row.mandate.account_id)
    after.judge(creditor_id, touched, at)
    return Taken(**tally)


def _apply(row: Collection, one: Answer, on: date, line: int | None = None) -> list[str]:
    """What it did, in the words of Taken."""
    # A bank that refuses what it had paid is taking it back.
    event = {port.PAID: "pay", port.REJECTED: "reject", port.RETURNED: "return"}.get(one.state)
    if event == "reject" and row.state == CollectionState.PAID:
        event = "return"
    if event is None or event not in core.COLLECTION.events(row.state):
        return []
    day = min(max(one.on or row.on, row.on) if event == "pay" else one.on or on, on)
    if event == "pay":
        _book(row, day)
    elif row.state == CollectionState.PAID:
        note = sentence(core.refusal(one.code).reason)
        books.reverse_payment(key=read.booked_key(row), on=day, source=SOURCE, note=note[:100])
    step = core.COLLECTION.advance(row.state, event)
    refused = core.refusal(one.code)
    row.state, row.ended_on, row.line = step.target, day, line or row.line
    row.reason, row.code = (step.reason, row.code) if event == "pay" else (refused.reason, one.code[:20])
    row.save(update_fields=["state", "ended_on", "line", "reason", "code"])
    if event != "pay" and refused.definite:
        write.suspend(mandate_id=row.mandate_id, reason=refused.reason)
        return [step.target, "suspended"]
    return [step.target]


def _book(row: Collection, on: date) -> None:
    wanted = tuple((item, minor) for item, minor in row.request.items) if row.request else ()
    money = books.NewPayment(
        row.mandate.account_id, row.amount_minor, row.currency, on, read.booked_key(row), SOURCE, wanted
    )
    books.post_payments(creditor_id=row.creditor_id, payments=[money])


# --- the bank's movements ---


def claim(creditor_id: int, lines: Sequence[Line], at: datetime) -> AnyOf[int]:
    """The movements of a statement that are charges of ours, paid or taken back one by one, or a whole file at once.
    They are settled here, so that nobody applies their money a second time."""
    waiting = Collection.objects.filter(
        creditor_id=creditor_id, state__in=(CollectionState.IN_FILE, CollectionState.PAID), file__isnull=False
    )
    by_reference = {str(row.reference): row for row in waiting.select_related("mandate")}
    if not by_reference:
        return ()
    claimed: list[int] = []
    touched: set[int] = set()
    with transaction.atomic():
        for line in lines:
            settled = _one_by_one(line, by_reference) or _at_once(creditor_id, line)
            if settled:
                claimed.append(line.line)
                touched |= {row.mandate.account_id for row in settled}
        after.judge(creditor_id, touched, at)
    return claimed


def _one_by_one(line: Line, by_reference: dict[str, Collection]) -> list[Collection]:
    """The charge that the movement names, when the amount is its very amount."""
    for word in re.findall(r"\d{10,14}", line.text):
        row = by_reference.get(word)
        if row is None or abs(line.amount_minor) != row.amount_minor or line.currency != row.currency:
            continue
        row.refresh_from_db()
        if line.amount_minor > 0:
            _apply(row, Answer(word, port.PAID, on=line.on), line.on, line.line)
        else:
            code = next((c for c in _CODE.findall(line.text) if c in core.CODES), "")
            _apply(row, Answer(word, port.RETURNED, code, line.on), line.on, line.line)
        return [row]
    return []


def _at_once(creditor_id: int, line: Line) -> list[Collection]:
    """Every charge of a day of one file, when the movement is what is still at the bank of it, to the cent. What the
    bank paid already by its answer file is not booked again: its movement is only recognised."""
    if line.amount_minor <= 0:
        return []
    rows = Collection.objects.filter(
        creditor_id=creditor_id, currency=line.currency, on__lte=line.on, on__gte=line.on - PAID_WITHIN, line=None,
        state__in=(CollectionState.IN_FILE, CollectionState.PAID), file__isnull=False,
    )  # fmt: skip
    groups: dict[tuple[int, date], list[Collection]] = {}
    for row in rows.select_related("mandate").order_by("pk"):
        groups.setdefault((row.file_id or 0, row.on), []).append(row)
    fitting = [g for g in groups.values() if sum(r.amount_minor for r in g) == line.amount_minor]
    named = [g for g in fitting if g[0].file and _names(line, g[0].file)]
    chosen = named[0] if named else fitting[0] if len(fitting) == 1 else []
    for row in chosen:
        if row.state == CollectionState.IN_FILE:
            _apply(row, Answer(str(row.reference), port.PAID, on=line.on), line.on, line.line)
        else:
            Collection.objects.filter(pk=row.pk).update(line=line.line)
    return chosen


def _names(line: Line, file: DebitFile) -> bool:
    return file.message.lower() in line.text.lower()
