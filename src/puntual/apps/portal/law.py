"""What the law of a person's country forbids to ask. Bound in `project`: apps do not read law packs themselves."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

ASK_REASON = "ask_default_reason"


def forbidden_topics(country: str, debtor: str, on: date) -> frozenset[str]:
    """Topics that may not be raised with that kind of person on that day. Settings name who knows (PORTAL_TOPICS)."""
    topics: frozenset[str] = import_string(settings.PORTAL_TOPICS)(country, debtor, on)
    return topics


def may_ask_reason(country: str, debtor: str, on: date) -> bool:
    """Whether the page may ask what happened. Where no law is known it is not asked."""
    return ASK_REASON not in forbidden_topics(country, debtor, on)
