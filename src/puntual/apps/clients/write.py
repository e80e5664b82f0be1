"""The only writer of what clients hand over. The books and the people are written by their own apps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs
import yaml
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.audit import write as audit
from puntual.apps.clients import read, returning
from puntual.apps.clients.choices import RETURN, TABLE, Purpose
from puntual.apps.clients.models import FileLayout, Placement, Received, ReturnFile, Terms
from puntual.apps.imports import write as imports
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read as receivables
from puntual.core.clients import parse_return_layout, table, terms_from
from puntual.core.errors import UnusableInput
from puntual.core.time import local_date
from puntual.ports.einvoice import Batch, Defaults, FileReader, Layout, Record, RowError, WithdrawalRecord


@attrs.frozen
class Outcome:
    """What a file of the client did: accounts given, taken back or changed, those not found, rows set apart."""

    received: int
    placed: int = 0
    again: int = 0
    withdrawn: int = 0
    changed: int = 0
    rejected: tuple[RowError, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return attrs.asdict(self, filter=lambda a, _: a.name != "received")


def load(
    *,
    creditor: Creditor,
    purpose: str,
    source: imports.Source,
    reader: FileReader,
    now: datetime,
    actor: Any = None,
) -> Outcome:
    """Take a file of the client: accounts assigned, balances updated or accounts taken back. The same twice changes
    nothing."""
    layout = _declared(creditor.pk, purpose, reader)
    today = local_date(now, creditor.zone)
    if purpose == Purpose.WITHDRAWAL:
        done = _withdraw(creditor, list(_rows(creditor, source, reader, purpose, layout)), today)
    else:
        tally = imports.import_files(
            creditor=creditor,
            sources=[source],
            reader=reader,
            as_of=today,
            wish=imports.Wish(kind=TABLE[Purpose(purpose)], layout=layout),
            by=_pk(actor),
            strict=True,
        ).tally
        done = Outcome(0, changed=tally.created + tally.updated, rejected=tuple(tally.rejected))
        if purpose == Purpose.ASSIGNMENT:
            done = _assign(creditor, list(_rows(creditor, source, reader, purpose, layout)), today, done)
    return _note(creditor, purpose, source, now, actor, done)


def _audit(act: str, creditor_id: int, actor: Any, detail: Mapping[str, Any]) -> None:
    audit.record(act=act, actor=actor, kind="creditor", pk=creditor_id, detail=detail)


def _pk(actor: Any) -> int | None:
    return getattr(actor, "pk", None)


def _declared(creditor_id: int, purpose: str, reader: FileReader) -> Layout | None:
    text = read.layout_text(creditor_id, purpose)
    return reader.parse_layout(text) if text else None


def _rows(
    creditor: Creditor, source: imports.Source, reader: FileReader, purpose: str, layout: Layout | None
) -> Iterator[Batch]:
    return reader.read(
        source.data,
        source.name,
        format=reader.detect(source.data, source.name),
        kind=TABLE[Purpose(purpose)],
        layout=layout,
        defaults=Defaults(creditor.country, creditor.currency),
    )


def _named(record: Record) -> tuple[str, str]:
    """(the client's code, tax id) of the customer that a row names."""
    code = getattr(record, "customer_code", "")
    return code, getattr(record, "tax_id", "") or getattr(record, "receiver_tax_id", "")


def _accounts(creditor_id: int, records: Sequence[Record]) -> list[int | None]:
    """The account of each row; None where nobody is known by it."""
    named = [_named(r) for r in records]
    by_code = parties.accounts_by_code(creditor_id, {code for code, _ in named if code})
    by_tax = parties.accounts_by_tax_id(creditor_id, {tax for code, tax in named if tax})
    found = [by_code.get(code) or by_tax.get(tax) for code, tax in named]
    return [one.pk if one else None for one in found]


@transaction.atomic
def _assign(creditor: Creditor, batches: Sequence[Batch], today: date, done: Outcome) -> Outcome:
    records = [r for batch in batches for r in batch.records]
    accounts = sorted({pk for pk in _accounts(creditor.pk, records) if pk})
    held = read.active_of(accounts)
    new = [pk for pk in accounts if pk not in held]
    owed: dict[int, dict[str, int]] = {}
    for (account, currency), balance in receivables.open_balance(new).items():
        owed.setdefault(account, {})[currency] = balance.open_minor
    rows = [
        Placement(creditor=creditor, account_id=pk, assigned_on=today, assigned_minor=owed.get(pk, {})) for pk in new
    ]
    Placement.objects.bulk_create(rows, batch_size=500)
    return attrs.evolve(done, placed=len(new), again=len(held))


@transaction.atomic
def _withdraw(creditor: Creditor, batches: Sequence[Batch], today: date) -> Outcome:
    """Close the placements named. What is not ours is set apart with its row, and the rest is done."""
    records = [r for batch in batches for r in batch.records if isinstance(r, WithdrawalRecord)]
    rejected = [e for batch in batches for e in batch.errors]
    accounts = _accounts(creditor.pk, records)
    held, gone = read.active_of(pk for pk in accounts if pk), 0
    for record, account in zip(records, accounts):
        placement = held.pop(account, None) if account else None
        if placement is None:
            rejected.append(_not_ours(record, known=account is not None))
            continue
        on = min(max(record.withdrawn_on or today, placement.assigned_on), today)
        Placement.objects.filter(pk=placement.pk).update(withdrawn_on=on, reason=record.reason)
        gone += 1
    return Outcome(0, withdrawn=gone, rejected=tuple(rejected))


def _not_ours(record: WithdrawalRecord, *, known: bool) -> RowError:
    code, tax = _named(record)
    why = (
        "Esa cuenta no está asignada ahora: quizá ya se había retirado."
        if known
        else "No hay un cliente con ese código ni esa identificación: revise el dato."
    )
    return RowError(record.place.file, record.place.row, "customer_code", code or tax, why)


@transaction.atomic
def _note(
    creditor: Creditor, purpose: str, source: imports.Source, now: datetime, actor: Any, done: Outcome
) -> Outcome:
    digest = hashlib.sha256(source.data).hexdigest()
    summary = {**done.as_json(), "rejected": [attrs.asdict(e) for e in done.rejected[:1000]]}
    row = Received.objects.create(
        creditor=creditor,
        purpose=purpose,
        name=source.name[-200:],
        sha256=digest,
        result=summary,
        by_id=_pk(actor),
        at=now,
    )
    here = Placement.objects.filter(creditor=creditor)
    if done.placed:
        here.filter(assigned_by=None, withdrawn_on=None).update(assigned_by=row)
    if done.withdrawn:
        here.filter(withdrawn_by=None).exclude(withdrawn_on=None).update(withdrawn_by=row)
    _audit(
        f"client_{purpose}",
        creditor.pk,
        actor,
        {"file": source.name[-80:], "sha256": digest, "placed": done.placed, "withdrawn": done.withdrawn},
    )
    return attrs.evolve(done, received=row.pk)


@transaction.atomic
def give_back(*, creditor_id: int, received_id: int, actor: Any = None) -> int:
    """Undo a withdrawal: its accounts are in our hands again, unless they were assigned anew. Gives how many."""
    taken = Placement.objects.filter(creditor_id=creditor_id, withdrawn_by_id=received_id).exclude(withdrawn_on=None)
    ids = {p.account_id: p.pk for p in taken}
    busy = read.active_of(ids)
    mine = [pk for account, pk in ids.items() if account not in busy]
    n = 0
    for piece in bulk.chunks(mine):
        n += Placement.objects.filter(pk__in=piece).update(withdrawn_on=None, withdrawn_by=None, reason="")
    _audit("client_give_back", creditor_id, actor, {"received": received_id, "accounts": n})
    return n


@transaction.atomic
def save_terms(*, creditor_id: int, valid_from: date, document: Mapping[str, Any], actor: Any = None) -> Terms:
    """An agreement from a day on. UnusableInput if it cannot be read, or if it would rewrite one that already rules."""
    terms_from(document)
    before = Terms.objects.filter(creditor_id=creditor_id, valid_from=valid_from).first()
    if before is not None and before.document != dict(document):
        raise UnusableInput("Ya hay una comisión desde ese día: las anteriores no se cambian; elija otra fecha.")
    row, _ = Terms.objects.get_or_create(
        creditor_id=creditor_id, valid_from=valid_from, defaults={"document": dict(document), "by_id": _pk(actor)}
    )
    _audit("client_terms", creditor_id, actor, {"valid_from": valid_from.isoformat(), "terms": dict(document)})
    return row


@transaction.atomic
def save_layout(*, creditor_id: int, purpose: str, text: str, reader: FileReader, actor: Any = None) -> None:
    """How the client writes a kind of file, or wants ours. UnusableInput says which line is wrong. Empty: forget it."""
    if not text.strip():
        FileLayout.objects.filter(creditor_id=creditor_id, purpose=purpose).delete()
        return
    if purpose == RETURN:
        parse_return_layout(_yaml(text))
    else:
        kind = TABLE[Purpose(purpose)]
        if reader.parse_layout(text).kind != kind:
            raise UnusableInput(f"Este formato debe decir «kind: {kind}».")
    FileLayout.objects.update_or_create(creditor_id=creditor_id, purpose=purpose, defaults={"text": text})
    _audit("client_layout", creditor_id, actor, {"purpose": purpose})


def _yaml(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UnusableInput(f"El formato no es YAML válido: {' '.join(str(error).split())[:160]}.") from None
    if not isinstance(found, dict):
        raise UnusableInput("El formato debe tener `columns`: encabezado y el dato que lleva.")
    return found


@transaction.atomic
def make_return(*, creditor: Creditor, now: datetime, actor: Any = None) -> ReturnFile | None:
    """The next return file: all since the last one. None when nothing happened. Never twice the same stretch."""
    Creditor.objects.select_for_update().get(pk=creditor.pk)
    last = ReturnFile.objects.filter(creditor=creditor).order_by("-number").first()
    start = last.until_at if last else _first(creditor)
    if start is None or start >= now:
        return None
    rows = returning.rows(creditor, start, now)
    if not rows:
        return None
    layout = read.return_layout(creditor.pk)
    made, unknown = table(rows, layout)
    data = returning.as_bytes(made, layout)
    number = last.number + 1 if last else 1
    done = ReturnFile.objects.create(
        creditor=creditor, number=number, from_at=start, until_at=now, rows=len(rows), sealed=vault.seal_file(data),
        name=f"{creditor.code}-{local_date(now, creditor.zone):%Y%m%d}-{number:04d}.{layout.format}",
        sha256=hashlib.sha256(data).hexdigest(), without_code=list(unknown), by_id=_pk(actor), made_at=now,
    )  # fmt: skip
    _audit("client_return", creditor.pk, actor, {"number": number, "rows": len(rows), "sha256": done.sha256})
    return done


def _first(creditor: Creditor) -> datetime | None:
    """The instant from which the first return file tells: the first file that the client gave us."""
    first = Received.objects.filter(creditor=creditor).order_by("at").first()
    return first.at - timedelta(days=1) if first else None
