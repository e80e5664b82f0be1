"""The rules of negotiation and of cash application that stand for an account: its policy's, else the company's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from puntual.apps.policies import read
from puntual.core.negotiation.rules import CashRules, NegotiationRules


def negotiation_rules(creditor_id: int, policy_id: int | None, at: datetime) -> NegotiationRules:
    """What the policy of an account says at an instant. With no policy in force, the defaults of the core."""
    return rule_of(negotiation_rules_by_policy(creditor_id, at), policy_id)


def negotiation_rules_by_policy(creditor_id: int, at: datetime) -> Mapping[int | None, NegotiationRules]:
    """Account policy id -> its rules; None for the company's own policy. For many accounts at once."""
    return {pk: bound.policy.negotiation for pk, bound in read.in_force(creditor_id, at).items()}


def rule_of(rules: Mapping[int | None, NegotiationRules], policy_id: int | None) -> NegotiationRules:
    """The rules of one account among those of its company."""
    return rules.get(policy_id) or rules.get(None) or NegotiationRules()


def cash_rules(creditor_id: int, at: datetime) -> CashRules:
    """How the company's bank lines are understood: its own policy says so."""
    bound = read.in_force(creditor_id, at).get(None)
    return bound.policy.cash if bound else CashRules()
