"""`puntual gate`: may this contact go out at that instant? Reads only the law packs and the files it is given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import polars as pl

from puntual.core import frames, reasons
from puntual.core.compliance import CONTACT_FLAGS, GateKnown, GateRules, Law, gate
from puntual.core.compliance.profiles import normal, region_code
from puntual.core.errors import UnusableInput
from puntual.core.time import parse_instant, zone
from puntual.law.loader import FIRST_YEAR, LAST_YEAR, load_law
from puntual.project.cli import emit

CHANNELS = ("email", "sms", "whatsapp", "call", "voice", "visit", "letter")
RECIPIENTS = ("debtor", "guarantor", "codebtor", "third_party", "reference")
PARTY = 1


@click.command(help="Dice si una norma permite un contacto en un instante, y si no, cuándo.")
@click.option("--country", required=True, help="País del deudor (MX, CO, PE, ...).")
@click.option("--channel", required=True, type=click.Choice(CHANNELS))
@click.option("--at", "at", required=True, help="Instante con desplazamiento, por ejemplo 2026-11-23T09:30:00-05:00.")
@click.option("--debtor", required=True, type=click.Choice(frames.DEBTOR_KINDS))
@click.option("--purpose", type=click.Choice(frames.PURPOSES), default="reminder_overdue", show_default=True)
@click.option("--zone", "zones", multiple=True, help="Zona horaria del deudor; se puede repetir si hay duda.")
@click.option("--subdivision", help="Estado o región, por ejemplo SP o BR-SP.")
@click.option("--creditor-country", help="País del acreedor, si es otro: valen las dos normas.")
@click.option("--recipient", type=click.Choice(RECIPIENTS), default="debtor", show_default=True)
@click.option("--creditor", help="Referencia del acreedor.")
@click.option("--debt", help="Referencia del documento.")
@click.option("--flag", "flags", multiple=True, help="Circunstancia que una norma nombra, por ejemplo microcredit.")
@click.option("--history", type=click.Path(path_type=Path), help="Contactos anteriores (JSON).")
@click.option("--consents", type=click.Path(path_type=Path), help="Autorizaciones y bajas (JSON).")
@click.option("--strict", is_flag=True, help="Aplica también las lecturas estrictas de cada norma.")
@click.option("--json", "as_json", is_flag=True)
def command(
    history: Path | None, consents: Path | None, as_json: bool, strict: bool, country: str, **asked: Any
) -> None:
    """Exit 0 whatever the verdict; 2 for input that cannot be used."""
    at = _instant(asked["at"])
    for name in asked["zones"]:
        zone(name)
    law = _law(normal(country), normal(asked["creditor_country"]), strict)
    _check_region(law, normal(country), asked["subdivision"])
    numbers: dict[str, int] = {}
    candidate = _candidate(at, normal(country), asked, numbers)
    known = GateKnown(
        contacts=_contacts(history, numbers), consents=_consents(consents), contact_flags=_flags(asked["flags"])
    )
    row = gate(candidate, known, GateRules(law), at).row(0, named=True)
    document = _document(row, _spoken_zone(law, normal(country), asked))
    emit(document, as_json=as_json, human=_human(document))


def _instant(text: str) -> datetime:
    at = parse_instant(text)
    if not FIRST_YEAR < at.year < LAST_YEAR:
        raise UnusableInput(f"--at: las normas cubren de {FIRST_YEAR + 1} a {LAST_YEAR - 1}, y «{text}» cae fuera.")
    return at


def _law(country: str, creditor: str, strict: bool) -> Law:
    wanted = [code for code in (country, creditor) if code]
    for code in wanted:
        if len(code) != 2 or not code.isalpha():
            raise UnusableInput(f"«{code}» no es un código de país: use dos letras, por ejemplo MX.")
    if not strict:
        return load_law(wanted)
    return load_law(wanted, {code: {"strict": "all"} for code in wanted})


def _check_region(law: Law, country: str, subdivision: str | None) -> None:
    code, pack = region_code(subdivision, country), law.pack(country)
    known = {*pack.zones_by_subdivision, *pack.subdivisions} if pack else set()
    if code and known and code not in known:
        raise UnusableInput(f"--subdivision: «{subdivision}» no es de {country}; puede ser {', '.join(sorted(known))}.")


def _candidate(at: datetime, country: str, asked: dict[str, Any], numbers: dict[str, int]) -> pl.DataFrame:
    row = {
        "candidate": 1, "party": PARTY, "creditor": _number(asked["creditor"], numbers),
        "debt": _number(asked["debt"], numbers), "channel": asked["channel"], "purpose": asked["purpose"], "at": at,
        "country": country or None, "creditor_country": normal(asked["creditor_country"]) or None,
        "subdivision": asked["subdivision"], "zones": list(asked["zones"]), "debtor": asked["debtor"],
        "recipient": asked["recipient"],
    }  # fmt: skip
    return pl.DataFrame([row], schema={name: column.dtype for name, column in frames.CANDIDATES.items()})


def _number(reference: Any, numbers: dict[str, int]) -> int | None:
    """A number for each reference, the same for the same words. None for none."""
    return None if reference is None else numbers.setdefault(str(reference), len(numbers) + 1)


def _rows(file: Path | None, option: str, required: Sequence[str]) -> list[dict[str, Any]]:
    if file is None:
        return []
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise UnusableInput(f"{option}: no se puede leer «{file}»; revise el nombre y los permisos.") from None
    except ValueError:
        raise UnusableInput(f"{option}: «{file}» no es JSON válido; debe ser una lista de objetos.") from None
    if not isinstance(rows, list):
        raise UnusableInput(f"{option}: «{file}» debe ser una lista de objetos.")
    for place, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise UnusableInput(f"{option}: «{file}», fila {place}: debe ser un objeto.")
        missing = [field for field in required if row.get(field) in (None, "")]
        if missing:
            raise UnusableInput(f"{option}: «{file}», fila {place}: falta «{', '.join(missing)}».")
    return rows


def _choice(row: dict[str, Any], field: str, choices: Sequence[str], default: str, where: str) -> str:
    value = row.get(field) or default
    if value not in choices:
        raise UnusableInput(f"{where}, campo «{field}»: «{value}» no vale; puede ser {', '.join(choices)}.")
    return str(value)


def _moment(row: dict[str, Any], where: str) -> datetime:
    try:
        return parse_instant(str(row["at"]))
    except UnusableInput as error:
        raise UnusableInput(f"{where}, campo «at»: {error.sentence}") from None


def _contacts(file: Path | None, numbers: dict[str, int]) -> pl.DataFrame:
    rows = []
    for place, row in enumerate(_rows(file, "--history", ("at", "channel")), 1):
        where = f"--history: «{file}», fila {place}"
        direct = row.get("direct_contact", False)
        if not isinstance(direct, bool):
            raise UnusableInput(f"{where}, campo «direct_contact»: debe ser true o false.")
        rows.append({
            "party": PARTY, "creditor": _number(row.get("creditor"), numbers),
            "debt": _number(row.get("debt"), numbers),
            "channel": _choice(row, "channel", frames.CHANNELS, "", where), "at": _moment(row, where),
            "direction": _choice(row, "direction", ("out", "in"), "out", where), "direct_contact": direct,
        })  # fmt: skip
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in frames.CONTACTS.items()})


def _consents(file: Path | None) -> pl.DataFrame:
    rows = []
    for place, row in enumerate(_rows(file, "--consents", ("channel", "status", "at")), 1):
        where = f"--consents: «{file}», fila {place}"
        rows.append({
            "party": PARTY, "channel": _choice(row, "channel", ("*", *frames.CHANNELS), "", where),
            "status": _choice(row, "status", ("granted", "withdrawn"), "", where), "at": _moment(row, where),
            "source": str(row.get("source") or "person"),
        })  # fmt: skip
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in frames.CONSENTS.items()})


def _flags(flags: Sequence[str]) -> pl.DataFrame:
    rows = [{"party": PARTY, "flag": flag} for flag in flags]
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in CONTACT_FLAGS.items()})


def _spoken_zone(law: Law, country: str, asked: dict[str, Any]) -> ZoneInfo:
    """The zone in which instants are said: the debtor's, if there is only one; else the one of --at."""
    pack = law.pack(country)
    zones = asked["zones"] or (pack.zones_of(region_code(asked["subdivision"], country)) if pack else ())
    return zone(zones[0]) if len(zones) == 1 else zone("UTC")


def _document(row: dict[str, Any], spoken: ZoneInfo) -> dict[str, Any]:
    later = row["next_allowed_at"]
    return {
        "verdict": row["verdict"],
        "next_allowed_at": later.replace(tzinfo=UTC).astimezone(spoken).isoformat() if later else None,
        "rule": row["rule"],
        "cite": row["cite"],
        "pack": row["pack"],
        "warnings": row["warnings"],
        "reason": reasons.as_json(row["reason"], rule=row["rule"], cite=row["cite"]),
    }


def _human(document: dict[str, Any]) -> str:
    lead = {"allow": "Se puede", "defer": "Todavía no", "deny": "No se puede"}[document["verdict"]]
    parts = (
        [f"{lead}. {document['reason']['text']}"] if document["verdict"] != "allow" else ["Se puede contactar ahora."]
    )
    if document["rule"]:
        parts.append(f"Regla {document['rule']}: {document['cite']}.")
    if document["next_allowed_at"]:
        parts.append(f"Se podrá desde {document['next_allowed_at']}.")
    if document["pack"]:
        parts.append(f"Norma {document['pack']}.")
    return "\n".join([" ".join(parts), *(f"  aviso {text}" for text in document["warnings"])])
