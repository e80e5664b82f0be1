"""Customers and their contacts, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from puntual.apps.imports.tally import Tally
from puntual.apps.imports.who import THIRD_PARTY, Customers, Who, points_of
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Creditor
from puntual.ports.einvoice import ContactRecord, CustomerRecord


def publish_customers(
    creditor: Creditor, rows: Sequence[CustomerRecord], customers: Customers, tally: Tally, source: str
) -> None:
    """New customers are created; known ones gain what they are told anew. An empty cell erases nothing."""
    told = [Who(r.customer_code, r.tax_id, r.name, r.country) for r in rows]
    keys = [customers.key(w) for w in told]
    tally.warn(k.warning for k in keys if k.warning)
    accounts = customers.known(told)
    recode = {
        a.pk: k.code for a, k, r in zip(accounts, keys, rows) if a is not None and r.customer_code and a.code != k.code
    }
    renamed = parties.recode_accounts(creditor_id=creditor.pk, codes=recode) if recode else 0
    lines = [
        parties.NewAccount(
            code=a.code if a is not None and a.pk not in recode else k.code,
            name=r.name or ("" if a is not None else k.code),
            tax_id=k.tax,
            debtor=r.debtor or (k.debtor if a is None else ""),
            country=r.country,
            subdivision=r.subdivision,
            zone=r.zone,
            language=r.language,
            credit_days=r.credit_days,
            segment=r.segment,
            points=(*points_of(r.contacts), *_address(r)),
        )
        for r, k, a in zip(rows, keys, accounts)
    ]
    done = parties.register_accounts(creditor=creditor, rows=lines, source=source)
    tally.created += done.created
    tally.updated += max(done.updated, renamed)
    tally.unchanged += len(rows) - done.created - max(done.updated, renamed)
    tally.accounts |= set(done.accounts.values())
    customers.forget()


def _address(r: CustomerRecord) -> tuple[parties.NewPoint, ...]:
    return (parties.NewPoint("address", r.address),) if r.address else ()


def publish_contacts(
    creditor: Creditor, rows: Sequence[ContactRecord], customers: Customers, tally: Tally, source: str
) -> None:
    """Contacts of known customers; those of unknown ones are set apart."""
    accounts = customers.known([Who(r.customer_code, r.tax_id) for r in rows])
    lines: dict[str, list[ContactRecord]] = {}
    for r, account in zip(rows, accounts):
        if r.role == THIRD_PARTY:
            tally.reject(r.place, "role", r.value, "Es de otra persona: los datos de terceros no se guardan.")
        elif account is None:
            told = r.customer_code or r.tax_id
            sentence = f"No hay un cliente «{told}»: cargue antes sus facturas o la lista de clientes."
            tally.reject(r.place, "customer_code", told, sentence)
        else:
            lines.setdefault(account.code, []).append(r)
    new = [parties.NewAccount(code=code, name="", points=points_of(tuple(found))) for code, found in lines.items()]
    done = parties.register_accounts(creditor=creditor, rows=new, source=source)
    tally.updated += done.updated
    tally.unchanged += sum(len(found) for found in lines.values()) - done.updated
    tally.accounts |= set(done.accounts.values())
