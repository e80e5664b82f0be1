"""REST: due items, invoices and payments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from puntual.apps.access.problems import Bearer, Money, Problem, creditor_of, once, page
from puntual.apps.parties import read as parties
from puntual.apps.receivables import read, write
from puntual.apps.receivables.models import DueBalance
from puntual.core.errors import UnusableInput
from puntual.core.money import Money as Amount

router = Router(tags=["Libros"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class DueItemOut(Schema):
    id: str
    account: str
    invoice: str
    due_on: date
    original: Money
    principal: Money
    interest: Money
    fee: Money
    open: Money


class DueItems(Schema):
    items: list[DueItemOut]
    next: str | None


class DueIn(Schema):
    due_on: date
    amount_minor: int


class InvoiceIn(Schema):
    account: str
    number: str
    fiscal_id: str = ""
    issued_on: date
    currency: str
    total_minor: int
    dues: list[DueIn]
    product: str = ""
    department: str = ""
    seller: str = ""
    sold_on: date | None = None
    plant: str = ""
    #: Fiscal id of the invoice that this one was issued again for.
    replaces: str = ""


class PaymentIn(Schema):
    account: str
    amount_minor: int
    currency: str
    paid_on: date
    reference: str
    provisional: bool = False


@router.get("/due-items", response={200: DueItems, **ERRORS}, auth=Bearer("read"))
def due_items(
    request: HttpRequest, creditor: str | None = None, account: str | None = None, open_only: bool = True,
    cursor: str | None = None, limit: int = 50,
) -> Any:  # fmt: skip
    """Documentos con su saldo por partes, por páginas."""
    one = creditor_of(request, creditor)
    rows = DueBalance.objects.filter(creditor=one).select_related("due_item__invoice")
    if account:
        rows = rows.filter(account_id=parties.account(account, one).pk)
    if open_only:
        rows = rows.exclude(open_minor=0)
    found, following = page(rows, cursor, limit)
    return {"items": [_item(b) for b in found], "next": following}


def _item(b: DueBalance) -> dict[str, Any]:
    amounts = {"principal": b.principal_minor, "interest": b.interest_minor, "fee": b.fee_minor, "open": b.open_minor}
    amounts["original"] = b.due_item.original_minor
    return {
        "id": f"doc_{b.due_item_id}",
        "account": f"cta_{b.account_id}",
        "invoice": b.due_item.invoice.number,
        "due_on": b.due_on,
        **{name: {"minor": minor, "currency": b.currency} for name, minor in amounts.items()},
    }


@router.post("/invoices", response={201: Any, **ERRORS}, auth=Bearer("write"))
def create_invoices(request: HttpRequest, body: list[InvoiceIn], creditor: str | None = None) -> Any:
    """Añade facturas con sus vencimientos. Una que ya está (por su folio fiscal o número) no cambia nada."""
    one = creditor_of(request, creditor)
    accounts = {row.account: parties.account(row.account, one).pk for row in body}
    wrong = _replaced(one.pk, body)
    rows = [
        write.NewInvoice(
            account=accounts[row.account],
            number=row.number,
            fiscal_id=row.fiscal_id or f"{row.account}:{row.number}",
            issued_on=row.issued_on,
            currency=Amount(0, row.currency).currency,
            total_minor=row.total_minor,
            dues=tuple((due.due_on, due.amount_minor) for due in row.dues),
            product=row.product,
            department=row.department,
            seller=row.seller,
            sold_on=row.sold_on,
            plant=row.plant,
            replaces=wrong.get(row.replaces),
        )
        for row in body
    ]

    def act() -> tuple[int, Any]:
        done = write.post_invoices(creditor_id=one.pk, invoices=rows, source="api")
        return 201, {"created": done.created, "unchanged": done.unchanged}

    return once(request, act)


def _replaced(creditor_id: int, body: list[InvoiceIn]) -> dict[str, int]:
    """Fiscal id -> id of the invoices that these were issued again for; UnusableInput for one that is not here."""
    names = {row.replaces for row in body if row.replaces}
    found = {fiscal: i.pk for fiscal, i in read.invoices_by_fiscal_id(creditor_id, sorted(names)).items()}
    if missing := sorted(names - set(found)):
        raise UnusableInput(f"No hay una factura con el folio fiscal «{missing[0]}» que sustituir.", field="replaces")
    return found


@router.post("/payments", response={201: Any, **ERRORS}, auth=Bearer("write"))
def create_payments(request: HttpRequest, body: list[PaymentIn], creditor: str | None = None) -> Any:
    """Registra pagos y los aplica a lo más antiguo. La referencia de cada pago lo identifica para siempre."""
    one = creditor_of(request, creditor)
    rows = []
    for row in body:
        if row.amount_minor <= 0:
            raise UnusableInput(f"El pago «{row.reference}» debe ser mayor que cero.", field="amount_minor")
        account = parties.account(row.account, one).pk
        key = f"api:{one.pk}:{row.reference}"
        rows.append(
            write.NewPayment(
                account, row.amount_minor, row.currency, row.paid_on, key, "api", provisional=row.provisional
            )
        )

    def act() -> tuple[int, Any]:
        done = write.post_payments(creditor_id=one.pk, payments=rows)
        return 201, {"created": done.created, "unchanged": done.unchanged}

    return once(request, act)


@router.get("/accounts/{ref}/events", response={200: list[dict[str, Any]], **ERRORS}, auth=Bearer("read"))
def events(request: HttpRequest, ref: str, creditor: str | None = None) -> Any:
    """Todo lo que pasó con el dinero de un cliente, lo último primero."""
    one = parties.account(ref, creditor_of(request, creditor))
    request.seen_id = one.pk  # type: ignore[attr-defined]
    return [
        {"kind": e.kind, "on": e.effective_on.isoformat(), "currency": e.currency, "source": e.source, "key": e.key}
        for e in read.events_of(one.pk)
    ]
