"""Reads of scripts: the list, one version as a tree, and how each branch does."""

from __future__ import annotations

from collections.abc import Sequence

from puntual.apps.workbench import speech
from puntual.apps.workbench.models import Handling, Script, ScriptUse, ScriptVersion
from puntual.core.workbench.script import Measured, measure


def scripts(creditor_id: int) -> list[tuple[Script, list[ScriptVersion]]]:
    """Each script with its versions, newest first."""
    rows = Script.objects.filter(creditor_id=creditor_id).prefetch_related("versions").order_by("name")
    return [(row, sorted(row.versions.all(), key=lambda v: -v.number)) for row in rows]


def version(pk: int, creditor_id: int) -> ScriptVersion | None:
    return ScriptVersion.objects.select_related("script").filter(pk=pk, script__creditor_id=creditor_id).first()


def measured(version_id: int) -> tuple[Measured, ...]:
    """How often each branch was used, and how many of those conversations ended in a promise or a plan."""
    uses = list(ScriptUse.objects.filter(version_id=version_id).values_list("node", "handling_id"))
    done = Handling.objects.filter(pk__in={h for _, h in uses}, outcome__in=("promise", "agreement"))
    return measure(uses, frozenset(done.values_list("pk", flat=True)))


def lines(creditor_id: int, *, stage: str, country: str, steps: Sequence[str]) -> list[str]:
    """What the script in force for a stage says at those steps; the ones that it does not have are left out."""
    found = speech.fitting(creditor_id, stage=stage, segment="", country=country)
    if found is None:
        return []
    _version, tree = found
    return [tree.nodes[step].say for step in steps if step in tree.nodes]
