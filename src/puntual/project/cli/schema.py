"""`puntual schema NAME`: the JSON Schema of a document that `--json` prints, or the columns of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import click
import yaml

from puntual.core.errors import UnusableInput
from puntual.core.escalation.prescription import CLOCKS, INTERRUPTIONS, ITEMS
from puntual.core.frames import BY_NAME, Schema
from puntual.core.ledger.accrual import ACCRUED, DEBTS
from puntual.project.cli import emit

_FILE = Path(__file__).parent / "documents.yaml"
#: Every frame that crosses a border: the common ones and those that one calculation owns.
FRAMES: Mapping[str, Schema] = {
    **BY_NAME, "debts": DEBTS, "accrued": ACCRUED, "prescription_items": ITEMS, "interruptions": INTERRUPTIONS,
    "prescription_clocks": CLOCKS,
}  # fmt: skip


@click.command(help="El esquema JSON de un documento, o las columnas de una tabla. Sin nombre, lista los que hay.")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Un documento JSON en la salida.")
def command(name: str | None, as_json: bool) -> int:
    known = names()
    if name is None:
        emit(known, as_json=as_json)
        return 0
    if name in known["documents"]:
        emit(document_schema(name), as_json=as_json)
    elif name in FRAMES:
        emit({"frame": name, "columns": columns(FRAMES[name])}, as_json=as_json)
    else:
        every = [*known["documents"], *known["frames"]]
        close = get_close_matches(name, every, n=1)
        hint = f" ¿Quiso decir «{close[0]}»?" if close else ""
        raise UnusableInput(f"No hay esquema «{name}».{hint} Los que hay: {', '.join(every)}.")
    return 0


def names() -> dict[str, list[str]]:
    """What can be asked for."""
    return {"documents": sorted(_source()["documents"]), "frames": sorted(FRAMES)}


def document_schema(name: str) -> dict[str, Any]:
    """A whole JSON Schema of one document. KeyError if there is none of that name."""
    source = _source()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:puntual:{name}",
        "title": name,
        "type": "object",
        **source["documents"][name],
        "$defs": source["$defs"],
    }


def columns(schema: Schema) -> list[dict[str, Any]]:
    """The columns of a frame: name, polars type, meaning, whether it may be empty, its possible values."""
    return [
        {
            "name": name,
            "type": str(column.dtype),
            "meaning": column.meaning,
            "nullable": column.null,
            "choices": list(column.choices),
        }
        for name, column in schema.items()
    ]


@lru_cache(maxsize=1)
def _source() -> dict[str, Any]:
    source: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return source
