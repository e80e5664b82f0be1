"""The law as frozen values: rules, packs and the whole `Law`. Built by `packs.compile_pack`; nothing here reads a file.

A rule is a header (who, when, where, how sure, which citation) and, for the kinds that the gate weighs, a body. Values
compare by identity: a compiled law is one object that is passed along, never rebuilt to be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import attrs

#: Channels by which a person is contacted. `task` is work for our own people and is never a contact.
CONTACT_CHANNELS = ("email", "sms", "whatsapp", "call", "voice", "letter", "visit")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: A pack that nobody has reviewed for longer than this warns on every verdict (law.md, section 1, "Staleness").
STALE_AFTER = timedelta(days=180)

Minutes = tuple[int, int]


@attrs.frozen(eq=False)
class Applies:
    """To whom and when a rule applies. An empty set means «all»; `valid_to` is the first day without the rule."""

    debtors: frozenset[str]
    purposes: frozenset[str]
    channels: frozenset[str]
    valid_from: date
    valid_to: date | None = None
    unless_flags: frozenset[str] = frozenset()
    when_flags: frozenset[str] = frozenset()

    def to(self, *, debtor: str, purpose: str, channel: str, flags: frozenset[str]) -> bool:
        """Whether the rule speaks of such a contact, dates aside. An unknown debtor falls under every rule."""
        return (
            (not self.debtors or debtor in self.debtors or debtor == "unknown")
            and (not self.purposes or purpose in self.purposes)
            and channel in self.channels
            and not (self.unless_flags & flags)
            and (not self.when_flags or bool(self.when_flags & flags))
        )

    def on(self, day: date) -> bool:
        """Whether the rule is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@attrs.frozen(eq=False)
class Calendar:
    """Holidays of a country as ordinals of dates, over [first_year, last_year]; regions (`BR-SP`) have their own."""

    days: frozenset[int]
    by_subdivision: Mapping[str, frozenset[int]]
    first_year: int
    last_year: int

    def of(self, region: str | None) -> frozenset[int]:
        """The holidays that rule in that region; the national ones if the region is not known."""
        return self.by_subdivision.get(region or "", self.days)

    def covers(self, day: date) -> bool:
        """Whether the calendar knows the year of that day. Outside it nothing is allowed (fail closed)."""
        return self.first_year <= day.year <= self.last_year


@attrs.frozen(eq=False)
class Window:
    """Hours of each weekday (Monday first) as half-open minutes of the local day; holidays forbidden if a calendar."""

    by_weekday: tuple[tuple[Minutes, ...], ...]
    calendar: Calendar | None


@attrs.frozen(eq=False)
class Limit:
    """At most `max_count` past and reserved contacts in any span of `window_us` (None: in one local day).

    `counted`: channels that count. `direct_only`: only contacts in which the person was reached. `other_channel`: only
    contacts by another channel than the candidate's (exclusivity). `scope`: columns that must agree, party first.
    """

    max_count: int
    window_us: int | None
    counted: frozenset[str]
    direct_only: bool
    inbound: bool
    other_channel: bool
    scope: tuple[str, ...]
    reason: str


@attrs.frozen(eq=False)
class Rule:
    """One rule of a pack, with the sentence and the citation that every verdict shows."""

    id: str
    kind: str
    pack: str
    severity: str
    confidence: str
    evidence: str
    cite: str
    text: str
    applies: Applies
    window: Window | None = None
    limit: Limit | None = None
    recipients: frozenset[str] = frozenset()
    topic: str | None = None
    data: Mapping[str, Any] = attrs.field(factory=dict)
    edited: bool = False

    @property
    def hard(self) -> bool:
        """A hard rule cannot be switched off; a soft one is a default that warns."""
        return self.severity == "hard"


@attrs.frozen(eq=False)
class ContentRule:
    """What a template or a script must or may not say (`kind` mandatory_content or forbidden_content, by topic)."""

    id: str
    kind: str
    topic: str
    severity: str
    cite: str
    text: str
    confidence: str
    debtors: frozenset[str]
    channels: frozenset[str]
    valid_from: date
    valid_to: date | None
    data: Mapping[str, Any]


