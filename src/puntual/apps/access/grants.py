"""What one person may do, where: a frozen value, asked by the doors, the screens and the menu."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs
from django.core.exceptions import PermissionDenied

from puntual.apps.access.choices import ACTS, SEES_ALL, acts_of


class NotAllowed(PermissionDenied):
    """The person lacks an act. Its text is the sentence that the page says."""

    def __init__(self, act: str | None = None) -> None:
        self.act = act
        super().__init__(f"Le falta el permiso «{ACTS[act]}»." if act in ACTS else "")


@attrs.frozen
class Grants:
    """Roles over all creditors, roles over some, or everything."""

    everything: bool = False
    everywhere: frozenset[str] = frozenset()
    by_creditor: Mapping[int, frozenset[str]] = attrs.field(factory=dict)
    #: Departments and sellers whose disputes are theirs, by creditor (None: at every one).
    areas: Mapping[int | None, frozenset[str]] = attrs.field(factory=dict)

    def all_roles(self) -> frozenset[str]:
        """The roles that they have anywhere."""
        mine = self.everywhere.union(*self.by_creditor.values())
        return mine | {"admin"} if self.everything else mine

    def roles(self, creditor_id: int) -> frozenset[str]:
        """The roles that count there."""
        return self.everywhere | self.by_creditor.get(creditor_id, frozenset())

    def may(self, act: str, creditor_id: int | None = None) -> bool:
        """Whether the act is theirs at that creditor; without one, anywhere."""
        if self.everything or act in acts_of(self.everywhere, whole_house=True):
            return True
        if creditor_id is not None:
            return act in acts_of(self.by_creditor.get(creditor_id, frozenset()), whole_house=False)
        return any(act in acts_of(roles, whole_house=False) for roles in self.by_creditor.values())

    def own_areas(self, creditor_id: int) -> frozenset[str] | None:
        """The areas that bound what they see there; None where they see everything."""
        if self.may(SEES_ALL, creditor_id):
            return None
        return self.areas.get(creditor_id, frozenset()) | self.areas.get(None, frozenset())

    def sees(self, creditor_id: int) -> bool:
        """Whether that creditor exists for them."""
        return self.everything or bool(self.everywhere) or creditor_id in self.by_creditor

    def visible(self, creditor_ids: Iterable[int]) -> list[int]:
        """Those that exist for them."""
        return [pk for pk in creditor_ids if self.sees(pk)]

    def demand(self, act: str, creditor_id: int | None = None) -> None:
        """NotAllowed if the act is not theirs."""
        if not self.may(act, creditor_id):
            raise NotAllowed(act)


NOBODY = Grants()


@attrs.frozen
class May:
    """For templates: `{% if may.sends.approve %}` asks for the act at the creditor of the page."""

    grants: Grants
    creditor_id: int | None
    noun: str = ""

    def __getitem__(self, name: str) -> object:
        if not self.noun:
            return attrs.evolve(self, noun=name)
        act = f"{self.noun}.{name}"
        if act not in ACTS:
            raise KeyError(name)
        return self.grants.may(act, self.creditor_id)
