"""REST: creditors, accounts, contact points and opt-outs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from puntual.apps.access.problems import Bearer, Money, Problem, creditor_of, once, page
from puntual.apps.compliance import write as compliance
from puntual.apps.parties import read, write
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as receivables

router = Router(tags=["Clientes"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class CreditorOut(Schema):
    code: str
    name: str
    country: str
    currency: str
    test_mode: bool


class AccountOut(Schema):
    id: str
    code: str
    name: str
    debtor: str
    country: str
    open: list[Money]
    unapplied: list[Money]


class Accounts(Schema):
    items: list[AccountOut]
    next: str | None


class PointIn(Schema):
    kind: str
    value: str
    role: str = "debtor"


class AccountIn(Schema):
    code: str
    name: str
    tax_id: str = ""
    debtor: str = "unknown"
    country: str = ""
    zone: str = ""
    credit_days: int | None = None
    segment: str = ""
    contacts: list[PointIn] = []


class OptOutIn(Schema):
    channel: str = "*"
    proof: str = ""


@router.get("/creditors", response={200: list[CreditorOut], **ERRORS}, auth=Bearer("read"))
def creditors(request: HttpRequest) -> Any:
    """Las empresas que esta llave puede ver."""
    key = request.auth  # type: ignore[attr-defined]
    return [key.creditor] if key.creditor_id else list(read.creditors())


@router.get("/accounts", response={200: Accounts, **ERRORS}, auth=Bearer("read"))
def accounts(request: HttpRequest, creditor: str | None = None, cursor: str | None = None, limit: int = 50) -> Any:
    """Clientes de una empresa con lo que deben, por páginas."""
    rows = Account.objects.filter(creditor=creditor_of(request, creditor))
    found, following = page(rows, cursor, limit)
    return {"items": _many(found), "next": following}


@router.get("/accounts/{ref}", response={200: AccountOut, **ERRORS}, auth=Bearer("read"))
def account(request: HttpRequest, ref: str, creditor: str | None = None) -> Any:
    """Un cliente por su código, identificación fiscal o cta_<número>."""
    row = read.account(ref, creditor_of(request, creditor))
    request.seen_id = row.pk  # type: ignore[attr-defined]
    return _many([row])[0]


@router.post("/accounts", response={201: Any, **ERRORS}, auth=Bearer("write"))
def create_accounts(request: HttpRequest, body: list[AccountIn], creditor: str | None = None) -> Any:
    """Crea o completa clientes. Lo que una fila deja vacío nunca se borra."""
    one = creditor_of(request, creditor)
    rows = [
        write.NewAccount(
            **row.dict(exclude={"contacts"}), points=tuple(write.NewPoint(**p.dict()) for p in row.contacts)
        )
        for row in body
    ]

    def act() -> tuple[int, Any]:
        done = write.register_accounts(creditor=one, rows=rows, source="api")
        ids = {code: f"cta_{pk}" for code, pk in done.accounts.items()}
        return 201, {"created": done.created, "updated": done.updated, "unchanged": done.unchanged, "accounts": ids}

    return once(request, act)


@router.post("/accounts/{ref}/opt-out", response={200: Any, **ERRORS}, auth=Bearer("contact"))
def opt_out(request: HttpRequest, ref: str, body: OptOutIn, creditor: str | None = None) -> Any:
    """La persona pidió que no se le escriba. Vale desde este instante y sobre todos los acreedores."""
    one = read.account(ref, creditor_of(request, creditor))

    def act() -> tuple[int, Any]:
        compliance.opt_out(
            party_id=one.party_id, channel=body.channel, at=timezone.now(), source="person", proof=body.proof
        )
        return 200, {"account": f"cta_{one.pk}", "channel": body.channel, "status": "withdrawn"}

    return once(request, act)


def _many(rows: list[Account]) -> list[dict[str, Any]]:
    people = read.people(row.party_id for row in rows)
    balances: dict[int, list[Any]] = {}
    for (pk, _), balance in receivables.open_balance(row.pk for row in rows).items():
        balances.setdefault(pk, []).append(balance)
    return [
        {
            "id": f"cta_{row.pk}",
            "code": row.code,
            "name": people[row.party_id].name,
            "debtor": people[row.party_id].debtor,
            "country": people[row.party_id].country,
            "open": [{"minor": b.open_minor, "currency": b.currency} for b in balances.get(row.pk, [])],
            "unapplied": [
                {"minor": b.unapplied_minor, "currency": b.currency}
                for b in balances.get(row.pk, [])
                if b.unapplied_minor
            ],
        }
        for row in rows
    ]
