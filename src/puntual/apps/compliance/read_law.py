"""The law packs as people read them: which countries, which rules, in which words. The gate reads the same files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puntual.law.loader import FOLDER, available, read_pack

KINDS: Mapping[str, str | Promise] = {
    "contact_window": gettext_lazy("Horario"),
    "declared_hours": gettext_lazy("Horas que la persona pidió"),
    "frequency_cap": gettext_lazy("Cuántas veces"),
    "spacing": gettext_lazy("Espera entre contactos"),
    "channel_exclusivity": gettext_lazy("Un solo canal"),
    "forbidden_channel": gettext_lazy("Canal prohibido"),
    "forbidden_recipient": gettext_lazy("A quién no se contacta"),
    "consent_required": gettext_lazy("Autorización previa"),
    "opt_out": gettext_lazy("Derecho a que no le escriban"),
    "mandatory_content": gettext_lazy("Lo que hay que decir"),
    "forbidden_content": gettext_lazy("Lo que no se dice"),
    "caller_identity": gettext_lazy("Identificarse"),
    "notice": gettext_lazy("Avisos"),
    "b2b_terms": gettext_lazy("Entre empresas"),
    "retention": gettext_lazy("Guardar pruebas"),
    "duty": gettext_lazy("Obligaciones"),
}
_DAYS: Mapping[str, str | Promise] = {
    "mon": gettext_lazy("lunes"), "tue": gettext_lazy("martes"), "wed": gettext_lazy("miércoles"),
    "thu": gettext_lazy("jueves"), "fri": gettext_lazy("viernes"), "sat": gettext_lazy("sábado"),
    "sun": gettext_lazy("domingo"),
}  # fmt: skip


@attrs.frozen
class RuleView:
    """A rule in words: what it says, since when, how binding and how sure, and where it is written."""

    id: str
    country: str
    country_name: str
    kind: str
    kind_name: str
    text: str
    cite: str
    hard: bool
    confidence: str
    evidence: str
    valid_from: date
    valid_to: date | None
    debtors: tuple[str, ...]
    channels: tuple[str, ...]
    windows: tuple[tuple[str, str], ...]
    overlay: str = ""


@attrs.frozen
class PackView:
    """The norm of a country."""

    country: str
    name: str
    version: str
    reviewed_on: date
    reviewer: str
    rules: tuple[RuleView, ...]
    sources: tuple[tuple[str, str, str], ...]

    def groups(self) -> list[tuple[str, list[RuleView]]]:
        """The rules by kind, in the order in which KINDS tells them."""
        found = [(str(name), [r for r in self.rules if r.kind == kind]) for kind, name in KINDS.items()]
        return [(name, rules) for name, rules in found if rules]


def packs() -> tuple[PackView, ...]:
    """Every norm that is loaded, by name."""
    return tuple(sorted((_pack(code, _stamp(code)) for code in available()), key=lambda p: p.name))


def countries() -> tuple[str, ...]:
    """The countries that have a norm."""
    return available()


def file_reviewer(country: str) -> str:
    """Who signed the norm in its own file; empty if nobody did."""
    return _pack(country, _stamp(country)).reviewer


def _stamp(code: str) -> int:
    """When the file was last written: an edited one is read again."""
    return (FOLDER / f"{code.lower()}.yaml").stat().st_mtime_ns


def pack(country: str) -> PackView | None:
    """The norm of a country by its two letters."""
    return next((p for p in packs() if p.country == country.upper()), None)


def rule(rule_id: str) -> RuleView | None:
    """A rule by its id, whichever norm has it."""
    return next((r for p in packs() for r in p.rules if r.id == rule_id), None)


@lru_cache(maxsize=64)
def _pack(code: str, stamp: int) -> PackView:
    document = read_pack(FOLDER / f"{code.lower()}.yaml")
    name = document["name"]
    rules = [_rule(row, code, name) for row in document["rules"]]
    for overlay in document.get("overlays", {}).values():
        rules += [_rule(row, code, name, overlay["name"]) for row in overlay["rules"]]
    return PackView(
        code,
        name,
        document["version"],
        date.fromisoformat(document["reviewed_on"]),
        document["reviewer"] or "",
        tuple(rules),
        tuple((s["id"], s["cite"], s.get("url", "")) for s in document["sources"]),
    )


def _rule(row: Mapping[str, Any], country: str, country_name: str, overlay: str = "") -> RuleView:
    until = row.get("valid_to")
    return RuleView(
        id=row["id"],
        country=country,
        country_name=country_name,
        kind=row["kind"],
        kind_name=str(KINDS.get(row["kind"], row["kind"])),
        text=row["text"],
        cite=row["cite"],
        hard=row["severity"] == "hard",
        confidence=row["confidence"],
        evidence=row["evidence"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(until) if until else None,
        debtors=tuple(row.get("applies_to", {}).get("debtor", ())),
        channels=tuple(c for c in row.get("channels", ()) if c != "*"),
        windows=tuple(_windows(row)),
        overlay=overlay,
    )


def _windows(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(days, hours) of a contact window, in words."""
    for days, spans in row.get("windows", {}).items():
        first, _dash, last = days.partition("-")
        words = str(_DAYS[first])
        if last:
            words = _("%(first)s a %(last)s") % {"first": words, "last": _DAYS[last]}
        yield words, " · ".join(s.replace("-", " – ") for s in spans) or _("nunca")
