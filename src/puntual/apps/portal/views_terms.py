"""«Condiciones»: how the company charges and collects, in plain words, and the person's «Acepto», kept."""

from __future__ import annotations

from django.http import HttpResponse

from puntual.apps.policies import read as policies
from puntual.apps.portal import acts
from puntual.apps.portal.pages import Here, form_page, page, seen


@page()
def terms(here: Here) -> HttpResponse:
    """The terms in force for this account; once accepted, when it was."""
    creditor, account = here.visit.creditor, here.visit.account
    rules = policies.in_force(creditor.pk, here.at)
    bound = rules.get(account.policy_id) or rules.get(None)
    if bound is None:
        return here.show("terms", bound=None)
    version = policies.version(bound.version)

    def act() -> HttpResponse:
        acts.accept_terms(
            visit=here.visit, version=version, language=here.spoken, key=here.key("terms"), at=here.at
        )  # fmt: skip
        return here.done("terms")

    seen(here, "condiciones")
    days = account.credit_days if account.credit_days is not None else bound.policy.credit_days
    return form_page(
        here, "terms", act, bound=bound, days=days if days is not None else creditor.credit_days,
        accepted=acts.accepted(account.pk, version.pk), slug=version.policy.public_slug,
    )  # fmt: skip
