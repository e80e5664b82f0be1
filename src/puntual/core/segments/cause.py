"""Why a payer is late, inferred from behaviour and from what was volunteered, with a confidence. Nothing here asks.

Each signal that is present adds its weight of evidence (natural log of how much likelier it is under that cause) to
the cause's prior; the confidences are the causes' shares. Under LEAST the cause is `unknown`: nobody is labelled on a
hunch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import polars as pl

from puntual.core.segments.conditions import condition, with_fields

CAUSES = ("forgot", "short_of_cash", "dispute", "internal_error", "payment_calendar", "unreachable", "unwilling")
CAUSE_NAMES = {
    "forgot": "Se le olvidó",
    "short_of_cash": "Le falta liquidez",
    "dispute": "No está de acuerdo",
    "internal_error": "Error nuestro",
    "payment_calendar": "Su calendario de pagos",
    "unreachable": "No se le localiza",
    "unwilling": "No quiere pagar",
    "unknown": "Sin saber",
}
#: Log prior weights: forgetting is common, unwillingness is rare and must be earned.
PRIOR = {
    "forgot": 0.0, "short_of_cash": -0.4, "dispute": -1.2, "internal_error": -1.2, "payment_calendar": -0.6,
    "unreachable": -1.2, "unwilling": -2.0,
}  # fmt: skip
#: Below this confidence no cause is named.
LEAST = 0.45


@attrs.frozen
class Evidence:
    """A signal (condition over the visible fields), the cause it speaks for, its weight, and how it is told."""

    cause: str
    when: Mapping[str, Any]
    weight: float
    told: str


EVIDENCE: Sequence[Evidence] = (
    Evidence(
        "forgot", {"tarde_habitual": {"hasta": 0.25}, "vencidos": {"hasta": 1}}, 0.9, "Casi siempre paga a tiempo."
    ),
    Evidence("forgot", {"paga_tras_aviso": {"desde": 0.5}}, 1.2, "Suele pagar a los pocos días de un aviso."),
    Evidence("forgot", {"causa_declarada": "forgot"}, 4.0, "Dijo que se le pasó."),
    Evidence("short_of_cash", {"dijo_no_puede": {"desde": 1}}, 2.2, "Dijo que ahora no puede."),
    Evidence("short_of_cash", {"pidio_cuotas": {"desde": 1}}, 1.4, "Pidió otra fecha o cuotas."),
    Evidence("short_of_cash", {"abonos": {"desde": 1}}, 1.3, "Va abonando por partes."),
    Evidence("short_of_cash", {"presupuesto_declarado": True}, 1.5, "Declaró cuánto puede pagar."),
    Evidence(
        "short_of_cash", {"importe_sobre_habitual": {"desde": 3}}, 0.8, "El importe es mucho mayor que el habitual."
    ),
    Evidence("short_of_cash", {"vencidos": {"desde": 3}}, 0.7, "Se le juntaron varios documentos vencidos."),
    Evidence("short_of_cash", {"tendencia_dias": {"desde": 7}}, 0.7, "Cada vez paga más tarde."),
    Evidence("short_of_cash", {"causa_declarada": "short_of_cash"}, 4.0, "Dijo que le falta liquidez."),
    Evidence("dispute", {"aclaracion_abierta": True}, 4.0, "Tiene una aclaración abierta."),
    Evidence("dispute", {"causa_declarada": "dispute"}, 4.0, "Dijo que no está de acuerdo."),
    Evidence("internal_error", {"error_propio": True}, 3.5, "La factura rebotó, se corrigió o no le llegó."),
    Evidence(
        "internal_error", {"causa_declarada": "internal_error"}, 4.0, "Dijo que la factura está mal o no le llegó."
    ),
    Evidence("payment_calendar", {"paga_en_viernes": {"desde": 0.6}}, 1.4, "Paga en viernes."),
    Evidence("payment_calendar", {"paga_a_fin_de_mes": {"desde": 0.5}}, 1.6, "Paga a fin de mes."),
    Evidence(
        "payment_calendar",
        {"dias_sobre_lo_habitual": {"hasta": 0}, "atraso_habitual": {"desde": 2}, "pagos_conocidos": {"desde": 4}},
        1.6,
        "Siempre paga unos días después y todavía no llega su día.",
    ),
    Evidence("payment_calendar", {"causa_declarada": "payment_calendar"}, 4.0, "Dijo qué días paga."),
    Evidence("unreachable", {"sin_contacto_util": True}, 3.5, "No hay un contacto que funcione."),
    Evidence("unreachable", {"contactos_sin_respuesta": {"desde": 5}}, 1.8, "No contesta ni abre los mensajes."),
    Evidence("unwilling", {"promesas_incumplidas": {"desde": 2}}, 1.8, "Incumplió varias promesas."),
    Evidence("unwilling", {"enojo": {"desde": 2}}, 0.8, "Contestó con enojo más de una vez."),
    Evidence(
        "unwilling",
        {"dias_de_atraso": {"desde": 60}, "respondio": {"desde": 1}, "abonos": {"hasta": 0}},
        1.4,
        "Contesta, pero no abona nada desde hace dos meses.",
    ),
    Evidence("unwilling", {"causa_declarada": "unwilling"}, 4.0, "Dijo que no va a pagar."),
)


def infer(accounts: pl.DataFrame, evidence: Sequence[Evidence] = EVIDENCE, least: float = LEAST) -> pl.DataFrame:
    """The accounts with `cause` (one of CAUSES or unknown), `cause_confidence` (0-1) and `cause_signals`, the
    sentences of the signals that spoke for it. `accounts` brings the columns of `conditions.FIELDS` that are known."""
    known = with_fields(accounts)
    present = [condition(e.when, f"causa {e.cause}") for e in evidence]
    weight = {
        cause: pl.lit(PRIOR[cause])
        + pl.sum_horizontal(
            [
                pl.when(p).then(e.weight).otherwise(0.0)
                for p, e in zip(present, evidence, strict=True)
                if e.cause == cause
            ]
        )
        for cause in CAUSES
    }
    shares = known.select(weight[cause].exp().alias(cause) for cause in CAUSES)
    best = pl.max_horizontal(CAUSES)
    named = shares.select(
        cause_confidence=best / pl.sum_horizontal(CAUSES),
        cause=pl.coalesce([pl.when(pl.col(cause) == best).then(pl.lit(cause)) for cause in CAUSES]),
    )
    signals = known.with_columns(named).select(
        cause=pl.when(pl.col("cause_confidence") >= least).then("cause").otherwise(pl.lit("unknown")),
        cause_confidence=pl.col("cause_confidence"),
        cause_signals=pl.concat_list(
            [
                pl.when(p & (pl.col("cause") == e.cause) & (pl.col("cause_confidence") >= least)).then(pl.lit(e.told))
                for p, e in zip(present, evidence, strict=True)
            ]
        ).list.drop_nulls(),
    )
    return accounts.with_columns(signals)
