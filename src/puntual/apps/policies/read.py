"""The only reader of policies: documents as values, and which version is in force when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

import yaml

from puntual.apps.policies.models import Policy, PolicyVersion
from puntual.core.errors import UnusableInput
from puntual.core.policy import Policy as PolicyValue
from puntual.core.policy import PolicyInForce, parse


@lru_cache(maxsize=256)
def parse_text(text: str) -> PolicyValue:
    """The policy that a YAML text says. UnusableInput with every problem and its place."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (línea {mark.line + 1}, columna {mark.column + 1})" if mark else ""
        raise UnusableInput(f"La política no es YAML válido{where}: revise sangrías y dos puntos.") from None
    return parse(document)


def version_in_force(policy_id: int, at: datetime) -> PolicyVersion | None:
    """The version of a policy that was in force at an instant."""
    versions = PolicyVersion.objects.filter(policy_id=policy_id, active_from__lte=at)
    return versions.order_by("-active_from", "-number").first()


def in_force(creditor_id: int, at: datetime) -> dict[int | None, PolicyInForce]:
    """Account policy id -> policy in force; None for the creditor's default one."""
    found: dict[int | None, PolicyInForce] = {}
    for policy in Policy.objects.filter(creditor_id=creditor_id):
        version = version_in_force(policy.pk, at)
        if version is None:
            continue
        bound = PolicyInForce(version.pk, parse_text(version.text))
        found[policy.pk] = bound
        if policy.default:
            found[None] = bound
    return found


def policies_of(creditor_id: int) -> list[Policy]:
    return list(Policy.objects.filter(creditor_id=creditor_id).order_by("-default", "name"))


def versions_of(policy_id: int) -> list[PolicyVersion]:
    return list(PolicyVersion.objects.filter(policy_id=policy_id).order_by("-number"))


def version(pk: int) -> PolicyVersion:
    return PolicyVersion.objects.select_related("policy").get(pk=pk)


def by_slug(slug: str) -> Policy | None:
    """The policy behind a public page."""
    return Policy.objects.filter(public_slug=slug).select_related("creditor").first()


def tones(rows: Iterable[Any]) -> dict[tuple[int | None, str], str]:
    """(version, step) -> the tone of that step, for rows that name both."""
    wanted = {row.policy_version_id for row in rows if row.policy_version_id}
    texts = PolicyVersion.objects.filter(pk__in=wanted).values_list("pk", "text")
    return {(pk, step.id): step.tone for pk, text in texts for step in parse_text(text).steps}


def first_days(version_ids: Iterable[int | None]) -> dict[tuple[int, str], int]:
    """(version, step) -> the day offset from which a message of that step speaks of a due item.

    That of the version's first step that holds for everybody, or the step's own if it is earlier. Step "" stands for a
    message of no step.
    """
    wanted = {pk for pk in version_ids if pk is not None}
    texts = PolicyVersion.objects.filter(pk__in=wanted).values_list("pk", "text")
    found: dict[tuple[int, str], int] = {}
    for pk, text in texts:
        steps = parse_text(text).steps
        if not steps:
            continue
        first = next((s.day for s in steps if s.condition.always()), steps[0].day)
        found |= {(pk, step.id): min(step.day, first) for step in steps} | {(pk, ""): first}
    return found
