"""A script (speech, guion) as a tree: what to say, step by step, and a branch for each thing the person may answer.

Written as a mapping (YAML on disk, a form on screen), read into frozen values and checked: a script that leads nowhere,
or leaves one of the four common objections without an answer, cannot be activated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.frames import STAGES

START = "inicio"
#: The objections that every script must answer, and how people say them.
OBJECTIONS = {
    "sin_dinero": "No tengo dinero",
    "ya_pague": "Ya pagué",
    "no_reconozco": "No reconozco esa deuda",
    "abogado": "Hable con mi abogado",
}
TONES = ("amable", "firme")
#: Facts that a script may name, as `{{ name }}`.
FACTS = (
    "persona",
    "acreedor",
    "asesor",
    "saldo",
    "vencido",
    "documentos",
    "dias",
    "vencimiento",
    "oficina_quejas",
)
#: Keys of the screen that a branch may have, in order; those of the acts are taken.
BRANCH_KEYS = "abehmq"
#: Keys of the four objections, in their order.
OBJECTION_KEYS = "wryi"
_GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_ID = re.compile(r"^[a-z0-9_]{1,30}$")
#: Acts of the desk that a node may open.
ACTS = ("", "promise", "agreement", "dispute", "call_back", "result", "transfer")


@attrs.frozen
class Branch:
    """What the person answers, and where it leads."""

    label: str
    to: str


@attrs.frozen
class Node:
    """One step: what to say, a word of advice that is not said, the act it opens, and what may be answered."""

    id: str
    say: str
    advice: str = ""
    act: str = ""
    branches: tuple[Branch, ...] = ()
    objection: bool = False


@attrs.frozen
class Script:
    """A tree with its scope. Empty scope fields match anything; the most specific script wins."""

    name: str
    nodes: Mapping[str, Node]
    stage: str = ""
    segment: str = ""
    country: str = ""
    tone: str = "amable"

    def text(self) -> str:
        """Everything that is said, for the linter: one line a node, in order."""
        return "\n".join(" ".join(node.say.split()) for node in self.nodes.values())


def read(document: Mapping[str, Any]) -> Script:
    """The script of a document. UnusableInput with every problem and its place."""
    problems: list[str] = []
    raw = document.get("pasos")
    if not isinstance(raw, Mapping) or not raw:
        raise UnusableInput("El guion no tiene pasos: escriba al menos «inicio».", field="pasos")
    nodes = {str(name): _node(str(name), body, problems) for name, body in raw.items()}
    scope = {
        k: str(document.get(w) or "") for k, w in (("stage", "etapa"), ("segment", "segmento"), ("country", "pais"))
    }
    tone = str(document.get("tono") or "amable")
    if scope["stage"] and scope["stage"] not in STAGES:
        problems.append(f"etapa: «{scope['stage']}» no se conoce")
    if tone not in TONES:
        problems.append(f"tono: «{tone}» no se conoce; use {' o '.join(TONES)}")
    problems += _leads(nodes)
    if problems:
        raise UnusableInput("El guion no está completo: " + "; ".join(problems) + ".", field="pasos")
    return Script(str(document.get("nombre") or "Guion"), nodes, tone=tone, **scope)


def write(script: Script) -> dict[str, Any]:
    """The document of a script: `read` gives the same script back."""
    steps = {}
    for node in script.nodes.values():
        body: dict[str, Any] = {"decir": node.say}
        if node.advice:
            body["consejo"] = node.advice
        if node.act:
            body["acto"] = node.act
        if node.branches:
            body["respuestas"] = [{"dice": b.label, "va": b.to} for b in node.branches]
        steps[node.id] = body
    return {
        "nombre": script.name, "etapa": script.stage, "segmento": script.segment, "pais": script.country,
        "tono": script.tone, "pasos": steps,
    }  # fmt: skip


def _node(name: str, body: Any, problems: list[str]) -> Node:
    if not _ID.match(name):
        problems.append(f"«{name}»: el nombre de un paso lleva minúsculas, cifras y guion bajo")
    body = body if isinstance(body, Mapping) else {}
    say, act = str(body.get("decir") or "").strip(), str(body.get("acto") or "")
    if not say:
        problems.append(f"{name}: falta lo que se dice")
    if act not in ACTS:
        problems.append(f"{name}: el acto «{act}» no se conoce")
    strange = sorted(set(_GAP.findall(say)) - set(FACTS))
    if strange:
        problems.append(f"{name}: no hay un dato llamado {', '.join(strange)}")
    rows = body.get("respuestas") or ()
    branches = tuple(Branch(str(b.get("dice") or "").strip(), str(b.get("va") or "")) for b in rows)
    if any(not b.label for b in branches):
        problems.append(f"{name}: hay una respuesta sin palabras")
    return Node(name, say, str(body.get("consejo") or "").strip(), act, branches, name in OBJECTIONS)


def _leads(nodes: Mapping[str, Node]) -> list[str]:
    """What keeps the tree from leading everywhere it must."""
    if START not in nodes:
        return [f"falta el paso «{START}»"]
    found = [
        f"{node.id}: «{b.label}» lleva a «{b.to}», que no existe"
        for node in nodes.values()
        for b in node.branches
        if b.to not in nodes
    ]
    found += [f"falta la objeción «{words}» (paso {name})" for name, words in OBJECTIONS.items() if name not in nodes]
    reached = _reached(nodes)
    found += [f"nada lleva a «{name}»" for name in nodes if name not in reached and name not in OBJECTIONS]
    return found


def _reached(nodes: Mapping[str, Node]) -> set[str]:
    seen: set[str] = set()
    ahead = [START, *OBJECTIONS]
    while ahead:
        name = ahead.pop()
        if name in nodes and name not in seen:
            seen.add(name)
            ahead += [b.to for b in nodes[name].branches]
    return seen


def fitting(scripts: Iterable[Script], *, stage: str, segment: str, country: str, tone: str = "") -> Script | None:
    """The most specific script for that stage, segment, country and tone; the first of equals. None if none fits."""
    wanted = {"stage": stage, "segment": segment, "country": country}
    best: Script | None = None
    most = -1
    for one in scripts:
        own = {name: getattr(one, name) for name in wanted}
        if any(value and value != wanted[name] for name, value in own.items()):
            continue
        score = sum(8 >> i for i, value in enumerate(own.values()) if value) + (bool(tone) and one.tone == tone)
        if score > most:
            best, most = one, score
    return best


def fill(say: str, facts: Mapping[str, str]) -> str:
    """What is said, with the facts in their places. A fact that is not known leaves its place in brackets."""
    return _GAP.sub(lambda gap: facts.get(gap[1]) or f"[{gap[1]}]", say)


@attrs.frozen
class Measured:
    """How a branch does: times used, people, and how many of them promised or agreed in the same conversation."""

    node: str
    used: int
    people: int
    promised: int

    @property
    def promise_rate(self) -> float:
        return self.promised / self.people if self.people else 0.0


def measure(uses: Sequence[tuple[str, int]], promised: frozenset[int]) -> tuple[Measured, ...]:
    """From (node, conversation) pairs and the conversations that ended in a promise: a row a node, most used first."""
    found: dict[str, list[int]] = {}
    for node, conversation in uses:
        found.setdefault(node, []).append(conversation)
    rows = [Measured(n, len(rows), len(set(rows)), len(set(rows) & promised)) for n, rows in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row.used, row.node)))
