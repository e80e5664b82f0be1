"""What the gate needs to be told: the contacts and the consents of the parties, and the law. Any richer value fits."""

from __future__ import annotations

from typing import Protocol

import attrs
import polars as pl

from puntual.core import frames
from puntual.core.compliance.rulebook import Law

#: Circumstances of a party that a rule names: microcredit, no_updated_contact_data, minor, attorney...
CONTACT_FLAGS: frames.Schema = {
    "party": frames.Column(frames.ID, "persona o empresa"),
    "flag": frames.Column(pl.String, "circunstancia que una norma nombra: minor, attorney, microcredit, ..."),
}


class KnownContacts(Protocol):
    """Facts about the parties: frames CONTACTS and CONSENTS; a `contact_flags` frame (CONTACT_FLAGS) is optional."""

    @property
    def contacts(self) -> pl.DataFrame: ...
    @property
    def consents(self) -> pl.DataFrame: ...


class HasLaw(Protocol):
    """Rules that include the compiled law."""

    @property
    def law(self) -> Law: ...


@attrs.frozen(eq=False)
class GateKnown:
    """The smallest `known` that the gate accepts."""

    contacts: pl.DataFrame = attrs.field(factory=lambda: frames.empty(frames.CONTACTS))
    consents: pl.DataFrame = attrs.field(factory=lambda: frames.empty(frames.CONSENTS))
    contact_flags: pl.DataFrame | None = None


@attrs.frozen(eq=False)
class GateRules:
    """The smallest `rules` that the gate accepts."""

    law: Law
