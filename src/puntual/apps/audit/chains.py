"""How records are added to a chain, one writer at a time, and read back to be judged. Private to this app."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction

from puntual.core import evidence

#: One number per chained table: PostgreSQL's advisory lock that makes its writers take turns.
_LOCKS = {"audit_auditrecord": 7_306_001, "audit_evidence": 7_306_002}


@transaction.atomic
def append(model: type[models.Model], records: Sequence[Mapping[str, Any]]) -> list[int]:
    """Add records (every field but id and chain) after the last one. Gives their ids. Callers do it last in their
    transaction: the chain stays locked until it ends."""
    if not records:
        return []
    _lock(model)
    head = model._default_manager.order_by("-pk").values_list("chain", flat=True).first() or evidence.ROOT
    rows = []
    for record in records:
        plain = _whole(model, record)
        head = evidence.link(head, plain)
        rows.append(model(**plain, chain=head))
    return [row.pk for row in model._default_manager.bulk_create(rows, batch_size=200)]


def _lock(model: type[models.Model]) -> None:
    if connection.vendor == "postgresql":  # SQLite's transactions begin IMMEDIATE: they already take turns
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCKS[model._meta.db_table]])


def fields(model: type[models.Model]) -> list[str]:
    """The names that a chain covers."""
    return [f.attname for f in model._meta.concrete_fields if f.attname not in ("id", "chain")]


def _whole(model: type[models.Model], record: Mapping[str, Any]) -> dict[str, Any]:
    """Every field with its value or default, as the database will give it back."""
    plain = {}
    for field in model._meta.concrete_fields:
        if field.attname in ("id", "chain"):
            continue
        value = record.get(field.attname, field.get_default() if not field.null else None)
        if isinstance(field, models.JSONField):
            value = json.loads(evidence.canonical(value))
        elif isinstance(field, models.CharField) and value is not None:
            value = str(value)[: field.max_length]
        plain[field.attname] = value
    return plain


def records(model: type[models.Model]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(id, chain, record) of every row, oldest first."""
    names = fields(model)
    rows = model._default_manager.order_by("pk").values_list("pk", "chain", *names)
    for pk, chain, *values in rows.iterator(chunk_size=5000):
        yield pk, chain, dict(zip(names, values))


def head(model: type[models.Model]) -> str:
    """The last chain: what to print and keep elsewhere, so that nobody can rewrite the whole."""
    return model._default_manager.order_by("-pk").values_list("chain", flat=True).first() or evidence.ROOT
