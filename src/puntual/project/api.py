"""`/api/v1/`: one API from the routers of the apps. Errors are problem documents with a Spanish sentence."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from puntual import __version__
from puntual.apps.access.api import router as approvals
from puntual.apps.access.problems import problem
from puntual.apps.escalation.api import router as legal
from puntual.apps.negotiation.api import router as negotiation
from puntual.apps.negotiation.api_deals import router as deals
from puntual.apps.negotiation.api_disputes import router as disputes
from puntual.apps.outreach.api import router as outreach
from puntual.apps.parties.api import router as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.payments.api import router as payments
from puntual.apps.planning.api import router as planning
from puntual.apps.receivables.api import router as receivables
from puntual.apps.reports.api import router as reports
from puntual.core.errors import Refused, UnusableInput

api = NinjaAPI(
    title="Puntual", version=__version__, description="Cobranza amable, legal y medible.", urls_namespace="api",
    docs_url="/docs", openapi_url="/openapi.json",
)  # fmt: skip
for router in (
    parties, receivables, negotiation, deals, disputes, payments, approvals, legal, planning, reports, outreach,
):  # fmt: skip
    api.add_router("", router)


@api.exception_handler(UnusableInput)
def _unusable(request: HttpRequest, error: UnusableInput) -> HttpResponse:
    missing = error.sentence.startswith("No hay")
    return problem(404 if missing else 400, "No se puede usar" if not missing else "No existe", error.sentence)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(403, "No permitido", error.sentence)


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(401, "Sin permiso", "Falta una llave válida: envíe Authorization: Bearer con la suya.")


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    where = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors[:10])
    return problem(422, "Datos que no se entienden", where)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "No se puede", str(error))


def run_day(creditor: Creditor, as_of: str | None) -> dict[str, Any]:
    """Bound for the API: decide a day, as `puntual run` does."""
    from puntual.pipeline.daily_run import run_day as decide
    from puntual.pipeline.desk import build_queue
    from puntual.project.cli.run_ import moment

    instant, past = moment(as_of, creditor.zone)
    done = decide(creditor=creditor, as_of=instant, past=past).as_json()
    if not past:
        build_queue(creditor=creditor, now=instant)
    return done
