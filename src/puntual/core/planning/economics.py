"""What a contact by each channel takes and does, until the company's own experiments say it: prudent assumptions.

Reach is near what published call centres report (a right party in about one call of four); lifts are the share of
those reached who pay because of the contact within a month. They are assumptions, screens call them so, and a
hold-out experiment replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from puntual.core.planning.candidates import ECONOMICS

#: channel -> minutes of a person, probability of reaching the right one, probability of paying because of it.
ASSUMED: Mapping[str, tuple[float, float, float]] = {
    "email": (0.0, 0.40, 0.06),
    "sms": (0.0, 0.55, 0.06),
    "whatsapp": (0.0, 0.60, 0.08),
    "voice": (0.0, 0.25, 0.05),
    "call": (6.0, 0.25, 0.25),
    "letter": (2.0, 0.60, 0.06),
    "visit": (40.0, 0.50, 0.30),
}


def table(own: Mapping[str, Mapping[str, Any]], cost_minor: Mapping[str, int]) -> pl.DataFrame:
    """ECONOMICS of every channel: the company's own figures (minutes, reach, lift, harm_minor) over the assumed."""
    rows = []
    for channel, (minutes, reach, lift) in ASSUMED.items():
        said = own.get(channel, {})
        rows.append(
            {
                "channel": channel,
                "cost_minor": int(cost_minor.get(channel, 0)),
                "minutes": float(said.get("minutes", minutes)),
                "reach": float(said.get("reach", reach)),
                "lift": float(said.get("lift", lift)),
                "harm_minor": int(said.get("harm_minor", 0)),
            }
        )
    return pl.DataFrame(rows, schema={name: spec.dtype for name, spec in ECONOMICS.items()})
