"""Reads for the screens of policies: what is in force, what is being changed, and for whom."""

from __future__ import annotations

from datetime import datetime

import attrs
from django.db.models import Count

from puntual.apps.parties.models import Account
from puntual.apps.policies import read
from puntual.apps.policies.models import Policy, PolicyVersion
from puntual.apps.policies.words import Mark, marks
from puntual.core.policy import Policy as PolicyValue


@attrs.frozen
class Shown:
    """A policy as a screen shows it: the version in force and the draft, whichever there are, and its value."""

    policy: Policy
    in_force: PolicyVersion | None
    draft: PolicyVersion | None
    value: PolicyValue
    accounts: int

    @property
    def text(self) -> str:
        """The text that is being looked at: the draft if there is one."""
        return (self.draft or self.in_force).text  # type: ignore[union-attr]

    @property
    def marks(self) -> list[Mark]:
        return marks(self.value)


def own(creditor_id: int, pk: int) -> Policy | None:
    """The creditor's policy of that number."""
    return Policy.objects.filter(creditor_id=creditor_id, pk=pk).first()


def shown(policy: Policy, at: datetime, counts: dict[int | None, int] | None = None) -> Shown:
    """What a screen says of one policy."""
    ruling = read.version_in_force(policy.pk, at)
    newest = policy.versions.order_by("-number").first()
    draft = newest if newest and newest.active_from is None else None
    value = read.parse_text((draft or ruling).text)  # type: ignore[union-attr]
    counts = accounts_by_policy(policy.creditor_id) if counts is None else counts
    n = counts.get(policy.pk, 0) + (counts.get(None, 0) if policy.default else 0)
    return Shown(policy, ruling, draft, value, n)


def every(creditor_id: int, at: datetime) -> list[Shown]:
    """All the policies of a creditor, its default one first."""
    counts = accounts_by_policy(creditor_id)
    return [shown(p, at, counts) for p in read.policies_of(creditor_id) if p.versions.exists()]


def accounts_by_policy(creditor_id: int) -> dict[int | None, int]:
    """policy -> accounts that have it as their own; None counts those that follow the company's."""
    rows = Account.objects.filter(creditor_id=creditor_id).values_list("policy_id").annotate(n=Count("pk"))
    return {policy: n for policy, n in rows.order_by()}


def segments(creditor_id: int) -> list[tuple[str, int]]:
    """(segment, accounts) of a creditor, by name."""
    rows = Account.objects.filter(creditor_id=creditor_id).exclude(segment="")
    return list(rows.values_list("segment").annotate(n=Count("pk")).order_by("segment"))


def accounts_of(creditor_id: int, *, segment: str = "", codes: list[str] | None = None) -> list[int]:
    """The accounts of a segment, or those of these codes."""
    rows = Account.objects.filter(creditor_id=creditor_id)
    rows = rows.filter(code__in=codes) if codes else rows.filter(segment=segment)
    return list(rows.values_list("pk", flat=True))
