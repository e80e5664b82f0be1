"""The layout of a table: guessed from its headings, corrected as YAML, remembered under their fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from puntual.adapters.bank_files.fixed import check_fixed
from puntual.adapters.bank_files.profiles import profile_of
from puntual.adapters.tabular.headings import field_score, kinds, normal_heading
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import CLIENT_KINDS, KINDS, Layout

#: What a layout may set beside its columns.
OPTIONS = {
    "sheet": "hoja del libro",
    "header_row": "número de la fila de encabezados",
    "dates": "dd/mm/yyyy o mm/dd/yyyy",
    "decimals": "coma o punto",
    "currency": "moneda de las filas que no la dicen",
    "country": "país de las filas que no lo dicen",
    "account": "cuenta bancaria",
    "sign": "«deudor» si los cargos vienen en negativo",
    "bank": "banco que la descargó",
    "debits": "marcas de cargo de la columna «side», separadas por comas",
    "skip": "comienzos del concepto de renglones que no son movimientos, separados por comas",
}
_MIN_SCORE = 12
#: In doubt between kinds that fit, the first: the more specific come first.
_ORDER = ("history", "balances", "invoices", "statement", "payments", "customers", "contacts")


def fingerprint(headings: Sequence[str]) -> str:
    """Equal for tables with the same headings, whatever their order, case or accents."""
    return hashlib.sha256("\n".join(sorted(normal_heading(h) for h in headings)).encode()).hexdigest()[:32]


def guess_layout(headings: Sequence[str], kind: str | None = None) -> Layout:
    """The most likely layout. UnusableInput says which columns are missing when no kind fits."""
    known = _of_bank(headings) if kind in (None, "statement") else None
    if known is not None:
        return known
    candidates = [kind] if kind else list(_ORDER)
    fitting = []
    for order, name in enumerate(candidates):
        columns, score = _match(headings, name)
        lacking = missing(name, columns)
        if not lacking:
            fitting.append((score - order, name, columns))
    if not fitting:
        raise UnusableInput(_cannot(headings, kind))
    _, name, columns = max(fitting, key=lambda f: f[0])
    return Layout(name, columns, {}, tuple(headings), fingerprint(headings))


def _of_bank(headings: Sequence[str]) -> Layout | None:
    """The layout of a bank that is known by name; None for any other table."""
    written = {normal_heading(h): h for h in reversed(headings)}
    profile = profile_of(list(written))
    if profile is None:
        return None
    columns = profile.columns_in(written)
    if missing("statement", columns):
        return None
    return Layout("statement", columns, profile.options(), tuple(headings), fingerprint(headings))


def _match(headings: Sequence[str], kind: str) -> tuple[dict[str, str], int]:
    """field -> heading, best scores first, each heading and each field once; and how much it fits in all."""
    normal = [(h, normal_heading(h)) for h in headings]
    scores = [
        (field_score(n, field), -order, -i, field, heading)
        for order, field in enumerate(kinds()[kind]["fields"])
        for i, (heading, n) in enumerate(normal)
        if n
    ]
    columns: dict[str, str] = {}
    total = 0
    for score, _, _, field, heading in sorted(scores, reverse=True):
        if score >= _MIN_SCORE and field not in columns and heading not in columns.values():
            columns[field] = heading
            total += score
    return columns, total


def missing(kind: str, columns: Mapping[str, Any]) -> list[str]:
    """What the kind needs and no column gives, each as its alternatives joined by «|»."""
    return [need for need in kinds()[kind]["required"] if not any(f in columns for f in need.split("|"))]


def _cannot(headings: Sequence[str], kind: str | None) -> str:
    shown = ", ".join(f"«{h}»" for h in headings[:12])
    if kind:
        columns, _ = _match(headings, kind)
        lacking = "; ".join(" o ".join(n.split("|")) for n in missing(kind, columns))
        return f"Con los encabezados {shown} falta para «{kind}»: {lacking}. Diga las columnas con --map."
    return f"Con los encabezados {shown} no se sabe qué contiene la tabla: use --kind y, si hace falta, --map."


def parse_layout(text: str) -> Layout:
    """A layout from its YAML (`kind`, `columns`, `options`). UnusableInput says what is wrong and where."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UnusableInput(f"El mapa de columnas no es YAML válido: {' '.join(str(error).split())[:160]}.") from None
    fixed = document.get("fixed") if isinstance(document, dict) else None
    if isinstance(fixed, dict):
        document["columns"] = check_fixed(fixed)
    if not isinstance(document, dict) or not isinstance(document.get("columns"), dict):
        raise UnusableInput("El mapa de columnas debe tener `kind` y `columns` (campo: encabezado).")
    kind = document.get("kind")
    if kind not in (*KINDS, *CLIENT_KINDS):
        raise UnusableInput(f"El mapa de columnas dice kind «{kind}»: use uno de {', '.join(KINDS)}.")
    columns = {str(f): str(h) for f, h in document["columns"].items() if h}
    strange = sorted(set(columns) - set(kinds()[kind]["fields"]))
    if strange:
        known = ", ".join(kinds()[kind]["fields"])
        raise UnusableInput(f"El mapa de columnas nombra un campo desconocido: {strange[0]}. Los hay: {known}.")
    options = {str(k): str(v) for k, v in (document.get("options") or {}).items()}
    odd = sorted(set(options) - set(OPTIONS))
    if odd:
        raise UnusableInput(
            f"El mapa de columnas tiene una opción desconocida: {odd[0]}. Las hay: {', '.join(OPTIONS)}."
        )
    lacking = missing(kind, columns)
    if lacking:
        raise UnusableInput(f"Al mapa de columnas le falta: {'; '.join(' o '.join(n.split('|')) for n in lacking)}.")
    headings = tuple(document.get("headings") or ())
    return Layout(kind, columns, options, headings, fingerprint(headings) if headings else "", fixed or {})


def dump_layout(layout: Layout) -> str:
    """The YAML of a layout, for people to correct and for the installation to remember."""
    document = {
        "kind": layout.kind,
        "columns": dict(layout.columns),
        "options": dict(layout.options),
        "headings": list(layout.headings),
    }
    if layout.fixed:
        document |= {"fixed": dict(layout.fixed)}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
