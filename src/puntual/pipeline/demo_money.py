"""The demonstration's last week of money: a statement as the bank of each country downloads it, with what is sure, what
is doubtful and what is nobody's; and what people promised, agreed, proposed and contested meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

import attrs
from django.conf import settings
from django.utils.module_loading import import_string

from puntual.apps.imports import write as imports
from puntual.apps.negotiation import write as promises
from puntual.apps.negotiation import write_deals, write_disputes, write_judge
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.payments import read as payments
from puntual.apps.payments import write_bank
from puntual.apps.receivables import read as receivables
from puntual.core.ledger import references
from puntual.core.money import Money, exponent
from puntual.core.negotiation.quote import Terms
from puntual.core.negotiation.rules import NegotiationRules
from puntual.core.time import local_date


@attrs.frozen
class Movement:
    """One line of the statement. Negative: money that leaves."""

    on: date
    minor: int
    text: str
    payer: str = ""


@attrs.frozen
class Debtor:
    """An account with documents that are late: (due item, number, open minor), the oldest first."""

    account: int
    name: str
    items: tuple[tuple[int, str, int], ...]
    #: With what is not late yet.
    owed: int

    @property
    def first(self) -> tuple[int, str, int]:
        return self.items[0]

    @property
    def total(self) -> int:
        return sum(minor for _, _, minor in self.items)


def last_week(creditor: Creditor, now: datetime) -> None:
    """Tell it all through the product's own doors: the importer, the matching, the writers of promises and deals."""
    today = local_date(now, creditor.zone)
    debtors = _debtors(creditor, today)
    if len(debtors) < len(_PAYERS) + 9:
        return
    payers, others = debtors[: len(_PAYERS)], debtors[len(_PAYERS) :]
    _promised(payers[0], others, today, now)
    lines = [line for tell, debtor in zip(_PAYERS, payers) for line in tell(debtor, today)] + _of_nobody(
        creditor, today
    )
    name, text = _FILES[creditor.country](sorted(lines, key=lambda m: m.on), creditor.currency)
    source = imports.Source(name, text.encode())
    reader = import_string(settings.IMPORT_READER)()
    imports.import_files(creditor=creditor, sources=[source], reader=reader, as_of=today)
    write_bank.match_lines(creditor_id=creditor.pk, similar=import_string(settings.MATCH_SIMILAR), at=now)
    through = payments.bank_through(creditor.pk)
    write_judge.judge_all(creditor_id=creditor.pk, as_of=today, at=now, bank_through=through)


def _debtors(creditor: Creditor, today: date) -> list[Debtor]:
    """Who has something late, those with least to pay first: the large debts stay for the collection day."""
    pairs = parties.accounts_of(creditor.pk)
    names = parties.people(party for _, party in pairs)
    opened = receivables.open_items_by_account([account for account, _ in pairs])
    found = []
    for account, party in pairs:
        late = sorted((b for b in opened.get(account, ()) if b.open_minor > 0 and b.due_on < today), key=_age)
        if late:
            items = tuple((b.due_item_id, b.due_item.invoice.number, b.open_minor) for b in late)
            owed = sum(b.open_minor for b in opened[account])
            found.append(Debtor(account, names[party].name, items, owed))
    return sorted(found, key=lambda d: (d.total, d.account))


def _age(b: receivables.DueBalance) -> tuple[date, int]:
    return b.due_on, b.due_item_id


# --- the statement ---


def _by_reference(d: Debtor, today: date) -> Iterator[Movement]:
    reference = references.make(references.ACCOUNT, d.account)
    yield Movement(today - timedelta(days=2), d.total, f"TRANSFERENCIA {reference}", d.name)


def _by_document(d: Debtor, today: date) -> Iterator[Movement]:
    yield Movement(today - timedelta(days=3), d.first[2], f"PAGO FACTURA {d.first[1]}", d.name)


def _by_name(d: Debtor, today: date) -> Iterator[Movement]:
    yield Movement(today - timedelta(days=1), d.total, "TRANSFERENCIA RECIBIDA", d.name)


