"""Scripts on disk and in the memory: the ones that come with the product, and which one speaks for an account."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Subquery

from puntual.apps.workbench.models import DeskSettings, ScriptVersion
from puntual.core.workbench import script

SHIPPED = Path(__file__).parent / "guiones"


@lru_cache(maxsize=1)
def shipped() -> tuple[dict[str, Any], ...]:
    """The documents that come with the product, checked."""
    found = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yaml"))]
    for document in found:
        script.read(document)
    return tuple(found)


def active(creditor_id: int) -> tuple[list[tuple[int | None, script.Script]], str]:
    """(version, script) of the scripts in force, and the tone of the creditor's desk: one query. The shipped ones,
    without a version, while the creditor has none."""
    tone = DeskSettings.objects.filter(pk=creditor_id).values("tone")
    rows = ScriptVersion.objects.filter(script__creditor_id=creditor_id, state="active").order_by("pk")
    found = list(rows.values_list("pk", Subquery(tone)))
    own: list[tuple[int | None, script.Script]] = [(pk, _tree(pk)) for pk, _ in found]
    return own or [(None, tree) for tree in _shipped_trees()], (found and found[0][1]) or DeskSettings().tone


@lru_cache(maxsize=512)
def _tree(version_id: int) -> script.Script:
    """A version that was put in force never changes: it is read once."""
    return script.read(ScriptVersion.objects.get(pk=version_id).document)


@lru_cache(maxsize=1)
def _shipped_trees() -> tuple[script.Script, ...]:
    return tuple(script.read(document) for document in shipped())


def fitting(creditor_id: int, *, stage: str, segment: str, country: str) -> tuple[int | None, script.Script] | None:
    """The script that speaks for an account; the administrative one where no other fits."""
    have, tone = active(creditor_id)
    best = script.fitting([one for _, one in have], stage=stage, segment=segment, country=country, tone=tone)
    if best is None:
        return have[0] if have else None
    return next(pair for pair in have if pair[1] is best)
