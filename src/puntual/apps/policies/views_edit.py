"""Changing a policy: steps, general rules, the text. Every change goes to the draft; undo brings the text back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from puntual.apps.outreach import read_templates
from puntual.apps.policies import editing, write
from puntual.apps.policies import read_screens as screens
from puntual.apps.policies.forms import RulesForm, StepForm, TextForm, add_problems, rules_initial, step_initial
from puntual.apps.policies.views import the_policy
from puntual.apps.policies.words import when
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput

_STEP_FIELDS = {
    "dia": "days", "plantilla": "template", "canales": "channels", "tono": "tone", "prob_tarde": "late",
    "dias_maximos": "max_days",
}  # fmt: skip
_RULE_FIELDS = {
    "politica": "name", "hora": "hour", "dias_entre_contactos": "gap", "minimo": "minimum", "canales": "channels",
    "dias_de_credito": "credit_days", "interes_moratorio_pct": "interest", "dias_de_gracia": "grace",
    "gastos_de_cobranza": "fees_pct", "etapas": "administrative",
}  # fmt: skip


def keep(request: HttpRequest, one: screens.Shown, text: str, said: str) -> HttpResponse:
    """Save the draft, remember how it was, and go back to the line of time."""
    write.save_draft(policy=one.policy, text=text, author_id=request.user.pk)
    request.session["policy_undo"] = {"policy": one.policy.pk, "text": one.text}
    messages.success(request, said, extra_tags=reverse("policies:undo", args=[one.policy.pk]))
    return redirect("policies:policy", one.policy.pk)


@screen
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, scope: Scope, pk: int, step_id: str = "") -> HttpResponse:
    """One step, new or as it is written."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    written = editing.step_of(one.text, step_id) if step_id else {}
    if written is None:
        raise Http404
    currency = scope.creditor.currency
    initial = step_initial(written, currency) if written else {}
    templates = read_templates.choices(scope.creditor.pk)
    form = StepForm(request.POST or None, initial=initial, templates=templates, currency=currency)
    if request.method == "POST" and form.is_valid():
        made = form.step(written)
        try:
            _check_day(one, made, step_id)
            text = editing.with_step(one.text, step_id or None, made)
            return keep(request, one, text, _("Paso guardado: %s.") % when(made["dia"]).lower())
        except UnusableInput as error:
            add_problems(form, error, _STEP_FIELDS)
    title = when(int(written["dia"])) if written else _("Un paso nuevo")
    return page(request, scope, "policies/step.html", {"one": one, "form": form, "title": title, "step_id": step_id})


def _check_day(one: screens.Shown, made: dict[str, object], step_id: str) -> None:
    """One step a day: two would speak twice."""
    for other in one.value.steps:
        if other.day == made["dia"] and other.id != step_id:
            raise UnusableInput(_("dia: ya hay un paso ese día; elija otro."))


@screen
@require_POST
def remove(request: HttpRequest, scope: Scope, pk: int, step_id: str) -> HttpResponse:
    """Take a step out; it can be undone."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    written = editing.step_of(one.text, step_id)
    if written is None:
        raise Http404
    try:
        text = editing.without_step(one.text, step_id)
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("policies:policy", pk)
    return keep(request, one, text, _("Paso quitado: %s.") % when(int(written["dia"])).lower())


@screen
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What holds for every step."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    doc, currency = editing.document(one.text), scope.creditor.currency
    form = RulesForm(request.POST or None, initial=rules_initial(doc, one.value, currency), currency=currency)
    if request.method == "POST" and form.is_valid():
        try:
            text = editing.with_rules(one.text, form.rules(doc, currency))
            return keep(request, one, text, _("Reglas generales guardadas."))
        except UnusableInput as error:
            add_problems(form, error, _RULE_FIELDS)
    return page(request, scope, "policies/rules.html", {"one": one, "form": form})


@screen
@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The policy as text, with every problem and its place."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    form = TextForm(request.POST or None, initial={"text": one.text})
    if request.method == "POST" and form.is_valid():
        try:
            made = form.cleaned_data["text"].replace("\r\n", "\n")
            return keep(request, one, made, _("Texto guardado."))
        except UnusableInput as error:
            for line in error.sentence.split("\n"):
                form.add_error("text", line)
    return page(request, scope, "policies/text.html", {"one": one, "form": form})


@screen
@require_POST
def discard(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Forget the draft; it can be undone."""
    one = the_policy(scope, pk)
    gone = write.discard_draft(policy=one)
    if gone is not None:
        request.session["policy_undo"] = {"policy": pk, "text": gone}
        messages.success(request, _("Cambios descartados."), extra_tags=reverse("policies:undo", args=[pk]))
    return redirect("policies:policy", pk) if one.pk else redirect("policies:index")


@screen
@require_POST
def undo(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Bring back the text as it was before the last change of this session."""
    kept = request.session.pop("policy_undo", None)
    if not kept or kept["policy"] != pk:
        raise Http404
    found = screens.own(scope.creditor.pk, pk)
    if found is None:
        made = write.save_version(creditor_id=scope.creditor.pk, text=kept["text"], author_id=request.user.pk)
        pk = made.policy_id
    else:
        write.save_draft(policy=found, text=kept["text"], author_id=request.user.pk)
    messages.success(request, _("Como estaba."))
    return redirect("policies:policy", pk)