def _in_part(d: Debtor, today: date) -> Iterator[Movement]:
    """The name is like his and the amount fits nothing: a person looks."""
    yield Movement(today - timedelta(days=1), max(d.total * 4 // 10 // 100 * 100, 100), "ABONO A CUENTA", d.name[:-2])


def _amount_alone(d: Debtor, today: date) -> Iterator[Movement]:
    yield Movement(today - timedelta(days=2), d.first[2], "DEPOSITO EN VENTANILLA")


def _too_much(d: Debtor, today: date) -> Iterator[Movement]:
    reference = references.make(references.ACCOUNT, d.account)
    yield Movement(today - timedelta(days=4), d.owed + 150_00, f"PAGO {reference}", d.name)


_PAYERS: tuple[Callable[[Debtor, date], Iterator[Movement]], ...] = (
    _by_reference, _by_reference, _by_reference, _by_document, _by_document, _by_name, _by_name, _too_much, _in_part,
    _in_part, _amount_alone, _amount_alone,
)  # fmt: skip


def _of_nobody(creditor: Creditor, today: date) -> list[Movement]:
    unit = 10 ** exponent(creditor.currency)
    return [
        Movement(today - timedelta(days=3), 777 * unit, "DEPOSITO EN EFECTIVO"),
        Movement(today - timedelta(days=2), 1313 * unit, "TRASPASO ENTRE CUENTAS"),
        Movement(today - timedelta(days=1), -58 * unit, "COMISION POR SERVICIO"),
    ]


def _mexico(lines: list[Movement], currency: str) -> tuple[str, str]:
    rows = ["Cuenta,Fecha,Descripción,Cargo/Abono,Importe,Saldo,Referencia,Concepto,Cta Ordenante,Nombre Ordenante,"
            "RFC Ordenante,Clave de Rastreo"]  # fmt: skip
    for n, m in enumerate(lines, 1):
        sign = "+" if m.minor > 0 else "-"
        told = f"{m.on:%d/%m/%Y},SPEI,{sign},{_major(abs(m.minor), currency)},,{n},{m.text},,{m.payer},,RASTREO{n:04d}"
        rows.append(f"65501234567,{told}")
    return "movimientos-santander.csv", "\n".join(rows) + "\n"


def _colombia(lines: list[Movement], currency: str) -> tuple[str, str]:
    rows = ["FECHA,DESCRIPCIÓN,SUCURSAL,DCTO.,VALOR,SALDO"]
    rows += [f"{m.on:%d/%m/%Y},{m.text} {m.payer},,{n},{_major(m.minor, currency)}," for n, m in enumerate(lines, 1)]
    return "movimientos-bancolombia.csv", "\n".join(rows) + "\n"


def _peru(lines: list[Movement], currency: str) -> tuple[str, str]:
    rows = ["Fecha,Fecha valuta,Descripción operación,Monto,Saldo,Sucursal - agencia,Operación - Número,Operación - "
            "Hora,Usuario,UTC,Referencia2"]  # fmt: skip
    for n, m in enumerate(lines, 1):
        rows.append(f"{m.on:%d/%m/%Y},,{m.text} {m.payer},{_major(m.minor, currency)},,111-008,{n:08d},10:00,,0909,")
    return "movimientos-bcp.csv", "\n".join(rows) + "\n"


def _major(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).major():f}"


#: country -> how its bank downloads the movements (adapters/bank_files/profiles.yaml).
_FILES: Mapping[str, Callable[[list[Movement], str], tuple[str, str]]] = {
    "MX": _mexico, "CO": _colombia, "PE": _peru,
}  # fmt: skip


# --- what people said ---


def _promised(payer: Debtor, others: list[Debtor], today: date, now: datetime) -> None:
    """One promise that the bank will find kept, one broken, two open; a plan, an offer, a proposal; a dispute."""
    _promise(payer, today - timedelta(days=5), today - timedelta(days=1), now)
    _promise(others[0], today - timedelta(days=9), today - timedelta(days=5), now)
    _promise(others[1], today - timedelta(days=2), today + timedelta(days=1), now)
    _promise(others[2], today, today + timedelta(days=6), now)
    rules = NegotiationRules()
    plan = _deal(others[3], today - timedelta(days=3), "agent", "agent", rules)
    deal = write_deals.offer_agreement(offer=plan, terms=Terms(4, "fortnight", today + timedelta(days=2)), at=now)
    how = {"at": now.isoformat(), "how": "call", "note": "llamada grabada"}
    write_deals.accept(deal_id=deal.pk, on=today - timedelta(days=3), at=now, evidence=how)
    least = others[4].total * 70 // 100
    write_deals.offer_settlement(
        offer=_deal(others[4], today, "agent", "manager", rules), pay_minor=least, at=now,
        pay_by=today + timedelta(days=rules.settlement_days), rules=rules.settlement,
    )  # fmt: skip
    asked = attrs.evolve(_deal(others[5], today, "portal", "portal", rules), evidence={"at": now.isoformat()})
    write_deals.offer_agreement(offer=asked, terms=Terms(9, "month", today + timedelta(days=5)), at=now)
    item, _number, minor = others[6].first
    dispute = write_disputes.NewDispute(
        others[6].account, item, "damaged", today - timedelta(days=1), "portal", f"demo:{item}", minor // 4,
        "Dos piezas llegaron rotas; mandé las fotos al vendedor.",
    )  # fmt: skip
    write_disputes.open_dispute(dispute=dispute, at=now)
    complaint = write_disputes.NewComplaint(
        account=others[7].account, opened_on=today - timedelta(days=1), source="portal",
        key=f"demo:{others[7].account}",
        text="Me escribieron a un correo del trabajo que ya no uso.",
    )  # fmt: skip
    write_disputes.open_complaint(complaint=complaint, at=now)


def _promise(d: Debtor, made_on: date, promised_on: date, now: datetime) -> None:
    new = promises.NewPromise(d.account, made_on, promised_on, "agent", f"demo:{d.account}", (d.first[0],), d.first[2])
    promises.make_promise(promise=new, at=now)


def _deal(d: Debtor, on: date, source: str, role: str, rules: NegotiationRules) -> write_deals.Offer:
    return write_deals.Offer(
        d.account, on, on + timedelta(days=rules.offer_days), source, f"demo:deal:{d.account}", role, rules.limits,
        tuple(item for item, _, _ in d.items),
    )  # fmt: skip
