"""Which of the policy's roles a person of the company has at a creditor, to know how much may be granted alone."""

from __future__ import annotations

from typing import Any

from puntual.apps.access import read as access

#: Roles of people, the most powerful first -> the policy's role (core.negotiation.rules.ROLES).
_RANKS = (("admin", "manager"), ("manager", "manager"), ("supervisor", "supervisor"), ("agent", "agent"))


def role_of(user: Any, creditor_id: int) -> str:
    """The policy's role of that person there. Who has no role that negotiates gets the least: an agent's."""
    grants = access.grants_of(user)
    if grants.everything:
        return "manager"
    mine = grants.roles(creditor_id)
    return next((role for name, role in _RANKS if name in mine), "agent")
