"""REST: every report as the command line gives it, and what each indicator means."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from puntual.apps.access.problems import Bearer, Problem, creditor_of
from puntual.apps.reports import export, read, tables
from puntual.apps.reports.choices import TITLES
from puntual.core.errors import UnusableInput
from puntual.core.reports.registry import REGISTRY
from puntual.core.time import local_date

router = Router(tags=["Reportes"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem}


@router.get("/reports", response={200: Any, **ERRORS}, auth=Bearer("read"))
def definitions(request: HttpRequest) -> Any:
    """Los reportes que hay, y cada indicador con su fórmula, su variante y sus partes."""
    return {
        "reports": [{"report": kind, "name": str(name)} for kind, name in TITLES.items()],
        "kpis": [
            {"code": k.code, "name": k.name, "group": k.group, "formula": k.formula, "variant": k.variant,
             "numerator": k.numerator, "denominator": k.denominator or None, "unit": k.unit, "cut_off": k.cut_off,
             "source": k.source, "by": list(k.by), "per_currency": k.money}
            for k in REGISTRY
        ],
    }  # fmt: skip


@router.get("/reports/{kind}", response={200: Any, **ERRORS}, auth=Bearer("read"))
def report(
    request: HttpRequest,
    kind: str,
    creditor: str | None = None,
    by: str | None = None,
    form: str = Query("json", alias="format"),  # noqa: B008
    table: str = "",
    start: date | None = Query(None, alias="from"),  # noqa: B008
    end: date | None = Query(None, alias="to"),  # noqa: B008
) -> Any:
    """Un reporte de una empresa entre dos días, ambos incluidos; por omisión, los 30 días hasta ayer.

    `format`: json, csv, xlsx, pdf o parquet. Un parquet lleva una tabla: la que diga `table`, o la primera.
    """
    one = creditor_of(request, creditor)
    last = end or local_date(timezone.now(), one.zone) - timedelta(days=1)
    first = start or last - timedelta(days=29)
    if last < first:
        raise UnusableInput(f"El periodo termina ({last}) antes de empezar ({first}): cambie from o to.")
    if kind not in TITLES:
        raise UnusableInput(f"No hay un reporte «{kind}». Los que hay: {', '.join(TITLES)}.")
    built = read.kpis(one, first, last, by or "") if kind == "kpis" else read.built(kind, one, first, last)
    if form == "json":
        return tables.document([built])
    if form not in export.TYPES:
        raise UnusableInput(f"No hay un formato «{form}»: use json, {', '.join(export.TYPES)}.", field="format")
    answer = HttpResponse(export.render([built], form, table), content_type=export.TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{kind}-{one.code}-{first}-{last}.{form}"'
    return answer
