"""Políticas: the list, one policy as a line of time, its preview, its versions, and who has it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.outreach import read_templates
from puntual.apps.parties import write_accounts
from puntual.apps.policies import presets, read, write
from puntual.apps.policies import read_screens as screens
from puntual.apps.policies.editing import with_rules
from puntual.apps.policies.forms import NewForm, add_problems
from puntual.apps.policies.models import Policy, PolicyVersion
from puntual.apps.policies.words import DEBTORS, INCENTIVES, stretches, when
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput

_SALT = "vista previa de una política"
_REPLAY_DAYS = 91


def the_policy(scope: Scope, pk: int) -> Policy:
    """The creditor's policy, or there is no such page."""
    found = screens.own(scope.creditor.pk, pk)
    if found is None:
        raise Http404
    return found


@screen
@require_GET
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every policy, with its rhythm."""
    return page(request, scope, "policies/index.html", {"policies": screens.every(scope.creditor.pk, timezone.now())})


@screen
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A new policy, from a starting point. Nothing of it rules until it is activated."""
    own = [(f"copia:{p.pk}", p.name) for p in read.policies_of(scope.creditor.pk)]
    start = scope.creditor.country if scope.creditor.country in presets.countries() else "MX"
    form = NewForm(request.POST or None, own=own, initial={"start": start})
    if request.method == "POST" and form.is_valid():
        try:
            version = _begin(scope, form.cleaned_data["start"], form.cleaned_data["name"].strip(), request.user.pk)
        except UnusableInput as error:
            add_problems(form, error, {"politica": "name"})
        else:
            return redirect("policies:policy", version.policy_id)
    return page(request, scope, "policies/new.html", {"form": form})


def _begin(scope: Scope, start: str, name: str, author: int | None) -> PolicyVersion:
    """The first draft of a policy. UnusableInput when its name is taken."""
    if start.startswith("copia:"):
        text = screens.shown(the_policy(scope, int(start[6:])), timezone.now()).text
    else:
        text = presets.nothing() if start == "nada" else presets.text_for(start)
    taken = {p.name for p in read.policies_of(scope.creditor.pk)}
    wanted = name or read.parse_text(text).name
    if wanted in taken and name:
        raise UnusableInput(_("Ya hay una política con ese nombre: elija otro."), field="politica")
    number = 2
    while wanted in taken:
        wanted, number = f"{read.parse_text(text).name} {number}", number + 1
    country = {"pais": scope.creditor.country} if start == "nada" else {}
    text = with_rules(text, {"politica": wanted, **country})
    return write.save_version(creditor_id=scope.creditor.pk, text=text, author_id=author)


@screen
@require_GET
def policy(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One policy as a line of time, with what the law says of it."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    context = _told(one) | {
        "segments": screens.segments(scope.creditor.pk),
        "incentives": [(INCENTIVES[row["tipo"]], row["pct"]) for row in one.value.incentives],
        "versions": read.versions_of(pk)[:6],
        "public": request.build_absolute_uri(reverse("public:policy", args=[one.policy.public_slug])),
    }
    return page(request, scope, "policies/policy.html", context)


def _told(one: screens.Shown) -> dict[str, Any]:
    found, problem = _findings(one)
    steps = [
        {"stretch": s, "steps": [{"step": step, "when": when(step.day), "words": read_templates.label(step.template)}
                                 for step in s.steps]}
        for s in stretches(one.value)
    ]  # fmt: skip
    return {"one": one, "value": one.value, "stages": steps, "findings": found, "law_problem": problem}


def _findings(one: screens.Shown) -> tuple[list[dict[str, Any]], str]:
    """What the law says of the policy, once per step and rule, and what keeps us from asking it."""
    try:
        every = import_string(settings.POLICY_FINDINGS)(one.value)
    except UnusableInput as error:
        return [], error.sentence
    told: dict[tuple[str, str], dict[str, Any]] = {}
    days = {s.id: s.day for s in one.value.steps}
    for f in every:
        row = told.setdefault((f["step"], f["rule"] or f["reason"]["code"]), {**f, "who": []})
        row["who"].append(str(DEBTORS.get(f["debtor"], f["debtor"])))
        row["when"] = when(days[f["step"]])
    return list(told.values()), ""


