"""What the law side adds to the pages of a customer and of an invoice: situations and prescription clocks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from puntual.apps.compliance import read, read_prescription
from puntual.apps.compliance.choices import DAYS, FLAGS, WORDS, flag_words
from puntual.apps.compliance.write import SITUATIONS, known_flags
from puntual.apps.escalation import read as escalation
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables.models import Invoice
from puntual.ui.templatetags.puntual import icon

register = template.Library()


@register.inclusion_tag("compliance/_situations.html", takes_context=True)
def situaciones(context: Context, account: Account) -> dict[str, Any]:
    """What stops automation for this person, and the form to note or end it."""
    today: date = context["today"]
    held = [s for s in read.situations_of(account.party_id) if s.until is None or s.until > today]
    return {
        "account": account,
        "held": held,
        "choices": SITUATIONS,
        "today": today,
        "flags": [
            {"row": f, "words": flag_words(f.flag)}
            for f in read.party_flags(account.party_id)
            if f.until is None or f.until > today
        ],
        "flag_choices": {**{f: FLAGS.get(f, f) for f in sorted(known_flags())}, **WORDS},
        "day_choices": DAYS,
        "bureau": escalation.speaks(account),
        "csrf_token": context.get("csrf_token"),
        "locale": context.get("locale"),
    }


@register.simple_tag(takes_context=True)
def sin_revisar(context: Context, pack: str | None = "") -> SafeString | str:
    """What goes beside every verdict under a norm that no lawyer has signed. `pack`: «CO 2026.11.0», a country, or
    several joined by «+»; empty: the company's."""
    label = pack or getattr(context.get("creditor"), "country", "")
    wanted = {part.split()[0] for part in label.split("+") if part.split()}
    missing = sorted(wanted - _reviewed(context))
    if not missing:
        return ""
    return format_html(
        '<span class="badge warn">{} {}</span>', icon("alert"),
        gettext("%(country)s: sin revisar por abogado") % {"country": ", ".join(missing)},
    )  # fmt: skip


def _reviewed(context: Context) -> frozenset[str]:
    """Asked once a page."""
    request = context.get("request")
    known: frozenset[str] | None = getattr(request, "_reviewed_norms", None)
    if known is None:
        known = read.reviewed()
        if request is not None:
            request._reviewed_norms = known
    return known


@register.inclusion_tag("compliance/_prescription.html", takes_context=True)
def prescripcion(context: Context, account: Account) -> dict[str, Any]:
    """The clocks of the open documents of an account."""
    return _clocks(context, account, receivables.open_items(account.pk))


@register.inclusion_tag("compliance/_prescription.html", takes_context=True)
def prescripcion_documento(context: Context, invoice: Invoice) -> dict[str, Any]:
    """The clocks of one invoice."""
    mine = [b for b in receivables.open_items(invoice.account_id) if b.due_item.invoice_id == invoice.pk]
    return _clocks(context, invoice.account, mine)


def _clocks(context: Context, account: Account, balances: list[Any]) -> dict[str, Any]:
    found = read_prescription.clocks(account, balances, context["today"])
    return {
        "clocks": found,
        "review": [c for c in found if c.told.needs_review],
        "soonest": found[0] if found else None,
        "locale": context.get("locale"),
    }
