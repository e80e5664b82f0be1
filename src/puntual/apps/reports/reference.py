"""The reference page of indicators, written from the registry: the page cannot say what the product does not
compute."""

from __future__ import annotations

from itertools import groupby

from puntual.apps.reports.export_xlsx import UNITS
from puntual.core.reports.measure import Kpi
from puntual.core.reports.registry import REGISTRY

_BETTER = {"up": "mejor si sube", "down": "mejor si baja", "": "ni subir ni bajar es bueno por sí mismo"}
_DIMENSIONS = {"segment": "segmento", "stage": "etapa", "channel": "canal", "agent": "persona",
               "campaign": "campaña"}  # fmt: skip
_HEAD = """# Indicadores

Esta página se escribe sola desde el registro del producto (`core/reports/registry.py`); una prueba comprueba que está
al día.

Reglas de todos: el periodo incluye sus dos días; el corte es el cierre del último día; cuenta la fecha del hecho, no la
de su carga; cada moneda va por su lado y nunca se suman; sin denominador no hay cifra, sino una frase que dice por qué.
El periodo anterior tiene los mismos días y termina la víspera. Los porcentajes y los días llevan dos decimales,
redondeados a la mitad hacia fuera.

En la línea de órdenes: `puntual report kpis --from 2026-04-01 --to 2026-04-30 --creditor CÓDIGO [--by segment]`.
"""


def page() -> str:
    """The whole page in Markdown."""
    parts = [_HEAD]
    for group, members in groupby(REGISTRY, key=lambda kpi: kpi.group):
        parts.append(f"\n## {group.capitalize()}\n")
        parts += [_one(kpi) for kpi in members]
    return "".join(parts)


def _one(kpi: Kpi) -> str:
    lines = [f"\n### {kpi.name} (`{kpi.code}`)\n", f"\n**{kpi.formula}**\n", f"\n- Variante: {kpi.variant}\n"]
    if kpi.numerator:
        lines.append(f"- Numerador: {kpi.numerator}\n")
    if kpi.denominator:
        lines.append(f"- Denominador: {kpi.denominator}\n")
    by = ", ".join(_DIMENSIONS[d] for d in kpi.by) or "toda la empresa"
    money = "una cifra por moneda" if kpi.money else "una cifra por empresa"
    lines.append(f"- Unidad: {UNITS[kpi.unit]}; {money}; {_BETTER[kpi.better]}\n")
    lines.append(f"- Corte: {kpi.cut_off}\n- Se separa por: {by}\n- Fuente: {kpi.source}\n")
    return "".join(lines)
