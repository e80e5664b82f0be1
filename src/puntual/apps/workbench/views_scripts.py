"""Guiones: the list, a version as a tree that is edited step by step, its findings, and how each branch does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.scope import Scope, page, screen
from puntual.apps.workbench import outside, read_scripts, write_scripts
from puntual.core.errors import Refused, UnusableInput
from puntual.core.workbench import script
from puntual.ui.channels import STAGES


@screen
@require_GET
def scripts(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every script with its versions and what it is for."""
    rows = []
    for row, versions in read_scripts.scripts(scope.creditor.pk):
        now = next((v for v in versions if v.state == "active"), versions[0] if versions else None)
        document = now.document if now else {}
        rows.append({"script": row, "versions": versions, "now": now, "scope": document})
    return page(request, scope, "workbench/scripts.html", {"rows": rows})


@screen
@require_POST
def draft(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A draft to change, from the last version."""
    try:
        row = write_scripts.draft_of(script_id=pk, creditor_id=scope.creditor.pk, at=timezone.now(), by=request.user.pk)
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("workbench:scripts")
    return redirect("workbench:version", pk=row.pk)


@screen
@require_GET
def version(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One version as a tree: what is said, what is answered, and where each answer leads."""
    row = read_scripts.version(pk, scope.creditor.pk)
    if row is None:
        raise Http404
    problem, findings = "", []
    try:
        tree = script.read(row.document)
        findings = outside.findings(
            tree.country or scope.creditor.country, [tree.stage] if tree.stage else [], tree.text()
        )
    except UnusableInput as error:
        problem = error.sentence
    measured = {one.node: one for one in read_scripts.measured(row.pk)}
    context = {
        "row": row,
        "steps": _steps(row.document, measured),
        "problem": problem,
        "findings": findings,
        "editing": row.state == "draft",
        "facts": script.FACTS,
        "stages": STAGES.items(),
        "tones": script.TONES,
        "acts": [(code, _ACTS[code]) for code in script.ACTS],
        "names": list((row.document.get("pasos") or {}).keys()),
        "document": row.document,
    }
    return page(request, scope, "workbench/script.html", context)


_ACTS = {
    "": gettext_lazy("Ninguno"),
    "promise": gettext_lazy("Promesa"),
    "agreement": gettext_lazy("Convenio"),
    "dispute": gettext_lazy("Aclaración"),
    "call_back": gettext_lazy("Volver a llamar"),
    "result": gettext_lazy("Resultado"),
    "transfer": gettext_lazy("Pasar a otra persona"),
}


def _steps(document: dict[str, Any], measured: dict[str, script.Measured]) -> list[dict[str, Any]]:
    """The steps in the order in which one walks the tree, each with its depth."""
    steps = document.get("pasos") or {}
    found: list[dict[str, Any]] = []
    seen: set[str] = set()

    def walk(name: str, depth: int) -> None:
        body = steps.get(name)
        if body is None or name in seen:
            return
        seen.add(name)
        answers = body.get("respuestas") or []
        found.append(
            {
                "id": name, "depth": min(depth, 5), "say": body.get("decir", ""), "advice": body.get("consejo", ""),
                "act": body.get("acto", ""), "act_name": _ACTS.get(body.get("acto", ""), ""), "answers": answers,
                "text": "\n".join(f"{a.get('dice', '')} -> {a.get('va', '')}" for a in answers),
                "objection": script.OBJECTIONS.get(name, ""), "measured": measured.get(name),
            }
        )  # fmt: skip
        for answer in answers:
            walk(str(answer.get("va", "")), depth + 1)

    walk(script.START, 0)
    for name in [*script.OBJECTIONS, *steps]:
        walk(name, 0)
    return found


@screen
@require_POST
def step(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Write one step of a draft, or add one, or take it out (without words)."""
    name = request.POST.get("step", "").strip().lower().replace(" ", "_")
    body = {
        "decir": request.POST.get("say", "").strip(),
        "consejo": request.POST.get("advice", "").strip(),
        "acto": request.POST.get("act", ""),
        "respuestas": _answers(request.POST.get("answers", "")),
    }
    try:
        if not name:
            raise UnusableInput(_("Póngale un nombre corto al paso, por ejemplo «fecha»."), field="step")
        write_scripts.change_step(version_id=pk, creditor_id=scope.creditor.pk, step=name, body=body)
        messages.success(request, _("Paso guardado en el borrador."))
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("workbench:version", pk=pk)


def _answers(text: str) -> list[dict[str, str]]:
    """One answer a line: «Lo que dice -> paso al que va»."""
    rows = []
    for line in text.splitlines():
        said, arrow, to = line.partition("->")
        if said.strip():
            rows.append({"dice": said.strip(), "va": to.strip() if arrow else ""})
    return rows


@screen
@require_POST
def reach(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """For whom the script is."""
    given = {name: request.POST.get(name, "").strip() for name in ("nombre", "etapa", "segmento", "pais", "tono")}
    given["pais"] = given["pais"].upper()[:2]
    try:
        write_scripts.change_scope(version_id=pk, creditor_id=scope.creditor.pk, scope=given)
        messages.success(request, _("Guardado en el borrador."))
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("workbench:version", pk=pk)


@screen
@require_POST
def activate(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Put it in force, if it is whole and the norm has nothing against it."""
    try:
        write_scripts.activate(
            version_id=pk, creditor_id=scope.creditor.pk, country=scope.creditor.country, findings=outside.findings,
            at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("El guion está en vigor: se usa desde la próxima persona."))
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
    return redirect("workbench:version", pk=pk)
