"""Reads for the screens of risk: sizes and flows of segments, accounts of one, rules as sentences, the model's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from django.db.models import Count, Sum

from puntual.apps.parties import read as parties
from puntual.apps.receivables.read_applied import labels
from puntual.apps.segments import read
from puntual.apps.segments.choices import AXIS_NAMES, CAUSE_NAMES, FAR_DAYS, VALUE_NAMES, segment_name, value_name
from puntual.apps.segments.models import AccountScore, ItemScore, Scoring, SegmentChange, SegmentDay
from puntual.core.segments.conditions import FIELDS
from puntual.core.segments.rules import AXES

PAGE = 50
WIDTH = 1000

_OPERATORS = {
    "igual": "es", "distinto": "no es", "desde": "desde", "hasta": "hasta", "mayor": "más de", "menor": "menos de",
    "en": "es una de",
}  # fmt: skip


@attrs.frozen
class Size:
    """A segment on the current scoring. `width` is its share of the largest, for the drawing."""

    code: str
    name: str
    accounts: int
    share: str
    amounts: tuple[tuple[str, int], ...]
    width: int


def sizes(creditor_id: int, scoring: Scoring) -> list[Size]:
    """The segments of today, most accounts first."""
    rows = SegmentDay.objects.filter(creditor_id=creditor_id, day=scoring.day)
    found: dict[str, list[SegmentDay]] = {}
    for row in rows:
        found.setdefault(row.segment, []).append(row)
    counts = {code: sum(r.accounts for r in rows) for code, rows in found.items()}
    whole, top = max(sum(counts.values()), 1), max(counts.values(), default=1)
    return [
        Size(
            code, segment_name(code), n, f"{round(100 * n / whole)} %",
            tuple((r.currency, r.amount_minor) for r in found[code]), round(WIDTH * n / top),
        )
        for code, n in sorted(counts.items(), key=lambda pair: -pair[1])
    ]  # fmt: skip


@attrs.frozen
class Cell:
    """Accounts of one capacity and readiness, and what they owe; `shade` from 0 to 4 is their share of all."""

    accounts: int
    amounts: tuple[tuple[str, int], ...]
    shade: int


@attrs.frozen
class Grid:
    """Capacity (rows) by readiness (columns); a name and a cell for each readiness in every row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    finding: tuple[str, str, int]


def grid(scoring: Scoring) -> Grid | None:
    """Who can pay by who is ready to; None without accounts."""
    found: dict[tuple[str, str], list[tuple[int, str, int]]] = {}
    rows = AccountScore.objects.filter(scoring=scoring).values("capacidad", "disposicion", "currency")
    for row in rows.annotate(n=Count("pk"), m=Sum("amount_minor")).order_by("currency"):
        found.setdefault((row["capacidad"], row["disposicion"]), []).append((row["n"], row["currency"], row["m"]))
    if not found:
        return None
    counts = {key: sum(n for n, _, _ in cell) for key, cell in found.items()}
    whole, document = sum(counts.values()), read.rules_of(scoring.creditor_id)
    down, across = (_values(document, axis, {key[i] for key in found}) for i, axis in enumerate(GRID_AXES))
    cells = {
        key: Cell(n, tuple((c, m) for _, c, m in found[key]), min(4, 1 + int(8 * n / whole)))
        for key, n in counts.items()
    }
    capacity, ready = max(counts, key=lambda key: (counts[key], key))
    return Grid(
        tuple(value_name(v) for v in across),
        tuple((value_name(c), tuple(cells.get((c, d), NO_CELL) for d in across)) for c in down),
        (value_name(capacity), value_name(ready), counts[capacity, ready]),
    )


NO_CELL = Cell(0, (), 0)
GRID_AXES = ("capacidad", "disposicion")


def _values(document: Mapping[str, Any], axis: str, seen: set[str]) -> list[str]:
    """The values of an axis, from less to more where that is known: those of the rules in force, and any that accounts
    still have from earlier ones."""
    known = list(VALUE_NAMES)
    named = {rule["valor"] for rule in document.get(axis, ())} | seen
    return sorted(named, key=lambda value: (known.index(value) if value in VALUE_NAMES else len(known), value))


