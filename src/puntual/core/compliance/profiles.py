"""Candidates that the law sees alike share a profile: the rules that speak of them, their zones, their warnings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
import polars as pl

from puntual.core.compliance import declared
from puntual.core.compliance.rulebook import Law, Pack, Rule
from puntual.core.errors import UnusableInput
from puntual.core.time import zone as known_zone

COLUMNS = ("country", "creditor_country", "subdivision", "zones", "debtor", "channel", "purpose", "recipient")
#: Old or common names of countries that users write.
ALIASES = {"UK": "GB", "EL": "GR"}
#: Reason of each kind that denies, in rising order of weight.
DENIALS = {"consent_required": "no_consent", "forbidden_channel": "forbidden_channel",
           "forbidden_recipient": "forbidden_recipient"}  # fmt: skip


@attrs.frozen(eq=False)
class Profile:
    """What the law has to say to candidates that agree in every column of `COLUMNS` and in their flags."""

    refusal: str | None
    channel: str
    region: str | None
    zones: tuple[str, ...]
    windows: tuple[Rule, ...]
    denials: tuple[tuple[str, Rule], ...]
    limits: tuple[Rule, ...]
    opt_outs: tuple[Rule, ...]
    pack: str
    warnings: tuple[str, ...]

    def denials_if(self, granted: bool) -> tuple[tuple[str, Rule], ...]:
        """What denies when the person has, or has not, authorised the channel."""
        return tuple(d for d in self.denials if not (granted and d[0] == "no_consent"))


def group(candidates: pl.DataFrame) -> pl.DataFrame:
    """One row per profile: its columns (and `flags`), and `rows`, the positions of its candidates."""
    keys = [*COLUMNS, *(("flags",) if "flags" in candidates.columns else ())]
    return candidates.select(keys).with_row_index("rows").group_by(keys, maintain_order=True).agg("rows")


def compile_profile(law: Law, row: dict[str, Any], as_of: date) -> Profile:
    """The profile of one combination of values. An unknown country or one without a pack is refused, whatever else."""
    country, creditor = normal(row["country"]), normal(row["creditor_country"])
    region = region_code(row["subdivision"], country)
    refusal = _refusal(law, country, creditor)
    packs = [law.packs[c] for c in dict.fromkeys((country, creditor)) if c in law.packs]
    if row["channel"] == "task" or refusal:
        why = None if row["channel"] == "task" else refusal
        return Profile(why, row["channel"], None, ("UTC",), (), (), (), (), _labels(packs), ())
    own, flags = packs[0], frozenset(row.get("flags") or ())
    zones, warned = _zones(own, region, row["zones"])
    spoken = [rule for pack in packs for rule in pack.of(region if pack is own else None) if _speaks(rule, row, flags)]
    rules = declared.with_hours(spoken, flags)
    return Profile(
        refusal=None,
        channel=row["channel"],
        region=f"{country}-{region}" if region else None,
        zones=zones,
        windows=tuple(rule for rule in rules if rule.window),
        denials=_denials(rules, row["recipient"]),
        limits=tuple(rule for rule in rules if rule.limit),
        opt_outs=tuple(rule for rule in rules if rule.kind == "opt_out" and rule.applies.on(as_of)),
        pack=_labels(packs),
        warnings=(*_said(packs, as_of), *warned, *_debtor(row["debtor"]), *_caller(rules)),
    )


def normal(country: str | None) -> str:
    """A country code as packs write it; empty if it is not known."""
    code = (country or "").strip().upper()
    return ALIASES.get(code, code)


def region_code(subdivision: str | None, country: str) -> str | None:
    """`BR-SP` or `sp` as `SP`; None if it is not known."""
    code = (subdivision or "").strip().upper().removeprefix(f"{country}-")
    return code or None


def _refusal(law: Law, country: str, creditor: str) -> str | None:
    if not country:
        return "unknown_country"
    known = country in law.packs and (not creditor or creditor in law.packs)
    return None if known else "no_pack"


def _labels(packs: Sequence[Pack]) -> str:
    return " + ".join(pack.label for pack in packs)


def _zones(pack: Pack, region: str | None, given: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The zones where the person may be. None given, or one that does not exist: all those of the region or country."""
    names = tuple(dict.fromkeys(given or ()))
    if names and all(_exists(name) for name in names):
        return names, ()
    zones = pack.zones_of(region)
    if len(zones) == 1:
        return zones, ()
    where = pack.name if zones == pack.zones else f"{pack.name} ({region})"
    said = f"W-ZONE: no se conoce la zona horaria; valen solo las horas permitidas en todas las de {where}."
    return zones, (said,)


def _exists(name: str) -> bool:
    try:
        known_zone(name)
    except UnusableInput:
        return False
    return True


def _speaks(rule: Rule, row: dict[str, Any], flags: frozenset[str]) -> bool:
    return rule.applies.to(debtor=row["debtor"], purpose=row["purpose"], channel=row["channel"], flags=flags)


def _denials(rules: Sequence[Rule], recipient: str) -> tuple[tuple[str, Rule], ...]:
    """Heavier last: consent < channel < recipient, and within each a hard rule weighs more than a soft one."""
    found = [
        (DENIALS[rule.kind], rule)
        for rule in rules
        if rule.kind in DENIALS and (rule.kind != "forbidden_recipient" or recipient in rule.recipients)
    ]
    weight = list(DENIALS.values())
    return tuple(sorted(found, key=lambda pair: (weight.index(pair[0]), pair[1].hard)))


def _said(packs: Sequence[Pack], as_of: date) -> tuple[str, ...]:
    return tuple(text for pack in packs for text in pack.standing_warnings(as_of))


def _debtor(kind: str) -> tuple[str, ...]:
    if kind != "unknown":
        return ()
    return ("W-DEBTOR: no se sabe si es consumidor o empresa; se aplican las reglas de ambos.",)


def _caller(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(f"W-CALLER: {rule.text} ({rule.cite})." for rule in rules if rule.kind == "caller_identity")
