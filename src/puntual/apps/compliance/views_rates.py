"""Tasas on screen: what each country needs, what is missing, and new rows pasted, looked at and loaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.compliance import read_law, read_rates
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput
from puntual.core.ledger.rate_text import ReadRates, changes, read_rows
from puntual.core.ledger.rates import RateTables
from puntual.law import rate_files
from puntual.law.charges_loader import countries

_INDEX = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_MOST = 200_000


@screen
@require_GET
def rates(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The indexes of a country: their value today, those without one first, and the form to load more."""
    wanted = request.GET.get("pais", scope.creditor.country).upper()
    country = wanted if wanted in countries() else scope.creditor.country
    houses = {c.country for c in scope.creditors}
    context: dict[str, Any] = {
        "country": country,
        "countries": [p for p in read_law.packs() if p.country in countries()],
        "indexes": read_rates.indexes_of(country, scope.today) if country in countries() else [],
        "missing": read_rates.missing(houses, scope.today),
        "loads": read_rates.loads(),
        "index": request.GET.get("indice", ""),
    }
    return page(request, scope, "compliance/rates.html", context)


@screen
@require_GET
def index(request: HttpRequest, scope: Scope, name: str) -> HttpResponse:
    """The rows of one index, newest first, and the rules that read it."""
    rows = read_rates.tables().tables.get(name, ())
    uses = rate_files.uses(name)
    notices = rate_files.notice_uses(name)
    if not rows and not uses and not notices:
        messages.error(request, _("Ninguna norma usa ese índice."))
        return redirect("compliance:rates")
    context = {
        "name": name,
        "rows": rows[::-1],
        "uses": uses,
        "notices": notices,
        "faults": read_rates.index_faults(name, scope.today),
        "country": uses[0].country if uses else notices[0][0] if notices else scope.creditor.country,
    }
    return page(request, scope, "compliance/rate.html", context)


@screen
@require_POST
def load(request: HttpRequest, scope: Scope) -> HttpResponse:
    """First a look at what was understood and what it changes; with «guardar», into the tables."""
    name = request.POST.get("indice", "").strip().upper()
    source = request.POST.get("fuente", "").strip()
    try:
        text = _text(request)
        found = _read(name, text, source)
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("compliance:rates")
    if "guardar" in request.POST and not found.faults:
        return _save(request, name, found)
    context = {
        "index": name,
        "text": text,
        "source": source,
        "found": found,
        "changes": changes(name, found.rows, read_rates.tables()),
        "effects": read_rates.effects(name, found.rows, scope.today) if found.rows else [],
        "uses": rate_files.uses(name) or rate_files.notice_uses(name),
    }
    return page(request, scope, "compliance/rates_preview.html", context)


def _text(request: HttpRequest) -> str:
    """What was pasted, or the file."""
    file = request.FILES.get("archivo")
    if not isinstance(file, UploadedFile):
        return request.POST.get("filas", "")
    if (file.size or 0) > _MOST:
        raise UnusableInput(_("El archivo es demasiado grande para una tabla de tasas."), field="archivo")
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableInput(_("El archivo no es texto en UTF-8: guárdelo como CSV UTF-8."), field="archivo") from None


def _read(name: str, text: str, source: str) -> ReadRates:
    if not _INDEX.fullmatch(name):
        raise UnusableInput(_("Diga el índice en mayúsculas, cifras y «_», por ejemplo IBC_CONSUMO."), field="indice")
    found = read_rows(text, source)
    if not found.rows and not found.faults:
        raise UnusableInput(_("Pegue al menos una fila: desde; hasta; valor; fuente."), field="filas")
    return found


def _save(request: HttpRequest, name: str, found: ReadRates) -> HttpResponse:
    rate_files.save(Path(settings.DATA), RateTables({name: found.rows}))
    audit.record(
        act=read_rates.LOADED, actor=request.user, kind="rates",
        detail={"rows": {name: len(found.rows)}, "from": str(found.rows[0].start), "by": "screen"},
    )  # fmt: skip
    messages.success(request, _("Cargado: rige desde ahora. Los días que esperaban este valor se cobrarán esta noche."))
    return redirect("compliance:rate", name)
