"""Who attends whom: named people first, then skills, language and portfolio, then the least loaded. Over frames.

Nothing here looks at how many contacts somebody makes: load is minutes of work expected, shared by capacity.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import polars as pl

from puntual.core.frames import Column, Schema, check_frame

#: Cases to assign, best first.
CASES: Schema = {
    "party": Column(pl.Int64, "persona o empresa"),
    "place": Column(pl.Int32, "orden en la cola"),
    "minutes": Column(pl.Float64, "minutos de trabajo que se esperan"),
    "skill": Column(pl.String, "destreza que pide; vacía: ninguna"),
    "language": Column(pl.String, "idioma; vacío: el de la empresa"),
    "segment": Column(pl.String, "segmento; vacío: ninguno"),
    "named": Column(pl.Int64, "asesor que la persona tiene por nombre (VIP)", null=True),
    "kept": Column(pl.Int64, "asesor que le anotó una llamada pendiente", null=True),
    "current": Column(pl.Int64, "asesor que la tiene ahora", null=True),
    "idle_days": Column(pl.Int32, "días sin que su asesor la toque"),
}
ASSIGNED: Schema = {
    "party": CASES["party"],
    "agent": Column(pl.Int64, "asesor; 0: la cola común"),
    "because": Column(pl.String, "named, kept, continues, shared o nobody"),
}
BECAUSE = {
    "named": "La atiende por su nombre.",
    "kept": "Anotó una llamada con esta persona.",
    "continues": "Ya la llevaba.",
    "shared": "Le toca por destreza, idioma y carga.",
    "nobody": "Nadie disponible tiene la destreza o el idioma: queda en la cola común.",
}
#: After so many days without a touch a case goes back to be shared out.
IDLE_DAYS = 4


@attrs.frozen(kw_only=True)
class Agent:
    """One agent on duty. Empty sets serve anything; `minutes` is the day's capacity, `load_minutes` what is taken."""

    id: int
    minutes: float
    load_minutes: float = 0.0
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()

    def serves(self, skill: str, language: str, segment: str) -> bool:
        """Skill must be had; a language or segment must be among those kept, when the agent keeps to some."""
        return (
            (not skill or skill in self.skills)
            and (not language or not self.languages or language in self.languages)
            and (not self.segments or segment in self.segments)
        )


def assign(cases: pl.DataFrame, agents: Sequence[Agent], idle_days: int = IDLE_DAYS) -> pl.DataFrame:
    """Every case with its agent (ASSIGNED), in the order given. Work goes to whoever has most room, best cases first.

    Cost: one dealing per distinct need (skill, language, segment), not per case.
    """
    check_frame(cases, CASES, "cases")
    here = [a.id for a in agents]
    on = pl.lit(pl.Series("on", here, dtype=pl.Int64)).implode()
    fixed = cases.with_columns(
        agent=pl.when(pl.col("named").is_in(on))
        .then("named")
        .when(pl.col("kept").is_in(on))
        .then("kept")
        .when(pl.col("current").is_in(on) & (pl.col("idle_days") < idle_days))
        .then("current"),
        because=pl.when(pl.col("named").is_in(on))
        .then(pl.lit("named"))
        .when(pl.col("kept").is_in(on))
        .then(pl.lit("kept"))
        .otherwise(pl.lit("continues")),
    )
    load = {a.id: a.load_minutes for a in agents}
    taken = fixed.filter(pl.col("agent").is_not_null()).group_by("agent").agg(pl.col("minutes").sum())
    for agent, minutes in taken.iter_rows():
        load[agent] += minutes
    dealt = [fixed.filter(pl.col("agent").is_not_null()).select("party", "agent", "because")]
    open_cases = fixed.filter(pl.col("agent").is_null()).sort("place")
    for (skill, language, segment), group in open_cases.group_by("skill", "language", "segment", maintain_order=True):
        able = [a for a in agents if a.serves(str(skill), str(language), str(segment))]
        dealt.append(_deal(group, able, load))
    found = pl.concat(dealt)
    ordered = cases.select("party").join(found, on="party", how="left", maintain_order="left")
    return check_frame(ordered.select(ASSIGNED.keys()), ASSIGNED, "assigned")


def _deal(group: pl.DataFrame, able: Sequence[Agent], load: dict[int, float]) -> pl.DataFrame:
    """Water-filling: each case goes to the agent whose share of the day is least used. Set-based by equal minutes."""
    if not able:
        return group.select("party", agent=pl.lit(0, dtype=pl.Int64), because=pl.lit("nobody"))
    typical = float(group["minutes"].mean() or 0.0)  # type: ignore[arg-type]
    seats = _seats(able, load, group.height, max(typical, 0.01))
    dealt = group.select("party", "minutes").with_columns(
        agent=pl.Series(seats, dtype=pl.Int64), because=pl.lit("shared")
    )
    for agent, minutes in dealt.group_by("agent").agg(pl.col("minutes").sum()).iter_rows():
        load[agent] += minutes
    return dealt.select("party", "agent", "because")


def _seats(able: Sequence[Agent], load: dict[int, float], cases: int, minutes: float) -> list[int]:
    """For each of so many equal cases in order, the agent with the least used share after taking it."""
    turns = [
        ((load[a.id] + minutes * (n + 1)) / max(a.minutes, 1.0), rank, a.id)
        for rank, a in enumerate(sorted(able, key=lambda a: a.id))
        for n in range(_most(a, able, load, cases, minutes))
    ]
    turns.sort()
    return [agent for _, _, agent in turns[:cases]]


def _most(agent: Agent, able: Sequence[Agent], load: dict[int, float], cases: int, minutes: float) -> int:
    """An upper bound on how many an agent can get, so that few turns are ever laid out."""
    room = sum(max(a.minutes, 1.0) for a in able)
    level = (sum(load[a.id] for a in able) + minutes * cases) / room
    highest = max(level, max(load[a.id] / max(a.minutes, 1.0) for a in able))
    mine = highest * max(agent.minutes, 1.0) - load[agent.id]
    return min(cases, int(mine / minutes) + 2)
