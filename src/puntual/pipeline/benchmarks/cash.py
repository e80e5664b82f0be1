"""What a bank file takes from its bytes to the books: read, understood, applied, judged, with the truth beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from puntual.apps.imports import read as imports_read
from puntual.apps.imports import write as imports
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.payments import read_findings, write_bank
from puntual.apps.payments.models import LineMatch
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import write as books
from puntual.core.ledger import invariants
from puntual.core.ledger.evidence import Similar
from puntual.core.ledger.statement import MatchRules, Open, Withholding
from puntual.pipeline.benchmarks.measure import Measured, part
from puntual.ports.einvoice import FileReader
from puntual.simulators import bank

RULES = MatchRules(short_minor=200, withholdings=(Withholding("isr", Decimal("1.25")),))
AT = datetime(2026, 9, 1, 12, tzinfo=UTC)


def cash(reader: FileReader, similar: Similar, lines: int, seed: int = 20261121) -> dict[str, object]:
    """That many noisy movements over half as many accounts. `wrong`: applied alone to another account or document."""
    creditor = parties.create_creditor(
        code="banco-caja", name="Caja", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    last = Account.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    world = bank.build(lines, max(lines // 2, 1), seed, last + 1)
    documents = _portfolio(creditor, world)
    parts: list[Measured] = []
    with part("read", parts):
        source = imports.Source("banco.xml", bank.camt053(world.lines))
        imports.import_files(creditor=creditor, sources=[source], reader=reader, as_of=date(2026, 9, 1))
    with part("understand and apply", parts):
        write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=AT, rules=RULES)
    with part("again", parts):
        write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=AT, rules=RULES)
    cpu = sum(p.cpu_s for p in parts[:2])
    checks = [*invariants.judge(receivables.books()), *read_findings.findings()]
    return {
        "rows": len(world.lines),
        "accounts": len(world.customers),
        **_score(creditor, world, documents),
        "broken": [f.name for f in checks if not f.holds],
        "rows_per_s": round(len(world.lines) / max(cpu, 1e-9)),
        "parts": parts,
        "cpu_s": round(cpu, 3),
        "server_cpu_s": round(sum(p.server_cpu_s or 0 for p in parts[:2]), 2),
        "peak_mib": parts[-1].peak_mib,
    }


def _portfolio(creditor: Creditor, world: bank.World) -> Mapping[int, int]:
    """The world's customers with what people had confirmed of them, and its documents. Gives ours -> the world's."""
    rows = [parties.NewAccount(code=f"C-{c.account}", name=c.name, tax_id=c.tax_ids[0]) for c in world.customers]
    made = parties.register_accounts(creditor=creditor, rows=rows).accounts
    if any(made[f"C-{c.account}"] != c.account for c in world.customers):
        raise RuntimeError("the accounts did not get the numbers that the bank's references name")
    known = [(c.account, own) for c in world.customers for own in c.payer_accounts]
    write_bank.learn_accounts(known, AT)
    books.post_invoices(creditor_id=creditor.pk, invoices=[_invoice(o) for o in world.issued], source="bench")
    by_number = {o.document: o.due_item for o in world.issued}
    opens = receivables.open_items_by_account([c.account for c in world.customers])
    return {b.due_item_id: by_number[b.due_item.invoice.number] for mine in opens.values() for b in mine}


def _invoice(o: Open) -> books.NewInvoice:
    return books.NewInvoice(
        o.account, o.document, o.document, date(2025, 12, 1), o.currency, o.open_minor, ((o.due_on, o.open_minor),)
    )


def _score(creditor: Creditor, world: bank.World, documents: Mapping[int, int]) -> dict[str, object]:
    number = {pk: int(line.bank_id.rpartition(":M")[2]) for pk, line in imports_read.bank_lines(creditor.pk)}
    alone = LineMatch.objects.filter(creditor=creditor, state="applied", automatic=True)
    truths = [(row, world.truth[number[row.pk]]) for row in alone.iterator()]
    wrong = [row.pk for row, told in truths if bank.is_wrong(row.account_id, _named(row, documents), told)]
    payments = sum(t.account is not None for t in world.truth.values())
    return {
        "automatic": len(truths),
        "automatic_pct": round(100 * len(truths) / len(world.lines), 2),
        "wrong": len(wrong),
        "precision": round(1 - len(wrong) / max(len(truths), 1), 6),
        "recall": round((len(truths) - len(wrong)) / max(payments, 1), 4),
    }


def _named(row: LineMatch, documents: Mapping[int, int]) -> Iterable[int]:
    return (documents[item] for item, _ in row.parts)
