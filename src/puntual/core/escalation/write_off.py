"""What a tax write-off asks of a debt: ways, each with its requirements, met, not met or for a person to prove.

Nothing here decides: passing a way only says that the file has what the product can see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

#: What the product sees by itself.
CHECKS = ("booked", "prescribed", "insolvent", "days_late", "contacts", "below", "check")


@attrs.frozen
class Seen:
    """What is known of a debt. `units`: what each index is worth in its currency, in minor units."""

    days_late: int
    contacts: int
    prescribed: bool
    insolvent: bool
    open_minor: int
    units: Mapping[str, Decimal]


@attrs.frozen
class Requirement:
    """One thing asked. `met` None: a person must bring its proof."""

    text: str
    met: bool | None


@attrs.frozen
class Way:
    """One way to write the debt off."""

    id: str
    text: str
    requirements: tuple[Requirement, ...]

    @property
    def state(self) -> str:
        """missing, to_prove (only what a person brings) or met."""
        if any(r.met is False for r in self.requirements):
            return "missing"
        return "to_prove" if any(r.met is None for r in self.requirements) else "met"


def judge(ways: Sequence[Mapping[str, Any]], seen: Seen) -> tuple[Way, ...]:
    """Every way of a country against what is known."""
    return tuple(Way(w["id"], w["text"], tuple(_requirement(one, seen) for one in w["all"])) for w in ways)


def _requirement(asked: str | Mapping[str, Any], seen: Seen) -> Requirement:
    if isinstance(asked, str):
        return {
            "booked": Requirement("Está contabilizada en los libros", True),
            "prescribed": Requirement("Prescribió la acción para cobrarla", seen.prescribed),
            "insolvent": Requirement("La persona está en insolvencia", seen.insolvent),
        }[asked]
    if "days_late" in asked:
        days = int(asked["days_late"])
        return Requirement(f"Al menos {days} días de atraso (tiene {seen.days_late})", seen.days_late >= days)
    if "contacts" in asked:
        return Requirement(f"Gestiones de cobro registradas: {seen.contacts}", seen.contacts >= int(asked["contacts"]))
    if "below" in asked:
        return _below(asked["below"], seen)
    return Requirement(str(asked["text"]), None)


def _below(asked: Mapping[str, Any], seen: Seen) -> Requirement:
    index, times = str(asked["index"]), int(asked["times"])
    unit = seen.units.get(index)
    text = f"No mayor de {times} veces {index}"
    if unit is None:
        return Requirement(f"{text} (falta cargar su valor)", None)
    return Requirement(text, seen.open_minor <= unit * times)
