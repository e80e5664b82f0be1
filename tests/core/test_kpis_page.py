"""The reference page says exactly what the registry computes."""

from __future__ import annotations

from pathlib import Path

from puntual.apps.reports.reference import page
from puntual.core.reports.registry import REGISTRY

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "kpis.md"


def test_the_page_is_the_registry():
    """To write it again: python -c "from puntual.apps.reports.reference import page; print(page(), end='')" """
    assert PAGE.read_text(encoding="utf-8") == page()


def test_no_indicator_is_missing():
    text = PAGE.read_text(encoding="utf-8")
    assert [kpi.code for kpi in REGISTRY if f"(`{kpi.code}`)" not in text] == []
