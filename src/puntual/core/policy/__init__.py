"""Policies: what the company wants to do and when. `parse` a document, then ask what is `due` on a day."""

from puntual.core.policy.document import Policy, Step, parse
from puntual.core.policy.due import PolicyInForce, due

__all__ = ["Policy", "PolicyInForce", "Step", "due", "parse"]
