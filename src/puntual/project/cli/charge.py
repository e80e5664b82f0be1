"""`puntual charge`: what may be charged for paying late, the legal maximum, the formula and its law. Needs no
memory."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs
import click
from babel.core import get_global

from puntual.core import reasons
from puntual.core.errors import UnusableInput
from puntual.core.ledger.charge_rules import DEBTORS, KINDS, NATURES, CountryCharges, check_choice
from puntual.core.ledger.charges import Charge, Debt, charge, charge_all
from puntual.core.ledger.rates import RateTables
from puntual.core.money import exponent, parse_major
from puntual.core.time import parse_date
from puntual.law.charges_loader import load_charges, load_table_file, load_tables
from puntual.project.cli import emit

#: Beyond this no rate is a rate: a slip of the pen.
_MAX_PCT = Decimal(10_000)


@click.command(help="Cuánto se puede cobrar por pagar tarde: interés, gastos de cobranza o suma fija, con su norma.")
@click.option("--country", help="País, por ejemplo MX.")
@click.option("--kind", help="late_interest, collection_fee, fixed_sum o all.")
@click.option("--principal", help="Capital vencido, en unidades mayores: 1234.50.")
@click.option("--currency", help="Moneda ISO, por ejemplo MXN.")
@click.option("--due", help="Vencimiento, año-mes-día.")
@click.option("--as-of", help="Día hasta el que se calcula, incluido.")
@click.option("--debtor", help="consumer, business o financial (deuda con una entidad financiera).")
@click.option("--agreed-rate", help="Tasa pactada, nominal, por ciento anual.")
@click.option("--rates", "rates_file", help="Archivo YAML de tasas; cada índice que trae reemplaza al cargado.")
@click.option("--useful-notice", help="yes o no: hubo gestión útil gratuita a tiempo (Chile).")
@click.option("--agreed-fee", help="Gasto o multa pactada, por ciento de la deuda.")
@click.option("--credit", default="general", help="Tipo de crédito, donde la norma los distingue.")
@click.option("--nature", default="commercial", help="commercial o civil.")
@click.option("--disputed", default="0", help="Parte en aclaración: no genera cargos.")
@click.option("--grace-days", default="0", help="Días de gracia pactados.")
@click.option("--json", "as_json", is_flag=True, help="Un documento JSON en la salida.")
def command(**given: Any) -> int:
    as_json = given.pop("as_json")
    for name in ("country", "kind", "principal", "currency", "due", "as_of", "debtor"):
        if given[name] is None:
            raise UnusableInput(
                f"Falta --{name.replace('_', '-')}: escriba «puntual charge --help» para ver un ejemplo."
            )
    kind = check_choice(given["kind"], (*KINDS, "all"), "un cargo")
    law = load_charges(given["country"].upper())
    debt, as_of, tables = _debt(given), parse_date(given["as_of"]), _tables(given["rates_file"])
    whole, parts = _charges(kind, debt, law, tables, as_of)
    unnoticed, _ = _charges(kind, attrs.evolve(debt, useful_notice=False), law, tables, as_of)
    if given["useful_notice"] is None and unnoticed.charged != whole.charged:
        whole = attrs.evolve(whole, warnings=(*whole.warnings, reasons.sentence("charge_notice_assumed")))
    document = {**whole.as_json(), "pack": f"{law.country} {law.version}", "reviewer": law.reviewer}
    if parts:
        document["charges"] = [part.as_json() for part in parts]
    emit(document, as_json=as_json, human=_human(whole))
    return 0


def _charges(
    kind: str, debt: Debt, law: CountryCharges, tables: RateTables, as_of: date
) -> tuple[Charge, tuple[Charge, ...]]:
    if kind == "all":
        return charge_all(debt, law, tables, as_of)
    return charge(kind, debt, law, tables, as_of), ()


def _debt(given: dict[str, Any]) -> Debt:
    _check_currency(given["currency"])
    principal = parse_major(given["principal"], given["currency"])
    disputed = parse_major(given["disputed"], given["currency"])
    if principal.minor < 0 or disputed.minor < 0:
        raise UnusableInput("--principal y --disputed no pueden ser negativos: escriba el capital vencido, sin signo.")
    if disputed.minor > principal.minor:
        raise UnusableInput("--disputed es mayor que --principal: la parte en aclaración no puede superar la deuda.")
    if given["useful_notice"] not in (None, "yes", "no"):
        raise UnusableInput(f"--useful-notice: «{given['useful_notice']}» no vale; escriba yes o no.")
    if not given["grace_days"].isdecimal() or int(given["grace_days"]) > 3650:
        raise UnusableInput(f"--grace-days: «{given['grace_days']}» no es un número de días.")
    return Debt(
        principal,
        parse_date(given["due"]),
        debtor=check_choice(given["debtor"], DEBTORS, "un tipo de deudor"),
        agreed_pct=_percent(given["agreed_rate"], "--agreed-rate"),
        credit=given["credit"],
        nature=check_choice(given["nature"], NATURES, "una naturaleza de deuda"),
        disputed_minor=disputed.minor,
        grace_days=int(given["grace_days"]),
        useful_notice=given["useful_notice"] != "no",
        agreed_fee_pct=_percent(given["agreed_fee"], "--agreed-fee"),
    )


def _check_currency(code: str) -> None:
    if exponent(code) >= 0 and code not in get_global("all_currencies"):
        raise UnusableInput(f"«{code}» no es una moneda conocida: use su código ISO, por ejemplo MXN.")


def _percent(text: str | None, option: str) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= _MAX_PCT or value != value.quantize(Decimal("0.000001")):
        raise UnusableInput(
            f"{option}: «{text}» no es un por ciento; escriba solo cifras y punto decimal, por ejemplo 24.5."
        )
    return value


def _tables(file: str | None) -> RateTables:
    tables = load_tables(Path(os.environ.get("PUNTUAL_DATA", "data")))
    return tables.replaced_by(load_table_file(Path(file))) if file else tables


def _human(whole: Charge) -> str:
    lines = [f"Cargo: {whole.charged.major()} {whole.charged.currency}"]
    if whole.legal_maximum:
        lines.append(f"Máximo legal: {whole.legal_maximum.major()} {whole.legal_maximum.currency}")
    lines += [f"Cálculo: {whole.formula}", f"Norma: {whole.rule} · {whole.cite}"]
    return "\n".join([*lines, *(f"Aviso: {warning}" for warning in whole.warnings)])