def days(creditor_id: int, limit: int = 60) -> list[date]:
    """Days of which the sizes are known, newest first."""
    rows = SegmentDay.objects.filter(creditor_id=creditor_id).order_by("-day").values_list("day", flat=True)
    return list(rows.distinct()[:limit])


@attrs.frozen
class Flow:
    """How many accounts went from one segment to another; empty names: it had nothing open."""

    origin: str
    destination: str
    accounts: int


def flows(creditor_id: int, start: date, end: date) -> list[Flow]:
    """Who moved between two days: the first place that each account left, and the last that it came to."""
    rows = SegmentChange.objects.filter(creditor_id=creditor_id, day__gt=start, day__lte=end).order_by("day", "pk")
    first: dict[int, str] = {}
    last: dict[int, str] = {}
    for account, origin, destination in rows.values_list("account_id", "origin", "destination").iterator():
        first.setdefault(account, origin)
        last[account] = destination
    counted: dict[tuple[str, str], int] = {}
    for account, origin in first.items():
        if origin != last[account]:
            counted[origin, last[account]] = counted.get((origin, last[account]), 0) + 1
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Flow(_place(a), _place(b), n) for (a, b), n in ranked]


def _place(code: str) -> str:
    return segment_name(code) if code else "Sin nada abierto"


@attrs.frozen
class Line:
    """One account of a segment, for a table."""

    score: AccountScore
    name: str
    cause: str
    p_30: int
    alone: int
    far: bool


def lines(rows: Sequence[AccountScore]) -> list[Line]:
    """The rows with the names of their people, in one query."""
    people = parties.people(row.party_id for row in rows)
    return [
        Line(
            row, people[row.party_id].name if row.party_id in people else "", CAUSE_NAMES.get(row.cause, row.cause),
            round(100 * row.p_paid_30), round(100 * row.self_cure),
            (row.expected_on - row.scoring.day).days > FAR_DAYS,
        )
        for row in rows
    ]  # fmt: skip


def accounts_in(scoring: Scoring, segment: str, page: int) -> tuple[list[AccountScore], bool]:
    """A page of the accounts of a segment, most at stake first, and whether there are more."""
    rows = AccountScore.objects.filter(scoring=scoring, segment=segment).select_related("account", "scoring")
    got = list(rows.order_by("-at_stake_minor", "account_id")[page * PAGE : (page + 1) * PAGE + 1])
    return got[:PAGE], len(got) > PAGE


def expected(scoring: Scoring) -> list[tuple[str, int, int]]:
    """(currency, open amount, what would not come in 30 days without help) of everything that was scored."""
    rows = AccountScore.objects.filter(scoring=scoring).values("currency")
    summed = rows.annotate(a=Sum("amount_minor"), s=Sum("at_stake_minor")).order_by("-a")
    return [(r["currency"], r["a"], r["s"]) for r in summed]


def causes(scoring: Scoring) -> list[tuple[str, int]]:
    """(cause, accounts), the most frequent first; what is not known last."""
    rows = AccountScore.objects.filter(scoring=scoring).values_list("cause").annotate(n=Count("pk"))
    return sorted(((CAUSE_NAMES.get(c, c), n) for c, n in rows), key=lambda r: (r[0] == CAUSE_NAMES["unknown"], -r[1]))


@attrs.frozen
class Part:
    """One condition of a rule: its words, and the figure that a person may change (None: it is not a figure)."""

    words: str
    key: str
    figure: str | None


@attrs.frozen
class RuleText:
    """A rule as people read it."""

    number: int
    value: str
    name: str
    parts: tuple[Part, ...]


def rules_as_text(document: Mapping[str, Any]) -> list[tuple[str, str, list[RuleText]]]:
    """(part, its name, its rules in order) of a document of rules."""
    return [
        (part, str(AXIS_NAMES[part]), [_rule(part, n, rule) for n, rule in enumerate(document[part], start=1)])
        for part in (*AXES, "segmentos")
        if part in document
    ]


