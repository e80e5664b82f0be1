"""The company's own data, and what is told of customers after their first load."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from django.db import transaction
from django.utils.text import slugify

from puntual.apps.parties import write
from puntual.apps.parties.models import Account, Creditor, Party
from puntual.core.errors import UnusableInput

#: What a company may change of itself once it exists. Country and zone stay: its past was decided with them.
FIELDS = (
    "name", "legal_name", "tax_id", "currency", "credit_days", "address_form", "people_word", "phone", "email",
    "complaint_office", "payment_instructions", "zone", "country",
)  # fmt: skip


@transaction.atomic
def found(*, told: Mapping[str, Any]) -> Creditor:
    """A company from what its owner told. Its code comes from its name."""
    code = slugify(told["name"])[:32] or "empresa"
    if Creditor.objects.filter(code=code).exists():
        code = f"{code}-{secrets.token_hex(2)}"
    more = {k: told[k] for k in FIELDS if k in told and k not in ("name", "country", "zone", "currency")}
    return write.create_creditor(
        code=code, name=told["name"], country=told["country"], zone=told["zone"], currency=told["currency"], **more
    )


@transaction.atomic
def change(*, creditor_id: int, told: Mapping[str, Any]) -> dict[str, Any]:
    """Change the company's data. Gives what there was before of what changed, to undo it."""
    one = Creditor.objects.select_for_update().get(pk=creditor_id)
    before = {k: getattr(one, k) for k in FIELDS if k in told and getattr(one, k) != told[k]}
    for name in before:
        setattr(one, name, told[name])
    if before:
        one.save(update_fields=list(before))
    return before


@transaction.atomic
def set_test_mode(*, creditor_id: int, on: bool) -> None:
    """«Modo de prueba»: while it is on, messages are written to the data folder and reach nobody."""
    Creditor.objects.filter(pk=creditor_id).update(test_mode=on)


@attrs.frozen
class Told:
    """What a person says of one customer. What is empty changes nothing."""

    account: int
    debtor: str = ""
    credit_days: int | None = None
    email: str = ""
    phone: str = ""


@transaction.atomic
def complete(*, creditor: Creditor, rows: Sequence[Told]) -> int:
    """Fill in what loads did not bring: kind of debtor, credit days, contacts. Gives how many customers changed."""
    accounts = {a.pk: a for a in Account.objects.filter(creditor=creditor, pk__in=[r.account for r in rows])}
    if len(accounts) < len({r.account for r in rows}):
        raise UnusableInput("Alguno de esos clientes no es de esta empresa: no se guardó nada.")
    lines = []
    for r in rows:
        points = [write.NewPoint("email", r.email.strip().lower())] if r.email else []
        points += [write.NewPoint("phone", r.phone)] if r.phone else []
        one = accounts[r.account]
        lines.append(write.NewAccount(one.code, "", credit_days=r.credit_days, debtor=r.debtor, points=tuple(points)))
    return write.register_accounts(creditor=creditor, rows=lines, source="persona").updated


@transaction.atomic
def judge_debtors(*, kinds: Mapping[int, str]) -> int:
    """Business or consumer for parties of whom it was unknown. Gives how many."""
    done = 0
    for kind in ("business", "consumer", "financial"):
        ids = [pk for pk, told in kinds.items() if told == kind]
        done += Party.objects.filter(pk__in=ids, debtor="unknown").update(debtor=kind)
    return done
