"""Riesgo y segmentos in a real browser: every page readable by anybody, and an experiment told before it starts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from puntual.apps.parties.models import Creditor
from puntual.apps.segments import read
from puntual.apps.segments.models import Experiment
from puntual.pipeline.scoring import score_day

pytestmark = pytest.mark.journey


@pytest.fixture
def scored(portfolio):
    score_day(creditor=Creditor.objects.get(), as_of=datetime.now(UTC), learner=None)
    return portfolio


def test_every_page_of_risk_is_accessible_in_light_and_dark_and_fits_a_phone(accessible, scored) -> None:
    segment = next(iter(read.scores_of(scored.accounts.values()).values())).segment
    for path in (
        "/riesgo/", "/riesgo/segmentos/", f"/riesgo/segmentos/{segment}/", "/riesgo/reglas/", "/riesgo/experimentos/",
        "/riesgo/experimentos/nuevo/", "/riesgo/canal-y-hora/", "/riesgo/modelo/", "/riesgo/comparar/",
        "/riesgo/recursos/", f"/clientes/{scored.accounts['C-1']}/",
    ):  # fmt: skip
        accessible(path)


def test_before_anything_is_scored_the_page_teaches_and_scores_with_one_click(open_page, portfolio) -> None:
    page = open_page("/riesgo/")
    assert page.locator("text=Todavía no hay calificaciones").is_visible()
    page.click("button:has-text('Calificar ahora')")
    page.wait_for_selector("text=documentos calificados")
    assert page.locator(".badge:has-text('Poca historia')").first.is_visible()


def test_a_figure_of_a_rule_is_changed_with_the_keyboard(open_page, scored) -> None:
    page = open_page("/riesgo/reglas/")
    field = page.locator("input[name='f.historia.1.pagos_conocidos.menor']")
    field.fill("6")
    field.press("Enter")
    page.wait_for_selector("text=Reglas guardadas")
    assert page.locator("input[name='f.historia.1.pagos_conocidos.menor']").input_value() == "6"
    assert not Experiment.objects.exists()
