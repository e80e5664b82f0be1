"""The files that leave for outside: the tax write-off and the judicial one. They say what there is and what is missing;
nothing is decided by making them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
from django.conf import settings

from puntual.apps.audit import dossier
from puntual.apps.compliance import read as compliance
from puntual.apps.compliance import read_prescription
from puntual.apps.imports import originals
from puntual.apps.negotiation.models import Deal, Dispute
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import export, read_charges
from puntual.apps.receivables import read as receivables
from puntual.core import reasons
from puntual.core.escalation.write_off import Seen, judge
from puntual.core.money import Money, round_major
from puntual.law import write_off_loader
from puntual.law.charges_loader import load_tables

_EVER = timedelta(days=366 * 10)


def castigo(account: Account, today: date) -> dict[str, Any]:
    """The tax write-off file of an account: its overdue debt, what was done to collect it, and what each way asks."""
    items = _overdue(account, today)
    done = [c for c in outreach.contacts_of(account.party_id, limit=100_000) if c.account_id == account.pk]
    law = write_off_loader.load_write_off()
    country = law["countries"].get(account.creditor.country)
    warnings = [reasons.sentence("charge_unreviewed")] if country and not law["reviewer"] else []
    warnings += [] if country else ["La norma de castigo de este país no está cargada: véala con su contador."]
    person = parties.person(account.party_id)
    return {
        "account": f"cta_{account.pk}", "creditor": account.creditor.code, "name": person.name,
        "tax_id": person.tax_id, "country": account.creditor.country, "as_of": today.isoformat(),
        "cite": country and country["cite"], "evidence": country and country["evidence"], "version": law["version"],
        "items": items, "totals": _totals(items),
        "collection": {
            "contacts": len([c for c in done if c.direction == "out"]),
            "first": done[-1].at.isoformat() if done else None,
            "last": done[0].at.isoformat() if done else None,
            "channels": sorted({c.channel for c in done}),
        },
        "ways": [_way(way, items) for way in _judged(account, items, done, country)],
        "warnings": warnings,
    }  # fmt: skip


def _overdue(account: Account, today: date) -> list[dict[str, Any]]:
    late = [b for b in receivables.open_items(account.pk) if b.due_on < today and b.open_minor > 0]
    clocks = {c.balance.due_item_id: c.told for c in read_prescription.clocks(account, late, today)}
    return [
        {
            "invoice": b.due_item.invoice.number, "fiscal_id": b.due_item.invoice.fiscal_id,
            "issued_on": b.due_item.invoice.issued_on.isoformat(), "due_on": b.due_on.isoformat(),
            "days_late": (today - b.due_on).days,
            "principal": Money(b.principal_minor, b.currency).as_json(),
            "interest": Money(b.interest_minor, b.currency).as_json(),
            "fee": Money(b.fee_minor, b.currency).as_json(),
            "open": Money(b.open_minor, b.currency).as_json(),
            "prescription": _clock(clocks[b.due_item_id]),
        }
        for b in late
    ]  # fmt: skip


def _clock(told: Any) -> dict[str, Any]:
    return {
        "status": told.status,
        "prescribes_on": told.prescribes_on and told.prescribes_on.isoformat(),
        "executive_until": told.executive_until and told.executive_until.isoformat(),
        "warnings": list(told.warnings),
    }


def _totals(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    sums: dict[str, int] = {}
    for item in items:
        sums[item["open"]["currency"]] = sums.get(item["open"]["currency"], 0) + item["open"]["minor"]
    return [Money(minor, currency).as_json() for currency, minor in sorted(sums.items())]


def _judged(account: Account, items: list[dict[str, Any]], done: list[Any], country: Any) -> tuple[Any, ...]:
    if not country or not items:
        return ()
    tables = load_tables(Path(settings.DATA))
    today = max(date.fromisoformat(i["due_on"]) + timedelta(days=i["days_late"]) for i in items)
    found = {name: tables.on(name, today) for name in write_off_loader.indexes(account.creditor.country)}
    currency = items[0]["open"]["currency"]
    minor = {n: Decimal(round_major(row.value, currency).minor) for n, row in found.items() if row}
    seen = Seen(
        days_late=min(i["days_late"] for i in items),
        contacts=len([c for c in done if c.direction == "out"]),
        prescribed=all(i["prescription"]["status"] == "prescribed" for i in items),
        insolvent=any(s.reason == "insolvency" for s in compliance.situations_of(account.party_id)),
        open_minor=sum(i["open"]["minor"] for i in items),
        units=minor,
    )
    return judge(country["ways"], seen)


def _way(way: Any, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": way.id, "text": way.text, "state": way.state,
        "requirements": [attrs.asdict(r) for r in way.requirements],
    }  # fmt: skip


def expediente(account: Account, today: date, made_at: datetime) -> dict[str, Any]:
    """The judicial file as a document: who, what is owed line by line with its clocks, the proof of every charge, what
    was agreed and disputed, everything that was done, the originals with their hashes, and what is still missing."""
    items = _overdue(account, today)
    papers = _papers(account)
    proofs = read_charges.proofs_of(b.due_item_id for b in receivables.all_items(account.pk))
    deals = list(Deal.objects.filter(account_id=account.pk).values("pk", "kind", "state", "accepted_on"))
    open_disputes = Dispute.objects.filter(account_id=account.pk).exclude(state__in=["told", "withdrawn"]).count()
    evidence = dossier.dossier(
        party=account.party, start=today - _EVER, last=today, creditor_id=account.creditor_id, made_at=made_at
    )
    body = {
        "account": export.account(account), "as_of": today.isoformat(), "overdue": items, "totals": _totals(items),
        "charges": [
            {
                "event": p.event_id, "kind": p.kind, "from": p.first_on, "to": p.last_on, "minor": p.charged_minor,
                "legal_maximum_minor": p.legal_maximum_minor, "formula": p.formula, "rule": p.rule, "cite": p.cite,
            }
            for p in proofs
        ],
        "deals": deals, "open_disputes": open_disputes, "evidence": evidence.as_json(), "documents": papers,
    }  # fmt: skip
    return {**body, "checklist": _checklist(items, papers, proofs, deals, open_disputes, evidence)}


def _papers(account: Account) -> list[dict[str, Any]]:
    rows = [b.due_item.invoice for b in receivables.all_items(account.pk) if b.due_item.invoice.document_id]
    unique = {i.document_id: i.document for i in rows}
    return [
        {"document": pk, "name": d.name, "sha256": d.sha256, "bytes": d.size} for pk, d in sorted(unique.items()) if d
    ]


def _checklist(
    items: list[Any], papers: list[Any], proofs: list[Any], deals: list[Any], disputes: int, evidence: Any
) -> list[dict[str, Any]]:
    """What a lawyer asks for first. `have` None: somebody must bring it."""
    stale = any(i["prescription"]["status"] == "prescribed" for i in items)
    return [
        {"what": "Documentos originales de la deuda", "have": bool(papers)},
        {"what": "Estado de cuenta línea por línea", "have": bool(items)},
        {"what": "Cálculo de intereses y gastos con su norma", "have": bool(proofs) or None},
        {"what": "Acuerdos o reconocimientos firmados", "have": bool(deals) or None},
        {"what": "Sin aclaraciones abiertas", "have": disputes == 0},
        {"what": "Nada prescrito", "have": bool(items) and not stale},
        {"what": "Historia de contactos y decisiones, con su cadena entera", "have": evidence.intact},
        {"what": "Requerimiento formal de pago entregado", "have": None},
        {"what": "Poder del abogado y datos del juzgado", "have": None},
    ]


def bundle(account: Account, today: date, made_at: datetime) -> bytes:
    """The file as a ZIP: its document, the evidence as PDF and CSV, the originals, and an index with every hash."""
    told = expediente(account, today, made_at)
    evidence = dossier.dossier(
        party=account.party, start=today - _EVER, last=today, creditor_id=account.creditor_id, made_at=made_at
    )
    files = {
        "expediente.json": json.dumps(told, ensure_ascii=False, indent=1, default=_plain).encode(),
        "pruebas.csv": dossier.as_csv(evidence).encode(),
        "pruebas.pdf": dossier.as_pdf(evidence),
    }
    wanted = [p["document"] for p in told["documents"]]
    for pk, (name, content) in sorted(originals.contents(wanted).items()):
        files[f"originales/{pk}-{Path(name).name}"] = content
    index = [
        {"file": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()
    ]
    files["indice.json"] = json.dumps({"made_at": made_at.isoformat(), "files": index}, indent=1).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _plain(value: Any) -> Any:
    return (
        value.as_json()
        if hasattr(value, "as_json")
        else value.isoformat()
        if hasattr(value, "isoformat")
        else str(value)
    )
