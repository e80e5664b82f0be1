"""What every API of the product shares: bearer keys with scopes, problem documents (RFC 9457), idempotency, cursors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from ninja import Schema
from ninja.security import HttpBearer

from puntual.apps.access import read, write
from puntual.apps.access.models import ApiKey
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.core.errors import Refused, UnusableInput

PAGE_MAX = 200


class Problem(Schema):
    """RFC 9457: what is wrong, in a sentence, and how to mend it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


class Money(Schema):
    """Minor units of a currency."""

    minor: int
    currency: str


class Bearer(HttpBearer):
    """`Authorization: Bearer pun_...`, with the scope that the operation asks for."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = read.key_of(token)
        if key is None:
            return None
        if self.scope not in key.scopes:
            raise Refused(f"Esta llave no tiene el permiso «{self.scope}»: pida otra o amplíe la suya.")
        return key


def problem(status: int, title: str, detail: str) -> JsonResponse:
    """A problem document."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def creditor_of(request: Any, code: str | None) -> Creditor:
    """The creditor asked for, if the key may see it. A key of one creditor never learns that others exist."""
    key: ApiKey = request.auth
    if key.creditor_id:
        if code and code != key.creditor.code:
            raise UnusableInput(f"No hay una empresa «{code}».")
        return key.creditor
    return parties.creditor(code)


def person_of(key: ApiKey) -> User:
    """Who answers for what a key asks or approves: the person who made it. Refused for a key that nobody made."""
    if key.created_by is None or not key.created_by.is_active:
        raise Refused(
            "Detrás de esta llave no hay una persona, y esto necesita a dos: créela en Configuración → Llaves de otros "
            "programas."
        )
    return key.created_by


def once(request: Any, act: Callable[[], tuple[int, Any]]) -> JsonResponse:
    """Do a POST once: the same Idempotency-Key again gives the same answer; with another body it is a conflict."""
    name = request.headers.get("Idempotency-Key", "").strip()
    if not name or len(name) > 120:
        return problem(400, "Falta Idempotency-Key", "Cada POST lleva una llave única suya, de hasta 120 letras.")
    asked = hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()
    with transaction.atomic():
        ApiKey.objects.select_for_update().get(pk=request.auth.pk)
        before = read.remembered(request.auth, name)
        if before is not None:
            if before.asked != asked:
                return problem(
                    409, "Llave repetida", "Esa Idempotency-Key ya se usó con otro contenido: use una nueva."
                )
            return JsonResponse(before.answer, status=before.status, safe=False)
        status, answer = act()
        answer = json.loads(json.dumps(answer, default=_plain))
        write.remember(key=request.auth, idempotency_key=name, asked=asked, status=status, answer=answer)
    return JsonResponse(answer, status=status, safe=False)


def _plain(value: Any) -> Any:
    if hasattr(value, "as_json"):
        return value.as_json()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def page(rows: QuerySet[Any], cursor: str | None, limit: int) -> tuple[list[Any], str | None]:
    """A page by ascending id after the cursor, and the cursor of the next one."""
    if cursor:
        if not cursor.isdigit():
            raise UnusableInput("El cursor no es de esta lista: use el que dio la página anterior.")
        rows = rows.filter(pk__gt=int(cursor))
    size = max(1, min(limit, PAGE_MAX))
    found = list(rows.order_by("pk")[: size + 1])
    more = len(found) > size
    return found[:size], str(found[size - 1].pk) if more else None
