"""What there is to spend on a day: people, lines, money, counts, approvals. How `choose` is told its limits."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from puntual.core.errors import UnusableInput

#: Channels that occupy a telephone line while they last.
LINE_CHANNELS = ("call", "voice")
#: Minutes that one line gives in a working day of eight hours, unless the capacity says another figure.
DAY_MINUTES = 480.0


@attrs.frozen(kw_only=True)
class Capacity:
    """Limits over everything chosen together. None (or a channel that is not named) means without limit.

    minutes               agent minutes, against the column `minutes`
    lines, line_minutes   telephone lines and the minutes each gives, against `line_minutes` of calls (if the candidates
                          lack that column, their `minutes`)
    budget_minor          money over all channels, against `cost_minor`, in the reporting currency of the candidates
    channel_budget_minor  money of one channel
    channel_counts        how many actions of one channel
    approvals             how many actions a person can look at first, against rows whose `needs_approval` is true
    """

    minutes: float | None = None
    lines: int | None = None
    line_minutes: float = DAY_MINUTES
    budget_minor: int | None = None
    channel_budget_minor: Mapping[str, int] = attrs.field(factory=dict)
    channel_counts: Mapping[str, int] = attrs.field(factory=dict)
    approvals: int | None = None

    def __attrs_post_init__(self) -> None:
        limits: dict[str, float | None] = {
            "minutos": self.minutes,
            "líneas": self.lines,
            "minutos por línea": self.line_minutes,
            "presupuesto": self.budget_minor,
            "aprobaciones": self.approvals,
        }
        limits |= {f"presupuesto de {channel}": value for channel, value in self.channel_budget_minor.items()}
        limits |= {f"cantidad de {channel}": value for channel, value in self.channel_counts.items()}
        for name, value in limits.items():
            if value is not None and not value >= 0:
                raise UnusableInput(
                    f"La capacidad «{name}» es {value}: escriba cero o más, o déjela vacía si no hay límite."
                )
