"""The return file: everything that was done with a client's portfolio, in the columns and codes of the client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.money import exponent

#: What a column may tell: field -> how it is explained where the layout is declared.
FIELDS: Mapping[str, str] = {
    "customer_code": "código del cliente que usa el mandante",
    "tax_id": "identificación fiscal",
    "customer_name": "nombre",
    "document": "número del documento, si el hecho es de uno",
    "event": "qué pasó: contact, promise, payment, dispute, withdrawal",
    "result": "código de resultado, en las palabras del mandante",
    "result_text": "el resultado en palabras",
    "channel": "canal: correo, WhatsApp, SMS, llamada, ...",
    "direction": "out si fue nuestro, in si la persona habló",
    "on": "fecha del hecho, en la zona de la empresa",
    "time": "hora del hecho",
    "amount": "importe prometido o pagado",
    "currency": "moneda",
    "promised_on": "para cuándo prometió",
    "state": "estado de la promesa o de la aclaración",
    "agent": "quién atendió",
}
_DATES = {"yyyy-mm-dd": "%Y-%m-%d", "dd/mm/yyyy": "%d/%m/%Y", "mm/dd/yyyy": "%m/%d/%Y", "yyyymmdd": "%Y%m%d"}
_DECIMALS = {"punto": ".", "coma": ",", "centavos": ""}
_DELIMITERS = {",": ",", ";": ";", "|": "|", "tab": "\t"}
#: Cells that a spreadsheet would run as a formula are given as text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@attrs.frozen
class ReturnLayout:
    """How a client wants its return file. `columns`: (heading, field); `codes`: our result -> the client's code."""

    columns: tuple[tuple[str, str], ...]
    codes: Mapping[str, str] = attrs.field(factory=dict)
    format: str = "csv"
    delimiter: str = ","
    dates: str = "yyyy-mm-dd"
    decimals: str = "punto"


def parse_return_layout(document: Mapping[str, Any]) -> ReturnLayout:
    """A layout from a plain document (YAML). UnusableInput names the line that is wrong and what may stand there."""
    columns = []
    for heading, field in (document.get("columns") or {}).items():
        if field not in FIELDS:
            raise UnusableInput(f"La columna «{heading}» pide «{field}»: los datos que hay son {', '.join(FIELDS)}.")
        columns.append((str(heading), str(field)))
    if not columns:
        raise UnusableInput("El archivo de devolución necesita columnas: encabezado y el dato que lleva.")
    for name, given, known in (
        ("dates", document.get("dates", "yyyy-mm-dd"), _DATES),
        ("decimals", document.get("decimals", "punto"), _DECIMALS),
        ("delimiter", document.get("delimiter", ","), _DELIMITERS),
        ("format", document.get("format", "csv"), {"csv": 1, "xlsx": 1}),
    ):
        if given not in known:
            raise UnusableInput(f"«{name}: {given}» no se conoce: use {' o '.join(known)}.")
    codes = {str(ours): str(theirs) for ours, theirs in (document.get("codes") or {}).items()}
    return ReturnLayout(
        tuple(columns),
        codes,
        str(document.get("format", "csv")),
        _DELIMITERS[document.get("delimiter", ",")],
        str(document.get("dates", "yyyy-mm-dd")),
        str(document.get("decimals", "punto")),
    )


def table(rows: Iterable[Mapping[str, Any]], layout: ReturnLayout) -> tuple[list[list[str]], tuple[str, ...]]:
    """The rows as the client wants them, headings first, and the results that have no code of the client's yet.

    A row has the names of FIELDS, with `amount` as minor units, `on` a date and `time` an instant in the creditor's
    zone. A result without a code goes with ours, and is reported so that a person declares it.
    """
    made: list[list[str]] = [[heading for heading, _ in layout.columns]]
    unknown: dict[str, None] = {}
    for row in rows:
        result = str(row.get("result") or "")
        if result and layout.codes and result not in layout.codes:
            unknown[result] = None
        shown = {**row, "result": layout.codes.get(result, result)}
        made.append([_cell(shown, field, layout) for _, field in layout.columns])
    return made, tuple(unknown)


def _cell(row: Mapping[str, Any], field: str, layout: ReturnLayout) -> str:
    value = row.get(field)
    if value is None:
        return ""
    if field == "amount":
        return _amount(int(value), str(row.get("currency") or ""), layout.decimals)
    if isinstance(value, datetime):
        return value.strftime("%H:%M" if field == "time" else _DATES[layout.dates])
    if isinstance(value, date):
        return value.strftime(_DATES[layout.dates])
    text = " ".join(str(value).split())
    return f"'{text}" if text.startswith(_FORMULA) else text


def _amount(minor: int, currency: str, decimals: str) -> str:
    if decimals == "centavos":
        return str(minor)
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}".replace(".", _DECIMALS[decimals])
