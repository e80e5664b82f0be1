"""Several bounded counts in one round trip: a screen asks for many small figures, and the trips cost more than they."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def counts_up_to(most: int, wanted: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """name -> how many rows its query has, counting at most `most`."""
    parts: list[str] = []
    params: list[Any] = []
    names: list[str] = []
    for name, rows in wanted.items():
        try:
            sql, given = rows.order_by().values("pk")[:most].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS c{len(parts)})")
        params += given
        names.append(name)
    found = dict.fromkeys(wanted, 0)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", params)
            found |= dict(zip(names, cursor.fetchone()))
    return found
