"""«Saldos de hoy»: what a person says of documents that were open here and did not come in the list."""

from __future__ import annotations

from datetime import date

import attrs
from django.db import transaction

from puntual.apps.imports.models import ImportRun
from puntual.apps.receivables import read, read_payments, write
from puntual.core.errors import UnusableInput
from puntual.core.ledger.books import Component

ANSWERS = ("paid", "cancelled", "forgotten")


@attrs.frozen
class Open:
    """A document that did not come, as the load left it, with what was answered."""

    invoice: int
    number: str
    minor: int
    currency: str
    answer: str


def asked(run: ImportRun) -> list[Open]:
    """The questions of a load."""
    answers = run.result.get("answers", {})
    return [
        Open(
            int(v["invoice"][4:]), v["number"], v["open"]["minor"], v["open"]["currency"], answers.get(v["invoice"], "")
        )
        for v in run.result.get("vanished", [])
    ]


@transaction.atomic
def answer(*, run_id: int, creditor_id: int, answers: dict[int, str], on: date) -> int:
    """Paid books a provisional payment, cancelled an adjustment, forgotten nothing. Gives how many were answered."""
    run = ImportRun.objects.select_for_update().get(pk=run_id, creditor_id=creditor_id)
    waiting = {o.invoice: o for o in asked(run) if not o.answer}
    told = {pk: said for pk, said in answers.items() if pk in waiting}
    if bad := set(told.values()) - set(ANSWERS):
        raise UnusableInput(f"«{sorted(bad)[0]}» no es una respuesta: use {', '.join(ANSWERS)}.")
    done, keys = dict(run.result.get("answers", {})), dict(run.result.get("answer_keys", {}))
    turn = int(run.result.get("turn", 0)) + 1
    for pk, said in told.items():
        keys[f"fac_{pk}"] = f"saldos:{run.pk}:{pk}:{turn}"
        _book(run, pk, said, on, keys[f"fac_{pk}"])
        done[f"fac_{pk}"] = said
    run.result = {**run.result, "answers": done, "answer_keys": keys, "turn": turn}
    run.save(update_fields=["result"])
    return len(told)


def _book(run: ImportRun, invoice: int, said: str, on: date, key: str) -> None:
    items = [i for i in read.items_of_invoice(invoice) if i.balance.principal_minor > 0]
    if said == "forgotten" or not items:
        return
    first = items[0]
    if said == "paid":
        wanted = tuple((i.pk, i.balance.principal_minor) for i in items)
        total = sum(minor for _item, minor in wanted)
        payment = write.NewPayment(
            first.account_id, total, first.currency, on, key, "saldos", wanted, True, "Saldos de hoy: ya se pagó"
        )
        write.post_payments(creditor_id=run.creditor_id, payments=[payment])
        return
    parts = tuple((i.pk, Component.PRINCIPAL, i.balance.principal_minor) for i in items)
    reduction = write.Reduction(
        first.account_id, "adjustment", first.currency, on, key, "saldos", parts, "Saldos de hoy: se canceló"
    )
    write.post_reductions(creditor_id=run.creditor_id, rows=[reduction])


@transaction.atomic
def take_back(*, run_id: int, creditor_id: int, invoices: list[int], on: date) -> int:
    """Undo answers: what they booked is reversed and the question is open again. Gives how many."""
    run = ImportRun.objects.select_for_update().get(pk=run_id, creditor_id=creditor_id)
    answers = dict(run.result.get("answers", {}))
    given = {pk: answers.pop(f"fac_{pk}") for pk in invoices if f"fac_{pk}" in answers}
    for pk, said in given.items():
        key = run.result["answer_keys"][f"fac_{pk}"]
        if said == "paid":
            write.reverse_payment(key=key, on=on, source="saldos", note="Se corrigió la respuesta")
        elif said == "cancelled":
            write.reverse(event_id=read_payments.event_of_key(f"adjustment:{key}"), on=on, source="saldos")
    run.result = {**run.result, "answers": answers}
    run.save(update_fields=["result"])
    return len(given)
