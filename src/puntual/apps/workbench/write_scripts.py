"""The only writer of scripts: drafts, activation with the norm's word, and what was used in a conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from puntual.apps.workbench import speech
from puntual.apps.workbench.models import Script, ScriptUse, ScriptVersion
from puntual.core.errors import Refused, UnusableInput
from puntual.core.workbench import script as core

#: (country, stages, text) -> what the norm holds against the words.
Findings = Callable[[str, list[str], str], list[dict[str, Any]]]


@transaction.atomic
def install(*, creditor_id: int, at: datetime) -> int:
    """Give a creditor the scripts that come with the product, in force. Nothing where it has any already."""
    if Script.objects.filter(creditor_id=creditor_id).exists():
        return 0
    for document in speech.shipped():
        row = Script.objects.create(creditor_id=creditor_id, name=document["nombre"], created_at=at)
        ScriptVersion.objects.create(
            script=row, number=1, document=document, state="active", created_at=at, active_from=at
        )
    return len(speech.shipped())


@transaction.atomic
def draft_of(*, script_id: int, creditor_id: int, at: datetime, by: int | None) -> ScriptVersion:
    """The draft of a script: the one there is, or a copy of its last version."""
    row = Script.objects.select_for_update().filter(pk=script_id, creditor_id=creditor_id).first()
    if row is None:
        raise UnusableInput("Ese guion ya no está.")
    have = row.versions.filter(state="draft").first()
    if have is not None:
        return have
    last = row.versions.order_by("-number").first()
    number = (row.versions.aggregate(n=Max("number"))["n"] or 0) + 1
    document = last.document if last else speech.shipped()[0]
    return ScriptVersion.objects.create(script=row, number=number, document=document, created_at=at, by_id=by)


@transaction.atomic
def change_step(*, version_id: int, creditor_id: int, step: str, body: Mapping[str, Any]) -> ScriptVersion:
    """Write one step of a draft; an empty «decir» takes the step out. A draft may be incomplete."""
    row = _draft(version_id, creditor_id)
    steps = dict(row.document.get("pasos") or {})
    if not str(body.get("decir") or "").strip():
        if step == core.START:
            raise UnusableInput("El paso «inicio» no se puede quitar: es por donde empieza.", field="decir")
        steps.pop(step, None)
    else:
        steps[step] = {k: v for k, v in body.items() if v}
    row.document = {**row.document, "pasos": steps}
    row.save(update_fields=["document"])
    return row


@transaction.atomic
def change_scope(*, version_id: int, creditor_id: int, scope: Mapping[str, str]) -> ScriptVersion:
    """Name, stage, segment, country and tone of a draft."""
    row = _draft(version_id, creditor_id)
    row.document = {**row.document, **scope}
    row.save(update_fields=["document"])
    Script.objects.filter(pk=row.script_id).update(name=str(scope.get("nombre") or row.script.name)[:80])
    return row


@transaction.atomic
def activate(*, version_id: int, creditor_id: int, country: str, findings: Findings, at: datetime) -> ScriptVersion:
    """Put a draft in force in place of the one before. Refused while the tree is incomplete or the norm objects."""
    row = _draft(version_id, creditor_id)
    read = core.read(row.document)
    found = findings(read.country or country, [read.stage] if read.stage else [], read.text())
    if found:
        raise Refused(f"La norma no deja usar estas palabras: {found[0]['text']} ({found[0]['cite']})", reason="lint")
    ScriptVersion.objects.filter(script_id=row.script_id, state="active").update(state="retired")
    row.state, row.active_from = "active", at
    row.save(update_fields=["state", "active_from"])
    return row


@transaction.atomic
def used(*, version_id: int, handling_id: int, node: str, at: datetime) -> None:
    """A branch was opened in a conversation."""
    ScriptUse.objects.create(version_id=version_id, handling_id=handling_id, node=node[:30], at=at)


def _draft(version_id: int, creditor_id: int) -> ScriptVersion:
    row = ScriptVersion.objects.select_for_update().filter(pk=version_id, script__creditor_id=creditor_id).first()
    if row is None or row.state != "draft":
        raise UnusableInput("Solo se cambia un borrador: abra uno nuevo a partir del vigente.")
    return row
