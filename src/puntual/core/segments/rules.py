"""Segments as visible rules: four axes (history, situation, capacity, readiness), a cause, and the cells that they
make.

Rules are data that people read and edit; the first that holds wins, and the last of each list should hold for
everyone. The model only ranks inside a segment, it never makes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import polars as pl

from puntual.core.errors import UnusableInput
from puntual.core.segments.conditions import condition, with_fields

AXES = ("historia", "situacion", "capacidad", "disposicion")

#: The rules of an installation that has not written its own.
DEFAULT: Mapping[str, Any] = {
    "historia": [
        {"valor": "poca_historia", "cuando": {"pagos_conocidos": {"menor": 3}}},
        {"valor": "empeora", "cuando": {"tendencia_dias": {"desde": 5}}},
        {"valor": "cumplida", "cuando": {"tarde_habitual": {"hasta": 0.25}}},
        {"valor": "irregular", "cuando": {"tarde_habitual": {"hasta": 0.6}}},
        {"valor": "tardia", "cuando": {}},
    ],
    "situacion": [
        {"valor": "en_aclaracion", "cuando": {"aclaracion_abierta": True}},
        {"valor": "con_promesa", "cuando": {"promesa_vigente": True}},
        {"valor": "al_dia", "cuando": {"vencidos": {"hasta": 0}}},
        {"valor": "inusual", "cuando": {"dias_sobre_lo_habitual": {"desde": 5}}},
        {"valor": "como_siempre", "cuando": {}},
    ],
    "capacidad": [
        {"valor": "limitada", "cuando": {"dijo_no_puede": {"desde": 1}}},
        {"valor": "limitada", "cuando": {"pidio_cuotas": {"desde": 1}}},
        {"valor": "limitada", "cuando": {"presupuesto_declarado": True}},
        {"valor": "limitada", "cuando": {"abonos": {"desde": 2}}},
        {"valor": "exigida", "cuando": {"importe_sobre_habitual": {"desde": 3}}},
        {"valor": "normal", "cuando": {}},
    ],
    "disposicion": [
        {"valor": "baja", "cuando": {"promesas_incumplidas": {"desde": 2}}},
        {"valor": "baja", "cuando": {"contactos_sin_respuesta": {"desde": 5}}},
        {"valor": "alta", "cuando": {"promesas_cumplidas": {"desde": 1}}},
        {"valor": "alta", "cuando": {"respondio": {"desde": 1}}},
        {"valor": "media", "cuando": {}},
    ],
    "segmentos": [
        {"valor": "aclarar", "cuando": {"situacion": "en_aclaracion"}},
        {"valor": "esperar_promesa", "cuando": {"situacion": "con_promesa"}},
        {"valor": "corregir_lo_nuestro", "cuando": {"causa": "internal_error"}},
        {"valor": "paga_solo", "cuando": {"situacion": {"en": ["al_dia", "como_siempre"]}, "historia": "cumplida"}},
        {"valor": "recordar", "cuando": {"situacion": "al_dia"}},
        {"valor": "ofrecer_cuotas", "cuando": {"capacidad": "limitada", "disposicion": {"en": ["alta", "media"]}}},
        {"valor": "localizar", "cuando": {"causa": "unreachable"}},
        {"valor": "persona", "cuando": {"disposicion": "baja"}},
        {"valor": "recordar_con_calendario", "cuando": {"causa": "payment_calendar"}},
        {"valor": "atender_pronto", "cuando": {"situacion": "inusual"}},
        {"valor": "recordar", "cuando": {}},
    ],
}


@attrs.frozen(eq=False)
class Rule:
    """A value and when it holds, as written and as an expression."""

    value: str
    raw: Mapping[str, Any]
    holds: pl.Expr


@attrs.frozen(eq=False)
class SegmentRules:
    """The rules of every axis and of the segments, in order of precedence."""

    axes: Mapping[str, Sequence[Rule]]
    segments: Sequence[Rule]


def read_rules(document: Mapping[str, Any]) -> SegmentRules:
    """A document shaped like DEFAULT. UnusableInput says which rule cannot be read, and why."""
    unknown = sorted(set(document) - {*AXES, "segmentos"})
    if unknown:
        raise UnusableInput(f"«{unknown[0]}» no es una parte de las reglas: use {', '.join(AXES)} o segmentos.")
    axes = {axis: _rules(document.get(axis, DEFAULT[axis]), axis, None) for axis in AXES}
    decided = {axis: axis for axis in AXES} | {"causa": "cause"}
    return SegmentRules(axes, _rules(document.get("segmentos", DEFAULT["segmentos"]), "segmentos", decided))


def segment(accounts: pl.DataFrame, rules: SegmentRules) -> pl.DataFrame:
    """The accounts with a column per axis, `segment` and `segment_rule` (number of the rule that decided, from 1).

    `accounts` brings the columns of `conditions.FIELDS` that are known, and `cause` if it was inferred.
    """
    known = with_fields(accounts)
    if "cause" not in known.columns:
        known = known.with_columns(cause=pl.lit(None, dtype=pl.String))
    decided = known.with_columns(_first(options).alias(axis) for axis, options in rules.axes.items())
    number = pl.coalesce(
        [pl.when(rule.holds).then(pl.lit(i, dtype=pl.Int32)) for i, rule in enumerate(rules.segments, start=1)]
    )
    found = decided.with_columns(_first(rules.segments).alias("segment"), number.alias("segment_rule"))
    return found.select(*accounts.columns, *AXES, "segment", "segment_rule")


def flows(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """How many accounts went from which segment to which: from, to, accounts; null where it was or is not there."""
    joined = before.select("account", origin="segment").join(
        after.select("account", destination="segment"), on="account", how="full", coalesce=True
    )
    counted = joined.group_by("origin", "destination").agg(accounts=pl.len().cast(pl.Int64))
    return counted.sort("accounts", "origin", "destination", descending=[True, False, False])


def _first(rules: Sequence[Rule]) -> pl.Expr:
    return pl.coalesce([pl.when(rule.holds).then(pl.lit(rule.value)) for rule in rules])


def _rules(raw: Any, where: str, extra: Mapping[str, str] | None) -> list[Rule]:
    if not isinstance(raw, list) or not raw:
        raise UnusableInput(f"{where}: hace falta una lista de reglas, cada una con valor y cuando.")
    rules = []
    for i, one in enumerate(raw, start=1):
        here = f"{where}, regla {i}"
        if (
            not isinstance(one, Mapping)
            or not isinstance(one.get("valor"), str)
            or not isinstance(one.get("cuando"), Mapping)
        ):
            raise UnusableInput(
                f"{here}: escriba «valor» (un nombre) y «cuando» (sus condiciones, o {{}} si vale siempre)."
            )
        rules.append(Rule(one["valor"], one["cuando"], condition(one["cuando"], here, extra)))
    if rules[-1].raw:
        raise UnusableInput(
            f"{where}: la última regla debe valer siempre (cuando: {{}}), para que nadie quede sin grupo."
        )
    return rules
