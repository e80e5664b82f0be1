"""What the law allows: `gate` decides over frames; `Law` is what the loader compiles from the packs."""

from puntual.core.compliance.gating import gate
from puntual.core.compliance.known import CONTACT_FLAGS, GateKnown, GateRules, HasLaw, KnownContacts
from puntual.core.compliance.rulebook import ContentRule, Law, Pack, Rule
from puntual.core.compliance.week import safe_hours

__all__ = [
    "CONTACT_FLAGS", "ContentRule", "GateKnown", "GateRules", "HasLaw", "KnownContacts", "Law", "Pack", "Rule", "gate",
    "safe_hours",
]  # fmt: skip
