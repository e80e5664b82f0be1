"""A pack's document, already checked against its schema, into frozen values. The loader reads files and calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from puntual.core.compliance.rulebook import (
    CONTACT_CHANNELS,
    WEEKDAYS,
    Applies,
    Calendar,
    Limit,
    Minutes,
    Pack,
    Rule,
    Window,
)
from puntual.core.errors import UnusableInput

HOUR_US = 3_600_000_000
WEEK_HOURS = 168
#: Kinds whose body is a limit, and the reason that they give.
LIMIT_KINDS = {
    "frequency_cap": "frequency_cap",
    "spacing": "spacing",
    "channel_exclusivity": "channel_exclusivity",
}
CONTENT_KINDS = ("mandatory_content", "forbidden_content")
_HEADER = {
    "id", "kind", "severity", "confidence", "evidence", "cite", "text", "applies_to", "channels", "valid_from",
    "valid_to", "mode", "exceptions", "when_flags", "edited",
}  # fmt: skip


def compile_pack(document: Mapping[str, Any], calendar: Calendar) -> Pack:
    """The pack of a document. Rules of `mode: strict` are left out: the loader turns them on by dropping the mode."""
    country = document["pack"]
    overlays: Mapping[str, Any] = document.get("overlays", {})
    return Pack(
        country=country,
        name=document["name"],
        version=str(document["version"]),
        reviewed_on=date.fromisoformat(document["reviewed_on"]),
        reviewer=document.get("reviewer"),
        zones=tuple(document["zones"]),
        zones_by_subdivision={k: tuple(v) for k, v in document.get("zones_by_subdivision", {}).items()},
        calendar=calendar,
        sources=tuple(document["sources"]),
        rules=_rules(document["rules"], country, calendar),
        subdivisions={code: _rules(o["rules"], country, calendar) for code, o in overlays.items()},
        subdivision_names={code: o["name"] for code, o in overlays.items()},
    )


def _rules(rows: Sequence[Mapping[str, Any]], country: str, calendar: Calendar) -> tuple[Rule, ...]:
    return tuple(_rule(row, country, calendar) for row in rows if row.get("mode") != "strict")


def _rule(row: Mapping[str, Any], country: str, calendar: Calendar) -> Rule:
    applies = _applies(row)
    return Rule(
        id=row["id"],
        kind=row["kind"],
        pack=country,
        severity=row["severity"],
        confidence=row["confidence"],
        evidence=row["evidence"],
        cite=row["cite"],
        text=row["text"],
        applies=applies,
        window=_window(row, calendar) if row["kind"] == "contact_window" else None,
        limit=_limit(row, applies) if row["kind"] in LIMIT_KINDS else None,
        recipients=frozenset(row.get("recipients", ())),
        topic=row.get("topic") if row["kind"] in CONTENT_KINDS else None,
        data={key: value for key, value in row.items() if key not in _HEADER},
        edited=bool(row.get("edited")),
    )


def _applies(row: Mapping[str, Any]) -> Applies:
    to: Mapping[str, Any] = row.get("applies_to", {})
    return Applies(
        debtors=frozenset(to.get("debtor", ())),
        purposes=frozenset(to.get("purpose", ())),
        channels=channels(row.get("channels", ("*",))),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if "valid_to" in row else None,
        unless_flags=frozenset(row.get("exceptions", ())),
        when_flags=frozenset(row.get("when_flags", ())),
    )


def channels(names: Sequence[str]) -> frozenset[str]:
    """The channels of a list in which `*` means every way of contacting a person."""
    return frozenset(CONTACT_CHANNELS) if "*" in names else frozenset(names)


def _window(row: Mapping[str, Any], calendar: Calendar) -> Window:
    week: list[tuple[Minutes, ...]] = [()] * 7
    for days, spans in row["windows"].items():
        for weekday in weekdays(days):
            week[weekday] = tuple(sorted(minutes(span, row["id"]) for span in spans))
    forbidden = not row["holidays"]["allowed"]
    return Window(tuple(week), calendar if forbidden else None)


def weekdays(text: str) -> list[int]:
    """`mon-fri`, `sat` as numbers from Monday = 0."""
    first, _, last = text.partition("-")
    return list(range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1))


def minutes(span: str, rule_id: str) -> Minutes:
    """`07:00-19:00` as half-open minutes of the day. UnusableInput if it ends before it starts."""
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in span.split("-"))
    if not 0 <= start < end <= 24 * 60:
        raise UnusableInput(f"La regla {rule_id} tiene el horario «{span}»: debe empezar antes de terminar.")
    return start, end


def _limit(row: Mapping[str, Any], applies: Applies) -> Limit:
    kind = row["kind"]
    exclusive = kind == "channel_exclusivity"
    count = "direct" if exclusive else row.get("count", "contacts")
    return Limit(
        max_count=row.get("max", 1) if kind == "frequency_cap" else 1,
        window_us=_span(row),
        counted=channels(row["count_channels"]) if "count_channels" in row else applies.channels,
        direct_only=count == "direct",
        inbound="in" in row.get("directions", ("out",)),
        other_channel=exclusive,
        scope=tuple(row.get("scope", ("party",))),
        reason=LIMIT_KINDS[kind],
    )


def _span(row: Mapping[str, Any]) -> int | None:
    if row["kind"] == "spacing":
        return int(row["min_hours"]) * HOUR_US
    if row["per"] == "day":
        return None
    return int(row["hours"] if row["per"] == "rolling_hours" else WEEK_HOURS) * HOUR_US
