"""What a visit came to. Nothing is ever left with another person, and nothing is written where others can read it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen
class VisitResult:
    """`reached`: the person was spoken to. `happened`: somebody went there, so that it counts in the caps."""

    code: str
    name: str
    reached: bool = False
    happened: bool = True
    wrong_address: bool = False


_TABLE = (
    VisitResult("talked", "Hablamos: pagará por su cuenta", reached=True),
    VisitResult("promise", "Prometió una fecha", reached=True),
    VisitResult("says_paid", "Dice que ya pagó", reached=True),
    VisitResult("cannot_pay", "No puede pagar ahora", reached=True),
    VisitResult("dispute", "No está de acuerdo", reached=True),
    VisitResult("stop", "Pidió que no se le visite", reached=True),
    VisitResult("nobody", "No había nadie"),
    VisitResult("another", "Atendió otra persona; no se dijo nada"),
    VisitResult("wrong_address", "Ahí no vive", wrong_address=True),
    VisitResult("not_gone", "No se fue", happened=False),
)
RESULTS: Mapping[str, VisitResult] = {one.code: one for one in _TABLE}
