"""A monitor is told how the house is doing, and nothing about anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from puntual.apps.parties import write as parties
from puntual.apps.planning import write as planning
from puntual.core import daily

pytestmark = pytest.mark.django_db


def test_it_tells_the_last_run_of_each_company(client):
    one = parties.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")
    nothing = pl.DataFrame(schema={name: spec.dtype for name, spec in daily.DECISION.items()})
    day = datetime(2026, 11, 24, 12, tzinfo=UTC)
    planning.save_plan(creditor_id=one.pk, day=date(2026, 11, 24), as_of=day, decision=nothing, seconds=1.5)
    told = client.get("/metrics").content.decode()
    assert 'puntual_run_seconds{creditor="norte"} 1.5' in told
    assert 'puntual_run_due_items{creditor="norte"} 0.0' in told
    assert "puntual_info{" in told


def test_another_machine_is_told_only_with_the_token(client, settings):
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 401
    settings.METRICS_TOKEN = "la-del-monitor"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer otra").status_code == 401
    told = client.get("/metrics", HTTP_AUTHORIZATION="Bearer la-del-monitor", REMOTE_ADDR="10.0.0.7")
    assert (told.status_code, b"puntual_info{" in told.content) == (200, True)