@screen
@require_GET
def preview(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What would change tomorrow if the draft ruled; only from here can it be activated."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    if one.draft is None:
        return redirect("policies:policy", pk)
    changes = import_string(settings.POLICY_CHANGES)(scope.creditor, pk, one.policy.default, one.value)
    names = _names(changes["rows"])
    rows = [{"row": r, "name": names.get(r["account"], "")} for r in changes["rows"]]
    token = signing.dumps({"version": one.draft.pk, "digest": one.draft.digest}, salt=_SALT)
    context = _told(one) | {"changes": changes, "rows": rows, "token": token, "replay_days": _REPLAY_DAYS}
    context["channels"] = _by_channel(changes)
    context |= {f"quiet_{side}": changes["accounts"] - changes[side]["messages"] for side in ("before", "after")}
    return page(request, scope, "policies/preview.html", context)


def _by_channel(changes: dict[str, Any]) -> list[tuple[str, int, int]]:
    before, after = dict(changes["before"]["channels"]), dict(changes["after"]["channels"])
    return [(c, before.get(c, 0), after.get(c, 0)) for c in sorted({*before, *after})]


def _names(rows: list[dict[str, Any]]) -> dict[int, str]:
    from puntual.apps.parties.models import Account

    return names_of(Account.objects.filter(pk__in=[r["account"] for r in rows]))


@screen
@require_GET
def replay(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The draft and what rules now, each replayed over the last quarter."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    ran = import_string(settings.POLICY_REPLAY)
    told = [(_("Como quedaría"), ran(scope.creditor, one.value, _REPLAY_DAYS))]
    if one.in_force and one.draft:
        told.insert(0, (_("Como está hoy"), ran(scope.creditor, read.parse_text(one.in_force.text), _REPLAY_DAYS)))
    return page(request, scope, "policies/replay.html", {"one": one, "told": told, "replay_days": _REPLAY_DAYS})


@screen
@require_POST
def activate(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Put the draft in force: the very text whose preview was seen, and only if the law lets it."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    try:
        seen = signing.loads(request.POST.get("vista", ""), salt=_SALT, max_age=24 * 3600)
    except signing.BadSignature:
        seen = {}
    if one.draft is None or seen != {"version": one.draft.pk, "digest": one.draft.digest}:
        messages.error(request, _("No se activó: cambió desde la vista previa. Mírela otra vez."))
        return redirect("policies:preview", pk)
    found, problem = _findings(one)
    if found or problem:
        messages.error(request, problem or _("No se activó: la norma no permite todos sus pasos. Corríjalos primero."))
        return redirect("policies:preview", pk)
    write.activate(version=one.draft)
    audit.record(act="policy_activated", actor=request.user, kind="policy_version", pk=one.draft.pk)
    messages.success(request, _("«%s» rige desde ahora.") % one.value.name)
    return redirect("policies:policy", pk)


@screen
@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, scope: Scope, pk: int, number: int) -> HttpResponse:
    """A version as it was; a post makes it the draft again."""
    one = the_policy(scope, pk)
    found = PolicyVersion.objects.filter(policy=one, number=number).select_related("author").first()
    if found is None:
        raise Http404
    if request.method == "POST":
        write.save_draft(policy=one, text=found.text, author_id=request.user.pk)
        messages.success(request, _("La versión %d está de nuevo en la mesa. Aún no rige.") % number)
        return redirect("policies:policy", pk)
    shown = screens.shown(one, timezone.now())
    ruling = shown.in_force is not None and shown.in_force.pk == found.pk
    context = {"one": shown, "version": found, "ruling": ruling, "stages": stretches(read.parse_text(found.text))}
    return page(request, scope, "policies/version.html", context)


@screen
@require_POST
def assign(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Give the policy to the accounts of a segment, or make it the company's."""
    one = the_policy(scope, pk)
    if request.POST.get("accion") == "empresa":
        before = next((p.pk for p in read.policies_of(scope.creditor.pk) if p.default), None)
        write.make_default(policy=one)
        request.session["policy_assigned"] = {"default": before}
        text = _("«%s» es ahora la política de la empresa.") % one.name
    else:
        segment = request.POST.get("segmento", "")
        ids = screens.accounts_of(scope.creditor.pk, segment=segment) if segment else []
        changed = write_accounts.change(creditor_id=scope.creditor.pk, account_ids=ids, field="policy_id", value=pk)
        request.session["policy_assigned"] = {"accounts": changed}
        text = ngettext("%(n)d cliente tiene ahora esta política.", "%(n)d clientes tienen ahora esta política.",
                        len(changed)) % {"n": len(changed)}  # fmt: skip
    messages.success(request, text, extra_tags=reverse("policies:unassign", args=[pk]))
    return redirect("policies:policy", pk)


@screen
@require_POST
def unassign(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Undo the last assignment of this session."""
    given = request.session.pop("policy_assigned", {})
    if given.get("default"):
        write.make_default(policy=the_policy(scope, given["default"]))
    if given.get("accounts"):
        before = [(int(a), old) for a, old in given["accounts"]]
        write_accounts.put_back(creditor_id=scope.creditor.pk, field="policy_id", before=before)
    messages.success(request, _("Todo como estaba."))
    return redirect("policies:policy", pk)
