"""Conditions as data: what a person writes in Spanish over visible fields, read into one expression over a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import polars as pl

from puntual.core.errors import UnusableInput


@attrs.frozen
class Field:
    """A visible fact of an account: the column that holds it, its type and what it means."""

    column: str
    dtype: Any
    meaning: str


#: What rules may look at, by the name that people write. A fact that is not known makes its condition false.
FIELDS: Mapping[str, Field] = {
    "pagos_conocidos": Field("n_paid", pl.Float64, "facturas que ya pagó"),
    "tarde_habitual": Field("eb_late", pl.Float64, "parte de sus facturas que paga tarde, de 0 a 1"),
    "atraso_habitual": Field("eb_delay", pl.Float64, "días de atraso habituales; negativo: paga antes"),
    "tendencia_dias": Field("trend_days", pl.Float64, "atraso reciente menos el habitual"),
    "dias_de_atraso": Field("days_past_due", pl.Float64, "días desde el vencimiento más antiguo abierto"),
    "dias_sobre_lo_habitual": Field("vs_usual_days", pl.Float64, "días más allá de cuando suele pagar"),
    "vencidos": Field("n_overdue", pl.Float64, "documentos vencidos sin pagar"),
    "parte_vencida": Field("overdue_share", pl.Float64, "parte vencida de lo que debe, de 0 a 1"),
    "importe_sobre_habitual": Field("amount_times", pl.Float64, "veces su importe habitual"),
    "abonos": Field("partial_payments", pl.Float64, "pagos parciales de lo abierto"),
    "dijo_no_puede": Field("cannot_pay", pl.Float64, "veces que dijo que ahora no puede"),
    "pidio_cuotas": Field("asked_plan", pl.Float64, "veces que pidió fecha o cuotas"),
    "presupuesto_declarado": Field("stated_budget", pl.Boolean, "declaró cuánto puede pagar"),
    "promesas_cumplidas": Field("kept_promises", pl.Float64, "promesas que cumplió"),
    "promesas_incumplidas": Field("broken_promises", pl.Float64, "promesas que no cumplió"),
    "promesa_vigente": Field("open_promise", pl.Boolean, "tiene una promesa o convenio vigente"),
    "aclaracion_abierta": Field("open_dispute", pl.Boolean, "tiene una aclaración abierta"),
    "error_propio": Field("own_error", pl.Boolean, "la factura rebotó, se corrigió o no le llegó"),
    "contactos_sin_respuesta": Field("unanswered", pl.Float64, "contactos seguidos sin respuesta"),
    "sin_contacto_util": Field("no_contact_point", pl.Boolean, "no hay un punto de contacto utilizable"),
    "paga_tras_aviso": Field(
        "pays_after_reminder", pl.Float64, "parte que pagó a los pocos días de un aviso, de 0 a 1"
    ),
    "paga_en_viernes": Field("friday_share", pl.Float64, "parte de sus pagos en viernes, de 0 a 1"),
    "paga_a_fin_de_mes": Field("month_end_share", pl.Float64, "parte de sus pagos a fin de mes, de 0 a 1"),
    "enojo": Field("anger", pl.Float64, "respuestas con enojo"),
    "respondio": Field("answered", pl.Float64, "respuestas en los últimos 90 días"),
    "pagado_en_30": Field("p_paid_30", pl.Float64, "probabilidad de pagar en 30 días"),
    "prob_tarde": Field("p_late", pl.Float64, "probabilidad de pagar tarde lo que aún no vence, la mayor"),
    "causa_declarada": Field("stated_cause", pl.String, "lo que dijo por su propia voluntad"),
}

OPERATORS: Mapping[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "igual": lambda column, value: column == value,
    "distinto": lambda column, value: column != value,
    "desde": lambda column, value: column >= value,
    "hasta": lambda column, value: column <= value,
    "mayor": lambda column, value: column > value,
    "menor": lambda column, value: column < value,
    "en": lambda column, value: column.is_in(list(value)),
}


def with_fields(accounts: pl.DataFrame) -> pl.DataFrame:
    """The frame with every visible field, of its type; what was not brought is unknown (null)."""
    have = set(accounts.columns)
    return accounts.with_columns(
        (pl.col(f.column) if f.column in have else pl.lit(None)).cast(f.dtype).alias(f.column) for f in FIELDS.values()
    )


def condition(raw: Mapping[str, Any], where: str, extra: Mapping[str, str] | None = None) -> pl.Expr:
    """`{field: {operator: value}}` (or `{field: value}`) as one expression: all must hold; an empty one always does.

    `extra` names further fields -> columns (axes already decided). UnusableInput names the field or operator it cannot
    read and where it stands.
    """
    tests: list[pl.Expr] = [pl.lit(True)]
    names = {name: field.column for name, field in FIELDS.items()} | dict(extra or {})
    for name, wanted in raw.items():
        if name not in names:
            raise UnusableInput(
                f"{where}: «{name}» no es un dato que las reglas conozcan. Use uno de: {', '.join(names)}."
            )
        column = pl.col(names[name])
        for operator, value in (wanted if isinstance(wanted, Mapping) else {"igual": wanted}).items():
            if operator not in OPERATORS:
                raise UnusableInput(f"{where}: «{operator}» no se entiende. Use uno de: {', '.join(OPERATORS)}.")
            _check_value(name, operator, value, where)
            tests.append(OPERATORS[operator](column, value).fill_null(False))
    return pl.all_horizontal(tests)


def _check_value(name: str, operator: str, value: Any, where: str) -> None:
    field = FIELDS.get(name)
    wanted = {pl.Float64: "un número", pl.Boolean: "sí o no (true o false)", pl.String: "un texto"}
    kinds = {pl.Float64: (int, float), pl.Boolean: (bool,), pl.String: (str,)}
    values = value if operator == "en" and isinstance(value, list | tuple) else [value]
    dtype = field.dtype if field else pl.String
    for one in values:
        wrong_bool = dtype == pl.Float64 and isinstance(one, bool)
        if wrong_bool or not isinstance(one, kinds[dtype]):
            raise UnusableInput(f"{where}: «{name}» se compara con {wanted[dtype]}, no con «{one}».")
