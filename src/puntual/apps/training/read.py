"""The only reader of practices: the cases there are, a conversation replayed from its turns, progress by agent."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import attrs
import yaml
from django.db.models import Avg, Count, Max, Q
from django.utils import timezone

from puntual.apps.policies import read as policies
from puntual.apps.training.models import Practice, Turn
from puntual.apps.workbench import read_scripts
from puntual.core.training import Case, Exchange, Mood, Reply, Score, answer, hear, read_case, score, start
from puntual.core.workbench import script

_CASES = Path(__file__).parent / "casos"


@lru_cache(maxsize=1)
def cases() -> dict[str, Case]:
    """code -> case, the easiest first."""
    found = [read_case(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(_CASES.glob("*.yaml"))]
    return {case.code: case for case in sorted(found, key=lambda case: case.level)}


@attrs.frozen
class Shown:
    """A case with what this agent has done in it."""

    case: Case
    times: int
    best: int | None
    passed: bool


def shown(agent_id: int) -> list[Shown]:
    """Every case, with the agent's best."""
    done = (
        Practice.objects.filter(agent_id=agent_id)
        .exclude(ended_at=None)
        .values("case")
        .annotate(times=Count("pk"), best=Max("total"), passed=Count("pk", filter=Q(passed=True)))
    )
    by = {row["case"]: row for row in done}
    none = {"times": 0, "best": None, "passed": 0}
    return [
        Shown(case, row["times"], row["best"], row["passed"] > 0)
        for code, case in cases().items()
        for row in [by.get(code, none)]
    ]


def practice(pk: int, agent_id: int | None = None) -> Practice | None:
    """A practice; of that agent only, when said."""
    rows = Practice.objects.filter(pk=pk) if agent_id is None else Practice.objects.filter(pk=pk, agent_id=agent_id)
    return rows.select_related("agent", "creditor").first()


@attrs.frozen
class Said:
    """A turn as it is shown."""

    number: int
    said: str
    answered: str
    findings: tuple[str, ...]


@attrs.frozen
class Conversation:
    """A practice replayed: where it is, what was said, and its exchanges for the score."""

    case: Case
    opening: Reply
    mood: Mood
    turns: tuple[Said, ...]
    exchanges: tuple[Exchange, ...]


def replay(row: Practice, turns: Iterable[Turn] | None = None) -> Conversation:
    """The conversation, from what was said: nothing else is kept of it."""
    case = cases()[row.case]
    mood, opening = start(case)
    said: list[Said] = []
    exchanges: list[Exchange] = []
    for turn in turns if turns is not None else Turn.objects.filter(practice=row).order_by("number"):
        heard = hear(turn.said)
        after, reply = answer(case, mood, heard)
        exchanges.append(Exchange(heard, tuple(turn.findings), mood, after))
        said.append(Said(turn.number, turn.said, turn.answered or reply.text, tuple(turn.findings)))
        mood = after
    return Conversation(case, opening, mood, tuple(said), tuple(exchanges))


def score_of(row: Practice, talk: Conversation | None = None) -> Score:
    """How well it went, by what the company's policy lets an agent grant alone."""
    talk = talk or replay(row)
    limit = authority(row.creditor_id)
    return score(talk.case, talk.exchanges, discount_max_pct=limit[0], payments_max=limit[1])


def authority(creditor_id: int) -> tuple[int | None, int | None]:
    """(percent, payments) that an agent may grant alone by the policy in force; None where there is no policy."""
    bound = policies.in_force(creditor_id, timezone.now()).get(None)
    if bound is None:
        return None, None
    limit = bound.policy.negotiation.limit_of("agent")
    return int(limit.max_waiver_pct), limit.max_instalments


#: What the person needs -> the step of the company's script that speaks of it.
_STEPS = {
    "date": "proponer", "plan": "sin_dinero", "slip": "ya_pague", "dispute": "no_reconozco", "silence": "equivocado",
    "lawyer": "abogado", "callback": "volver",
}  # fmt: skip


def own_words(row: Practice, case: Case) -> list[str]:
    """What the company's own script says to begin with and of what this person needs."""
    steps = ["inicio", _STEPS[case.need]] if case.need in _STEPS else ["inicio"]
    creditor = row.creditor
    facts = {"acreedor": creditor.name, "asesor": row.agent.first_name or row.agent.get_username()}
    said = read_scripts.lines(creditor.pk, stage=case.stage, country=creditor.country, steps=steps)
    return [script.fill(line, facts) for line in said]


@attrs.frozen
class Progress:
    """An agent's practice over a time."""

    agent: str
    times: int
    cases: int
    passed: int
    average: int
    last: tuple[int, ...]


def progress(creditor_id: int) -> list[Progress]:
    """Each agent's practices, the fewest passed first: who needs a hand."""
    done = Practice.objects.filter(creditor_id=creditor_id).exclude(ended_at=None)
    rows = done.values("agent_id", "agent__first_name", "agent__username").annotate(
        times=Count("pk"), kinds=Count("case", distinct=True), mean=Avg("total"),
        passed=Count("case", distinct=True, filter=Q(passed=True)),
    )  # fmt: skip
    return [
        Progress(
            row["agent__first_name"] or row["agent__username"], row["times"], row["kinds"], row["passed"],
            round(row["mean"] or 0), last_totals(row["agent_id"]),
        )
        for row in rows.order_by("passed", "mean", "agent_id")
    ]  # fmt: skip


def last_totals(agent_id: int, n: int = 12) -> tuple[int, ...]:
    """The agent's last scores, the oldest first."""
    rows = Practice.objects.filter(agent_id=agent_id).exclude(ended_at=None).order_by("-ended_at")
    return tuple(reversed([t or 0 for t in rows.values_list("total", flat=True)[:n]]))
