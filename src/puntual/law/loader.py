"""Reads the law packs (YAML), checks them, adds the holidays and hands compiled values to the core.

`load_law()` is the only door. What a pack says changes by editing its YAML; soft values of one installation change by
`overrides`, and every change of a soft value is said beside the verdicts.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import holidays
import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from puntual.core.compliance.packs import compile_pack
from puntual.core.compliance.rulebook import Calendar, Law, Pack
from puntual.core.errors import UnusableInput
from puntual.core.time import zone
from puntual.law.mistakes import in_spanish

FOLDER = Path(__file__).resolve().parent
FIRST_YEAR, LAST_YEAR = 2012, 2035
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
Overrides = Mapping[str, Mapping[str, Any]]


class _TextDates(yaml.SafeLoader):
    """YAML in which 2026-11-21 stays text, as the schema wants it."""


_TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_law(
    countries: Iterable[str] | None = None, overrides: Overrides | None = None, *, folder: Path = FOLDER
) -> Law:
    """The law of those countries (all that have a file, if None), with the soft values that `overrides` changes.

    `overrides`: {"CO": {"rules": {"CO-ATTEMPTS-DAY": {"max": 2}}, "disabled": [ids], "strict": [ids] or "all",
    "holidays": {"add": [dates], "remove": [dates]}, "reviewer": name, "reviewed_on": date}}. A country without a file
    is simply not in the law. UnusableInput, naming file, rule and field, for a pack or an override that is wrong.
    """
    wanted = available(folder) if countries is None else tuple(sorted({c.upper() for c in countries}))
    changes = {c: json.dumps((overrides or {}).get(c, {}), sort_keys=True, default=str) for c in wanted}
    return Law({c: _compiled(folder, c, changes[c], _stamp(folder, c)) for c in wanted if _file(folder, c).exists()})


def available(folder: Path = FOLDER) -> tuple[str, ...]:
    """The countries that have a pack, by ISO code."""
    return tuple(sorted(file.stem.upper() for file in folder.glob("[a-z][a-z].yaml")))


def _file(folder: Path, country: str) -> Path:
    return folder / f"{country.lower()}.yaml"


def _stamp(folder: Path, country: str) -> int:
    """When the file was last written: an edited pack rules at once, without a restart."""
    return _file(folder, country).stat().st_mtime_ns


@functools.lru_cache(maxsize=128)
def _compiled(folder: Path, country: str, changes: str, stamp: int) -> Pack:
    """The pack with those changes (JSON), compiled once: whoever asks again gets the same values."""
    file, override = _file(folder, country), json.loads(changes)
    document = read_pack(file)
    if document["pack"] != country:
        raise UnusableInput(f"{file.name}: el campo «pack» dice {document['pack']}; debe decir {country}.")
    edited = _edit(document, override, file.name)
    return compile_pack(edited, _calendar(edited, file.name))


def read_pack(file: Path) -> dict[str, Any]:
    """The document of one pack, checked against the schema and for sense. UnusableInput otherwise."""
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=_TextDates)  # a SafeLoader: builds plain values
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", línea {mark.line + 1}" if mark else ""
        raise UnusableInput(f"{file.name}{line}: no es YAML válido; revise la sangría y las comillas.") from None
    errors = sorted(_validator().iter_errors(document), key=_telling)
    if errors:
        raise UnusableInput(in_spanish(errors[0], document, file.name), where=file.name)
    _check_sense(document, file.name)
    return dict(document)


def _telling(error: ValidationError) -> tuple[bool, bool]:
    """First what tells most: a misspelt field rather than the one missing for it; a rule rather than the whole."""
    return error.validator != "additionalProperties", not error.path


@functools.lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _all_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = list(document["rules"])
    for overlay in document.get("overlays", {}).values():
        rows += overlay["rules"]
    return rows


def _check_sense(document: Mapping[str, Any], name: str) -> None:
    """What a schema cannot say: ids are unique and the country's own, periods have days, zones exist."""
    seen: set[str] = set()
    for row in _all_rows(document):
        if row["id"] in seen:
            raise UnusableInput(f"{name}: la regla {row['id']} está dos veces; dé a cada regla su propio id.")
        seen.add(row["id"])
        if not row["id"].startswith(document["pack"] + "-"):
            raise UnusableInput(f"{name}: la regla {row['id']} debe empezar por «{document['pack']}-».")
        if "valid_to" in row and row["valid_to"] <= row["valid_from"]:
            raise UnusableInput(f"{name}: la regla {row['id']} termina (valid_to) antes de empezar (valid_from).")
    for zones in (document["zones"], *document.get("zones_by_subdivision", {}).values()):
        for zone_name in zones:
            _known_zone(zone_name, name)


