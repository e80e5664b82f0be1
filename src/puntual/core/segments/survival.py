"""The curve of one item: the probability that it is still unpaid so many days after the row's own date.

From one curve come all answers (late at all, paid within 7/14/30 days, the date, the cash), so they cannot contradict
each other. It is fed by a discrete-time hazard (Allison, 1982: one line per item and interval at risk, label "paid in
it"), or, without a learner, by the portfolio's Kaplan-Meier curve of delays, parted by the payer's own shrunken late
rate.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt
import polars as pl

from puntual.core.segments.learning import Floats

Bools = npt.NDArray[np.bool_]
#: Days after the row's date at which the curve has a knot, besides the item's own due date.
KNOTS = (7.0, 14.0, 30.0, 60.0, 90.0, 180.0)
#: Further knots so many days from the payer's usual day.
AROUND_USUAL = (-4.0, 0.0, 4.0)
#: The curve is followed no further than this many days.
HORIZON = 365.0
#: Share taken never to pay when there is only a step curve.
NEVER = 0.01


@attrs.frozen(eq=False)
class Curve:
    """Per row: ascending knots in days (first -1: nothing yet) and the share still unpaid at each (first 1.0)."""

    days: Floats
    unpaid: Floats

    def paid_by(self, day: Floats | float) -> Floats:
        """P(paid within `day` days), interpolated between knots, held after the last one."""
        t = np.broadcast_to(np.asarray(day, dtype=np.float64), (len(self.days),))
        j = np.clip((self.days < t[:, None]).sum(1), 1, self.days.shape[1] - 1)
        low, high, before, after = self._segment(j)
        share = np.clip(np.divide(t - low, high - low, out=np.ones_like(low), where=high > low), 0.0, 1.0)
        return np.asarray(1.0 - (before + (after - before) * share))

    def day_of(self, paid_share: float) -> Floats:
        """The first day by which that share of such items is paid; past the last knot, at its last rate, to
        HORIZON."""
        target = 1.0 - paid_share
        j = np.clip((self.unpaid > target).sum(1), 1, self.days.shape[1] - 1)
        low, high, before, after = self._segment(j)
        share = np.divide(before - target, before - after, out=np.ones_like(low), where=before > after)
        inside = low + (high - low) * np.clip(share, 0.0, 1.0)
        last = self.unpaid[:, -1]
        hazard = np.maximum(-np.log(np.maximum(last, 1e-9)) / np.maximum(self.days[:, -1], 1.0), 1e-4)
        beyond = self.days[:, -1] + np.log(np.maximum(last, 1e-9) / target) / hazard
        return np.asarray(np.clip(np.where(last > target, beyond, inside), 0.0, HORIZON))

    def _segment(self, j: npt.NDArray[np.int64]) -> tuple[Floats, Floats, Floats, Floats]:
        row = np.arange(len(j))
        return self.days[row, j - 1], self.days[row, j], self.unpaid[row, j - 1], self.unpaid[row, j]


def knots(to_limit: Floats, to_usual: Floats) -> Floats:
    """Per row, ascending after -1: the fixed knots, the day on which lateness is decided (the due date and grace), and
    days around the payer's usual one, so that a regular payer is not smeared over a fortnight."""
    own = np.column_stack([to_limit, *(np.floor(to_usual) + step for step in AROUND_USUAL)])
    own = np.where((own >= 0) & (own <= HORIZON), own, KNOTS[-1])  # a repeated knot is an empty interval
    fixed = np.broadcast_to(np.array(KNOTS), (len(to_limit), len(KNOTS)))
    return np.column_stack([np.full(len(to_limit), -1.0), np.sort(np.column_stack([fixed, own]), axis=1)])


@attrs.frozen(eq=False)
class Periods:
    """Lines at risk: which row, from when to when (days after its date), and whether it was paid in between."""

    row: npt.NDArray[np.int64]
    start: Floats
    end: Floats
    paid: Floats


