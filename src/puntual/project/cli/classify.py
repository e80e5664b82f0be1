"""`puntual classify`: what a reply says. The composition root lends the clock; nothing of Django is loaded."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import click

from puntual.adapters.classifier_offline.classifier import OfflineClassifier
from puntual.adapters.classifier_offline.countries import country_of
from puntual.core import reasons
from puntual.core.customers.understanding import Understanding
from puntual.core.errors import UnusableInput
from puntual.core.time import parse_date, zone
from puntual.project.cli import emit

_DEFAULT_COUNTRY = "MX"
_COLUMNS = ("text", "country", "at")


@click.command(help="Dice qué quiere decir una respuesta: intención, fecha e importe.")
@click.argument("text", required=False)
@click.option("--country", help=f"País de la persona (ISO de dos letras); sin él, {_DEFAULT_COUNTRY}.")
@click.option("--at", help="Instante en que escribió, por ejemplo 2026-11-21T09:30:00-06:00; sin él, ahora.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="TSV con columnas text, country, at.")
@click.option("--json", "as_json", is_flag=True, help="Un documento JSON en la salida.")
def command(text: str | None, country: str | None, at: str | None, file: Path | None, as_json: bool) -> None:
    if (text is None) == (file is None):
        raise UnusableInput("Escriba un texto entre comillas o indique --file con un TSV, y no las dos cosas.")
    classifier = OfflineClassifier()
    if file is not None:
        results = [document(classifier, *row) for row in _rows(file, country, at)]
        emit({"results": results}, as_json=as_json, human="\n".join(_human(one) for one in results))
        return
    code = (country or _DEFAULT_COUNTRY).upper()
    result = document(classifier, text or "", code, _instant(at, code, where="--at"))
    emit(result, as_json=as_json, human=_human(result))


def document(classifier: OfflineClassifier, text: str, country: str, at: datetime) -> dict[str, Any]:
    """The document that CONTRACT promises, and beside it flags, reasons and spans."""
    return as_document(classifier.classify(text, country, at))


def as_document(understood: Understanding) -> dict[str, Any]:
    return {
        "intent": understood.intent,
        "intents": list(understood.intents),
        "confidence": understood.confidence,
        "date": understood.date.isoformat() if understood.date else None,
        "amount": understood.amount.as_json() if understood.amount else None,
        "flags": list(understood.flags),
        "reasons": [reasons.as_json(code) for code in understood.reasons],
        "spans": [span.as_json() for span in understood.spans],
    }


def _human(result: dict[str, Any]) -> str:
    amount = result["amount"]
    parts = [", ".join(result["intents"]), f"confianza {result['confidence']:.2f}"]
    if result["date"]:
        parts.append(f"fecha {result['date']}")
    if amount:
        parts.append(f"importe {amount['minor']} unidades menores de {amount['currency']}")
    return " · ".join(parts)


def _instant(text: str | None, country: str, *, where: str) -> datetime:
    """An aware instant. Without an offset it is the wall clock of the country; a date alone is its noon."""
    if not text:
        return datetime.now(UTC)
    local = zone(country_of(country).zone)
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UnusableInput(
            f"{where}: «{text}» no es un instante; escriba, por ejemplo, 2026-11-21T09:30:00-06:00.", field="at"
        ) from None
    if instant.tzinfo is not None:
        return instant
    if len(text.strip()) == len("2026-11-21"):
        return datetime.combine(parse_date(text.strip()), time(12), tzinfo=local)
    return instant.replace(tzinfo=local)


def _rows(file: Path, country: str | None, at: str | None) -> list[tuple[str, str, datetime]]:
    """The rows of the TSV, checked whole before the first is read. UnusableInput names file, row and what to mend."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise UnusableInput(f"No existe el archivo {file}: revise la ruta.") from None
    except (OSError, UnicodeDecodeError):
        raise UnusableInput(f"No se puede leer {file}: guárdelo como texto UTF-8 separado por tabuladores.") from None
    heading = [name.strip().lower() for name in lines[0].split("\t")] if lines else []
    if "text" not in heading:
        raise UnusableInput(
            f"{file}: la primera línea debe nombrar las columnas {', '.join(_COLUMNS)} separadas por tabulador."
        )
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            rows.append(_row(file, number, dict(zip(heading, line.split("\t"), strict=False)), country, at))
    return rows


def _row(
    file: Path, number: int, cells: dict[str, str], country: str | None, at: str | None
) -> tuple[str, str, datetime]:
    place = f"{file}, fila {number}"
    text = _unquoted(cells.get("text", ""))
    if not text.strip():
        raise UnusableInput(f"{place}: el texto está vacío; escriba la respuesta o quite la fila.", field="text")
    code = (cells.get("country", "").strip() or country or _DEFAULT_COUNTRY).upper()
    try:
        country_of(code)
    except UnusableInput as error:
        raise UnusableInput(f"{place}: {error.sentence}", field="country") from None
    return text, code, _instant(cells.get("at", "").strip() or at, code, where=place)


def _unquoted(cell: str) -> str:
    """A cell that a spreadsheet quoted, as it was; one that merely holds quotes, untouched."""
    inner = cell[1:-1]
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell
