"""Charge rules and rate tables from their files to the values of `core.ledger`. A rule is changed without touching
Python.

Shipped tables live in `law/rates/`; whatever `puntual rates load` puts into the data folder's `tasas/` is read on top.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from puntual.core.errors import UnusableInput
from puntual.core.ledger.charge_rules import (
    CONVENTIONS,
    DEBTORS,
    FEE_MODELS,
    FIXINGS,
    KINDS,
    NATURES,
    RATE_MODELS,
    Bracket,
    ChargeRule,
    CountryCharges,
    FeeSpec,
    Imputation,
    RateSpec,
    check_choice,
)
from puntual.core.ledger.rates import RateTables, parse_tables

HERE = Path(__file__).parent
#: Folder of the data folder where tables loaded by hand live.
LOADED = "tasas"


def countries() -> tuple[str, ...]:
    """The countries with charge rules."""
    return tuple(sorted(path.stem.upper() for path in (HERE / "charges").glob("*.yaml")))


@lru_cache(maxsize=64)
def load_charges(country: str) -> CountryCharges:
    """The charge rules of a country. UnusableInput if there is no file for it."""
    if country not in countries():
        raise UnusableInput(f"No hay normas de cargos para «{country}»: use uno de {', '.join(countries())}.")
    path = HERE / "charges" / f"{country.lower()}.yaml"
    with well_formed(f"law/charges/{path.name}"):
        return parse_charges(read_yaml(path), f"law/charges/{path.name}")


def load_tables(data_folder: Path | None = None) -> RateTables:
    """Every shipped table, with the rows of the data folder on top."""
    tables = RateTables()
    for path in sorted((HERE / "rates").glob("*.yaml")):
        tables = tables.replaced_by(parse_tables(read_yaml(path), f"law/rates/{path.name}"))
    return tables.extended_by(loaded_tables(data_folder)) if data_folder else tables


def loaded_tables(data_folder: Path) -> RateTables:
    """Only what was loaded by hand into the data folder."""
    tables, folder = RateTables(), data_folder / LOADED
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
        tables = tables.extended_by(load_table_file(path))
    return tables


def load_table_file(path: Path) -> RateTables:
    """One file of tables. UnusableInput if it cannot be read or its rows are wrong."""
    return parse_tables(read_yaml(path), path.name)


@contextmanager
def well_formed(where: str) -> Iterator[None]:
    """A law file that lacks a field, or has one of another shape, is answered with a sentence and not with a
    traceback."""
    try:
        yield
    except KeyError as error:
        raise UnusableInput(f"{where}: falta el campo {error} en una de sus reglas.") from None
    except (TypeError, AttributeError) as error:
        raise UnusableInput(f"{where}: una de sus reglas no tiene la forma esperada ({error}).") from None


def read_yaml(path: Path) -> Any:
    """The document of a YAML file. UnusableInput if there is no such file, it is not text or it is not YAML."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise UnusableInput(f"No se puede leer «{path.name}»: revise que el archivo exista y se pueda abrir.") from None
    except UnicodeDecodeError:
        raise UnusableInput(f"«{path.name}» no es texto en UTF-8.") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", línea {mark.line + 1}" if mark else ""
        raise UnusableInput(
            f"«{path.name}»{where}: no es YAML bien escrito; revise sangrías, comillas y fechas."
        ) from None


def parse_charges(document: Mapping[str, Any], where: str) -> CountryCharges:
    """A charges document as `CountryCharges`. UnusableInput names the rule and what is wrong."""
    country = document["country"]
    rules = tuple(_rule(row, f"{where}, {row.get('id', 'regla sin id')}") for row in document["rules"])
    credits = dict.fromkeys(["general", *(credit for rule in rules for credit in rule.credits)])
    imputation = {
        debtor: Imputation(tuple(row["order"]), row["cite"], row["evidence"])
        for debtor, row in document["imputation"].items()
    }
    return CountryCharges(
        country,
        document["version"],
        rules,
        imputation,
        tuple(credits),
        document.get("reviewed_on"),
        document.get("reviewer"),
    )


def _rule(row: Mapping[str, Any], where: str) -> ChargeRule:
    known = {
        "id", "kind", "cite", "evidence", "debtors", "currencies", "credits", "natures", "agreed", "unagreed", "cap",
        "fee", "after_days", "alert_above_pct", "valid_from", "valid_to", "notes",
    }  # fmt: skip
    strange = sorted(set(row) - known)
    if strange:
        raise UnusableInput(f"{where}: no se conoce el campo «{strange[0]}».")
    check_choice(row["kind"], KINDS, f"un cargo ({where})")
    return ChargeRule(
        id=row["id"],
        kind=row["kind"],
        cite=row["cite"],
        evidence=row["evidence"],
        debtors=_choices(row, "debtors", DEBTORS, where),
        currencies=tuple(row.get("currencies", ())),
        credits=tuple(row.get("credits", ("general",))),
        natures=_choices(row, "natures", NATURES, where),
        agreed=bool(row.get("agreed", True)),
        unagreed=_rate(row.get("unagreed"), where),
        cap=_rate(row.get("cap"), where),
        fee=_fee(row.get("fee"), where),
        after_days=int(row.get("after_days", 0)),
        alert_above_pct=_decimal(row["alert_above_pct"], where) if "alert_above_pct" in row else None,
        valid_from=_date(row.get("valid_from"), where),
        valid_to=_date(row.get("valid_to"), where),
        notes=tuple(row.get("notes", ())),
    )


def _choices(row: Mapping[str, Any], name: str, choices: tuple[str, ...], where: str) -> tuple[str, ...]:
    return tuple(check_choice(value, choices, f"válido ({where}, {name})") for value in row.get(name, choices))


def _rate(row: Mapping[str, Any] | None, where: str) -> RateSpec | None:
    if row is None:
        return None
    return RateSpec(
        model=check_choice(row["model"], RATE_MODELS, f"un modelo de tasa ({where})"),
        convention=check_choice(row.get("convention", "simple"), CONVENTIONS, f"una convención ({where})"),
        pct=_decimal(row.get("pct", 0), where),
        index=row.get("index", ""),
        minus=row.get("minus", ""),
        add=_decimal(row.get("add", 0), where),
        times=_decimal(row.get("times", 1), where),
        plus=_decimal(row.get("plus", 0), where),
        places=int(row.get("places", 6)),
        fixing=check_choice(row.get("fixing", "daily"), FIXINGS, f"una forma de fijar la tasa ({where})"),
        otherwise=_rate(row.get("otherwise"), where),
    )


def _fee(row: Mapping[str, Any] | None, where: str) -> FeeSpec | None:
    if row is None:
        return None
    brackets = tuple(
        Bracket(
            None if bracket.get("up_to") is None else _decimal(bracket["up_to"], where),
            _decimal(bracket.get("pct", 0), where),
            _decimal(bracket.get("amount", 0), where),
        )
        for bracket in row["brackets"]
    )
    return FeeSpec(
        model=check_choice(row["model"], FEE_MODELS, f"un modelo de gasto ({where})"),
        brackets=brackets,
        currency=row.get("currency", ""),
        unit=row.get("unit", ""),
        unit_currency=row.get("unit_currency", ""),
        without_notice=_decimal(row.get("without_notice", 0), where),
        agreed_only=bool(row.get("agreed_only", False)),
    )


def _decimal(value: object, where: str) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise UnusableInput(f"{where}: «{value}» no es un número.") from None


def _date(value: object, where: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    raise UnusableInput(f"{where}: «{value}» no es una fecha (año-mes-día).")
