"""What Meta says of the templates and of the number, unasked: approved, rejected, paused, of another category, of worse
quality, with another limit. (Graph API, webhooks: message_template_status_update and its sisters.)"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from puntual.ports.inbound import NumberNews, TemplateNews

Thing = Mapping[str, Any]
STATUS, QUALITY, CATEGORY, NUMBER = (
    "message_template_status_update", "message_template_quality_update", "template_category_update",
    "phone_number_quality_update",
)  # fmt: skip
FIELDS = frozenset({STATUS, QUALITY, CATEGORY, NUMBER})
#: Meta's events as the states that we know. A flagged template still leaves until Meta pauses it.
_STATES = {
    "APPROVED": "APPROVED", "REINSTATED": "APPROVED", "FLAGGED": "APPROVED", "REJECTED": "REJECTED", "PAUSED": "PAUSED",
    "DISABLED": "DISABLED", "PENDING_DELETION": "DISABLED", "DELETED": "DISABLED", "ARCHIVED": "DISABLED",
}  # fmt: skip
#: How many people a day each tier of a number may write to first; unlimited is told as none.
_TIERS = {
    "TIER_50": 50, "TIER_250": 250, "TIER_1K": 1_000, "TIER_2K": 2_000, "TIER_10K": 10_000, "TIER_100K": 100_000,
}  # fmt: skip


def read(field: str, value: Thing, business: str, time: object) -> TemplateNews | NumberNews:
    """One change of those FIELDS. `time`: seconds of the whole notice, the only instant that it brings."""
    at = datetime.fromtimestamp(int(str(time)), UTC)
    if field == NUMBER:
        return _number(value, business, at)
    name, language = str(value["message_template_name"]), str(value["message_template_language"])
    event = f"{field}:{value.get('message_template_id') or name}:{language}:{int(at.timestamp())}"
    if field == QUALITY:
        score = str(value.get("new_quality_score") or "UNKNOWN")
        return TemplateNews(f"{event}:{score}", business, name, language, at, quality=score)
    if field == CATEGORY:
        category = str(value.get("new_category") or "")
        return TemplateNews(f"{event}:{category}", business, name, language, at, category=category)
    said = str(value["event"]).upper()
    quality = "RED" if said == "FLAGGED" else ""
    return TemplateNews(
        f"{event}:{said}", business, name, language, at, status=_STATES.get(said, "PENDING"), quality=quality,
        category=str(value.get("message_template_category") or ""), note=_why(value),
    )  # fmt: skip


def _why(value: Thing) -> str:
    """Why, in Meta's own words; empty where it gives none."""
    other = value.get("other_info") or value.get("rejection_info") or {}
    said = other.get("description") or other.get("reason") or other.get("title") or ""
    reason = str(value.get("reason") or "")
    return str(said or ("" if reason in ("NONE", "") else reason))[:300]


def _number(value: Thing, business: str, at: datetime) -> NumberNews:
    said = str(value.get("event") or "").upper()
    people = _TIERS.get(str(value.get("current_limit") or ""), 0)
    quality = {"FLAGGED": "RED", "UNFLAGGED": "GREEN"}.get(said, "")
    return NumberNews(f"{NUMBER}:{business}:{said}:{int(at.timestamp())}", business, quality, people, at)
