"""Did it work? Groups drawn by hash, the effect with its interval, when to stop, how many it takes, what it did harm.

Assignment is by party and for good: a party is in the same group however often it is asked. The primary outcome is one
figure per party (cash within 30 days, winsorised); outcomes are compared as assigned, not as treated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import attrs
import numpy as np
import numpy.typing as npt
import polars as pl

from puntual.core.errors import UnusableInput
from puntual.core.segments.draw import uniform

Floats = npt.NDArray[np.float64]
_NORMAL = NormalDist()


def assign(parties: pl.Series, salt: str, shares: Mapping[str, float]) -> pl.Series:
    """The arm of each party, by a salted hash: the same salt gives the same arms, another salt draws anew.

    `shares` of the arms in order (control first), adding up to 1; UnusableInput otherwise.
    """
    if not shares or any(s <= 0 for s in shares.values()) or abs(sum(shares.values()) - 1) > 1e-9:
        raise UnusableInput("Las partes de los grupos deben ser mayores que cero y sumar 1, por ejemplo 0.1 y 0.9.")
    ends = np.cumsum(list(shares.values()))
    names = np.array(list(shares), dtype=object)
    at = np.minimum(np.searchsorted(ends, uniform(parties, salt), side="right"), len(names) - 1)
    return pl.Series("arm", names[at], dtype=pl.String)


@attrs.frozen
class Effect:
    """A difference of means (treated less control) with its interval; `removed` is the share of variance CUPED
    took."""

    estimate: float
    low: float
    high: float
    standard_error: float
    treated: int
    control: int
    removed: float = 0.0

    @property
    def proven(self) -> bool:
        """The interval does not hold zero."""
        return self.low > 0 or self.high < 0


def winsorise(values: Floats, share: float = 0.99) -> Floats:
    """Values above that quantile count as it: one giant payment must not decide an experiment."""
    return np.asarray(np.minimum(values, np.quantile(values, share))) if len(values) else values


def effect(
    outcome: Floats, treated: npt.NDArray[np.bool_], forecast: Floats | None = None, confidence: float = 0.95
) -> Effect:
    """The effect of being assigned to the treatment. With a forecast made *before* the start, by CUPED.

    CUPED (Deng, Xu, Kohavi and Walker, 2013): y - theta (x - mean x), theta = cov(y, x) / var(x) over both arms.
    UnusableInput with fewer than two parties in an arm.
    """
    if treated.sum() < 2 or (~treated).sum() < 2:
        raise UnusableInput("Cada grupo necesita al menos dos clientes para comparar.")
    y, removed = outcome.astype(np.float64), 0.0
    if forecast is not None and float(np.var(forecast)) > 0:
        theta = float(np.cov(y, forecast)[0, 1] / np.var(forecast, ddof=1))
        adjusted = y - theta * (forecast - forecast.mean())
        removed = 1.0 - float(np.var(adjusted)) / float(np.var(y)) if np.var(y) > 0 else 0.0
        y = adjusted
    one, other = y[treated], y[~treated]
    error = math.sqrt(float(one.var(ddof=1)) / len(one) + float(other.var(ddof=1)) / len(other))
    middle, half = float(one.mean() - other.mean()), _NORMAL.inv_cdf(0.5 + confidence / 2) * error
    return Effect(middle, middle - half, middle + half, error, len(one), len(other), removed)


def anytime(found: Effect, confidence: float = 0.95, look_at: int | None = None) -> Effect:
    """The same effect with an interval that may be looked at every day: stop as soon as it leaves zero out.

    Asymptotic confidence sequence with a normal mixture (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, 2024). It is
    tightest around `look_at` parties in all (today's number if none is given: fix it before the start).
    """
    n, alpha = float(found.treated + found.control), 1.0 - confidence
    sigma = found.standard_error * math.sqrt(n)
    best_at = float(look_at or n)
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / best_at
    grown = n * rho2 + 1
    half = sigma * math.sqrt(2 * grown / (n * n * rho2) * math.log(math.sqrt(grown) / alpha))
    return attrs.evolve(found, low=found.estimate - half, high=found.estimate + half)


def sample_size(base: float, change: float, power: float = 0.8, confidence: float = 0.95) -> int:
    """Parties needed in each arm to prove that a share moves from `base` by `change` (two-sided test of two
    shares)."""
    if not 0 < base < 1 or not 0 < base + change < 1 or change == 0:
        raise UnusableInput("La proporción de partida y la esperada deben estar entre 0 y 1, y ser distintas.")
    other, middle = base + change, base + change / 2
    z_alpha, z_beta = _NORMAL.inv_cdf(0.5 + confidence / 2), _NORMAL.inv_cdf(power)
    under_none, under_change = 2 * middle * (1 - middle), base * (1 - base) + other * (1 - other)
    return math.ceil((z_alpha * math.sqrt(under_none) + z_beta * math.sqrt(under_change)) ** 2 / change**2)


def smallest_change(base: float, parties_each: int, power: float = 0.8, confidence: float = 0.95) -> float:
    """The smallest rise of a share that so many parties an arm can prove; 1 - base if none can be."""
    low, high = 0.0, 1.0 - base - 1e-9
    if high <= 0 or sample_size(base, high, power, confidence) > parties_each:
        return 1.0 - base
    for _ in range(60):
        middle = (low + high) / 2
        enough = middle > 0 and sample_size(base, middle, power, confidence) <= parties_each
        low, high = (low, middle) if enough else (middle, high)
    return high


def can_it_be_proved(base: float, change: float, parties_each: int, decimal: str = ",") -> tuple[bool, str]:
    """Whether a change of that size can be proved with what there is, and the sentence that says so beforehand.

    `decimal`: what the country writes between the whole and its tenths.
    """
    needed = sample_size(base, change)
    if needed <= parties_each:
        return True, f"Sí: hacen falta {needed} clientes por grupo y hay {parties_each}."
    points = f"{100 * smallest_change(base, parties_each):.1f}".replace(".", decimal)
    return False, (
        f"No: hacen falta {needed} clientes por grupo y hay {parties_each}. Con ellos solo se puede demostrar una "
        f"mejora de {points} puntos o más."
    )


@attrs.frozen
class Verdict:
    """What to do with an experiment: code `stop_harm`, `stop_better`, `stop_worse`, `ended` or `go_on`, and a
    sentence."""

    code: str
    sentence: str


def judge(
    primary: Effect, harms: Mapping[str, Effect], *, over: bool, look_at: int, limits: Mapping[str, float]
) -> Verdict:
    """The stop rule, looked at as often as one likes. Harm first: a guard-rail (share of complaints, opt-outs, cost a
    party) that rose beyond its limit for certain stops it, whatever it recovered."""
    for name, harm in harms.items():
        if anytime(harm, look_at=look_at).low > limits.get(name, 0.0):
            return Verdict("stop_harm", f"Deténgalo: {name} subió más de lo permitido, sin duda estadística.")
    seen = anytime(primary, look_at=look_at)
    if seen.low > 0:
        return Verdict("stop_better", "Puede terminar: la estrategia nueva recupera más, sin duda estadística.")
    if seen.high < 0:
        return Verdict("stop_worse", "Deténgalo: la estrategia nueva recupera menos, sin duda estadística.")
    if over:
        return Verdict("ended", "Terminó sin diferencia demostrable: quédese con la estrategia más amable y barata.")
    return Verdict("go_on", "Siga: todavía no se puede afirmar nada.")