def _rule(part: str, number: int, rule: Mapping[str, Any]) -> RuleText:
    name = segment_name(rule["valor"]) if part == "segmentos" else value_name(rule["valor"]).capitalize()
    parts = []
    for field, wanted in rule["cuando"].items():
        for operator, value in (wanted if isinstance(wanted, Mapping) else {"igual": wanted}).items():
            key = f"{part}.{number}.{field}.{operator}"
            figure = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else None
            parts.append(Part(_words(field, operator, value, figure), key, figure))
    return RuleText(number, rule["valor"], name, tuple(parts))


def _words(field: str, operator: str, value: Any, figure: str | None) -> str:
    meaning = FIELDS[field].meaning if field in FIELDS else str(AXIS_NAMES.get(field, "causa")).lower()
    if isinstance(value, bool):
        return meaning if value == (operator == "igual") else f"no: {meaning}"
    if figure is not None:
        return f"{meaning}, {_OPERATORS[operator]}"
    names = [_named(field, one) for one in (value if isinstance(value, list | tuple) else [value])]
    said = " o ".join(names)
    return f"{meaning}: {said}" if operator in ("igual", "en") else f"{meaning} no es {said}"


def _named(field: str, value: Any) -> str:
    return CAUSE_NAMES.get(str(value), str(value)).lower() if field == "causa" else value_name(str(value))


def with_figures(document: Mapping[str, Any], figures: Mapping[str, float]) -> dict[str, Any]:
    """The document with other figures in its conditions; keys as `Part.key`."""
    changed: dict[str, Any] = {}
    for part, rules in document.items():
        changed[part] = []
        for number, rule in enumerate(rules, start=1):
            when = {
                field: {op: figures.get(f"{part}.{number}.{field}.{op}", v) for op, v in wanted.items()}
                if isinstance(wanted, Mapping)
                else figures.get(f"{part}.{number}.{field}.igual", wanted)
                for field, wanted in rule["cuando"].items()
            }
            changed[part].append({"valor": rule["valor"], "cuando": when})
    return changed


#: Documents whose risk and reason are told on the customer's page, the riskiest first.
TOLD = 20


def risk_of(account_id: int) -> dict[str, Any] | None:
    """What the customer's page says of risk: the score, its riskiest documents with why, its line of the day's list."""
    score = read.scores_of([account_id]).get(account_id)
    if score is None:
        return None
    items = sorted(read.items_of([account_id]).get(account_id, []), key=lambda i: i.p_paid_30)[:TOLD]
    told = read.reasons_of(score.scoring_id, [i.due_item_id for i in items])
    worst = next((i for i in items if told.get(i.due_item_id)), None)
    return {
        "score": score, "segment": segment_name(score.segment), "cause": CAUSE_NAMES.get(score.cause, score.cause),
        "p_30": round(100 * score.p_paid_30), "alone": round(100 * score.self_cure),
        "late": None if score.p_late is None else round(100 * score.p_late),
        "axes": [(str(AXIS_NAMES[a]), value_name(getattr(score, a))) for a in AXES],
        "why": told.get(worst.due_item_id, []) if worst else [], "items": _items(items, told),
        "work": read.work_of([account_id]).get(account_id),
        "signals": [s for s in score.cause_signals.split("\n") if s], "short": score.scoring.short_history,
        "felt": [s for s in score.health_why.split("\n") if s], "day": score.scoring.day, "line": score.scoring.line,
        "confidence": round(100 * score.cause_confidence),
        "far": (score.expected_on - score.scoring.day).days > FAR_DAYS,
    }  # fmt: skip


def _items(items: Sequence[ItemScore], told: Mapping[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Each document with its chances, its expected day and its strongest reason."""
    names = labels([i.due_item_id for i in items])
    return [
        {
            "name": names.get(i.due_item_id, ""), "p_7": round(100 * i.p_paid_7), "p_30": round(100 * i.p_paid_30),
            "expected_on": i.expected_on, "from": i.earliest_on, "to": i.latest_on,
            "why": next((w["text"] for w in told.get(i.due_item_id, [])), ""),
        }
        for i in items
    ]  # fmt: skip