def _known_zone(zone_name: str, name: str) -> None:
    try:
        zone(zone_name)
    except UnusableInput as error:
        raise UnusableInput(f"{name}, campo «zones»: {error.sentence}") from None


def _edit(document: dict[str, Any], override: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The document with an installation's own values. Only soft rules can be changed or switched off."""
    if not override:
        return document
    edited = copy.deepcopy(document)
    rows = {row["id"]: row for row in _all_rows(edited)}
    touched = {**override.get("rules", {}), **{rule_id: {} for rule_id in override.get("disabled", ())}}
    for rule_id, values in touched.items():
        row = _soft(rows, rule_id, name)
        row.update(values, edited=True)
    for rule_id in _strict(override.get("strict", ()), rows):
        _existing(rows, rule_id, name).pop("mode", None)
    off = set(override.get("disabled", ()))
    for holder in (edited, *edited.get("overlays", {}).values()):
        holder["rules"] = [row for row in holder["rules"] if row["id"] not in off]
    for field in ("add", "remove"):
        own = [str(day) for day in override.get("holidays", {}).get(field, ())]
        edited["holidays"][field] = [*edited["holidays"].get(field, ()), *own]
    edited |= {field: override[field] for field in ("reviewer", "reviewed_on") if field in override}
    error = next(_validator().iter_errors(edited), None)
    if error is not None:
        raise UnusableInput(in_spanish(error, edited, f"cambios sobre {name}"), where=name)
    return edited


def _strict(wanted: Any, rows: Mapping[str, dict[str, Any]]) -> list[str]:
    return [rule_id for rule_id, row in rows.items() if "mode" in row] if wanted == "all" else list(wanted)


def _existing(rows: Mapping[str, dict[str, Any]], rule_id: str, name: str) -> dict[str, Any]:
    if rule_id not in rows:
        raise UnusableInput(f"Cambios sobre {name}: no hay ninguna regla {rule_id}.")
    return rows[rule_id]


def _soft(rows: Mapping[str, dict[str, Any]], rule_id: str, name: str) -> dict[str, Any]:
    row = _existing(rows, rule_id, name)
    if row["severity"] == "hard":
        raise UnusableInput(f"Cambios sobre {name}: {rule_id} es norma firme ({row['cite']}) y no se puede cambiar.")
    return row


def _calendar(document: Mapping[str, Any], name: str) -> Calendar:
    spec = document["holidays"]
    code, categories = spec["calendar"], tuple(spec.get("categories", ("public",)))
    add = {date.fromisoformat(day).toordinal() for day in spec.get("add", ())}
    remove = {date.fromisoformat(day).toordinal() for day in spec.get("remove", ())}
    try:
        national = holiday_ordinals(code, None, categories)
        regions = holidays.list_supported_countries().get(code, []) if spec.get("subdivisions") else []
        regional = {region: holiday_ordinals(code, region, categories) for region in regions}
    except (NotImplementedError, ValueError):
        raise UnusableInput(
            f"{name}, campo «holidays»: no hay calendario {code} con {', '.join(categories)}."
        ) from None
    fixed = {f"{document['pack']}-{region}": (days | add) - remove for region, days in regional.items()}
    return Calendar((national | add) - remove, fixed, FIRST_YEAR, LAST_YEAR)


@functools.lru_cache(maxsize=32)
def bank_holidays(country: str) -> frozenset[date]:
    """The public holidays of a country, on which its banks move nothing. None of a country that nobody knows."""
    try:
        return frozenset(date.fromordinal(n) for n in holiday_ordinals(country, None, ("public",)))
    except NotImplementedError:
        return frozenset()


@functools.lru_cache(maxsize=256)
def holiday_ordinals(code: str, region: str | None, categories: tuple[str, ...]) -> frozenset[int]:
    """The holidays of a country or region over the years that the packs cover, as ordinals of dates."""
    days = holidays.country_holidays(code, subdiv=region, years=YEARS, categories=categories)
    return frozenset(day.toordinal() for day in days)
