"""The only reader of API keys."""

from __future__ import annotations

from puntual.apps.access.models import ApiKey, Repeated
from puntual.apps.access.write import digest


def key_of(text: str) -> ApiKey | None:
    """The live key of that text."""
    return ApiKey.objects.select_related("creditor").filter(digest=digest(text), revoked_at=None).first()


def remembered(key: ApiKey, idempotency_key: str) -> Repeated | None:
    return Repeated.objects.filter(api_key=key, key=idempotency_key).first()


def keys() -> list[ApiKey]:
    return list(ApiKey.objects.select_related("creditor").order_by("-created_at"))