@attrs.frozen(eq=False)
class Pack:
    """The rules of one country at one version. `subdivisions` holds the overlays of its states, without the country."""

    country: str
    name: str
    version: str
    reviewed_on: date
    reviewer: str | None
    zones: tuple[str, ...]
    zones_by_subdivision: Mapping[str, tuple[str, ...]]
    calendar: Calendar
    sources: tuple[Mapping[str, str], ...]
    rules: tuple[Rule, ...]
    subdivisions: Mapping[str, tuple[Rule, ...]]
    subdivision_names: Mapping[str, str]

    @property
    def label(self) -> str:
        """How a verdict names the pack: `CO 2026.11.0`."""
        return f"{self.country} {self.version}"

    @property
    def content_rules(self) -> tuple[ContentRule, ...]:
        """The rules about what is said, for the content linter. Overlays are in `content_of`."""
        return self.content_of(None)

    def content_of(self, subdivision: str | None) -> tuple[ContentRule, ...]:
        """The content rules that apply in that region."""
        return tuple(_content(rule) for rule in self.of(subdivision) if rule.topic)

    def of(self, subdivision: str | None) -> tuple[Rule, ...]:
        """The rules of the country and, if known, of the region laid over them."""
        return self.rules + self.subdivisions.get(subdivision or "", ())

    def all_rules(self) -> Iterator[Rule]:
        """Every rule of the country and of its regions."""
        yield from self.rules
        for rules in self.subdivisions.values():
            yield from rules

    def zones_of(self, subdivision: str | None) -> tuple[str, ...]:
        """Every zone in which the person may be: the region's if it is known, else the country's."""
        return self.zones_by_subdivision.get(subdivision or "", self.zones)

    def standing_warnings(self, as_of: date) -> tuple[str, ...]:
        """What is said beside every verdict under this pack."""
        said = []
        if not self.reviewer:
            said.append(f"W-UNREVIEWED: la norma {self.label} está sin revisar por abogado.")
        if as_of - self.reviewed_on > STALE_AFTER:
            days = (as_of - self.reviewed_on).days
            said.append(f"W-STALE: la norma {self.label} se revisó hace {days} días; compruebe si cambió.")
        return tuple(said)


@attrs.frozen(eq=False)
class Law:
    """Every pack that is loaded, by ISO country code."""

    packs: Mapping[str, Pack]

    def pack(self, country: str | None) -> Pack | None:
        """The pack of a country, or None."""
        return self.packs.get(country or "")

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id. KeyError if no loaded pack has it."""
        for pack in self.packs.values():
            for rule in pack.all_rules():
                if rule.id == rule_id:
                    return rule
        raise KeyError(rule_id)

    def explain(self, rule_id: str) -> str:
        """A rule in one Spanish sentence with its citation. KeyError if no loaded pack has it."""
        rule = self.rule(rule_id)
        firm = "norma firme" if rule.hard else "valor prudente que se puede ajustar"
        return f"{rule.text} ({rule.cite}; {firm}, confianza {SPANISH_CONFIDENCE[rule.confidence]})."

    def describe(self) -> list[dict[str, Any]]:
        """One document per pack for a screen: version, review, sources and rules with their text and citation."""
        return [_describe(pack) for pack in self.packs.values()]


SPANISH_CONFIDENCE = {"high": "alta", "medium": "media", "low": "baja"}


def _content(rule: Rule) -> ContentRule:
    a = rule.applies
    return ContentRule(
        rule.id, rule.kind, rule.topic or "", rule.severity, rule.cite, rule.text, rule.confidence,
        a.debtors, a.channels, a.valid_from, a.valid_to, rule.data,
    )  # fmt: skip


def _describe(pack: Pack) -> dict[str, Any]:
    national = [_row(rule, None) for rule in pack.rules]
    regional = [_row(rule, code) for code, rules in pack.subdivisions.items() for rule in rules]
    return {
        "pack": pack.country,
        "name": pack.name,
        "version": pack.version,
        "reviewed_on": pack.reviewed_on,
        "reviewer": pack.reviewer,
        "zones": list(pack.zones),
        "sources": [dict(source) for source in pack.sources],
        "rules": national + regional,
    }


def _row(rule: Rule, subdivision: str | None) -> dict[str, Any]:
    return {
        "id": rule.id, "kind": rule.kind, "severity": rule.severity, "confidence": rule.confidence,
        "evidence": rule.evidence, "cite": rule.cite, "text": rule.text, "subdivision": subdivision,
        "valid_from": rule.applies.valid_from, "valid_to": rule.applies.valid_to, "edited": rule.edited,
    }  # fmt: skip
