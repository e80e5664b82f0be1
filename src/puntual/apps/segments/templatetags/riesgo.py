"""What risk adds to the page of a customer: how likely payment is, why, in which segment, and what to do."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from puntual.apps.parties.models import Account
from puntual.apps.segments import read_learnt, read_screens

register = template.Library()


@register.inclusion_tag("segments/_risk.html", takes_context=True)
def riesgo(context: Context, account: Account) -> dict[str, Any]:
    """Risk and why of one account; a sentence that teaches when it was never scored."""
    today = context.get("today")
    answers = read_learnt.best_of(account.creditor, account.party_id, today) if today else None
    return {
        "risk": read_screens.risk_of(account.pk), "answers": answers, "locale": context.get("locale"), "today": today,
    }  # fmt: skip
