"""Rulings as columns: what was decided for each row, and the sentences, citations and packs that go beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import polars as pl

from puntual.core import frames
from puntual.core.compliance.hours import NEVER, REASONS, Ints, Mask
from puntual.core.compliance.profiles import Profile
from puntual.core.compliance.rulebook import SPANISH_CONFIDENCE, Rule

ALLOW, DEFER, DENY = 0, 1, 2
_NAMES = ("allow", "defer", "deny")


@attrs.define(eq=False)
class Ruling:
    """What is decided for each row, filled from the lightest to the heaviest. `rule`: index, -1 none."""

    profile: Ints
    verdict: npt.NDArray[np.int8]
    reason: Ints
    rule: Ints
    next_us: Ints

    @classmethod
    def all_allowed(cls, profile: Ints) -> Ruling:
        """Nothing forbids anything yet."""
        count = len(profile)
        return cls(
            profile,
            np.zeros(count, dtype=np.int8),
            np.zeros(count, dtype=np.int64),
            np.full(count, -1, dtype=np.int64),
            np.full(count, NEVER, dtype=np.int64),
        )

    @classmethod
    def none(cls) -> Ruling:
        """The ruling of no row."""
        return cls.all_allowed(np.zeros(0, dtype=np.int64))

    def mark(self, rows: Mask, verdict: int, reason: Ints, rule: Ints) -> None:
        """Decides those rows anew, with the reason and the rule of each."""
        self.verdict[rows], self.reason[rows], self.rule[rows] = verdict, reason[rows], rule[rows]


def verdict_columns(
    candidates: pl.DataFrame, ruling: Ruling, profiles: Sequence[Profile], rules: Sequence[Rule]
) -> pl.DataFrame:
    """The candidates with the columns of frames.GATED."""
    said = _sentences(ruling, profiles, rules)
    wait = pl.Series(ruling.next_us).cast(frames.INSTANT)
    later = pl.Series(ruling.verdict == DEFER)
    return candidates.with_columns(
        pl.Series("verdict", ruling.verdict).replace_strict(dict(enumerate(_NAMES)), return_dtype=pl.String),
        said["reason"],
        said["rule"],
        said["cite"],
        said["pack"],
        said["warnings"],
        pl.when(later).then(wait).otherwise(None).alias("next_allowed_at"),
    )


def _sentences(ruling: Ruling, profiles: Sequence[Profile], rules: Sequence[Rule]) -> pl.DataFrame:
    """reason, rule, cite, pack, warnings of each row: looked up once per distinct (profile, rule, reason)."""
    width = len(rules) + 1
    combined = (ruling.profile * len(REASONS) + ruling.reason) * width + ruling.rule + 1
    distinct, place = np.unique(combined, return_inverse=True)
    rows = [_one(int(code), width, profiles, rules) for code in distinct]
    schema = {c: frames.GATED[c].dtype for c in ("reason", "rule", "cite", "pack", "warnings")}
    looked_up: pl.DataFrame = pl.DataFrame(rows, schema=schema, orient="row")[place]
    return looked_up


def _one(code: int, width: int, profiles: Sequence[Profile], rules: Sequence[Rule]) -> tuple[Any, ...]:
    rest, rule_at = divmod(code, width)
    profile_at, reason_at = divmod(rest, len(REASONS))
    profile, reason = profiles[profile_at], REASONS[reason_at]
    if reason == "opted_out":
        rule_id, cite = _opt_out(profile)
        return reason, rule_id, cite, profile.pack, list(profile.warnings)
    if not rule_at:
        return reason, None, None, profile.pack, list(profile.warnings)
    rule = rules[rule_at - 1]
    return reason, rule.id, rule.cite, profile.pack, [*profile.warnings, *_soft(rule)]


def _opt_out(profile: Profile) -> tuple[str | None, str | None]:
    return (profile.opt_outs[0].id, profile.opt_outs[0].cite) if profile.opt_outs else (None, None)


def _soft(rule: Rule) -> list[str]:
    if rule.hard:
        return []
    sure = SPANISH_CONFIDENCE[rule.confidence]
    edited = " Esta instalación lo cambió." if rule.edited else ""
    return [f"W-SOFT: {rule.id} es un valor prudente, no norma firme (confianza {sure}). {rule.text}.{edited}"]