def periods(days: Floats, paid_after: Floats, seen: Floats) -> Periods:
    """One line per row and interval it lived through. `paid_after`: days to payment, infinite if none was seen in
    `seen` days. An interval that the observation ends in is left out, paid or not: kept only where it was paid, it
    would teach that whoever is open now pays at once."""
    rows, starts, ends, labels = [], [], [], []
    for j in range(1, days.shape[1]):
        start, end = days[:, j - 1], days[:, j]
        at_risk = (end > start) & (paid_after > start)
        told = seen >= end
        i = np.flatnonzero(at_risk & told)
        rows.append(i)
        starts.append(start[i])
        ends.append(end[i])
        labels.append((paid_after[i] <= end[i]).astype(np.float64))
    return Periods(np.concatenate(rows), np.concatenate(starts), np.concatenate(ends), np.concatenate(labels))


def outcome(rows: pl.DataFrame, known_on: pl.Expr) -> tuple[Floats, Floats]:
    """(days to payment, or infinite; days of observation) of each row, by what was known on the morning `known_on`."""
    seen = (known_on - pl.col("as_of")).dt.total_days().cast(pl.Float64) - 1.0
    after = (pl.col("paid_on") - pl.col("as_of")).dt.total_days().cast(pl.Float64)
    table = rows.select(after=after.fill_null(np.inf), seen=seen).to_numpy()
    paid_after, observed = table[:, 0].copy(), table[:, 1].copy()
    paid_after[paid_after > observed] = np.inf
    return paid_after, observed


@attrs.frozen(eq=False)
class StepCurve:
    """A Kaplan-Meier curve of delays: ascending `at`, and the share still unpaid after each."""

    at: Floats
    unpaid: Floats

    def unpaid_after(self, x: Floats) -> Floats:
        position = np.searchsorted(self.at, x, side="right")
        return np.asarray(np.concatenate([[1.0], self.unpaid])[position])

    def curve(self, late: Floats | None, past_due: Floats, days: Floats, grace_days: float = 0.0) -> Curve:
        """The item curves, given that they are unpaid now, of payers who are late with probability `late`.

        Within those in time and within those late the portfolio's shape holds; how many of each there are is the
        payer's own. A late rate counts who is overdue and unpaid, so unlike a mean delay it is not biased towards those
        who paid first. None: everyone as the portfolio.
        """
        share = self._of_payer(past_due[:, None] + days, late, grace_days)
        now = self._of_payer((past_due - 1.0)[:, None], late, grace_days)
        share = np.minimum(share / np.maximum(now, 1e-6), 1.0)
        share[:, 0] = 1.0
        return Curve(days, np.minimum.accumulate(share, axis=1))

    def _of_payer(self, delay: Floats, late: Floats | None, grace_days: float) -> Floats:
        unpaid = self.unpaid_after(delay)
        if late is None:
            return unpaid
        usual = float(np.clip(self.unpaid_after(np.array([grace_days]))[0], 0.01, 0.99))
        own = np.clip(late, 0.01, 0.99)[:, None]
        in_time = 1.0 - (1.0 - own) * np.minimum((1.0 - unpaid) / (1.0 - usual), 1.0)
        return np.where(delay <= grace_days, in_time, own * np.minimum(unpaid / usual, 1.0))


def kaplan_meier(delay: Floats, observed: Bools) -> StepCurve:
    """Kaplan and Meier (1958). `observed` False: still unpaid when last seen at that delay. NEVER of all are taken
    never to pay, so that the curve says something sober beyond the longest delay seen."""
    if not len(delay):
        return StepCurve(np.array([0.0]), np.array([0.5]))
    order = np.argsort(delay, kind="stable")
    delay, observed = delay[order], observed[order]
    at, first = np.unique(delay, return_index=True)
    at_risk = len(delay) - first
    events = np.add.reduceat(observed.astype(np.float64), first)
    unpaid = np.cumprod(1.0 - events / at_risk)
    return StepCurve(at, np.asarray(NEVER + (1.0 - NEVER) * unpaid, dtype=np.float64))
