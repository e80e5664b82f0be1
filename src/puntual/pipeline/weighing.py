"""What the company says of its channels and its day, and what was scored, brought to the choice of the day."""

from __future__ import annotations

import attrs
import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import read as reports
from puntual.apps.segments import read as segments
from puntual.core.planning import Capacity, economics


@attrs.frozen(eq=False)
class Stakes:
    """scores: account, pays_anyway, p_late; economics: what a contact by each channel takes and does; the capacity."""

    scores: pl.DataFrame
    economics: pl.DataFrame
    capacity: Capacity

    @property
    def known(self) -> bool:
        """Whether anything was scored."""
        return self.scores.height > 0


NOTHING = Stakes(pl.DataFrame(schema={n: c.dtype for n, c in segments.STAKES.items()}), economics.table({}, {}),
                 Capacity())  # fmt: skip


def stakes_of(creditor: Creditor, capacity: Capacity | None = None) -> Stakes:
    """Of one company; its own capacity unless another is given."""
    own = {channel: attrs_of(row) for channel, row in segments.own_economics(creditor.pk).items()}
    return Stakes(
        segments.stakes_frame(creditor.pk),
        economics.table(own, reports.contact_cost(creditor.pk)),
        capacity or segments.capacity(creditor.pk),
    )


def attrs_of(row: segments.Economics) -> dict[str, float]:
    return {"minutes": row.minutes, "reach": row.reach, "lift": row.lift, "harm_minor": row.harm_minor}
