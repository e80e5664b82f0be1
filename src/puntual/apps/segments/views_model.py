"""The model's card, with what it said and what came, and two policies compared over the company's own past."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from puntual.apps.policies import read as policies
from puntual.apps.scope import Scope, page, screen
from puntual.apps.segments import read, read_watch
from puntual.apps.segments.choices import FEATURE_NAMES
from puntual.core.segments import calibration
from puntual.core.segments.exam import WATCHED_DAYS

#: A feature that changed more than this since training is told.
DRIFTED = 0.25
PERIODS = (14, 30, 60, 90)


@screen
@require_GET
def card(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What was learnt from what, how good it is beside plain lines, and whether it still is."""
    scoring, champion = read.scoring(scope.creditor.pk), read.champion(scope.creditor.pk)
    since = scope.today - timedelta(weeks=calibration.WATCH_WEEKS)
    live = read_watch.live_calibration(scope.creditor.pk, since)
    verdict = read_watch.verdict(scope.creditor.pk, scope.today + timedelta(days=1))
    measured = champion.measured if champion else {}
    rows = live.to_dicts() or measured.get("said") or []
    context = {
        "tab": "modelo", "scoring": scoring, "champion": champion, "card": champion.card if champion else {},
        "learnt": [_day(champion.card.get(k)) for k in ("cut", "first_issue")] if champion else [],
        "table": _table(measured), "cold": _cold(measured), "measured": measured,
        "chance": _chance(measured), "exam": _day(measured.get("cut")),
        "said": [_said(row) for row in rows], "live": bool(live.height), "live_n": int(live["rows"].sum() or 0),
        "finding": _finding(rows), "verdict": verdict, "days": WATCHED_DAYS, "weeks": calibration.WATCH_WEEKS,
        "brier": [_figure(verdict.model_brier), _figure(verdict.naive_brier)],
        "least": calibration.WATCH_ITEMS,
        "drift": [
            (FEATURE_NAMES.get(name, name), _figure(psi), psi > DRIFTED)
            for name, psi in (scoring.drift if scoring else [])[:6]
        ],
        "models": read.models(scope.creditor.pk),
    }  # fmt: skip
    return page(request, scope, "segments/model.html", context)


def _day(text: str | None) -> date | None:
    """A day as the card keeps it."""
    return date.fromisoformat(text) if text else None


def _figure(value: float | None, places: int = 3) -> str:
    return "—" if value is None else f"{value:.{places}f}".replace(".", ",")


def _table(measured: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Each line with its figures: AUC, Brier and ECE of late; ECE of 7, 14 and 30 days; days; cash of 30 days."""
    if not measured:
        return []
    lines = {
        _("Este modelo"): measured, _("Línea simple: lo habitual de cada cliente"): measured["naive"],
        _("Con poca historia (contraída)"): measured["baselines"]["shrinkage"],
        _("Regresión logística"): measured["baselines"]["logistic"],
    }  # fmt: skip
    return [
        (
            name,
            [_figure(line["late"][k]) for k in ("auc", "brier", "ece")]
            + [_figure(line["open_book"][f"paid_{h}"]["ece"]) for h in (7, 14, 30)]
            + [_figure(line["mae_days"], 1), _figure(line["cash_30_wape"])],
        )
        for name, line in lines.items()
    ]


def _chance(measured: dict[str, Any]) -> tuple[str, int] | None:
    """The ECE that luck alone would give, and of how many documents; None where it was not measured."""
    late = measured.get("late") or {}
    return (_figure(late["ece_by_chance"]), late["n"]) if late.get("n") else None


def _cold(measured: dict[str, Any]) -> list[tuple[str, int, str, str, str]]:
    return [
        (row["known_payments"], row["n"], _figure(row["own"]), _figure(row["shrinkage"]), _figure(row["model"]))
        for row in measured.get("cold_start", [])
    ]


def _said(row: dict[str, Any]) -> dict[str, Any]:
    percent = {k: round(100 * row[k]) for k in ("said", "happened", "low", "high")}
    drawn = {f"x_{k}": 10 * v for k, v in percent.items()}
    return {**percent, **drawn, "rows": row["rows"], "wide": max(10 * (percent["high"] - percent["low"]), 4)}


def _finding(rows: list[dict[str, Any]]) -> str:
    """The sentence of the chart: of those told about 70 %, how many paid."""
    if not rows:
        return ""
    row = min(rows, key=lambda r: abs(r["said"] - 0.7))
    values = {"said": round(100 * row["said"]), "came": round(100 * row["happened"]), "n": row["rows"]}
    return _("De los que dijimos %(said)s %%, pagó el %(came)s %% (%(n)s documentos).") % values


@screen
@require_GET
def compare(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Two policies over the same days of the company's own past."""
    known = [(str(p.pk), p.name) for p in policies.policies_of(scope.creditor.pk)]
    ids = {pk for pk, _name in known}
    a, b = request.GET.get("a", ""), request.GET.get("b", "")
    text = request.GET.get("dias", "30")
    days = int(text) if text.isdigit() and int(text) in PERIODS else 30
    asked = a in ids and b in ids and a != b
    found = None
    if asked and request.GET.get("ya"):
        found = import_string(settings.POLICY_COMPARISON)(scope.creditor, int(a), int(b), days)
    context = {
        "tab": "comparar", "policies": known, "a": a or (known[0][0] if known else ""), "b": b, "days": str(days),
        "periods": [(str(d), _("%(d)s días") % {"d": d}) for d in PERIODS], "asked": asked, "found": found,
        "same": bool(a) and a == b, "query": request.GET.urlencode(),
    }  # fmt: skip
    return page(request, scope, "segments/compare.html", context)
