"""Canal y hora: what people answered, what each way of choosing would have brought, and the switch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.policies import read as policies
from puntual.apps.policies import write as policies_write
from puntual.apps.scope import Scope, page, screen
from puntual.apps.segments import read_learnt
from puntual.core.policy.learning import EXPLORE, PARTS, LearningRules


@screen
@require_GET
def learnt(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Rates by channel and part of the day, the policies that may use them, and the estimate before a switch."""
    found = read_learnt.asked(scope.creditor, scope.today)
    context = {
        "tab": "canal", "rates": read_learnt.rates(scope.creditor, scope.today), "found": found,
        "ways": read_learnt.lines(found), "policies": _policies(scope), "explore": EXPLORE,
        "happened": [_share(v) for v in found["happened"].values()],
    }  # fmt: skip
    return page(request, scope, "segments/learnt.html", context)


def _policies(scope: Scope) -> list[dict[str, Any]]:
    """Each policy with what it lets the run learn, in words, now and in its draft."""
    rows = []
    for one in policies.policies_of(scope.creditor.pk):
        version = policies.version_in_force(one.pk, timezone.now())
        if version is None:
            continue
        rules = policies.parse_text(version.text).learning
        rows.append({
            "one": one, "rules": rules, "words": _words(rules), "on": rules.chooses or rules.wording,
            "explore": round(100 * rules.explore),
        })  # fmt: skip
    return rows


def _words(rules: LearningRules) -> str:
    named = ((rules.channel, _("canal")), (rules.hour, _("hora")), (rules.wording, _("texto")))
    return ", ".join(name for on, name in named if on)


def _share(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f} %".replace(".", ",")


@screen
@require_POST
def propose(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Write the switch into the policy's draft: it is seen beforehand there, and activated there."""
    one = next((p for p in policies.policies_of(scope.creditor.pk) if p.pk == pk), None)
    if one is None:
        raise Http404
    wanted: dict[str, Any] = {part: True for part in PARTS if part in request.POST}
    last = next(iter(policies.versions_of(one.pk)), None)
    chance = round(100 * policies.parse_text(last.text).learning.explore) if last else EXPLORE
    policies_write.propose_learning(
        policy=one, learning={**wanted, "explorar": chance} if wanted else {}, author_id=request.user.pk
    )
    messages.success(request, _("Quedó en el borrador de la política: mire su vista previa y actívela."))
    return redirect("policies:preview", pk)
