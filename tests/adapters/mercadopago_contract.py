"""What Mercado Pago's own library for Node says of the documents that we read and write: our extract of their fields.

Mercado Pago publishes no OpenAPI file; its official libraries are the nearest to a contract. Source: the repository
mercadopago/sdk-nodejs, `src/clients/payment/commonTypes.ts` (PaymentsResponse), `payment/search/types.ts`,
`paymentRefund/commonTypes.ts`, `preference/commonTypes.ts` and `commonTypes.ts` (Items), read in November 2026. The
statuses are those of its page «Payment status» for developers. A dictionary is an object, a list of one a list of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NUMBER, TEXT, FLAG = (int, float), str, bool
ANY = object

REFUND = {"id": NUMBER, "payment_id": NUMBER, "amount": NUMBER, "date_created": TEXT, "status": TEXT}
PAYMENT: dict[str, Any] = {
    "id": NUMBER, "date_created": TEXT, "date_approved": TEXT, "date_last_updated": TEXT, "status": TEXT,
    "status_detail": TEXT, "currency_id": TEXT, "transaction_amount": NUMBER, "external_reference": TEXT,
    "payment_method_id": TEXT, "payer": {"id": TEXT, "email": TEXT}, "order": {"id": NUMBER, "type": TEXT},
    "fee_details": [{"type": TEXT, "amount": NUMBER, "fee_payer": TEXT}], "refunds": [REFUND],
    "money_release_date": TEXT, "money_release_status": TEXT, "transaction_amount_refunded": NUMBER,
}  # fmt: skip
ITEM = {
    "id": TEXT, "title": TEXT, "description": TEXT, "quantity": NUMBER, "currency_id": TEXT, "unit_price": NUMBER,
}  # fmt: skip
PREFERENCE: dict[str, Any] = {
    "items": [ITEM], "external_reference": TEXT, "auto_return": TEXT, "notification_url": TEXT, "expires": FLAG,
    "back_urls": {"success": TEXT, "pending": TEXT, "failure": TEXT}, "statement_descriptor": TEXT,
    "expiration_date_from": TEXT, "expiration_date_to": TEXT, "payer": {"name": TEXT, "surname": TEXT, "email": TEXT},
}  # fmt: skip
PREFERENCE_TOLD = {**PREFERENCE, "id": TEXT, "init_point": TEXT, "sandbox_init_point": TEXT, "date_created": TEXT}
REFUND_ASKED = {"amount": NUMBER}
SEARCH = {"paging": {"total": NUMBER, "limit": NUMBER, "offset": NUMBER}, "results": ANY}
#: What a search may be asked, and between which values it chooses.
SEARCH_ASKED: dict[str, Any] = {
    "range": {"date_created", "date_last_updated", "date_approved", "money_release_date"}, "criteria": {"asc", "desc"},
    "sort": {"date_approved", "date_created", "date_last_updated", "money_release_date"}, "begin_date": TEXT,
    "end_date": TEXT, "offset": TEXT, "limit": TEXT, "external_reference": TEXT,
}  # fmt: skip
#: status -> its details.
STATUSES = {
    "approved": {"accredited", "partially_refunded"},
    "authorized": {"pending_capture"},
    "in_process": {"offline_process", "pending_contingency", "pending_review_manual", "deferred_retry"},
    "pending": {"pending_waiting_transfer", "pending_waiting_payment", "pending_challenge"},
    "cancelled": {"expired", "by_collector", "by_payer"},
    "rejected": {"bank_error", "cc_rejected_insufficient_amount", "cc_rejected_other_reason"},
    "refunded": {"refunded", "by_admin"},
    "charged_back": {"settled", "reimbursed", "in_process"},
}


def violations(document: Any, shape: Any, where: str = "$") -> Iterator[str]:
    """Each field that the contract does not have, or whose value is of another kind. Nothing at all is allowed."""
    if shape is ANY or document is None:
        return
    if isinstance(shape, dict):
        if not isinstance(document, Mapping):
            yield f"{where}: not an object"
            return
        for name, value in document.items():
            if name not in shape:
                yield f"{where}.{name}: no such field"
            else:
                yield from violations(value, shape[name], f"{where}.{name}")
    elif isinstance(shape, list):
        rows = document if isinstance(document, list) else [document]
        for row in rows:
            yield from violations(row, shape[0], f"{where}[]")
    elif isinstance(shape, set):
        if document not in shape:
            yield f"{where}: {document!r} is not one of {sorted(shape)}"
    elif not isinstance(document, shape) or (isinstance(document, bool) and shape is not FLAG):
        yield f"{where}: {document!r} is of another kind"
